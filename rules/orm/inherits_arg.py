"""`__mapper_args__` says `inherits` on a class that does not inherit.

## Why
Declarative classes inherit by their bases: "mapper inherits argument given for non-inheriting class". The module
cannot be imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)

    class Engineer(Base):
        __tablename__ = "engineers"
        id = Column(ForeignKey("people.id"), primary_key=True)
        __mapper_args__ = {"inherits": "Person"}

## Good
    from sqlalchemy import Column, ForeignKey, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)

    class Engineer(Base):
        __tablename__ = "engineers"
        id = Column(ForeignKey("people.id"), primary_key=True)
        __mapper_args__ = {"eager_defaults": True}

## Limits
Imperative mappings may say it, and are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-inherits-arg", needs=NEEDS, severity="error", since="0.1")
def says_to_inherit(index: Index) -> bool:
    """An inherits argument on a class that does not inherit."""
    return has(index, "inherits-arg")


@says_to_inherit.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "inherits-arg")
