"""Keyword arguments of a call, those of unpacked dicts among them: ``create_engine(url, **options)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .expressions import Place, receiver
from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .facade import Index
    from .figures import Settler
    from .views import Call

MAX_DEPTH = 4


class Argument(NamedTuple):
    """One value that a keyword may have, and where it is written."""

    path: str
    scope: int
    expr: Expr
    place: Place

    def line(self, index: Index) -> int:
        """The line of the statement or call that holds it."""
        return index.place_span(self.path, self.place).start.line


def arguments(settler: Settler, call: Call) -> dict[str, list[Argument]] | None:
    """Keywords with the values that each may have; None when something is unpacked that is not known."""
    record = call.table.facts.calls[call.ordinal]
    place = Place("call", call.ordinal, call.scope, record.frame)
    found: dict[str, list[Argument]] = {}
    for name, value in record.keywords:
        if name != "**":
            found.setdefault(name, []).append(Argument(call.path, call.scope, value, place))
        elif not _unpacked(settler, call.path, call.scope, value, place, found, MAX_DEPTH):
            return None
    return found


def _unpacked(
    settler: Settler, path: str, scope: int, expr: Expr, place: Place, found: dict[str, list[Argument]], depth: int
) -> bool:
    """Add the keys of a dict; whether it is known."""
    if depth == 0:
        return False
    if type(expr) is list and expr[:1] == ["{}"]:
        for key, value in zip(expr[1::2], expr[2::2], strict=False):
            text = text_of(key)
            if text is not None:
                found.setdefault(text, []).append(Argument(path, scope, value, place))
            elif not _unpacked(settler, path, scope, value, place, found, depth - 1):
                return False
        return True
    if type(expr) is list and expr[:1] in (["or"], ["if"]):
        parts = expr[1:] if expr[0] == "or" else expr[2:]
        known = [_unpacked(settler, path, scope, part, place, found, depth - 1) for part in parts]
        return all(known)
    if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
        return _called(settler, path, int(expr[1:]), found, depth)
    name = dotted(expr)
    return name is not None and _named(settler, path, scope, name, found, depth)


def _called(settler: Settler, path: str, ordinal: int, found: dict[str, list[Argument]], depth: int) -> bool:
    """``dict(pool_size=5)``, and what a function returns."""
    call = settler.index.call(path, ordinal)
    record = call.table.facts.calls[ordinal]
    if call.callee == "dict":
        inner = arguments(settler, call)
        for name, values in (inner or {}).items():
            found.setdefault(name, []).extend(values)
        at = Place("call", ordinal, call.scope, record.frame)
        rest = [_unpacked(settler, path, call.scope, a, at, found, depth - 1) for a in record.args]
        return inner is not None and all(rest)
    known = False
    for value in call.targets:
        if value.kind != "def":
            continue
        table = settler.linker.table(value.place)
        for number, exit_ in enumerate(table.facts.exits):
            if exit_.scope != value.scope or exit_.kind != "return":
                continue
            known = True
            if not settler.is_elsewhere(value.place, value.scope, exit_.frame):
                at = Place("exit", number, value.scope, exit_.frame)
                if not _unpacked(settler, value.place, value.scope, exit_.value, at, found, depth - 1):
                    return False
    return known


def _named(settler: Settler, path: str, scope: int, name: str, found: dict[str, list[Argument]], depth: int) -> bool:
    """A dict by its name: what it is made of, what is put into it, and what it is updated with."""
    table = settler.linker.table(path)
    facts = table.facts
    owner = table.find(scope, name)[0] if "." not in name else scope
    known = False
    for number, assign in enumerate(facts.assigns):
        at = Place("assign", number, assign.scope, assign.frame)
        if assign.scope not in (owner, scope) or settler.is_elsewhere(path, assign.scope, assign.frame):
            continue
        if assign.target == name and assign.value is not None:
            known = _unpacked(settler, path, assign.scope, assign.value, at, found, depth - 1) or known
        elif type(assign.target) is list and assign.target[:2] == ["sub", name] and text_of(assign.target[2]):
            found.setdefault(assign.target[2][1:], []).append(Argument(path, assign.scope, assign.value, at))
    if known:
        for ordinal, call in enumerate(facts.calls):
            target = receiver(call.callee)
            if target is None or target[0] != name or target[1] not in ("update", "setdefault"):
                continue
            if settler.is_elsewhere(path, call.scope, call.frame):
                continue
            at = Place("call", ordinal, call.scope, call.frame)
            if target[1] == "setdefault" and len(call.args) == 2 and text_of(call.args[0]):
                found.setdefault(call.args[0][1:], []).append(Argument(path, call.scope, call.args[1], at))
                continue
            for argument in call.args:
                _unpacked(settler, path, call.scope, argument, at, found, depth - 1)
            for key, value in call.keywords:
                found.setdefault(key, []).append(Argument(path, call.scope, value, at))
    if known:
        return True
    return any(
        _unpacked(settler, place, at, value, Place("assign", 0, at, 0), found, depth - 1)
        for place, at, value in settler.index.origins.behind(path, scope, name)
        if (place, value) != (path, name)
    )
