"""Which requests take a path: those that only read, or those that are sent to change something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import condition, dotted, inside, text_of

from ._turns import held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Function, Index
    from atomlint.index.reach import Path

    Expr = Any

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
GUARDS = frozenset({"require_POST"})
"""Decorators that leave the requests out that only read."""


def is_writing(path: Path, index: Index) -> bool:
    """Whether only requests that are sent to change something take a path: by the method of its route, or by a guard."""
    verbs = index.project.routes.verbs(path.entry)
    if verbs:
        return verbs <= WRITING
    if GUARDS.intersection(_decorators(index.function(path.entry.function))):
        return True
    return any(
        edge.call >= 0 and in_writing_branch(index.function(caller), index.call(caller.place, edge.call).frame_ids)
        for caller, edge in path.steps
    )


def _decorators(function: Function) -> Iterator[str]:
    """Names of a function's decorators; of ``@require_http_methods(["POST"])`` the method."""
    calls = function.table.facts.calls
    for expr in function.table.facts.scopes[function.ordinal].decorators:
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdecimal():
            given = calls[int(expr[1:])]
            texts = {text_of(part) for part in inside(given.args[0])} if given.args else set()
            if given.callee == "require_http_methods" and texts - {None} and texts - {None} <= WRITING:
                yield "require_POST"
        else:
            yield (dotted(expr) or "").rpartition(".")[2]


def in_writing_branch(function: Function, frames: list[int]) -> bool:
    """Whether one of these frames is a branch for requests that write: ``if request.method == "POST"``."""
    table = function.table.facts.frames
    return any(
        _is_for_writing(part, negated=negated)
        for at in frames
        if table[at].kind in ("if", "else", "after")
        for part, negated in held(condition(table[at].kind, table[at].test))
    )


def _is_for_writing(test: Expr, *, negated: bool) -> bool:
    if (
        type(test) is not list
        or test[:1] != ["cmp"]
        or len(test) != 4
        or not (dotted(test[1]) or "").endswith(".method")
    ):
        return False
    text = text_of(test[3])
    if text in WRITING:
        return bool((test[2] == "==") != negated)
    return text == "GET" and bool((test[2] == "!=") != negated)
