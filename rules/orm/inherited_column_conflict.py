"""A joined table repeats the name of its parent's column.

## Why
Both columns come under one attribute: writes go to both, reads take the child's. "Implicitly combining column
people.name with column engineers.name under attribute 'name'". A copy of the parent's column in the child is nearly
always meant to be one of them.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        name = Column(String)

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)
        name = Column(String)

## Good
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        name = Column(String)

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)
        title = Column(String)

## Limits
Only the nearest parent that has the attribute is compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-inherited-column-conflict", needs=NEEDS, severity="warning", since="0.1")
def combines_columns(index: Index) -> bool:
    """A column of a joined table under the name of another one."""
    return has(index, "inherited-column-conflict")


@combines_columns.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "inherited-column-conflict")
