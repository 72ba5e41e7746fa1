"""Loops of commands that are hardly worth mending: few requests come there, or the commands are the least of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._deprecated import is_deprecated
from .._ways import is_kept, paths_to
from ._bulk import of_cache

if TYPE_CHECKING:
    from atomlint import Function, Index
    from atomlint.index.reach import Path

    from .._repeats import Repeat

SCANS = frozenset({"scan_iter", "hscan_iter", "sscan_iter", "zscan_iter", "keys", "iter_keys", "scan"})
FORGETS = frozenset({"delete", "unlink", "delete_many"})
READS_ONE = frozenset({"get", "get_or_set"})


def is_seldom(function: Function, repeat: Repeat) -> bool:
    """Whether few requests come to a loop, or it holds little: it forgets what it searches for, or goes through one value."""
    if forgets(function, repeat) or is_one_answer(function, repeat):
        return True
    return all(takes_few(function.index, path) for path in paths_to(function))


def takes_few(index: Index, path: Path) -> bool:
    """Whether a path is one that a cache answers for, of a deprecated route, or one after an error."""
    return (
        is_kept(path, index)
        or is_deprecated(index, path.entry)
        or any(
            kind == "except"
            for caller, edge in path.steps
            if edge.call >= 0
            for kind, _ in index.call(caller.place, edge.call).frames
        )
    )


def forgets(function: Function, repeat: Repeat) -> bool:
    """Whether a loop deletes what it searches for: to look for the keys among all others is what costs."""
    if not all(work.hit.what in FORGETS for work in repeat.work):
        return False
    asked = source_of(function, repeat)
    return asked is not None and function.index.call(function.path, asked).name in SCANS


def is_one_answer(function: Function, repeat: Repeat) -> bool:
    """Whether the items are one cached value: a list that was small enough to be kept whole."""
    asked = source_of(function, repeat)
    if asked is None:
        return False
    call = function.index.call(function.path, asked)
    return of_cache(call) and call.effect is not None and call.effect.operation.name in READS_ONE


def source_of(function: Function, repeat: Repeat) -> int | None:
    """The call whose answer a loop goes through, also by a name that is assigned once."""
    facts = function.table.facts
    iterable = facts.frames[repeat.loop.frame].test if repeat.loop.frame else None
    for _ in range(3):
        if type(iterable) is list and iterable[:1] == ["comp"]:
            iterable = iterable[-1]
        if type(iterable) is str and iterable[:1] == "@" and iterable[1:].isdecimal():
            return int(iterable[1:])
        values = [a.value for a in function.assigns if a.target == iterable and a.after <= repeat.first.ordinal]
        if not values:
            return None
        iterable = values[0]
    return None
