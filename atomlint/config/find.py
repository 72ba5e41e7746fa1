"""Where configurations are: above a directory, and in the nested projects below a root."""

# pathlib's tests raise where a directory may not be searched; those of os.path say no.
# ruff: noqa: PTH100, PTH110, PTH113, PTH114

from __future__ import annotations

import os.path
from pathlib import Path
from typing import TYPE_CHECKING

from .read import OWN, PYPROJECT, has_table

if TYPE_CHECKING:
    from collections.abc import Iterable


def find(start: Path) -> Path | None:
    """The nearest configuration at or above a directory (or a file's directory), up to the root of the repository.

    ``atomlint.toml`` comes before a ``pyproject.toml`` with ``[tool.atomlint]``; a pyproject.toml without that table
    does not count. A file that cannot be read counts, so that ``load`` says why.
    """
    for directory in _upwards(start):
        for name in (OWN, PYPROJECT):
            if _counts(directory / name):
                return directory / name
        if os.path.exists(directory / ".git"):
            return None
    return None


def repository(start: Path) -> Path | None:
    """The directory at or above this one that holds ``.git`` (a directory, or the file of a worktree)."""
    return next((directory for directory in _upwards(start) if os.path.exists(directory / ".git")), None)


def nested(paths: Iterable[str], root: Path) -> list[Path]:
    """The directories below the root that have a configuration of their own, sorted; each is its own project.

    ``paths`` are the project's files, relative to the root with ``/``. Only files with the two names are looked at.
    """
    found = set()
    names = (f"/{OWN}", f"/{PYPROJECT}")
    for path in paths:
        if path.endswith(names) and _counts(root / path):
            found.add(root / path.rpartition("/")[0])
    return sorted(found)


def _upwards(start: Path) -> list[Path]:
    directory = Path(os.path.abspath(start))
    if os.path.isfile(directory):
        directory = directory.parent
    return [directory, *directory.parents]


def _counts(path: Path) -> bool:
    if not os.path.exists(path):
        return os.path.islink(path)  # a dangling one: loading it says so
    return path.name == OWN or has_table(path)
