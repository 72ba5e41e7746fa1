"""JSON text that any reader and any terminal takes: ASCII only, no control characters, no lone surrogates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

if TYPE_CHECKING:
    from ..finding import Position

_ESCAPED = re.compile(r"[^\x20-\x7e\n]")
_LONE = re.compile(r"[\ud800-\udfff]")


def write_json(value: Any, stream: TextIO) -> None:
    r"""Write dicts, lists and scalars as indented JSON and a line end.

    Bytes of a file name that are not UTF-8 (lone surrogates, PEP 383) are written as the text ``\xNN``.
    """
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_without_lone(value))
    text = msgspec.json.format(data, indent=2).decode()
    stream.write(_ESCAPED.sub(_escape, text) + "\n")


def position(at: Position) -> dict[str, int]:
    """A position as an object of line and column, from 1."""
    return {"line": at.line, "column": at.column}


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _without_lone(value: Any) -> Any:
    from .text import harmless

    if isinstance(value, str):
        return _LONE.sub(lambda match: harmless(match[0]), value)
    if isinstance(value, dict):
        return {_without_lone(key): _without_lone(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_lone(item) for item in value]
    return value
