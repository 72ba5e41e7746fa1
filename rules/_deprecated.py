"""Routes that are called deprecated: those who ask them are told to stop, and nobody mends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.entries import Entry
    from atomlint.index.tables import Table

    Expr = Any

NAMES = frozenset({"deprecated", "deprecate", "deprecation"})


def is_deprecated(index: Index, entry: Entry) -> bool:
    """Whether a route says so: ``@app.get("/old", deprecated=True)``, or a decorator of the handler or of its class."""
    if entry.call >= 0 and _is_marked(index.table(entry.path), f"@{entry.call}"):
        return True
    table = index.table(entry.function.place)
    return any(_is_marked(table, decorator) for decorator in _decorators(table, entry.function.scope))


def _decorators(table: Table, scope: int) -> Iterator[Expr]:
    scopes = table.facts.scopes
    yield from scopes[scope].decorators
    if scopes[scopes[scope].parent].kind == "class":
        yield from scopes[scopes[scope].parent].decorators


def _is_marked(table: Table, expr: Expr) -> bool:
    if type(expr) is str and expr[:1] == "@" and expr[1:].isdecimal():
        record = table.facts.calls[int(expr[1:])]
        if dict(record.keywords).get("deprecated") == "#True":
            return True
        expr = record.callee
    return (dotted(expr) or "").rpartition(".")[2].lower() in NAMES
