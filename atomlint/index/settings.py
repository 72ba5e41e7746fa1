"""Settings: every place that reads one from the environment, with the value it falls back to.

Read are ``os.environ`` and ``os.getenv``, python-decouple, environs, django-environ, Starlette's ``Config``,
dj-database-url, fields of pydantic's ``BaseSettings``, and helpers of the project that hand on the name they are given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from . import locate
from .expressions import Place, receiver
from .fields import field_reads
from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from ..finding import Span
    from .facade import Index
    from .helpers import Helpers
    from .values import Value

STRING_METHODS = frozenset(
    {"lower", "upper", "strip", "casefold", "title", "lstrip", "rstrip", "replace", "capitalize"}
)
MAX_DEPTH = 8


@dataclass(frozen=True)
class SettingRead:
    """One place that reads a setting."""

    name: str
    """The variable's name, as the environment spells it."""
    path: str
    scope: int
    """Scope that the read stands in; the class for a field."""
    call: int | None
    """Ordinal of the reading call; None for ``os.environ[...]`` and for fields."""
    default: Expr | None = field(hash=False)
    """What it falls back to, in the facts' notation, seen from `scope`; None when nothing is given."""
    required: bool
    """Whether a missing variable is an error."""
    kind: str = "environ"
    """``environ``, ``subscript``, ``setdefault``, ``config``, ``helper`` or ``field``."""
    aliases: tuple[str, ...] = ()
    """Other names that would do."""
    attribute: str = ""
    """The field's name."""
    place: Place | None = field(default=None, compare=False)
    """Where a read that is no call stands."""
    chained: bool = False
    """Whether the default comes after an ``or``."""
    index: Index = field(default=None, compare=False, repr=False)  # type: ignore[assignment]

    @property
    def names(self) -> tuple[str, ...]:
        """All names that would do, the first first."""
        return (self.name, *self.aliases)

    @property
    def default_text(self) -> str | None:
        """The beginning of a text that it falls back to, as far as it is constant; None when that is not known."""
        return None if self.default is None else self.index.settings.text(self.path, self.scope, self.default)

    @property
    def span(self) -> Span:
        """The call, subscript or field."""
        index = self.index
        if self.call is not None:
            return index.call(self.path, self.call).span
        place = self.place
        around = index.settings.place_of(self.path, place) if place is not None else None
        if self.kind == "field":
            return index.span(self.path, around) if around is not None else header(index, self.path, self.scope)
        found = locate.first(index, self.path, around, locate.subscript(self.name))
        return found or header(index, self.path, self.scope)


class Settings:
    """Setting reads of a project, found file by file when asked."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self._reads: dict[str, tuple[SettingRead, ...]] = {}

    def reads(self, path: str) -> tuple[SettingRead, ...]:
        """The reads of one file: calls and subscripts in source order, then fields."""
        if path not in self._reads:
            self._reads[path] = ()  # a helper that calls itself
            from .environ import environ_reads

            table = self.linker.table(path)
            self._reads[path] = (*environ_reads(self, table), *field_reads(self.index, table))
        return self._reads[path]

    @cached_property
    def helpers(self) -> Helpers:
        """What the project's own helpers read."""
        from .helpers import Helpers

        return Helpers(self.index)

    @cached_property
    def _by_call(self) -> dict[str, dict[int, SettingRead]]:
        return {}

    def at(self, path: str, call: int) -> SettingRead | None:
        """The read that a call is."""
        if path not in self._by_call:
            self._by_call[path] = {read.call: read for read in self.reads(path) if read.call is not None}
        return self._by_call[path].get(call)

    def of_field(self, cls: Value, name: str) -> SettingRead | None:
        """The read that a field of a settings class is."""
        for read in self.reads(cls.place):
            if read.kind == "field" and read.scope == cls.scope and read.attribute == name:
                return read
        return None

    # --- what expressions are --------------------------------------------------------------------------------------

    def constant(self, path: str, scope: int, expr: Expr) -> str | None:
        """The text that an expression is, through names and attributes; None when it is not one constant."""
        text = text_of(expr)
        if text is not None or expr is None:
            return text
        name = dotted(expr)
        if name is None:
            return None
        name = name.removesuffix(".value")
        values = [value for value in self.linker.evaluate(path, scope, name) if value.kind == "const"]
        return text_of(values[0].place) if len(values) == 1 else None

    def text(self, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> str | None:
        """The constant beginning of the text that an expression is: of an f-string, a sum, a lambda's result."""
        if depth <= 0:
            return None
        if type(expr) is list and expr:
            if expr[0] == "f" and len(expr) > 1:
                return self.text(path, scope, expr[1], depth - 1)
            if expr[0] == "bin" and expr[1] in ("+", "%"):
                return self.text(path, scope, expr[2], depth - 1)
            if expr[0] == "lambda":
                exits = self.linker.table(path).exits.get(expr[1], ())
                return self.text(path, expr[1], exits[0].value, depth - 1) if exits else None
            return None
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            call = self.linker.table(path).facts.calls[int(expr[1:])]
            target = receiver(call.callee)
            if target is not None and target[1] == "format":
                return self.text(path, call.scope, target[0], depth - 1)
            if call.callee == "str" and call.args:
                return self.text(path, call.scope, call.args[0], depth - 1)
            return None
        found = self.constant(path, scope, expr)
        if found is None and dotted(expr) is not None and "." not in str(expr):
            for binding in self.linker.table(path).lookup(scope, str(expr)):
                if binding.param is not None and binding.param.default is not None:
                    return self.text(path, binding.scope, binding.param.default, depth - 1)
                if binding.assign is not None and type(binding.assign.value) is list:
                    return self.text(path, binding.scope, binding.assign.value, depth - 1)
        return found

    def place_of(self, path: str, place: Place) -> locate.Four | None:
        """Lines and columns of what a place stands in: the assignment, call or scope; None for the whole file."""
        spans = self.index.project.spans(path)
        if spans is None:
            return None
        if place.kind in ("assign", "call"):
            four = (spans.assigns if place.kind == "assign" else spans.calls)[4 * place.ordinal : 4 * place.ordinal + 4]
            return (four[0], four[1], four[2], four[3])
        if not place.scope:
            return None
        five = spans.scopes[5 * place.scope : 5 * place.scope + 5]
        return (five[3], 0, five[4] + 1, 0)


def header(index: Index, path: str, scope: int) -> Span:
    """``def name`` or ``class Name`` of a scope; the first character of the file for the module."""
    from .views import Function

    return Function(index, path, scope).span
