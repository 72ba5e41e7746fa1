"""`delete-orphan` stands on the many side of a relationship.

## Why
A child that loses its parent is an orphan; a parent that loses one of its children is none. SQLAlchemy refuses the cascade
on many-to-one and many-to-many relationships, unless `single_parent=True` says that a row has one parent alone. The cascade
was nearly always meant for the other half.

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
        customer = relationship("Customer", cascade="all, delete-orphan")

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
        customer = relationship("Customer", cascade="all, delete-orphan", single_parent=True)

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


@rule("orm-delete-orphan", needs=NEEDS, severity="error", since="0.1")
def is_on_the_many_side(index: Index) -> bool:
    """A cascade on the wrong half."""
    return has(index, "delete-orphan")


@is_on_the_many_side.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "delete-orphan")
