"""Helpers of the project that read the setting they are asked for: ``def setting(name, default=None)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .environ import CONFIGS, GETTERS
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


class Helpers:
    """Looks at functions when something calls them with a variable's name; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self._known: dict[Value, Helper | None] = {}

    def read(self, table: Table, ordinal: int, call: Call, value: Value) -> SettingRead | None:
        """The read that a call of a helper is; None when the function is no helper."""
        helper = self.of(value)
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
        names = [param.name for param in scope.params]
        shift = 1 if self._is_method(value) else 0
        for ordinal in table.calls_in.get(value.scope, ()):
            call = table.facts.calls[ordinal]
            if not call.args or call.args[0] not in names[shift:]:
                continue
            if not any(
                v.place in GETTERS or v.place in CONFIGS for v in self.linker.values.callee(value.place, ordinal)
            ):
                continue
            default: Expr = call.args[1] if len(call.args) > 1 else dict(call.keywords).get("default")
            default_at = names.index(default) - shift if default in names else None
            if default_at is None and default is None and "default" in names:
                default_at = names.index("default") - shift
            if default_at is not None:
                default = scope.params[default_at + shift].default
            raises = any(exit_.kind == "raise" for exit_ in table.exits.get(value.scope, ()))
            return Helper(names.index(call.args[0]) - shift, call.args[0], default_at, default, raises)
        return None
