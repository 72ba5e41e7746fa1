"""Text of files: bytes to text as Python decodes them, lines, columns in code points, UTF-8 bytes and UTF-16 units."""

from __future__ import annotations

import codecs
import re
import tokenize
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, islice
from pathlib import Path
from typing import Protocol

from .finding import Position, Span

LINE_END = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class DecodeError(ValueError):
    """The bytes are no text in the encoding that they declare; ``str()`` is one readable line."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset
        """Of the first byte that is wrong; 0 when the file as a whole is."""


class Source:
    """One file's text. ``path`` is relative to the project root, with ``/``."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data

    @classmethod
    def from_text(cls, path: str, text: str) -> Source:
        """A source of a text that never was bytes; its ``data`` is UTF-8, lone surrogates included."""
        source = cls(path, text.encode("utf-8", "surrogatepass"))
        source.__dict__["text"] = text
        return source

    @cached_property
    def text(self) -> str:
        """The decoded text, without a byte order mark, line ends as they stand.

        Raises:
            DecodeError: the bytes do not decode in their declared encoding, or the declaration is unknown.
        """
        return decode(self.data, python=self.python)

    @property
    def python(self) -> bool:
        """Whether the path names a Python file, which may declare its encoding."""
        return self.path.endswith((".py", ".pyi"))

    def encode(self, text: str) -> bytes:
        """Another text as this file would hold it: in its encoding, with its byte order mark if it has one.

        Raises:
            DecodeError: the text has characters that the encoding lacks, or this file's encoding is unknown.
        """
        encoding = encoding_of(self.data, python=self.python)
        mark = codecs.BOM_UTF8 if self.data.startswith(codecs.BOM_UTF8) else b""
        try:
            return mark + text.encode("utf-8" if encoding == "utf-8-sig" else encoding)
        except UnicodeError as error:
            raise DecodeError(f"not writable as {encoding}: {getattr(error, 'reason', error)}") from None

    @cached_property
    def lines(self) -> list[str]:
        """Lines without their ends, split as Python counts lines (``\\n``, ``\\r\\n``, ``\\r`` only)."""
        return LINE_END.split(self.text) if "\r" in self.text else self.text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        """Offset in code points of the first character of every line."""
        if "\r" in self.text:
            return [0, *(match.end() for match in LINE_END.finditer(self.text))]
        ends = accumulate(len(line) + 1 for line in self.lines)
        return [0, *islice(ends, len(self.lines) - 1)]

    def offset(self, position: Position) -> int:
        """Code-point offset of a position, clipped to its line (with the line's end) and to the text."""
        if position.line > len(self.starts):
            return len(self.text)
        if position.line < 1:
            return 0
        limit = self.starts[position.line] if position.line < len(self.starts) else len(self.text)
        return min(self.starts[position.line - 1] + max(position.column - 1, 0), limit)

    def slice(self, span: Span) -> str:
        """The text that a span covers."""
        return self.text[self.offset(span.start) : self.offset(span.end)]

    def position(self, offset: int) -> Position:
        """Position of a code-point offset."""
        line = bisect_right(self.starts, offset)
        return Position(line, offset - self.starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """Span between two code-point offsets."""
        return Span(self.path, self.position(start), self.position(end))

    def from_utf8(self, line: int, byte_column: int) -> Position:
        """Position of a line (from 1) and a UTF-8 byte column from 0, as ``ast`` counts them; clipped to the line."""
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        if text.isascii():
            return Position(line, min(byte_column, len(text)) + 1)
        head = text.encode("utf-8", "surrogatepass")[: byte_column + 1]
        starts = sum(byte & 0xC0 != 0x80 for byte in head)
        return Position(line, starts if len(head) > byte_column else starts + 1)

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
        except (OSError, ValueError):  # ValueError: no text, or no path at all (a null character in it)
            return None
        return source


def encoding_of(data: bytes, *, python: bool) -> str:
    """The encoding of a file: UTF-8 unless a Python file declares another; ``utf-8-sig`` with a byte order mark.

    A lone carriage return ends a line here as it does for the compiler.

    Raises:
        DecodeError: the declaration is unknown, or contradicts the byte order mark, or that is another encoding's.
    """
    if not python:
        return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    lines = (match[0] for match in _LINE.finditer(data))
    try:
        return tokenize.detect_encoding(lines.__next__)[0]
    except SyntaxError as error:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise DecodeError("not UTF-8: it begins with the byte order mark of UTF-16") from None
        if data.startswith(codecs.BOM_UTF8):
            raise DecodeError("declares another encoding than UTF-8, which its byte order mark says") from None
        raise DecodeError(str(error)) from None


def decode(data: bytes, *, python: bool) -> str:
    """Bytes to text: the declared encoding of a Python file, UTF-8 of any other; one byte order mark is dropped.

    Raises:
        DecodeError: see the class.
    """
    encoding = encoding_of(data, python=python)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = "UTF-8" if encoding in ("utf-8", "utf-8-sig") else encoding
        raise DecodeError(f"not {name}: {error.reason} at byte {error.start}", error.start) from None
    except (LookupError, ValueError) as error:  # codecs may raise a plain UnicodeError
        raise DecodeError(f"not {encoding}: {error}") from None
    if encoding not in ("utf-8", "utf-8-sig") and "coding" not in text:
        raise DecodeError(f"declares {encoding}, but its declaration is not written in it")
    return text
