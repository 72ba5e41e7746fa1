"""An expression of SQL stands in a mapped class where a column was meant.

## Why
`column()` and `literal()` make pieces of SQL, not columns of the table. SQLAlchemy leaves the attribute out: "appears
to be a non-schema SQLAlchemy expression object; this won't be part of the declarative mapping".

## Bad
    from sqlalchemy import Integer
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    from sqlalchemy import column

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        reference = column("reference", Integer)

## Good
    from sqlalchemy import Integer
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        reference = mapped_column("reference", Integer)

## Limits
Expressions that are put together from columns of the class are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-non-schema-expression", needs=NEEDS, severity="warning", since="0.1")
def is_no_column(index: Index) -> bool:
    """An expression of SQL where a column was meant."""
    return has(index, "non-schema-expression")


@is_no_column.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "non-schema-expression")
