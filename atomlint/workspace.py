"""Which files, from where: the project's files, their bytes, and what the user named among them."""

from __future__ import annotations

import os
import stat
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .config.errors import printable
from .didyoumean import nearest
from .listing import Excluded, FileEntry, Listing, entry, find, relative, textual
from .report import Trouble, TroubleKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .tree import Tree

__all__ = ["LIMIT", "FileEntry", "Named", "Workspace", "name", "open_workspace"]

LIMIT = 20_000_000
"""Bytes of the largest file that is read."""

# On a FIFO that took a file's place, a plain open would wait for a writer for ever.
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class Workspace:
    """The files of one project as one run sees them; ``overlay`` (path to bytes) lies over the disk."""

    def __init__(
        self,
        root: Path,
        listing: Listing,
        *,
        excluded: Excluded,
        force_exclude: bool,
        overlay: Mapping[str, bytes],
        nested: Sequence[str],
        wanted: Callable[[str], bool],
    ) -> None:
        self.root = root
        self.files = listing.files
        """Every file of the project, by path, in the order of the paths."""
        self.how = listing.how
        """Who listed the files: ``git`` or a ``walk``."""
        self.troubles = listing.troubles
        """Directories and files that could not be looked at."""
        self.names = listing.names
        """Files of every kind, those of nested projects and excluded ones among them."""
        self.is_whole = listing.is_whole
        """Whether nothing above the root belongs to the same repository."""
        self.notes = listing.notes
        """What to tell the user that is no trouble."""
        self.overlay = overlay
        self.excluded = excluded
        self.force_exclude = force_exclude
        self.nested = tuple(directory.strip("/") + "/" for directory in nested)
        self.wanted = wanted
        self._prefix = str(root).rstrip("/\\") + "/"
        new = [path for path in overlay if path not in self.files and self._is_new(path)]
        self.add(FileEntry(path, len(overlay[path]), 0, 0, 0) for path in new)

    def _is_new(self, path: str) -> bool:
        """An overlaid file that is not on disk yet; one that is there and not listed is ignored or excluded."""
        elsewhere = path.startswith(self.nested) or self.excluded(path) or not self.wanted(path)
        return not elsewhere and not os.path.lexists(self._prefix + path)

    def add(self, entries: Iterable[FileEntry]) -> None:
        """Files that are looked at although the project's listing leaves them out."""
        more = {entry.path: entry for entry in entries}
        if more:
            merged = self.files | more
            self.files = {path: merged[path] for path in sorted(merged)}

    def without(self, nested: Sequence[str]) -> Workspace:
        """The same project less the files in these directories, which are projects of their own."""
        beyond = tuple(directory.strip("/") + "/" for directory in nested)
        files = {path: entry for path, entry in self.files.items() if not path.startswith(beyond)}
        return Workspace(
            self.root,
            Listing(files, self.how, self.troubles, self.notes, self.names, self.is_whole),
            excluded=self.excluded,
            force_exclude=self.force_exclude,
            overlay=self.overlay,
            nested=(*self.nested, *beyond),
            wanted=self.wanted,
        )

    @cached_property
    def ignores(self) -> dict[str, bytes]:
        """The contents of the project's ``.gitignore`` files by their paths; one that cannot be read is left out."""
        found = {name: self.read(name) for name in self.names if name == ".gitignore" or name.endswith("/.gitignore")}
        return {name: data for name, data in found.items() if isinstance(data, bytes)}

    @cached_property
    def tree(self) -> Tree:
        """What is there, of every kind."""
        from .tree import Tree

        return Tree([*self.names, *self.files], self.ignores, self)

    def read(self, file: FileEntry | str) -> bytes | Trouble:
        """The bytes of a file, from the overlay or from disk; what prevents it is a trouble."""
        path = file if isinstance(file, str) else file.path
        return read(self._prefix + path, path, self.overlay.get(path))


def read(place: str, path: str, data: bytes | None = None) -> bytes | Trouble:
    """The bytes of the file at a place, unless its content is given; what prevents it is a trouble of ``path``."""
    try:
        if data is None:
            data = _read(place, LIMIT)
    except (OSError, ValueError) as error:
        return Trouble("unreadable", path, getattr(error, "strerror", None) or str(error))
    if data is None:
        return Trouble("unreadable", path, "no longer a regular file")
    if len(data) > LIMIT:
        return Trouble("limit", path, f"larger than {LIMIT:,} bytes")
    return data


