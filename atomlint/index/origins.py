"""Which settings an expression was read from: through names, imports, attributes, properties and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import receiver
from .fields import inherited_field
from .settings import MAX_DEPTH, STRING_METHODS
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .facade import Index
    from .settings import SettingRead
    from .tables import Binding
    from .values import Value

Here = tuple[str, int, "Expr"]
"""A path, a scope and an expression seen from it."""


class Origins:
    """Follows expressions back to setting reads; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self._names: dict[tuple[str, int, str], tuple[SettingRead, ...]] = {}

    def of(self, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> tuple[SettingRead, ...]:
        """The reads that an expression can come from, each once."""
        if type(expr) is str and dotted(expr) is not None:
            key = (path, scope, expr)
            if key not in self._names:
                self._names[key] = ()
                self._names[key] = tuple(dict.fromkeys(self._of(path, scope, expr, depth)))
            return self._names[key]
        return tuple(dict.fromkeys(self._of(path, scope, expr, depth)))

    def _of(self, path: str, scope: int, expr: Expr, depth: int) -> Iterator[SettingRead]:
        if depth <= 0 or expr is None:
            return
        if type(expr) is list and expr:
            yield from self._compound(path, scope, expr, depth)
        elif type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            yield from self._of_call(path, int(expr[1:]), depth)
        elif type(expr) is str and (dotted(expr) is not None or expr[:1] == "@"):
            for place, at, value in self.behind(path, scope, expr):
                yield from self.of(place, at, value, depth - 1)
            yield from self.fields(path, scope, expr)

    def _compound(self, path: str, scope: int, expr: list[Expr], depth: int) -> Iterator[SettingRead]:
        if expr[0] in ("or", "and"):
            for part in expr[1:]:
                yield from self._of(path, scope, part, depth)
        elif expr[0] == "if":
            for part in expr[2:]:
                yield from self._of(path, scope, part, depth)
        elif expr[0] == "sub" and text_of(expr[2]):
            for read in self.index.settings.reads(path):
                if read.kind == "subscript" and read.scope == scope and read.name == expr[2][1:]:
                    yield read
                    return

    def _of_call(self, path: str, ordinal: int, depth: int) -> Iterator[SettingRead]:
        read = self.index.settings.at(path, ordinal)
        if read is not None:
            yield read
            return
        call = self.linker.table(path).facts.calls[ordinal]
        target = receiver(call.callee)
        if target is not None and target[1] in STRING_METHODS:
            yield from self._of(path, call.scope, target[0], depth - 1)
            return
        if call.callee in ("str", "cast", "typing.cast") and call.args:
            yield from self._of(path, call.scope, call.args[-1], depth - 1)
            return
        for name, value in call.keywords:
            if name == "default_factory" and type(value) is list and value[:1] == ["lambda"]:
                yield from self._returned(path, value[1], depth)
        for callee in self.linker.values.callee(path, ordinal):
            if callee.kind == "def" and self.linker.table(callee.place).facts.scopes[callee.scope].kind != "class":
                yield from self._returned(callee.place, callee.scope, depth)

    def _returned(self, path: str, scope: int, depth: int) -> Iterator[SettingRead]:
        for exit_ in self.linker.table(path).exits.get(scope, ()):
            if exit_.kind == "return":
                yield from self._of(path, scope, exit_.value, depth - 1)

    def fields(self, path: str, scope: int, expr: str) -> Iterator[SettingRead]:
        """The fields of settings classes that an attribute is: ``settings.redis_url``."""
        head, _, name = expr.rpartition(".")
        for value in self.linker.evaluate(path, scope, head) if head else ():
            if self._classes(value):
                read = inherited_field(self.index, value, name)
                if read is not None:
                    yield read

    def _classes(self, value: Value) -> list[Value]:
        if value.kind not in ("inst", "def"):
            return []
        if self.linker.table(value.place).facts.scopes[value.scope].kind != "class":
            return []
        return [cls for cls in self.linker.mro(value.place, value.scope) if cls.kind == "def"]

    # --- one step back ---------------------------------------------------------------------------------------------

    def behind(self, path: str, scope: int, expr: str) -> Iterator[Here]:
        """The expressions that a name or attribute stands for: what was assigned to it, here or where it comes from."""
        head, _, name = expr.rpartition(".")
        if not head:
            yield from self._named(path, scope, name)
            return
        table = self.linker.table(path)
        owner = table.receiver_class(scope, head) if head[:1] != "@" else None
        values = list(self.linker.evaluate(path, scope, head))
        if owner is not None and not values:
            from .values import Value as Made

            values = [Made("inst", path, owner)]
        for value in values:
            if value.kind == "module" and value.place.endswith(".py"):
                yield from self._named(value.place, 0, name)
            for cls in self._classes(value):
                yield from self._attribute(cls, name)

    def _named(self, path: str, scope: int, name: str, seen: set[tuple[str, str]] | None = None) -> Iterator[Here]:
        """The same of a bare name: what binds it, else the first module that its own takes all names of and that has it.

        ``seen`` are the files, with the names that they were asked for: they may import from each other in circles.
        """
        seen = set() if seen is None else seen
        if (path, name) in seen:
            return
        seen.add((path, name))
        table = self.linker.table(path)
        bindings = table.lookup(scope, name)
        for binding in bindings:
            yield from self._bound(path, binding, seen)
        for star in table.stars if not bindings else ():
            target = self.linker.modules.target(path, star)
            found = list(self._named(target, 0, name, seen)) if target is not None and target.endswith(".py") else []
            if found:
                yield from found
                return

    def _attribute(self, cls: Value, name: str) -> Iterator[Here]:
        table = self.linker.table(cls.place)
        member = table.members.get((cls.scope, name))
        if member is not None:
            for exit_ in table.exits.get(member, ()):
                if exit_.kind == "return":
                    yield cls.place, member, exit_.value
        for assign in (
            *table.attributes.get((cls.scope, name), ()),
            *table.class_attributes.get((cls.scope, name), ()),
        ):
            if assign.value is not None:
                yield cls.place, assign.scope, assign.value

    def _bound(self, path: str, binding: Binding, seen: set[tuple[str, str]]) -> Iterator[Here]:
        if binding.assign is not None and binding.assign.value is not None:
            yield path, binding.scope, binding.assign.value
        elif binding.param is not None and binding.param.default is not None:
            yield path, self.linker.table(path).facts.scopes[binding.scope].parent, binding.param.default
        elif binding.imported is not None and binding.imported.attribute:
            target = self.linker.modules.target(path, binding.imported)
            if target is not None and target.endswith(".py") and target != path:
                yield from self._named(target, 0, binding.imported.attribute, seen)
