"""Calls that are made for what they do, not for what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import expressions, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Index
    from atomlint.index.tables import Table

    Expr = Any


def is_action(call: Call) -> bool:
    """Whether nothing takes what a call gives: ``cancel(task)`` as a statement of its own.

    What a comprehension calls is always taken: its items and its conditions are.
    """
    frames = call.table.facts.frames
    if any(frames[at].kind == "comp" for at in call.frame_ids[:1]):
        return False
    return call.ordinal not in _taken(call.index, call.path)


def _taken(index: Index, path: str) -> frozenset[int]:
    """Calls of a file whose results something takes, by ordinal."""
    found: frozenset[int] = index.keep(("taken", path), lambda: frozenset(_uses(index.table(path))))
    return found


def _uses(table: Table) -> Iterator[int]:
    for _, expr in expressions(table):
        yield from _calls_in(expr)
    for call in table.facts.calls:
        yield from _calls_in(call.callee)
    for assign in table.facts.assigns:
        yield from _calls_in(assign.target)


def _calls_in(expr: Expr) -> Iterator[int]:
    for part in inside(expr) if type(expr) is list else (expr,):
        if type(part) is str and part[:1] == "@":
            yield int(part[1:].partition(".")[0])
