"""The files of a project that git does not answer for: a walk that honours .gitignore files."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from .kinds import NEVER
from .report import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from pathspec import GitIgnoreSpec

BUILT = frozenset({"build", "dist"})
"""Directories that hold no file of a project unless they are packages of it."""


class _Ignore(NamedTuple):
    """One .gitignore file: its directory ("" or ending with "/") and its patterns."""

    below: str
    spec: GitIgnoreSpec
    gate: re.Pattern[str]
    """Matches every path that one of the patterns matches: most paths match none, and pathspec tries one by one."""


def walk(root: str, pruned: Callable[[str], bool], troubles: list[Trouble]) -> list[str]:
    """Files and file symlinks below ``root``, relative to it with ``/``; directory symlinks are not followed.

    ``pruned`` is asked about every directory (its path ends with ``/``). A directory that cannot be read is a trouble.
    """
    found: list[str] = []
    stack: list[tuple[str, tuple[_Ignore, ...]]] = [("", ())]
    while stack:
        below, ignores = stack.pop()
        try:
            with os.scandir(root + os.sep + below) as scan:
                entries = list(scan)
        except FileNotFoundError:
            continue
        except OSError as error:
            troubles.append(Trouble("unreadable", below.rstrip("/"), f"directory not read: {error.strerror}"))
            continue
        names = {entry.name for entry in entries}
        if below and "pyvenv.cfg" in names:
            continue
        if below.rpartition("/")[0].rpartition("/")[2] in BUILT and "__init__.py" not in names:
            continue
        if ".gitignore" in names:
            ignores = (*_ignore_file(root, below), *ignores)
        for entry in entries:
            path = below + entry.name
            if entry.is_dir(follow_symlinks=False):
                path += "/"
                if entry.name not in NEVER and not _ignored(path, ignores) and not pruned(path):
                    stack.append((path, ignores))
            elif not _ignored(path, ignores):
                found.append(path)
    return found


def _ignored(path: str, ignores: tuple[_Ignore, ...]) -> bool:
    """The last matching pattern of the deepest .gitignore decides."""
    for below, spec, gate in ignores:
        own = path[len(below) :]
        if gate.search(own) and (verdict := spec.check_file(own).include) is not None:
            return verdict
    return False


def _ignore_file(root: str, below: str) -> tuple[_Ignore, ...]:
    from pathspec import GitIgnoreSpec

    try:
        with open(f"{root}{os.sep}{below}.gitignore", encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
            spec = GitIgnoreSpec.from_lines(usable(file.read().splitlines()))
    except OSError:
        return ()
    regexes = [getattr(pattern, "regex", None) for pattern in spec.patterns]
    # Groups have the same name in every pattern, which one expression may not have twice.
    parts = [f"(?:{regex.pattern.replace('(?P<ps_d>', '(?:')})" for regex in regexes if regex is not None]
    try:
        gate = re.compile("|".join(parts) if parts else r"(?!)")
    except re.error:
        gate = re.compile("")
    return (_Ignore(below, spec, gate),)


def usable(lines: list[str]) -> list[str]:
    """The lines that are patterns: as git does, a malformed one is passed over."""
    import warnings

    from pathspec import GitIgnoreSpec

    kept = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[[:alpha:]]` makes `re` warn of set operations
        with suppress(ValueError, re.error):
            GitIgnoreSpec.from_lines(lines)
            return lines
        for line in lines:
            with suppress(ValueError, re.error):
                GitIgnoreSpec.from_lines([line])
                kept.append(line)
    return kept
