"""Join conditions as SQLAlchemy sees them: columns with marks, compared with each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .records import Column, Mapped

COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "like"})


@dataclass(eq=False)
class Ref:
    """One occurrence of a column; marks are ``foreign``, ``remote`` and ``local``."""

    column: Column
    marks: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        return str(self.column)


@dataclass(eq=False)
class Node:
    """A comparison, ``and``, ``or``, or anything else with parts: a function, arithmetic, a constant (none)."""

    operator: str
    parts: list[Clause] = field(default_factory=list)

    @property
    def compares(self) -> bool:
        """Whether it is a comparison of two sides."""
        return self.operator in COMPARISONS and len(self.parts) == 2

    def __str__(self) -> str:
        if not self.parts:
            return "..."
        if self.compares:
            return f"{self.parts[0]} {'=' if self.operator == '==' else self.operator} {self.parts[1]}"
        if self.operator in ("and", "or"):
            return f" {self.operator.upper()} ".join(map(str, self.parts))
        return f"{self.operator}({', '.join(map(str, self.parts))})"


Clause = Ref | Node


@dataclass(eq=False)
class ClassRef:
    """A mapped class that an expression names."""

    mapped: Mapped


def refs(clause: Clause | None) -> Iterator[Ref]:
    """Every column in a condition."""
    if isinstance(clause, Ref):
        yield clause
    elif clause is not None:
        for part in clause.parts:
            yield from refs(part)


def comparisons(clause: Clause | None) -> Iterator[Node]:
    """Every comparison in a condition, outermost first."""
    if isinstance(clause, Node):
        if clause.compares:
            yield clause
        for part in clause.parts:
            yield from comparisons(part)


def compared(clause: Clause | None, tell: Callable[[Node, Ref, Ref], None]) -> None:
    """Call ``tell`` for every pair of columns that a comparison compares, functions around them passed."""
    for node in comparisons(clause):
        for left in refs(node.parts[0]):
            for right in refs(node.parts[1]):
                tell(node, left, right)


def copied(clause: Clause, *, without: frozenset[str] = frozenset()) -> Clause:
    """A condition of its own, its columns without some marks."""
    if isinstance(clause, Ref):
        return Ref(clause.column, clause.marks - without)
    return Node(clause.operator, [copied(part, without=without) for part in clause.parts])
