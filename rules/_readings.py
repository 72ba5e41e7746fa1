"""Attributes that functions read of names: as far as facts keep them, in calls, assignments, returns and tests."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import dotted, expressions

from ._arms import arms

if TYPE_CHECKING:
    from atomlint import Function, Index, Span

    Expr = Any

LINES = 6
"""Lines that an item of a comprehension may stand before or after its ``for``."""


class Reading(NamedTuple):
    """A name with attributes that is read somewhere in a file."""

    frame: int
    name: str
    sure: bool
    """False in an arm of ``and``, ``or`` or a conditional expression."""
    called: bool
    """Whether it is what a call calls."""


def readings(function: Function) -> list[Reading]:
    """Names with attributes that a function reads, in no order."""
    kept: dict[int, list[Reading]] = function.index.keep(("readings", function.path), lambda: _of_file(function))
    return kept.get(function.ordinal, [])


def _of_file(function: Function) -> dict[int, list[Reading]]:
    table = function.table
    found: dict[int, list[Reading]] = {}
    comps: dict[tuple[int, str], int] = {}
    for number, entry in enumerate(table.facts.frames):
        if entry.kind == "comp":
            comps.setdefault((entry.parent, str(entry.test)), number)

    def walk(expr: Expr, scope: int, frame: int, *, sure: bool) -> None:
        if type(expr) is str:
            if dotted(expr) and "." in expr:
                found.setdefault(scope, []).append(Reading(frame, expr, sure, called=False))
            return
        if type(expr) is not list or not expr:
            return
        if expr[0] == "comp":
            walk(expr[2], scope, frame, sure=sure)
            walk(expr[1], scope, comps.get((frame, str(expr[2])), frame), sure=sure)
            return
        arms = expr[0] in ("or", "and", "if")
        for number, part in enumerate(expr[1:]):
            walk(part, scope, frame, sure=sure and not (arms and number > 0))

    unsure = arms(function.index, function.path)
    for place, expr in expressions(table):
        sure = place.kind != "call" or place.ordinal not in unsure
        walk(expr, table.enclosing_function(place.scope), place.frame, sure=sure)
    for ordinal, call in enumerate(table.facts.calls):
        if dotted(call.callee) and "." in call.callee:
            reading = Reading(call.frame, call.callee, ordinal not in unsure, called=True)
            found.setdefault(table.enclosing_function(call.scope), []).append(reading)
    return found


def place_of(index: Index, function: Function, name: str, loop: int = 0) -> Span:
    """Where a function reads an attribute, in a loop of it first; its header when the text is not at hand."""
    owner, _, attribute = name.partition(".")
    spans = index.project.spans(function.path)
    if spans is None:
        return function.span
    five = spans.scopes[5 * function.ordinal : 5 * function.ordinal + 5]
    around = (five[3], 0, five[4] + 1, 0) if function.ordinal else None
    if name.endswith(")"):
        called = name.partition("(")[0]
        wanted = lambda node: isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == called  # noqa: E731
    else:
        wanted = lambda node: (  # noqa: E731
            isinstance(node, ast.Attribute)
            and node.attr == attribute
            and isinstance(node.value, ast.Name)
            and node.value.id == owner
        )
    line = _line_of(index, function, loop) if loop else 0
    if line and function.table.facts.frames[loop].kind == "comp":
        near = index.find_node(function.path, (max(five[3], line - LINES), 0, line + LINES, 0), wanted)
    else:
        near = index.find_node(function.path, (line, 0, five[4] + 1, 0), wanted) if line else None
    return near or index.find_node(function.path, around, wanted) or function.span


def _line_of(index: Index, function: Function, loop: int) -> int:
    """The line on which a loop binds its item; 0 when that is not known."""
    spans = index.project.spans(function.path)
    bound = index.project.loops.bindings(function.path, loop)
    assigns = function.table.facts.assigns
    places = [place for place, assign in enumerate(assigns) if any(assign is one for one in bound)]
    return spans.assigns[4 * places[0]] if spans is not None and places else 0
