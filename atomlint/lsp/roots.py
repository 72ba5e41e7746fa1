"""Which project an open file belongs to: one request to the engine for each of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .places import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable


class Roots:
    """The workspace's folders, and projects of files that were opened from elsewhere."""

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}

    @property
    def folders(self) -> list[str]:
        """Directories to check whether anything is open in them or not."""
        return list(self._folders.values())

    def set(self, paths: Iterable[str]) -> None:
        """The workspace's folders as they are now."""
        self._folders = {_resolved(path): path for path in paths}

    def of(self, path: str) -> str | None:
        """The directory to check for a file: the innermost folder that holds it, else where its project begins.

        A file without a configuration or repository above it is a project with what else is in its directory, unless
        that is the home directory or one above it: nobody means all of that. Then it is None.
        """
        key = key_of(path)
        inside = [folder for folder in self._folders if _below(key, folder)]
        if inside:
            return self._folders[max(inside, key=len)]
        from ..config.find import find, repository

        start = Path(path).parent
        found = find(start)
        above = found.parent if found is not None else repository(start)
        if above is not None:
            return str(above)
        home = _resolved(os.path.expanduser("~"))  # noqa: PTH111
        directory = _resolved(str(start))
        return None if directory == home or _below(home, directory) else str(start)


def _resolved(path: str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _below(key: str, directory: str) -> bool:
    return key.startswith(directory.rstrip(os.sep) + os.sep)
