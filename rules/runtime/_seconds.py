"""How long a wait is: a number of seconds from constants, defaults and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

    Expr = Any

CONVERSIONS = frozenset({"int", "float", "str", "abs"})
UNITS = {"milliseconds": 0.001, "seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
MAX_DEPTH = 8
MAX_CALLERS = 8


class Seconds(NamedTuple):
    """A wait. ``fixed`` is False for a default that a caller or a setting can change."""

    value: float
    fixed: bool


class Place(NamedTuple):
    """Where an expression is read."""

    path: str
    scope: int


def seconds(index: Index, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> Seconds | None:
    """The number that an expression is, or None when it is no one number."""
    if depth == 0 or expr is None:
        return None
    if type(expr) is list:
        return _composed(index, path, scope, expr, depth)
    text = text_of(expr)
    number = _number(text if text is not None else expr[1:] if expr[:1] == "#" else "")
    if number is not None:
        return Seconds(number, fixed=True)
    if expr[:1] == "@" and "." not in expr:
        return _called(index, path, int(expr[1:]), depth)
    name = dotted(expr)
    return _named(index, path, scope, name, depth) if name else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _composed(index: Index, path: str, scope: int, expr: Expr, depth: int) -> Seconds | None:
    kind = expr[0]
    if kind == "bin" and expr[1] in ("*", "/", "+", "-"):
        left, right = (seconds(index, path, scope, part, depth - 1) for part in expr[2:4])
        if left is None or right is None or (expr[1] == "/" and not right.value):
            return None
        value = {"*": left.value * right.value, "+": left.value + right.value, "-": left.value - right.value}.get(
            expr[1]
        )
        return Seconds(left.value / right.value if value is None else value, left.fixed and right.fixed)
    if kind == "or":  # ``given or 2.0``: the default is what runs unless someone says otherwise
        last = seconds(index, path, scope, expr[-1], depth - 1)
        return Seconds(last.value, fixed=False) if last else None
    if kind == "if":
        parts = [seconds(index, path, scope, part, depth - 1) for part in expr[2:4]]
        found = [part for part in parts if part is not None]
        return Seconds(max(part.value for part in found), fixed=False) if found else None
    return None


def _called(index: Index, path: str, ordinal: int, depth: int) -> Seconds | None:
    call = index.call(path, ordinal)
    name = dotted(call.callee) or ""
    last = call.name
    if name in CONVERSIONS and call.args:
        return seconds(index, path, call.scope, call.args[0], depth - 1)
    if name in ("max", "min") and len(call.args) > 1:
        parts = [seconds(index, path, call.scope, arg, depth - 1) for arg in call.args]
        if any(part is None for part in parts):
            return None
        pick = max if name == "max" else min
        return Seconds(pick(part.value for part in parts if part), fixed=all(part.fixed for part in parts if part))
    if last == "timedelta":
        parts = [seconds(index, path, call.scope, call.keywords.get(unit), depth - 1) for unit in UNITS]
        total = sum(part.value * size for part, size in zip(parts, UNITS.values(), strict=True) if part is not None)
        return Seconds(total, fixed=True) if total else None
    if last in ("getenv", "get", "getattr", "config") and len(call.args) > 1:
        default = seconds(index, path, call.scope, call.args[-1], depth - 1)
        return Seconds(default.value, fixed=False) if default else None
    if last in ("Field", "field") and (given := call.argument(0, "default")) is not None:
        default = seconds(index, path, call.scope, given, depth - 1)
        return Seconds(default.value, fixed=False) if default else None
    return None


def _named(index: Index, path: str, scope: int, name: str, depth: int) -> Seconds | None:
    found: list[Seconds] = []
    for place, expr, fixed in _bindings(index, path, scope, name):
        value = seconds(index, place.path, place.scope, expr, depth - 1)
        if value is None:
            return None
        found.append(Seconds(value.value, value.fixed and fixed))
    if not found:
        return None
    return Seconds(max(value.value for value in found), all(value.fixed for value in found) and len(found) == 1)


def _bindings(index: Index, path: str, scope: int, name: str) -> Iterator[tuple[Place, Expr, bool]]:
    """What a name or an attribute is given; a value that changes yields what is no number."""
    linker = index.project.linker
    table = linker.table(path)
    head = name.rpartition(".")[0]
    if not head:
        for binding in table.lookup(scope, name):
            if binding.assign is not None:
                yield Place(path, binding.scope), binding.assign.value, True
            elif binding.param is not None:
                if binding.param.default is None:
                    yield from _given(index, path, binding.scope, binding.param.name)
                else:
                    yield Place(path, table.facts.scopes[binding.scope].parent), binding.param.default, False
            elif binding.imported is not None and binding.imported.attribute:
                target = linker.modules.target(path, binding.imported)
                if target is not None and target.endswith(".py"):
                    yield from _bindings(index, target, 0, binding.imported.attribute)
        if any(
            a.target == name and a.kind == "+=" and table.owner(a.scope, name) in (scope, 0)
            for a in table.facts.assigns
        ):
            yield Place(path, scope), "?", False
        return
    yield from _attributes(index, path, scope, name)


def _given(index: Index, path: str, scope: int, name: str) -> Iterator[tuple[Place, Expr, bool]]:
    """What the callers of a plain function give to a parameter that has no default."""
    table = index.project.linker.table(path)
    record = table.facts.scopes[scope]
    if table.facts.scopes[record.parent].kind == "class":
        return
    position = [param.name for param in record.params].index(name)
    for site, ordinal in index.project.linker.call_sites(record.name)[:MAX_CALLERS]:
        call = index.call(site, ordinal)
        if any((value.place, value.scope) == (path, scope) for value in call.targets if value.kind == "def"):
            yield Place(site, call.scope), call.argument(position, name), False


def _attributes(index: Index, path: str, scope: int, name: str) -> Iterator[tuple[Place, Expr, bool]]:
    """What ``self.interval``, ``settings.INTERVAL`` or an attribute of another object is given."""
    linker = index.project.linker
    head, _, attribute = name.rpartition(".")
    owner = linker.table(path).receiver_class(scope, head)
    holders: list[tuple[str, int]] = [] if owner is None else [(path, owner)]
    for value in linker.evaluate(path, scope, head) if owner is None else ():
        if value.kind == "module" and value.place.endswith(".py"):
            yield from _bindings(index, value.place, 0, attribute)
        elif value.kind in ("inst", "def"):
            holders.append((value.place, value.scope))
    for place, ordinal in holders:
        for cls in linker.mro(place, ordinal):
            if cls.kind != "def":
                continue
            table = linker.table(cls.place)
            given = [
                *table.attributes.get((cls.scope, attribute), ()),
                *table.class_attributes.get((cls.scope, attribute), ()),
            ]
            for assign in given:
                if assign.value is not None:
                    yield Place(cls.place, assign.scope), assign.value, True
            if given:
                break
