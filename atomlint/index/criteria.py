"""What the conditions of a query say of its rows: columns that are compared, keys that are given, what is to be empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .effects import compared
from .tables import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .tables import Table

KEYS = ("id", "pk")


def compared_names(arg: Expr) -> list[str]:
    """Attributes that an expression compares for equality, whatever class they are of."""
    if type(arg) is not list or not arg:
        return []
    if arg[0] == "cmp":
        sides = (name for side in (arg[1], arg[-1]) if (name := dotted(side)))
        heads = {name.rpartition(".")[0].rpartition(".")[2] for name in sides}
        return [name for head in heads if head for name in compared(arg, head)]
    return [name for part in arg[1:] for name in compared_names(part)]


def keyed(arg: Expr) -> Iterator[str]:
    """Classes whose key an expression compares with one value: ``Visit.id == visit_id``, alone or in a conjunction."""
    if type(arg) is not list or not arg:
        return
    if arg[0] == "cmp" and arg[2] == "==":
        columns = [name for side in (arg[1], arg[3]) if (name := dotted(side)) and of_class(name)]
        if len(columns) == 1 and of_class(columns[0]) in KEYS:  # of two columns a join is made
            yield columns[0].rpartition(".")[0].rpartition(".")[2]
    elif arg[0] == "and":
        for part in arg[1:]:
            yield from keyed(part)


def missing(table: Table, arg: Expr) -> set[str]:
    """The attribute that ``Number.service_id.is_(None)`` asks to be empty."""
    if type(arg) is not str or arg[:1] != "@" or "." in arg:
        return set()
    record = table.facts.calls[int(arg[1:])]
    name, _, method = record.callee.rpartition(".") if type(record.callee) is str else ("", "", "")
    return {name.rpartition(".")[2]} if method == "is_" and record.args[:1] == ["#None"] and "." in name else set()


def of_class(arg: Expr) -> str:
    """The attribute that ``Post.author`` names; empty for a variable, which may be any."""
    owner, _, attribute = (dotted(arg) or "").rpartition(".")
    return attribute if owner.rpartition(".")[2][:1].isupper() or owner in ("cls", "self.model", "model") else ""
