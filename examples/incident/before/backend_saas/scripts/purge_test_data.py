"""Purges the tickets and slots of test yards: ``python -m scripts.purge_test_data``."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.database import SessionLocal
from core.models import AvailabilitySlot, Tenant, Ticket

TEST_YARDS = ["brackish-point"]  # expect: purge-hardcoded-tenant


def purge(session: Session) -> int:
    """Delete the test yards' data; how many tickets went."""
    yards = select(Tenant.id).where(Tenant.subdomain.in_(TEST_YARDS))
    session.execute(delete(AvailabilitySlot).where(AvailabilitySlot.tenant_id.in_(yards)))
    return session.execute(delete(Ticket).where(Ticket.tenant_id.in_(yards))).rowcount


def main() -> None:
    """Purge and say how much."""
    with SessionLocal.begin() as session:
        print(f"purged {purge(session)} tickets")


if __name__ == "__main__":
    main()
