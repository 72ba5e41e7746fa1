"""A class with `__table__` declares a column besides.

## Why
`__table__` gives the table as a whole: "Can't add additional column 'name' when specifying __table__". The module
cannot be imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, Integer, String, Table
    from sqlalchemy.orm import DeclarativeBase, mapped_column

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __table__ = Table("events", Base.metadata, Column("id", Integer, primary_key=True))
        name = mapped_column(String)

## Good
    from sqlalchemy import Column, Integer, Table
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __table__ = Table("events", Base.metadata, Column("id", Integer, primary_key=True))
        label = "an event"

## Limits
Quiet when the table is reflected or not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-column-with-table", needs=NEEDS, severity="error", since="0.1")
def adds_to_a_given_table(index: Index) -> bool:
    """A column beside a table that is given as a whole."""
    return has(index, "column-with-table")


@adds_to_a_given_table.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "column-with-table")
