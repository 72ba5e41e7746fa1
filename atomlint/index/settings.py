"""Settings: every place that reads one from the environment, with the value it falls back to.

Read are ``os.environ`` and ``os.getenv``, python-decouple, environs, django-environ, Starlette's ``Config``, prettyconf,
dynaconf, dj-database-url, fields of pydantic's ``BaseSettings``, ``envvar`` of click and typer, and helpers of the
project that hand on the name they are given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from . import locate
from .expressions import Place, inside, receiver
from .fields import field_reads
from .kept_names import kept_names
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from ..finding import Span
    from .envtexts import EnvTexts
    from .facade import Index
    from .helpers import Helpers
    from .setting_times import Times
    from .settings_modules import SettingsModules
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
    """``environ``, ``subscript``, ``setdefault``, ``config``, ``helper``, ``field``, ``dynaconf`` or ``option`` (of a
    command line); ``presence`` for a test whether it is there, ``each`` for one of several names that a loop goes through."""
    aliases: tuple[str, ...] = ()
    """Other names that would do."""
    attribute: str = ""
    """The field's name."""
    place: Place | None = field(default=None, compare=False)
    """Where a read that is no call stands."""
    chained: bool = False
    """Whether the default comes after an ``or``."""
    cast: Expr = field(default=None, compare=False)
    """What the reader itself makes of the text: a callable, a reader's method such as ``bool``, a field's annotation."""
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
        wanted = {"presence": locate.text(self.name, whole=True), "dynaconf": locate.attribute(self.attribute)}
        found = locate.first(index, self.path, around, wanted.get(self.kind, locate.subscript(self.name)))
        return found or header(index, self.path, self.scope)

    @property
    def type_name(self) -> str:
        """``bool``, ``int``, ``float``, ``list``, ``json``, ``path``, ``url``, another class's name, or ``str``."""
        from .setting_types import type_of

        return type_of(self)

    @property
    def at_import(self) -> bool:
        """Whether importing a module reads it: a process without a required one does not start."""
        return self.index.settings.times.at_import(self)


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
            from .dynaconf import dynaconf_reads
            from .environ import environ_reads

            table = self.linker.table(path)
            others = dynaconf_reads(self.index, table)
            self._reads[path] = (*environ_reads(self, table), *others, *field_reads(self.index, table))
        return self._reads[path]

    @cached_property
    def times(self) -> Times:
        """When reads happen."""
        from .setting_times import Times

        return Times(self.index)

    @cached_property
    def texts(self) -> EnvTexts:
        """What files that deploy the project give."""
        from .envtexts import EnvTexts

        return EnvTexts(self.index)

    @cached_property
    def modules(self) -> SettingsModules:
        """Which modules of Django's settings are loaded."""
        from .settings_modules import SettingsModules

        return SettingsModules(self.index)

    @cached_property
    def helpers(self) -> Helpers:
        """What the project's own helpers read."""
        from .helpers import Helpers

        return Helpers(self.index)

    @cached_property
    def schemes(self) -> dict[str, tuple[Expr, Expr]]:
        """What django-environ's ``Env(NAME=(cast, default))`` declares."""
        from .schemes import schemes

        return schemes(self.linker)

    @cached_property
    def _by_call(self) -> dict[str, dict[int, SettingRead]]:
        return {}

    def at(self, path: str, call: int) -> SettingRead | None:
        """The read that a call is."""
        if path not in self._by_call:
            reads = self.reads(path)
            self._by_call[path] = {read.call: read for read in reads if read.call is not None and read.kind != "each"}
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

    def names(self, path: str, scope: int, expr: Expr, frame: int = 0, whole: Expr = None) -> tuple[str, ...]:
        """The variable's names that an expression can be: a text, a joined one, what a loop over a literal goes through,
        or what objects of a class are made with.

        ``whole``: the expression around it, whose comprehensions are such loops.
        """
        name = self.constant(path, scope, expr)
        if name is not None:
            return (name,)
        if type(expr) is list and expr and (expr[0] == "f" or expr[:2] == ["bin", "+"]):
            parts = [self.constant(path, scope, part) for part in (expr[1:] if expr[0] == "f" else expr[2:])]
            return ("".join(map(str, parts)),) if None not in parts else ()
        found = [*self._looped(path, scope, expr, frame, whole), *kept_names(self, path, scope, expr)]
        return tuple(dict.fromkeys(found))

    def _looped(self, path: str, scope: int, expr: Expr, frame: int, whole: Expr) -> Iterator[str]:
        if type(expr) is not str or dotted(expr) is None:
            return
        table = self.linker.table(path)
        frames = [table.facts.frames[number] for number in table.frames(frame)]
        iterables = [item[-1] for item in inside(whole) if type(item) is list and item[:1] == ["comp"]]
        iterables += [loop.test for loop in frames if loop.kind in ("for", "comp")]
        for iterable in iterables:
            for binding in table.lookup(scope, expr):
                value = None if binding.assign is None else binding.assign.value
                at = place_in(value, iterable)
                if at is None:
                    continue
                for place, seen, item in self.linker.values.items(path, scope, iterable):
                    one = item[at] if type(item) is list and 0 < at < len(item) else item
                    name = self.constant(place, seen, one)
                    if name is not None:
                        yield name
                return

    def text(self, path: str, scope: int, expr: Expr, depth: int = MAX_DEPTH) -> str | None:
        """The constant beginning of the text that an expression is: of an f-string, a sum, a lambda's result."""
        if depth <= 0:
            return None
        if type(expr) is list and expr:
            if expr[0] == "f" and len(expr) > 1:
                return self.text(path, scope, expr[1], depth - 1)
            if expr[0] == "bin" and expr[1] in ("+", "%"):
                found = self.text(path, scope, expr[2], depth - 1)
                return found if found is None or expr[1] == "+" else found.partition("%")[0]
            if expr[0] == "lambda":
                exits = self.linker.table(path).exits.get(expr[1], ())
                return self.text(path, expr[1], exits[0].value, depth - 1) if exits else None
            return None
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            call = self.linker.table(path).facts.calls[int(expr[1:])]
            target = receiver(call.callee)
            if target is not None and target[1] == "format":
                found = self.text(path, call.scope, target[0], depth - 1)
                return None if found is None else found.partition("{")[0]
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


def place_in(value: Expr, iterable: Expr) -> int | None:
    """Where a loop's variable stands in each item of what it goes through: 0 for the item, n for its n-th part; else None."""
    if value == ["sub", iterable, "?"]:
        return 0
    if type(value) is list and len(value) == 3 and value[:2] == ["sub", ["sub", iterable, "?"]]:
        number = str(value[2]).removeprefix("#")
        return int(number) + 1 if number.isdigit() else None
    return None


def header(index: Index, path: str, scope: int) -> Span:
    """``def name`` or ``class Name`` of a scope; the first character of the file for the module."""
    from .views import Function

    return Function(index, path, scope).span
