"""What loops ask of one file again and again, made once: statements that leave them, targets, collections that grow."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from ..facts.records import Assign, Call
    from .tables import Table

LOOPS = frozenset({"for", "while", "comp"})
GROWERS = frozenset({"append", "extend", "add", "insert", "update", "setdefault", "appendleft", "union"})


class Leaver(NamedTuple):
    """A statement that leaves a block."""

    frame: int
    after: int
    """Number of calls before it in the file."""
    how: str
    """``break``, ``return`` or ``raise``."""


class LoopTable:
    """Look-ups by loop over the facts of one file."""

    def __init__(self, table: Table) -> None:
        self.table = table

    @cached_property
    def leavers(self) -> dict[int, list[Leaver]]:
        """Statements that stand inside of a loop and leave it, by the loop's frame; a ``break`` leaves the innermost."""
        found: dict[int, list[Leaver]] = defaultdict(list)
        facts = self.table.facts
        all_of_them = [Leaver(e.frame, e.after, e.kind) for e in facts.exits if e.kind in ("return", "raise")]
        all_of_them += [Leaver(frame, after, "break") for frame, after in facts.breaks]
        for leaver in all_of_them:
            for frame in self.table.frames(leaver.frame):
                kind = facts.frames[frame].kind
                if kind not in LOOPS or (leaver.how == "break" and kind == "comp"):
                    continue
                found[frame].append(leaver)
                if leaver.how == "break":
                    break
        return found

    @cached_property
    def skipped(self) -> frozenset[int]:
        """Frames in whose block something leaves under a condition."""
        return frozenset(frame.parent for frame in self.table.facts.frames if frame.kind == "after")

    @cached_property
    def handled(self) -> frozenset[int]:
        """Frames in whose block an error handler stands, straight or below ``with`` and what follows a condition."""
        frames = self.table.facts.frames
        found = set()
        for entry in frames:
            if entry.kind == "except":
                at = entry.parent
                found.add(at)
                while at and frames[at].kind in ("with", "after"):
                    at = frames[at].parent
                    found.add(at)
        return frozenset(found)

    @cached_property
    def targets(self) -> dict[int, list[Assign]]:
        """What loops bind, by the frame that the binding stands in."""
        found: dict[int, list[Assign]] = defaultdict(list)
        for assign in self.table.facts.assigns:
            if assign.kind == "for":
                found[assign.frame].append(assign)
        return found

    @cached_property
    def shortened(self) -> dict[int, list[Call]]:
        """Calls of ``any``, ``all`` and ``next`` on a comprehension, by their frame."""
        found: dict[int, list[Call]] = defaultdict(list)
        for call in self.table.facts.calls:
            if call.callee in ("any", "all", "next") and call.args and type(call.args[0]) is list:
                found[call.frame].append(call)
        return found

    @cached_property
    def growing(self) -> frozenset[str]:
        """Last names of the collections that something in the file adds to."""
        names = set()
        for call in self.table.facts.calls:
            receiver, _, method = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
            if method in GROWERS and receiver:
                names.add(receiver.rpartition(".")[2])
        for assign in self.table.facts.assigns:
            if assign.kind == "+=" and type(assign.target) is str:
                names.add(assign.target.rpartition(".")[2])
            elif type(assign.target) is list and assign.target[:1] == ["sub"] and type(assign.target[1]) is str:
                names.add(assign.target[1])
        return frozenset(names)
