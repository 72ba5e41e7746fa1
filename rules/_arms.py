"""Calls that stand where an expression may not go: behind ``or``, ``and``, and in the arms of a conditional expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Index
    from atomlint.index.tables import Table


def short_circuited(call: Call) -> bool:
    """Whether a call stands where an ``or``, ``and`` or a conditional expression may not go."""
    return call.ordinal in arms(call.index, call.path)


def arms(index: Index, path: str) -> frozenset[int]:
    """Calls of a file that `short_circuited` is true of, by ordinal."""
    found: frozenset[int] = index.keep(("short-circuited", path), lambda: frozenset(_arms(index.table(path))))
    return found


def _arms(table: Table) -> Iterator[int]:
    facts = table.facts
    for _, expr in table.compounds:
        for item in inside(expr):
            if type(item) is not list or not item:
                continue
            arms = item[2:] if item[0] in ("or", "and", "if") else ()
            stack = [part for arm in arms for part in inside(arm)]
            while stack:
                part = stack.pop()
                if type(part) is str and part[:1] == "@":
                    ordinal = int(part[1:].partition(".")[0])
                    yield ordinal
                    record = facts.calls[ordinal]
                    for value in (record.callee, *record.args, *(v for _, v in record.keywords)):
                        stack += inside(value)
