"""Parameters of constructors that keep their defaults: what their annotations promise is never there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Call, Param
    from .values import Evaluator

MOST = 12
"""Calls by a class's name that are looked at."""


class Defaults:
    """Looks at every place where a class is made."""

    def __init__(self, values: Evaluator) -> None:
        self.linker = values.linker

    def keeps(self, path: str, scope: int, param: Param) -> bool:
        """Whether nothing gives a constructor one of its arguments: ``def __init__(self, client: Redis | None = None)``.

        Its class is made somewhere, and what makes it is known; no heir hands the argument on.
        """
        table = self.linker.table(path)
        record = table.facts.scopes[scope]
        owner = table.facts.scopes[record.parent]
        cls = Value("def", path, record.parent)
        if record.name != "__init__" or owner.kind != "class":
            return False
        sites = self.linker.callers_of(cls, owner.name, MOST)
        if sites is None or self.linker.heirs.below(cls):
            return False
        position = [p.name for p in record.params].index(param.name) - 1
        calls = (self.linker.table(site).facts.calls[ordinal] for site, ordinal in sites)
        return not any(_gives(call, param, position) for call in calls)


def _gives(call: Call, param: Param, position: int) -> bool:
    """Whether a call gives an argument, or may: ``Limiter(*parts)``."""
    starred = any(type(arg) is list and arg[:1] == ["*"] for arg in call.args)
    placed = param.kind == "p" and len(call.args) > position
    return starred or placed or any(name in (param.name, "**") for name, _ in call.keywords)
