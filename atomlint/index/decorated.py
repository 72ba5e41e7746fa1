"""Functions that a decorator caches, and what is handed to a cache to be run on a miss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .guard import Guard
from .keeping import Keeping
from .rows import entry_of
from .tables import call_number, dotted, text_of
from .touching import REMOTE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .bodies import Body
    from .guards import Guards
    from .tables import Table
    from .values import Values

LOADERS = frozenset({"get_or_set", "aget_or_set", "get_or_create", "get_or_load", "get_or_compute"})
"""Methods of a cache that are given what to do on a miss."""

ADAPTER = "method_decorator"
"""What makes a decorator of a view one of a view's method."""


class Decorated:
    """Finds guards that stand around a whole function."""

    def __init__(self, guards: Guards) -> None:
        self.guards = guards
        self.linker = guards.linker
        self.backends = guards.backends
        self.bodies = guards.bodies
        self.caches = guards.caches
        self.keeping = Keeping(guards.linker)

    def loader(self, table: Table, call: int) -> Guard | None:
        """``cache.get_or_set(key, load)``: what is handed over runs on a miss."""
        name = dotted(table.facts.calls[call].callee)
        if name is None or name.rpartition(".")[2] not in LOADERS:
            return None
        for value in sorted(self.linker.values.callee(table.path, call)):
            client = self.linker.catalog.client_of(value.place.rpartition(".")[0]) if value.kind == "ext" else None
            if client is not None:
                entry = entry_of(value.place, client.backend)
                remote = self.backends.is_remote(client.backend, entry) is not False
                return Guard("cache", name.rpartition(".")[0], remote, (), None, call, table.path)
        return None

    def of(self, table: Table, scope: int) -> Guard | None:
        """The cache decorator on a function, or on one that it is nested in."""
        while scope:
            record = table.facts.scopes[scope]
            for decorator in self._around(table, scope):
                call = call_number(decorator)
                expr = decorator if call is None else table.facts.calls[call].callee
                found = self._decorated(table, record.parent, expr, -1 if call is None else call)
                if found is not None:
                    return found
            scope = record.parent
        return None

    @staticmethod
    def _around(table: Table, scope: int) -> Iterator[Expr]:
        """The decorators of a function, also those that Django puts around methods: ``@method_decorator(cache_page(60))``."""
        record = table.facts.scopes[scope]
        outer = table.facts.scopes[record.parent]
        for decorator in record.decorators:
            made = _adapting(table, decorator)
            if made is None:
                yield decorator
            elif record.kind == "function":
                yield from _adapted(made)
        for decorator in outer.decorators if outer.kind == "class" else ():
            made = _adapting(table, decorator)
            if made is not None and text_of(dict(made.keywords).get("name")) in (record.name, "dispatch"):
                yield from _adapted(made)

    def _decorated(self, table: Table, scope: int, expr: Expr, call: int) -> Guard | None:
        name = dotted(expr)
        if name is None:
            return None
        if call >= 0 and self.keeping.keeps_nothing(table, call):
            return None
        interval = self.keeping.lifetime(table, call) if call >= 0 else None
        values = self.linker.evaluate(table.path, scope, expr)
        for value in values:
            row = self.linker.catalog.cache_decorator(self.linker.name_of(value))
            if row is not None:
                where = self.backends.is_remote(row.backend) if row.backend is not None else row.store == "remote"
                return Guard("decorator", name, where is not False, (), interval, None, table.path)
        last = name.lower().rpartition(".")[2]
        if "cache" not in last and "memoize" not in last:
            return self._wrapping(name, values)
        if any(word in last for word in ("invalidat", "clear", "no_cache", "nocache", "evict", "control", "never")):
            return None
        if any(v.kind == "def" for v in values) and not self._keeps(values):
            return None
        body = self.bodies.of(table, scope)
        remote = self.caches.touching.reaches_remote(body, expr) or self._wraps_remote(values)
        return Guard("decorator", name, remote, (), interval, None, table.path)

    def _wrapping(self, name: str, values: Values) -> Guard | None:
        """The cache that a decorator of the project puts around a function, whatever it is called."""
        for value in values:
            for inner in self._nested(value.place, value.scope) if value.kind == "def" else ():
                for ordinal in inner.table.calls_in.get(inner.scope, ()):
                    callee = dotted(inner.table.facts.calls[ordinal].callee)
                    owner, bindings = inner.table.find(inner.scope, callee) if callee is not None else (0, [])
                    if owner in (0, inner.scope) or not any(binding.param is not None for binding in bindings):
                        continue
                    guard = self.guards.of(value.place, ordinal)
                    if guard is None or guard.kind != "cache" or guard.remote or guard.holes or guard.owner:
                        continue
                    kept = inner.table.find(inner.scope, guard.name.partition(".")[0])[1]
                    if any(binding.assign is not None for binding in kept):  # what an imported store is, is not known
                        return Guard("decorator", name, False, (), guard.interval, None, value.place)
        return None

    def _keeps(self, values: Values) -> bool:
        """Whether a decorator of the project, or something in it, looks anything up."""
        for value in values:
            if value.kind != "def":
                return True
            for inner in self._nested(value.place, value.scope):
                touched = self.caches.touching.of(inner)
                if touched.reads or touched.stores or any("cache" in str(c.callee).lower() for c in self._calls(inner)):
                    return True
        return False

    def _wraps_remote(self, values: Values) -> bool:
        return any(
            REMOTE in self.caches.touching.of(inner).reads
            for value in values
            if value.kind == "def"
            for inner in self._nested(value.place, value.scope)
        )

    def _nested(self, path: str, scope: int) -> Iterator[Body]:
        """A function and those inside of it."""
        table = self.linker.table(path)
        for other in range(scope, len(table.facts.scopes)):
            at = other
            while at and at != scope:
                at = table.facts.scopes[at].parent
            if at == scope:
                yield self.bodies.of(table, other)

    @staticmethod
    def _calls(body: Body) -> list[Call]:
        return [body.table.facts.calls[ordinal] for ordinal in body.table.calls_in.get(body.scope, ())]


def _adapting(table: Table, decorator: Expr) -> Call | None:
    """The ``method_decorator(...)`` that a decorator is, or None."""
    number = call_number(decorator)
    made = table.facts.calls[number] if number is not None else None
    return made if made is not None and (dotted(made.callee) or "").rpartition(".")[2] == ADAPTER else None


def _adapted(made: Call) -> Iterator[Expr]:
    """The decorators that it puts around a method: one, or those of a list."""
    for given in made.args[:1]:
        yield from given[1:] if type(given) is list and given[:1] == ["[]"] else (given,)
