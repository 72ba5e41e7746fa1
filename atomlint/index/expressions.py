"""Expressions of a file in the facts' notation: all of them with their places, and what is inside of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from .tables import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .tables import Table

BRANCHES = frozenset({"if", "else", "after"})


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an expression stands as a whole: one kind of record, and which."""

    kind: str
    """``assign``, ``call`` (an argument), ``exit``, ``test`` (of a frame) or ``default`` (of a parameter)."""
    ordinal: int
    """In the list of its kind; of the scope for defaults."""
    scope: int
    frame: int


def expressions(table: Table) -> Iterator[tuple[Place, Expr]]:
    """Every expression that stands by itself in a file: values, arguments, returns and tests; calls refer to others."""
    facts = table.facts
    for ordinal, assign in enumerate(facts.assigns):
        if assign.value is not None and assign.kind not in ("for", "except"):
            yield Place("assign", ordinal, assign.scope, assign.frame), assign.value
    for ordinal, call in enumerate(facts.calls):
        place = Place("call", ordinal, call.scope, call.frame)
        if type(call.callee) is list:
            yield place, call.callee
        for argument in call.args:
            yield place, argument
        for _, argument in call.keywords:
            yield place, argument
    for ordinal, exit_ in enumerate(facts.exits):
        yield Place("exit", ordinal, exit_.scope, exit_.frame), exit_.value
    owners = frame_scopes(table)
    for ordinal, frame in enumerate(facts.frames):
        if frame.kind in ("if", "while", "for", "with", "comp") and frame.test is not None:
            yield Place("test", ordinal, owners.get(ordinal, 0), frame.parent), frame.test
    for ordinal, scope in enumerate(facts.scopes):
        for param in scope.params:
            if param.default is not None:
                yield Place("default", ordinal, scope.parent, scope.frame), param.default


def frame_scopes(table: Table) -> dict[int, int]:
    """The scope of every frame that holds a record, and of the frames around it."""
    facts = table.facts
    owners: dict[int, int] = {}
    for records in (facts.assigns, facts.calls, facts.exits):
        for record in records:
            frame = record.frame
            while frame and frame not in owners:
                owners[frame] = record.scope
                frame = facts.frames[frame].parent
    return owners


def inside(expr: Expr) -> Iterator[Expr]:
    """An expression and all below it, outermost first; operators are none, and ``@`` would be taken for a call."""
    stack = [expr]
    while stack:
        item = stack.pop()
        yield item
        if type(item) is list:
            named = item and type(item[0]) is str
            stack += reversed(item[2 if item[0] == "bin" else 1 :] if named else item)


def references(expr: Expr) -> Iterator[str]:
    """Names, attributes of names and call results (``@3``, ``@3.x``) in an expression."""
    for item in inside(expr):
        if type(item) is str and (dotted(item) is not None or item[:1] == "@"):
            yield item


def condition(kind: str, test: Expr) -> Expr:
    """What holds inside of a frame of kind ``if``, ``else`` or ``after``."""
    return ["not", test] if kind == "else" else test


def atoms(test: Expr, *, negated: bool = False) -> Iterator[tuple[Expr, bool]]:
    """The parts of a boolean expression, each with whether it is negated."""
    if type(test) is list and test and test[0] == "not":
        yield from atoms(test[1], negated=not negated)
    elif type(test) is list and test and test[0] in ("and", "or"):
        for part in test[1:]:
            yield from atoms(part, negated=negated)
    else:
        yield test, negated


def receiver(callee: Expr) -> tuple[Expr, str] | None:
    """What a method is called on, and its name: ``("@3", "lower")`` of ``@3.lower``."""
    if type(callee) is list and callee[:1] == ["."]:
        return callee[1], callee[2]
    if type(callee) is str and "." in callee and callee[:1] not in ("'", "#", "?"):
        head, _, name = callee.rpartition(".")
        return head, name
    return None
