"""Keys of which a condition round a write leaves a few: of those who are named by the program, not by a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import BRANCHES, condition, dotted, references

from .._turns import held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call
    from atomlint.index.keys import KeyPattern

    Expr = Any

OF_PROGRAM = frozenset({"app", "application", "bot", "conf", "config", "current_app", "settings"})
"""Names at the head of what is the same for all requests."""
NAMES = frozenset({"code", "email", "id", "key", "login", "name", "pk", "slug", "username", "uuid"})
"""Attributes that tell one row from all others."""
IS = {"==": False, "!=": True, "in": False, "not in": True}
"""Comparisons, with whether they are to be false."""
FEW = 10


def is_one_of_few(call: Call, pattern: KeyPattern, key: Expr) -> bool:
    """Whether a write is for what is one of few that the program names: ``if user.login in (app.bot.login, OWNER)``."""
    varying = {*pattern.names, *references(key)}
    frames = (call.table.facts.frames[at] for at in call.frame_ids)
    tests = (condition(frame.kind, frame.test) for frame in frames if frame.kind in BRANCHES)
    return any(
        type(part) is list
        and part[:1] == ["cmp"]
        and len(part) == 4
        and IS.get(part[2]) is negated
        and _tells(part[1], varying)
        and _are_of_program(call, part[3], several=part[2].endswith("in"))
        for test in tests
        for part, negated in held(test)
    )


def _tells(expr: Expr, varying: set[str]) -> bool:
    """Whether an expression is what varies in a key, or names the row that this is of: ``user.login`` for ``user.id``."""
    name = dotted(expr) or ""
    owner, _, last = name.rpartition(".")
    return name in varying or (
        bool(owner) and last in NAMES and any(other.rpartition(".")[0] == owner for other in varying)
    )


def _are_of_program(call: Call, expr: Expr, *, several: bool) -> bool:
    """Whether a value, or each of a few in a list or a dict that is written out, is the same for all requests."""
    items = list(_items(call, expr)) if several else [expr]
    return 0 < len(items) <= FEW and all(_is_of_program(call, item) for item in items)


def _items(call: Call, expr: Expr) -> Iterator[Expr]:
    name = dotted(expr)
    if name is not None and "." not in name:
        bindings = call.table.lookup(call.scope, name)
        expr = bindings[0].assign.value if len(bindings) == 1 and bindings[0].assign is not None else None
    if type(expr) is list and expr[:1] in (["[]"], ["{}"]):
        yield from expr[1 :: 2 if expr[0] == "{}" else 1]


def _is_of_program(call: Call, expr: Expr) -> bool:
    if type(expr) is not str or expr == "?":
        return False
    if expr[:1] in ("'", "#"):
        return True
    if expr[:1] == "@":  # app.bot.login.lower()
        record = call.table.facts.calls[int(expr[1:].partition(".")[0])]
        expr = "" if record.args or record.keywords else (dotted(record.callee) or "").rpartition(".")[0]
    head, _, rest = expr.partition(".")
    return head in OF_PROGRAM if rest else head.isupper()
