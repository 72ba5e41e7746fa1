"""`polymorphic_on` names an attribute that the class does not have.

## Why
"Can't determine polymorphic_on value 'type' - no attribute is mapped to this name." The module cannot be imported:
the service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "person"}

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        kind = Column(String)
        __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "person"}

## Limits
Column objects and expressions are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-polymorphic-on", needs=NEEDS, severity="error", since="0.1")
def tells_classes_by_nothing(index: Index) -> bool:
    """A polymorphic_on that names no attribute."""
    return has(index, "polymorphic-on")


@tells_classes_by_nothing.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "polymorphic-on")
