"""Entry points: the functions that something outside of the program calls, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .tables import Table, dotted, text_of
from .values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .catalog import EntryRow
    from .linker import Linker


class Entry(NamedTuple):
    """An entry point: a function, its kind as the catalog's rows name it, and the call that registers it."""

    function: Value
    kind: str
    path: str
    """File of the registration."""
    call: int
    """Ordinal of the registering call in that file; -1 when there is none (a list in settings)."""
    proven: bool
    """False when the receiver was recognised by its name alone."""


class Dependency(NamedTuple):
    """A FastAPI dependency that a route, a router or the whole app declares."""

    function: Value
    path: str
    call: int
    kind: str
    """``every-request`` for the app, ``router`` for a router, ``route`` for one handler's decorator."""


NAMES = {"app": "route", "router": "route", "api": "route"}
"""Receivers that are taken for an app or a router by their name, with less confidence."""


def find_entries(linker: Linker, paths: list[str]) -> list[Entry]:
    """Entry points registered in the given files, in file order."""
    rows = Rows(linker.catalog.entries)
    found: dict[tuple[Value, str], Entry] = {}
    calls: dict[str, list[int]] = {}
    for name in (*rows.methods, *rows.decorators):
        for path, ordinal in linker.call_sites(name):
            calls.setdefault(path, []).append(ordinal)
    for path in paths:
        table = linker.table(path)
        for entry in (
            *_decorated(linker, table, rows),
            *_registered(linker, table, sorted(set(calls.get(path, ()))), rows),
            *_settings(linker, table, rows),
        ):
            found.setdefault((entry.function, entry.kind), entry)
    return list(found.values())


class Rows:
    """The catalog's entry rows by the last part of a callee's name."""

    def __init__(self, rows: list[EntryRow]) -> None:
        self.methods: dict[str, list[EntryRow]] = {}
        self.decorators: dict[str, list[EntryRow]] = {}
        self.settings = {row.setting: row for row in rows if row.setting}
        for row in rows:
            for method in row.methods:
                self.methods.setdefault(method, []).append(row)
            for name in row.decorators:
                self.decorators.setdefault(name.rpartition(".")[2], []).append(row)


def _matches(linker: Linker, table: Table, scope: int, name: str, rows: Rows) -> Iterator[tuple[EntryRow, bool]]:
    """Rows that a callee such as ``router.get`` registers with, and whether that is proven."""
    receiver, _, method = name.rpartition(".")
    if receiver and method in rows.methods:
        values = linker.evaluate(table.path, scope, receiver)
        places = {value.place for value in values if value.kind == "ext"}
        places |= {p for v in values if v.kind == "inst" for p in _external_bases(linker, v)}
        for row in rows.methods[method]:
            if not places.isdisjoint(row.receivers):
                yield row, True
            elif (
                not values
                and row.kind == "route"
                and row.receivers[0] == "fastapi.FastAPI()"
                and _named(receiver)
                and row.argument == 0
            ):
                yield row, False
    if method in rows.decorators:
        values = linker.evaluate(table.path, scope, name)
        for row in rows.decorators[method]:
            if any(value.kind == "ext" and value.place in row.decorators for value in values):
                yield row, True


def _named(receiver: str) -> bool:
    last = receiver.rpartition(".")[2]
    return last in NAMES or last.endswith(("_router", "_app"))


def _external_bases(linker: Linker, value: Value) -> Iterator[str]:
    for base in linker.mro(value.place, value.scope):
        if base.kind == "ext":
            yield linker.catalog.canonical(f"{base.place}()")


def _decorated(linker: Linker, table: Table, rows: Rows) -> Iterator[Entry]:
    for ordinal, scope in enumerate(table.facts.scopes):
        if scope.kind != "function":
            continue
        for decorator in scope.decorators:
            call = -1
            callee = decorator
            if type(decorator) is str and decorator[:1] == "@" and "." not in decorator:
                call = int(decorator[1:])
                callee = table.facts.calls[call].callee
            name = dotted(callee)
            for row, proven in _matches(linker, table, scope.parent, name, rows) if name else ():
                if not row.setting and not (row.enters and not row.decorators):
                    yield Entry(Value("def", table.path, ordinal), row.kind, table.path, call, proven)


