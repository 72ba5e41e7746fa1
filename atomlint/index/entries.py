"""Entry points: the functions that something outside of the program calls, and how often."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .intervals import of_call, seconds_of
from .mounts import Mounts, Place
from .registering import (
    PATH_STARTS,
    VERBS,
    Rows,
    below,
    callables,
    called_functions,
    can_be_callable,
    derived,
    elements,
    entered,
    external_bases,
    given,
    named,
    takes_itself_out,
)  # fmt: skip
from .routed import Routed
from .tables import Table, call_number, dotted, text_of
from .values import Value
from .viewhooks import with_shared_hooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..facts.records import Expr
    from .catalog import EntryRow
    from .linker import Linker

__all__ = ["Entry", "called_functions", "entered", "find_entries", "unique"]


class Entry(NamedTuple):
    """An entry point: a function, its kind as the catalog's rows name it, and the call that registers it."""

    function: Value
    kind: str
    path: str
    """File of the registration."""
    call: int
    """Ordinal of the registering call in that file; -1 when there is none (a list in settings)."""
    proven: bool
    """False when the receiver was recognised by its name alone, or when its router is nowhere included."""
    seconds: float = 0.0
    """Between two runs of what is scheduled; 0 when it is not known."""
    certainty: str = "high"
    """``high`` when proven, ``medium`` when no call is seen that includes its router or registers its class, ``low`` by name
    alone, and where all calls that include something are understood."""
    on: tuple[Place, ...] = ()
    """The calls that made the application or router that it is registered with; none when they are not known."""


def find_entries(linker: Linker, paths: Sequence[str], mounts: Mounts | None = None) -> list[Entry]:
    """Everything that registers entry points in the given files, in file order; a function may be registered repeatedly."""
    return with_shared_hooks(linker, Finder(linker, mounts or Mounts(linker)).find(paths))


def unique(entries: Iterable[Entry]) -> list[Entry]:
    """One entry a function and kind, the most certain, in the order in which they come first."""
    found: dict[tuple[Value, str], Entry] = {}
    for entry in entries:
        known = found.get((entry.function, entry.kind))
        if known is None or _doubt(entry) < _doubt(known):
            found[entry.function, entry.kind] = entry
    return list(found.values())


def _doubt(entry: Entry) -> tuple[bool, int]:
    return not entry.proven, ("high", "medium", "low").index(entry.certainty)


