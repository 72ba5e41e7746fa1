"""Which assignments of a local variable a call may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..facts.records import Assign, Call, Exit, Expr
    from .tables import Table

Side = tuple[int, str, bool]
"""One side of a test: the frame around it, the test, and whether it holds."""


class Point(NamedTuple):
    """A place in a function that sees assignments."""

    after: int
    """Number of calls before it in the file."""
    frame: int
    assigns: int = 1 << 30
    """Place in the file's list of assignments that it sees none from."""

    @classmethod
    def of_call(cls, call: Call, ordinal: int) -> Point:
        """Where the n-th call of a file stands."""
        return cls(ordinal, call.frame)

    @classmethod
    def of_exit(cls, exit_: Exit) -> Point:
        """Where a function is left."""
        return cls(exit_.after, exit_.frame)


def reaching(table: Table, scope: int, name: str, at: Point) -> list[tuple[Assign, Point]]:
    """The assignments of a name in a scope that a place may see, last first, each with where it stands itself.

    An assignment on every way to the call hides those before it; one in a branch that excludes the call, or that leaves,
    is none. Loops are taken to be run once.
    """
    places = [place for place in table.assigns_in.get(scope, ()) if table.facts.assigns[place].target == name]
    if not places:
        return []
    around = table.frames(at.frame)
    taken = {side for frame in around for side in [_side(table, frame)] if side is not None}
    seen: set[Side] = set()
    found: list[tuple[Assign, Point]] = []
    for place in reversed(places):
        assign = table.facts.assigns[place]
        if assign.kind == ":" or assign.after > at.after or place >= at.assigns:
            continue
        if _excluded(table, assign.frame, taken):
            continue
        found.append((assign, Point(assign.after, assign.frame, place)))
        if _hides(table, assign.frame, around, seen):
            break
    return found


def _side(table: Table, frame: int) -> Side | None:
    """The side of a test that a frame is; an ``after`` frame is the one on which nothing left."""
    record = table.facts.frames[frame]
    if record.kind in ("if", "else"):
        return record.parent, str(record.test), record.kind == "if"
    if record.kind == "after":
        test: Expr = record.test
        if type(test) is list and len(test) == 2 and test[0] == "not":
            return record.parent, str(test[1]), False
        return record.parent, str(test), True
    return None


def _excluded(table: Table, frame: int, taken: set[Side]) -> bool:
    """Whether whoever runs a frame is not on the way that takes these sides."""
    sides = (_side(table, at) for at in table.frames(frame))
    return any(side is not None and (side[0], side[1], not side[2]) in taken for side in sides)


def _hides(table: Table, frame: int, around: list[int], seen: set[Side]) -> bool:
    """Whether every way to the call runs a frame, or the other sides that were seen."""
    while frame and frame not in around:
        record = table.facts.frames[frame]
        if record.kind in ("if", "else"):
            side = (record.parent, str(record.test), record.kind == "if")
            if (side[0], side[1], not side[2]) not in seen:
                seen.add(side)
                return False
        elif record.kind not in ("after", "with"):
            return False
        frame = record.parent
    return True
