"""Which fixes can be made together: chosen in output order, whole or not at all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING

from .finding import Edit, Fix, Position

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from .finding import Finding


def plan(findings: Iterable[Finding], *, unsafe: bool, barred: Collection[str] = ()) -> dict[str, list[Fix]]:
    """Fixes that can be made together, by every path that they touch; suppressed and baselined findings have none.

    Findings are served in output order, each with its first fix that is safe (or any, with ``unsafe``). A fix that
    overlaps one accepted before, or touches a ``barred`` path, is left out as a whole, also across files.
    """
    accepted: dict[Fix, Fix] = {}
    taken = _Taken()
    for finding in sorted(findings, key=lambda f: f.order):
        if finding.suppressed is not None or finding.baselined:
            continue
        fix = next((fix for fix in finding.fixes if fix.edits and (unsafe or fix.applicability == "safe")), None)
        if fix is None or any(edit.span.path in barred for edit in fix.edits):
            continue
        # The same repair of two findings is made once; a title says nothing about what it does.
        key = Fix("", "safe", fix.edits)
        if key not in accepted and taken.take(fix.edits):
            accepted[key] = fix
    by_path: dict[str, list[Fix]] = {}
    for fix in accepted.values():
        for path in sorted({edit.span.path for edit in fix.edits}):
            by_path.setdefault(path, []).append(fix)
    return dict(sorted(by_path.items()))


class _Taken:
    """What accepted fixes replace and where they insert, so that a new fix needs to look at its neighbours only."""

    def __init__(self) -> None:
        self.edits: set[Edit] = set()
        self.replaced: dict[str, list[tuple[Position, Position]]] = {}
        self.inserted: dict[str, list[Position]] = {}

    def take(self, edits: Sequence[Edit]) -> bool:
        """Accept all edits, or none."""
        trial: list[Edit] = []
        for edit in dict.fromkeys(edits):
            if edit in self.edits and self._merges(edit):
                continue
            if edit in self.edits or not self._free(edit) or any(_overlap(edit, other) for other in trial):
                return False
            trial.append(edit)
        for edit in trial:
            self.edits.add(edit)
            path, start, end = edit.span.path, edit.span.start, edit.span.end
            if start == end:
                insort(self.inserted.setdefault(path, []), start)
            else:
                insort(self.replaced.setdefault(path, []), (start, end))
        return True

    @staticmethod
    def _merges(edit: Edit) -> bool:
        """Two fixes may ask for one import line; but two closing brackets at one place are two, so one fix waits."""
        return edit.span.start != edit.span.end or "\n" in edit.text

    def _free(self, edit: Edit) -> bool:
        start, end = edit.span.start, edit.span.end
        if end < start:
            return False
        replaced = self.replaced.get(edit.span.path, [])
        at = bisect_left(replaced, (start, end))
        near = [*replaced[max(at - 1, 0) : at + 1]]
        if any(_crosses(start, end, other, stop) for other, stop in near):
            return False
        inserted = self.inserted.get(edit.span.path, [])
        return start == end or bisect_right(inserted, start) >= bisect_left(inserted, end)


def _crosses(start: Position, end: Position, other: Position, stop: Position) -> bool:
    """Whether two stretches share a character, or one inserts strictly inside the other."""
    if start == end and other == stop:
        return False
    return start < stop and other < end


def _overlap(one: Edit, other: Edit) -> bool:
    same = one.span.path == other.span.path
    return same and _crosses(one.span.start, one.span.end, other.span.start, other.span.end)
