"""Branches on the kind of a database: whether a place is only for SQLite, or only for another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import BRANCHES, atoms, condition, inside, references
from .tables import text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .tables import Table


def is_for_sqlite(table: Table, frame: int) -> bool:
    """Whether a frame lies in a branch that a test for SQLite guards."""
    return _told(table, frame, negated=False)


def is_for_others(table: Table, frame: int) -> bool:
    """Whether a frame lies in a branch that SQLite does not reach."""
    return _told(table, frame, negated=True)


def _told(table: Table, frame: int, *, negated: bool) -> bool:
    for number in table.frames(frame):
        entry = table.facts.frames[number]
        if entry.kind not in BRANCHES or entry.test is None:
            continue
        parts = list(atoms(condition(entry.kind, entry.test)))
        if len(parts) > 1 and entry.kind == "else":
            continue  # not (a and b) says nothing of a
        for atom, turned in parts:
            is_not = type(atom) is list and atom[:1] == ["cmp"] and atom[2:3] in (["!="], ["not in"], ["is not"])
            if mentions(table, atom, "sqlite") and (turned != is_not) == negated:
                return True
            if mentions(table, atom, "postgres") and (turned == is_not) == negated and negated:
                return True
    return False


def mentions(table: Table, atom: Expr, word: str) -> bool:
    """Whether a part of a test names a kind of database, in a text or in a name."""
    parts = [atom]
    for reference in references(atom):
        if word in reference.lower():
            return True
        if reference[:1] == "@" and len(reference) > 1:
            call = table.facts.calls[int(reference[1:].partition(".")[0])]
            parts += call.args
            if word in str(call.callee).lower():
                return True
    return any(word in (text_of(item) or "").lower() for part in parts for item in inside(part))
