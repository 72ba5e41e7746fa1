"""The entry points of a group, as `importlib.metadata` finds them, without the 20 ms that importing it takes.

Formats: https://packaging.python.org/en/latest/specifications/entry-points/ and .../recording-installed-packages/.
"""

from __future__ import annotations

import os
import re
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SEPARATORS = re.compile(r"[-_.]+")
_SUFFIXES = (".dist-info", ".egg-info")


class EntryPoint(NamedTuple):
    """One line of a distribution's entry points, and the distribution's version."""

    name: str
    value: str
    version: str


def entry_points(group: str, path: Sequence[str] | None = None) -> list[EntryPoint]:
    """The entry points of a group; of a distribution that is installed twice, those of the first on the path.

    Args:
        group: the section of ``entry_points.txt``.
        path: directories to look in; the interpreter's own when not given.
    """
    if path is None:
        path = sys.path
        if any(finder is not PathFinder and hasattr(finder, "find_distributions") for finder in sys.meta_path):
            return _by_the_library(group)
    places = [place or os.curdir for place in path]
    if any(place.endswith(".egg") or os.path.isfile(place) for place in places):  # noqa: PTH113 - a zip
        return _by_the_library(group)
    found = []
    seen = set()
    for directory in _distributions(places):
        name = os.path.basename(directory).rpartition(".")[0].partition("-")[0]  # noqa: PTH119
        name = _SEPARATORS.sub("-", name).lower()
        if name not in seen:
            seen.add(name)
            lines = _section(_read(directory, "entry_points.txt"), group)
            found += [EntryPoint(key, value, _version(directory)) for key, value in lines]
    return found


def _by_the_library(group: str) -> list[EntryPoint]:
    from importlib import metadata

    found = metadata.entry_points(group=group)
    return [EntryPoint(one.name, one.value, one.dist.version if one.dist else "0") for one in found]


def _distributions(places: Sequence[str]) -> Iterator[str]:
    for place in places:
        try:
            names = os.listdir(place)  # noqa: PTH208 - at every start
        except OSError:
            continue
        yield from (os.path.join(place, name) for name in names if name.endswith(_SUFFIXES))  # noqa: PTH118


def _read(directory: str, name: str) -> str:
    try:
        with open(os.path.join(directory, name), encoding="utf-8") as stream:  # noqa: PTH118, PTH123
            return stream.read()
    except (OSError, ValueError):
        return ""


def _section(text: str, group: str) -> Iterator[tuple[str, str]]:
    inside = False
    for line in map(str.strip, text.splitlines() if group in text else ()):
        if line.startswith("["):
            inside = line == f"[{group}]"
        elif inside and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), value.strip()


def _version(directory: str) -> str:
    text = _read(directory, "METADATA") or _read(directory, "PKG-INFO")
    for line in text.splitlines():
        if not line:
            break
        if line.lower().startswith("version:"):
            return line.partition(":")[2].strip()
    return "0"
