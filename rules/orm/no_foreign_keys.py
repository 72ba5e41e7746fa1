"""No foreign key joins the two tables of a relationship.

## Why
SQLAlchemy builds the join of a relationship from foreign keys: "Could not determine join condition between parent/child
tables - there are no foreign keys linking these tables", at the first query of the process.

## Bad
    from sqlalchemy import Column, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer)
        customer = relationship("Customer")

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


@rule("orm-no-foreign-keys", needs=NEEDS, severity="error", since="0.1")
def joins_nothing(index: Index) -> bool:
    """A relationship without a way to go."""
    return has(index, "no-foreign-keys")


@joins_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "no-foreign-keys")
