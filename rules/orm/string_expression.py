"""A string in a relationship does not evaluate.

## Why
Strings for `foreign_keys`, `order_by`, `primaryjoin` and the like are code that SQLAlchemy evaluates when mappers are
configured, at the first query of the process. No type checker looks at them, and renaming a column does not change them.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order", foreign_keys="Order.client_id")

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)
        customer_id = Column(Integer, ForeignKey("customers.id"))

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        orders = relationship("Order", foreign_keys="Order.customer_id")

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


@rule("orm-string-expression", needs=NEEDS, severity="error", since="0.1")
def does_not_evaluate(index: Index) -> bool:
    """A string that names a column that is not there."""
    return has(index, "string-expression")


@does_not_evaluate.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "string-expression")
