"""Tests that settings and constants decide for all requests, with what they come to as long as nobody sets anything.

``if settings.RATE_LIMITS:`` with ``RATE_LIMITS: bool = True`` keeps no request from what it holds. A constant of a module that
is false may be a mark that is set later, by whatever means, so nothing follows from it; nor does anything from the mode
that a deployment runs in.
"""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

from .envtexts import OFF, TRUE
from .fields import BASES as SETTINGS
from .readers import CONFIGS, ENVS, GETTERS
from .tables import call_number, dotted, text_of
from .value import Value
from .worlds import is_mode_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..facts.records import Call, Expr
    from .classes import Classes
    from .linker import Linker
    from .tables import Binding

DEPTH = 8
"""Steps from a test to the constants that it comes from."""
DEVELOPMENT = re.compile(r"(?:.*_)?(?:DEBUG|DEV|DEVELOPMENT|TEST|TESTS|TESTING|LOCAL)(?:_.*)?")
"""Names of what is off in production."""
FORMS: dict[str, Callable[[str], str]] = {
    "lower": str.lower, "casefold": str.casefold, "upper": str.upper, "strip": str.strip,
}  # fmt: skip
BOOLEANS = {"#True", "#False"}
EQUAL = {"==": True, "is": True, "!=": False, "is not": False}
ORDERS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Settled:
    """Evaluates settled tests; every answer about a name is kept."""

    def __init__(self, linker: Linker, classes: Classes) -> None:
        self.linker = linker
        self.classes = classes
        self._kept: dict[tuple[str, int, str], str | None] = {}

    def holds(self, path: str, scope: int, test: Expr) -> bool | None:
        """Whether a test, seen from a scope, is true for every request by default; None when that is not known."""
        return truth(self._value(path, scope, test, DEPTH))

    # --- expressions -----------------------------------------------------------------------------------------------

    def _value(self, path: str, scope: int, expr: Expr, depth: int) -> str | None:
        """The constant that an expression is, in the facts' notation."""
        if depth <= 0 or expr is None:
            return None
        if type(expr) is list and expr:
            return self._compound(path, scope, expr, depth)
        if type(expr) is not str or expr[:1] in ("?", ""):
            return None
        if expr[0] in "'#":
            return expr
        made = call_number(expr)
        if made is not None:
            return self._of_call(path, self.linker.table(path).facts.calls[made], made, depth)
        if "." in expr:
            return self._of_attribute(path, scope, expr, depth)
        return self._of_name(path, scope, expr, depth) if dotted(expr) is not None else None

    def _compound(self, path: str, scope: int, expr: list[Expr], depth: int) -> str | None:
        if expr[0] == "not":
            held = truth(self._value(path, scope, expr[1], depth))
            return None if held is None else f"#{not held}"
        if expr[0] == "if":
            held = truth(self._value(path, scope, expr[1], depth))
            return None if held is None else self._value(path, scope, expr[2 if held else 3], depth)
        if expr[0] == "cmp" and len(expr) == 4:
            return self._compared(path, scope, expr, depth)
        return self._joined(path, scope, expr, depth) if expr[0] in ("or", "and") else None

    def _joined(self, path: str, scope: int, expr: list[Expr], depth: int) -> str | None:
        """What ``a or b`` and ``a and b`` come to: one side may decide, whatever the other one is."""
        value, is_known = None, True
        for part in expr[1:]:
            value = self._value(path, scope, part, depth)
            held = truth(value)
            if held is (expr[0] == "or"):
                return value if is_known else f"#{held}"
            is_known = is_known and held is not None
        return value if is_known else None

    def _compared(self, path: str, scope: int, expr: list[Expr], depth: int) -> str | None:
        one, sign, other = self._value(path, scope, expr[1], depth), expr[2], expr[3]
        if one is None:
            return None
        if sign in ("in", "not in"):
            items = other[1:] if type(other) is list and other[:1] == ["[]"] else None
            if items is None or not all(type(item) is str and item[:1] in ("'", "#") for item in items):
                return None
            return f"#{(one in items) is (sign == 'in')}"
        right = self._value(path, scope, other, depth)
        if right is None:
            return None
        if sign in EQUAL:
            numbers = BOOLEANS & {one, right} and (one[1:].isdecimal() or right[1:].isdecimal())
            return None if numbers else f"#{(one == right) is EQUAL[sign]}"  # True == 1
        if sign in ORDERS and one[1:].isdecimal() and right[1:].isdecimal() and one[0] == right[0] == "#":
            return f"#{ORDERS[sign](int(one[1:]), int(right[1:]))}"
        return None

    def _of_call(self, path: str, call: Call, ordinal: int, depth: int) -> str | None:
        """What a call makes of a constant, or the default of a variable that it reads from the environment."""
        callee = call.callee if type(call.callee) is str else ""
        subject, _, method = callee.rpartition(".")
        if subject and method in FORMS and not call.args:
            text = text_of(self._value(path, call.scope, subject, depth - 1))
            return None if text is None else f"'{FORMS[method](text)}"
        if callee == "bool" and len(call.args) == 1:
            held = truth(self._value(path, call.scope, call.args[0], depth - 1))
            return None if held is None else f"#{held}"
        if callee in ("int", "str") and len(call.args) == 1:
            return cast(callee, self._value(path, call.scope, call.args[0], depth - 1))
        if (method or callee) == "Field":
            default = call.args[0] if call.args else dict(call.keywords).get("default")
            return self._value(path, call.scope, default, depth - 1)
        name = text_of(call.args[0]) if call.args else None
        keywords = dict(call.keywords)
        default = call.args[1] if len(call.args) > 1 else keywords.get("default")
        if name is None or default is None:
            return None
        values = self.linker.values.callee(path, ordinal)
        if not values or not all(value.kind == "ext" and _reads(value.place) for value in values):
            return None
        kind = keywords.get("cast") or (method if any(v.place.startswith(ENVS) for v in values) else "")
        return known(name, cast(str(kind), self._value(path, call.scope, default, depth - 1)))

    # --- names -----------------------------------------------------------------------------------------------------

    def _of_name(self, path: str, scope: int, name: str, depth: int) -> str | None:
        """What is bound to a name, where nothing else ever is."""
        owner, bindings = self.linker.table(path).find(scope, name)
        if len(bindings) != 1:
            return None
        key = (path, owner, name)
        if key not in self._kept:
            self._kept[key] = None  # recursion
            self._kept[key] = known(name, self._bound(path, owner, bindings[0], depth - 1))
        return self._kept[key]

    def _bound(self, path: str, owner: int, binding: Binding, depth: int) -> str | None:
        if binding.imported is not None:
            target = self.linker.modules.target(path, binding.imported)
            name = binding.imported.attribute
            return self._of_module(target, name, depth) if target and name else None
        assign = binding.assign
        if assign is None or assign.kind != "=" or assign.scope != owner:
            return None
        value = self._value(path, owner, assign.value, depth)
        return None if assign.value == value and value in OFF else value  # a mark that is set later

    def _of_module(self, path: str, name: str, depth: int) -> str | None:
        if not path.endswith(".py") or self.classes.is_set(Value("module", path), name):
            return None
        return self._of_name(path, 0, name, depth)

    def _of_attribute(self, path: str, scope: int, expr: str, depth: int) -> str | None:
        """What an attribute of a module, or of the settings, is."""
        head, _, name = expr.rpartition(".")
        values = self.linker.evaluate(path, scope, head)
        value = next(iter(values)) if len(values) == 1 else None
        if value is None:
            return None
        if value.kind == "module":
            return self._of_module(value.place, name, depth)
        owner, bindings = self.linker.table(path).find(scope, head.partition(".")[0])
        is_shared = bool(bindings) and not owner
        return known(name, self._of_field(value, name, depth)) if is_shared or self._is_settings(value) else None

    def _of_field(self, value: Value, name: str, depth: int) -> str | None:
        """The default of a field that nothing sets."""
        if not self.classes.is_class(value) or self.classes.is_set(value, name):
            return None
        cls = Value("def", value.place, value.scope)
        if any((base.scope, name) in self.linker.table(base.place).attributes for base in self.classes.family(cls)):
            return None
        table, assign = next(self.linker.class_attribute(cls, name), (None, None))
        if table is None or assign is None or assign.kind != "=":
            return None
        default = self._value(table.path, assign.scope, assign.value, depth - 1)
        return None if default in OFF and not self._is_settings(value) else default

    def _is_settings(self, value: Value) -> bool:
        """Whether a value is an object of settings that a library reads."""
        bases = self.linker.mro(value.place, value.scope) if self.classes.is_class(value) else ()
        return any(base.kind == "ext" and base.place in SETTINGS for base in bases)


def truth(value: str | None) -> bool | None:
    """Whether a constant counts as true."""
    return None if value is None else value not in OFF


def cast(kind: str, value: str | None) -> str | None:
    """What a reader of the environment makes of a default; ``bool`` reads words."""
    text = text_of(value)
    if kind in ("bool", "env.bool") and text is not None:
        return f"#{text.lower() in TRUE}"
    if kind == "int" and text is not None:
        return f"#{text}" if text.isdecimal() else None
    return value


def known(name: str, value: str | None) -> str | None:
    """A value that counts by its name: not of a mode, nor of what only development turns on, unless it is off."""
    last = name.upper()
    if is_mode_name(last) or (DEVELOPMENT.fullmatch(last) and value not in OFF):
        return None
    return value


def _reads(place: str) -> bool:
    return place in GETTERS or place in CONFIGS or place.startswith(ENVS)
