"""Copies of parts of a project that were left beside it: ``old/backend/``, ``app_backup/``, ``backup_20250902_120252/``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facade import Index

WORDS = r"old|backups?|bak|copy|archived?|deprecated|legacy|orig|removed"
MARK = re.compile(rf"(?:^|[-_.])(?:{WORDS})(?:[-_]?\d+)*$|^(?:{WORDS})(?:[-_]\d+)*(?:$|[-_.])", re.IGNORECASE)
"""In the name of a directory: what is left of it without the mark is the name of the original."""


ASIDE = re.compile(r"\.?(?:trash|attic|graveyard|recycle[-_ ]?bin)(?:[-_ ].*)?", re.IGNORECASE)
"""Names of directories for what is kept and not used."""
DATED = re.compile(rf"(?:^|[-_.])(?:{WORDS})[-_]?\d{{4}}[-_]?\d\d[-_]?\d\d", re.IGNORECASE)
"""A mark with a date tells by itself."""


MOST_TELLING = 2
"""Directories that a place has in common with another one from which on it is a copy of that."""


def is_copy(index: Index, path: str) -> bool:
    """Whether the same file, or its directory, is there without the mark of a directory's name."""
    directories = path.split("/")[:-1]
    if any(name.startswith(".") or DATED.search(name) or ASIDE.fullmatch(name) for name in directories):
        return True  # archived/removed_2025-11-05/, .claude/worktrees/, .venv-old/: what tools keep for themselves
    if is_shadowed(index, path):
        return True
    marked = [place for place, name in enumerate(directories) if MARK.search(name)]
    if not marked:
        return False
    known = index.keep("files and directories", lambda: _known(index.files))
    if any(original in known for place in marked for original in _originals(path, place)):
        return True
    kept = [name for name in directories if not MARK.search(name)]
    return len(marked) > 1 and "/".join([*kept, path.rpartition("/")[2]]) in known


def is_marked(path: str) -> bool:
    """Whether a directory on the way to a file says that what is in it was left: ``archive/shop/main.py``."""
    return any(MARK.search(name) for name in path.split("/")[:-1])


def is_shadowed(index: Index, path: str) -> bool:
    """Whether Python never imports a module, as a package of its name lies beside it: ``routes/odoo.py``, ``routes/odoo/``."""
    known = index.keep("files and directories", lambda: _known(index.files))
    return f"{path.removesuffix('.py')}/__init__.py" in known


def _originals(path: str, place: int) -> Iterator[str]:
    """Where a file, or the directory that it is in, would be without the mark of one directory."""
    parts = path.split("/")
    rest = MARK.sub("", parts[place], count=1).strip("-_.")
    before, after = parts[:place], parts[place + 1 :]
    for named in ([*before, rest] if rest else before, before):  # app_backup/app/main.py may be of app/main.py, too
        yield "/".join([*named, *after])
        if len(after) > 1 or (rest and named is not before):
            yield "/".join([*named, *after[:-1]]) + "/"
    for deeper in range(1, len(after) - MOST_TELLING):  # legacy/2026-05/backend/app/jobs/router.py
        yield "/".join([*before, *after[deeper:]])
        yield "/".join([*before, *after[deeper:-1]]) + "/"


def _known(files: tuple[str, ...]) -> frozenset[str]:
    found = set(files)
    for path in files:
        parts = path.split("/")
        found.update("/".join(parts[:length]) + "/" for length in range(1, len(parts)))
    return frozenset(found)
