"""Connecting an outside calendar."""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from core.auth import current_member
from core.calendar_sessions import wait_until_decided
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
def wait(session_id: int, user: User = Depends(current_member)) -> dict[str, str]:
    """Answer when the provider has decided."""
    status = wait_until_decided(session_id)
    if status is None:
        raise HTTPException(status_code=404, detail="No such session")
    return {"status": status}
