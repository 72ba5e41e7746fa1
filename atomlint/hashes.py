"""Which files changed since an earlier run: by size, mtime, ctime and inode, otherwise by content.

A file whose timestamps lie within two seconds of the moment it was read (or in the future) could change again without
showing it, so it is read again next time. What a run is keyed by is contents alone: files that were only touched, as
pre-commit's stash does, leave the key as it was.
"""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from .listing import FileEntry
from .report import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .cache import NullCache
    from .workspace import Workspace

RACY = 2_000_000_000
"""Nanoseconds: the coarsest timestamps in use are FAT's, two seconds apart."""
SIZE = 16
"""Bytes of a content hash."""
_KIND = "hashes"
_NONE = b"\0" * SIZE


class _Known(msgspec.Struct, frozen=True, array_like=True):
    """What was learnt of a file: its content hash, and whether its timestamps are to be trusted from then on."""

    entry: FileEntry
    digest: bytes
    settled: bool


class _Quick(msgspec.Struct, frozen=True, array_like=True):
    """The key of a state of the worktree in which every file is settled."""

    state: bytes
    key: str


class Hashes:
    """Content hashes of a project's files, kept from run to run; only what may have changed is read.

    Lives as long as its process: call `key` again with every new workspace.
    """

    def __init__(self, cache: NullCache) -> None:
        self._cache = cache
        self._known: dict[str, _Known] | None = None
        self._quick: _Quick | None = None
        self._workspace: Workspace | None = None
        self._unsaved = False
        self.troubles: list[Trouble] = []
        """Files that the last `key` could not read; they are tried again every time."""
        self.read = 0
        """How many files the last `key` read."""

    def key(self, workspace: Workspace, seen: Callable[[str, bytes], None] | None = None) -> str:
        """The digest of all paths and contents (the overlay's before the disk's), and of what could not be looked at.

        ``seen`` is given the path and bytes of every file that had to be read, so that nobody reads it again.
        """
        self._workspace, self.troubles, self.read = workspace, [], 0
        state = b"" if workspace.overlay else _state(workspace)
        quick = self._quick or self._load_quick()
        if quick is not None and quick.state == state:
            self._quick = quick
            return quick.key
        self._read(workspace, seen)
        known = self._table()
        overlay = {path: _digest(data) for path, data in workspace.overlay.items()}
        digests = [overlay.get(path) or (known[path].digest if path in known else _NONE) for path in workspace.files]
        paths = "\0".join(workspace.files).encode("utf-8", "surrogateescape")
        key = _digest(paths, b"\0\0", *digests, _said([*workspace.troubles, *self.troubles]), _others(workspace)).hex()
        if state and not self.troubles and all(known[path].settled for path in workspace.files):
            self._quick, self._unsaved = _Quick(state, key), True
        return key

    def of(self, path: str) -> bytes | None:
        """The content hash of a file of the last `key`'s workspace; None when it could not be read."""
        workspace = self._workspace
        if workspace is None or path not in workspace.files:
            return None
        data = workspace.overlay.get(path)
        if data is not None:
            return _digest(data)
        known = self._table().get(path)
        if known is None or known.entry != workspace.files[path]:
            return self._learn(workspace, workspace.files[path], None)
        return known.digest

    def save(self) -> None:
        """Leave what was learnt to the next run."""
        workspace = self._workspace
        if not self._unsaved or workspace is None:
            return
        table = self._table()
        # Names that are no UTF-8 cannot be written and are read again.
        kept = [table[path] for path in workspace.files if path in table and _is_text(path)]
        items = {"table": msgspec.msgpack.encode(kept)}
        if self._quick is not None:
            items["quick"] = msgspec.msgpack.encode(self._quick)
        self._cache.put_many(_KIND, items)
        self._unsaved = False

    def _read(self, workspace: Workspace, seen: Callable[[str, bytes], None] | None) -> None:
        known, overlay = self._table(), workspace.overlay
        for path, entry in workspace.files.items():
            if path not in overlay:
                before = known.get(path)
                if before is None or not before.settled or before.entry != entry:
                    self._learn(workspace, entry, seen)

    def _learn(self, workspace: Workspace, entry: FileEntry, seen: Callable[[str, bytes], None] | None) -> bytes | None:
        now = time.time_ns()
        data = workspace.read(entry)
        table = self._table()
        self._unsaved = True
        if isinstance(data, Trouble):
            table.pop(entry.path, None)
            if data not in self.troubles:
                self.troubles.append(data)
            return None
        self.read += 1
        digest = _digest(data)
        table[entry.path] = _Known(entry, digest, now - max(entry.mtime_ns, entry.ctime_ns) >= RACY)
        if seen is not None:
            seen(entry.path, data)
        return digest

    def _load_quick(self) -> _Quick | None:
        stored = self._cache.get(_KIND, "quick")
        try:
            return None if stored is None else msgspec.msgpack.decode(stored, type=_Quick)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def _table(self) -> dict[str, _Known]:
        if self._known is None:
            stored = self._cache.get(_KIND, "table")
            try:
                rows = [] if stored is None else msgspec.msgpack.decode(stored, type=list[_Known])
            except (msgspec.DecodeError, UnicodeDecodeError):
                rows = []
            self._known = {row.entry.path: row for row in rows}
        return self._known


def signature(workspace: Workspace, hashes: Hashes | None = None) -> str:
    """What a workspace is keyed by: equal for equal paths and contents, whatever their timestamps."""
    from .cache import NullCache

    return (hashes or Hashes(NullCache())).key(workspace)


def _digest(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=SIZE)
    for part in parts:
        digest.update(part)
    return digest.digest()


def _state(workspace: Workspace) -> bytes:
    """What `stat` says of all files together, and what it could not say."""
    files = list(workspace.files.values())
    try:
        entries = msgspec.msgpack.encode(files)
    except UnicodeEncodeError:
        entries = repr(files).encode()
    return _digest(entries, _said(workspace.troubles), _others(workspace))


def _others(workspace: Workspace) -> bytes:
    """The names of files of every kind, which texts may name, and what the project ignores."""
    names = "\0".join(workspace.names).encode("utf-8", "surrogateescape")
    return _digest(names, *(part for path, data in workspace.ignores.items() for part in (path.encode(), data)))


def _said(troubles: Iterable[Trouble]) -> bytes:
    return repr(sorted(troubles)).encode() if troubles else b""


def _is_text(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
