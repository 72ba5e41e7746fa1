"""Two mapped classes share a name that relationships look up, and often a table as well.

## Why
A declarative base keeps one registry of class names and one set of tables. A second class for the same table fails on
import ("Table 'invoices' is already defined for this MetaData instance"). `extend_existing=True` hides that, and
nothing is won: columns of the first class are replaced under it, and the first query of the process fails to configure
the mappers ("Multiple classes found for path "Invoice""). Every later query then fails too, so that a service starts,
reports that it is healthy, and crashes on its first request, over and over.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Invoice(Base):
        __tablename__ = "invoices"
        id = Column(Integer, primary_key=True)

    class Invoice(Base):
        __tablename__ = "invoices"
        __table_args__ = {"extend_existing": True}
        id = Column(Integer, primary_key=True)
        number = Column(String(20))

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Invoice(Base):
        __tablename__ = "invoices"
        id = Column(Integer, primary_key=True)
        number = Column(String(20))

## For agents
Map each table once, and give each mapped class a name of its own.

## Limits
Table names computed by code, and a module that is imported under two names, are not seen. Classes that share a name but no
table are reported only when they stand in one file, or when a relationship names them by an unqualified string. Classes
of different names that share a table by `extend_existing` are taken for two views of it. A table that is defined twice
without it is reported by orm-duplicate-table. Modules that no common module imports count as alternatives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-duplicate-class", needs=NEEDS, severity="error", since="0.1")
def repeats_another(index: Index) -> bool:
    """The second of two classes of one name."""
    return has(index, "duplicate-class")


@repeats_another.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "duplicate-class")