def open_workspace(
    root: Path,
    *,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    overlay: Mapping[str, bytes] | None = None,
    nested: Sequence[str] = (),
    wanted: Callable[[str], bool] = textual,
) -> Workspace:
    """List the project that begins at a directory.

    Args:
        root: where the project begins.
        exclude: gitignore patterns relative to the root.
        force_exclude: whether ``exclude`` also holds for files that the user names.
        overlay: bytes that stand for the disk's, by path relative to the root with ``/``: unsaved or staged content.
        nested: directories relative to the root where other projects begin.
        wanted: which paths are of interest; symlinks are judged by their own.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100
    excluded = Excluded(exclude)
    listing = find(str(root), excluded, wanted, nested)
    return Workspace(
        root,
        listing,
        excluded=excluded,
        force_exclude=force_exclude,
        overlay={} if overlay is None else overlay,
        nested=nested,
        wanted=wanted,
    )


def _read(path: str, limit: int) -> bytes | None:
    """At most one byte over the limit; None when the path is no regular file."""
    descriptor = os.open(path, _READ)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        chunks = []
        left = limit + 1
        # A large buffer that is cut to a small file leaves holes: a process that lives long grows by them.
        size = min(max(status.st_size + 1, 1 << 16), 1 << 24)
        while left > 0 and (chunk := os.read(descriptor, min(left, size))):
            chunks.append(chunk)
            left -= len(chunk)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)
    finally:
        os.close(descriptor)


@dataclass(frozen=True)
class Named:
    """What the user named, seen from one project."""

    files: frozenset[str]
    """Files of the workspace."""
    troubles: list[Trouble] = field(default_factory=list)
    """Paths that do not exist or cannot be looked at."""
    outside: list[str] = field(default_factory=list)
    """Paths, as given, that are no part of this project, or reach beyond it."""
    skipped: list[str] = field(default_factory=list)
    """Paths, as given, that exist and hold nothing to look at: other kinds, excluded files, empty directories."""
    directories: frozenset[str] = field(default=frozenset(), compare=False)
    """Directories that were named, relative to the root with ``/``; empty for the root or one above it."""

    def covers(self, path: str) -> bool:
        """Whether a path was named, itself or through a directory above it."""
        if path in self.files or not self.directories:
            return path in self.files
        above = path
        while above:
            above = above.rpartition("/")[0]
            if above in self.directories:
                return True
        return path in self.directories


def name(workspace: Workspace, paths: Sequence[str], cwd: str | os.PathLike[str]) -> Named:
    """Find what the user named: files and directories, absolute or relative to ``cwd``, through any symlinks.

    A file that is ignored or excluded is looked at when it is named (unless ``force_exclude``): the workspace gains it.
    A directory above the root selects every file and is also ``outside``.
    """
    return _Naming(workspace, os.path.abspath(cwd)).all(paths)  # noqa: PTH100


class _Naming:
    def __init__(self, workspace: Workspace, cwd: str) -> None:
        self.workspace = workspace
        self.cwd = cwd
        self.root = os.path.realpath(workspace.root)
        self.order = list(workspace.files)
        self.files: set[str] = set()
        self.added: dict[str, FileEntry] = {}
        self.named = Named(frozenset())
        self.real: dict[str, str] = {}
        self.directories: set[str] = set()

    def all(self, paths: Sequence[str]) -> Named:
        for given in dict.fromkeys(paths):
            self.look(given)
        self.workspace.add(self.added.values())
        named = self.named
        directories = frozenset(self.directories)
        return Named(frozenset(self.files), named.troubles, named.outside, named.skipped, directories)

    def look(self, given: str) -> None:
        try:
            self.one(given)
        except FileNotFoundError:
            self.missing(given)
        except (OSError, ValueError) as error:
            self.trouble("unreadable", given, f"{getattr(error, 'strerror', None) or error}: {printable(given)}")

    def one(self, given: str) -> None:
        if not given:
            self.trouble("path", given, "an empty path names nothing")
            return
        full = self.resolve(given)
        path = relative(full, self.root)
        if path is not None and path in self.workspace.files:
            self.files.add(path)
            return
        if os.path.islink(full):  # noqa: PTH114
            full = os.path.realpath(full)
            path = relative(full, self.root)
        try:
            status = os.stat(full)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            if path is not None and path in self.workspace.overlay:
                self.file(given, path, None)
            elif "\\" in given and os.path.lexists(os.path.join(self.cwd, given.replace("\\", "/"))):  # noqa: PTH118
                self.one(given.replace("\\", "/"))
            else:
                raise FileNotFoundError from None
            return
        if stat.S_ISDIR(status.st_mode):
            self.directory(given, full, path)
        elif not stat.S_ISREG(status.st_mode):
            self.trouble("path", given, f"not a regular file: {printable(given)}")
        elif path is None:
            self.named.outside.append(given)
        else:
            self.file(given, path, status)

    def resolve(self, given: str) -> str:
        """Absolute, symlinks resolved but for the last component: a link to a file may be an entry itself."""
        full = os.path.join(self.cwd, given)  # noqa: PTH118
        head, tail = os.path.split(full)
        if tail in {"", ".", ".."}:
            return os.path.realpath(full)
        if head not in self.real:
            self.real[head] = os.path.realpath(head)
        return os.path.join(self.real[head], tail)  # noqa: PTH118

    def directory(self, given: str, full: str, path: str | None) -> None:
        if path is None:
            self.named.outside.append(given)
            if relative(self.root, full) is not None:
                self.directories.add("")
                self.files.update(self.order)
            return
        if f"{path}/".startswith(self.workspace.nested):
            self.named.outside.append(given)
            return
        self.directories.add(path)
        below = f"{path}/" if path else ""
        first = bisect_left(self.order, below)
        last = bisect_left(self.order, f"{path}0") if path else len(self.order)  # "0" comes right after "/"
        if first == last:
            self.named.skipped.append(given)
        self.files.update(self.order[first:last])

    def file(self, given: str, path: str, status: os.stat_result | None) -> None:
        workspace = self.workspace
        if path in workspace.files:
            self.files.add(path)
        elif path.startswith(workspace.nested):
            self.named.outside.append(given)
        elif not workspace.wanted(path) or (workspace.force_exclude and workspace.excluded(path)):
            self.named.skipped.append(given)
        elif status is None:
            self.add(FileEntry(path, len(workspace.overlay[path]), 0, 0, 0))
        else:
            new = entry(path, status)
            self.files.add(self.spelled(new) or self.add(new))

    def add(self, new: FileEntry) -> str:
        self.added[new.path] = new
        self.files.add(new.path)
        return new.path

    def spelled(self, new: FileEntry) -> str | None:
        """The listed file that this is, on a file system that takes ``App.py`` for ``app.py``."""
        folded = new.path.casefold()
        same = (e.path for e in self.workspace.files.values() if e.inode == new.inode and e.path.casefold() == folded)
        return next(same, None)

    def missing(self, given: str) -> None:
        if os.path.islink(self.resolve(given)):  # noqa: PTH114
            self.trouble("path", given, f"broken symlink: {printable(given)}")
            return
        near = self.nearest(given)
        hint = f"; did you mean '{printable(near)}'?" if near else ""
        self.trouble("path", given, f"no such file or directory: {printable(given)}{hint}")

    def nearest(self, given: str) -> str | None:
        head, tail = os.path.split(given.rstrip("/\\"))
        try:
            siblings = os.listdir(os.path.join(self.cwd, head))[:2000]  # noqa: PTH118,PTH208
        except (OSError, ValueError):
            siblings = []
        if near := nearest(tail, siblings):
            return os.path.join(head, near[0])  # noqa: PTH118
        twins = [path for path in self.order if path == tail or path.endswith(f"/{tail}")]
        return twins[0] if len(twins) == 1 else None

    def trouble(self, kind: TroubleKind, given: str, message: str) -> None:
        try:
            path = relative(self.resolve(given), self.root) if given else None
        except (OSError, ValueError):
            path = None
        self.named.troubles.append(Trouble(kind, path or given, message))
