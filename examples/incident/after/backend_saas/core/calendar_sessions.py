"""Sessions in which a user connects an outside calendar."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.models import CalendarSession

RETRY_AFTER_SECONDS = 5


def read_status(db: Session, session_id: int, user_id: int) -> str | None:
    """``pending``, ``authorised`` or ``refused``; None when the user has no such session."""
    return db.scalar(
        select(CalendarSession.status).where(CalendarSession.id == session_id, CalendarSession.user_id == user_id)
    )
