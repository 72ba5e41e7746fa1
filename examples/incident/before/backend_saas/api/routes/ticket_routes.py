"""Service tickets."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.auth import current_member
from core.database import get_db
from core.models import Ticket, User

router = APIRouter(prefix="/tickets", tags=["tickets"])


class NewTicket(BaseModel):
    """What the front desk types in."""

    subject: str


def as_json(ticket: Ticket) -> dict[str, int | str]:
    """A ticket as the front end wants it."""
    return {"id": ticket.id, "subject": ticket.subject, "status": ticket.status}


@router.get("")
def list_tickets(user: User = Depends(current_member), db: Session = Depends(get_db)) -> list[dict[str, int | str]]:
    """The yard's newest open tickets."""
    open_tickets = (
        select(Ticket)
        .where(Ticket.tenant_id == user.tenant_id, Ticket.status == "open")
        .order_by(Ticket.id.desc())
        .limit(50)
    )
    return [as_json(ticket) for ticket in db.scalars(open_tickets)]


@router.post("", status_code=201)
def create_ticket(
    new: NewTicket,
    user: User = Depends(current_member),
    db: Session = Depends(get_db),
) -> dict[str, int | str]:
    """Open a ticket, assigned to whoever opened it."""
    ticket = Ticket(tenant_id=user.tenant_id, subject=new.subject, status="open", assignee_id=user.id)
    db.add(ticket)
    db.commit()
    return as_json(ticket)
