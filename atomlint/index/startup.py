"""What a process does when it starts: the remote work of lifespans and start-up handlers, and what catches its errors."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from .effects import Effect
from .expressions import BRANCHES, condition
from .requestwork import Step
from .tables import Table, call_number, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .calls import Edge
    from .entries import Entry
    from .project import Project
    from .queries import DatabaseCall
    from .values import Value

MAX_DEPTH = 8
"""Calls between a start-up handler and what it asks: further down nobody looks for a handler."""
MAX_VISITS = 2000
DEVELOPMENT = "'runserver"
BROAD = frozenset(
    {"Exception", "BaseException", "OSError", "IOError", "EnvironmentError", "ConnectionError", "TimeoutError"}
)
"""Built-in exceptions by which a service that is away is caught."""
DRIVER = ("error", "exception", "unavailable", "timeout")
DRIVERS = (
    "sqlalchemy", "sqlmodel", "asyncpg", "psycopg", "psycopg2", "redis", "valkey", "aioredis", "pymysql", "django.db",
    "databases", "socket", "asyncio", "requests", "httpx",
)  # fmt: skip
"""Libraries whose errors say that a service is away."""
ENSURES = (".create_all", "alembic.command.upgrade", "alembic.command.stamp")
"""Calls without which nothing else works: a process may well stop when they fail."""
FAILED = ("#False", "#None")
"""What says that something has failed."""
AWAITS = frozenset({"gather", "wait_for", "shield", "wait", "run", "run_until_complete", "run_in_threadpool"})


class Ensure(NamedTuple):
    """A call that makes the database ready: its tables, its migrations."""

    path: str
    call: int
    operation: str


class Connect(NamedTuple):
    """A factory that opens a connection at once."""

    path: str
    call: int
    resource: str
    operation: str


class StartUse(NamedTuple):
    """One remote call that a start of the process makes."""

    entry: Entry
    chain: tuple[Step, ...]
    """From the call in the start-up handler down to the remote one."""
    work: Effect | DatabaseCall | Ensure | Connect
    handled: bool
    """Whether something on the way catches the error of a service that is away."""
    sure: bool = True
    """Whether the calls on the way lead there, and to no other implementation."""

    @property
    def resource(self) -> str:
        """``redis`` or ``database``."""
        if isinstance(self.work, Effect):
            return self.work.operation.resource
        return self.work.resource if isinstance(self.work, Connect) else "database"

    @property
    def commands(self) -> int:
        """Commands or statements that it sends, each time."""
        return self.work.operation.commands if isinstance(self.work, Effect) else 1

    @property
    def operation(self) -> str:
        """The method or function that asks."""
        return self.work.operation.name if isinstance(self.work, Effect) else self.work.operation


def _is_of_development(table: Table, ordinal: int) -> bool:
    """Whether a call is made for Django's development server alone: ``if "runserver" in sys.argv``."""
    tests = (table.facts.frames[frame] for frame in table.frames(table.facts.calls[ordinal].frame))
    return any(frame.kind == "if" and frame.test == ["cmp", DEVELOPMENT, "in", "sys.argv"] for frame in tests)