class Finder:
    """Looks for what the catalog's rows describe."""

    def __init__(self, linker: Linker, mounts: Mounts) -> None:
        self.linker = linker
        self.mounts = mounts
        self.rows = Rows(linker.catalog.entries)
        settings = (row for rows in self.rows.settings.values() for row in rows)
        self.items = {row.setting.rpartition(".")[2]: row for row in settings if row.item}
        """Rows of settings whose items are entry points, by the setting's last name."""
        self._found: dict[str, list[tuple[int, str, EntryRow, Expr]]] = {}
        self.routed = Routed(linker, mounts)

    def find(self, paths: Sequence[str]) -> list[Entry]:
        """See `find_entries`."""
        calls: dict[str, list[int]] = {}
        for name in self.rows.called:
            for path, ordinal in self.linker.call_sites(name):
                calls.setdefault(path, []).append(ordinal)
        registered = {
            path: list(self._registered(self.linker.table(path), sorted(set(calls.get(path, ()))))) for path in paths
        }
        found: list[Entry] = []
        for path in paths:
            table = self.linker.table(path)
            found += map(self.routed.settle, self._decorated(table))
            found += map(self.routed.settle, registered[path])
            found += self._settings(table)
        known = {entry.function for entry in found if entry.kind in ("route", "connection", "message")}
        found += (entry for entry in self._bases(paths) if entry.kind != "route" or entry.function not in known)
        tasks = partial(self._task, found)
        return [*found, *(entry for path in paths for entry in self._scheduled(self.linker.table(path), tasks))]

    # --- decorators ------------------------------------------------------------------------------------------------

    def _decorated(self, table: Table) -> Iterator[Entry]:
        for value, parent, decorators in (*_with_decorators(table), *self._applied(table)):
            scope = self.linker.table(value.place).facts.scopes[value.scope]
            for decorator in decorators:
                call = -1
                callee = decorator
                if type(decorator) is str and decorator[:1] == "@" and "." not in decorator:
                    call = int(decorator[1:])
                    callee = table.facts.calls[call].callee
                name = dotted(callee)
                if name is not None and call >= 0 and not self.rows.of(name.rpartition(".")[2]):
                    name = self._handed(table, call)
                if name is None or not self.rows.of(name.rpartition(".")[2]):
                    continue
                matching = list(self.rows.matching(self.linker, table, parent, name))
                exact = any(row.text and self._says(table, call, row) for row, _ in matching)
                for row, proven in matching:
                    if row.setting or row.keywords or (row.enters and row.argument >= 0):
                        continue
                    if row.text if not exact else not self._says(table, call, row):
                        continue
                    if scope.kind == "function":
                        yield self._entry(value, row, table.path, call, proven=proven, name=name, scope=parent)
                    elif row.enters:
                        for function in entered(self.linker, value, row.enters):
                            yield self._entry(function, row, table.path, call, proven=proven, name=name, scope=parent)

    def _applied(self, table: Table) -> Iterator[tuple[Value, int, list[Expr]]]:
        """What a decorator is applied to by hand: ``app.middleware("http")(measure)``."""
        for call in table.facts.calls:
            inner = call_number(call.callee) if len(call.args) == 1 else None
            if inner is not None and self.rows.of(table.lasts[inner]):
                values = callables(self.linker, table.path, call.scope, call.args[0])
                yield from ((value, call.scope, [call.callee]) for value in values if value.kind == "def")

    @staticmethod
    def _handed(table: Table, call: int) -> str | None:
        """What a decorator of the project registers with: ``router.get`` of ``@protected(router.get, "/items")``."""
        given = table.facts.calls[call].args
        name = dotted(given[0]) if len(given) > 1 and text_of(given[1]) is not None else None
        return name if name is not None and name.rpartition(".")[2] in VERBS and "." in name else None

    @staticmethod
    def _says(table: Table, call: int, row: EntryRow) -> bool:
        """Whether the first argument is what the row asks for."""
        args = table.facts.calls[call].args if call >= 0 else []
        return bool(row.text) and bool(args) and text_of(args[0]) in row.text

    # --- calls -----------------------------------------------------------------------------------------------------

    def _registered(self, table: Table, ordinals: list[int]) -> Iterator[Entry]:
        """Entry points that calls register; ``ordinals`` are the calls with a name that can."""
        for ordinal in ordinals:
            call = table.facts.calls[ordinal]
            name = dotted(call.callee)
            if name is None:
                continue
            last = name.rpartition(".")[2]
            first = text_of(call.args[0]) if call.args else None
            if last in VERBS and first is not None and first[:1] not in PATH_STARTS:
                continue  # ``options.get("name", default)``
            if not any(can_be_callable(expr) for row in self.rows.of(last) for expr in given(row, call)):
                continue
            matching = list(self.rows.matching(self.linker, table, call.scope, name))
            if not matching and last == "register":
                self.routed.unmatched(table.path, call)
            for row, proven in matching:
                if not (proven or row.by_name) or (row.text and not self._says(table, ordinal, row)):
                    continue
                for expr in given(row, call):
                    if not can_be_callable(expr):
                        continue
                    values = list(callables(self.linker, table.path, call.scope, expr))
                    self.routed.note(row, table.path, call, expr, values)
                    for value in values:
                        for function in entered(self.linker, value, row.enters):
                            yield self._entry(
                                function, row, table.path, ordinal, proven=proven, name=name, scope=call.scope
                            )

    def _entry(
        self, function: Value, row: EntryRow, path: str, call: int, *, proven: bool, name: str, scope: int
    ) -> Entry:
        seconds = (
            of_call(self.linker, path, call, row.interval, row.unit) if row.kind == "interval" and call >= 0 else 0.0
        )
        receiver = name.rpartition(".")[0]
        on = tuple(self.mounts.made(path, scope, receiver)) if receiver and row.methods else ()
        proven = proven or any(self._holds(place, row) for place in on)
        certainty = "high" if proven else "low"
        if row.kind == "every-request" and takes_itself_out(self.linker, function):
            proven, certainty = False, "low"
        if proven and on and row.kind in HELD and not self.mounts.served(on):
            proven, certainty = False, self.mounts.unserved(path)
        kind = IGNORED if row.unless and on and all(self._ignores(place, row) for place in on) else row.kind
        return Entry(function, kind, path, call, proven, seconds, certainty, on)

    def _ignores(self, place: Place, row: EntryRow) -> bool:
        """Whether an application was made with what it runs instead, and nothing runs the rest by hand: ``router.startup()``."""
        path, ordinal = place
        given = dict(self.linker.table(path).facts.calls[ordinal].keywords).get(row.unless, "#None")
        return given != "#None" and not any(
            str(self.linker.table(at).facts.calls[number].callee).endswith(".router.startup")
            for at, number in self.linker.call_sites("startup")
        )

    def _holds(self, place: Place, row: EntryRow) -> bool:
        """Whether what a call makes is a receiver of the row: found through the arguments of callers, not by a type."""
        router = self.mounts.row(place)
        return router is not None and any(f"{name}()" in row.receivers for name in router.types)

    # --- settings --------------------------------------------------------------------------------------------------

    def _settings(self, table: Table) -> Iterator[Entry]:
        for scope, name, row, expr in self._set(table):
            if row.item:
                continue
            on = (
                self.mounts.made(table.path, scope, name.rpartition(".")[0])
                if row.setting[0] == "*" and "." in name
                else ()
            )
            of_view = row.bases and table.facts.scopes[scope].kind == "class"
            certainty = self.routed.certainty(Value("def", table.path, scope)) if of_view else "high"
            for value in callables(self.linker, table.path, scope, expr):
                for function in entered(self.linker, value, row.enters):
                    yield Entry(function, row.kind, table.path, -1, certainty == "high", 0.0, certainty, tuple(on))

    def _set(self, table: Table) -> list[tuple[int, str, EntryRow, Expr]]:
        """Assignments that a row's setting names: (scope, target, row, what is assigned)."""
        known = self._found.get(table.path)
        if known is None:
            known = self._found[table.path] = [*self._assigned(table), *self._added(table)]
        return known

    def _assigned(self, table: Table) -> Iterator[tuple[int, str, EntryRow, Expr]]:
        for assign in table.facts.assigns:
            target = assign.target
            if type(target) is not str or assign.kind not in ("=", "+=") or assign.value is None:
                continue
            last = target.rpartition(".")[2] if "." in target else target
            for row in self.rows.settings.get(last, ()):
                if self._is_set(table, assign.scope, target, row):
                    yield assign.scope, target, row, assign.value
            if assign.scope == 0 and type(assign.value) is list and target.isupper():
                for name, rows in self.rows.settings.items():
                    for row in rows:
                        if row.setting == f"{target}.{name}":
                            yield from ((0, target, row, value) for value in below(assign.value, name))

    def _added(self, table: Table) -> Iterator[tuple[int, str, EntryRow, Expr]]:
        """What is added to a list that a setting is: ``MIDDLEWARE.append("shop.Limit")``, ``insert``, ``extend``."""
        for call in table.facts.calls:
            target, _, method = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
            if method not in ADDS or not call.args or "." in target:
                continue
            value = call.args[-1] if method == "extend" else ["[]", call.args[-1]]
            rows = (row for row in self.rows.settings.get(target, ()) if self._is_set(table, call.scope, target, row))
            yield from ((call.scope, target, row, value) for row in rows)

    def _is_set(self, table: Table, scope: int, target: str, row: EntryRow) -> bool:
        owner, _, last = row.setting.rpartition(".")
        kind = table.facts.scopes[scope].kind
        if not owner:
            return scope == 0 and target == last
        if owner != "*":
            return kind == "class" and target == last and table.facts.scopes[scope].name == owner
        if kind != "class":
            return "." in target and not row.bases
        if target != last:
            return False
        bases = external_bases(self.linker, Value("def", table.path, scope)) if row.bases else ()
        return not row.bases or any(place.startswith(tuple(row.bases)) for place in bases)

    def _scheduled(self, table: Table, task: Callable[[str, str], list[Value]]) -> Iterator[Entry]:
        """``beat_schedule = {"name": {"task": "app.tasks.run", "schedule": 30.0}}``, assigned or passed to ``update``."""
        found = [(scope, row, expr) for scope, _, row, expr in self._set(table) if row.item]
        given = [
            (key, call.scope, value)
            for call in table.facts.calls
            if call.keywords
            for key, value in call.keywords
            if key in self.items
        ]
        for name, row in self.items.items() if given else ():
            found += [(scope, row, value) for key, scope, value in given if key == name]
        for scope, row, expr in found:
            for place, at, item in elements(self.linker, table.path, scope, expr):
                pairs = (
                    dict(zip(item[1::2], item[2::2], strict=False)) if type(item) is list and item[:1] == ["{}"] else {}
                )
                named_as = pairs.get("'" + row.item)
                seconds = seconds_of(self.linker, place, at, pairs.get("'" + row.interval), row.unit)
                text = text_of(named_as)
                values = task(place, text) if text is not None else list(callables(self.linker, place, at, named_as))
                for value in values:
                    for function in entered(self.linker, value, row.enters):
                        yield Entry(function, row.kind, table.path, -1, True, seconds)

    def _task(self, entries: list[Entry], importer: str, name: str) -> list[Value]:
        """Tasks by the name that a schedule gives them: ``name=`` of their decorator, or their dotted name."""
        values = [value for value in named(self.linker, importer, name) if value.kind == "def"]
        if values:
            return values
        for entry in entries:
            if entry.kind == "task" and entry.call >= 0:
                keywords = dict(self.linker.table(entry.path).facts.calls[entry.call].keywords)
                if text_of(keywords.get("name")) == name:
                    return [entry.function]
        return []

    # --- classes by their base -------------------------------------------------------------------------------------

    def _bases(self, paths: Sequence[str]) -> Iterator[Entry]:
        """Classes that a library finds by their base, such as management commands; views that nothing registers."""
        if not self.rows.bases:
            return
        names = {base.rpartition(".")[2] for row in self.rows.bases for base in row.bases}
        for path, ordinal in derived(self.linker, paths, names):
            cls = Value("def", path, ordinal)
            places = set(external_bases(self.linker, cls))
            for row in self.rows.bases:
                if places.isdisjoint(row.bases):
                    continue
                for function in entered(self.linker, cls, row.enters):
                    if (
                        function.place == path
                        and self.linker.table(path).facts.scopes[function.scope].parent == ordinal
                    ):
                        certain = row.kind != "route"
                        certainty = "high" if certain else UNREGISTERED[self.routed.certainty(cls)]
                        yield Entry(function, row.kind, path, -1, certain, 0.0, certainty)


IGNORED = "ignored"
"""The kind of what is registered in vain: ``@app.on_event("startup")`` beside ``FastAPI(lifespan=...)``."""


def _with_decorators(table: Table) -> Iterator[tuple[Value, int, list[Expr]]]:
    for ordinal, scope in enumerate(table.facts.scopes):
        if scope.decorators and scope.kind in ("function", "class"):
            yield Value("def", table.path, ordinal), scope.parent, scope.decorators


ADDS = frozenset({"append", "insert", "extend"})
UNREGISTERED = {"high": "medium", "medium": "medium", "low": "low"}
"""How sure it is that something runs that no call registers, by how sure it is of its class."""
HELD = frozenset({"route", "connection", "message", "router-dependency", "every-request"})
"""What is only there when the router that holds it is included somewhere."""
