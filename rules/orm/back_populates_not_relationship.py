"""`back_populates` names an attribute of the other class that is no relationship.

## Why
The name of the foreign key's column, `customer_id`, is taken for that of the relationship, `customer`. SQLAlchemy refuses
it when mappers are configured, at the first query of the process.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        order_count = Column(Integer)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer", back_populates="order_count")

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        order_count = Column(Integer)
        orders = relationship("Order", back_populates="customer")

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer", back_populates="orders")

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


@rule("orm-back-populates-not-relationship", needs=NEEDS, severity="error", since="0.1")
def is_no_relationship(index: Index) -> bool:
    """A relationship whose other half is a column."""
    return has(index, "back-populates-not-relationship")


@is_no_relationship.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "back-populates-not-relationship")
