"""Whether a function takes what a call gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..facts.records import Call, Scope


def misfits(function: Scope, call: Call, *, bound: bool) -> bool:
    """Whether a call of a function certainly is a ``TypeError``; ``bound``: its first parameter is given already."""
    if any(type(given) is list and given[:1] == ["*"] for given in call.args):
        return False
    names = [param.name for param in function.params if param.kind == "p"]
    takes_all = any(param.kind == "*" for param in function.params)
    placed = names[: len(call.args) + bound]
    if len(placed) < len(call.args) + bound and not takes_all:
        return True
    known = {param.name for param in function.params if param.kind in ("p", "k")}
    takes_names = any(param.kind == "**" for param in function.params)
    given = {name for name, _ in call.keywords}
    if not takes_names and any(name != "**" and (name not in known or name in placed) for name in given):
        return True
    if "**" in given:
        return False
    filled = given.union(placed)
    return any(
        param.kind in ("p", "k") and param.default is None and param.name not in filled for param in function.params
    )
