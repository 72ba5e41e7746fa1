"""Closes availability slots whose time has passed: ``python -m workers.availability_worker``."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timezone

from sqlalchemy import update

from core import config
from core.database import SessionLocal
from core.models import AvailabilitySlot

logger = logging.getLogger(__name__)

POLL_SECONDS = 60


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
        closed = close_past_slots()
        logger.info("closed %d slots", closed)
        time.sleep(POLL_SECONDS)  # expect: runtime-tight-poll


if __name__ == "__main__":
    logging.basicConfig(level=config.LOG_LEVEL)
    run()
