"""Two relationships write one column, and do not know of each other.

## Why
Each copies its own idea of the foreign key when it is flushed, and the last one wins: setting one half does not show on the
other until it is loaded again. SQLAlchemy warns ("relationship X will copy column Q to column P, which conflicts with
relationship(s)"). Nearly always the two are halves of one relationship that lack `back_populates`.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order")

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer")

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order", back_populates="customer")

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer", back_populates="orders")

## Limits
The relationship that is configured last is reported, as SQLAlchemy does; across modules the order of imports decides which
one that is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-overlaps", needs=NEEDS, severity="warning", since="0.1")
def write_one_column(index: Index) -> bool:
    """A relationship that shares what it writes."""
    return has(index, "overlaps")


@write_one_column.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "overlaps")
