"""Settings: every place that reads one from the environment, with the value it falls back to.

Read are ``os.environ`` and ``os.getenv``, python-decouple, environs, django-environ, Starlette's ``Config``,
dj-database-url, fields of pydantic's ``BaseSettings``, and a project's own helper that hands its argument to one of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from . import locate
from .expressions import Place, expressions, inside, receiver
from .fields import field_reads
from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from ..finding import Span
    from .tables import Table
    from .values import Value
    from .views import Index

ENVIRON = "os.environ"
GETTERS = frozenset({"os.getenv", "os.environ.get", "os.environ.pop", "os.environ.setdefault"})
CONFIGS = frozenset(
    {"decouple.config", "decouple.AutoConfig()", "decouple.Config()", "starlette.config.Config()", "prettyconf.config"}
)
ENVS = ("environ.Env()", "environ.FileAwareEnv()", "environs.Env()", "environs.env", "environs.FileAwareEnv()")
URLS = frozenset({"dj_database_url.config", "environ.Env().db", "environ.Env().db_url", "environs.Env().dj_db_url"})
"""Callables whose variable is ``DATABASE_URL`` when none is named."""
STRING_METHODS = frozenset({"lower", "upper", "strip", "casefold", "title", "lstrip", "rstrip", "replace", "capitalize"})
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
    default: Expr | None
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
        self._helpers: dict[Value, tuple[int, str, int | None, Expr, bool] | None] = {}

    def reads(self, path: str) -> tuple[SettingRead, ...]:
        """The reads of one file: calls and subscripts in source order, then fields."""
        if path not in self._reads:
            self._reads[path] = ()  # a helper that calls itself
            table = self.linker.table(path)
            self._reads[path] = (*self._environ(table), *field_reads(self.index, table))
        return self._reads[path]

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

    # --- finding reads ---------------------------------------------------------------------------------------------

    def _environ(self, table: Table) -> Iterator[SettingRead]:
        found: dict[int, SettingRead] = {}
        for ordinal, call in enumerate(table.facts.calls):
            read = self._call(table, ordinal, call)
            if read is not None:
                found[ordinal] = read
        subscripts: list[SettingRead] = []
        for place, expr in expressions(table):
            if type(expr) is not list:
                continue
            for item in inside(expr):
                if type(item) is not list or not item:
                    continue
                if item[0] == "or":
                    self._chain(table, found, item)
                elif item[0] == "sub" and text_of(item[2]) and self._is_environ(table.path, place.scope, item[1]):
                    subscripts.append(
                        SettingRead(item[2][1:], table.path, place.scope, None, None, required=True,
                                    kind="subscript", place=place, index=self.index)  # fmt: skip
                    )
        yield from (found[ordinal] for ordinal in sorted(found))
        yield from subscripts

    def _chain(self, table: Table, found: dict[int, SettingRead], chain: list[Expr]) -> None:
        """``read or read or default``: every read falls back to the last part, and the other names would do, too."""
        parts = [int(p[1:]) for p in chain[1:] if type(p) is str and p[:1] == "@" and p[1:].isdigit() and int(p[1:]) in found]
        for ordinal in parts:
            read = found[ordinal]
            if read.chained:
                continue
            place = chain.index(f"@{ordinal}")
            if place == len(chain) - 1 or (read.default_text or "") != "":
                if place == len(chain) - 1 and len(parts) > 1:
                    others = tuple(found[p].name for p in parts if found[p].name != read.name)
                    found[ordinal] = _replace(read, aliases=others)
                continue
            last = chain[-1]
            if type(last) is str and last[:1] == "@" and last[1:].isdigit() and int(last[1:]) in found:
                fallback = found[int(last[1:])]
                default, required = fallback.default, fallback.required
            else:
                default, required = last, False
            names = tuple(dict.fromkeys(found[p].name for p in parts if found[p].name != read.name))
            found[ordinal] = _replace(read, default=default, required=required, aliases=names, chained=True)

    def _is_environ(self, path: str, scope: int, expr: Expr) -> bool:
        name = dotted(expr)
        if name is None or "env" not in name.lower():
            return False
        return any(value.place == ENVIRON for value in self.linker.evaluate(path, scope, expr))

    def _call(self, table: Table, ordinal: int, call: Call) -> SettingRead | None:
        callee = call.callee
        given = call.args[0] if call.args else next((v for k, v in call.keywords if k in ("key", "name", "var")), None)
        literal = text_of(given)
        last = callee.rpartition(".")[2] if type(callee) is str else ""
        getter = last == "getenv" or (type(callee) is str and "environ" in callee.lower())
        urls = last in ("config", "db", "db_url", "dj_db_url")
        if literal is None and not getter and not (urls and given is None and call.keywords):
            return None
        if literal is not None and not getter and (not literal.isidentifier() or literal.upper() != literal):
            return None
        for value in self.linker.values.callee(table.path, ordinal):
            if value.kind == "ext":
                read = self._library(table, ordinal, call, value.place, given)
            elif value.kind == "def" and literal is not None:
                read = self._through_helper(table, ordinal, call, value)
            else:
                read = None
            if read is not None:
                return read
        return None

    def _library(self, table: Table, ordinal: int, call: Call, place: str, given: Expr) -> SettingRead | None:
        keywords = dict(call.keywords)
        default: Expr = None
        if place in GETTERS:
            default = keywords.get("default", call.args[1] if len(call.args) > 1 else None)
            required = place == "os.environ.pop" and default is None
            kind = "setdefault" if place.endswith("setdefault") else "environ"
        elif place in CONFIGS or place.startswith(ENVS):
            default = keywords.get("default")
            if default is None and place.startswith(("starlette", "environs")) and len(call.args) > 1:
                default = call.args[-1] if place.startswith("starlette") else call.args[1]
            required, kind = default is None, "config"
        elif place in URLS:
            default, required, kind = keywords.get("default"), False, "config"
            given = keywords.get("env", "'DATABASE_URL") if place.startswith("dj_") else given
        else:
            return None
        if place in URLS and given is None:
            given = "'DATABASE_URL"
        name = self.constant(table.path, call.scope, given)
        if name is None or not name.isidentifier():
            return None
        return SettingRead(name, table.path, call.scope, ordinal, default, required, kind, index=self.index)

    def _through_helper(self, table: Table, ordinal: int, call: Call, value: Value) -> SettingRead | None:
        helper = self.helper(value)
        if helper is None:
            return None
        name_at, name_is, default_at, default, required = helper
        keywords = dict(call.keywords)
        name = text_of(call.args[name_at]) if name_at < len(call.args) else text_of(keywords.get(name_is))
        if name is None:
            return None
        if default_at is not None:
            scope = self.linker.table(value.place).facts.scopes[value.scope]
            parameter = scope.params[default_at + (1 if self._is_method(value) else 0)].name
            given = call.args[default_at] if default_at < len(call.args) else keywords.get(parameter)
            default = given if given is not None else default
        required = required and default in (None, "#None")
        return SettingRead(name, table.path, call.scope, ordinal, default, required, "helper", index=self.index)

    def helper(self, value: Value) -> tuple[int, str, int | None, Expr, bool] | None:
        """How a function of the project reads the variable that it is asked for: position and name of the parameter that
        names it, position of the one with the default, the default without it, and whether a missing one is an error."""
        if value not in self._helpers:
            self._helpers[value] = None
            self._helpers[value] = self._helper(value)
        return self._helpers[value]

    def _is_method(self, value: Value) -> bool:
        facts = self.linker.table(value.place).facts
        scope = facts.scopes[value.scope]
        return facts.scopes[scope.parent].kind == "class" and "staticmethod" not in scope.decorators

    def _helper(self, value: Value) -> tuple[int, str, int | None, Expr, bool] | None:
        table = self.linker.table(value.place)
        scope = table.facts.scopes[value.scope]
        names = [param.name for param in scope.params]
        shift = 1 if self._is_method(value) else 0
        for ordinal in table.calls_in.get(value.scope, ()):
            call = table.facts.calls[ordinal]
            if not call.args or call.args[0] not in names[shift:]:
                continue
            if not any(v.place in GETTERS or v.place in CONFIGS for v in self.linker.values.callee(value.place, ordinal)):
                continue
            default: Expr = call.args[1] if len(call.args) > 1 else dict(call.keywords).get("default")
            default_at = names.index(default) - shift if default in names else None
            if default_at is None and default is None and "default" in names:
                default_at = names.index("default") - shift
            if default_at is not None:
                default = scope.params[default_at + shift].default
            raises = any(exit_.kind == "raise" for exit_ in table.exits.get(value.scope, ()))
            return names.index(call.args[0]) - shift, call.args[0], default_at, default, raises
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


def _replace(read: SettingRead, **changes: object) -> SettingRead:
    from dataclasses import replace

    return replace(read, **changes)  # type: ignore[arg-type]


def find_setting_reads(index: Index) -> Iterator[SettingRead]:
    """Every read of the linked files, in file order; tests are left out."""
    for path in index.paths:
        if path not in index.tests:
            yield from index.settings.reads(path)
