"""The one thing that an expression certainly is: where everything that gives it is known, and gives the same.

`values` says what an expression can be, and takes an annotation's word for it. Here a parameter's annotation counts only
where the callers that are known give the same, and what one source leaves open leaves the whole open.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Optional

from .classes import Classes
from .modules import ancestors
from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..facts.records import Assign, Call, Expr, Param
    from .linker import Linker
    from .tables import Binding

Things = Optional[frozenset[Value]]  # noqa: UP045 - evaluated at run time on 3.10
"""Everything that an expression can be; None where that is not known. ``None`` itself is left out."""

DEPTH = 16
"""Steps from an expression to what makes it: what lies further is not known."""
NOTHING: frozenset[Value] = frozenset()
NONE: frozenset[str] = frozenset()
CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
KEPT = frozenset({"lru_cache", "cache"})
"""Decorators that give back what the function does."""

READ = frozenset({"property", "cached_property"})


class Exactly:
    """Finds out what expressions certainly are; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.classes = Classes(linker)
        self._kept: dict[tuple[object, ...], Things] = {}

    def of(self, path: str, scope: int, expr: Expr) -> Value | None:
        """The one thing that an expression is, seen from a scope of a file; None when that is not certain."""
        things = self._expression(path, scope, expr, DEPTH)
        return next(iter(things)) if things is not None and len(things) == 1 else None

    def _keep(self, key: tuple[object, ...], make: Callable[[], Things]) -> Things:
        if key not in self._kept:
            self._kept[key] = None  # recursion
            self._kept[key] = make()
        return self._kept[key]

    # --- expressions -----------------------------------------------------------------------------------------------

    def _expression(self, path: str, scope: int, expr: Expr, depth: int) -> Things:
        if depth == 0:
            return None
        if type(expr) is list and expr:
            if expr[0] in ("or", "and", "if"):
                return _all(self._expression(path, scope, part, depth) for part in expr[2 if expr[0] == "if" else 1 :])
            if expr[0] == ".":
                return self._attributes(self._expression(path, scope, expr[1], depth), expr[2], depth)
            return None
        if type(expr) is not str or expr[:1] in ("?", ""):
            return None
        if expr[0] in "'#":
            return NOTHING if expr == "#None" else frozenset({Value("const", expr)})
        head, *names = expr.split(".")
        things = self._call(path, int(head[1:]), depth) if head[0] == "@" else self._name(path, scope, head, depth)
        for name in names:
            things = self._attributes(things, name, depth)
        return things

    def _name(self, path: str, scope: int, name: str, depth: int) -> Things:
        table = self.linker.table(path)
        owner, bindings = table.find(scope, name)
        if not bindings or (not owner and table.stars):
            return None
        key = (path, owner, name, depth)
        return self._keep(key, lambda: self._bound(path, owner, name, bindings, depth))

    def _bound(self, path: str, owner: int, name: str, bindings: list[Binding], depth: int) -> Things:
        things = _all(self._binding(path, binding, depth) for binding in bindings)
        return None if things and not owner and self.classes.is_set(Value("module", path), name) else things

    def _binding(self, path: str, binding: Binding, depth: int) -> Things:
        if binding.definition is not None:
            return frozenset({Value("def", path, binding.definition)})
        if binding.param is not None:
            return self._parameter(path, binding.scope, binding.param, depth - 1)
        if binding.assign is not None:
            return self._assigned(path, binding.assign, depth - 1)
        record = binding.imported
        if record is None or not (record.level or self._is_clear(path, record.module)):
            return None
        if not record.attribute:
            return self.linker.values.binding(path, binding) or None
        target = self.linker.modules.target(path, record)
        if target is None:
            return None if record.level else frozenset({Value("ext", f"{record.module}.{record.attribute}")})
        return self._of_module(target, record.attribute, depth - 1)

    def _is_clear(self, importer: str, module: str) -> bool:
        """Whether an absolute import can mean one file of the project at most: several services may have one of that name."""
        if module.partition(".")[0] in sys.stdlib_module_names:
            return False
        modules = self.linker.modules
        found = {modules.module(root, module) for root in (*modules.src, *ancestors(importer))}
        return len(found - {None}) <= 1

    def _assigned(self, path: str, assign: Assign, depth: int) -> Things:
        if assign.kind == ":":
            return NOTHING
        if assign.kind == "=":
            return self._expression(path, assign.scope, assign.value, depth)
        return self._entered(path, assign, depth) if assign.kind == "with" else None

    def _entered(self, path: str, assign: Assign, depth: int) -> Things:
        """What ``with value as x`` gives."""
        value = assign.value
        if type(value) is str and value[:1] == "@" and value[1:].isdecimal():
            function = self.function(path, int(value[1:]))
            if function is not None and self._decorated(function[0]) & CONTEXT_MANAGERS:
                return self._returned(function[0], CONTEXT_MANAGERS, depth)
        things = self._expression(path, assign.scope, value, depth)
        found: list[Things] = []
        for thing in things or ():
            if thing.kind == "ext":
                found.append(frozenset({thing}))
                continue
            entering = (
                [self.method(thing, name) for name in ("__enter__", "__aenter__")] if thing.kind == "inst" else ()
            )
            found += [self._returned(method, NONE, depth) for method in entering if method is not None]
        return _all(found) if found and things is not None and len(found) == len(things) else None

    # --- parameters ------------------------------------------------------------------------------------------------

    def _parameter(self, path: str, scope: int, param: Param, depth: int) -> Things:
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        in_class = table.facts.scopes[record.parent].kind == "class"
        if record.kind != "function" or depth <= 0 or param.kind in ("*", "**"):
            return None
        if in_class and record.params[0] is param and "staticmethod" not in record.decorators:
            is_class = "classmethod" in record.decorators or record.name in ("__new__", "__init_subclass__")
            return None if is_class else frozenset({Value("inst", path, record.parent)})
        injected = self.linker.values.parameters.injected(path, record.parent, param)
        if injected:
            return self._injected(next(iter(injected)), depth) if len(injected) == 1 else None
        return self._given(path, scope, param, depth) if param.annotation is not None else None

    def _injected(self, value: Value, depth: int) -> Things:
        """What FastAPI makes of ``Depends(value)``."""
        if value.kind == "ext":
            return frozenset({self.linker.catalog.called(value)})
        if value.kind != "def":
            return None
        return self._made(value) if self.classes.is_class(value) else self._returned(value, NONE, depth)

    def _given(self, path: str, scope: int, param: Param, depth: int) -> Things:
        """What is promised for a parameter, where all callers that are known certainly give it."""
        parameters = self.linker.values.parameters
        promised = parameters.annotation(path, self.linker.table(path).facts.scopes[scope].parent, param.annotation)
        sites = parameters.sites(path, scope) if len(promised) == 1 else None
        if sites is None or self._is_asked(path, scope, param.name):
            return None
        found, bound, wanted = sites
        place = [p.name for p in self.linker.table(path).facts.scopes[scope].params].index(param.name) - bound
        agreed = False
        for site, ordinal in found:
            if wanted not in self.linker.values.callee(site, ordinal):
                continue
            call = self.linker.table(site).facts.calls[ordinal]
            given = next((value for name, value in call.keywords if name == param.name), None)
            if given is None and 0 <= place < len(call.args):
                given = call.args[place]
            things = self._expression(site, call.scope, given, depth - 1) if given is not None else None
            if things != promised:
                return None
            agreed = True
        return promised if agreed else None

    def _is_asked(self, path: str, scope: int, name: str) -> bool:
        """Whether a function asks of which type a parameter is."""
        table = self.linker.table(path)
        return any(
            table.lasts[ordinal] == "isinstance" and table.facts.calls[ordinal].args[:1] == [name]
            for ordinal in table.calls_in.get(scope, ())
        )

    # --- attributes ------------------------------------------------------------------------------------------------

    def _attributes(self, things: Things, name: str, depth: int) -> Things:
        if things is None:
            return None
        return _all(self._attribute(thing, name, depth - 1) for thing in sorted(things))

    def _attribute(self, thing: Value, name: str, depth: int) -> Things:
        if depth <= 0:
            return None
        if thing.kind == "ext":
            return frozenset({Value("ext", f"{thing.place}.{name}")})
        if thing.kind == "module":
            return self._of_module(thing.place, name, depth)
        if not self.classes.is_class(thing) or self.classes.is_set(thing, name):
            return None
        return self._keep((thing, name, depth), lambda: self._member(thing, name, depth))

    def _of_module(self, path: str, name: str, depth: int) -> Things:
        if path.endswith(".py"):
            if not self.linker.knows(path):
                return None
            if (0, name) in self.linker.table(path).names:
                return self._name(path, 0, name, depth) if depth > 0 else None
        submodule = self.linker.modules.submodule(path, name)
        return frozenset({Value("module", submodule)}) if submodule else None

    def _member(self, thing: Value, name: str, depth: int) -> Things:
        """An attribute of a class or an instance of it: all that any method or heir gives it."""
        found: list[Things] = []
        for cls in self.classes.family(thing):
            table = self.linker.table(cls.place)
            member = table.members.get((cls.scope, name))
            if member is not None:
                definition = Value("def", cls.place, member)
                is_read = self.linker.is_property(definition)
                found.append(self._returned(definition, READ, depth) if is_read else frozenset({definition}))
            assigns = list(table.attributes.get((cls.scope, name), ()))
            stated = table.class_attributes.get((cls.scope, name), ())
            if stated and not self.classes.is_plain(cls):
                return None  # a field, which whoever makes an instance gives
            found += [self._assigned(cls.place, assign, depth - 1) for assign in (*assigns, *stated)]
        return _all(found) if found else None

    def method(self, thing: Value, name: str) -> Value | None:
        """The method that an instance, or a class, certainly has under a name: no heir has one of its own."""
        if not self.classes.is_class(thing) or self.classes.is_set(thing, name):
            return None
        found: list[Value] = []
        for cls in self.classes.family(thing):
            table = self.linker.table(cls.place)
            if table.attributes.get((cls.scope, name)) or table.class_attributes.get((cls.scope, name)):
                return None
            member = table.members.get((cls.scope, name))
            if member is not None:
                found.append(Value("def", cls.place, member))
        bases = self.linker.mro(thing.place, thing.scope)
        first = next((value for value in found if self.classes.owner(value) in bases), None)
        if first is None or any(self.classes.owner(value) not in bases for value in found):
            return None
        is_function = self.linker.table(first.place).facts.scopes[first.scope].kind == "function"
        return first if is_function and not self.classes.is_open(thing) else None

    # --- calls -----------------------------------------------------------------------------------------------------

    def function(self, path: str, ordinal: int) -> tuple[Value, bool] | None:
        """The function, or the constructor, that a call certainly calls, and whether its first parameter is given."""
        call = self.linker.table(path).facts.calls[ordinal]
        head, _, name = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
        owner = self.of(path, call.scope, head) if head else None
        if owner is not None and owner.kind in ("inst", "def"):
            found = self.method(owner, name)
            if found is None:
                return None
            decorators = self.linker.table(found.place).facts.scopes[found.scope].decorators
            return found, "classmethod" in decorators or (owner.kind == "inst" and "staticmethod" not in decorators)
        value = self.of(path, call.scope, call.callee)
        if value is None or value.kind != "def":
            return None
        if not self.classes.is_class(value):
            return value, False
        made = self.classes.initialiser(value)
        return None if made is None else (made, True)

    def _call(self, path: str, ordinal: int, depth: int) -> Things:
        return self._keep((path, ordinal, depth), lambda: self._called(path, ordinal, depth - 1))

    def _called(self, path: str, ordinal: int, depth: int) -> Things:
        call = self.linker.table(path).facts.calls[ordinal]
        callees = self._expression(path, call.scope, call.callee, depth) if depth > 0 else None
        return None if not callees else _all(self._result(path, call, value, depth) for value in sorted(callees))

    def _result(self, path: str, call: Call, value: Value, depth: int) -> Things:
        if value.kind == "ext":
            stated = next((given for name, given in call.keywords if name == "class_"), None)
            if stated is not None:  # sessionmaker(class_=AsyncSession): calling it makes one of these
                return self._expression(path, call.scope, stated, depth - 1)
            return frozenset({self.linker.catalog.called(value)})
        if value.kind != "def":
            return None
        if self.classes.is_class(value):
            return self._made(value)
        record = self.linker.table(value.place).facts.scopes[value.scope]
        waits = record.is_async and not record.yields
        return None if record.yields or waits is not call.awaited else self._returned(value, KEPT, depth)

    def _made(self, cls: Value) -> Things:
        return frozenset({cls._replace(kind="inst")}) if self.classes.makes_itself(cls) else None

    def _decorated(self, function: Value) -> frozenset[str]:
        """The last names of a function's decorators, ``?`` for what has none."""
        table = self.linker.table(function.place)
        found = set()
        for decorator in table.facts.scopes[function.scope].decorators:
            called = type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdecimal()
            name = dotted(table.facts.calls[int(decorator[1:])].callee if called else decorator)
            found.add(name.rpartition(".")[2] if name else "?")
        return frozenset(found)

    def _returned(self, function: Value, allowed: frozenset[str], depth: int) -> Things:
        """What a function returns or yields; with other decorators than these that is not known."""
        if not self._decorated(function) <= allowed | {"staticmethod", "classmethod"}:
            return None
        table = self.linker.table(function.place)
        record = table.facts.scopes[function.scope]
        if record.kind != "function" or depth <= 0:
            return None
        wanted = "yield" if record.yields else "return"
        exits = [exit_ for exit_ in table.exits.get(function.scope, ()) if exit_.kind == wanted]
        key = (function, "returned", depth)
        return self._keep(
            key,
            lambda: _all(self._expression(function.place, function.scope, e.value, depth - 1) for e in exits),
        )


def _all(parts: Iterable[Things]) -> Things:
    """What any of the parts is; None when one of them is not known."""
    found: set[Value] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)
