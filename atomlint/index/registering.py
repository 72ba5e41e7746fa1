"""What the catalog's entry rows match: which calls and decorators register a function, and which functions those are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import Table, call_number, dotted, text_of
from .values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..facts.records import Call, Expr
    from .catalog import EntryRow
    from .linker import Linker

NAMES = frozenset({"app", "router", "api"})
"""Receivers that are taken for an app or a router by their name, with less confidence."""
KEYWORDS = (
    "endpoint", "middleware_class", "cls", "f", "view_func", "handler", "func", "callback", "view", "viewset", "route",
    "function", "coroutine",
)  # fmt: skip
"""Under these names a callable is registered."""
SIGNATURES = frozenset({"s", "si", "as_view", "as_asgi", "signature", "subtask", "delay"})
"""``View.as_view()`` and ``task.s()`` stand for what they are called on."""
VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
"""Methods of HTTP, as applications and routers spell them."""
PATH_STARTS = ("/", "*", "{", "<", "^", "")
"""First characters of a path that is registered with one."""
Here = tuple[str, int, "Expr"]
"""A path, a scope and an expression seen from it."""


class Rows:
    """The catalog's entry rows by the last part of a callee's name."""

    def __init__(self, rows: list[EntryRow]) -> None:
        self.methods: dict[str, list[EntryRow]] = {}
        self.decorators: dict[str, list[EntryRow]] = {}
        self.settings: dict[str, list[EntryRow]] = {}
        self.bases = [row for row in rows if row.bases and not row.setting]
        for row in rows:
            for method in row.methods:
                self.methods.setdefault(method, []).append(row)
            for name in dict.fromkeys(name.rpartition(".")[2] for name in row.decorators):
                self.decorators.setdefault(name, []).append(row)
            if row.setting:
                self.settings.setdefault(row.setting.rpartition(".")[2], []).append(row)
        by_call = (row for row in rows if row.argument >= 0 or row.keywords)
        self.called = dict.fromkeys(
            name for row in by_call for name in (*row.methods, *(d.rpartition(".")[2] for d in row.decorators))
        )
        """Last parts of callees whose calls can register an argument."""

    def of(self, name: str) -> list[EntryRow]:
        """Rows for a callee by the last part of its name."""
        return [*self.methods.get(name, ()), *self.decorators.get(name, ())]

    def matching(self, linker: Linker, table: Table, scope: int, name: str) -> Iterator[tuple[EntryRow, bool]]:
        """Rows that a callee such as ``router.get`` registers with, and whether that is proven."""
        receiver, _, method = name.rpartition(".")
        if receiver and method in self.methods:
            values = linker.evaluate(table.path, scope, receiver)
            places = {value.place for value in values if value.kind == "ext"}
            places |= {p for v in values if v.kind == "inst" for p in external_bases(linker, v, "()")}
            for row in self.methods[method]:
                if not places.isdisjoint(row.receivers):
                    yield row, True
                elif row.by_name and not values and _named(receiver):
                    yield row, False
        if method in self.decorators:
            values = linker.evaluate(table.path, scope, name)
            places = {value.place for value in values if value.kind == "ext"}
            places |= {p for v in values if v.kind == "def" and is_class(linker, v) for p in external_bases(linker, v)}
            for row in self.decorators[method]:
                if not places.isdisjoint(row.decorators):
                    yield row, True


def _named(receiver: str) -> bool:
    last = receiver.rpartition(".")[2]
    return last in NAMES or last.endswith(("_router", "_app"))


def is_class(linker: Linker, value: Value) -> bool:
    """Whether a definition is a class."""
    return linker.table(value.place).facts.scopes[value.scope].kind == "class"


def external_bases(linker: Linker, value: Value, suffix: str = "") -> Iterator[str]:
    """Canonical names of the library classes that a class of the project extends; of instances with ``()``."""
    for base in linker.mro(value.place, value.scope):
        if base.kind == "ext":
            yield linker.catalog.canonical(f"{base.place}{suffix}")


def given(row: EntryRow, call: Call) -> Iterator[Expr]:
    """The arguments of a registering call that the row says are callables."""
    wanted = row.keywords or KEYWORDS
    if row.argument >= 0 and len(call.args) > row.argument:
        yield call.args[row.argument]
        return
    if row.argument < 0 and not row.keywords:
        return
    for name, value in call.keywords:
        if name in wanted:
            yield value


def can_be_callable(expr: Expr) -> bool:
    """Whether an argument can name a function or a class: no constant, save the dotted name of one."""
    if type(expr) is not str:
        return expr is not None
    if expr[:1] == "'":
        return "." in expr and "/" not in expr and " " not in expr
    return expr[:1] not in ("#", "?")


def callables(linker: Linker, path: str, scope: int, expr: Expr, depth: int = 4) -> Iterator[Value]:
    """Functions, classes and instances that an expression registers: itself, those in a list or dict, or what it wraps."""
    if depth == 0 or expr is None:
        return
    if type(expr) is list and expr:
        for place, at, item in elements(linker, path, scope, expr):
            yield from callables(linker, place, at, item, depth - 1)
        if expr[0] in ("lambda", "or", "and", "if", "."):
            yield from linker.evaluate(path, scope, expr)
        return
    text = text_of(expr)
    if text is not None:
        yield from named(linker, path, text)
        return
    if type(expr) is str and expr[:1] == "@" and "." not in expr:
        found = list(_wrapped(linker, path, int(expr[1:]), depth))
        yield from found
        for place, at, item in elements(linker, path, scope, expr) if not found else ():
            yield from callables(linker, place, at, item, depth - 1)
        return
    values = linker.evaluate(path, scope, expr)
    yield from values
    if not values:
        for place, at, item in elements(linker, path, scope, expr):
            yield from callables(linker, place, at, item, depth - 1)
    if all(value.kind in ("ext", "const") for value in values):  # index = Index.as_view(); limit = "shop.Limit"
        bound = list(behind(linker, path, scope, expr))
        for place, _, item in bound:
            if len(bound) == 1:  # of several, one is chosen
                yield from named(linker, place, text_of(item) or "")
            number = call_number(item)
            if number is not None and (dotted(linker.table(place).facts.calls[number].callee) or "").endswith(
                ".as_view"
            ):
                yield from _wrapped(linker, place, number, depth - 1)


def _wrapped(linker: Linker, path: str, ordinal: int, depth: int) -> Iterator[Value]:
    """What a call that stands for a callable is: ``View.as_view()``, ``login_required(view)``, ``make_handler()``."""
    call = linker.table(path).facts.calls[ordinal]
    name = dotted(call.callee)
    receiver, _, last = name.rpartition(".") if name else ("", "", "")
    if receiver and last in SIGNATURES:
        yield from linker.evaluate(path, call.scope, receiver)
        return
    values = [v for v in linker.evaluate(path, call.scope, f"@{ordinal}") if v.kind in ("def", "inst")]
    callees = linker.values.callee(path, ordinal)
    inner = list(_given_to(linker, path, call, depth)) if not values or any(v.kind == "ext" for v in callees) else []
    yield from inner or values
    yield from _named_to(linker, path, call, callees)


def _named_to(linker: Linker, path: str, call: Call, callees: Iterable[Value]) -> Iterator[Value]:
    """What of the project a function of the project is given by its name: ``lazy("shop.views.Index")``."""
    texts = [text_of(arg) or "" for arg in call.args[:2]] if any(v.kind == "def" for v in callees) else []
    for text in texts:
        if "." in text and text.replace(".", "").isidentifier():
            yield from (value for value in named(linker, path, text) if value.kind == "def")


def _given_to(linker: Linker, path: str, call: Call, depth: int) -> Iterator[Value]:
    for arg in call.args[:2]:
        if can_be_callable(arg) and text_of(arg) is None:
            for value in callables(linker, path, call.scope, arg, depth - 1):
                if value.kind == "def":
                    yield value


def elements(linker: Linker, path: str, scope: int, expr: Expr, depth: int = 6) -> Iterator[Here]:
    """Items of a list or values of a dict, through names, imports, ``+`` and ``*``."""
    if depth == 0:
        return
    if type(expr) is list and expr:
        if expr[0] == "[]":
            for item in expr[1:]:
                if type(item) is list and item[:1] == ["*"]:
                    yield from elements(linker, path, scope, item[1], depth - 1)
                else:
                    yield path, scope, item
        elif expr[0] == "{}":
            yield from ((path, scope, item) for item in expr[2::2])
        elif expr[0] == "bin":
            for part in expr[2:]:
                yield from elements(linker, path, scope, part, depth - 1)
        elif expr[0] in ("or", "if"):
            for part in expr[1 if expr[0] == "or" else 2 :]:
                yield from elements(linker, path, scope, part, depth - 1)
        return
    if type(expr) is not str:
        return
    if expr[:1] == "@" and "." not in expr:  # tuple(...), list(...), i18n_patterns(...)
        call = linker.table(path).facts.calls[int(expr[1:])]
        if (dotted(call.callee) or "").rpartition(".")[2] in LISTS:
            parts = call.args[:1] if call.callee in ("tuple", "list", "set", "frozenset") else call.args
            for part in parts:
                if type(part) is list and part[:1] == ["*"]:
                    yield from elements(linker, path, call.scope, part[1], depth - 1)
                elif type(part) is list or dotted(part):
                    yield from elements(linker, path, call.scope, part, depth - 1)
                else:
                    yield path, call.scope, part
        return
    for place, at, value in behind(linker, path, scope, expr):
        yield from elements(linker, place, at, value, depth - 1)


LISTS = frozenset(
    {"tuple", "list", "set", "frozenset", "i18n_patterns", "format_suffix_patterns", "decorator_include", "sorted"}
)


def behind(linker: Linker, path: str, scope: int, expr: Expr, depth: int = 6) -> Iterator[Here]:
    """The expressions that were assigned to a name or attribute: here, in the module that it is imported from, in its class."""
    name = dotted(expr)
    if name is None or depth == 0:
        return
    head, _, last = name.rpartition(".")
    if not head:
        table = linker.table(path)
        bindings = table.lookup(scope, last)
        for binding in bindings:
            if binding.assign is not None and binding.assign.value is not None:
                yield path, binding.scope, binding.assign.value
            elif binding.imported is not None and binding.imported.attribute:
                target = linker.modules.target(path, binding.imported)
                if target is not None and target.endswith(".py") and target != path:
                    yield from behind(linker, target, 0, binding.imported.attribute, depth - 1)
        if bindings:
            owner = table.owner(bindings[0].scope, last)
            if not owner:
                yield from (
                    (path, a.scope, a.value) for a in table.facts.assigns if a.kind == "+=" and a.target == last
                )
            return
        for star in table.stars:
            target = linker.modules.target(path, star)
            if target is not None and target.endswith(".py") and target != path:
                yield from behind(linker, target, 0, last, depth - 1)
        return
    for value in linker.evaluate(path, scope, head):
        if value.kind == "module" and value.place.endswith(".py"):
            yield from behind(linker, value.place, 0, last, depth - 1)
        elif value.kind in ("inst", "def") and is_class(linker, value):
            for cls in linker.mro(value.place, value.scope):
                if cls.kind != "def":
                    continue
                table = linker.table(cls.place)
                for assign in (
                    *table.attributes.get((cls.scope, last), ()),
                    *table.class_attributes.get((cls.scope, last), ()),
                ):
                    if assign.value is not None:
                        yield cls.place, assign.scope, assign.value


def named(linker: Linker, importer: str, name: str) -> Iterator[Value]:
    """What a dotted name in a string names: ``shop.middleware.Limit``, ``shop.tasks:run``."""
    module, _, attribute = name.replace(":", ".").rpartition(".")
    if not module:
        return
    target = linker.modules.absolute(importer, module)
    if target is not None:
        yield from linker.values.attribute(Value("module", target), attribute)
        return
    for value in named(linker, importer, module) if "." in module else ():
        if value.kind == "def":
            yield from linker.values.attribute(value, attribute)


def called_functions(linker: Linker, value: Value) -> list[Value]:
    """Functions of the project that run when a value is called: a function, ``__init__`` of a class, ``__call__``."""
    if value.kind == "inst":
        return [v for v in linker.values.attribute(value, "__call__") if v.kind == "def"]
    if value.kind != "def":
        return []
    if not is_class(linker, value):
        return [value]
    instance = Value("inst", value.place, value.scope)
    made_by = ("__new__", "__init__", "__post_init__")
    return [v for name in made_by for v in linker.values.attribute(instance, name) if v.kind == "def"]


def entered(linker: Linker, value: Value, methods: list[str]) -> list[Value]:
    """The functions that run when a registered callable or class is entered."""
    if value.kind == "inst":
        return _methods(linker, value, [name for name in methods if name != "dispatch"] or ["__call__"])
    if value.kind != "def":
        return []
    if not is_class(linker, value):
        return _made(linker, value) if "__call__" in methods else [value]
    instance = Value("inst", value.place, value.scope)
    found = _methods(linker, instance, methods)
    if methods == ["get_route_handler"]:
        found = [inner for function in found for inner in _made(linker, function)]
    return found[:1] if methods == ["dispatch", "__call__"] else found


def _methods(linker: Linker, instance: Value, names: list[str]) -> list[Value]:
    found: dict[Value, None] = {}
    for name in names:
        for one in name.split("|"):
            functions = [
                f for f in linker.values.attribute(instance, one) if f.kind == "def" and not is_class(linker, f)
            ]
            found.update(dict.fromkeys(functions))
            if functions:
                break
    return list(found)


def _made(linker: Linker, factory: Value) -> list[Value]:
    """The functions that a factory defines and returns; itself when it makes none."""
    made = [
        value for value in linker.values.returned(factory)
        if value.kind == "def" and value.place == factory.place
        and linker.table(value.place).facts.scopes[value.scope].parent == factory.scope
    ]  # fmt: skip
    return made or [factory]


def takes_itself_out(linker: Linker, function: Value) -> bool:
    """Whether a hook only runs once: ``app.before_request_funcs[None].remove(start)`` in ``start``."""
    table = linker.table(function.place)
    name = table.facts.scopes[function.scope].name
    calls = (table.facts.calls[number] for number in table.calls_in.get(function.scope, ()))
    return any(
        "before_request_funcs" in str(call.callee) and "remove" in str(call.callee) and name in call.args
        for call in calls
    )


def derived(linker: Linker, paths: Sequence[str], names: set[str]) -> list[tuple[str, int]]:
    """Classes that may extend a class of one of the names, through classes of the project: (path, scope)."""
    waiting: dict[str, list[tuple[str, int, str]]] = {}
    for path in paths:
        for ordinal, scope in enumerate(linker.table(path).facts.scopes):
            if scope.kind == "class":
                for base in scope.bases:
                    expr = base[1] if type(base) is list and base[:1] == ["sub"] else base
                    if type(expr) is str and expr[:1] not in ("@", "'", "#", "?"):
                        waiting.setdefault(expr.rpartition(".")[2], []).append((path, ordinal, scope.name))
    found: dict[tuple[str, int], None] = {}
    pending, seen = sorted(names), set(names)
    while pending:
        for path, ordinal, name in waiting.get(pending.pop(), ()):
            found.setdefault((path, ordinal))
            if name not in seen:
                seen.add(name)
                pending.append(name)
    return sorted(found)


def below(expr: Expr, key: str) -> Iterator[Expr]:
    """Values of a key in a literal dict, however deep."""
    if type(expr) is not list or not expr:
        return
    if expr[0] == "{}":
        for name, value in zip(expr[1::2], expr[2::2], strict=False):
            if text_of(name) == key:
                yield value
            else:
                yield from below(value, key)
    elif expr[0] == "[]":
        for item in expr[1:]:
            yield from below(item, key)
