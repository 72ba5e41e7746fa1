"""Calls that an expression may skip: the later sides of ``a or b``, and one side of ``a if test else b``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .amounts import optional
from .terms import NOTHING, added, joined

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .tables import Table
    from .terms import Amount

MAX_PARTS = 5000


def chosen(table: Table, scope: int, amounts: dict[int, Amount]) -> dict[int, Amount]:
    """The amounts of calls, with those lowered that an expression may skip."""
    found = dict(amounts)
    seen: set[int] = set()
    for expr in _choices(table, scope):
        if id(expr) in seen:
            continue
        seen.add(id(expr))
        if expr[0] == "if":
            _either(table, expr[2:], found)
        else:
            for ordinal in {n for part in expr[2:] for n in inside(table, part)} & found.keys():
                found[ordinal] = optional(found[ordinal])
    return found


def _either(table: Table, sides: list[Expr], found: dict[int, Amount]) -> None:
    """One of two sides is evaluated: its amount stands at the first call of either."""
    parts = [sorted(inside(table, side) & found.keys()) for side in sides]
    first = min((part[0] for part in parts if part), default=None)
    if first is None:
        return
    totals = [NOTHING, NOTHING]
    for place, part in enumerate(parts):
        for ordinal in part:
            totals[place] = added(totals[place], found[ordinal])
    for ordinal in {*parts[0], *parts[1]}:
        del found[ordinal]
    found[first] = joined(totals[0], totals[1]) or NOTHING


def on_two_sides(table: Table, one: int, other: int) -> bool:
    """Whether two calls of a function stand on the two sides of one conditional expression: ``a() if test else b()``."""
    for expr in _choices(table, table.facts.calls[one].scope):
        if expr[0] == "if":
            first, second = (inside(table, side) for side in expr[2:])
            if (one in first and other in second) or (one in second and other in first):
                return True
    return False


def is_arm(test: Expr) -> bool:
    """Whether a test is that of an arm of ``match``: of those with one parent, one is taken."""
    return type(test) is list and test[:1] == ["cmp"] and test[2] == "match"


def inside(table: Table, expr: Expr) -> set[int]:
    """Ordinals of the calls that evaluating an expression makes."""
    found: set[int] = set()
    work = [expr]
    while work:
        part = work.pop()
        if type(part) is list:
            if part[:1] != ["lambda"]:
                work += part[1:]
        elif type(part) is str and part[:1] == "@":
            ordinal = int(part[1:].partition(".")[0])
            if ordinal not in found:
                found.add(ordinal)
                call = table.facts.calls[ordinal]
                work += [call.callee, *call.args, *(value for _, value in call.keywords)]
    return found


def _choices(table: Table, scope: int) -> Iterator[list[Expr]]:
    """Every ``or``, ``and`` and conditional expression of a function, the inner ones first."""
    facts = table.facts
    work: list[Expr] = [exit_.value for exit_ in table.exits.get(scope, ())]
    frames: set[int] = set()
    work += [facts.assigns[place].value for place in table.assigns_in.get(scope, ())]
    for ordinal in table.calls_in.get(scope, ()):
        call = facts.calls[ordinal]
        work += [*call.args, *(value for _, value in call.keywords)]
        work += [call.callee] if type(call.callee) is list else []
        frames.update(table.frames(call.frame))
    for exit_ in table.exits.get(scope, ()):
        frames.update(table.frames(exit_.frame))
    work += [facts.frames[frame].test for frame in sorted(frames) if facts.frames[frame].kind in ("if", "while")]
    found: list[list[Expr]] = []
    for _ in range(MAX_PARTS):
        if not work:
            break
        expr = work.pop()
        if type(expr) is list and expr:
            if expr[0] in ("or", "and", "if"):
                found.append(expr)
            work += expr[1:]
    yield from reversed(found)
