"""How sure repeated work is: by what is not known of it, and by how far it is from the route."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, dotted

from ._actions import is_action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.value import Value

    from ._repeats import Repeat

NEAR = 2
"""Steps from the route to the remote call up to which a loop is plain to see, though something of it is not known."""
FAR = 3
"""Steps up to which a loop of which all is known is sure."""
UNKNOWN = 2
"""Things that may not be known of a loop that is plain to see."""
PAGE = 20
"""Rows of a page: a query that is limited to fewer brings few."""
WRITTEN = 10
"""Parts of a literal up to which a caller writes out a few items, its kind and keys among them."""
REPAIRS = frozenset({"fix", "repair", "migrate", "migration", "backfill", "bootstrap", "seed", "cleanup"})
"""Words in names of functions that run a few times ever, though a route may start them."""
WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
WORKER = re.compile(r"(?:^|/)(?:workers?|crons?|cronjobs?|jobs)/|(?:^|[/_])worker\.py$")
"""Files of work at a pace of its own, of which a route starts a turn by hand at most."""


def confidence(repeat: Repeat, *, data: bool, far: int = FAR) -> Confidence:
    """High when the route, the calls, the loop over data and the work at each turn are proven, and the work is near.

    Near are ``far`` steps at most.

    Every call between a route and its query is one more that may bring few items, or have work of its own beside which a
    query is little: what is not known of a loop is likely in front of one's eyes, and possible further away.
    """
    near = repeat.near
    route = Confidence(repeat.path.confidence)
    if route is Confidence.LOW or is_few(repeat) or is_of_actions(repeat) or is_paced(repeat):
        return Confidence.LOW
    steps = len(repeat.path.steps) + len(near.steps)
    unknown = sum((not data, not near.sure, not near.proven, route is not Confidence.HIGH))
    if not unknown:
        return Confidence.HIGH if steps <= far else Confidence.MEDIUM
    return Confidence.MEDIUM if unknown <= UNKNOWN and steps <= NEAR else Confidence.LOW


def is_paced(repeat: Repeat) -> bool:
    """Whether the work is done at a pace of its own, which a route starts by hand at most: a worker's, a task's, a repair."""
    loop = repeat.first.function
    if WORKER.search(repeat.first.path) or is_repair(loop.name) or is_repair(repeat.first.name):
        return True
    tasks: frozenset[Value] = loop.index.keep("tasks", lambda: frozenset(_tasks(loop.index)))
    return any(function in tasks for function in (loop.value, *repeat.path.functions))


def is_repair(name: str) -> bool:
    """Whether a function's name says that it puts right what is there: ``fix_default_bindings``."""
    return not REPAIRS.isdisjoint(word.lower() for word in WORDS.findall(name))


def _tasks(index: Index) -> Iterator[Value]:
    for entry in index.project.registrations:
        if entry.kind in ("task", "interval"):
            yield entry.function


def is_of_actions(repeat: Repeat) -> bool:
    """Whether a turn calls a function of the project for what it does: ``for task in tasks: cancel(task)``.

    It does the same work for one item elsewhere, and does it for each with writes, messages or requests of its own.
    """
    near = repeat.near
    return len(near.steps) > 1 and is_action(near.steps[0])


def is_few(repeat: Repeat) -> bool:
    """Whether the program says that there are few: a slice, a limit, or what the caller writes out, ``rows(db, (a, b))``."""
    function = repeat.first.function
    table = function.table
    iterable = table.facts.frames[repeat.loop.frame].test
    rowsets = function.index.project.rowsets
    rows = rowsets.of(function.path, function.ordinal, iterable)
    most = rows.most if rows is not None else rowsets.most(function.path, function.ordinal, iterable)
    if 0 < most < PAGE:
        return True
    if type(iterable) is list and iterable[:1] == ["sub"] and iterable[2:] == ["?"]:
        return True
    if type(iterable) is list and iterable[:1] == ["comp"]:
        iterable = iterable[-1]
    if type(iterable) is str and iterable[:1] == "@" and "." not in iterable:  # names.items(), enumerate(names)
        record = table.facts.calls[int(iterable[1:])]
        views = type(record.callee) is str and record.callee.endswith((".items", ".keys", ".values"))
        iterable = record.callee.rpartition(".")[0] if views else record.args[0] if record.args else None
    name = dotted(iterable)
    if name is None or not repeat.path.steps or repeat.path.steps[-1][1].call < 0:
        return False
    caller, edge = repeat.path.steps[-1]
    given = function.index.provenance.given(caller, edge, name)
    return type(given) is list and given[:1] in (["[]"], ["{}"]) and 1 < len(given) <= WRITTEN
