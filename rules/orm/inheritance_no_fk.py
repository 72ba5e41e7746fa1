"""A class with a table of its own has no foreign key to its parent's table.

## Why
Rows of joined inheritance lie in two tables, joined by a foreign key from the child's primary key to the parent's:
"Can't determine the inherit condition". The module cannot be imported: the service does not start, and neither does
anything else that imports its models.

## Bad
    from sqlalchemy import Column, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, primary_key=True)

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

## Limits
Quiet with `inherit_condition`, and when a table may have more columns than are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-inheritance-no-fk", needs=NEEDS, severity="error", since="0.1")
def is_not_joined(index: Index) -> bool:
    """A joined table without a foreign key to its parent's."""
    return has(index, "inheritance-no-fk")


@is_not_joined.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "inheritance-no-fk")
