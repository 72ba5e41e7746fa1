"""Queries that a function puts together step by step: which of the steps each way goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import call_number, dotted

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .tables import Binding, Table

LINKS = 20
"""Methods of one chain."""
BRANCHES = frozenset({"if", "else", "for", "while", "try", "except", "match", "case"})
"""Kinds of frames that may be passed by."""


def surely_bound(table: Table, name: str, bindings: list[Binding]) -> list[Binding]:
    """Bindings that each way of a query goes through: its only beginning, and what adds to that in no branch of its own."""
    begins = [b for b in bindings if b.assign is None or not _goes_on(table, name, b.assign.value)]
    if len(begins) != 1:
        return []
    first = begins[0].assign
    around = set(table.frames(first.frame)) if first is not None else set()
    kinds = table.facts.frames
    return begins + [
        b
        for b in bindings
        if b.assign is not None
        and b not in begins
        and all(at in around or kinds[at].kind not in BRANCHES for at in table.frames(b.assign.frame))
    ]


def _goes_on(table: Table, name: str, expr: Expr) -> bool:
    """Whether a value adds to what a name holds: ``orders = orders.filter(...).distinct()``, ``orders = orders[:limit]``."""
    if type(expr) is list and expr[:1] == ["if"]:
        return all(part == name or _goes_on(table, name, part) for part in expr[2:])
    if type(expr) is list and expr[:1] == ["sub"]:
        return bool(expr[1] == name) or _goes_on(table, name, expr[1])
    number = call_number(expr)
    for _ in range(LINKS):
        if number is None:
            return False
        record = table.facts.calls[number]
        receiver = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
        if name in (receiver, *record.args):
            return True
        number = call_number(receiver)
    return False


def starts_at_attribute(table: Table, scope: int, expr: Expr, hops: int = 3) -> bool:
    """Whether a chain of calls begins at an attribute of a class, ``Order.objects``, here or where its name is bound."""
    for _ in range(LINKS):
        number = call_number(expr)
        if number is None:
            break
        callee = table.facts.calls[number].callee
        expr = callee.rpartition(".")[0] if type(callee) is str else None
    name = dotted(expr) or ""
    if "." in name:
        return name.rpartition(".")[0].rpartition(".")[2][:1].isupper()
    values = [b.assign.value for b in table.lookup(scope, name) if b.assign is not None] if hops and name else []
    return any(starts_at_attribute(table, scope, value, hops - 1) for value in values if value != expr)


def gives_none(table: Table, expr: Expr) -> bool:
    """Whether an expression is rows of which there are none: ``Order.objects.none()``."""
    number = call_number(expr)
    return number is not None and str(table.facts.calls[number].callee).endswith(".none")
