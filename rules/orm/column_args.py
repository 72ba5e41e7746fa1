"""A column is given arguments that contradict each other.

## Why
Refused when the class is defined: a name or a type given twice, a name for `index` or `unique`, a default function
that wants more than the context, a server default beside `Computed` or `Identity`. The module cannot be imported: the
service does not start, and neither does anything else that imports its models.

## Bad
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id = Column(Integer, primary_key=True)
        name = Column(String, unique="uq_events_name")

## Good
    from sqlalchemy import Column, Integer, String
    from sqlalchemy.orm import DeclarativeBase

    class Base(DeclarativeBase):
        pass

    class Event(Base):
        __tablename__ = "events"
        id = Column(Integer, primary_key=True)
        name = Column(String, unique=True)

## Limits
Default functions with decorators, and methods, are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-column-args", needs=NEEDS, severity="error", since="0.1")
def has_contradicting_arguments(index: Index) -> bool:
    """Arguments of a column that contradict each other."""
    return has(index, "column-args")


@has_contradicting_arguments.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "column-args")
