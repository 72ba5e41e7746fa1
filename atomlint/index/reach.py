"""What requests reach: every function that runs because of a request, and the call paths to it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from .entries import Dependency, Entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .calls import Calls, Edge
    from .linker import Linker
    from .values import Value

MAX_DEPTH = 25
"""Calls between an entry point and an effect: longer paths do not convince a reader."""


class Path(NamedTuple):
    """A call path: the entry it starts at, and the edges taken, each with the function that it leaves."""

    entry: Entry
    steps: tuple[tuple[Value, Edge], ...]

    @property
    def length(self) -> int:
        """Number of calls on the path."""
        return len(self.steps)

    @property
    def functions(self) -> tuple[Value, ...]:
        """The functions on the path, from the entry's to the last."""
        return (self.entry.function, *(edge.target for _, edge in self.steps))


class Reach:
    """Functions that requests reach, from all entry points at once."""

    def __init__(
        self, linker: Linker, calls: Calls, entries: Sequence[Entry], dependencies: Sequence[Dependency]
    ) -> None:
        self.linker = linker
        self.calls = calls
        self.entries: dict[Value, list[Entry]] = {}
        for entry in entries:
            if entry.kind in ("every-request", "route"):
                self.entries.setdefault(entry.function, []).append(entry)
        for dependency in dependencies:
            kind = "every-request" if dependency.kind == "every-request" else f"{dependency.kind}-dependency"
            entry = Entry(dependency.function, kind, dependency.path, dependency.call, True)
            self.entries.setdefault(dependency.function, []).append(entry)
        self.callers: dict[Value, list[tuple[Value, Edge]]] = {}
        self.reached: dict[Value, int] = {}
        self._walk()

    def _walk(self) -> None:
        queue = deque((function, 0) for function in self.entries)
        self.reached = dict.fromkeys(self.entries, 0)
        while queue:
            function, depth = queue.popleft()
            for edge in self.calls.edges(function):
                self.callers.setdefault(edge.target, []).append((function, edge))
                if edge.target not in self.reached and depth < MAX_DEPTH:
                    self.reached[edge.target] = depth + 1
                    queue.append((edge.target, depth + 1))

    @property
    def unresolved(self) -> int:
        """Calls on request paths whose callee the index does not know."""
        return sum(self.calls.unresolved.get(function, 0) for function in self.reached)

    def paths(self, function: Value) -> list[Path]:
        """The shortest path from every entry that reaches a function, shortest first."""
        if function not in self.reached:
            return []
        found: list[Path] = []
        seen = {function}
        queue: deque[tuple[Value, tuple[tuple[Value, Edge], ...]]] = deque([(function, ())])
        while queue:
            at, steps = queue.popleft()
            found += [Path(entry, steps) for entry in self.entries.get(at, ())]
            if len(steps) >= MAX_DEPTH:
                continue
            for caller, edge in self.callers.get(at, ()):
                if caller not in seen:
                    seen.add(caller)
                    queue.append((caller, ((caller, edge), *steps)))
        return found
