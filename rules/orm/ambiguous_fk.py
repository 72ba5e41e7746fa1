"""Several foreign keys join the two tables of a relationship, and it does not say which one is meant.

## Why
SQLAlchemy does not guess: "there are multiple foreign key paths linking the tables. Specify the 'foreign_keys'
argument", when mappers are configured, at the first query of the process. It counts foreign keys in both directions, so
that a second reference added to either table breaks relationships that nobody touched.

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
        payer_id = Column(Integer, ForeignKey("customers.id"))
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
        payer_id = Column(Integer, ForeignKey("customers.id"))
        customer = relationship("Customer", foreign_keys=[customer_id])

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


@rule("orm-ambiguous-fk", needs=NEEDS, severity="error", since="0.1")
def is_ambiguous(index: Index) -> bool:
    """A relationship with several ways to go."""
    return has(index, "ambiguous-fk")


@is_ambiguous.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "ambiguous-fk")
