"""Answers that are kept, and the cycles between them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from .value import Values

from .value import NOTHING

END = 1 << 30
"""Deeper than any evaluation."""
DEEP = 600
"""Questions that may wait for each other: what lies behind is not known. Each takes six or seven frames of the stack."""
FRAMES = 6000
"""Frames that such a chain may take: Python allows 1,000 at first, which real projects exceed."""


class Answers:
    """What was evaluated before, by key."""

    def __init__(self) -> None:
        self.kept: dict[Hashable, Values] = {}
        self._provisional: dict[Hashable, tuple[Values, int]] = {}
        self._order: list[Hashable] = []
        self._depths: dict[Hashable, int] = {}
        self._lowest = END

    def keep(self, key: Hashable, make: Callable[[], Values]) -> Values:
        """The answer for a key. In a cycle, what is found before the cycle closes is provisional and not kept beyond it."""
        early = self._provisional.get(key) if self._provisional else None
        if early is not None:
            self._lowest = min(self._lowest, early[1])
            return early[0]
        depth = self._depths.get(key)
        if depth is not None:
            self._lowest = min(self._lowest, depth)
            return NOTHING
        if len(self._depths) >= DEEP:
            self._lowest = 0  # only the answer to the first question is kept
            return NOTHING
        if self._depths:
            return self._make(key, make)
        usual = sys.getrecursionlimit()
        sys.setrecursionlimit(max(usual, FRAMES))
        try:
            return self._make(key, make)
        finally:
            sys.setrecursionlimit(usual)

    def _make(self, key: Hashable, make: Callable[[], Values]) -> Values:
        outer, self._lowest = self._lowest, END
        depth = len(self._depths)
        self._depths[key] = depth
        mark = len(self._order)
        try:
            values = make()
        finally:
            del self._depths[key]
            lowest, self._lowest = self._lowest, outer
        if lowest < depth:
            self._provisional[key] = (values, lowest)
            self._order.append(key)
            self._lowest = min(outer, lowest)
            return values
        while len(self._order) > mark:
            del self._provisional[self._order.pop()]
        self.kept[key] = values
        return values
