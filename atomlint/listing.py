"""Which files a project has: what git lists, else a walk, less what is excluded; one ``stat`` a file."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

import msgspec

from . import git
from .kinds import PRUNED, kind_of
from .report import Trouble
from .walk import usable, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pathspec import GitIgnoreSpec

_UNREAD_DIRECTORY = re.compile(r"warning: could not open directory '(.+?)/?': (.+)")
_SUFFIXES = frozenset("py toml md markdown env yaml yml json ini cfg conf properties sh bash zsh".split())  # noqa: SIM905
_NAMES = frozenset({"containerfile", "pipfile", ".envrc", ".flaskenv", ".npmrc", ".netrc", ".pgpass"})
_NAME = re.compile(r"[A-Za-z0-9_.-]*[A-Za-z0-9_-]/")


class FileEntry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A file of the project, and what says whether it changed."""

    path: str
    """Relative to the root, with ``/``; ``os.fsdecode``d, so it can hold surrogates."""
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass
class Listing:
    """The files of a project, and how they were found."""

    files: dict[str, FileEntry]
    how: Literal["git", "walk"]
    troubles: list[Trouble] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    names: Sequence[str] = ()
    """Every name that was found, whatever its kind, excluded ones among them where git answers."""
    is_whole: bool = True
    """Whether the root is no folder inside of a repository, so that nothing above it belongs to the same tree."""


