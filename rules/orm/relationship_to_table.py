"""A relationship names a table instead of a class.

## Why
`relationship("orders")` finds the table of that name, which is no class: "expects a class or a mapper argument", at the
first query of the process.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("customers")

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer")

## Limits
Quiet when something that it depends on is not known: a computed name, a base of a library that the index does not know, a
table that is reflected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-relationship-to-table", needs=NEEDS, severity="error", since="0.1")
def names_a_table(index: Index) -> bool:
    """A relationship to a table."""
    return has(index, "relationship-to-table")


@names_a_table.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "relationship-to-table")
