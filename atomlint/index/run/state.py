"""What branches change: every write to a variable, attribute or element can be taken back and joined with another's."""

from __future__ import annotations

from typing import Any

from .objects import NOTHING, Set, join

Key = tuple[int, Any]
Delta = dict[Key, tuple[dict[Any, Any], Any]]
"""Values by cell: the mapping that holds it, and what it holds."""
MISSING: Any = object()


class State:
    """Writes cells (entries of mappings) and remembers what they held before, by open branch."""

    def __init__(self) -> None:
        self.journals: list[Delta] = []

    def write(self, holder: dict[Any, Any], key: Any, value: Any) -> None:
        """Put a value into a cell."""
        if self.journals:
            journal = self.journals[-1]
            cell = (id(holder), key)
            if cell not in journal:
                journal[cell] = (holder, holder.get(key, MISSING))
        if value is MISSING:
            holder.pop(key, None)
        else:
            holder[key] = value

    def add(self, holder: dict[Any, Set], key: Any, value: Set) -> None:
        """Let a cell also hold what it may hold now."""
        old = holder.get(key)
        new = value if old is None else join((old, value))
        if new != old:
            self.write(holder, key, new)

    def begin(self) -> None:
        """Open a branch."""
        self.journals.append({})

    def commit(self) -> Delta:
        """Close the branch; what it did stays done. Returns what the cells held before."""
        journal = self.journals.pop()
        if self.journals:
            outer = self.journals[-1]
            for cell, before in journal.items():
                outer.setdefault(cell, before)
        return journal

    def undo(self) -> Delta:
        """Close the branch and take back what it did. Returns what the cells held at its end."""
        journal = self.journals.pop()
        after: Delta = {}
        for (_, key), (holder, old) in journal.items():
            after[id(holder), key] = (holder, holder.get(key, MISSING))
            if old is MISSING:
                holder.pop(key, None)
            else:
                holder[key] = old
        return after

    def merge(self, *deltas: Delta) -> None:
        """Continue from any of the ends of branches; each began at the present state."""
        cells: Delta = {}
        for delta in deltas:
            for cell, (holder, _) in delta.items():
                cells[cell] = (holder, None)
        for cell, (holder, _) in cells.items():
            now = holder.get(cell[1], MISSING)
            ends = [delta[cell][1] if cell in delta else now for delta in deltas]
            self.write(holder, cell[1], either(ends))

    def weaken(self, delta: Delta) -> None:
        """Cells may also hold what they hold in ``delta``."""
        for cell, (holder, value) in delta.items():
            if value is not MISSING:
                self.write(holder, cell[1], either([holder.get(cell[1], MISSING), value]))


def either(ends: list[Any]) -> Any:
    """What a cell holds that holds one of the ends."""
    known = [end for end in ends if end is not MISSING]
    if not known:
        return MISSING
    if all(isinstance(end, tuple) for end in known):
        return join(known) if known else NOTHING
    return known[0] if all(end == known[0] for end in known) else None