class Startup:
    """Walks from every entry point that runs at process start."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.connects = {
            name: client.resource for client in project.catalog.clients.values() for name in client.connects
        }

    def uses(self) -> dict[Value, list[StartUse]]:
        """Remote work by the start-up handler, in the order of the source."""
        found: dict[Value, list[StartUse]] = {}
        repeated = {entry.function for entry in self.project.entries if entry.kind == "interval"}
        for entry in self.project.entries:
            if entry.function in repeated:
                continue  # @repeat_every starts a task of its own, which logs what it raises
            if entry.kind == "start" and entry.function not in found and not self._at_shutdown(entry):
                found[entry.function] = list(self._walk(entry, entry.function, (), handled=False, seen=set()))
        return found

    def _at_shutdown(self, entry: Entry) -> bool:
        """``@app.on_event("shutdown")``: the same method registers both."""
        if entry.call < 0:
            return False
        call = self.project.linker.table(entry.path).facts.calls[entry.call]
        return any("shutdown" in (text_of(arg) or "").lower() for arg in call.args[:1])

    def _walk(
        self,
        entry: Entry,
        function: Value,
        chain: tuple[Step, ...],
        *,
        handled: bool,
        seen: set[tuple[Value, bool]],
        sure: bool = True,
    ) -> Iterator[StartUse]:
        if (function, handled) in seen or len(seen) > MAX_VISITS:
            return
        seen.add((function, handled))
        table = self.project.linker.table(function.place)
        edges: dict[int, list[Edge]] = {}
        for edge in self.project.calls.edges(function):
            edges.setdefault(edge.call, []).append(edge)
        until = self._until(table, function.scope) if not chain else None
        for ordinal in table.calls_in.get(function.scope, ()):
            if until is not None and ordinal >= until:
                return
            if self.project.guards.on_error(function.place, ordinal) or _is_of_development(table, ordinal):
                continue
            caught = handled or self.catches(table, ordinal) or self._is_tried(table, ordinal)
            steps = (*chain, Step(function, ordinal))
            work = self._work(function.place, ordinal)
            if work is not None:
                yield StartUse(entry, steps, work, caught, sure)
                continue
            if len(steps) >= MAX_DEPTH:
                continue
            for edge in edges.get(ordinal, ()):
                if edge.phase == "request" and edge.kind in ("call", "carried") and self._runs(table, ordinal, edge):
                    proven = sure and edge.certainty == "proven"
                    yield from self._walk(entry, edge.target, steps, handled=caught, seen=seen, sure=proven)

    @staticmethod
    def _until(table: Table, scope: int) -> int | None:
        """The first call of a lifespan that belongs to the shut-down: what follows its ``yield``."""
        return next((exit_.after for exit_ in table.exits.get(scope, ()) if exit_.kind == "yield"), None)

    def _runs(self, table: Table, ordinal: int, edge: Edge) -> bool:
        """Whether a call runs its target and waits for it: a coroutine that nobody awaits here runs later."""
        target = self.project.linker.table(edge.target.place).facts.scopes[edge.target.scope]
        if not target.is_async or target.yields or edge.kind == "carried" or table.facts.calls[ordinal].awaited:
            return True
        reference = f"@{ordinal}"
        return any(
            reference in call.args and (dotted(call.callee) or "").rpartition(".")[2] in AWAITS
            for call in (table.facts.calls[n] for n in table.calls_in.get(table.facts.calls[ordinal].scope, ()))
        )

    def _work(self, path: str, ordinal: int) -> Effect | DatabaseCall | Ensure | Connect | None:
        project = self.project
        record = project.linker.table(path).facts.calls[ordinal]
        given = [arg for arg in record.args[:1] if type(arg) is str and "." in arg and arg[0] not in "'#?@"]
        values = set(project.linker.values.callee(path, ordinal))
        for expr in given:  # run_in_threadpool(Base.metadata.create_all, engine)
            values |= project.linker.evaluate(path, record.scope, expr)
        for value in sorted(values):
            if value.kind != "ext":
                continue
            if value.place.endswith(ENSURES) and value.place.startswith(
                ("sqlalchemy", "sqlmodel", "flask_sqlalchemy", "alembic")
            ):
                return Ensure(path, ordinal, value.place.rpartition(".")[2])
            if value.place in self.connects:
                return Connect(path, ordinal, self.connects[value.place], value.place)
        return project.effects.remote(path, ordinal) or project.effects.database(path, ordinal)

    def catches(self, table: Table, ordinal: int) -> bool:
        """Whether a ``try`` or ``suppress`` around a call catches the error of a service that is away."""
        record = table.facts.calls[ordinal]
        for frame in table.frames(record.frame):
            entry = table.facts.frames[frame]
            if entry.kind == "try" and type(entry.test) is list:
                if any(self._catches(table, record.scope, expr) for expr in entry.test[1:]):
                    return True
            elif entry.kind == "with" and type(entry.test) is str and entry.test[:1] == "@" and "." not in entry.test:
                manager = table.facts.calls[int(entry.test[1:])]
                if (dotted(manager.callee) or "").rpartition(".")[2] == "suppress" and any(
                    self._catches(table, record.scope, expr) for expr in manager.args
                ):
                    return True
        return False

    def _is_tried(self, table: Table, ordinal: int) -> bool:
        """Whether a call needs a flag that an ``except`` leaves false: ``if redis_ok:``, ``if await is_there(redis):``."""
        record = table.facts.calls[ordinal]
        for number in table.frames(record.frame):
            frame = table.facts.frames[number]
            test = condition(frame.kind, frame.test) if frame.kind in BRANCHES and frame.test is not None else None
            parts = test[1:] if type(test) is list and test[:1] == ["and"] else [test]
            if any(self._tells(table, record.scope, part) for part in parts):
                return True
        return False

    def _tells(self, table: Table, scope: int, part: Expr) -> bool:
        """Whether an expression is false once an error was caught: what a call of the project returns then, or a flag."""
        made = call_number(part)
        if made is not None:
            return any(self._returns_failure(value) for value in self.project.linker.values.callee(table.path, made))
        assigns = [b.assign for b in table.lookup(scope, part) if b.assign is not None] if type(part) is str else []
        return any(
            (assign.value in FAILED and _in_except(table, assign.frame))
            or (call_number(assign.value) is not None and self._tells(table, assign.scope, assign.value))
            for assign in assigns
        )

    def _returns_failure(self, function: Value) -> bool:
        """Whether a function of the project returns that something failed where it has caught an error."""
        if function.kind != "def":
            return False
        table = self.project.linker.table(function.place)
        exits = table.exits.get(function.scope, ())
        return any(e.kind == "return" and e.value in FAILED and _in_except(table, e.frame) for e in exits)

    def _catches(self, table: Table, scope: int, expr: Expr) -> bool:
        name = dotted(expr)
        if name is None:
            return True  # computed: nobody writes that for another error
        if name in BROAD:
            return True
        values = self.project.linker.evaluate(table.path, scope, name)
        if not values:
            return not hasattr(builtins, name) and name.rpartition(".")[2].lower().endswith(DRIVER)
        return any(value.kind != "ext" or value.place.startswith(DRIVERS) for value in values)


def _in_except(table: Table, frame: int) -> bool:
    return any(table.facts.frames[number].kind == "except" for number in table.frames(frame))
