"""Queries of a loop that ask for the same at every turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import dotted, inside

if TYPE_CHECKING:
    from atomlint import Call

    from .._repeats import Repeat

    Expr = Any

GETS = frozenset({"get", "get_one", "get_or_404"})
"""Methods of a session, or of ``Model.query``, that look into the session first."""
MAX_PARTS = 60
"""Parts of a query that are looked into; what has more may hang on anything."""


def asks_the_same(repeat: Repeat) -> bool:
    """Whether no query of a turn names what the turn binds: nothing tells its answers apart.

    Only of queries that the loop sends by itself: what it calls may keep a state of its own.
    """
    return all(len(work.steps) == 1 and not _hangs(work.steps[0], repeat.loop.frame) for work in repeat.work)


def asks_for_its_row(repeat: Repeat) -> bool:
    """Whether a turn gets the row that the loop goes through, by its key: the session has it, and sends no query."""
    first, last = repeat.first, repeat.near.steps[-1]
    receiver = last.callee.rpartition(".")[0] if type(last.callee) is str else ""
    if last.name not in GETS or not (len(last.args) > 1 or receiver.endswith(".query")):
        return False  # Django's asks the database
    project = first.index.project
    rows = project.rowsets.of(first.path, first.scope, first.table.facts.frames[repeat.loop.frame].test)
    lookup = project.effects.lookup(last.path, last.ordinal)
    return rows is not None and lookup is not None and lookup.model == rows.model


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
