"""What expressions of relationships are: tables, their columns, texts, functions of SQLAlchemy; and parts of conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .expressions import Clause, Node, Ref
from .lookup import OpenError

if TYPE_CHECKING:
    from ..value import Value
    from .records import Column, Table


@dataclass(eq=False)
class TableRef:
    """A table that an expression names."""

    table: Table


@dataclass(eq=False)
class ColumnsOf:
    """``table.c``."""

    table: Table


@dataclass(eq=False)
class Text:
    """A string."""

    text: str


@dataclass(eq=False)
class Unmapped:
    """A class that is not mapped."""

    value: Value


@dataclass(eq=False)
class Function:
    """A function of SQLAlchemy, by its name; ``func.lower`` too."""

    name: str


@dataclass(eq=False)
class Bound:
    """A method of a clause."""

    clause: Clause
    name: str


@dataclass(eq=False)
class Package:
    """A module of the registry, by its partial path."""

    path: str


Thing = Any
"""One of the above, a `Clause`, a `ClassRef`, or a list of them."""


def as_clause(value: Thing) -> Clause:
    """A value as a part of a condition; strings and lists are constants."""
    if isinstance(value, (Ref, Node)):
        return value
    if isinstance(value, Text):
        return Node("constant")
    if isinstance(value, Function):
        return Node(value.name)
    if isinstance(value, list):
        return Node("list", [as_clause(item) for item in value])
    raise OpenError


def marked(clause: Clause, mark: str) -> Clause:
    """A condition whose columns carry a mark."""
    if isinstance(clause, Ref):
        return Ref(clause.column, clause.marks | {mark})
    return Node(clause.operator, [marked(part, mark) for part in clause.parts])


def columns_in(value: Thing) -> list[Column]:
    """Columns that ``foreign_keys=`` or ``remote_side=`` gives: one, or a list of them.

    Raises:
        OpenError: something else is given.
    """
    items = value if isinstance(value, list) else [value]
    found: list[Column] = []
    for item in items:
        if not isinstance(item, Ref):
            raise OpenError
        found.append(item.column)
    return found
