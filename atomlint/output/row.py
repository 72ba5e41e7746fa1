"""One source line laid out for a terminal: escapes and tabs expanded, long lines clipped around what matters."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .text import harmless, width

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 110
"""Terminal columns of code that a frame shows of one line."""
LEAD = 30
"""Columns kept left of a span when the line's head is cut off."""
TAB = "    "
CUT = "..."


class Row(NamedTuple):
    """A laid-out line. ``edges[i]`` is the terminal column (from 0) of the shown character ``first + i``."""

    text: str
    first: int
    edges: Sequence[int]

    def column(self, index: int) -> int:
        """Terminal column of the character at an index (from 0) of the source line, clipped to what is shown."""
        return self.edges[min(max(index - self.first, 0), len(self.edges) - 1)]


def lay_out(line: str, start: int = 0, end: int = 0) -> Row:
    """The source line without its end as a row that shows the characters from ``start`` to ``end`` (indices from 0)."""
    first = _first_shown(line, start, end)
    shown = [CUT] if first else []
    edges = [len(CUT) if first else 0]
    for char in islice(line, first, None):
        cell = TAB if char == "\t" else harmless(char)
        edge = edges[-1] + width(cell)
        if edge > WIDTH:
            shown.append(CUT)
            break
        shown.append(cell)
        edges.append(edge)
    return Row("".join(shown).rstrip(), first, edges)


def withheld(reason: str) -> Row:
    """A row that shows a reason in place of the source line."""
    return Row(f"({reason})", 0, [0])


def _first_shown(line: str, start: int, end: int) -> int:
    """The index of the first character to show: 0 unless the line is long and the span lies far right."""
    needed = min(max(end, start + 1), start + WIDTH - LEAD)
    if needed <= WIDTH and sum(width(TAB if char == "\t" else harmless(char)) for char in line[:needed]) <= WIDTH:
        return 0
    return max(0, start - LEAD)
