"""A class that shares what its parent is mapped to brings a column, and that is no table.

## Why
A class without a table of its own puts its columns into its parent's. A join or a subquery takes none: "Can't declare
columns on single-table-inherited subclass; superclass is not mapped to a Table". The module cannot be imported.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, String, Table, join
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Address(Base):
        __tablename__ = "addresses"
        id = Column(Integer, primary_key=True)

    address_id = Column("address_id", ForeignKey("addresses.id"))
    people = Table("people", Base.metadata, Column("number", Integer, primary_key=True), address_id)

    class Person(Base):
        __table__ = join(people, Address.__table__)

    class Engineer(Person):
        level = Column(Integer)

## Good
    from sqlalchemy import Column, ForeignKey, Integer, String, Table, join
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Address(Base):
        __tablename__ = "addresses"
        id = Column(Integer, primary_key=True)

    address_id = Column("address_id", ForeignKey("addresses.id"))
    people = Table("people", Base.metadata, Column("number", Integer, primary_key=True), address_id)

    class Person(Base):
        __table__ = join(people, Address.__table__)

    class Engineer(Person):
        level = 1

## Limits
Parents whose `__table__` is made by `join()`, `outerjoin()`, `alias()`, `subquery()` or `cte()`, in place or by a name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-sti-columns-no-table", needs=NEEDS, severity="error", since="0.1")
def brings_columns(index: Index) -> bool:
    """Columns for a parent that is mapped to a join."""
    return has(index, "sti-columns-no-table")


@brings_columns.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "sti-columns-no-table")
