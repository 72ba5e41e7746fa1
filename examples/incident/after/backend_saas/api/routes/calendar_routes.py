"""Connecting an outside calendar."""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException, Response
from sqlalchemy.orm import Session

from core.auth import current_member
from core.calendar_sessions import RETRY_AFTER_SECONDS, read_status
from core.database import get_db
from core.models import CalendarSession, User

router = APIRouter(prefix="/calendar/sessions", tags=["calendar"])


@router.post("", status_code=201)
def start(user: User = Depends(current_member), db: Session = Depends(get_db)) -> dict[str, int]:
    """Begin to connect a calendar."""
    session = CalendarSession(tenant_id=user.tenant_id, user_id=user.id, status="pending")
    db.add(session)
    db.commit()
    return {"id": session.id}


@router.get("/{session_id}")
def read(
    session_id: int,
    response: Response,
    user: User = Depends(current_member),
    db: Session = Depends(get_db),
) -> dict[str, str]:
    """Answer at once; 202 and when to ask again while the provider has not decided."""
    status = read_status(db, session_id, user.id)
    if status is None:
        raise HTTPException(status_code=404, detail="No such session")
    if status == "pending":
        response.status_code = 202
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return {"status": status}
