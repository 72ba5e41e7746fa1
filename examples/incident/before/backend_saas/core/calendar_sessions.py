"""Sessions in which a user connects an outside calendar."""

from __future__ import annotations

import time

from sqlalchemy import select

from core.database import SessionLocal
from core.models import CalendarSession

POLL_SECONDS = 2


def read_status(session_id: int) -> str | None:
    """``pending``, ``authorised`` or ``refused``; None when there is no such session."""
    with SessionLocal() as session:
        return session.scalar(select(CalendarSession.status).where(CalendarSession.id == session_id))


def wait_until_decided(session_id: int) -> str | None:
    """Wait for the provider's answer."""
    while True:
        status = read_status(session_id)
        if status != "pending":
            return status
        time.sleep(POLL_SECONDS)  # expect: runtime-tight-poll
