"""For how long, and how much, what keeps answers keeps: ``TTLCache(1000, 30)``, ``lru_cache(maxsize=100)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .seconds import number
from .tables import call_number, dotted

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .linker import Linker
    from .tables import Table

LIFETIMES = ("ttl", "expire", "timeout", "expires", "ex", "expiration", "ttl_seconds")
"""Arguments that say for how many seconds."""
TIMED = "TTLCache"
SIZED = frozenset({TIMED, "TLRUCache", "LRUCache", "LFUCache", "FIFOCache", "RRCache", "lru_cache", "alru_cache"})
"""What is made for a number of entries, by the last part of its name."""
LEAST = 0.1
"""Seconds below which what is kept, or a gate that is closed, keeps next to nothing back."""


class Keeping:
    """Reads the arguments that caches are made with."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def lifetime(self, table: Table, call: int, depth: int = 2) -> float | None:
        """The seconds that a cache is made with; None when nothing says."""
        record = table.facts.calls[call]
        for name, value in record.keywords:
            if name in LIFETIMES:
                return number(self.linker, table.path, record.scope, value)
        if _last(record.callee) == TIMED and len(record.args) > 1:
            return number(self.linker, table.path, record.scope, record.args[1])
        inner = _handed(record) if depth else None
        return None if inner is None else self.lifetime(table, inner, depth - 1)

    def keeps_nothing(self, table: Table, call: int, depth: int = 2) -> bool:
        """Whether a cache is made for no entries, or for no time; other libraries than cachetools take 0 s for ever."""
        record = table.facts.calls[call]
        last = _last(record.callee)
        size = dict(record.keywords).get("maxsize", record.args[0] if record.args else None)
        if last in SIZED and number(self.linker, table.path, record.scope, size) == 0:
            return True
        seconds = self.lifetime(table, call, 0)
        if seconds is not None and (0 < seconds < LEAST or (seconds == 0 and last == TIMED)):
            return True
        inner = _handed(record) if depth else None
        return inner is not None and self.keeps_nothing(table, inner, depth - 1)


def _last(callee: Expr) -> str:
    return (dotted(callee) or "").rpartition(".")[2]


def _handed(record: Call) -> int | None:
    """The cache that another is made with: ``cached(TTLCache(1000, 30))``."""
    return call_number(record.args[0] if record.args else dict(record.keywords).get("cache"))
