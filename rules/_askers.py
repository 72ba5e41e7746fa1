"""Who else asks for the work that a finding is about, beside the call path that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atomlint import Index
    from atomlint.index.reach import Path
    from atomlint.index.value import Value

SHOWN = 3
"""Other callers that a finding names."""


def askers(index: Index, paths: Sequence[Path]) -> tuple[Note, ...]:
    """Where other call paths join the first one, each once: the repair has to serve them too."""
    shown = frozenset(paths[0].functions) if paths else frozenset()
    found: dict[tuple[str, int], Note] = {}
    for path in paths[1:]:
        joint = _joint(path, shown)
        if joint is None or (joint[0].place, joint[1]) in found:
            continue
        caller = index.function(joint[0])
        found[joint[0].place, joint[1]] = Note(
            index.call(joint[0].place, joint[1]).span, f"{caller.qualname} comes here too"
        )
        if len(found) == SHOWN:
            break
    return tuple(found.values())


def _joint(path: Path, shown: frozenset[Value]) -> tuple[Value, int] | None:
    """The call by which a path comes to a function of the shown one: (caller, call); None where no call does."""
    for caller, edge in path.steps:
        if edge.target in shown:
            return (caller, edge.call) if caller not in shown and edge.call >= 0 and edge.kind == "call" else None
    return None
