"""What the calls that make objects of a class give a parameter of its constructor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Call, Expr, Param
    from .facade import Index

MOST = 12
"""Calls that are looked at."""
Here = tuple[str, int, "Expr"]


def handed_to_constructor(index: Index, function: Value, name: str) -> list[Here]:
    """Expressions that a parameter of an ``__init__`` stands for: (path, scope, expression), the default among them.

    None at all where one call is not understood, where nothing is seen to make an object, and where heirs may.
    """
    linker = index.project.linker
    table = linker.table(function.place)
    record = table.facts.scopes[function.scope]
    owner = table.facts.scopes[record.parent]
    cls = Value("def", function.place, record.parent)
    if record.name != "__init__" or owner.kind != "class" or linker.heirs.below(cls):
        return []
    place = [param.name for param in record.params].index(name) - 1
    sites = [site for site in linker.calls_of(owner.name, place) if site[0] not in index.tests]
    found: list[Here] = []
    for path, ordinal in sites if len(sites) <= MOST else ():
        call = linker.table(path).facts.calls[ordinal]
        if not linker.runs(path, ordinal, cls):
            if linker.values.callee(path, ordinal):
                continue
            return []
        given = _given(call, place, name)
        if given is None:
            return []
        found.append(
            (path, call.scope, given) if given != "" else _default(function, record.parent, record.params[place + 1])
        )
    return found


def _given(call: Call, place: int, name: str) -> Expr:
    """What a call gives; an empty text for nothing, None where it cannot be seen."""
    keywords = dict(call.keywords)
    if name in keywords:
        return keywords[name]
    if "**" in keywords or any(type(arg) is list and arg[:1] == ["*"] for arg in call.args):
        return None
    return call.args[place] if place < len(call.args) else ""


def _default(function: Value, around: int, param: Param) -> Here:
    return function.place, around, param.default
