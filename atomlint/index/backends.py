"""Whether something of a library keeps its data in the process or in a service, by what its constructors and settings say."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..facts.mask import MASK
from .tables import Table, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .linker import Linker
    from .rows import Backend

REST = "REST_FRAMEWORK"
"""The setting of Django REST framework, of which no row of a catalog has to tell."""
MAX_PARTS = 400
MAX_HOPS = 4
LOCAL = (
    "locmem", "dummycache", "filebasedcache", "memory://", "simplecache", "nullcache",
    "databasecache", "dbcache", "memcache", "pylibmc",
)  # fmt: skip
"""Words of what keeps its data in the process, or nothing, or asks another kind of service."""


def _last(callee: Expr) -> str:
    return callee.rpartition(".")[2] if type(callee) is str else ""


def within(value: Expr, key: str) -> Expr:
    """The entry of a literal table; all of it where entries cannot be told apart, None where it is known to have none."""
    if not key or type(value) is not list or value[:1] != ["{}"]:
        return value
    entries = {text_of(name): item for name, item in zip(value[1::2], value[2::2], strict=False)}
    return entries.get(key, value if None in entries else None)


class Backends:
    """Looks for the constructors and settings that rows name, in all linked files; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._kept: dict[tuple[int, str, tuple[str, int] | None], bool | None] = {}
        self._settings: dict[str, list[tuple[Table, int, Expr]]] = {}
        self._read: set[str] = set()

    def is_remote(self, backend: Backend | None, entry: str = "", at: tuple[str, int] | None = None) -> bool | None:
        """True for a service, False for this process; None when it is stated in a way that cannot be read.

        Args:
            backend: what a row says of it.
            entry: the key that is asked of a setting that is a table; empty for any of its entries.
            at: the one construction that is meant (path, ordinal); None for any of them.
        """
        if backend is None:
            return True
        key = id(backend), entry, at
        if key not in self._kept:
            self._kept[key] = self._judge(backend, entry, at)
        return self._kept[key]

    def constructions(self, backend: Backend) -> list[tuple[Table, int]]:
        """Calls of the row's constructors: (table, ordinal)."""
        found = []
        for name in backend.constructors:
            for path, ordinal in self.linker.call_sites(name.rpartition(".")[2]):
                values = self.linker.values.callee(path, ordinal)
                if any(value.kind == "ext" and value.place == name for value in values):
                    found.append((self.linker.table(path), ordinal))
        return found

    def setting(self, name: str) -> list[tuple[Table, int, Expr]]:
        """What a setting is assigned, in a module, a class, ``config[...]`` or a dict that is handed to an app."""
        if name not in self._read:
            wanted = self._names if name in self._names else frozenset({name})
            self._read |= wanted
            for path in self.linker.linked:
                self._collect(self.linker.table(path), wanted)
        return self._settings.get(name, [])

    @cached_property
    def _names(self) -> frozenset[str]:
        """Those that the catalog asks for: they are looked for at once."""
        catalog = self.linker.catalog
        backends = [*(c.backend for c in catalog.clients.values()), *(w.backend for w in catalog.works)]
        backends += [d.backend for d in catalog.cache_decorators.values()]
        names = {name for backend in backends if backend is not None for name in backend.settings}
        names |= {REST} | {work.rates for work in catalog.works if work.rates}
        return frozenset(
            names | {name for work in catalog.works for name in (*work.settings, *work.clients, *work.defaults)}
        )

    def _collect(self, table: Table, wanted: frozenset[str]) -> None:
        for assign in table.facts.assigns:
            target, value = assign.target, assign.value
            if type(target) is list and target[:1] == ["sub"]:
                name = text_of(target[2])
                self._from_entry(table, assign.scope, target, value, wanted)
            else:
                name = dotted(target)
            if name is not None and (last := name.rpartition(".")[2]) in wanted:
                self._settings.setdefault(last, []).append((table, assign.scope, value))
            if type(value) is list and value and value[0] == "{}":
                self._from_dict(table, assign.scope, value, wanted)
        for call in table.facts.calls:
            for given in call.args:
                if type(given) is list and given and given[0] == "{}":
                    self._from_dict(table, call.scope, given, wanted)
            for name, given in call.keywords:
                if type(given) is list and given and given[0] == "{}":
                    self._from_dict(table, call.scope, given, wanted)
                if name in wanted:
                    self._settings.setdefault(name, []).append((table, call.scope, given))

    def _from_dict(self, table: Table, scope: int, value: Expr, wanted: frozenset[str]) -> None:
        if type(value) is not list or value[:1] != ["{}"]:
            return
        for key, item in zip(value[1::2], value[2::2], strict=False):
            name = text_of(key)
            if name in wanted:
                self._settings.setdefault(name, []).append((table, scope, item))
            self._from_dict(table, scope, item, wanted)

    def _from_entry(self, table: Table, scope: int, target: Expr, value: Expr, wanted: frozenset[str]) -> None:
        """``CACHES["default"] = {...}`` says as much as a table with that entry."""
        while type(target) is list and target[:1] == ["sub"] and text_of(target[2]) is not None:
            value, target = ["{}", target[2], value], target[1]
            name = text_of(target[2]) if type(target) is list and target[:1] == ["sub"] else dotted(target)
            if name in wanted:
                self._settings.setdefault(name, []).append((table, scope, value))

    def services(self, backend: Backend) -> list[tuple[Table, int, Expr]]:
        """What settings are assigned that name a service: (table, scope, expression)."""
        return [
            place
            for name in backend.settings
            for place in self.setting(name)
            if any(word in text.lower() for text in self._texts(*place) if text for word in backend.remote)
        ]

    def _judge(self, backend: Backend, entry: str, at: tuple[str, int] | None) -> bool | None:
        stated: list[tuple[Table, int, Expr]] = []
        for table, ordinal in self.constructions(backend):
            if at is not None and at != (table.path, ordinal):
                continue
            call = table.facts.calls[ordinal]
            if any(word in _last(call.callee).lower() for word in backend.remote):
                return True  # RedisStorage
            named = [value for name, value in call.keywords if name in backend.keywords]
            if backend.keywords:
                stated += [(table, call.scope, value) for value in named]
            elif not call.args and not call.keywords:
                return True  # being made says it
            else:
                stated += [(table, call.scope, value) for value in (*call.args, *(v for _, v in call.keywords))]
        for name in backend.settings if at is None or not stated else ():  # what it is given comes before
            said = self.setting(name)
            stated += [(*place, one) for *place, value in said if (one := within(value, entry)) is not None] or said
        if not stated:
            return backend.absent == "remote"
        texts = [text for place in stated for text in self._texts(*place)]
        if any(word in text.lower() for text in texts if text for word in backend.remote):
            return True
        if any(word in text.lower() for text in texts if text for word in LOCAL):
            return False  # what it is when nobody says otherwise, such as the default of a variable
        return None if None in texts else False

    def _texts(self, table: Table, scope: int, expr: Expr) -> Iterator[str | None]:
        """Texts and names in an expression; None for a part that cannot be read."""
        work = [(table, scope, expr, MAX_HOPS)]
        for _ in range(MAX_PARTS):
            if not work:
                return
            table, scope, expr, left = work.pop()
            if type(expr) is list:
                work += [(table, scope, part, left) for part in expr[1:] if expr[0] not in ("lambda",)]
                continue
            text = text_of(expr)
            if text is not None:
                yield None if text == MASK else text
            elif type(expr) is str and expr[:1] == "@":
                number, _, attribute = expr[1:].partition(".")
                call = table.facts.calls[int(number)]
                if attribute:  # get_settings().redis_url says enough, get_settings().url nothing
                    yield attribute
                    yield None
                yield from self._names_of(table, call.scope, call.callee)
                work += [(table, scope, part, left) for part in (*call.args, *(v for _, v in call.keywords))]
                work += [(*place, left - 1) for place in (self._returned(table, int(number)) if left else ())]
            elif (name := dotted(expr)) is not None:
                yield name  # REDIS_URL says enough
                known = list(self._assigned(table, scope, name)) if left else []
                work += [(*place, left - 1) for place in known]
                found = list(self._names_of(table, scope, expr))
                yield from found
                if not known and not found:
                    yield None

    def _returned(self, table: Table, call: int) -> Iterator[tuple[Table, int, Expr]]:
        """What functions of the project that a call runs return: ``storage_uri=get_storage_uri()``."""
        for value in self.linker.values.callee(table.path, call):
            if value.kind == "def":
                inner = self.linker.table(value.place)
                exits = inner.exits.get(value.scope, ())
                yield from ((inner, value.scope, one.value) for one in exits if one.kind == "return")

    def _names_of(self, table: Table, scope: int, expr: Expr) -> Iterator[str]:
        for value in self.linker.evaluate(table.path, scope, expr):
            if value.kind != "const":
                yield self.linker.name_of(value)

    def _assigned(self, table: Table, scope: int, name: str) -> Iterator[tuple[Table, int, Expr]]:
        owner, _, last = name.rpartition(".")
        if not owner:
            for binding in table.lookup(scope, name):
                if binding.assign is not None and binding.assign.kind == "=":
                    yield table, binding.assign.scope, binding.assign.value
            return
        for value in self.linker.evaluate(table.path, scope, owner):
            if value.kind == "inst":
                inner = self.linker.table(value.place)
                for assign in inner.class_attributes.get((value.scope, last), ()):
                    yield inner, assign.scope, assign.value
            elif value.kind == "module" and value.place.endswith(".py"):
                inner = self.linker.table(value.place)
                for binding in inner.lookup(0, last):
                    if binding.assign is not None:
                        yield inner, binding.assign.scope, binding.assign.value
