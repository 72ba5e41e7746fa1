"""One column object is given to two tables.

## Why
A column belongs to one table: "Column object 'stamp' already assigned to Table 'first'". The module cannot be
imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, Integer, Table
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass

    stamp = Column("stamp", Integer)
    first = Table("first", Base.metadata, Column("id", Integer, primary_key=True), stamp)
    second = Table("second", Base.metadata, Column("id", Integer, primary_key=True), stamp)

## Good
    from sqlalchemy import Column, Integer, Table
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass

    stamp = Column("stamp", Integer)
    first = Table("first", Base.metadata, Column("id", Integer, primary_key=True), stamp)
    second = Table("second", Base.metadata, Column("id", Integer, primary_key=True), Column("stamp", Integer))

## Limits
Columns that functions return are made anew by each call, and not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-column-shared", needs=NEEDS, severity="error", since="0.1")
def belongs_to_two_tables(index: Index) -> bool:
    """One column object in two tables."""
    return has(index, "column-shared")


@belongs_to_two_tables.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "column-shared")
