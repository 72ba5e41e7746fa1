"""A mapped table has no primary key.

## Why
A mapper tells rows apart by their primary key, and refuses a table without one when the class is defined: "could not
assemble any primary key columns for mapped table 'events'". The module cannot be imported: the service does not
start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column()

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)

## Limits
Quiet when the table is reflected, given by an expression, or may get columns from a base that is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-missing-primary-key", needs=NEEDS, severity="error", since="0.1")
def has_no_primary_key(index: Index) -> bool:
    """A mapped table without a primary key."""
    return has(index, "missing-primary-key")


@has_no_primary_key.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "missing-primary-key")