class Excluded:
    """Whether a path is excluded by gitignore patterns relative to the root; directories end with ``/``.

    As git has it, what lies in an excluded directory cannot be included again.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        # Names of directories are the usual patterns: they need no regular expressions, unless a later "!" undoes them.
        plain = not any(pattern.startswith("!") for pattern in patterns)
        self._names = frozenset(pattern[:-1] for pattern in patterns if plain and _NAME.fullmatch(pattern))
        others = [pattern for pattern in patterns if pattern[:-1] not in self._names or not pattern.endswith("/")]
        self._spec: GitIgnoreSpec | None = None
        if others:
            from pathspec import GitIgnoreSpec

            self._spec = GitIgnoreSpec.from_lines(usable(others))
        self._directories: dict[str, bool] = {"": False}

    def __call__(self, path: str) -> bool:
        """Whether the patterns exclude a path, or a directory above it."""
        end = len(path.rstrip("/"))
        above = path[: path.rfind("/", 0, end) + 1]
        verdict = self._directories.get(above)
        if verdict is None:
            verdict = self._directories[above] = self(above)
        if verdict or (end < len(path) and path[len(above) : end] in self._names):
            return True
        return self._spec is not None and bool(self._spec.check_file(path).include)

    def left(self, files: Iterable[str]) -> Iterator[str]:
        """The files that are not excluded: the same verdicts, at half the cost for a whole project."""
        directories, spec = self._directories, self._spec
        for path in files:
            above = path[: path.rfind("/") + 1]
            verdict = directories.get(above)
            if verdict is None:
                verdict = directories[above] = self(above)
            if not verdict and (spec is None or not spec.check_file(path).include):
                yield path


def textual(path: str) -> bool:
    """Whether a path names a kind of file that a rule could read: Python, TOML, dotenv, Docker, Markdown, settings,
    requirements and their locks."""
    _, dot, suffix = path.rpartition(".")
    if dot and (suffix in _SUFFIXES or suffix.lower() in _SUFFIXES):
        return True
    name = path[path.rfind("/") + 1 :].lower()
    if suffix in ("txt", "in", "lock"):
        from .index.requirements import states_versions

        return states_versions(path)
    return name in _NAMES or (kind_of(name) != "other" and not name.endswith(".pyi"))


def find(root: str, excluded: Excluded, wanted: Callable[[str], bool], nested: Sequence[str]) -> Listing:
    """The project's files in the order of their paths.

    Symlinked files count only when they lead to a file below the root that is not listed itself.
    """
    names, listing = _names(root, excluded)
    listing.names = names
    beyond = tuple(directory.strip("/") + "/" for directory in nested)
    kept = list(filter(wanted, names))
    if beyond:
        kept = [name for name in kept if not name.startswith(beyond)]
    entries, links = _stat(root, excluded.left(kept), listing.troubles)
    if links:
        entries += _linked(root, links, frozenset(names))
    listing.files = {entry.path: entry for entry in sorted(entries, key=attrgetter("path"))}
    return listing


def entry(path: str, status: os.stat_result) -> FileEntry:
    """The record of a file; inodes of 128 bits (ReFS) are cut to the 64 that every format can hold."""
    return FileEntry(path, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & 0xFFFFFFFFFFFFFFFF)


def _names(root: str, excluded: Excluded) -> tuple[list[str], Listing]:
    listing = Listing({}, "git")
    top = git.root(root)
    listing.is_whole = top is None or os.path.realpath(top) == os.path.realpath(root)
    if top is not None:
        said: list[str] = []
        names = git.listed(root, prune=PRUNED, said=said)
        if names:  # nothing at all: the root is a directory that an outer repository ignores
            for warning in filter(None, map(_UNREAD_DIRECTORY.match, said)):
                # Git names them relative to the top of its work tree.
                path = os.path.relpath(top / warning[1], os.path.realpath(root)).replace(os.sep, "/")
                if not excluded(f"{path}/"):
                    listing.troubles.append(Trouble("unreadable", path, f"directory not read: {warning[2]}"))
            return _without_environments(names), listing
        if names is None:
            listing.notes.append(f"{said[-1]}; the project's files were found without git")
    listing.how = "walk"
    return walk(root, excluded, listing.troubles), listing


def _without_environments(names: list[str]) -> list[str]:
    """Git lists a virtual environment that nobody told it to ignore."""
    environments = tuple(name.removesuffix("pyvenv.cfg") for name in names if name.endswith("/pyvenv.cfg"))
    return [name for name in names if not name.startswith(environments)] if environments else names


def _stat(root: str, names: Iterable[str], troubles: list[Trouble]) -> tuple[list[FileEntry], list[str]]:
    """Entries of regular files, and the names that are symlinks. What is gone is left out."""
    prefix = root.rstrip("/\\") + "/"
    directories = {"": True}

    def is_real(directory: str) -> bool:
        """Not reached through a symlink: its files are another place's."""
        known = directories.get(directory)
        if known is None:
            known = is_real(directory[: max(directory.rfind("/"), 0)]) and _is_directory(prefix + directory)
            directories[directory] = known
        return known

    entries: list[FileEntry] = []
    links: list[str] = []
    lstat, is_regular, last, here = os.lstat, stat.S_ISREG, "", True
    for name in names:
        directory = name.rpartition("/")[0]
        if directory != last:
            last, here = directory, is_real(directory)
        if not here:
            continue
        try:
            status = lstat(prefix + name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError) as error:
            troubles.append(Trouble("unreadable", name, getattr(error, "strerror", None) or str(error)))
            continue
        if is_regular(status.st_mode):
            entries.append(entry(name, status))
        elif stat.S_ISLNK(status.st_mode):
            links.append(name)
    return entries, links


def _is_directory(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError as error:
        # One that may not be searched keeps its files, each of which is then a trouble of its own.
        return isinstance(error, PermissionError)


def _linked(root: str, links: Iterable[str], listed: frozenset[str]) -> list[FileEntry]:
    real_root = os.path.realpath(root)
    entries: list[FileEntry] = []
    seen: set[str] = set()
    for name in sorted(links):
        target = os.path.realpath(f"{root}/{name}")
        path = relative(target, real_root)
        try:
            status = os.stat(target)  # noqa: PTH116
        except OSError:
            continue
        if path and path not in listed and path not in seen and stat.S_ISREG(status.st_mode):
            seen.add(path)
            entries.append(entry(name, status))
    return entries


def relative(full: str, root: str) -> str | None:
    """An absolute path relative to a root, with ``/``: "" for the root, None outside of it. Both are resolved."""
    folded, folded_root = os.path.normcase(full), os.path.normcase(root)
    if folded == folded_root:
        return ""
    below = folded_root if folded_root.endswith(os.sep) else folded_root + os.sep
    return full[len(below) :].replace(os.sep, "/") if folded.startswith(below) else None
