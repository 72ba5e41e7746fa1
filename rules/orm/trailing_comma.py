"""A comma behind a column or a relationship makes a tuple of it.

## Why
The attribute is a tuple, and SQLAlchemy leaves it out with a warning that few logs keep. The table lacks the column;
where it was a relationship, the other side's `back_populates` finds nothing and no mapper can be configured any more.

## Bad
    from sqlalchemy import String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        name = mapped_column(String),

## Good
    from sqlalchemy import String
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        name = mapped_column(String)

## Limits
Tuples of two, and values that a function returns, are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-trailing-comma", needs=NEEDS, severity="warning", since="0.1")
def is_a_tuple(index: Index) -> bool:
    """A column or relationship with a comma behind it."""
    return has(index, "trailing-comma")


@is_a_tuple.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "trailing-comma")
