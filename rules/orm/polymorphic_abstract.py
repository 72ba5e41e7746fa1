"""`polymorphic_abstract` stands on a class whose line has no `polymorphic_on`.

## Why
"The Mapper.polymorphic_abstract parameter may only be used on a mapper hierarchy which includes the
Mapper.polymorphic_on parameter". The module cannot be imported: the service does not start, and neither does anything
else that imports its models.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_abstract": True}

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_abstract": True}

## Limits
Quiet when `__mapper_args__` is not a literal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-polymorphic-abstract", needs=NEEDS, severity="error", since="0.1")
def is_abstract_of_nothing(index: Index) -> bool:
    """A polymorphic_abstract outside of a hierarchy."""
    return has(index, "polymorphic-abstract")


@is_abstract_of_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "polymorphic-abstract")
