"""A cleanup script names the tenant whose data it deletes.

## Why
A script that was written to remove one demo account stays in the repository. The next person, or a coding agent, runs
it against production, where that name is a paying customer by now. The name belongs on the command line, where it is
typed on purpose, with a dry run as the default.

## Bad
    --- scripts/direct_cleanup.py
    from sqlalchemy import delete, select

    from app.database import SessionLocal
    from app.models import Tenant, Ticket

    with SessionLocal() as session:
        tenant = session.scalars(select(Tenant).where(Tenant.slug == "harbour-lane")).one()
        session.execute(delete(Ticket).where(Ticket.tenant_id == tenant.id))
        session.commit()

## Good
    --- scripts/direct_cleanup.py
    import argparse

    from sqlalchemy import delete

    from app.database import SessionLocal
    from app.models import Ticket

    parser = argparse.ArgumentParser()
    parser.add_argument("--tenant-id", type=int, required=True)
    parser.add_argument("--apply", action="store_true")
    given = parser.parse_args()

    with SessionLocal() as session:
        session.execute(delete(Ticket).where(Ticket.tenant_id == given.tenant_id))
        if given.apply:
            session.commit()

## For agents
Never write the id, name, email address or domain of a customer into a script that deletes. The target is a required
argument, a dry run is the default, and what will go is printed before anything goes.

## Limits
Names such as `demo`, `test` or `example` count as nobody's. Scripts that refuse to run outside of a local or test
environment are quiet. Only Python is read: names in `.sql` files and shell scripts are not seen, nor are the defaults
of command-line options, nor SQL beyond the first 200 characters of a string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, rule

from ._targets import Target, targets_of

if TYPE_CHECKING:
    from collections.abc import Iterator


NEEDS = ("delete", "DELETE", "DROP ", "drop ", "TRUNCATE", "truncate ", "rmtree", "purge", "wipe")
MAX_RELATED = 5


@rule("purge-hardcoded-tenant", needs=NEEDS, reach=True, severity="error", destroys=True, since="0.1")
def removes_a_named_tenant(call: Call) -> bool:
    """The first call that removes because of a literal."""
    return call in targets_of(call.index, call.path)


@removes_a_named_tenant.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """Every literal that aims the call, at the place where it is written."""
    for target in targets_of(ctx.index, call.path)[call]:
        notes = [
            Note(removal.call.span, "this call removes what it picks") for removal in target.removals[:MAX_RELATED]
        ]
        yield (
            ctx.finding(target.span, _message(target), confidence=None if target.proven else Confidence.MEDIUM)
            .with_related(*(note for note in notes if note.span != target.span))
            .with_help("take the tenant from the command line, and change nothing unless told to apply")
        )


def _message(target: Target) -> str:
    named = dict.fromkeys(aim.literal.value for aim in target.aims if aim.literal.value != "***")
    shown = ", ".join(f"{value!r}" for value in list(named)[:3]) + (", ..." if len(named) > 3 else "")
    columns = ", ".join(dict.fromkeys(aim.column.partition("__")[0] for aim in target.aims))
    picked = f"{columns} {shown}" if shown else columns
    count = len(target.removals)
    calls = f"{count} calls remove" if count > 1 else "1 call removes"
    return f"the tenant to remove is written into the code ({picked}); {calls} what it picks"
