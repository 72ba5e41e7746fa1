"""A class that shares its parent's table brings `__table_args__`.

## Why
Single-table inheritance has one table, the parent's: "Can't place __table_args__ on an inherited class with no
table". The module cannot be imported: the service does not start, and neither does anything else that imports its
models.

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
        __table_args__ = {"sqlite_autoincrement": True}
        __mapper_args__ = {"polymorphic_identity": "engineer"}

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

## Limits
Arguments that a mixin brings are not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-sti-table-args", needs=NEEDS, severity="error", since="0.1")
def brings_table_arguments(index: Index) -> bool:
    """Table arguments of a class without a table."""
    return has(index, "sti-table-args")


@brings_table_arguments.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "sti-table-args")
