"""What attributes of values can be: of modules, classes, instances and external libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .flowing import LAST
from .heirs import EMPTY, MAX_HEIRS
from .value import NOTHING, Value, Values, union
from .visitors import CURRENT

if TYPE_CHECKING:
    from .values import Evaluator


class Members:
    """Attributes for an evaluator, which keeps the answers."""

    def __init__(self, values: Evaluator) -> None:
        self.values = values

    def attribute(self, value: Value, name: str) -> Values:
        """What ``value.name`` can be, found anew."""
        if value.kind == "ext":
            return self._carried(value.place, name) or frozenset({Value("ext", f"{value.place}.{name}")})
        if value.kind == "module":
            return self._module_attribute(value.place, name)
        if value.kind == "const":
            return NOTHING
        scope = self.values.linker.table(value.place).facts.scopes[value.scope]
        if scope.kind != "class":
            return NOTHING
        if name == "__class__" and value.kind == "inst":
            return frozenset({value._replace(kind="def")})
        return self._class_attribute(value, name)

    def _carried(self, place: str, name: str) -> Values:
        """An attribute that start-up put on the application or its state: ``request.app.state.redis``."""
        if place in CURRENT:
            return union(self.values.attribute(user, name) for user in self.values.visitors.of_flask)
        if not place.endswith((".state", ".app", ".current_app", "Flask()", "Quart()", "FastAPI()", "Starlette()")):
            return NOTHING
        found = union(self.values.assigned(path, assign) for path, assign in self.values.linker.carried(name))
        return frozenset(value for value in found if value.kind in ("inst", "ext", "def"))

    def _module_attribute(self, path: str, name: str) -> Values:
        if path.endswith(".py"):
            values = self.values.name(path, 0, name, LAST)
            if values:
                return values
        submodule = self.values.linker.modules.submodule(path, name)
        return frozenset({Value("module", submodule)}) if submodule else NOTHING

    def _class_attribute(self, value: Value, name: str) -> Values:
        for cls in self.values.linker.mro(value.place, value.scope):
            if cls.kind == "ext":
                if cls.place in EMPTY and not name.startswith("__"):
                    continue
                base = f"{cls.place}()" if value.kind == "inst" else cls.place
                return frozenset({Value("ext", f"{self.values.linker.catalog.canonical(base)}.{name}")})
            table = self.values.linker.table(cls.place)
            member = table.members.get((cls.scope, name))
            if member is not None:
                definition = Value("def", cls.place, member)
                return (
                    self.values.returned(definition)
                    if self.values.linker.is_property(definition)
                    else frozenset({definition})
                )
            values = union(
                self.values.assigned(cls.place, assign)
                for assign in (
                    *table.attributes.get((cls.scope, name), ()),
                    *table.class_attributes.get((cls.scope, name), ()),
                )
            )
            if values:
                return values
            if value.kind == "inst" and any(a.kind == ":" for a in table.class_attributes.get((cls.scope, name), ())):
                values = self.values.parameters.field(cls.place, cls.scope, name)
                if values:
                    return values
        return self._forwarded(value, name) or self._of_heirs(value, name)

    def _of_heirs(self, value: Value, name: str) -> Values:
        """What the heirs of a class hold under a name that it has not itself, such as a mixin's."""
        if value.kind != "inst" or name.startswith("__"):
            return NOTHING
        heirs = self.values.linker.heirs.below(Value("def", value.place, value.scope))
        if not 0 < len(heirs) <= MAX_HEIRS:
            return NOTHING
        return union(self.values.attribute(Value("inst", heir.place, heir.scope), name) for heir in heirs)

    def _forwarded(self, value: Value, name: str) -> Values:
        """``__getattr__`` that hands every attribute on: ``return getattr(self._client, name)``."""
        if value.kind != "inst" or name.startswith("__"):
            return NOTHING
        for cls in self.values.linker.mro(value.place, value.scope):
            if cls.kind == "ext":
                continue
            table = self.values.linker.table(cls.place)
            method = table.members.get((cls.scope, "__getattr__"))
            if method is None:
                continue
            for exit_ in table.exits.get(method, ()):
                if type(exit_.value) is str and exit_.value[:1] == "@" and "." not in exit_.value:
                    call = table.facts.calls[int(exit_.value[1:])]
                    if call.callee == "getattr" and call.args:
                        targets = self.values.evaluate(cls.place, method, call.args[0])
                        return union(self.values.attribute(target, name) for target in targets)
        return NOTHING
