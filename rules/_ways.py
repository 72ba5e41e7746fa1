"""Ways that requests take to a function, and what keeps most of them away from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._methods import is_writing
from ._staff import is_admin
from ._started import is_started

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atomlint import Call, Function, Index
    from atomlint.index.reach import Path

RANKS = ("high", "medium", "low")


def path_to(function: Function) -> Path | None:
    """The shortest way that a request takes to a function before it is answered; None when only administrators' do."""
    return next(paths_to(function), None)


def paths_to(function: Function) -> Iterator[Path]:
    """Ways that requests take to a function before they are answered, the surest first, and of them those that only read.

    Of these, those that no cache answers come first, then the shortest. Each is looked at when it is asked for: mostly
    the first is enough, and what stands before a call is dear to know.
    """
    index = function.index
    paths = [path for path in index.project.reach.paths(function.value) if path.phase == "request"]
    for rank in RANKS:
        writing, kept = [], []
        for path in sorted((path for path in paths if path.confidence == rank), key=lambda path: path.length):
            if is_admin(path, index) or _is_apart(path, index):
                continue
            if is_writing(path, index):
                writing.append(path)
            elif is_kept(path, index):
                kept.append(path)
            else:
                yield path
        yield from kept
        yield from sorted(writing, key=lambda path: is_kept(path, index))


def _is_apart(path: Path, index: Index) -> bool:
    """Whether a path leaves the request: it goes on in a task that nobody awaits, ``create_task(store(answer))``."""
    return any(
        edge.call >= 0 and edge.kind == "call" and is_started(index.call(caller.place, edge.call))
        for caller, edge in path.steps
    )


def number_of_routes(index: Index, paths: Iterable[Path]) -> int:
    """Entry points of paths; of a dependency that decorators declare, the routes that do."""
    kinds = {path.entry.function: path.entry.kind for path in paths}
    reach = index.project.reach
    return sum(reach.declarations(at) if kind == "route-dependency" else 1 for at, kind in kinds.items())


def is_kept(path: Path, index: Index) -> bool:
    """Whether a cache answers most of the requests that take a path: one around a call of it, or of a decorator."""
    guards = index.project.guards
    if any(
        edge.call >= 0 and edge.kind in ("call", "carried") and is_behind_cache(index.call(caller.place, edge.call))
        for caller, edge in path.steps
    ):
        return True
    return any(guards.decorator(index.table(one.place), one.scope) is not None for one in path.functions)


def is_behind_cache(call: Call) -> bool:
    """Whether a cache answers instead of a call most of the time, or keeps a mark that it was done."""
    guard = call.guard
    if guard is not None and not guard.holes:
        return True
    return call.index.project.guards.marked(call.path, call.ordinal)
