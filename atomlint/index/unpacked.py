"""Parts of what a call of the project's own functions gives: ``rows, total = list_orders(page)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import call_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .linker import Linker
    from .tables import Table


def unpacked(linker: Linker, table: Table, expr: Expr) -> Iterator[tuple[Table, int, Expr]]:
    """What stands at a place of the tuples that a call returns, each with its file and function; nothing for other values."""
    if type(expr) is not list or expr[:1] != ["sub"] or len(expr) != 3:
        return
    number, place = call_number(expr[1]), str(expr[2])
    if number is None or place[:1] != "#" or not place[1:].isdecimal():
        return
    at = int(place[1:]) + 1
    for value in linker.values.callee(table.path, number):
        if value.kind != "def":
            continue
        inner = linker.table(value.place)
        for exit_ in inner.exits.get(value.scope, ()):
            given = exit_.value
            if exit_.kind == "return" and type(given) is list and given[:1] == ["[]"] and len(given) > at:
                yield inner, value.scope, given[at]
