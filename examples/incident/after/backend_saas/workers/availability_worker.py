"""Closes availability slots whose time has passed: ``python -m workers.availability_worker``."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timezone

from sqlalchemy import update
from sqlalchemy.exc import InterfaceError, OperationalError

from core import config
from core.database import SessionLocal
from core.models import AvailabilitySlot

logger = logging.getLogger(__name__)

POLL_SECONDS = 300


def close_past_slots() -> int:
    """One statement; how many slots it closed."""
    now = datetime.now(timezone.utc)
    with SessionLocal.begin() as session:
        closed = session.execute(
            update(AvailabilitySlot)
            .where(AvailabilitySlot.is_open, AvailabilitySlot.ends_at < now)
            .values(is_open=False)
        )
        return closed.rowcount


def run() -> None:
    """Until the machine stops."""
    while True:
        try:
            logger.info("closed %d slots", close_past_slots())
        except (InterfaceError, OperationalError) as error:
            logger.error("the database does not answer: %s", type(error).__name__)
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    logging.basicConfig(level=config.LOG_LEVEL)
    run()
