"""Purges the tickets and slots of one yard that is marked as a test yard.

python -m scripts.purge_test_data --tenant-id ID [--execute]

Without ``--execute`` it only says what it would delete.
"""

from __future__ import annotations

import argparse

from sqlalchemy import delete, func, select

from core.database import SessionLocal
from core.models import AvailabilitySlot, Tenant, Ticket


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """The yard to purge, and whether to do it."""
    parser = argparse.ArgumentParser(description="Purge a test yard's tickets and slots.")
    parser.add_argument("--tenant-id", type=int, required=True)
    parser.add_argument("--execute", action="store_true", help="delete; without it nothing is changed")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Say what would go; delete it when asked to."""
    options = parse(arguments)
    with SessionLocal.begin() as session:
        tenant = session.get_one(Tenant, options.tenant_id)
        if not tenant.is_test:
            raise SystemExit(f"{tenant.name} is no test yard; nothing was deleted")
        tickets = session.scalar(select(func.count()).select_from(Ticket).where(Ticket.tenant_id == tenant.id))
        print(f"{tenant.name}: {tickets} tickets")
        if not options.execute:
            print("dry run; nothing was deleted")
            return
        session.execute(delete(AvailabilitySlot).where(AvailabilitySlot.tenant_id == tenant.id))
        session.execute(delete(Ticket).where(Ticket.tenant_id == tenant.id))
    print("purged")


if __name__ == "__main__":
    main()
