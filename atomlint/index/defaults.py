"""Parameters that keep their defaults, or are given constants: what nobody else gives is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Call, Expr, Param
    from .linker import Linker
    from .tables import Table
    from .values import Evaluator

MOST = 12
"""Calls by a class's name that are looked at."""


PLAIN = frozenset({"staticmethod", "classmethod"})
"""Decorators that leave a function to those who call it."""


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
    placed = param.kind == "p" and len(call.args) > position
    return placed or _is_unpacked(call) or any(name == param.name for name, _ in call.keywords)


def _is_unpacked(call: Call) -> bool:
    """Whether it is not seen what a call gives."""
    return any(type(arg) is list and arg[:1] == ["*"] for arg in call.args) or any(n == "**" for n, _ in call.keywords)


def most_given(linker: Linker, table: Table, scope: int, expr: Expr) -> int:
    """The largest number that an amount is: a constant, or what the callers of a function give for it; 0 if not known.

    ``def recent(session, limit=5): ... .limit(limit)``, which everything calls without one.
    """
    if type(expr) is str and expr[:1] == "#":
        return int(expr[1:]) if expr[1:].isdecimal() else 0
    record = table.facts.scopes[scope]
    position = next((n for n, param in enumerate(record.params) if param.name == expr), None)
    if position is None or record.kind != "function" or record.params[position].kind not in ("p", "k"):
        return 0
    decorators = {str(decorator) for decorator in record.decorators}
    if not decorators <= PLAIN:
        return 0  # a route, whose requests give it
    if any(table.facts.assigns[place].target == expr for place in table.assigns_in.get(scope, ())):
        return 0
    param = record.params[position]
    sites = linker.callers_of(Value("def", table.path, scope), record.name, MOST)
    method = table.facts.scopes[record.parent].kind == "class" and "staticmethod" not in decorators
    given = [_given(linker.table(path).facts.calls[call], param, position - method) for path, call in sites or ()]
    return max(given) if given and all(given) else 0


def _given(call: Call, param: Param, position: int) -> int:
    """The number that a call gives, or leaves at its default; 0 if not known."""
    value = dict(call.keywords).get(param.name, param.default)
    if param.kind == "p" and position < len(call.args):
        value = call.args[position]
    return (
        int(value[1:])
        if type(value) is str and value[:1] == "#" and value[1:].isdecimal() and not _is_unpacked(call)
        else 0
    )
