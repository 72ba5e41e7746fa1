"""Two classes that share a table bring a column of one name.

## Why
Columns of subclasses go into the parent's table, where the name is taken: "Column 'level' on class Manager conflicts
with existing column 'people.level'". The module cannot be imported: the service does not start, and neither does
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
        level = Column(Integer)

    class Manager(Person):
        __mapper_args__ = {"polymorphic_identity": "manager"}
        level = Column(Integer)

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
        level = Column(Integer)

    class Manager(Person):
        __mapper_args__ = {"polymorphic_identity": "manager"}
        rank = Column(Integer)

## Limits
Columns by `declared_attr` whose result is not known are not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-sti-column-conflict", needs=NEEDS, severity="error", since="0.1")
def brings_a_column_twice(index: Index) -> bool:
    """A column that the shared table has already."""
    return has(index, "sti-column-conflict")


@brings_a_column_twice.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "sti-column-conflict")
