"""A class below a declarative base has no table.

## Why
A declarative class needs `__tablename__` or `__table__`, or a parent that has one: "does not have a __table__ or
__tablename__ specified". A class that only others inherit from says `__abstract__ = True`. The module cannot be
imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __table_name__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)

## Good
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)

## Limits
Quiet when a base is not known, and below `AbstractConcreteBase` and `DeferredReflection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-missing-table", needs=NEEDS, severity="error", since="0.1")
def has_no_table(index: Index) -> bool:
    """A class below a declarative base without a table."""
    return has(index, "missing-table")


@has_no_table.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "missing-table")
