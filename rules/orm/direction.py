"""The foreign keys of a relationship lie on both sides, or on neither.

## Why
SQLAlchemy tells one-to-many from many-to-one by the side that the foreign key lies on. With a join condition of its own a
relationship can mark columns of both tables as foreign: "Can't determine relationship direction".

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()


    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        order_id = Column(Integer)
        orders = relationship(
            "Order", primaryjoin="and_(Customer.id == foreign(Order.customer_id), foreign(Customer.order_id) == Order.id)"
        )


    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer)

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()


    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        order_id = Column(Integer)
        orders = relationship("Order", primaryjoin="Customer.id == foreign(Order.customer_id)")


    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer)

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


@rule("orm-direction", needs=NEEDS, severity="error", since="0.1")
def has_no_direction(index: Index) -> bool:
    """A relationship that leads both ways."""
    return has(index, "direction")


@has_no_direction.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "direction")
