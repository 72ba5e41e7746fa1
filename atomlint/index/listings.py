"""What views list for each request, such as throttles: in their classes, by decorators, or in a setting for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from .backends import within
from .expressions import inside
from .registering import elements, is_class, named
from .rows import entry_of
from .tables import Table, dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ..facts.records import Expr
    from .effects import Effect
    from .entries import Entry
    from .libraries import Libraries
    from .linker import Linker
    from .rows import WorkRow

LISTS = ("authentication_classes", "permission_classes", "throttle_classes")
"""Attributes of views that list what runs before them."""
GETTERS = {"throttle_classes": "get_throttles"}
"""Methods of views that may choose among what is listed."""


class Listed(NamedTuple):
    """A class that a list names, where it is listed."""

    value: Value
    """A class of the project, or one of a library (``ext``)."""
    path: str
    assign: int
    """Ordinal of the assignment of the setting; -1 in a view."""
    name: str
    """As a setting spells it; empty in a view."""

    @property
    def of_all(self) -> bool:
        """Whether a setting lists it for all views."""
        return self.assign >= 0


class Listings:
    """Finds them, and what the library's own among them cost; every answer is kept."""

    def __init__(self, libraries: Libraries) -> None:
        self.libraries = libraries
        self.linker = libraries.linker
        self.rows: dict[str, list[WorkRow]] = libraries.rows.get("listed", {})
        self._for_all: dict[str, list[Listed]] = {}
        self._rates: dict[tuple[Value, int, str], bool | None] = {}

    # --- lists -----------------------------------------------------------------------------------------------------

    def classes(self, function: Value) -> Iterator[Value]:
        """What the class of a handler, or a decorator on it, lists for each request."""
        for attribute in LISTS:
            yield from (listed.value for listed in self._own(function, attribute) or ())

    def of(self, function: Value) -> Iterator[tuple[Listed, WorkRow]]:
        """What is listed for a handler and does a library's work, with the row that says which."""
        for attribute in sorted({name for group in self.rows.values() for row in group for name in row.lists}):
            own = self._own(function, attribute)
            for listed in self.for_all(attribute) if own is None else own:
                for row in self._rows(listed.value):
                    if attribute in row.lists and (own is not None or self._is_of(function, row)):
                        yield listed, row

    def for_all(self, attribute: str) -> list[Listed]:
        """What settings list for all views."""
        if attribute not in self._for_all:
            rows = [row for group in self.rows.values() for row in group if attribute in row.lists]
            found: dict[Listed, None] = {}
            for setting in sorted({name for row in rows for name in row.settings}):
                for table, scope, value in self.libraries.effects.backends.setting(setting):
                    for path, _, item in elements(self.linker, table.path, scope, value):
                        found.update(dict.fromkeys(self._in_setting(self.linker.table(path), item)))
            self._for_all[attribute] = list(found)
        return self._for_all[attribute]

    def _in_setting(self, table: Table, item: Expr) -> Iterator[Listed]:
        name = text_of(item)
        at = next((n for n, a in enumerate(table.facts.assigns) if item in inside(a.value)), 0)
        if name in self.rows:
            yield Listed(Value("ext", name), table.path, at, name)
        elif name is not None:
            yield from (
                Listed(v, table.path, at, name) for v in named(self.linker, table.path, name) if v.kind == "def"
            )

    def _own(self, function: Value, attribute: str) -> list[Listed] | None:
        """What a handler's class or decorator lists; None when neither has such a list."""
        given = self._decorated(function, attribute)
        if given is None:
            owner = self.class_of(function)
            for table, assign in self.linker.class_attribute(owner, attribute) if owner is not None else ():
                given = (table.path, assign.scope, assign.value)
                break
        if given is None:
            return None
        return [
            Listed(value, path, -1, "")
            for path, scope, item in elements(self.linker, *given)
            for value in self.linker.evaluate(path, scope, item)
            if value.kind == "ext" or (value.kind == "def" and is_class(self.linker, value))
        ]

    def _decorated(self, function: Value, attribute: str) -> tuple[str, int, Expr] | None:
        """``@throttle_classes([A])`` on a function, ``@action(throttle_classes=[A])`` on a method."""
        table = self.linker.table(function.place)
        for name, call in self.libraries.decorators(function):
            if call < 0:
                continue
            record = table.facts.calls[call]
            if name.endswith(f".{attribute}") and record.args:
                return table.path, record.scope, record.args[0]
            given = dict(record.keywords).get(attribute)
            if given is not None:
                return table.path, record.scope, given
        return None

    def class_of(self, function: Value) -> Value | None:
        """The class that a handler is, or is a method of."""
        scopes = self.linker.table(function.place).facts.scopes
        owner = function.scope if scopes[function.scope].kind == "class" else scopes[function.scope].parent
        return Value("def", function.place, owner) if scopes[owner].kind == "class" else None

    def _is_of(self, function: Value, row: WorkRow) -> bool:
        """Whether a library's setting speaks of a handler: by a base of its class, or by a decorator."""
        prefixes = tuple(row.of)
        owner = self.class_of(function)
        if owner is None:
            return any(name.startswith(prefixes) for name, _ in self.libraries.decorators(function))
        return any(v.kind == "ext" and v.place.startswith(prefixes) for v in self.linker.mro(owner.place, owner.scope))

    def _rows(self, value: Value) -> list[WorkRow]:
        """Rows of a library's class, or of the first base of a class of the project that has any."""
        if value.kind == "ext":
            return self.rows.get(value.place, [])
        bases = (base.place for base in self.linker.mro(value.place, value.scope) if base.kind == "ext")
        return next((self.rows[base] for base in bases if base in self.rows), [])

    # --- costs -----------------------------------------------------------------------------------------------------

    def effects(self, function: Value) -> list[Effect]:
        """The libraries' own work of what is listed for a handler."""
        return [effect for listed, row in self.of(function) for effect in self.work(listed, row, function)]

    def work(self, listed: Listed, row: WorkRow, function: Value) -> Iterator[Effect]:
        """What a listed class costs a request to a handler; at least nothing where it may let requests pass."""
        owner = self.class_of(function)
        if row.wants and (owner is None or not self.says(owner, row.wants)):
            return
        instead = self.overrides(listed.value, row)
        limited = self.is_limited(listed.value, row, owner)
        if instead is False or limited is False:
            return
        chooses = owner is not None and any(self.says(owner, GETTERS.get(name, "")) for name in row.lists)
        sure = instead is None and limited and not chooses and not self._passes(listed.value)
        name = next(base for base in self._bases(listed.value) if base in row.names)
        path, call = (listed.path, -1) if listed.of_all else (function.place, -1)
        for effect in self.libraries.effects_of([row], path, call, name, entry=self.entry(listed.value, row)):
            operation = effect.operation
            yield effect if sure else effect._replace(operation=replace(operation, least_trips=0, least_commands=0))

    def _bases(self, value: Value) -> list[str]:
        if value.kind == "ext":
            return [value.place]
        return [base.place for base in self.linker.mro(value.place, value.scope) if base.kind == "ext"]

    def entry(self, value: Value, row: WorkRow) -> str:
        """The entry of the backend's setting that a class asks: ``cache = caches["limits"]`` says another; empty if unknown."""
        if row.backend is None or value.kind != "def":
            return "" if row.backend is None else row.backend.entry
        held = self.linker.values.attribute(Value("inst", value.place, value.scope), "cache")
        found = {entry_of(v.place, row.backend) if v.kind == "ext" else "" for v in held}
        return found.pop() if len(found) == 1 else row.backend.entry if not found else ""

    def overrides(self, value: Value, row: WorkRow) -> bool | None:
        """Whether a class of the project does the work by a method of its own that hands on; None when it has none."""
        for method in row.methods:
            for function in self._methods(value, method):
                table = self.linker.table(function.place)
                calls = (table.facts.calls[call].callee for call in table.calls_in.get(function.scope, ()))
                return any(type(callee) is str and callee.endswith(f".{method}") for callee in calls)
        return None

    def _passes(self, value: Value) -> bool:
        """Whether a class of the project finds no key for some requests, which then pass: ``get_cache_key`` gives None."""
        for function in self._methods(value, "get_cache_key"):
            exits = self.linker.table(function.place).exits.get(function.scope, ())
            if any(exit_.kind == "return" and "#None" in inside(exit_.value) for exit_ in exits):
                return True
        return False

    def _methods(self, value: Value, name: str) -> Iterator[Value]:
        """A method that a class of the project defines or inherits within the project."""
        if value.kind == "def":
            found = self.linker.values.attribute(Value("inst", value.place, value.scope), name)
            yield from (function for function in found if function.kind == "def")

    def is_limited(self, value: Value, row: WorkRow, view: Value | None) -> bool | None:
        """Whether a rate is given for a class: False where that is None, None where it may be."""
        if not row.rates:
            return True
        scope = (self._text(view, row.wants) if row.wants else self._text(value, "scope")) or row.scope
        key = value, id(row), scope
        if key not in self._rates:
            self._rates[key] = self._rate(value, row, scope)
        return self._rates[key]

    def _rate(self, value: Value, row: WorkRow, scope: str) -> bool | None:
        if value.kind == "def" and any(self.says(value, name) for name in ("rate", "get_rate", "THROTTLE_RATES")):
            return True
        stated = self.libraries.effects.backends.setting(row.rates)
        if not stated:
            return not row.scope or scope != row.scope  # the library's own scopes have no rate of their own
        rates = [(table, at, within(rate, scope)) for table, at, rate in stated]
        found = [self._may_be_none(table, at, rate) for table, at, rate in rates if rate is not None]
        if not found or all(answer is False for answer in found):
            return True
        return False if all(found) else None

    def _may_be_none(self, table: Table, scope: int, rate: Expr) -> bool | None:
        """True for None, None for what may be, False for anything else."""
        if rate == "#None":
            return True
        held = [rate]
        name = dotted(rate)
        if name is not None and "." not in name:
            held += [b.assign.value for b in table.lookup(scope, name) if b.assign is not None]
        return None if any("#None" in inside(one) for one in held) else False

    def says(self, owner: Value, name: str) -> bool:
        """Whether a class of the project, or a base of it, says something for an attribute or defines such a method."""
        stated = (assign.value for _, assign in self.linker.class_attribute(owner, name)) if name else ()
        return any(value not in (None, "#None") for value in stated) or self.linker.member(owner, name) is not None

    def _text(self, owner: Value | None, name: str) -> str:
        """The text that a class of the project, or a base of it, gives an attribute."""
        stated = self.linker.class_attribute(owner, name) if owner is not None else iter(())
        return next((text_of(assign.value) or "" for _, assign in stated), "")


def views(linker: Linker, entries: Mapping[Value, Iterable[Entry]]) -> dict[Value, Value]:
    """Views that routes lead to, each with one of its handlers: of a class, any of its methods."""
    found: dict[Value, Value] = {}
    for function, registered in entries.items():
        scopes = linker.table(function.place).facts.scopes
        owner = scopes[function.scope].parent
        if any(entry.kind == "route" for entry in registered):
            view = Value("def", function.place, owner) if scopes[owner].kind == "class" else function
            found.setdefault(view, function)
    return found
