"""What an expression can be: points-to for modules, definitions, instances and values of external libraries."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .answers import Answers
from .flowing import END, LAST, Spot, of_assign, reaching
from .items import Items
from .members import Members
from .parameters import Parameters
from .rowtypes import ONE, RowTypes
from .tables import Binding, Table, text_of
from .value import NOTHING, Value, Values, union
from .visitors import Visitors

if TYPE_CHECKING:
    from ..facts.records import Assign, Expr, Import
    from .linker import Linker


PASS_THROUGH = frozenset(
    {
        "typing.cast", "contextlib.closing", "copy.copy", "contextlib.suppress", "functools.partial", "asyncio.wait_for",
        "asyncio.shield", "functools.update_wrapper", "asyncio.create_task", "asyncio.ensure_future",
    }
)  # fmt: skip
BY_NAME = frozenset({"django.utils.module_loading.import_string", "werkzeug.utils.import_string", "pydoc.locate"})
"""Functions that give what a dotted name in a string names."""
CONTEXTS = frozenset({"__enter__", "__aenter__"})

MAX_LINKS = 50
"""Calls of a chain that are answered one inside of the other."""

__all__ = ["NOTHING", "Evaluator", "Value", "Values"]


class Evaluator:
    """Evaluates expressions of facts against a linked project; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.answers = Answers()
        self._callees: defaultdict[str, dict[int, Values]] = defaultdict(dict)
        """Answers of `callee` by file: it is asked several times for every call that anything reaches."""
        self._spelled: dict[tuple[str, int, str], Values] = {}
        """The same by what the callee's name is and where it belongs: a file calls ``logger.info`` a hundred times."""
        self.parameters = Parameters(self)
        self.elements = Items(self)
        self.rows = RowTypes(linker)
        self.visitors = Visitors(linker)
        self.members = Members(self)
        self._none: dict[tuple[str, str], bool] = {}
        """Names of modules that are None until a coroutine binds them."""

    # --- expressions -----------------------------------------------------------------------------------------------

    def evaluate(self, path: str, scope: int, expr: Expr, spot: Spot | None = None) -> Values:
        """What an expression can be, seen from a scope of a file; at a spot of it, where that is known."""
        if type(expr) is str:
            return self._string(path, scope, expr, spot)
        if type(expr) is not list or not expr:
            return NOTHING
        kind = expr[0]
        if kind in ("or", "and"):
            return union(self.evaluate(path, scope, part, spot) for part in expr[1:])
        if kind == "if":
            return union(self.evaluate(path, scope, part, spot) for part in expr[2:])
        if kind == ".":
            return union(self.attribute(value, expr[2]) for value in self.evaluate(path, scope, expr[1], spot))
        if kind == "lambda":
            return frozenset({Value("def", path, expr[1])})
        if kind == "sub":
            return self.elements.subscript(path, scope, expr)
        return NOTHING

    def _string(self, path: str, scope: int, expr: str, spot: Spot | None = None) -> Values:
        first = expr[:1]
        if first in ("'", "#"):
            return NOTHING if expr == "#None" else frozenset({Value("const", expr)})
        if first in ("?", ""):
            return NOTHING
        head, dot, rest = expr.partition(".")
        values = self.call(path, int(head[1:])) if first == "@" else self.name(path, scope, head, spot)
        if dot:
            owner = head
            for attribute in rest.split("."):
                before, owner = owner, attribute
                if attribute == "user" and (user := self.visitors.asked(before, attribute, values)):
                    values = user
                elif len(values) == 1:
                    values = self.attribute(next(iter(values)), attribute)
                elif values:
                    values = union([self.attribute(value, attribute) for value in values])
                else:
                    break
        return values

    def items(self, path: str, scope: int, expr: Expr) -> list[tuple[str, int, Expr]]:
        """Elements of a literal list, or values of a literal dict, that an expression is or names."""
        return self.elements.items(path, scope, expr)

    # --- names -----------------------------------------------------------------------------------------------------

    def name(self, path: str, scope: int, name: str, spot: Spot | None = None) -> Values:
        """What a bare name can be, seen from a scope; at a spot of it, where that is known."""
        table = self.linker.table(path)
        owner, bindings = table.find(scope, name)
        key: tuple[object, ...] = (path, owner, name)
        if len(bindings) > 1:
            if owner == scope:
                some = bindings if spot is None else reaching(table, owner, bindings, spot)
            else:
                some = bindings if owner else reaching(table, owner, bindings, LAST)
            if len(some) < len(bindings):
                bindings = some
                key = (path, owner, name, *map(id, some))
        known = self.answers.kept.get(key)
        if known is not None:
            return known
        return self.answers.keep(key, lambda: self._name(path, table, bindings, name))

    def _name(self, path: str, table: Table, bindings: list[Binding], name: str) -> Values:
        if len(bindings) == 1:
            return self.binding(path, bindings[0])
        if bindings:
            return union(self.binding(path, binding) for binding in bindings)
        for star in table.stars:
            values = self._import(path, star.level, star.module, name, star=True)
            if values:
                return values
        if name in ("super", "getattr", "property", "type", "print", "len", "str", "int", "dict", "list", "set"):
            return frozenset({Value("ext", f"builtins.{name}")})
        return NOTHING

    def is_builtin(self, path: str, scope: int, name: str) -> bool:
        """Whether a bare name is that of a builtin: nothing in the file binds it."""
        table = self.linker.table(path)
        return not table.lookup(scope, name) and not table.stars

    def binding(self, path: str, binding: Binding) -> Values:
        """What one binding makes of its name."""
        if binding.definition is not None:
            return frozenset({Value("def", path, binding.definition)})
        if binding.imported is not None:
            record = binding.imported
            if record.attribute is None:
                return self._module(path, record.level, record.module)
            if record.attribute == "":
                return self._module(path, record.level, record.name)
            if not binding.scope and self.copies_none(path, record):
                return NOTHING
            return self._import(path, record.level, record.module, record.attribute)
        if binding.param is not None:
            return self.parameters.parameter(path, binding.scope, binding.param)
        if binding.assign is not None:
            return self.assigned(path, binding.assign)
        return NOTHING

    def assigned(self, path: str, assign: Assign) -> Values:
        """What an assignment gives its target."""
        values = NOTHING
        if assign.value is not None:
            spot = None
            if type(assign.value) is not str or assign.value[:1] not in "@'#?":
                spot = of_assign(self.linker.table(path), assign)
            values = self.evaluate(path, assign.scope, assign.value, spot)
        if assign.kind == "with":
            values = union(self._entered(value) for value in values)
        if assign.annotation is not None and all(map(self._says_nothing, values)):
            return self._stated(path, assign.scope, assign.annotation, values)
        return values

    def _stated(self, path: str, scope: int, annotation: Expr, values: Values) -> Values:
        """What an annotation says, where it tells more than what was found."""
        stated = self.parameters.annotation(path, scope, annotation)
        told = [value for value in stated if value.kind == "inst"]
        alone = told and not any(self.linker.heirs.below(value._replace(kind="def")) for value in told)
        by_name = all(value.place.startswith("builtins.") for value in values)  # getattr(module, name)()
        return stated if by_name or alone else values  # which of several heirs it is, a library knows

    def _entered(self, value: Value) -> Values:
        """What ``with value as x`` binds."""
        if value.kind == "inst":
            for method in CONTEXTS:
                entered = [v for v in self.attribute(value, method) if v.kind == "def"]
                if entered:
                    return union(self.returned(v) for v in entered) or frozenset({value})
        return frozenset({value})

    def _module(self, path: str, level: int, module: str) -> Values:
        modules = self.linker.modules
        target = modules.relative(path, level, module) if level else modules.absolute(path, module)
        if target is not None:
            return frozenset({Value("module", target)})
        return frozenset() if level else frozenset({Value("ext", module)})

    def _import(self, path: str, level: int, module: str, attribute: str, *, star: bool = False) -> Values:
        modules = self.linker.modules
        target = modules.relative(path, level, module) if level else modules.absolute(path, module)
        if target is None:
            return NOTHING if level or star else frozenset({Value("ext", f"{module}.{attribute}")})
        if star and target.endswith(".py") and target != path:
            exports = self.linker.table(target).facts.exports
            if (exports is not None and attribute not in exports) or (exports is None and attribute[:1] == "_"):
                return NOTHING
        return self.attribute(Value("module", target), attribute)

    def copies_none(self, path: str, record: Import) -> bool:
        """Whether an import at the top of a module copies a name that is None until a coroutine, long after, binds it anew.

        ``from cache import client`` beside ``client = None`` and ``async def connect(): global client; client = ...``.
        """
        target = self.linker.modules.target(path, record)
        if target is None or not target.endswith(".py") or record.attribute is None:
            return False
        key = (target, record.attribute)
        if key not in self._none:
            later = self.linker.table(target).bound_later(record.attribute)
            self._none[key] = bool(later) and all(scope.is_async for scope in later)
        return self._none[key]

    # --- attributes ------------------------------------------------------------------------------------------------

    def attribute(self, value: Value, name: str) -> Values:
        """What ``value.name`` can be."""
        known = self.answers.kept.get((value, name))
        if known is not None:
            return known
        return self.answers.keep((value, name), lambda: self.members.attribute(value, name))

    # --- calls -----------------------------------------------------------------------------------------------------

    def callee(self, path: str, ordinal: int) -> Values:
        """What the callee of a call can be."""
        ordinals = self._callees[path]
        known = ordinals.get(ordinal)
        if known is not None:
            return known
        same = self._written(path, ordinal)
        if same is not None:
            known = self._spelled.get(same)
            if known is not None:
                ordinals[ordinal] = known
                return known
        else:
            for inner in reversed(self._deep(path, ordinal)):
                self.call(path, inner)
        key = ("callee", path, ordinal)
        values = self.answers.keep(key, lambda: self._callee(path, ordinal))
        if key in self.answers.kept:
            ordinals[ordinal] = self.answers.kept.pop(key)
            if same is not None:
                self._spelled[same] = values
        return values

    def _written(self, path: str, ordinal: int) -> tuple[str, int, str] | None:
        """What all calls with the same callee have in common: its file, the scope of its first name, and its text.

        None where the place of a call decides what its callee's first name is bound to, and for calls of a call's result.
        """
        table = self.linker.table(path)
        call = table.facts.calls[ordinal]
        callee = call.callee
        if type(callee) is not str or callee[:1] in ("", "@", "'", "#", "?"):
            return None
        owner, bindings = table.find(call.scope, callee.partition(".")[0])
        return (path, owner, callee) if len(bindings) < 2 or owner != call.scope else None

    def _deep(self, path: str, ordinal: int) -> list[int]:
        """The calls that a long chain ``a().b().c()`` stands on, to be answered from its beginning: the stack has an end."""
        calls = self.linker.table(path).facts.calls
        links: list[int] = []
        at = calls[ordinal].callee
        while type(at) is str and at[:1] == "@":
            links.append(int(at[1:].partition(".")[0]))
            if (path, links[-1]) in self.answers.kept:
                break
            at = calls[links[-1]].callee
        return links if len(links) > MAX_LINKS else []

    def _callee(self, path: str, ordinal: int) -> Values:
        call = self.linker.table(path).facts.calls[ordinal]
        if type(call.callee) is str and call.callee[:1] == "@" and "." in call.callee:
            head, _, attribute = call.callee.rpartition(".")
            inner = self.linker.table(path).facts.calls[int(head[1:])] if "." not in head else None
            if inner is not None and inner.callee == "super":
                return self._super(path, call.scope, attribute)
        return self.evaluate(path, call.scope, call.callee, Spot(ordinal, END, call.frame))

    def _super(self, path: str, scope: int, attribute: str) -> Values:
        table = self.linker.table(path)
        at = scope
        while at and table.facts.scopes[table.facts.scopes[at].parent].kind != "class":
            at = table.facts.scopes[at].parent
        if not at:
            return NOTHING
        for cls in self.linker.mro(path, table.facts.scopes[at].parent)[1:]:
            if cls.kind == "ext":
                return frozenset({Value("ext", f"{self.linker.catalog.canonical(cls.place + '()')}.{attribute}")})
            member = self.linker.table(cls.place).members.get((cls.scope, attribute))
            if member is not None:
                return frozenset({Value("def", cls.place, member)})
        return NOTHING

    def call(self, path: str, ordinal: int) -> Values:
        """What a call can return."""
        known = self.answers.kept.get((path, ordinal))
        if known is not None:
            return known
        return self.answers.keep((path, ordinal), lambda: self._call(path, ordinal))

    def _call(self, path: str, ordinal: int) -> Values:
        call = self.linker.table(path).facts.calls[ordinal]
        if call.callee == "getattr" and len(call.args) >= 2 and text_of(call.args[1]):
            name = text_of(call.args[1]) or ""
            spot = Spot(ordinal, END, call.frame)
            return union(self.attribute(v, name) for v in self.evaluate(path, call.scope, call.args[0], spot))
        if call.callee == "staticmethod" and call.args:
            return self.evaluate(path, call.scope, call.args[0])
        if type(call.callee) is str and call.callee.rpartition(".")[2] in ONE:
            row = self.rows.of(path, ordinal)
            if row:
                return row
        results = []
        for value in self.callee(path, ordinal):
            if value.place == "builtins.type" and value.kind == "ext" and len(call.args) == 1:
                of = self.evaluate(path, call.scope, call.args[0])
                results.append(frozenset(v._replace(kind="def") for v in of if v.kind == "inst"))
                continue
            if value.kind == "ext" and value.place in PASS_THROUGH and call.args:
                results.append(self.evaluate(path, call.scope, call.args[-1 if value.place == "typing.cast" else 0]))
            elif value.kind == "ext" and value.place in BY_NAME and call.args and text_of(call.args[0]):
                results.append(self._named(path, text_of(call.args[0]) or "") or self.result(value))
            elif value.kind == "ext" and (named := self.visitors.given(value.place)):
                results.append(named)
            else:
                back = self.parameters.handed_back(path, call, value) if value.kind == "def" else NOTHING
                if not back or not self.parameters.only_hands_back(value):
                    results.append(self.result(value))
                results.append(back)
        return union(results) or self.elements.read(path, ordinal)

    def _named(self, path: str, name: str) -> Values:
        """What a dotted name in a string names in the project."""
        module, _, attribute = name.rpartition(".")
        target = self.linker.modules.absolute(path, module) if module else None
        return NOTHING if target is None else self.attribute(Value("module", target), attribute)

    def result(self, value: Value) -> Values:
        """What calling a value returns."""
        if value.kind == "ext":
            return frozenset({self.linker.catalog.called(value)})
        if value.kind == "inst":
            return union(self.returned(v) for v in self.attribute(value, "__call__") if v.kind == "def")
        if value.kind != "def":
            return NOTHING
        scope = self.linker.table(value.place).facts.scopes[value.scope]
        if scope.kind == "class":
            return frozenset({Value("inst", value.place, value.scope)})
        return self.returned(value)

    def returned(self, function: Value) -> Values:
        """What a function of the project returns or yields: what its exits say, else its annotation."""
        if function.kind != "def":
            return NOTHING
        known = self.answers.kept.get(("returned", function))
        if known is not None:
            return known
        return self.answers.keep(("returned", function), lambda: self._returned(function))

    def _returned(self, function: Value) -> Values:
        table = self.linker.table(function.place)
        scope = table.facts.scopes[function.scope]
        wanted = "yield" if scope.yields else "return"
        values = union(
            self.evaluate(function.place, function.scope, exit_.value, Spot(exit_.after, END, exit_.frame))
            for exit_ in table.exits.get(function.scope, ())
            if exit_.kind == wanted
        )
        values = frozenset(value for value in values if value.kind != "const")
        if scope.returns is not None and not scope.yields and all(map(self._says_nothing, values)):
            return self._stated(function.place, scope.parent, scope.returns, values)
        return values

    def _says_nothing(self, value: Value) -> bool:
        """Whether a value is what a library without a row gives: ``getattr(module, name)()``, ``container.resolve(Store)``."""
        head = value.place.partition(".")[0]
        return value.kind == "ext" and (head == "builtins" or head not in self.linker.catalog.heads)
