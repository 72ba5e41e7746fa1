"""Numbers as a deployment settles them: what an expression comes to when the environment is known, and who says so.

Where branches disagree, those of SQLite and those that production does not take are left out; of what remains the
largest counts, as a bound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .dialects import is_for_sqlite
from .expressions import receiver
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..facts.records import Expr
    from ..finding import Span
    from .facade import Index
    from .settings import SettingRead
    from .tables import Binding

CONVERSIONS = frozenset({"int", "float", "str", "round", "abs", "cast", "typing.cast"})
MAX_DEPTH = 10


class Figure(NamedTuple):
    """A number and its source."""

    value: float | None
    """None when it is not known."""
    source: str
    """Who says so, in a few words; why it is not known."""
    span: Span | None = None
    setting: str = ""
    """The variable that it is read from."""
    is_set: bool = False
    """Whether the deployment sets that variable."""


class Given(NamedTuple):
    """A variable of the environment as a deployment sets it."""

    value: str | None
    """None when it is set and nobody knows to what."""
    source: str
    span: Span | None


def unknown(why: str) -> Figure:
    """A number that nobody knows."""
    return Figure(None, why)


class Settler:
    """Settles expressions under one environment."""

    def __init__(self, index: Index, environment: Mapping[str, Given]) -> None:
        self.index = index
        self.linker = index.project.linker
        self.environment = environment

    def number(self, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> Figure:
        """What an expression comes to."""
        if depth <= 0 or expr in (None, "?", "#None"):
            return unknown("it is computed")
        if type(expr) is list and expr:
            return self._compound(path, scope, expr, depth)
        text = text_of(expr)
        if text is None and expr[:1] == "#":
            text = expr[1:]
        if text is not None:
            value = _parsed(text)
            return Figure(value, "in the code") if value is not None else unknown("it is computed")
        if expr[:1] == "@":
            return self._call(path, expr, depth)
        return self._name(path, scope, expr, depth)

    def read(self, read: SettingRead, depth: int = MAX_DEPTH) -> Figure:
        """What a setting comes to: what the deployment sets, else its default."""
        for name in read.names:
            given = self.environment.get(name)
            if given is None:
                continue
            value = None if given.value is None else _parsed(given.value)
            return Figure(value, f"{name} in {given.source}", given.span, name, True)
        if read.default in (None, "#None"):
            return Figure(None, f"{read.name} is set nowhere", read.span, read.name)
        default = self.number(read.path, read.scope, read.default, depth - 1)
        if default.value is None or default.setting:
            return default
        return Figure(default.value, f"default of {read.name}", read.span, read.name)

    def _compound(self, path: str, scope: int, expr: list[Expr], depth: int) -> Figure:
        if expr[0] == "or":
            parts = [self.number(path, scope, part, depth - 1) for part in expr[1:]]
            return next((part for part in parts if part.value), parts[-1])
        if expr[0] == "if":
            return largest(self.number(path, scope, part, depth - 1) for part in expr[2:])
        if expr[0] == "bin" and len(expr) == 4:
            left, right = (self.number(path, scope, part, depth - 1) for part in expr[2:])
            if left.value is None or right.value is None:
                return left if left.value is None else right
            value = _computed(expr[1], left.value, right.value)
            named = left if left.setting else right
            return named._replace(value=value) if value is not None else unknown("it is computed")
        if expr[0] == "sub" and text_of(expr[2]):
            for read in self.index.settings.reads(path):
                if read.kind == "subscript" and read.name == text_of(expr[2]):
                    return self.read(read, depth - 1)
        return unknown("it is computed")

    def _call(self, path: str, expr: str, depth: int) -> Figure:
        head, _, rest = expr.partition(".")
        if rest:
            return self._settings(path, 0, expr, depth)
        call = self.linker.table(path).facts.calls[int(head[1:])]
        read = self.index.settings.at(path, int(head[1:]))
        if read is not None:
            return self.read(read, depth)
        name = dotted(call.callee) or ""
        if name in CONVERSIONS and call.args:
            return self.number(path, call.scope, call.args[-1], depth - 1)
        if name in ("max", "min") and len(call.args) > 1:
            parts = [self.number(path, call.scope, argument, depth - 1) for argument in call.args]
            known = [part for part in parts if part.value is not None]
            if len(known) < len(parts):
                return next(part for part in parts if part.value is None)
            return (max if name == "max" else min)(known, key=lambda part: part.value or 0)
        if name.rpartition(".")[2] == "Field":
            default = dict(call.keywords).get("default", call.args[0] if call.args else None)
            return self.number(path, call.scope, default, depth - 1)
        if (receiver(call.callee) or ("", ""))[1] == "get" and len(call.args) == 2:
            return self._settings(path, call.scope, expr, depth)
        found = [
            self.number(v.place, v.scope, exit_.value, depth - 1)
            for v in self.linker.values.callee(path, int(head[1:]))
            if v.kind == "def"
            for exit_ in self.linker.table(v.place).exits.get(v.scope, ())
            if exit_.kind == "return" and not self.is_elsewhere(v.place, v.scope, exit_.frame)
        ]
        return largest(found) if found else unknown(f"{name or 'a call'} is not followed")

    def _name(self, path: str, scope: int, name: str, depth: int) -> Figure:
        if "." in name:
            return self._settings(path, scope, name, depth)
        found = [
            figure
            for binding in self.linker.table(path).lookup(scope, name)
            if (figure := self._bound(path, binding, depth)) is not None
        ]
        return largest(found) if found else unknown(f"{name} is not known")

    def _bound(self, path: str, binding: Binding, depth: int) -> Figure | None:
        """What one binding gives its name; None where it does not count."""
        if binding.assign is not None:
            if binding.assign.value in (None, "#None") or self.is_elsewhere(path, binding.scope, binding.assign.frame):
                return None
            return self.number(path, binding.assign.scope, binding.assign.value, depth - 1)
        if binding.param is not None:
            return self._parameter(path, binding, depth)
        if binding.imported is not None and binding.imported.attribute:
            target = self.linker.modules.target(path, binding.imported)
            if target is not None and target.endswith(".py") and target != path:
                return self._name(target, 0, binding.imported.attribute, depth - 1)
        return None

    def _parameter(self, path: str, binding: Binding, depth: int) -> Figure:
        """What the only call of a function gives, else the default."""
        table = self.linker.table(path)
        function = table.facts.scopes[binding.scope]
        assert binding.param is not None
        name = binding.param.name
        place = [param.name for param in function.params].index(name)
        shift = 1 if table.facts.scopes[function.parent].kind == "class" else 0
        called = table.facts.scopes[function.parent].name if function.name == "__init__" else function.name
        given: list[Figure] = []
        for at, ordinal in self.linker.call_sites(called):
            if at in self.index.tests:
                continue
            call = self.linker.table(at).facts.calls[ordinal]
            values = self.linker.values.callee(at, ordinal)
            if not any(v.place == path and v.scope in (binding.scope, function.parent) for v in values):
                continue
            keywords = dict(call.keywords)
            argument = keywords.get(name, call.args[place - shift] if place - shift < len(call.args) else None)
            if argument is not None:
                given.append(self.number(at, call.scope, argument, depth - 1))
        if given:
            return largest(given)
        if binding.param.default is None:
            return unknown(f"{name} is handed in")
        return self.number(path, function.parent, binding.param.default, depth - 1)

    def _settings(self, path: str, scope: int, expr: str, depth: int) -> Figure:
        """An attribute: of a settings object, of ``self``, of a module."""
        reads = self.index.settings_behind(path, scope, expr)
        if reads:
            return largest(self.read(read, depth - 1) for read in reads)
        found = [
            self.number(place, at, value, depth - 1)
            for place, at, value in (self.index.origins.behind(path, scope, expr) if expr[:1] != "@" else ())
            if value not in ("#None", None)
        ]
        return largest(found) if found else unknown(f"{expr if expr[:1] != '@' else 'a value'} is not followed")

    def is_elsewhere(self, path: str, scope: int, frame: int) -> bool:
        """Whether a frame is of SQLite, or not taken in production."""
        if not frame:
            return False
        table = self.linker.table(path)
        if is_for_sqlite(table, frame):
            return True
        branches = self.index.mode_branches(path, scope, frame)
        return any(not branch.production for _, branch in branches)


def largest(figures: Iterable[Figure]) -> Figure:
    """The largest; one that is not known wins, as nothing bounds it."""
    found = list(figures)
    open_ = next((figure for figure in found if figure.value is None), None)
    if open_ is not None:
        return open_
    return max(found, key=lambda figure: figure.value or 0) if found else unknown("it is computed")


def _computed(operator: str, left: float, right: float) -> float | None:
    if operator in ("/", "//", "%"):
        if not right:
            return None
        return left // right if operator == "//" else left / right if operator == "/" else left % right
    return {"+": left + right, "-": left - right, "*": left * right}.get(operator)


def _parsed(text: str) -> float | None:
    try:
        return float(text.strip().strip("\"'"))
    except ValueError:
        return None
