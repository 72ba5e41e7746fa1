"""`polymorphic_load` is given a word that it does not know.

## Why
Subclasses are loaded `"inline"` or by `"selectin"`; words of relationships, such as `"joined"`, are refused. The
module cannot be imported: the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(ForeignKey("people.id"), primary_key=True)
        __mapper_args__ = {"polymorphic_identity": "engineer", "polymorphic_load": "joined"}

## Good
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": kind, "polymorphic_identity": "person"}

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(ForeignKey("people.id"), primary_key=True)
        __mapper_args__ = {"polymorphic_identity": "engineer", "polymorphic_load": "inline"}

## Limits
Values that are not constant are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-polymorphic-load", needs=NEEDS, severity="error", since="0.1")
def loads_by_an_unknown_word(index: Index) -> bool:
    """A polymorphic_load that does not exist."""
    return has(index, "polymorphic-load")


@loads_by_an_unknown_word.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "polymorphic-load")
