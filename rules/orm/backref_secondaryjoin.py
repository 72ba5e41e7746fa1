"""A `backref` is given a `secondaryjoin`, and there is no secondary table.

## Why
"Can't assign 'secondaryjoin' on a backref against a non-secondary relationship", at the first query of the process.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import backref, declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order", backref=backref("customer", secondaryjoin="Customer.id == Order.customer_id"))

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import backref, declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order", backref=backref("customer", lazy="joined"))

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))

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


@rule("orm-backref-secondaryjoin", needs=NEEDS, severity="error", since="0.1")
def joins_nothing(index: Index) -> bool:
    """A backref with a join of a table that is not there."""
    return has(index, "backref-secondaryjoin")


@joins_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "backref-secondaryjoin")
