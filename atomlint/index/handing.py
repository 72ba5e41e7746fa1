"""Calls that hand the elements of a container on: ``sorted(rows)``, ``enumerate(rows)``, ``table.values()``."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .tables import dotted

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .items import Item, Items
    from .tables import Table

SAME = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
"""Builtins that give the elements of their first argument."""
GROW = (".append", ".add", ".insert", ".appendleft")
"""Methods that put their last argument into a container."""
VIEWS = frozenset({"values", "items", "copy"})


def handed(items: Items, path: str, ordinal: int, key: str | None, depth: int) -> list[Item] | None:
    """Elements that a builtin or a view hands on; None when the call is no such thing."""
    call = items.linker.table(path).facts.calls[ordinal]
    base: Expr
    if type(call.callee) is list and call.callee[:1] == ["."]:
        base, name = call.callee[1:]
    elif type(call.callee) is str:
        base, _, name = call.callee.rpartition(".")
    else:
        return None
    if base:
        if name not in VIEWS or call.args or (type(base) is str and base[:1] == "@"):
            return None
        if any(value.kind in ("inst", "ext") for value in items.values.evaluate(path, call.scope, base)):
            return None
        held = items.items(path, call.scope, base, key if name == "copy" else None, depth + 1)
        return [(p, s, ["[]", "?", e]) for p, s, e in held] if name == "items" else held
    if not call.args or not items.values.is_builtin(path, call.scope, name):
        return None
    if name in SAME:
        keeps = key if name in ("list", "tuple", "iter") else None
        return items.items(path, call.scope, call.args[0], keeps, depth + 1)
    if name == "filter":
        return items.items(path, call.scope, call.args[-1], None, depth + 1)
    if name == "enumerate":
        held = items.items(path, call.scope, call.args[0], None, depth + 1)
        return [(p, s, ["[]", "?", e]) for p, s, e in held]
    if name == "zip":
        count = len(call.args)
        return [
            (p, s, ["[]", *("?" for _ in range(place)), e, *("?" for _ in range(count - place - 1))])
            for place, given in enumerate(call.args)
            for p, s, e in items.items(path, call.scope, given, None, depth + 1)
        ]
    return None


def put_deeper(table: Table) -> dict[str, list[int]]:
    """Calls that put something into a container in a container, by the outer one's name: ``base[key].append(x)`` and
    ``base.setdefault(key, []).append(x)``."""
    by_name: dict[str, list[int]] = defaultdict(list)
    for ordinal, call in enumerate(table.facts.calls):
        callee = call.callee
        holder: str | None = None
        if type(callee) is list and callee[0] == "." and f".{callee[2]}" in GROW:
            holder = dotted(callee[1][1]) if type(callee[1]) is list and callee[1][0] == "sub" else None
        elif type(callee) is str and callee[:1] == "@" and callee.endswith(GROW):
            head = callee.partition(".")[0]
            inner = table.facts.calls[int(head[1:])].callee if callee.count(".") == 1 else None
            if type(inner) is str and inner.endswith((".setdefault", ".get")) and inner[0] != "@":
                holder = inner.rpartition(".")[0]
        if holder is not None:
            by_name[holder].append(ordinal)
    return dict(by_name)
