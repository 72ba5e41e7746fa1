"""Branches on the way to some work: those that a request may not take, and those that all lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Frame
    from .calls import Edge
    from .gates import Gate
    from .project import Project
    from .reach import Path
    from .requestwork import Step
    from .tables import Table
    from .value import Value

DEPTH = 4
"""Calls that are followed to where all branches lead."""
OTHER = {"if": "else", "else": "if"}
PASSED = frozenset({"after", "with", "try", "finally"})
"""Kinds of frames that are entered whenever what is around them is."""


class Branching:
    """Judges call paths; what is asked of functions is kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._sure: dict[tuple[Value, Value, int], bool] = {}
        self._before: dict[Value, frozenset[Value]] = {}

    def conditional(self, path: Path, chain: Iterable[Step], gate: Gate | None) -> bool:
        """Whether a request may take another branch on a path or on the calls below it, other than that of an open gate."""
        if any(self._may_be_left_out(path, step.function, step.call, gate) for step in chain):
            return True
        for function, edge in path.steps:
            called = edge.call >= 0 and edge.kind in ("call", "carried")
            if called and self._may_be_left_out(path, function, edge.call, gate):
                return not self.is_sure(function, path.functions[-1])
        return False

    def lets_few_by(self, function: Value, call: int) -> bool:
        """Whether a function comes to a call for some routes alone, or for requests that have left something to do."""
        return self.project.guards.chosen(function.place, call) or self.project.routes.picks(function, call)

    def _may_be_left_out(self, path: Path, function: Value, call: int, gate: Gate | None) -> bool:
        passed = self._passed(path, function.place, call, gate)
        return self.project.guards.conditional(function.place, call, passed) or self.lets_few_by(function, call)

    def _passed(self, path: Path, place: str, call: int, gate: Gate | None) -> frozenset[int]:
        """Frames around a call that hold no request back: of an open gate, of a look at what only this path fills."""
        own = self.project.held.own_looks(path, place, call)
        return own | {gate.frame} if gate is not None and gate.path == place else own

    def is_sure(self, function: Value, end: Value, depth: int = DEPTH) -> bool:
        """Whether a function calls another one in whichever branch it takes, by itself or through what it calls."""
        key = (function, end, depth)
        if key not in self._sure:
            self._sure[key] = False  # it calls itself
            calls = [edge.call for edge in self.leading(function, end, depth)]
            self._sure[key] = self._covers(self.project.linker.table(function.place), function.scope, calls)
        return self._sure[key]

    def leading(self, function: Value, end: Value, depth: int = DEPTH) -> Iterator[Edge]:
        """Calls of a function that surely lead to another one, once they are made."""
        guards = self.project.guards
        if end not in self._before:
            self._before[end] = self.project.reach.leading((end,))
        before = self._before[end]
        for edge in self.project.calls.edges(function):
            if edge.call < 0 or edge.kind not in ("call", "carried") or edge.target not in before:
                continue
            if edge.certainty != "proven" or edge.phase != "request":
                continue
            if guards.on_error(function.place, edge.call) or guards.of(function.place, edge.call) is not None:
                continue
            if edge.target == end or (depth > 1 and self.is_sure(edge.target, end, depth - 1)):
                yield edge

    def _covers(self, table: Table, scope: int, calls: list[int]) -> bool:
        """Whether each way through a function makes one of some calls."""
        guards, frames = self.project.guards, table.facts.frames
        made = [table.facts.calls[call] for call in calls if not guards.chosen(table.path, call)]
        work = [call.frame for call in made if call.scope == scope]
        seen: set[int] = set()
        while work:
            at = work.pop()
            if at in seen:
                continue
            if at == 0:
                return True
            seen.add(at)
            frame = frames[at]
            passed = frame.kind in PASSED or (frame.kind in OTHER and not guards.holds_back(table.path, scope, at))
            if passed or any(_are_both(frame, frames[other]) for other in seen):
                work.append(frame.parent)
        return False

    def is_alternative(self, path: Path) -> bool:
        """Whether a dependency on a path is one of several that its parameter can stand for: ``Depends(a if x else b)``."""
        return any(
            edge.kind == "dependency"
            and edge.call >= 0
            and any(
                other.kind == "dependency" and other.call == edge.call and other.target != edge.target
                for other in self.project.calls.edges(function)
            )
            for function, edge in path.steps
        )


def _are_both(one: Frame, other: Frame) -> bool:
    """Whether two frames are the branches of one test."""
    return one.parent == other.parent and one.test == other.test and one.kind == OTHER.get(other.kind)
