"""Removes what the spring demo left behind, straight from the database: ``python -m scripts.direct_cleanup``."""

from __future__ import annotations

from sqlalchemy import delete, select

from core.database import SessionLocal
from core.models import AvailabilitySlot, CalendarSession, Tenant, Ticket, User


def main() -> None:
    """Delete the demo yard with everything in it."""
    with SessionLocal.begin() as session:
        tenant = session.scalars(select(Tenant).where(Tenant.name == "Brackish Point Marina")).one()  # expect: purge-hardcoded-tenant
        session.execute(delete(AvailabilitySlot).where(AvailabilitySlot.tenant_id == tenant.id))
        session.execute(delete(CalendarSession).where(CalendarSession.tenant_id == tenant.id))
        session.execute(delete(Ticket).where(Ticket.tenant_id == tenant.id))
        session.execute(delete(User).where(User.tenant_id == tenant.id))
        session.delete(tenant)
    print("cleaned up")


if __name__ == "__main__":
    main()
