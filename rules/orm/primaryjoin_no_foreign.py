"""The columns of a join condition are no foreign keys.

## Why
A condition of its own says how to join, not which side refers to which: "Could not locate any relevant foreign key columns
for primary join condition", at the first query of the process.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base, relationship

    Base = declarative_base()

    class Customer(Base):
        __tablename__ = "customers"
        id = Column(Integer, primary_key=True)
        email = Column(String)
        letters = relationship("Letter", primaryjoin="Customer.email == Letter.recipient")

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
        letters = relationship("Letter", primaryjoin="Customer.email == foreign(Letter.recipient)")

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


@rule("orm-primaryjoin-no-foreign", needs=NEEDS, severity="error", since="0.1")
def has_no_foreign_key(index: Index) -> bool:
    """A condition without a foreign key."""
    return has(index, "primaryjoin-no-foreign")


@has_no_foreign_key.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "primaryjoin-no-foreign")
