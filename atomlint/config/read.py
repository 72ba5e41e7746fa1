"""A configuration file: its bytes as a TOML table, with errors that name the place, and the lines of its keys."""

from __future__ import annotations

import codecs
import re
import stat
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..source import DecodeError, decode
from .errors import ConfigError, ConfigErrors, Keys, dotted

if TYPE_CHECKING:
    from pathlib import Path

PYPROJECT = "pyproject.toml"
OWN = "atomlint.toml"
TABLE: Keys = ("tool", "atomlint")

TRIES = 40
"""How many occurrences of a key are tried before its line counts as unknown."""


class Document:
    """A file that was read: its text, and atomlint's table in it."""

    def __init__(self, path: Path, text: str, table: Any, prefix: Keys) -> None:
        self.path = path
        self.text = text
        self.table = table
        self.prefix = prefix

    def error(self, keys: Keys, reason: str) -> ConfigError:
        """What is wrong with the value at these keys of atomlint's table, with its line when that is sure."""
        full = self.prefix + keys
        return ConfigError(self.path, dotted(full), reason, line_of(self.text, full))


def read(path: Path) -> Document:
    """Read ``pyproject.toml`` (its ``[tool.atomlint]``, empty when absent) or any other name (the whole file).

    Raises:
        ConfigErrors: the file cannot be read, is not UTF-8 (a byte order mark is allowed), or is not TOML.
    """
    data = _bytes(path)
    try:
        text = decode(data, python=False)
    except DecodeError as error:
        raise ConfigErrors([ConfigError(path, "", str(error))]) from None
    try:
        whole = parse(text)
    except (ValueError, RecursionError) as error:
        raise ConfigErrors([_syntax(path, text, error)]) from None
    if path.name != PYPROJECT:
        return Document(path, text, whole, ())
    tool = whole.get("tool")
    table = tool.get("atomlint", {}) if isinstance(tool, dict) else {}
    return Document(path, text, table, TABLE)


def parse(text: str) -> dict[str, Any]:
    """TOML to a table.

    Raises:
        ValueError: not TOML.
        RecursionError: nested too deep.
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def has_table(path: Path) -> bool:
    """Whether a pyproject.toml configures atomlint; also when that cannot be told, so that reading it says why."""
    try:
        data = _bytes(path)
    except ConfigErrors:
        return True
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.replace(b"\0", b"")  # no TOML, which reading it says
    if b"atomlint" not in data:
        return False
    try:
        tool = parse(decode(data, python=False)).get("tool")
    except (ValueError, RecursionError):
        return re.search(rb"\btool\s*\.\s*[\"']?atomlint", data) is not None
    return isinstance(tool, dict) and "atomlint" in tool


def line_of(text: str, keys: Keys) -> int | None:
    """The line (from 1) that names a key, or that begins an item of an array of tables; None when it is not sure.

    The parser is the judge. An occurrence of the name is the key if, once it is spelled differently, the other
    spelling stands in the same table; a header begins an item if a key put below it lands in that item. So the same
    word in strings and comments, and the same key elsewhere, never count.
    """
    item = keys if keys and isinstance(keys[-1], int) else ()
    while keys and isinstance(keys[-1], int):
        keys = keys[:-1]
    if not keys:
        return None
    name, parent = str(keys[-1]), keys[:-1]
    other = f"{name}-0x0"
    places = list(islice(re.finditer(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text), TRIES))
    for place in places if item else ():
        start, end = text.rfind("\n", 0, place.start()) + 1, f"{text}\n".index("\n", place.end())
        if text[start:end].lstrip().startswith("[[") and "x-0x0" in _table(
            f"{text[:end]}\nx-0x0 = 0{text[end:]}", item
        ):
            return text.count("\n", 0, start) + 1
    for place in places:
        table = _table(text[: place.start()] + other + text[place.end() :], parent)
        if other in table and not (item and name in table):
            return text.count("\n", 0, place.start()) + 1
    return None


def _table(text: str, keys: Keys) -> dict[str, Any]:
    """The table at these keys; empty when the text is no TOML or has none there."""
    try:
        value: Any = parse(text)
        for key in keys:
            value = value[key]
    except (ValueError, RecursionError, LookupError, TypeError):
        return {}
    return value if isinstance(value, dict) else {}


def _bytes(path: Path) -> bytes:
    reason = "no such file"
    try:
        mode = path.stat().st_mode
        if stat.S_ISREG(mode):
            return path.read_bytes()
        reason = "is a directory, not a file" if stat.S_ISDIR(mode) else "is not a regular file"
    except FileNotFoundError:
        pass
    except OSError as error:
        reason = f"cannot be read: {error.strerror or type(error).__name__}"
    raise ConfigErrors([ConfigError(path, "", reason)])


def _syntax(path: Path, text: str, error: Exception) -> ConfigError:
    if isinstance(error, RecursionError):
        return ConfigError(path, "", "not TOML that can be read: nested too deep")
    match = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
    if match is None:
        return ConfigError(path, "", f"not TOML: {error}")
    if match[2] is None:
        lines = text.split("\n")
        return ConfigError(path, "", f"not TOML: {match[1]}, at the end of the file", len(lines), len(lines[-1]) + 1)
    return ConfigError(path, "", f"not TOML: {match[1]}", int(match[2]), int(match[3]))
