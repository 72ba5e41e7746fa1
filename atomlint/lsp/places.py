"""Where editors say things are: URIs and paths, columns and code points."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

from lsprotocol import types

if TYPE_CHECKING:
    from ..finding import Position, Span
    from ..source import Source


def path_of(uri: str, windows: bool = os.name == "nt") -> str | None:
    """The absolute path that a ``file:`` URI names, else None (``untitled:``, ``git:``, a notebook's cell).

    Characters that clients leave unescaped, such as ``;`` and ``@``, belong to the path; a drive's ``c%3A`` is ``c:``.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file" or parts.query or parts.fragment:
        return None
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if not path or "\0" in path:
        return None
    if windows:
        if parts.netloc:
            path = f"//{parts.netloc}{path}"
        elif path[2:3] == ":":
            path = path[1:]
        return path.replace("/", "\\")
    return path if path.startswith("/") and parts.netloc in ("", "localhost") else None


def uri_of(path: str) -> str:
    """The ``file:`` URI of an absolute path."""
    return Path(path).as_uri()


def key_of(path: str) -> str:
    """What two spellings of one file have in common: links to directories resolved, the case as the system has it."""
    head, tail = os.path.split(os.path.abspath(path))  # noqa: PTH100 - a text, as everywhere where paths are keys
    return os.path.normcase(os.path.join(os.path.realpath(head), tail))  # noqa: PTH118


class Columns:
    """Positions of one file as the client counts them: lines and columns from 0, in the negotiated unit."""

    def __init__(self, source: Source | None, encoding: types.PositionEncodingKind | str) -> None:
        self.source = source
        self.encoding = encoding

    def position(self, position: Position) -> types.Position:
        """A position for the client; columns count code points when the text cannot be had."""
        line, column = max(position.line - 1, 0), max(position.column - 1, 0)
        source = self.source
        if source is None or self.encoding == types.PositionEncodingKind.Utf32:
            return types.Position(line, column)
        if self.encoding == types.PositionEncodingKind.Utf8:
            text = source.lines[line] if line < len(source.lines) else ""
            return types.Position(line, len(text[:column].encode("utf-8", "surrogatepass")))
        return types.Position(line, source.to_utf16(position))

    def range(self, span: Span) -> types.Range:
        """A span for the client."""
        return types.Range(self.position(span.start), self.position(span.end))
