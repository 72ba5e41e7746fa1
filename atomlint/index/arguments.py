"""What calls give a parameter of a function, or of a class's constructor, as expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .facade import Index

MOST = 60
"""Calls that are looked at."""
NOTHING = ""
"""A call gives nothing: the default holds."""


def arguments(index: Index, function: Value, name: str) -> list[tuple[str, int, Expr]]:
    """Expressions that a parameter stands for: (path, scope, expression), the default among them where a call leaves it out.

    None at all where one call is not understood, where nothing outside of tests is seen to call it, and where heirs have a
    constructor of their own.
    """
    linker = index.project.linker
    table = linker.table(function.place)
    record = table.facts.scopes[function.scope]
    owner = table.facts.scopes[record.parent]
    wanted, called = function, record.name
    is_method = owner.kind == "class" and "staticmethod" not in record.decorators
    heirs: list[Value] = []
    if is_method and record.name == "__init__":
        wanted, called = Value("def", function.place, record.parent), owner.name
        heirs = linker.heirs.below(wanted)
        if any((heir.scope, "__init__") in linker.table(heir.place).members for heir in heirs):
            return []
    number = [param.name for param in record.params].index(name)
    place = number - is_method
    if place < 0:
        return []  # what a method is called on is no argument
    names = {called, *(linker.table(heir.place).facts.scopes[heir.scope].name for heir in heirs)}
    sites = [site for name in sorted(names) for site in linker.calls_of(name, place) if site[0] not in index.tests]
    found: list[tuple[str, int, Expr]] = []
    for path, ordinal in sites if len(sites) <= MOST else ():
        call = linker.table(path).facts.calls[ordinal]
        if not any(linker.runs(path, ordinal, one) for one in (wanted, *heirs)):
            if linker.values.callee(path, ordinal):
                continue
            return []
        given = _given(call, place, name)
        if given is None:
            return []
        default = (function.place, record.parent, record.params[number].default)
        found.append((path, call.scope, given) if given != NOTHING else default)
    return found


def _given(call: Call, place: int, name: str) -> Expr:
    """What a call gives; None where that cannot be seen."""
    keywords = dict(call.keywords)
    if name in keywords:
        return keywords[name]
    if "**" in keywords or any(type(arg) is list and arg[:1] == ["*"] for arg in call.args):
        return None
    return call.args[place] if place < len(call.args) else NOTHING
