"""A mapped class has a `@declared_attr`, and its heirs do not get it.

## Why
A `declared_attr` is evaluated for every class that takes a mixin. On a class that is mapped itself it belongs to that class:
"attribute uses @declared_attr, but owning class is mapped - not applying to subclass". SQLAlchemy says so where the mapping
waits for reflection.

## Bad
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.ext.declarative import DeferredReflection
    from sqlalchemy.orm import declarative_base, declared_attr

    Base = declarative_base()

    class Reflected(DeferredReflection):
        __abstract__ = True

    class Person(Reflected, Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)

        @declared_attr
        def note(cls):
            return Column(String)

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)

## Good
    from sqlalchemy import Column, ForeignKey, Integer, String
    from sqlalchemy.ext.declarative import DeferredReflection
    from sqlalchemy.orm import declarative_base, declared_attr

    Base = declarative_base()

    class Reflected(DeferredReflection):
        __abstract__ = True

    class Person(Reflected, Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        note = Column(String)

    class Engineer(Person):
        __tablename__ = "engineers"
        id = Column(Integer, ForeignKey("people.id"), primary_key=True)

## Limits
Only classes below `DeferredReflection`: any other class has replaced the method by what it returned when its heirs are
defined, and SQLAlchemy says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-declared-attr-on-mapped", needs=NEEDS, severity="warning", since="0.1")
def is_not_inherited(index: Index) -> bool:
    """A declared attribute of a mapped class."""
    return has(index, "declared-attr-on-mapped")


@is_not_inherited.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "declared-attr-on-mapped")
