"""What runs on the event loop: coroutine functions, and plain functions that these call without a thread in between."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from .tables import call_number, dotted

if TYPE_CHECKING:
    from .calls import Edge
    from .project import Project
    from .value import Value

MAX_CALLS = 12
THREADS = (
    "thread",
    "executor",
    "sync_to_async",
    ".submit",
    "asyncio.run",
    "anyio.run",
    "Process",
    "partial",
    "add_task",
)
"""In the names of callables that run what they are given elsewhere, or later."""

MOVES = ("sync_to_async", "run_in_threadpool", "in_thread", "in_executor")
"""How decorators end that run a plain function in a thread."""


class Blocked(NamedTuple):
    """A coroutine function that runs a plain function on the event loop."""

    function: Value
    steps: tuple[tuple[Value, Edge], ...]
    """The calls from it down to the plain function; empty when it is the coroutine function itself."""


class EventLoop:
    """Finds the coroutine functions on request paths that a function holds up."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self._found: dict[Value, tuple[Blocked, ...]] = {}

    def blocked_by(self, function: Value) -> tuple[Blocked, ...]:
        """The nearest coroutine functions that call a function, itself if it is one, by the number of calls."""
        if function not in self._found:
            self._found[function] = tuple(self._find(function))
        return self._found[function]

    def is_async(self, function: Value) -> bool:
        """Whether a function is declared with ``async def``."""
        return self.linker.table(function.place).facts.scopes[function.scope].is_async

    def _find(self, function: Value) -> list[Blocked]:
        found: list[Blocked] = []
        seen = {function}
        queue: deque[Blocked] = deque([Blocked(function, ())])
        while queue:
            at, steps = queue.popleft()
            if self.is_async(at):
                if self._on_loop(at):
                    found.append(Blocked(at, steps))
                continue
            if len(steps) >= MAX_CALLS or self._is_moved(at):
                continue
            for caller, edge in self.project.reach.callers.get(at, ()):
                if caller not in seen and self._stays(caller, edge):
                    seen.add(caller)
                    queue.append(Blocked(caller, ((caller, edge), *steps)))
        return found

    def _is_moved(self, function: Value) -> bool:
        """Whether a decorator makes a coroutine function of a plain one, which runs in a thread: ``@sync_to_async``."""
        table = self.linker.table(function.place)
        for decorator in table.facts.scopes[function.scope].decorators:
            number = call_number(decorator)
            name = dotted(decorator if number is None else table.facts.calls[number].callee) or ""
            if name.endswith(MOVES):
                return True
        return False

    def _stays(self, caller: Value, edge: Edge) -> bool:
        """Whether a call stays in its thread: FastAPI runs plain dependencies in a pool, carriers may hop."""
        if edge.kind == "dependency" or edge.phase != "request":
            return False
        if edge.kind != "carried":
            return True
        record = self.linker.table(caller.place).facts.calls[edge.call]
        names = [value.place for value in self.linker.values.callee(caller.place, edge.call) if value.kind == "ext"]
        names.append(record.callee if type(record.callee) is str else "")
        return not any(word in name for name in names for word in THREADS)

    def _on_loop(self, function: Value) -> bool:
        """Whether requests reach a coroutine function on a loop that they share; Flask runs each in one of its own."""
        paths = self.project.reach.paths(function)
        return any(not self._is_flask(path.entry.path, path.entry.call) for path in paths)

    def _is_flask(self, path: str, call: int) -> bool:
        if call < 0:
            return False
        values = self.linker.values.callee(path, call)
        return bool(values) and all(v.kind == "ext" and v.place.startswith("flask.") for v in values)
