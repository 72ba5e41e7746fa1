"""What earlier runs found out: one SQLite file a project, outside of it.

A cache never stops a run: one that cannot be read or written answers None and says why once, in ``notes``. Values are
bytes that the caller encodes; nothing here is ever executed or unpickled.
"""

from __future__ import annotations

import os
import sys
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .database import Database, pragma, transaction, vacuum

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from typing_extensions import Self

K = TypeVar("K", bytes, str)

LIMIT = 256 * 1024 * 1024
"""Bytes of the file beyond which the least recently used rows go."""
DAY = 24 * 60 * 60
OTHERS = 7 * DAY
"""Seconds after which rows of another version go: two environments that take turns both stay warm."""

CHECK = 4
"""Bytes in front of a value that say whether it is still what was written."""
_FILE = "cache.sqlite"
_SCHEMA = 1
_CREATE = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    version BLOB NOT NULL,
    kind TEXT NOT NULL,
    key BLOB NOT NULL,
    used INTEGER NOT NULL,
    value BLOB NOT NULL,
    UNIQUE (version, kind, key)
)
"""
_PUT = "INSERT OR REPLACE INTO entry (version, kind, key, used, value) VALUES (?, ?, ?, ?, ?)"


def directory(
    root: str | os.PathLike[str], environ: Mapping[str, str] = os.environ, platform: str = sys.platform
) -> Path | None:
    """Where the project that begins at ``root`` keeps its cache; None on a machine that has no place for caches.

    ``$ATOMLINT_CACHE_DIR`` (relative to the root), else the platform's directory for caches.
    """
    real = os.path.realpath(root)
    base = _base(real, environ, platform)
    return base and base / blake2b(os.fsencode(os.path.normcase(real)), digest_size=8).hexdigest()


def _base(root: str, environ: Mapping[str, str], platform: str) -> Path | None:
    if named := environ.get("ATOMLINT_CACHE_DIR"):
        return Path(root, named)
    if platform == "win32":
        return Path(environ["LOCALAPPDATA"], "atomlint") if environ.get("LOCALAPPDATA") else None
    # The XDG specification has relative paths ignored.
    if platform != "darwin" and os.path.isabs(environ.get("XDG_CACHE_HOME", "")):  # noqa: PTH117
        return Path(environ["XDG_CACHE_HOME"], "atomlint")
    home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111
    if not os.path.isabs(home):  # noqa: PTH117
        return None
    return Path(home, "Library/Caches" if platform == "darwin" else ".cache", "atomlint")


class NullCache:
    """A cache that remembers nothing (``--no-cache``), and the interface of the one that does.

    Keys are bytes or text, and belong to a kind.
    """

    path: Path | None = None
    keeps = False
    """Whether anything is left to later runs: else nobody needs to know what files hold but who reads them."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        """Lines for the user about a cache that does not work."""

    def get(self, kind: str, key: bytes | str) -> bytes | None:  # noqa: ARG002
        """The value of a key, or None."""
        return None

    def get_many(self, kind: str, keys: Iterable[K]) -> dict[K, bytes]:  # noqa: ARG002
        """The values of those keys that have one."""
        return {}

    def put_many(self, kind: str, items: Mapping[str, bytes] | Mapping[bytes, bytes]) -> None:  # noqa: ARG002
        """Remember values, all of them or none."""
        return

    def size(self) -> int:
        """Bytes on disk."""
        return 0

    def clear(self) -> int:
        """Forget everything; the bytes that this freed."""
        return 0

    def close(self) -> None:
        """Give up what a run no longer needs, and the file."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Cache(NullCache):
    """The cache in a directory, as one version of atomlint, its packs and Python sees it.

    Several runs may use one directory at once. In a forked process it is empty.
    """

    keeps = True

    def __init__(self, place: Path, version: str, *, limit: int = LIMIT) -> None:
        super().__init__()
        self.path = place / _FILE
        self._file = Database(self.path, _CREATE, _SCHEMA, self.notes)
        self._version = blake2b(version.encode("utf-8", "surrogateescape"), digest_size=8).digest()
        self._limit = limit
        self._wrote = False
        self._old: set[int] = set()

    def get(self, kind: str, key: bytes | str) -> bytes | None:
        """The value of a key, or None."""
        return self.get_many(kind, [_bytes(key)]).get(_bytes(key))

    def get_many(self, kind: str, keys: Iterable[K]) -> dict[K, bytes]:
        """The values of those keys that have one."""
        by_bytes = {_bytes(key): key for key in keys}
        if not by_bytes:
            return {}
        none: dict[bytes, bytes] = {}
        found = self._file.do(lambda db: self._read(db, kind, list(by_bytes)), none)
        return {by_bytes[key]: value for key, value in found.items()}

    def _read(self, db: sqlite3.Connection, kind: str, keys: list[bytes]) -> dict[bytes, bytes]:
        before = int(time.time()) - DAY
        found: dict[bytes, bytes] = {}
        for at in range(0, len(keys), 500):  # older SQLite takes 999 parameters
            some = keys[at : at + 500]
            marks = ",".join("?" * len(some))
            query = f"SELECT id, key, used, value FROM entry WHERE version = ? AND kind = ? AND key IN ({marks})"
            for row, key, used, value in db.execute(query, (self._version, kind, *some)):
                if value[:CHECK] != _check(value[CHECK:]):
                    continue  # written by a dying machine, or flipped on a dying disk
                found[key] = value[CHECK:]
                if used < before:
                    self._old.add(row)
        return found

    def put_many(self, kind: str, items: Mapping[str, bytes] | Mapping[bytes, bytes]) -> None:
        """Remember values, all of them or none."""
        now = int(time.time())
        rows = [(self._version, kind, _bytes(key), now, _check(value) + value) for key, value in items.items()]

        def write(db: sqlite3.Connection) -> None:
            with transaction(db):
                db.executemany(_PUT, rows)
            self._wrote = True

        if rows:
            self._file.do(write, None)

    def size(self) -> int:
        """Bytes on disk."""
        return self._file.size()

    def clear(self) -> int:
        """Forget everything; the bytes that this freed. Another run that uses the file keeps a working, empty one."""
        before = self._file.size()
        if before:
            self._file.remove("DELETE FROM entry")
        return before - self._file.size()

    def close(self) -> None:
        """Give up what a run no longer needs, and the file."""
        if self._wrote or self._old:
            self._file.do(self._tidy, None, quiet=True)
        self._file.close()

    def _tidy(self, db: sqlite3.Connection) -> None:
        now = int(time.time())
        with transaction(db):
            db.executemany("UPDATE entry SET used = ? WHERE id = ?", [(now, row) for row in self._old])
            others = "SELECT min(version) <> ? OR max(version) <> ? FROM entry"
            if db.execute(others, (self._version, self._version)).fetchone()[0]:
                db.execute("DELETE FROM entry WHERE version <> ? AND used < ?", (self._version, now - OTHERS))
            self._trim(db)
        if pragma(db, "freelist_count") > pragma(db, "page_count") // 8:
            vacuum(db)
        self._old, self._wrote = set(), False

    def _trim(self, db: sqlite3.Connection) -> None:
        pages = pragma(db, "page_count") - pragma(db, "freelist_count")
        excess = pages * pragma(db, "page_size") - self._limit
        if excess <= 0:
            return
        excess += self._limit // 4  # so that not every run has something to drop
        victims = []
        for row, size in db.execute("SELECT id, length(key) + length(value) + 64 FROM entry ORDER BY used, id"):
            victims.append((row,))
            excess -= size
            if excess <= 0:
                break
        db.executemany("DELETE FROM entry WHERE id = ?", victims)


def open_cache(root: str | os.PathLike[str], version: str, *, enabled: bool = True, limit: int = LIMIT) -> NullCache:
    """The cache of the project that begins at ``root``; touches no file before it is asked something.

    Args:
        root: where the project begins.
        version: everything that a value's meaning depends on beside its key: atomlint's, the packs', Python's version.
        enabled: False for a run that neither reads nor writes one.
        limit: bytes that the file may keep.
    """
    place = directory(root) if enabled else None
    if place is not None:
        return Cache(place, version, limit=limit)
    cache = NullCache()
    if enabled:
        cache.notes.append("running without a cache (no home directory): set ATOMLINT_CACHE_DIR to keep one")
    return cache


def _check(value: bytes) -> bytes:
    from zlib import crc32

    return crc32(value).to_bytes(CHECK, "big")


def _bytes(key: bytes | str) -> bytes:
    return key.encode("utf-8", "surrogateescape") if isinstance(key, str) else key
