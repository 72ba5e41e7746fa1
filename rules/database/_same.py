"""Queries of a loop that ask for the same at every turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import dotted, inside

if TYPE_CHECKING:
    from atomlint import Call

    from .._repeats import Repeat

    Expr = Any

MAX_PARTS = 60
"""Parts of a query that are looked into; what has more may hang on anything."""


def asks_the_same(repeat: Repeat) -> bool:
    """Whether no query of a turn names what the turn binds: nothing tells its answers apart.

    Only of queries that the loop sends by itself: what it calls may keep a state of its own.
    """
    return all(len(work.steps) == 1 and not _hangs(work.steps[0], repeat.loop.frame) for work in repeat.work)


def _hangs(call: Call, loop: int) -> bool:
    """Whether a query names something that is bound in the turn, or something that is not known."""
    table, function = call.table, call.function
    bound = set(call.index.project.loops.targets(call.path, loop))
    bound |= {
        target.partition(".")[0]
        for assign in function.assigns
        if loop in table.frames(assign.frame) and (target := dotted(assign.target))
    }
    if not bound:
        return True
    work: list[Expr] = [
        part for link in call.query_chain for part in (link.callee, *link.args, *(v for _, v in link.keywords))
    ]
    for _ in range(MAX_PARTS):
        if not work:
            return False
        for part in inside(work.pop()):
            if type(part) is not str:
                continue
            if part == "?" or part.partition(".")[0] in bound:
                return True
            if part[:1] == "@":
                inner = call.index.call(call.path, int(part[1:].partition(".")[0]))
                work += [inner.callee, *inner.args, *inner.keywords.values()]
    return True
