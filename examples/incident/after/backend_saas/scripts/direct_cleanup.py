"""Deletes one yard with everything in it.

python -m scripts.direct_cleanup --tenant-id ID [--execute]

Without ``--execute`` it only says what it would delete.
"""

from __future__ import annotations

import argparse

from sqlalchemy import delete, func, select

from core.database import SessionLocal
from core.models import AvailabilitySlot, CalendarSession, Tenant, Ticket, User


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The yard to delete, and whether to do it."""
    parser = argparse.ArgumentParser(description="Delete one yard with everything in it.")
    parser.add_argument("--tenant-id", type=int, required=True)
    parser.add_argument("--execute", action="store_true", help="delete; without it nothing is changed")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Say what would go; delete it when asked to, after the yard's name was typed."""
    options = parse(arguments)
    with SessionLocal.begin() as session:
        tenant = session.get_one(Tenant, options.tenant_id)
        tickets = session.scalar(select(func.count()).select_from(Ticket).where(Ticket.tenant_id == tenant.id))
        print(f"{tenant.name}: {tickets} tickets")
        if not options.execute:
            print("dry run; nothing was deleted")
            return
        if input("Type the yard's name to delete it: ") != tenant.name:
            raise SystemExit("not the same name; nothing was deleted")
        session.execute(delete(AvailabilitySlot).where(AvailabilitySlot.tenant_id == tenant.id))
        session.execute(delete(CalendarSession).where(CalendarSession.tenant_id == tenant.id))
        session.execute(delete(Ticket).where(Ticket.tenant_id == tenant.id))
        session.execute(delete(User).where(User.tenant_id == tenant.id))
        session.delete(tenant)
    print("deleted")


if __name__ == "__main__":
    main()
