"""One step back from an expression: through names, attributes, parameters, imports and functions to what they stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .linker import Linker

MAX_SITES = 12
"""Calls of a function that are followed to find what a parameter is given."""
MAX_NAMESAKES = 100
"""Calls of its name that are looked at for these."""
STATES = (".state", ".app", ".current_app", "Flask()", "FastAPI()", "Quart()")
"""What carries things from start-up to requests."""
THROUGH = frozenset({"typing.cast", "contextlib.closing", "contextlib.aclosing"})
"""Functions that give back their last argument."""


def given(record: Call) -> Expr:
    """The argument that a call of one of these gives back, ``cast(typ=F, val=f)`` among them."""
    return next((value for name, value in record.keywords if name == "val"), record.args[-1] if record.args else None)


class Behind:
    """Finds what expressions stand for."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def back(self, path: str, scope: int, expr: Expr) -> Iterator[tuple[str, int, Expr]]:
        """One step back: the expressions that an expression stands for."""
        if type(expr) is list and expr:
            if expr[0] in ("or", "and", "if"):
                for part in expr[2:] if expr[0] == "if" else expr[1:]:
                    yield path, scope, part
            elif expr[0] == "sub":
                yield from self._element(path, scope, expr[1], expr[2])
            return
        if type(expr) is not str or expr[:1] in ("'", "#", "?", ""):
            return
        head, _, name = expr.rpartition(".")
        if head:
            yield from self._attribute(path, scope, head, name)
        elif expr[0] == "@":
            yield from self._result(path, int(expr[1:]))
        else:
            yield from self._name(path, scope, expr)

    def _name(self, path: str, scope: int, name: str) -> Iterator[tuple[str, int, Expr]]:
        for binding in self.linker.table(path).lookup(scope, name):
            if binding.assign is not None and binding.assign.kind in ("=", "with") and binding.assign.value != "#None":
                yield path, binding.assign.scope, binding.assign.value
            elif binding.imported is not None and binding.imported.attribute:
                target = self.linker.modules.target(path, binding.imported)
                if target is not None and target.endswith(".py") and target != path:
                    yield target, 0, binding.imported.attribute
            elif binding.param is not None:
                yield from self._parameter(path, binding.scope, binding.param.name)

    def _parameter(self, path: str, scope: int, name: str) -> Iterator[tuple[str, int, Expr]]:
        """What is injected for a parameter, its default, and what the callers of its function give."""
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        param = next(p for p in record.params if p.name == name)
        injected = self.linker.values.parameters.injected(path, record.parent, param)
        for value in injected:
            yield from self._returned(value)
        if injected or param.kind in ("*", "**") or record.kind != "function":
            return
        if param.default is not None:
            yield path, record.parent, param.default
        owner = table.facts.scopes[record.parent]
        method = owner.kind == "class" and "staticmethod" not in record.decorators
        initialiser = method and record.name == "__init__"
        place = [p.name for p in record.params].index(name) - method
        wanted = Value("def", path, record.parent if initialiser else scope)
        if place >= 0:
            yield from self._given(owner.name if initialiser else record.name, wanted, name, place)

    def _given(self, called: str, wanted: Value, name: str, place: int) -> Iterator[tuple[str, int, Expr]]:
        """What the calls of something give for a parameter, by its name or its place; nothing where these are many."""
        sites = self.linker.calls_of(called, place)
        found = []
        for site, ordinal in sites if len(sites) <= MAX_NAMESAKES else ():
            call = self.linker.table(site).facts.calls[ordinal]
            given = next((value for keyword, value in call.keywords if keyword == name), None)
            if given is None and 0 <= place < len(call.args):
                given = call.args[place]
            if given is not None and self.linker.runs(site, ordinal, wanted):
                found.append((site, call.scope, given))
        if len(found) <= MAX_SITES:
            yield from found

    def _attribute(self, path: str, scope: int, head: str, name: str) -> Iterator[tuple[str, int, Expr]]:
        for value in self.linker.evaluate(path, scope, head):
            if value.kind == "module" and value.place.endswith(".py"):
                yield value.place, 0, name
            elif value.kind == "ext":
                if self.linker.catalog.is_instance(f"{value.place}.{name}"):  # the client of a library's object
                    yield path, scope, head
                if value.place.endswith(STATES):
                    yield from ((at, assign.scope, assign.value) for at, assign in self.linker.carried(name))
            elif value.kind in ("inst", "def") and self._is_class(value):
                yield from self._member(value, name)

    def _element(self, path: str, scope: int, base: Expr, key: Expr) -> Iterator[tuple[str, int, Expr]]:
        """What a container of the project holds under a key; all of it where the key is none that is written out."""
        constant = key if type(key) is str and key[:1] in ("'", "#") else None
        yield from self.linker.values.elements.items(path, scope, base, constant)

    def _member(self, value: Value, name: str) -> Iterator[tuple[str, int, Expr]]:
        for cls in self.linker.mro(value.place, value.scope):
            if cls.kind == "ext":
                continue
            table = self.linker.table(cls.place)
            member = table.members.get((cls.scope, name))
            if member is not None:
                if self.linker.is_property(Value("def", cls.place, member)):
                    yield from self._returned(Value("def", cls.place, member))
                return
            assigns = (
                *table.attributes.get((cls.scope, name), ()),
                *table.class_attributes.get((cls.scope, name), ()),
            )
            for assign in assigns:
                if assign.value not in (None, "#None"):
                    yield cls.place, assign.scope, assign.value
            if assigns:
                if any(assign.value is None for assign in assigns):
                    yield from self._field(value, name)
                return

    def _field(self, value: Value, name: str) -> Iterator[tuple[str, int, Expr]]:
        """What the makers of a data class or model give for a field: ``Config(redis=client)``."""
        cls = Value("def", value.place, value.scope)
        if self.linker.member(cls, "__init__") is not None:
            return
        fields: dict[str, None] = {}
        for base in reversed([base for base in self.linker.mro(cls.place, cls.scope) if base.kind == "def"]):
            assigns = self.linker.table(base.place).facts.assigns
            fields.update((str(a.target), None) for a in assigns if a.scope == base.scope and a.annotation is not None)
        called = self.linker.table(cls.place).facts.scopes[cls.scope].name
        yield from self._given(called, cls, name, list(fields).index(name) if name in fields else -1)

    def _result(self, path: str, call: int) -> Iterator[tuple[str, int, Expr]]:
        record = self.linker.table(path).facts.calls[call]
        if record.callee == "getattr" and len(record.args) >= 2 and (name := text_of(record.args[1])):
            owner = dotted(record.args[0])
            if owner is not None:
                yield from self._attribute(path, record.scope, owner, name)
            return
        values = self.linker.values.callee(path, call)
        if not values and type(record.callee) is str and record.callee.endswith(".get") and record.args:
            yield from self._element(path, record.scope, record.callee.rpartition(".")[0], record.args[0])
        for value in values:
            if value.kind == "def":
                yield from self._returned(value)
                continue
            owner, _, method = value.place.rpartition(".")
            client = self.linker.catalog.client_of(owner) if value.kind == "ext" else None
            if client is not None and method in client.produces and type(record.callee) is str:
                yield path, record.scope, record.callee.rpartition(".")[0]
            elif value.kind == "ext" and value.place in THROUGH:
                yield path, record.scope, given(record)

    def _returned(self, function: Value) -> Iterator[tuple[str, int, Expr]]:
        if function.kind != "def" or self._is_class(function):
            return
        for exit_ in self.linker.table(function.place).exits.get(function.scope, ()):
            if exit_.kind in ("return", "yield"):
                yield function.place, function.scope, exit_.value

    def _is_class(self, value: Value) -> bool:
        return self.linker.table(value.place).facts.scopes[value.scope].kind == "class"
