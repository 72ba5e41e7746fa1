"""Two indexes have one name.

## Why
In PostgreSQL and SQLite the names of indexes belong to the schema, not to the table. `create_all` and migrations fail
with "index already exists"; where the first one was made by hand, the second never is, and its query stays slow.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    from sqlalchemy import Index

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
        __table_args__ = (Index("ix_email", "email"),)

    class Supplier(Base):
        __tablename__ = "suppliers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
        __table_args__ = (Index("ix_email", "email"),)

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    from sqlalchemy import Index

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
        __table_args__ = (Index("ix_email", "email"),)

    class Supplier(Base):
        __tablename__ = "suppliers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
        __table_args__ = (Index("ix_supplier_email", "email"),)

## Limits
Two tables of one schema are reported with medium confidence: MySQL keeps the names of each table apart. Names that a naming
convention makes are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-duplicate-index", needs=NEEDS, severity="error", since="0.1")
def is_taken(index: Index) -> bool:
    """An index whose name is used already."""
    return has(index, "duplicate-index")


@is_taken.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "duplicate-index")
