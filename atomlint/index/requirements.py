"""What files say of the versions of libraries: locks, requirements, and what packages declare."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..source import SourceReader

REQUIREMENTS = re.compile(
    r"(?:.*[-_.])?requirements?(?:[-_.].*)?\.(?:txt|in)|requires\.txt|constraints.*\.txt", re.IGNORECASE
)
LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
DECLARED = ("pyproject.toml", "Pipfile", "setup.cfg", "setup.py")
RANK = {"lock": 0, "pin": 1, "range": 2}
LINE = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
"""Marks by which pip knows the encoding of a file."""
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
    return name in LOCKS or name in DECLARED or REQUIREMENTS.fullmatch(name) is not None


def read(sources: SourceReader, path: str) -> str | None:
    """The text of a file of requirements, whatever its encoding: by its mark, else UTF-8, else one that takes every byte."""
    source = sources.source(path)
    if source is not None:
        return source.text
    raw = getattr(sources, "raw", None)
    data = getattr(raw(path), "data", None) if raw is not None else None
    if data is None:
        return None
    mark, encoding = next((one for one in MARKS if data.startswith(one[0])), (b"", "latin-1"))
    return str(data[len(mark) :].decode(encoding, "replace"))


def stated(name: str, text: str) -> Iterator[tuple[str, Stated]]:
    """The libraries of which a file says a version, by the file's name and text."""
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
        lines = _of_cfg(text) if name == "setup.cfg" else _of_setup(text) if name == "setup.py" else text.splitlines()
        for line in lines:
            yield from _requirement(line)


def _of_cfg(text: str) -> list[str]:
    """``install_requires`` of setuptools' declarative file."""
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return []
    return parser.get("options", "install_requires", fallback="").splitlines()


def _of_setup(text: str) -> list[str]:
    """``install_requires`` of a call of ``setup``: a list that is written out there, or has a name."""
    import ast

    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    given = [word.value for call in calls for word in call.keywords if word.arg == "install_requires"]
    lists = [named.get(value.id) if isinstance(value, ast.Name) else value for value in given]
    items = [item for value in lists if isinstance(value, ast.List | ast.Tuple) for item in value.elts]
    return [item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str)]


def _pyproject(data: dict[str, Any]) -> Iterator[tuple[str, Stated]]:
    project = data.get("project")
    extras = _table(project, "optional-dependencies")
    for given in (project.get("dependencies") if isinstance(project, dict) else None, *extras.values()):
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
