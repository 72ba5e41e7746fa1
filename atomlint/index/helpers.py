"""Helpers of the project that read the setting they are asked for: ``def setting(name, default=None)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .expressions import BRANCHES, atoms, condition, inside, receiver
from .readers import CONFIGS, GETTERS
from .settings import SettingRead
from .tables import text_of

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .facade import Index
    from .tables import Table
    from .values import Value


class Helper(NamedTuple):
    """How a function hands on what it is given; positions are of its arguments, ``self`` left out."""

    name_at: int
    name: str
    """The parameter that takes the variable's name."""
    default_at: int | None
    """Where it takes the default, if it does."""
    default: Expr
    """What it falls back to when none is given."""
    required: bool
    """Whether a missing variable is an error."""
    prefix: str = ""
    """What it puts before the name."""
    required_by: str = ""
    """The parameter that makes a missing variable an error when it is true."""


class Helpers:
    """Looks at functions when something calls them with a variable's name; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self._known: dict[Value, Helper | None] = {}
        self._copies: dict[str, bool] = {}

    def read(self, table: Table, ordinal: int, call: Call, value: Value) -> SettingRead | None:
        """The read that a call of a helper is; None when the function is no helper."""
        helper = self.of(value)
        if helper is None:
            return None
        name_at, name_is, default_at, default, required, before, required_by = helper
        keywords = dict(call.keywords)
        name = text_of(call.args[name_at]) if name_at < len(call.args) else text_of(keywords.get(name_is))
        if name is None:
            return None
        if default_at is not None:
            scope = self.linker.table(value.place).facts.scopes[value.scope]
            parameter = scope.params[default_at + (1 if self._is_method(value) else 0)].name
            given = call.args[default_at] if default_at < len(call.args) else keywords.get(parameter)
            default = given if given is not None else default
        required = (required or keywords.get(required_by) == "#True") and default in (None, "#None")
        return SettingRead(
            before + name,
            table.path,
            call.scope,
            ordinal,
            default,
            required,
            "helper",
            cast=self._cast(value),
            index=self.index,
        )

    def _cast(self, value: Value) -> Expr:
        """What a helper makes of the text, by its result's annotation or its name (``env_bool``)."""
        scope = self.linker.table(value.place).facts.scopes[value.scope]
        if scope.returns is not None:
            return scope.returns
        words = scope.name.lower().split("_")
        return next((word for word in ("bool", "int", "float", "list") if word in words), None)

    def of(self, value: Value) -> Helper | None:
        """How a function reads the variable that it is asked for; None when it reads none."""
        if value not in self._known:
            self._known[value] = None
            self._known[value] = self._helper(value)
        return self._known[value]

    def _is_method(self, value: Value) -> bool:
        facts = self.linker.table(value.place).facts
        scope = facts.scopes[value.scope]
        return facts.scopes[scope.parent].kind == "class" and "staticmethod" not in scope.decorators

    def _helper(self, value: Value) -> Helper | None:
        table = self.linker.table(value.place)
        scope = table.facts.scopes[value.scope]
        if scope.kind != "function":
            return None
        names = [param.name for param in scope.params]
        own = names[1 if self._is_method(value) else 0 :]
        for ordinal in table.calls_in.get(value.scope, ()):
            call = table.facts.calls[ordinal]
            asked = self._asked(table, call.args[0], own) if call.args else None
            if asked is None:
                continue
            before, name = asked
            inner = self._reader(table, ordinal)
            if inner is None:
                continue
            default: Expr = call.args[1] if len(call.args) > 1 else dict(call.keywords).get("default")
            default_at = own.index(default) if default in own else None
            if default_at is None and default is None and "default" in own:
                default_at = own.index("default")
            if default_at is not None:
                default = next(param.default for param in scope.params if param.name == own[default_at])
            elif default is None:
                default = inner.default
            refuses = self._refuses(table, value.scope, own)
            asked_for = refuses if isinstance(refuses, str) else ""
            required = refuses is True or inner.required
            return Helper(own.index(name), name, default_at, default, required, before + inner.prefix, asked_for)
        return self._subscripted(table, value.scope, own)

    def _refuses(self, table: Table, scope: int, own: list[str]) -> bool | str:
        """Whether a helper raises when the variable is missing; the parameter by which a call asks for that."""
        for exit_ in table.exits.get(scope, ()):
            if exit_.kind != "raise":
                continue
            frames = [table.facts.frames[number] for number in table.frames(exit_.frame)]
            if any(frame.kind == "except" for frame in frames):
                if any(frame.kind == "except" and "KeyError" in str(frame.test) for frame in frames):
                    return True
                continue  # a text that cannot be converted
            branches = [frame for frame in frames if frame.kind in BRANCHES and frame.test is not None]
            parts = [part for frame in branches for part in atoms(condition(frame.kind, frame.test))]
            wanted = next((atom for atom, negated in parts if not negated and atom in own), None)
            if wanted is not None:
                return str(wanted)
            if not branches or any(is_absence(table, own, atom, negated=negated) for atom, negated in parts):
                return True
        return False

    def _reader(self, table: Table, ordinal: int) -> Helper | None:
        """How a call inside of a helper reads what it is asked for: as the library does, or as another helper."""
        for value in sorted(self.linker.values.callee(table.path, ordinal)):
            if value.kind == "ext" and (value.place in GETTERS or value.place in CONFIGS):
                return Helper(0, "", None, None, value.place in CONFIGS, "")
            inner = self.of(value) if value.kind == "def" else None
            if inner is not None and inner.name_at == 0:
                return inner
        target = receiver(table.facts.calls[ordinal].callee)
        if target is not None and target[1] == "get" and self._copies_environ(table):
            return Helper(0, "", None, None, False, "")
        return None

    def _copies_environ(self, table: Table) -> bool:
        """Whether a file takes the whole environment into a mapping of its own: ``dict(os.environ)``, ``{**os.environ}``."""
        known = self._copies.get(table.path)
        if known is None:
            calls = table.facts.calls
            known = self._copies[table.path] = any(
                "os.environ" in call.args or call.callee in ("os.environ.copy", "os.environ.items") for call in calls
            ) or any(type(a.value) is list and "os.environ" in inside(a.value) for a in table.facts.assigns)
        return known

    def _asked(self, table: Table, expr: Expr, own: list[str]) -> tuple[str, str] | None:
        """The parameter that names the variable, and what the helper puts before it: ``f"APP_{name}"``, ``name.upper()``."""
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            target = receiver(table.facts.calls[int(expr[1:])].callee)
            return self._asked(table, target[0], own) if target is not None and target[1] == "upper" else None
        if type(expr) is str:
            return ("", expr) if expr in own else None
        if type(expr) is list and (expr[:1] == ["f"] or expr[:2] == ["bin", "+"]):
            parts = expr[1:] if expr[0] == "f" else expr[2:]
            before = text_of(parts[0]) if len(parts) == 2 else None
            asked = self._asked(table, parts[1], own) if before is not None else None
            return None if asked is None else (f"{before}{asked[0]}", asked[1])
        return None

    def _subscripted(self, table: Table, scope: int, own: list[str]) -> Helper | None:
        """A helper that returns ``os.environ[name]``."""
        values = [exit_.value for exit_ in table.exits.get(scope, ())]
        values += [table.facts.assigns[place].value for place in table.assigns_in.get(scope, ())]
        for value in values:
            for item in inside(value):
                if type(item) is list and item[:1] == ["sub"] and type(item[1]) is str and "env" in item[1].lower():
                    asked = self._asked(table, item[2], own)
                    if asked is not None and any(
                        v.place == "os.environ" for v in self.linker.evaluate(table.path, scope, item[1])
                    ):
                        return Helper(own.index(asked[1]), asked[1], None, None, True, asked[0])
        return None


def is_absence(table: Table, own: list[str], atom: Expr, *, negated: bool) -> bool:
    """Whether a part of a test says that something is missing: ``not x``, ``x is None``, ``x == ""``, ``x not in y``."""
    if type(atom) is str:
        if atom[:1] == "@" and not any(a in own for a in table.facts.calls[int(atom[1:].partition(".")[0])].args):
            return False
        return negated
    if type(atom) is not list or atom[:1] != ["cmp"] or len(atom) != 4:
        return False
    if atom[2] in ("in", "not in") and "environ" in str(atom[3]):
        return bool(atom[2] == "not in") != negated
    return atom[3] in ("#None", "'") and bool(atom[2] in ("is", "==")) != negated
