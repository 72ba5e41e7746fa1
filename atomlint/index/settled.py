"""Tests with one answer for the life of a process: constants, settings, and what modules bind once.

``if settings.RATE_LIMITS:`` keeps no request from what it holds: where it is on, every one of them comes there. What only
development turns on, such as ``DEBUG``, is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .readers import CONFIGS, ENVS, GETTERS
from .settings import STRING_METHODS
from .tables import call_number, dotted, text_of
from .value import Value
from .worlds import is_mode_name

if TYPE_CHECKING:
    from ..facts.records import Assign, Expr
    from .classes import Classes
    from .linker import Linker
    from .tables import Binding

DEPTH = 6
"""Steps from a test to what binds its names."""
PARTS = frozenset({"and", "or", "not", "if", "[]"})
CASTS = frozenset({"bool", "str", "int", "float"})
DJANGO = "django.conf.settings"
CONFIGURATIONS = frozenset(
    f"{library}.{app}.config" for library in ("flask", "quart") for app in ("current_app", "Flask()", "Quart()")
)
DEVELOPMENT = re.compile(r"(?:.*_)?(?:DEBUG|DEV|DEVELOPMENT|TEST|TESTS|TESTING|LOCAL)(?:_.*)?")
"""Names of what is off in production."""


class Settled:
    """Tells settled tests; every answer is kept."""

    def __init__(self, linker: Linker, classes: Classes) -> None:
        self.linker = linker
        self.classes = classes
        self._kept: dict[tuple[str, int, str], bool] = {}

    def is_settled(self, path: str, scope: int, test: Expr, depth: int = DEPTH) -> bool:
        """Whether no request changes what a test, seen from a scope, comes to."""
        if depth <= 0 or test is None:
            return False
        if type(test) is list and test:
            if test[0] == "sub":
                return self._is_configuration(path, scope, test[1], text_of(test[2]))
            parts = test[1::2] if test[0] == "cmp" else test[1:] if test[0] in PARTS else ()
            return bool(parts) and all(self.is_settled(path, scope, part, depth) for part in parts)
        if type(test) is not str:
            return False
        if test[:1] in ("'", "#"):
            return True
        made = call_number(test)
        if made is not None:
            return self._is_read(path, made, depth)
        return dotted(test) is not None and self._is_name_settled(path, scope, test, depth)

    def _is_read(self, path: str, ordinal: int, depth: int) -> bool:
        """Whether a call reads the environment, or makes another form of what is settled."""
        call = self.linker.table(path).facts.calls[ordinal]
        callee = call.callee if type(call.callee) is str else ""
        subject, _, method = callee.rpartition(".")
        if subject and method in STRING_METHODS:
            return self.is_settled(path, call.scope, subject, depth - 1)
        if callee in CASTS and len(call.args) == 1:
            return self.is_settled(path, call.scope, call.args[0], depth - 1)
        name = text_of(call.args[0]) if call.args else None
        if method == "get" and subject and self._is_configuration(path, call.scope, subject, name):
            return True
        if name is None or is_development(name):
            return False
        values = self.linker.values.callee(path, ordinal)
        return bool(values) and all(v.kind == "ext" and _reads(v.place) for v in values)

    def _is_configuration(self, path: str, scope: int, holder: Expr, name: str | None) -> bool:
        """Whether an item is one of an application's configuration: ``current_app.config["LIMITS"]``."""
        if name is None or is_development(name):
            return False
        values = self.linker.evaluate(path, scope, holder)
        return bool(values) and all(value.place in CONFIGURATIONS for value in values)

    def _is_name_settled(self, path: str, scope: int, name: str, depth: int) -> bool:
        """Whether a name, or an attribute of one, is the module's and bound to what is settled."""
        owner, bindings = self.linker.table(path).find(scope, name.partition(".")[0])
        if owner or not bindings or is_development(name.rpartition(".")[2]):
            return False
        key = (path, owner, name)
        if key not in self._kept:
            self._kept[key] = False  # recursion
            head, _, last = name.rpartition(".")
            if head:
                self._kept[key] = self._is_attribute_settled(path, head, last, depth)
            else:
                self._kept[key] = all(self._is_binding_settled(path, binding, depth) for binding in bindings)
        return self._kept[key]

    def _is_binding_settled(self, path: str, binding: Binding, depth: int) -> bool:
        if binding.imported is not None:
            target = self.linker.modules.target(path, binding.imported)
            return bool(
                target and binding.imported.attribute and self._of_module(target, binding.imported.attribute, depth)
            )
        return binding.assign is not None and self._is_assigned_settled(path, binding.assign, depth)

    def _is_assigned_settled(self, path: str, assign: Assign, depth: int) -> bool:
        return assign.kind == "=" and not assign.scope and self.is_settled(path, 0, assign.value, depth - 1)

    def _of_module(self, path: str, name: str, depth: int) -> bool:
        is_set = self.classes.is_set(Value("module", path), name)
        return not is_set and self._is_name_settled(path, 0, name, depth - 1)

    def _is_attribute_settled(self, path: str, head: str, name: str, depth: int) -> bool:
        values = self.linker.evaluate(path, 0, head)
        return bool(values) and all(self._has_settled(value, name, depth) for value in values)

    def _has_settled(self, value: Value, name: str, depth: int) -> bool:
        """Whether an attribute of a module, of Django's settings, or of the one object of a settings class is settled."""
        if value.kind == "module":
            return value.place.endswith(".py") and self._of_module(value.place, name, depth)
        if value.kind == "ext":
            return value.place == DJANGO
        if not self.classes.is_class(value) or self.classes.is_set(value, name):
            return False
        cls = Value("def", value.place, value.scope)
        if any((base.scope, name) in self.linker.table(base.place).attributes for base in self.classes.family(cls)):
            return False
        return any(assign.kind in ("=", ":") for _, assign in self.linker.class_attribute(cls, name))


def is_development(name: str) -> bool:
    """Whether a name is that of a mode, or of what only development turns on."""
    return is_mode_name(name) or DEVELOPMENT.fullmatch(name.upper()) is not None


def _reads(place: str) -> bool:
    return place in GETTERS or place in CONFIGS or place.startswith(ENVS)
