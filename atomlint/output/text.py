"""Text that is safe to print: no control characters, one line where one line is meant, and how wide it stands."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..finding import Span

_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)[.!?](?=\s+[A-Z`\"'(]|\s*$)")
_SPACES = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")


class _Harmless(dict[int, str]):
    """Translation table that escapes what a terminal could obey or a reader could not see, filled on demand."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isprintable() or unicodedata.category(char) == "Zs":
            shown = char
        elif 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is not UTF-8 (PEP 383)
            shown = f"\\x{code - 0xDC00:02x}"
        elif code < 0x100:
            shown = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, f"\\x{code:02x}")
        else:
            shown = f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
        self[code] = shown
        return shown


_TABLE = _Harmless()


def harmless(text: str) -> str:
    r"""The text with control, format, surrogate and unassigned characters written as ``\x1b`` or ``\u202e``."""
    return text if text.isprintable() else text.translate(_TABLE)


def one_line(text: str) -> str:
    """The text as one harmless line; line ends and tabs become one space."""
    return harmless(_SPACES.sub(" ", text)).strip()


def width(text: str) -> int:
    """Terminal columns of a harmless text: East Asian wide characters take two, combining ones none (UAX 11)."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def place(span: Span, *, column: bool = True) -> str:
    """``path:line:column`` (or ``path:line``) of where a span starts, harmless."""
    where = f"{harmless(span.path)}:{span.start.line}"
    return f"{where}:{span.start.column}" if column else where


def first_sentence(text: str) -> str:
    """The first sentence of a prose, as one harmless line."""
    prose = " ".join(text.split())
    end = _SENTENCE_END.search(prose)
    return harmless(prose[: end.end()] if end else prose)


def count(number: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def write(stream: TextIO, lines: Iterable[str]) -> None:
    """Write lines; a character that the stream's encoding lacks is escaped instead of raising."""
    text = "".join(f"{line}\n" for line in lines)
    encoding = getattr(stream, "encoding", None)
    if encoding and not text.isascii():
        text = text.encode(encoding, "backslashreplace").decode(encoding)
    stream.write(text)
