"""What libraries cost by themselves: rate limiters, cached functions, sessions, queues. Rows of kind ``work`` say how much."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from .listings import Listings
from .rows import operation_from
from .tables import dotted, text_of
from .turns import count_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Expr
    from .effects import Effect, Effects
    from .rows import CacheDecorator, WorkRow
    from .tables import Table

APPLICATIONS = frozenset({"app", "application", "api", "asgi", "asgi_app", "wsgi", "wsgi_app"})
"""Names of what a server is given."""
SEPARATOR = re.compile(r"[,;|]")
"""What stands between limits in one text."""
FALSE = ("#False", "#None", "#0", "'")
OWN_LIMITS = frozenset({"limit", "shared_limit", "exempt"})
"""Methods of limiters that are put on handlers."""


class Cached(NamedTuple):
    """A cache decorator on a function."""

    row: CacheDecorator
    name: str
    """Its canonical name."""
    local: bool | None
    """Whether its store is this process; None when that cannot be read."""


class Libraries:
    """Finds the rows that hold for calls, functions and classes; every answer is kept."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects
        self.linker = effects.linker
        self.rows: dict[str, dict[str, list[WorkRow]]] = {}
        """Rows by what they are ``on`` and by name."""
        for row in self.linker.catalog.works:
            for name in row.names:
                self.rows.setdefault(row.on, {}).setdefault(name, []).append(row)
        self.switched = [row for row in self.linker.catalog.works if row.switch]
        self.called = frozenset(name.rpartition(".")[2] for name in self.rows.get("call", ()))
        """Last names of callables whose being called costs something."""
        self._task_methods = frozenset(
            m for rows in self.rows.get("task", {}).values() for row in rows for m in row.methods
        )
        self.inheritable = frozenset(
            m for rows in self.rows.get("listed", {}).values() for row in rows for m in row.methods
        )
        """Methods of what is listed that do the work, where a class of the project calls that of its base."""
        self._kept: dict[tuple[int, str, tuple[str, int] | None], tuple[bool, str]] = {}
        self.listings = Listings(self)
        self._names: dict[Value, list[tuple[str, int]]] = {}
        self._lists: dict[tuple[str, tuple[str, ...]], tuple[str, int] | None] = {}

    # --- places ----------------------------------------------------------------------------------------------------

    def of_call(self, path: str, call: int) -> Effect | None:
        """The library's own work that a call is: a limit that is hit, a task that is sent to a queue."""
        callee = self.linker.table(path).facts.calls[call].callee
        if type(callee) is not str:
            return None
        receiver, _, method = callee.rpartition(".")
        if method in self.called:
            found = [
                effect
                for value in sorted(self.linker.values.callee(path, call))
                if value.kind == "ext"
                for effect in islice(
                    self.effects_of(self.rows["call"].get(value.place, ()), path, call, value.place), 1
                )
            ]
            if found:
                return max(found, key=lambda effect: effect.operation.commands)  # of several the dearest
        if receiver and method in self._task_methods:
            table = self.linker.table(path)
            for value in sorted(self.linker.evaluate(path, table.facts.calls[call].scope, receiver)):
                for name, _ in self.decorators(value) if value.kind == "def" else ():
                    rows = [row for row in self.rows["task"].get(name, ()) if method in row.methods]
                    for effect in self.effects_of(rows, path, call, name):
                        return effect
        return None

    def inherited(self, path: str, call: int) -> Effect | None:
        """The work that a call of a library's own method is: ``super().allow_request(request, view)`` of a throttle."""
        scopes = self.linker.table(path).facts.scopes
        owner = scopes[self.linker.table(path).facts.calls[call].scope].parent
        for value in sorted(self.linker.values.callee(path, call)):
            base, _, method = value.place.rpartition("().") if value.kind == "ext" else ("", "", "")
            rows = [row for row in self.rows.get("listed", {}).get(base, ()) if method in row.methods]
            own = self.listings.entry(Value("def", path, owner), rows[0]) if rows else None
            for effect in self.effects_of(rows, path, call, base, own):
                return effect._replace(operation=replace(effect.operation, name=method))
        return None

    def decorating(self, function: Value) -> list[Effect]:
        """Work of each call of a function, by its decorators."""
        rows = self.rows.get("decorator", {})
        return [
            effect
            for name, call in (self.decorators(function) if rows else ())
            for effect in self.effects_of(rows.get(name, ()), function.place, call, name)
        ]

    def limiting(self, function: Value) -> frozenset[str]:
        """Libraries whose middleware leaves a handler alone: it has a limit of its own, or is exempt.

        ``slowapi.middleware._should_exempt``, and ``override_defaults`` of Flask-Limiter.
        """
        names = (name.removesuffix("()") for name, _ in self.decorators(function))
        return frozenset(name.partition(".")[0] for name in names if name.rpartition(".")[2] in OWN_LIMITS)

    def cached(self, function: Value) -> Cached | None:
        """The catalogued cache decorator on a function, the outermost first."""
        for name, _ in self.decorators(function):
            row = self.linker.catalog.cache_decorator(name)
            if row is not None:
                remote = self.effects.backends.is_remote(row.backend) if row.backend else row.store == "remote"
                return Cached(row, name, None if remote is None else not remote)
        return None

    def injected(self, path: str, scope: int, call: int) -> Effect | None:
        """The work of a library's dependency that ``Depends(x)`` (the n-th call) names."""
        record = self.linker.table(path).facts.calls[call]
        rows = self.rows.get("dependency", {})
        if not rows or not record.args or not self.linker.values.parameters.is_injection(path, scope, record.callee):
            return None
        for value in sorted(self.linker.evaluate(path, record.scope, record.args[0])):
            names = (value.place, value.place.removesuffix("()")) if value.kind == "ext" else tuple(self._bases(value))
            for name in names:
                for effect in self.effects_of(rows.get(name, ()), path, call, name):
                    return effect
        return None

    def middlewares(self) -> list[Effect]:
        """Work of every request by middlewares and extensions of libraries."""
        found = []
        for name, rows in self.rows.get("middleware", {}).items():
            places: list[tuple[str, int] | None] = [*self._mentions(name)] or [self._listed_in(name, rows)]
            works = (list(self.effects_of(rows, *place, name)) for place in places if place is not None)
            found += next(filter(None, works), [])
        return found

    def working_with(self) -> Iterator[tuple[str, Effect]]:
        """Settings that hold the client of a middleware or an extension, with what it does for every request."""
        for name, rows in self.rows.get("middleware", {}).items():
            for row in rows:
                place = next(self._mentions(name), None) if row.clients else None
                for effect in self.effects_of([row], *place, name) if place is not None else ():
                    yield from ((setting, effect) for setting in row.clients)

    def listed(self, function: Value) -> list[Effect]:
        """Work of a handler by what its class (or a setting) lists: throttles."""
        return self.listings.effects(function) if self.listings.rows else []

    def listed_classes(self, function: Value) -> Iterator[Value]:
        """What the class of a handler, or a decorator on it, lists for each request: throttles, permissions."""
        return self.listings.classes(function)

    def switches(self, path: str, call: int) -> list[tuple[str, int, Expr]]:
        """What turns off the work of a call, or of what it is given first, each time that it is made: none without one."""
        record = self.linker.table(path).facts.calls[call]
        named = [*self.linker.values.callee(path, call)]
        named += self.linker.evaluate(path, record.scope, record.args[0]) if record.args else ()
        names = {value.place for value in named if value.kind == "ext"}
        row = next((row for row in self.switched if not names.isdisjoint(row.names)), None)
        made = self.effects.backends.constructions(row.backend) if row is not None and row.backend is not None else []
        found = [
            (table.path, table.facts.calls[ordinal].scope, value)
            for table, ordinal in made
            for name, value in table.facts.calls[ordinal].keywords
            if row is not None and name == row.switch
        ]
        return found if len(found) == len(made) else []

    # --- names -----------------------------------------------------------------------------------------------------

    def decorators(self, function: Value) -> list[tuple[str, int]]:
        """Canonical names of a function's decorators, each with the ordinal of its call (-1 for none)."""
        known = self._names.get(function)
        if known is None:
            table = self.linker.table(function.place)
            record = table.facts.scopes[function.scope]
            known = []
            for decorator in record.decorators:
                call, expr = -1, decorator
                if type(decorator) is str and decorator[:1] == "@" and "." not in decorator:
                    call = int(decorator[1:])
                    expr = table.facts.calls[call].callee
                if dotted(expr) is not None or (type(expr) is str and expr[:1] == "@"):
                    values = self.linker.evaluate(function.place, record.parent, expr)
                    known += [(self.linker.name_of(value), call) for value in values if value.kind in ("ext", "def")]
            self._names[function] = known
        return known

    def _bases(self, value: Value) -> Iterator[str]:
        if value.kind in ("def", "inst") and self.linker.table(value.place).facts.scopes[value.scope].kind == "class":
            yield from (base.place for base in self.linker.mro(value.place, value.scope) if base.kind == "ext")

    def _mentions(self, name: str) -> Iterator[tuple[str, int]]:
        """Calls of a name, and calls that are given it: ``Session(app)``, ``app.add_middleware(SessionMiddleware)``."""
        last = name.rpartition(".")[2]
        for path, ordinal in self.linker.call_sites(last):
            is_it = any(v.kind == "ext" and v.place == name for v in self.linker.values.callee(path, ordinal))
            if is_it and (not last.endswith("Middleware") or self._wraps(path, ordinal)):
                yield path, ordinal
        for path, ordinal in self.linker.makers(last):
            call = self.linker.table(path).facts.calls[ordinal]
            if any(v.kind == "ext" and v.place == name for v in self.linker.evaluate(path, call.scope, call.args[0])):
                yield path, ordinal

    def _wraps(self, path: str, call: int) -> bool:
        """Whether what a middleware's class makes is the application from then on: ``app = Middleware(app)``."""
        bound = self.linker.table(path).bound_to.get(call, "")
        return bound.rpartition(".")[2] in APPLICATIONS

    def _listed_in(self, name: str, rows: Iterable[WorkRow]) -> tuple[str, int] | None:
        """The file whose setting lists a name, and -1."""
        settings = tuple(sorted({setting for row in rows for setting in row.settings}))
        if (name, settings) not in self._lists:
            self._lists[name, settings] = next(
                (
                    (table.path, -1)
                    for setting in settings
                    for table, _, value in self.effects.backends.setting(setting)
                    for item in (value[1:] if type(value) is list and value[:1] == ["[]"] else [value])
                    if text_of(item) == name
                ),
                None,
            )
        return self._lists[name, settings]

    # --- rows ------------------------------------------------------------------------------------------------------

    def effects_of(
        self, rows: Iterable[WorkRow], path: str, call: int, name: str, entry: str | None = None
    ) -> Iterator[Effect]:
        """What rows cost at a place; ``entry`` is asked of the backend's setting, None for the one that the row names."""
        from .effects import Effect

        for row in rows:
            made = row.backend is not None and name in row.backend.constructors
            holds, certainty = self._holds(row, entry, (path, call) if made else None)
            if not holds:
                continue
            cost = row.cost
            for keyword, instead in row.given.items():
                if self._is_given(row, path, call, keyword):
                    cost = instead
            count = self._count(row) if row.times else 1
            operation = operation_from(row.resource, name.rpartition(".")[2], cost) if cost else None
            for _ in range(count if operation is not None else 0):
                yield Effect(path, call, operation, name, None, certainty)  # type: ignore[arg-type]

    def _holds(self, row: WorkRow, entry: str | None, at: tuple[str, int] | None) -> tuple[bool, str]:
        """Whether a row holds for the project, by version and backend, and how sure that is."""
        if entry is None:
            entry = "" if row.backend is None else row.backend.entry
        key = id(row), entry, at
        if key not in self._kept:
            self._kept[key] = self._judge(row, entry, at)
        return self._kept[key]

    def _judge(self, row: WorkRow, entry: str, at: tuple[str, int] | None) -> tuple[bool, str]:
        certainty = "high"
        if row.versions:
            holds = self.effects.versions.holds(row.library, row.versions)
            if holds is None:  # the newest row, with less confidence
                holds, certainty = "<" not in row.versions, "medium"
            if not holds:
                return False, certainty
        if at is None and row.state and len(made := self._constructions(row)) == 1:
            at = made[0][0].path, made[0][1]
        remote = self.effects.backends.is_remote(row.backend, entry, at)
        if remote is None:
            certainty = "medium"
        return remote is not False, certainty

    def _constructions(self, row: WorkRow) -> list[tuple[Table, int]]:
        """The calls that make a row's backend; where an application's state has one, that one alone."""
        found = self.effects.backends.constructions(row.backend) if row.backend is not None else []
        held = self.linker.carried(row.state) if row.state and len(found) > 1 else []
        made = {self.effects.made(path, assign.scope, assign.value) for path, assign in held}
        own = [(table, call) for table, call in found if (table.path, call) in made]
        return own if len(own) == len(made) > 0 else found

    def _is_given(self, row: WorkRow, path: str, call: int, keyword: str) -> bool:
        places = self._constructions(row)
        if call >= 0:
            places = [*places, (self.linker.table(path), call)]
        return any(
            name == keyword and value not in FALSE
            for table, ordinal in places
            for name, value in table.facts.calls[ordinal].keywords
        )

    def _count(self, row: WorkRow) -> int:
        counts = [
            sum(
                self._items(table, table.facts.calls[ordinal].scope, value)
                for name, value in table.facts.calls[ordinal].keywords
                if name in row.times
            )
            for table, ordinal in self._constructions(row)
        ]
        if not any(counts):
            settings = (one for name in row.defaults for one in self.effects.backends.setting(name))
            counts += [self._listed(*one) for one in settings]
        return max(counts, default=0)

    def _listed(self, table: Table, scope: int, value: Expr) -> int:
        """Items of a setting: of its text where that is known, else one."""
        texts = [v.place[1:] for v in self.linker.evaluate(table.path, scope, value) if v.kind == "const"]
        if value == "#None" or texts == [""]:
            return 0
        return max((len(SEPARATOR.split(text)) for text in texts), default=1)

    def _items(self, table: Table, scope: int, value: Expr) -> int:
        """Items of an argument; one where the source does not say."""
        if value == "#None":
            return 0
        if type(value) is list and value[:1] == ["[]"] and all(text_of(item) for item in value[1:]):
            return sum(len(SEPARATOR.split(text_of(item) or "")) for item in value[1:])
        count = count_of(self.linker, table, scope, value)
        return 1 if count is None else count
