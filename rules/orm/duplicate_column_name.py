"""Two attributes of a class name one column of the table.

## Why
Copied lines keep the name of the column: "A column with name 'at' is already present in table 'events'". 1.4 only
warned, and left one of the two out.

## Bad
    from sqlalchemy import Integer
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        started = mapped_column("at", Integer)
        ended = mapped_column("at", Integer)

## Good
    from sqlalchemy import Integer
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id: Mapped[int] = mapped_column(primary_key=True)
        started = mapped_column("at", Integer)
        ended = mapped_column("until", Integer)

## Limits
Columns of `Table(...)` calls are not compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-duplicate-column-name", needs=NEEDS, severity="error", since="0.1")
def names_a_column_twice(index: Index) -> bool:
    """Two attributes with one name in the table."""
    return has(index, "duplicate-column-name")


@names_a_column_twice.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "duplicate-column-name")
