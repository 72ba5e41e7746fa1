"""Whether a function takes what a call gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..facts.records import Call, Scope
    from .tables import Table


class Takes(NamedTuple):
    """What a function takes."""

    function: Scope
    bound: bool
    """Whether its first parameter is given by what it is called on."""
    least: int
    """Positional arguments that there must be, ``self`` included, when no keywords are given; -1 for never enough."""
    most: int
    ends: bool
    """Whether a call of it runs its body to the end."""

    def fits(self, call: Call) -> bool:
        """Whether a call without keywords gives a right number: nearly all do."""
        return not call.keywords and self.least <= len(call.args) + self.bound <= self.most and self.least >= 0

    def misfits(self, call: Call, *, bound: bool) -> bool:
        """Whether a call certainly is a ``TypeError``; ``bound``: its first parameter is given already."""
        if any(type(given) is list and given[:1] == ["*"] for given in call.args):
            return False
        params = self.function.params
        names = [param.name for param in params if param.kind == "p"]
        placed = names[: len(call.args) + bound]
        if len(placed) < len(call.args) + bound and all(param.kind != "*" for param in params):
            return True
        known = {param.name for param in params if param.kind in ("p", "k")}
        given = {name for name, _ in call.keywords}
        if all(param.kind != "**" for param in params) and any(
            name != "**" and (name not in known or name in placed) for name in given
        ):
            return True
        if "**" in given:
            return False
        filled = given.union(placed)
        return any(p.kind in ("p", "k") and p.default is None and p.name not in filled for p in params)


def taken(table: Table, scope: int) -> Takes | None:
    """What a function takes; None where a decorator may have replaced it."""
    function = table.facts.scopes[scope]
    if function.kind != "function" or any(d not in ("staticmethod", "classmethod") for d in function.decorators):
        return None
    positional = [param for param in function.params if param.kind == "p"]
    least = sum(param.default is None for param in positional)
    if any(param.kind == "k" and param.default is None for param in function.params):
        least = -1
    most = 1 << 30 if any(param.kind == "*" for param in function.params) else len(positional)
    bound = table.facts.scopes[function.parent].kind == "class" and "staticmethod" not in function.decorators
    return Takes(function, bound, least, most, not function.yields and function.name != "__init__")
