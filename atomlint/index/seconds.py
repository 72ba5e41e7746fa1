"""Numbers behind expressions: constants, defaults of parameters and settings, attributes, arithmetic, ``timedelta``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Assign, Expr
    from .linker import Linker

UNITS = {"milliseconds": 0.001, "seconds": 1.0, "minutes": 60.0, "hours": 3_600.0, "days": 86_400.0, "weeks": 604_800.0}
CONVERSIONS = frozenset({"int", "float", "str", "abs", "round", "bool"})
DEFAULTS = frozenset({"getenv", "get", "getattr", "config", "pop"})
MAX_DEPTH = 8


def number(linker: Linker, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> float | None:
    """The number (seconds, where it is a span of time) that an expression is or defaults to; None for no one number."""
    if depth == 0 or expr is None:
        return None
    if type(expr) is list:
        return _composed(linker, path, scope, expr, depth)
    text = text_of(expr)
    if text is not None or expr[:1] == "#":
        return _parsed(expr[1:])
    if expr[:1] == "@":
        return _called(linker, path, expr, depth)
    name = dotted(expr)
    return _named(linker, path, scope, name, depth) if name else None


def _parsed(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _composed(linker: Linker, path: str, scope: int, expr: Expr, depth: int) -> float | None:
    if expr[0] in ("or", "if"):
        return number(linker, path, scope, expr[-1], depth - 1)
    if expr[0] != "bin":
        return None
    left, right = (number(linker, path, scope, part, depth - 1) for part in expr[2:4])
    if left is None or right is None:
        return None
    if expr[1] in ("/", "//"):
        return left / right if right else None
    return {"*": left * right, "+": left + right, "-": left - right}.get(expr[1])


def _called(linker: Linker, path: str, expr: str, depth: int) -> float | None:
    head, _, rest = expr.partition(".")
    call = linker.table(path).facts.calls[int(head[1:])]
    callee = call.callee[2] if type(call.callee) is list and call.callee[:1] == ["."] else call.callee
    last = callee.rpartition(".")[2] if type(callee) is str else ""
    if rest and rest not in ("seconds",):
        return None
    if last in CONVERSIONS and call.args:
        return number(linker, path, call.scope, call.args[0], depth - 1)
    if last == "total_seconds" and type(call.callee) is str:
        return number(linker, path, call.scope, call.callee.rpartition(".")[0], depth - 1)
    if last == "timedelta":
        given = {**dict(zip(("days", "seconds"), call.args, strict=False)), **dict(call.keywords)}
        parts = {unit: number(linker, path, call.scope, value, depth - 1) for unit, value in given.items()}
        if any(value is None or unit not in UNITS for unit, value in parts.items()):
            return None
        return sum(UNITS[unit] * (value or 0) for unit, value in parts.items())
    if last in DEFAULTS and len(call.args) > 1:
        return number(linker, path, call.scope, call.args[-1], depth - 1)
    if last in ("Field", "field"):
        default = next((v for name, v in call.keywords if name == "default"), call.args[0] if call.args else None)
        return number(linker, path, call.scope, default, depth - 1)
    return None


def _named(linker: Linker, path: str, scope: int, name: str, depth: int) -> float | None:
    table = linker.table(path)
    owner, _, attribute = name.rpartition(".")
    if not owner:
        found = []
        for binding in table.lookup(scope, name):
            if binding.assign is not None:
                found.append(_assigned(linker, path, binding.assign, depth))
            elif binding.param is not None and binding.param.default is not None:
                parent = table.facts.scopes[binding.scope].parent
                found.append(number(linker, path, parent, binding.param.default, depth - 1))
            elif binding.imported is not None and binding.imported.attribute:
                target = linker.modules.target(path, binding.imported)
                if target is not None and target.endswith(".py") and target != path:
                    found.append(_named(linker, target, 0, binding.imported.attribute, depth - 1))
        return _one(found)
    for value in sorted(linker.evaluate(path, scope, owner)):
        if value.kind == "module" and value.place.endswith(".py"):
            return _named(linker, value.place, 0, attribute, depth - 1)
        if value.kind not in ("inst", "def"):
            continue
        for cls in linker.mro(value.place, value.scope):
            if cls.kind == "ext":
                continue
            inner = linker.table(cls.place)
            assigns = [
                *inner.attributes.get((cls.scope, attribute), ()),
                *inner.class_attributes.get((cls.scope, attribute), ()),
            ]
            if assigns:
                return _one([_assigned(linker, cls.place, assign, depth) for assign in assigns])
    return None


def _assigned(linker: Linker, path: str, assign: Assign, depth: int) -> float | None:
    if assign.kind not in ("=", ":"):
        return None
    return number(linker, path, assign.scope, assign.value, depth - 1)


def _one(found: list[float | None]) -> float | None:
    values = {value for value in found if value is not None}
    return values.pop() if len(values) == 1 and None not in found else None
