"""What gives a field of a settings class another value than its default: validators, heirs, makers, and whoever sets it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .tables import call_number
from .value import Value as Made

if TYPE_CHECKING:
    from .facade import Index
    from .settings import SettingRead
    from .value import Value

OBJECT = re.compile(r"(?:.*\.)?[A-Z]\w*\(\)")
"""An object of a class of a library: ``limits.Limiter()``."""

OWN = ("self", "cls")
"""First parameters of methods: what they set is found with the class."""


class Overrides:
    """Tells fields that something gives a value; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self.classes = index.project.calls.raises.exactly.classes
        self._given: dict[tuple[str, int, str], bool] = {}
        self._set: dict[tuple[str, int, str], bool] = {}

    def is_given(self, read: SettingRead) -> bool:
        """Whether a validator works on a field, an heir gives it another default, or something sets it."""
        key = (read.path, read.scope, read.attribute)
        if key not in self._given:
            cls = Made("def", read.path, read.scope)
            self._given[key] = self._is_written(cls, read.attribute) or self._is_validated(read) or self._is_made(read)
        return self._given[key]

    def is_set(self, thing: Value, name: str) -> bool:
        """Whether something outside of tests may set an attribute of an object, or a module, from outside of its class."""
        key = (thing.place, thing.scope, name)
        if key not in self._set:
            self._set[key] = any(
                head not in OWN
                and path not in self.index.tests
                and self._may_be(thing, self.linker.evaluate(path, scope, head))
                for path, scope, head in self.classes.setters(name)
            )
        return self._set[key]

    def _may_be(self, thing: Value, values: frozenset[Value]) -> bool:
        """Whether what an attribute is set of may be an object: another class of the project, or of a library, is not."""
        own = [value for value in values if value.kind not in ("ext", "const")]
        bases = self.linker.mro(thing.place, thing.scope) if self.classes.is_class(thing) else ()
        libraries = {f"{base.place}()" for base in bases if base.kind == "ext"}
        if any(self.classes.is_same(thing, value) for value in own) or any(v.place in libraries for v in values):
            return True
        return not own and not (values and all(OBJECT.fullmatch(value.place) for value in values))

    def _is_written(self, cls: Value, name: str) -> bool:
        """Whether a method of the class, or of its family, sets the field, an heir gives it a default, or something sets it."""
        if any((one.scope, name) in self.linker.table(one.place).attributes for one in self.classes.family(cls)):
            return True
        heirs = self.linker.heirs.below(cls)
        if any(self.linker.table(heir.place).class_attributes.get((heir.scope, name)) for heir in heirs):
            return True
        return self.is_set(cls, name)

    def _is_validated(self, read: SettingRead) -> bool:
        table = self.linker.table(read.path)
        for scope in table.facts.scopes:
            if scope.parent != read.scope or scope.kind != "function":
                continue
            for decorator in scope.decorators:
                made = call_number(decorator)
                if made is not None and f"'{read.attribute}" in table.facts.calls[made].args:
                    return True
        return False

    def _is_made(self, read: SettingRead) -> bool:
        """Whether objects are made with a value for a field, by its name or an alias."""
        own = Made("def", read.path, read.scope)
        names = {"**", read.attribute.upper(), *(name.upper() for name in read.names)}
        for cls in (own, *self.linker.heirs.below(own)):
            name = self.linker.table(cls.place).facts.scopes[cls.scope].name
            for path, ordinal in self.linker.call_sites(name):
                given = {word.upper() for word, _ in self.linker.table(path).facts.calls[ordinal].keywords}
                if path not in self.index.tests and not given.isdisjoint(names):
                    return True
        return False
