"""Tickets as the routes hand them out."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.routes.ticket_routes import as_json
from core.models import Tenant, Ticket


def test_a_ticket_is_open_at_first(session: Session) -> None:
    tenant = Tenant(name="Gullwing Boatyard", subdomain="gullwing")
    session.add(tenant)
    session.flush()
    ticket = Ticket(tenant_id=tenant.id, subject="Bilge pump")
    session.add(ticket)
    session.flush()
    assert as_json(ticket)["status"] == "open"
