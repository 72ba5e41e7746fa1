"""A class that shares its parent's table brings a primary key.

## Why
The key of the parent's table is made already: "Can't place primary key columns on an inherited class with no table".
Often a `__tablename__` was forgotten. The module cannot be imported: the service does not start, and neither does
anything else that imports its models.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}

    class Engineer(Person):
        __mapper_args__ = {"polymorphic_identity": "engineer"}
        number = Column(Integer, primary_key=True)

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}

    class Engineer(Person):
        __mapper_args__ = {"polymorphic_identity": "engineer"}
        number = Column(Integer)

## Limits
Columns of mixins are looked at where the mixin is known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-sti-primary-key", needs=NEEDS, severity="error", since="0.1")
def brings_a_primary_key(index: Index) -> bool:
    """A primary key of a class without a table."""
    return has(index, "sti-primary-key")


@brings_a_primary_key.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "sti-primary-key")
