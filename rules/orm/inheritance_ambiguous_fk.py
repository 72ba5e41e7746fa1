"""A class with a table of its own has several foreign keys to its parent's table.

## Why
SQLAlchemy does not choose: "tables have more than one foreign key relationship established. Please specify the 'on
clause' using the 'inherit_condition' mapper argument". The module cannot be imported: the service does not start, and
neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)
        mentor_id = Column(Integer, ForeignKey("people.id"))

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)
        mentor_id = Column(Integer)

## Limits
Quiet when a table may have more columns than are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-inheritance-ambiguous-fk", needs=NEEDS, severity="error", since="0.1")
def is_joined_twice(index: Index) -> bool:
    """A joined table with several foreign keys to its parent's."""
    return has(index, "inheritance-ambiguous-fk")


@is_joined_twice.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "inheritance-ambiguous-fk")
