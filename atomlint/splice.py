"""Edits of one text: make them, write the bytes back, show what changed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from .source import LINE_END, DecodeError, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .finding import Edit

_EDITED_END = re.compile(r"\r\n|\n")


def apply(text: str | Source, edits: Sequence[Edit]) -> str:
    """A text with all edits made. Identical edits count once; insertions at one place keep their order.

    Positions outside the text are clipped to it. A line end in an edit becomes the text's (most frequent) line end.

    Raises:
        ValueError: two edits overlap, an edit ends before it starts, or it belongs to another file than the source.
    """
    source = text if isinstance(text, Source) else Source.from_text("", text)
    places: list[tuple[int, int, int, str]] = []
    for number, edit in enumerate(dict.fromkeys(edits)):
        if isinstance(text, Source) and edit.span.path != source.path:
            raise ValueError(f"an edit of {edit.span.path} is no edit of {source.path}")
        start, end = source.offset(edit.span.start), source.offset(edit.span.end)
        if end < start:
            raise ValueError(f"an edit of {edit.span.path}:{edit.span.start.line} ends before it starts")
        places.append((start, end, number, edit.text))
    ending = _line_end(source.text) if any("\n" in place[3] for place in places) else "\n"
    pieces: list[str] = []
    at = 0
    for start, end, _, new in sorted(places):
        if start < at:
            raise ValueError(f"two edits overlap at {source.path}:{source.position(start).line}")
        pieces += (source.text[at:start], _EDITED_END.sub(ending, new))
        at = end
    return "".join((*pieces, source.text[at:]))


def rewrite(source: Source, edits: Sequence[Edit]) -> bytes:
    """A file's bytes with all edits made; encoding, byte order mark and every byte outside the edits stay.

    Raises:
        ValueError: see :func:`apply`; or the encoding cannot hold the result, or not give the rest back as it was.
    """
    if source.encode(source.text) != source.data:
        raise DecodeError("its encoding cannot be written back byte for byte")
    text = apply(source, edits)
    data = source.encode(text)
    if Source(source.path, data).text != text:
        raise DecodeError("the edited text would be read in another encoding")
    return data


def diff(path: str, before: str | bytes, after: str | bytes) -> str:
    """A unified diff that ``git apply`` and ``patch`` take; empty when nothing changed.

    Raises:
        DecodeError: bytes that are no text.
    """
    from difflib import unified_diff

    # Only "\n" ends a line of a patch; a carriage return or form feed is content.
    old, new = (
        re.findall(r"[^\n]*\n|[^\n]+", text if isinstance(text, str) else Source(path, text).text)
        for text in (before, after)
    )
    lines = unified_diff(old, new, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _line_end(text: str) -> str:
    counts = Counter(LINE_END.findall(text))
    return max(counts, key=lambda end: (counts[end], end), default="\n")
