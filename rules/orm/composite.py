"""A `composite()` whose columns do not fit its class.

## Why
SQLAlchemy fills the class from the columns by their place: "Composite class column arguments must be named unless a
dataclass is used", "number of composite attributes exceeds that of the number of attributes in class", "Composite expects
Column objects or mapped attributes". The module cannot be imported, or no mapper configures.

## Bad
    from sqlalchemy import Column, Integer
    from sqlalchemy.orm import composite, declarative_base

    Base = declarative_base()

    class Point:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __composite_values__(self):
            return self.x, self.y

    class Shape(Base):
        __tablename__ = "shapes"
        id = Column(Integer, primary_key=True)
        start = composite(Point, Column(Integer), Column(Integer))

## Good
    from sqlalchemy import Column, Integer
    from sqlalchemy.orm import composite, declarative_base

    Base = declarative_base()

    class Point:
        def __init__(self, x, y):
            self.x, self.y = x, y

        def __composite_values__(self):
            return self.x, self.y

    class Shape(Base):
        __tablename__ = "shapes"
        id = Column(Integer, primary_key=True)
        start = composite(Point, Column("x", Integer), Column("y", Integer))

## Limits
The fields of a dataclass are counted where it inherits from nothing. How many arguments the `__init__` of another class
takes is not looked at, for SQLAlchemy does not either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Index, rule

from ._problems import NEEDS, has, report

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("orm-composite", needs=NEEDS, severity="error", since="0.1")
def does_not_fit(index: Index) -> bool:
    """Columns of a composite without a name, too many of them, or what is no column."""
    return has(index, "composite")


@does_not_fit.on("*")
def problems(ctx: Context, _: Index) -> Iterator[Finding]:
    """One finding for each."""
    yield from report(ctx, "composite")
