"""Who else asks for the work that a finding is about, beside the call path that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atomlint import Index
    from atomlint.index.reach import Path
    from atomlint.index.value import Value

SHOWN = 3
"""Other callers that a finding names."""


def askers(index: Index, paths: Sequence[Path], *, function: Value | None = None) -> tuple[Note, ...]:
    """Where other call paths join the first one, each once: the repair has to serve them too.

    With ``function``, the one that the paths end at, other callers of it on request paths are named as well, first those by
    which a function of the path comes here a second time.
    """
    shown = frozenset(paths[0].functions) if paths else frozenset()
    beside = list(_beside(index, function, shown | {function})) if function is not None else []
    found: dict[tuple[str, int], Note] = {}
    joints = (joint for path in paths[1:] if (joint := _joint(path, shown)) is not None)
    sites = [site for site in beside if site[0] in shown]
    sites += ((caller, call, caller) for caller, call in joints)
    sites += (site for site in beside if site[0] not in shown)
    for at, call, by in sites:
        name, last = index.function(at).qualname, index.function(by).qualname
        text = f"{name} comes here too" if at == by else f"{name} comes here again, by {last}"
        found.setdefault((at.place, call), Note(index.call(at.place, call).span, text))
        if len(found) == SHOWN:
            break
    return tuple(found.values())


def _beside(index: Index, function: Value, shown: frozenset[Value]) -> Iterator[tuple[Value, int, Value]]:
    """Calls that the shown path leaves out, each with the caller of the function that it leads to: itself, or one between."""
    callers = index.project.reach.callers
    for caller, edge in callers.get(function, ()):
        if caller in shown or edge.call < 0 or edge.kind != "call" or caller.place in index.tests:
            continue
        again = ((above, e.call) for above, e in callers.get(caller, ()) if above in shown and e.call >= 0)
        yield (*next(again, (caller, edge.call)), caller)


def _joint(path: Path, shown: frozenset[Value]) -> tuple[Value, int] | None:
    """The call by which a path comes to a function of the shown one: (caller, call); None where no call does."""
    for caller, edge in path.steps:
        if edge.target in shown:
            return (caller, edge.call) if caller not in shown and edge.call >= 0 and edge.kind == "call" else None
    return None
