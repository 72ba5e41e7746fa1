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
LIBRARIES = ("cachetools.", "functools.", "async_lru.")
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
        """Whether a cache is written to be made for no entries, or for no time. Other libraries take 0 for any number."""
        record = table.facts.calls[call]
        last, keywords = _last(record.callee), dict(record.keywords)
        if last in SIZED and self._is_of_those(table, call):
            if _written(keywords.get("maxsize", record.args[0] if record.args else None)) == 0:
                return True
            seconds = _written(keywords.get("ttl", record.args[1] if len(record.args) > 1 else None))
            if last == TIMED and seconds is not None and seconds < LEAST and "timer" not in keywords:
                return True
        inner = _handed(record) if depth else None
        return inner is not None and self.keeps_nothing(table, inner, depth - 1)

    def _is_of_those(self, table: Table, call: int) -> bool:
        """Whether what is called is of the libraries that are meant."""
        values = self.linker.evaluate(table.path, table.facts.calls[call].scope, table.facts.calls[call].callee)
        return bool(values) and all(value.kind == "ext" and value.place.startswith(LIBRARIES) for value in values)


def _written(expr: Expr) -> float | None:
    """A number that stands in the code."""
    try:
        return float(expr[1:]) if type(expr) is str and expr[:1] == "#" else None
    except ValueError:
        return None


def _last(callee: Expr) -> str:
    return (dotted(callee) or "").rpartition(".")[2]


def _handed(record: Call) -> int | None:
    """The cache that another is made with: ``cached(TTLCache(1000, 30))``."""
    return call_number(record.args[0] if record.args else dict(record.keywords).get("cache"))
