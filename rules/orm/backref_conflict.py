"""A `backref` creates an attribute that the other class has already.

## Why
SQLAlchemy refuses to replace it: "Error creating backref: property of that name exists", at the first query of the
process. It happens when a class is copied with its backrefs, when the other class declares its half as well, and when a
mixin with a constant backref has two heirs.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import backref, declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = Column(Integer)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer", backref="orders")

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import backref, declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = Column(Integer)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer", backref="placed_orders")

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


@rule("orm-backref-conflict", needs=NEEDS, severity="error", since="0.1")
def exists_already(index: Index) -> bool:
    """A backref whose name is taken."""
    return has(index, "backref-conflict")


@exists_already.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "backref-conflict")