def _registered(linker: Linker, table: Table, ordinals: list[int], rows: Rows) -> Iterator[Entry]:
    """Entry points that calls register; ``ordinals`` are the calls with a name that can."""
    for ordinal in ordinals:
        call = table.facts.calls[ordinal]
        last = call.callee.rpartition(".")[2]
        candidates = {row.argument for row in (*rows.methods.get(last, ()), *rows.decorators.get(last, ()))}
        given = {place: _callable_at(call, place) for place in candidates}
        if not any(given.values()) or dotted(call.callee) is None:
            continue
        for row, proven in _matches(linker, table, call.scope, call.callee, rows):
            if given[row.argument] is None or not proven:
                continue
            for value in linker.evaluate(table.path, call.scope, given[row.argument]):
                for function in entered(linker, value, row.enters):
                    yield Entry(function, row.kind, table.path, ordinal, proven)


def _callable_at(call: Call, place: int) -> Expr:
    """The argument that a registering call would register; None when it can be no function or class."""
    given = call.args[place] if len(call.args) > place else None
    if given is None:
        given = next((v for k, v in call.keywords if k in ("endpoint", "middleware_class", "cls", "f")), None)
    return None if type(given) is str and given[:1] in ("'", "#", "?") else given


def entered(linker: Linker, value: Value, methods: list[str]) -> list[Value]:
    """The functions that run when a registered callable or class is entered."""
    if value.kind == "inst":
        return [v for v in linker.values.attribute(value, "__call__") if v.kind == "def"]
    if value.kind != "def":
        return []
    if linker.table(value.place).facts.scopes[value.scope].kind != "class":
        return [value]
    instance = Value("inst", value.place, value.scope)
    found = [f for name in methods for f in linker.values.attribute(instance, name) if f.kind == "def"]
    return found[:1] if methods[:1] == ["dispatch"] else found


def _settings(linker: Linker, table: Table, rows: Rows) -> Iterator[Entry]:
    for assign in table.facts.assigns:
        row = rows.settings.get(assign.target) if type(assign.target) is str else None
        if row is None or assign.scope != 0 or type(assign.value) is not list:
            continue
        for item in assign.value[1:]:
            name = text_of(item)
            if name is None or "." not in name:
                continue
            module, _, attribute = name.rpartition(".")
            target = linker.modules.absolute(table.path, module)
            if target is None:
                continue
            for value in linker.values.attribute(Value("module", target), attribute):
                for function in entered(linker, value, row.enters):
                    yield Entry(function, row.kind, table.path, -1, True)


def find_dependencies(linker: Linker, paths: list[str]) -> list[Dependency]:
    """Dependencies declared as ``dependencies=[Depends(f)]`` on the app, on routers and on routes."""
    found = []
    for path in paths:
        table = linker.table(path)
        for ordinal, call in enumerate(table.facts.calls):
            if not call.keywords:
                continue
            given = next((value for name, value in call.keywords if name == "dependencies"), None)
            if type(given) is not list or (name := dotted(call.callee)) is None:
                continue
            last = name.rpartition(".")[2]
            kind = (
                "every-request"
                if last == "FastAPI"
                else "router"
                if last in ("APIRouter", "include_router")
                else "route"
            )
            for item in given[1:]:
                if type(item) is str and item[:1] == "@" and "." not in item:
                    inner = table.facts.calls[int(item[1:])]
                    if inner.args and linker.values.parameters.is_injection(path, inner.scope, inner.callee):
                        functions = [
                            function
                            for value in linker.evaluate(path, inner.scope, inner.args[0])
                            for function in called_functions(linker, value)
                        ]
                        found += [Dependency(function, path, ordinal, kind) for function in functions]
    return found


def called_functions(linker: Linker, value: Value) -> list[Value]:
    """Functions of the project that run when a value is called: a function, ``__init__`` of a class, ``__call__``."""
    if value.kind == "inst":
        return [v for v in linker.values.attribute(value, "__call__") if v.kind == "def"]
    if value.kind != "def":
        return []
    if linker.table(value.place).facts.scopes[value.scope].kind != "class":
        return [value]
    instance = Value("inst", value.place, value.scope)
    return [v for name in ("__new__", "__init__") for v in linker.values.attribute(instance, name) if v.kind == "def"]
