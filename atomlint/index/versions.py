"""Which version of a library a project uses, by its lock file or its requirements."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

REQUIREMENTS = re.compile(r"(?:.*[-_.])?requirements?(?:[-_.].*)?\.(?:txt|in)|constraints.*\.txt", re.IGNORECASE)
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
RANK = {"lock": 0, "pin": 1, "range": 2}
LINE = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)")
HASHES = re.compile(r"\\\s*$|\s--hash\b.*")
"""What follows a requirement whose file is checked by hashes."""


class Stated(NamedTuple):
    """What one file says of one library."""

    rank: int
    """0 for a lock file, 1 for ``==``, 2 for a range."""
    text: str
    """A version, or a range such as ``>=0.1,<0.2``."""


def states_versions(path: str) -> bool:
    """Whether a file may say which versions a project uses, by its name."""
    folder, _, name = path.rpartition("/")
    if folder.rpartition("/")[2].lower() == "requirements" and name.endswith((".txt", ".in")):
        return True
    return name in LOCKS or name in ("pyproject.toml", "Pipfile") or REQUIREMENTS.fullmatch(name) is not None


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
        return frozenset(self._stated)

    def names(self, libraries: Iterable[str]) -> bool:
        """Whether the project states a version of one of these libraries."""
        return any(normal(library) in self._stated for library in libraries)

    def holds(self, library: str, versions: str) -> bool | None:
        """Whether the version that is used lies in a range such as ``>=0.2,<1``; None when that cannot be told.

        A library that is stated by a range counts when the range leaves one answer for its ends.
        """
        from packaging.specifiers import InvalidSpecifier, SpecifierSet
        from packaging.version import InvalidVersion, Version

        found = self._stated.get(normal(library), ())
        if not found:
            return None
        best = min(found).rank
        try:
            wanted = SpecifierSet(versions, prereleases=True)
            if best < RANK["range"]:
                answers = {wanted.contains(Version(stated.text)) for stated in found if stated.rank == best}
            else:
                answers = {
                    wanted.contains(end)
                    for stated in found
                    for end in ends(SpecifierSet(stated.text)) or [Version("9999")]
                }
        except (InvalidSpecifier, InvalidVersion):
            return None
        return answers.pop() if len(answers) == 1 else None

    @cached_property
    def _stated(self) -> dict[str, list[Stated]]:
        found: dict[str, list[Stated]] = {}
        for path in sorted(self._paths()):
            text = self._read(path) if states_versions(path) else None
            for name, stated in _parse(path.rpartition("/")[2], text) if text else ():
                found.setdefault(normal(name), []).append(stated)
        return found


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


def _parse(name: str, text: str) -> Iterator[tuple[str, Stated]]:
    if name == "Pipfile.lock":
        for package, given in _table(_json(text), "default").items():
            yield from _locked(package, given)
    elif name == "Pipfile":
        yield from _wanted(_table(_toml(text), "packages"))
    elif name in LOCKS:
        for package in _list(_toml(text).get("package")):
            if isinstance(package, dict) and isinstance(package.get("version"), str):
                yield str(package.get("name")), Stated(RANK["lock"], package["version"])
    elif name == "pyproject.toml":
        yield from _pyproject(_toml(text))
    else:
        for line in text.splitlines():
            yield from _requirement(line)


def _pyproject(data: dict[str, Any]) -> Iterator[tuple[str, Stated]]:
    project = data.get("project")
    given = project.get("dependencies") if isinstance(project, dict) else None
    for line in _list(given):
        yield from _requirement(str(line))
    tool: Any = data.get("tool")
    yield from _pixi(tool.get("pixi") if isinstance(tool, dict) else None)
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    yield from _wanted(_table(poetry, "dependencies"))


def _wanted(packages: dict[str, Any]) -> Iterator[tuple[str, Stated]]:
    """A table of names and versions, or of tables that hold one."""
    for name, given in packages.items():
        version = given.get("version") if isinstance(given, dict) else given
        if isinstance(version, str) and name != "python":
            yield from _requirement(name + _from_caret(version))


def _locked(name: str, given: object) -> Iterator[tuple[str, Stated]]:
    """``"redis": {"version": "==5.0.1"}`` of Pipenv's lock file."""
    version = given.get("version") if isinstance(given, dict) else None
    if isinstance(version, str) and version.startswith("=="):
        yield name, Stated(RANK["lock"], version.lstrip("= "))


def _pixi(table: Any) -> Iterator[tuple[str, Stated]]:
    """``[tool.pixi]``: packages of conda and of PyPI, and those of its features."""
    if not isinstance(table, dict):
        return
    features = table.get("feature")
    parts = [table, *(features.values() if isinstance(features, dict) else ())]
    for part in parts:
        for key in ("dependencies", "pypi-dependencies"):
            yield from _wanted(_table(part, key))


def _from_caret(version: str) -> str:
    """Poetry's ``^0.1.6`` and plain ``1.2`` as an ordinary range."""
    version = version.strip()
    if version[:1].isdigit():
        return f"=={version}"
    if version[:1] not in "^~" or version.startswith("~="):
        return "" if version == "*" else version
    numbers = re.findall(r"\d+", version)
    at = next((place for place, number in enumerate(numbers) if number != "0"), len(numbers) - 1)
    if version[0] == "~":
        at = min(1, len(numbers) - 1)
    above = [*numbers[:at], str(int(numbers[at]) + 1)]
    return f">={version[1:].strip()},<{'.'.join(above)}"


def _requirement(line: str) -> Iterator[tuple[str, Stated]]:
    match = LINE.match(line)
    if match is None or line.lstrip().startswith(("-", "#")):
        return
    spec = HASHES.sub("", match[2]).replace("(", "").replace(")", "").strip()
    if "://" in spec or spec.startswith("@"):
        return
    exact = re.fullmatch(r"===?\s*([^\s,*]+)", spec)
    yield match[1], Stated(RANK["pin"], exact[1]) if exact else Stated(RANK["range"], spec)


def _toml(text: str) -> dict[str, Any]:
    from ..toml import loads

    try:
        return loads(text)
    except ValueError:
        return {}


def _json(text: str) -> object:
    import json

    try:
        return json.loads(text)
    except ValueError:
        return {}


def _table(value: object, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
