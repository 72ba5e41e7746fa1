"""A join condition never compares a foreign key with `==` alone.

## Why
SQLAlchemy writes foreign keys by equalities of plain columns. A condition with functions or other operators tells it nothing
to write: "Could not locate any simple equality expressions".

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
        letters = relationship("Letter", primaryjoin="Customer.email.like(foreign(Letter.recipient))")

    class Letter(Base):
        __tablename__ = "letters"
        id = Column(Integer, primary_key=True)
        recipient = Column(String)

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
        letters = relationship("Letter", primaryjoin="Customer.email.like(foreign(Letter.recipient))", viewonly=True)

    class Letter(Base):
        __tablename__ = "letters"
        id = Column(Integer, primary_key=True)
        recipient = Column(String)

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


@rule("orm-primaryjoin-no-equality", needs=NEEDS, severity="error", since="0.1")
def compares_nothing(index: Index) -> bool:
    """A condition that cannot be written."""
    return has(index, "primaryjoin-no-equality")


@compares_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "primaryjoin-no-equality")
