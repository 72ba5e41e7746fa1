"""A relationship names a class that is not mapped, or never imported.

## Why
The name is looked up when mappers are configured, at the first query of the process: "expression 'Order' failed to locate a
name". A typo, an abstract class, another registry, or a module that no program imports all look alike.

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
        customer = relationship("Custmer")

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
Quiet where classes come from reflection, from functions, or from libraries that the index does not know. A class that no
program imports beside the relationship is reported with medium confidence, and only where no module is imported by a
computed name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-unknown-class-name", needs=NEEDS, severity="error", since="0.1")
def names_nothing(index: Index) -> bool:
    """A name that the registry does not have."""
    return has(index, "unknown-class-name")


@names_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "unknown-class-name")
