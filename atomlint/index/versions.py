"""Which version of a library a project uses, by its lock file or its requirements."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from .requirements import RANK, Stated, stated, states_versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

FOLDERS = ("requirements", "reqs")
"""Folders whose files are about the folder around them."""


class Said(NamedTuple):
    """What one file says of one library."""

    folder: str
    """That of the project that the file is about."""
    stated: Stated


class Versions:
    """Versions of libraries; files are read when the first is asked for.

    Args:
        paths: gives the files of the project, relative to its root.
        read: gives a file's text, None when there is none.
    """

    def __init__(
        self, paths: Callable[[], Iterable[str]] = tuple, read: Callable[[str], str | None] = lambda _: None
    ) -> None:
        self._paths = paths
        self._read = read

    @property
    def libraries(self) -> frozenset[str]:
        """The distributions of which a version is stated, as indexes compare their names."""
        return frozenset(self._said)

    def names(self, libraries: Iterable[str]) -> bool:
        """Whether the project states a version of one of these libraries."""
        return any(normal(library) in self._said for library in libraries)

    def holds(self, library: str, versions: str, near: str | None = None) -> bool | None:
        """Whether the version that is used lies in a range such as ``>=0.2,<1``; None when that cannot be told.

        A library that is stated by a range counts when the range leaves one answer for its ends.

        Args:
            near: a file of a part of the project; what the nearest folder above it says goes before the others, and
                what other parts say does not count where one above it leaves it open.
        """
        said = self._said.get(normal(library), ())
        is_open = False
        for folder in above(near) if near is not None else ():
            here = [one.stated for one in said if one.folder == folder]
            answer = _holds(here, versions) if here else None
            if answer is not None:
                return answer
            is_open = is_open or bool(here)
        return _holds([one.stated for one in said], versions) if said and not is_open else None

    @cached_property
    def _said(self) -> dict[str, list[Said]]:
        found: dict[str, list[Said]] = {}
        for path in sorted(self._paths()):
            text = self._read(path) if states_versions(path) else None
            folder, _, name = path.rpartition("/")
            parent, _, last = folder.rpartition("/")
            for library, one in stated(name, text) if text else ():
                said = Said(parent if last.lower() in FOLDERS else folder, one)
                found.setdefault(normal(library), []).append(said)
        return found


def above(path: str) -> list[str]:
    """The folders that a file lies in, the innermost first."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts), -1, -1)]


def _holds(found: Sequence[Stated], versions: str) -> bool | None:
    """Whether all that is stated with the most authority lies in a range, or all of it outside."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    best = min(found).rank
    try:
        wanted = SpecifierSet(versions, prereleases=True)
        if best < RANK["range"]:
            answers = {wanted.contains(Version(one.text)) for one in found if one.rank == best}
        else:
            answers = {
                wanted.contains(end) for one in found for end in ends(SpecifierSet(one.text)) or [Version("9999")]
            }
    except (InvalidSpecifier, InvalidVersion):
        return None
    return answers.pop() if len(answers) == 1 else None


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def ends(specifiers: Any) -> list[Any]:
    """The lowest and the highest version that a range reaches; the highest is made up where it is open."""
    from packaging.version import Version

    low, high = [], []
    for part in specifiers:
        version = Version(part.version.removesuffix(".*"))
        if part.operator in ("==", "==="):
            return [version]
        if part.operator in (">=", ">", "~="):
            low.append(version)
        if part.operator == "~=":
            high.append(Version(".".join([*map(str, version.release[:-1]), "9999"])))
        if part.operator == "<=":
            high.append(version)
        if part.operator == "<":
            high.append(_below(version))
    return [*([max(low)] if low else []), min(high) if high else Version("9999")]


def _below(version: Any) -> Any:
    """A version just below another: ``0.1.9999`` for ``0.2``."""
    from packaging.version import Version

    release = list(version.release)
    while len(release) > 1 and not release[-1]:
        release.pop()
    return Version(".".join(map(str, [*release[:-1], max(release[-1] - 1, 0), 9999])))
