"""Why a line runs: the function that it stands in, what reaches that, and along which calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .entries import Entry, called_functions
from .frequency import frequency, rank
from .reach import written
from .values import Value

if TYPE_CHECKING:
    from .facade import Index
    from .guard import Guard
    from .reach import Path
    from .views import Call, Function

VERBS = {"dependency": "depends on", "decorator": "is wrapped by", "carried": "hands over", "protocol": "uses"}


class Step(NamedTuple):
    """One call on the way: who makes it, where, to what, and what keeps it from running every time."""

    caller: Function
    path: str
    line: int
    verb: str
    target: Function
    phase: str
    guard: Guard | None


class Way(NamedTuple):
    """The shortest path from one entry point."""

    entry: Entry
    function: Function
    path: str
    """Where it is registered."""
    line: int
    frequency: str
    confidence: str
    phase: str
    steps: tuple[Step, ...]


class Answer(NamedTuple):
    """Everything that is known of a line."""

    path: str
    line: int
    function: Function | None
    """None when the line stands in no function."""
    calls: tuple[Call, ...]
    """Calls of the function that begin on the line."""
    ways: tuple[Way, ...]
    callers: tuple[tuple[Function, str, int], ...] = ()
    """When nothing reaches it: the functions that call it, with the place of the call."""


def why(index: Index, path: str, line: int) -> Answer:
    """Answer for a line of a file that has facts."""
    project = index.project
    scope = scope_at(index, path, line)
    if not scope:
        return Answer(path, line, None, (), ())
    function = index.function(Value("def", path, scope))
    spans = project.spans(path)
    lines = spans.calls[::4] if spans is not None else []
    calls = tuple(call for call in function.calls if lines[call.ordinal] == line)
    ways = [way_of(index, found, calls) for found in project.whole_reach.paths(function.value)]
    ways.sort(key=lambda way: (rank(way.entry), len(way.steps), way.path, way.line))
    return Answer(path, line, function, calls, tuple(ways), () if ways else tuple(callers(index, function)))


def scope_at(index: Index, path: str, line: int) -> int:
    """The innermost function around a line, its decorators among it; 0 for none. Lambdas count as the function around them."""
    spans = index.project.spans(path)
    if spans is None:
        return 0
    best = 0
    for ordinal, scope in enumerate(index.project.linker.table(path).facts.scopes):
        first, last = spans.scopes[5 * ordinal + 3 : 5 * ordinal + 5]
        if scope.kind == "function" and first <= line <= last:
            best = ordinal  # inner ones come later
    return best


def way_of(index: Index, path: Path, calls: tuple[Call, ...] = ()) -> Way:
    """A call path with its places; ``calls`` are those that it ends at."""
    entry = path.entry
    function = index.function(entry.function)
    span = index.call(entry.path, entry.call).span if entry.call >= 0 else function.span
    steps = []
    for caller, edge in path.steps:
        here = index.function(caller)
        place = index.call(caller.place, edge.call).span if edge.call >= 0 else here.span
        guard = (
            index.project.guards.of(caller.place, edge.call)
            if edge.call >= 0 and edge.kind in ("call", "carried")
            else None
        )
        verb = "starts" if edge.phase != "request" else VERBS.get(edge.kind, "calls")
        steps.append(Step(here, place.path, place.start.line, verb, index.function(edge.target), edge.phase, guard))
    first = -1 if path.steps or not calls else calls[0].ordinal
    if path.steps and path.steps[0][1].kind in ("call", "carried"):
        first = path.steps[0][1].call
    return Way(
        entry,
        function,
        span.path,
        span.start.line,
        frequency(index.project, entry, first),
        path.confidence,
        path.phase,
        tuple(steps),
    )


def callers(index: Index, function: Function) -> list[tuple[Function, str, int]]:
    """Calls of a function anywhere in the linked code, nearest first in path order."""
    found = []
    linker = index.project.linker
    names = {function.name}
    parent = function.table.facts.scopes[function.table.facts.scopes[function.ordinal].parent]
    if function.name == "__init__" and parent.kind == "class":
        names.add(parent.name)
    for name in sorted(names):
        for path, ordinal in linker.call_sites(name):
            targets = linker.values.callee(path, ordinal)
            if any(function.value == value or function.value in called_functions(linker, value) for value in targets):
                call = index.call(path, ordinal)
                found.append((call.function, path, call.span.start.line))
    return found


def callee(call: Call) -> str:
    """What a call calls, as it is written."""
    return written(call.table.facts.calls, call.callee)
