"""Text of files: bytes to text as Python decodes them, lines, and columns in code points, UTF-8 bytes and UTF-16 units."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from functools import cached_property
from pathlib import Path
from typing import Protocol

from .finding import Position, Span

LINE_END = re.compile(r"\r\n|\r|\n")


class DecodeError(ValueError):
    """The bytes are no text in the encoding that they declare; ``str()`` is one readable line."""


class Source:
    """One file's text. ``path`` is relative to the project root, with ``/``."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data

    @cached_property
    def text(self) -> str:
        """The decoded text, without a byte order mark, line ends as they stand.

        Raises:
            DecodeError: the bytes do not decode in their declared encoding, or the declaration is unknown.
        """
        return decode(self.data, python=self.path.endswith((".py", ".pyi")))

    @cached_property
    def lines(self) -> list[str]:
        """Lines without their ends, split as Python counts lines (``\\n``, ``\\r\\n``, ``\\r`` only)."""
        return LINE_END.split(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """Offset in code points of the first character of every line."""
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]

    def offset(self, position: Position) -> int:
        """Code-point offset of a position, clipped to the text."""
        if position.line > len(self.starts):
            return len(self.text)
        return min(self.starts[position.line - 1] + position.column - 1, len(self.text))

    def slice(self, span: Span) -> str:
        """The text that a span covers."""
        return self.text[self.offset(span.start) : self.offset(span.end)]

    def position(self, offset: int) -> Position:
        """Position of a code-point offset."""
        from bisect import bisect_right

        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """Span between two code-point offsets."""
        return Span(self.path, self.position(start), self.position(end))

    def from_utf8(self, line: int, byte_column: int) -> Position:
        """Position of a line (from 1) and a column in UTF-8 bytes from 0, as ``ast`` counts them."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return Position(line, byte_column + 1)
        return Position(line, len(text.encode("utf-8", "surrogatepass")[:byte_column].decode("utf-8", "ignore")) + 1)

    def to_utf16(self, position: Position) -> int:
        """Column of a position in UTF-16 units from 0, as editors count them."""
        text = self.lines[position.line - 1] if position.line <= len(self.lines) else ""
        head = text[: position.column - 1]
        return len(head) if head.isascii() else len(head.encode("utf-16-le", "surrogatepass")) // 2


class SourceReader(Protocol):
    """Gives the text of files on demand: from disk, from git's index or from an editor's buffers."""

    def source(self, path: str) -> Source | None:
        """The file at a root-relative path, or None when it cannot be read or decoded."""


class Files:
    """Reads files below a root from disk, keeping what it read; ``overlay`` (path to bytes) comes first."""

    def __init__(self, root: str | Path, overlay: dict[str, bytes] | None = None) -> None:
        self.root = Path(root)
        self.overlay = overlay or {}
        self._read: dict[str, Source | None] = {}

    def source(self, path: str) -> Source | None:
        """The file at a root-relative path, or None when it cannot be read or decoded."""
        if path not in self._read:
            self._read[path] = self._load(path)
        return self._read[path]

    def _load(self, path: str) -> Source | None:
        try:
            data = self.overlay[path] if path in self.overlay else (self.root / path).read_bytes()
            source = Source(path, data)
            _ = source.text
        except (OSError, DecodeError):
            return None
        return source


def decode(data: bytes, *, python: bool) -> str:
    """Bytes to text: the declared encoding of a Python file, UTF-8 (BOM allowed) of any other.

    Raises:
        DecodeError: see the class.
    """
    if not python:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise DecodeError(f"not UTF-8: {error.reason} at byte {error.start}") from None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, LookupError) as error:
        raise DecodeError(str(error)) from None
    except UnicodeDecodeError as error:
        raise DecodeError(f"not {error.encoding}: {error.reason} at byte {error.start}") from None
    return text.removeprefix(codecs.BOM_UTF8.decode("utf-8"))
