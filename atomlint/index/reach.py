"""What requests reach: every function that runs because of a request, and the call paths to it."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from .entries import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ..facts.records import Call, Expr
    from .calls import Calls, Edge
    from .dependencies import Dependency
    from .linker import Linker
    from .values import Value

REQUEST_KINDS = frozenset(
    {
        "every-request",
        "route",
        "connection",
        "page",
        "render",
        "router-dependency",
        "route-dependency",
        "auth-dependency",
    }
)
"""Kinds of entry points that a client's request runs, before its answer or with it."""
CERTAINTIES = ("high", "medium", "low")
EDGES = {"proven": 0, "high": 0, "union": 1, "medium": 1, "possible": 2, "low": 2}
"""Ranks of what calls say of how certain they are."""


class Path(NamedTuple):
    """A call path: the entry it starts at, and the edges taken, each with the function that it leaves."""

    entry: Entry
    steps: tuple[tuple[Value, Edge], ...]

    @property
    def dependency(self) -> Value:
        """The first dependency on it, or what a decorator puts around its route; the entry point where there is none."""
        if self.entry.kind.endswith("dependency"):
            return self.entry.function
        found = (edge.target for _, edge in self.steps if edge.kind == "dependency")
        return next(found, self.steps[0][1].target if self.is_decorated else self.entry.function)

    @property
    def is_decorated(self) -> bool:
        """Whether it begins in what a decorator puts around a route."""
        return self.entry.kind == "route" and bool(self.steps) and self.steps[0][1].kind == "decorator"

    @property
    def length(self) -> int:
        """Number of calls on the path."""
        return len(self.steps)

    @property
    def functions(self) -> tuple[Value, ...]:
        """The functions on the path, from the entry's to the last."""
        return (self.entry.function, *(edge.target for _, edge in self.steps))

    @property
    def confidence(self) -> str:
        """That of its weakest edge: ``high``, ``medium`` (one edge is likely, not proven) or ``low``."""
        ranks = [CERTAINTIES.index(self.entry.certainty)]
        ranks += [EDGES[edge.certainty] for _, edge in self.steps]
        return CERTAINTIES[max(*ranks, 2 if ranks.count(1) > 1 else 0)]

    @property
    def phase(self) -> str:
        """``background`` when something on the path is only started and not waited for, else ``request``."""
        return next((edge.phase for _, edge in self.steps if edge.phase != "request"), "request")


class Reach:
    """Functions that requests reach, from all entry points at once; with ``kinds`` None, that anything reaches."""

    def __init__(
        self,
        linker: Linker,
        calls: Calls,
        entries: Sequence[Entry],
        dependencies: Sequence[Dependency],
        kinds: frozenset[str] | None = REQUEST_KINDS,
    ) -> None:
        self.linker = linker
        self.calls = calls
        self.entries: dict[Value, list[Entry]] = {}
        for entry in entries:
            if kinds is None or entry.kind in kinds:
                self.entries.setdefault(entry.function, []).append(entry)
        for dependency in dependencies:
            kind = "every-request" if dependency.kind == "every-request" else f"{dependency.kind}-dependency"
            sure = dependency.certainty == "high"
            entry = Entry(dependency.function, kind, dependency.path, dependency.call, sure, 0.0, dependency.certainty)
            self.entries.setdefault(dependency.function, []).append(entry)
        self.callers: dict[Value, list[tuple[Value, Edge]]] = {}
        self.reached: dict[Value, int] = {}
        self._walk()

    def _walk(self) -> None:
        queue = deque(self.entries)
        self.reached = dict.fromkeys(self.entries, 0)
        while queue:
            function = queue.popleft()
            for edge in self.calls.edges(function):
                self.callers.setdefault(edge.target, []).append((function, edge))
                if edge.target not in self.reached:
                    self.reached[edge.target] = self.reached[function] + 1
                    queue.append(edge.target)

    def leading(self, functions: Iterable[Value]) -> frozenset[Value]:
        """These functions, and all from which requests come to one of them."""
        seen = set(functions)
        work = list(seen)
        while work:
            for caller, _ in self.callers.get(work.pop(), ()):
                if caller not in seen:
                    seen.add(caller)
                    work.append(caller)
        return frozenset(seen)

    @property
    def unresolved(self) -> int:
        """Calls on request paths whose callee the index does not know."""
        return sum(self.calls.unresolved.get(function, 0) for function in self.reached)

    def unknown(self) -> Iterator[tuple[str, int, str]]:
        """Calls on request paths whose callee the index does not know: (path, ordinal, callee), in file order."""
        for function in sorted(self.reached):
            table = self.linker.table(function.place)
            for ordinal in table.calls_in.get(function.scope, ()):
                if not self.linker.values.callee(function.place, ordinal):
                    yield function.place, ordinal, written(table.facts.calls, table.facts.calls[ordinal].callee)

    def declarations(self, dependency: Value) -> int:
        """Places where decorators of routes declare a dependency, each for one of them."""
        declared = self.entries.get(dependency, ())
        return len({(entry.path, entry.call) for entry in declared if entry.kind == "route-dependency"})

    def paths(self, function: Value) -> list[Path]:
        """The shortest path from every entry that reaches a function, shortest first."""
        if function not in self.reached:
            return []
        found: list[Path] = []
        onward: dict[Value, Edge] = {}
        """Of each function the call that brings it nearer."""
        queue = deque([function])
        while queue:
            at = queue.popleft()
            if at in self.entries:
                steps = _steps(at, function, onward)
                found += [Path(entry, steps) for entry in self.entries[at]]
            for caller, edge in self.callers.get(at, ()):
                if caller not in onward and caller != function:
                    onward[caller] = edge
                    queue.append(caller)
        return found


def _steps(start: Value, end: Value, onward: Mapping[Value, Edge]) -> tuple[tuple[Value, Edge], ...]:
    """The calls from one function to another."""
    steps: list[tuple[Value, Edge]] = []
    at = start
    while at != end:
        steps.append((at, onward[at]))
        at = onward[at].target
    return tuple(steps)


def written(calls: Sequence[Call], callee: Expr, depth: int = 3) -> str:
    """A callee as it was written, as far as it is a name: ``db.query(...).filter``."""
    if depth == 0:
        return "(...)"
    if type(callee) is list and callee[:1] == ["."]:
        return f"{written(calls, callee[1], depth - 1)}.{callee[2]}"
    if type(callee) is list and callee[:1] == ["sub"]:
        return f"{written(calls, callee[1], depth - 1)}[...]"
    if type(callee) is not str or callee[:1] in ("'", "#", "?", ""):
        return "(...)"
    if callee[:1] == "@":
        head, dot, rest = callee.partition(".")
        return f"{written(calls, calls[int(head[1:])].callee, depth - 1)}(...){dot}{rest}"
    return callee
