"""An engine that lives as long as the editor: what comes of half-typed buffers stays in memory, and in bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ..cache import NullCache
from ..engine import Engine
from ..stamps import engine_stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..config import Settings
    from ..engine import Request
    from ..hashes import Hashes
    from ..report import Report

K = TypeVar("K", bytes, str)

FEW = 64
"""Results for more files than this are of a project seen for the first time, not of what is being typed."""
LIMIT = 16 * 1024 * 1024
"""Bytes of results that a project's layer keeps in memory."""
AGES = 16
"""New states of a project after which the facts of files that none of them needed are dropped."""


class Session(Engine):
    """The engine of a language server."""

    def __init__(self) -> None:
        super().__init__()
        self.registry.stamp()  # of what is loaded from now on, not of what may be installed over it meanwhile
        engine_stamp()
        self._layers: dict[str, Layer] = {}
        self._memo: Recent[bytes, Any] = Recent()

    def check(self, request: Request) -> Report:
        """See `Engine.check`; with an overlay, what was learnt of it is not left to other processes."""
        for layer in self._layers.values():
            layer.unsaved = bool(request.overlay)
        try:
            return super().check(request)
        finally:
            self._memo.age(AGES)

    def close(self) -> None:
        """See `Engine.close`."""
        super().close()
        self._layers.clear()

    def _cache(self, request: Request, settings: Settings) -> tuple[NullCache, Hashes]:
        cache, hashes = super()._cache(request, settings)
        place = str(settings.root)
        if place not in self._layers:
            self._layers[place] = Layer(cache, unsaved=bool(request.overlay))
        return self._layers[place], hashes


class Layer(NullCache):
    """Memory before a cache on disk. A few results of a run with unsaved content go no further than here."""

    keeps = True

    def __init__(self, behind: NullCache, *, unsaved: bool = False, limit: int = LIMIT) -> None:
        super().__init__()
        self._behind = behind
        self.notes = behind.notes
        self.path = behind.path
        self.unsaved = unsaved
        """Whether the present run has unsaved content."""
        self._limit = limit
        self._kept: Recent[tuple[str, bytes | str], bytes] = Recent()
        self._bytes = 0

    def get(self, kind: str, key: bytes | str) -> bytes | None:
        """See `NullCache.get`."""
        known = self._kept.get((kind, key))
        return self._behind.get(kind, key) if known is None else known

    def get_many(self, kind: str, keys: Iterable[K]) -> dict[K, bytes]:
        """See `NullCache.get_many`."""
        wanted = list(keys)
        found = {key: value for key in wanted if (value := self._kept.get((kind, key))) is not None}
        found.update(self._behind.get_many(kind, [key for key in wanted if key not in found]))
        return found

    def put_many(self, kind: str, items: Mapping[str, bytes] | Mapping[bytes, bytes]) -> None:
        """See `NullCache.put_many`."""
        if not self.unsaved or len(items) > FEW:
            self._behind.put_many(kind, items)
            return
        for key, value in items.items():
            self._bytes += len(value) - len(self._kept.get((kind, key), b""))
            self._kept[kind, key] = value
        while self._bytes > self._limit:
            self._bytes -= len(self._kept.drop())

    def size(self) -> int:
        """Bytes on disk."""
        return self._behind.size()

    def clear(self) -> int:
        """See `NullCache.clear`."""
        self._kept.clear()
        self._bytes = 0
        return self._behind.clear()

    def close(self) -> None:
        """See `NullCache.close`."""
        self._behind.close()


KT = TypeVar("KT")
VT = TypeVar("VT")


class Recent(dict[KT, VT]):
    """A dictionary in the order of last use."""

    def __init__(self) -> None:
        super().__init__()
        self._used: dict[KT, int] = {}
        self._now = 0
        self._grown = False

    def get(self, key: KT, default: Any = None) -> Any:
        """The value, which is now the last to be dropped."""
        if key not in self:
            return default
        value = self.pop(key)
        super().__setitem__(key, value)
        self._used[key] = self._now
        return value

    def __setitem__(self, key: KT, value: VT) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        self._used[key] = self._now
        self._grown = True

    def drop(self) -> VT:
        """Remove the value that was used longest ago, and return it."""
        key = next(iter(self))
        del self._used[key]
        return self.pop(key)

    def age(self, ages: int) -> None:
        """An age ends, if it has brought anything new: drop what none of the last ones used."""
        if self._grown:
            self._now, self._grown = self._now + 1, False
            while self and self._used[next(iter(self))] < self._now - ages:
                self.drop()

    def clear(self) -> None:
        """Drop everything."""
        super().clear()
        self._used.clear()
