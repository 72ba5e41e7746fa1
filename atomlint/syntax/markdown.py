"""Markdown, as far as instructions for people and agents need it: headings, code and HTML comments.

Facts of the format: CommonMark 0.31 (ATX and setext headings, fences of backticks and tildes). Link definitions, lists
and emphasis are text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..finding import Span
    from ..source import Source

ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
FENCE = re.compile(r"(\s*(?:[-*+>]\s+)*)(`{3,}|~{3,})[ \t]*([^`]*?)[ \t]*$")
PARAGRAPH = re.compile(r" {0,3}(?![-*+#>]|\d+[.)]|\s)(.*\S)")
CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")


class Heading(NamedTuple):
    """One heading; its level is 1 to 6."""

    level: int
    text: str
    span: Span


class Fence(NamedTuple):
    """One fenced block of code."""

    language: str
    """The first word of the info string, in small letters; empty when there is none."""
    text: str
    """The code without its fences, lines ended by ``\\n``."""
    span: Span
    """From the opening fence to the closing one, or to the end of the file."""


class Comment(NamedTuple):
    """One HTML comment outside of code."""

    text: str
    span: Span


class Code(NamedTuple):
    """Code in a line of prose."""

    text: str
    """Without its backticks and the blanks next to them."""
    span: Span
    """Of the text."""


class Markdown(NamedTuple):
    """One file; every list in source order."""

    headings: tuple[Heading, ...]
    fences: tuple[Fence, ...]
    comments: tuple[Comment, ...]
    codes: tuple[Code, ...]
    prose: str
    """The whole text with blanks for code and comments: places in it are those of the file."""


def read_markdown(source: Source) -> Markdown:
    """Parse a file; any text is Markdown."""
    headings: list[Heading] = []
    fences: list[Fence] = []
    prose = list(source.text)  # code and comments are blanked out for what is searched after them
    lines, starts = source.lines, source.starts
    line = 0
    while line < len(lines):
        opening = FENCE.match(lines[line])
        if opening is None or (opening[2][0] == "`" and "`" in opening[3]):
            line += 1
            continue
        first = line
        line += 1
        close = re.compile(r"\s*(?:>\s*)*" + re.escape(opening[2][0]) + f"{{{len(opening[2])},}}[ \\t]*$")
        while line < len(lines) and not close.match(lines[line]):
            line += 1
        last = min(line, len(lines) - 1)
        end = starts[last] + len(lines[last])
        code = "".join(text + "\n" for text in lines[first + 1 : line])
        language = opening[3].split()[0].lower() if opening[3].split() else ""
        fences.append(Fence(language, code, source.span(starts[first] + len(opening[1]), end)))
        _blank(prose, starts[first], end)
        line += 1
    codes = []
    for match in CODE.finditer("".join(prose)):
        start = match.start(2) + len(match[2]) - len(match[2].lstrip())
        codes.append(Code(match[2].strip(), source.span(start, start + len(match[2].strip()))))
        _blank(prose, *match.span())
    comments = []
    for start, end in _comments("".join(prose)):
        comments.append(Comment(source.text[start + 4 : end - 3].strip(), source.span(start, end)))
        _blank(prose, start, end)
    visible = "".join(prose)
    for number, text in enumerate(lines):
        seen = visible[starts[number] : starts[number] + len(text)]
        heading = _heading(lines, number) if seen.strip() else None
        if heading is not None:
            level, title, place = heading
            span = source.span(starts[place], starts[place] + len(lines[place].rstrip()))
            headings.append(Heading(level, title, span))
    return Markdown(tuple(headings), tuple(fences), tuple(comments), tuple(codes), visible)


def _heading(lines: list[str], number: int) -> tuple[int, str, int] | None:
    atx = ATX.match(lines[number])
    if atx is not None:
        return len(atx[1]), atx[2] or "", number
    under = SETEXT.match(lines[number])
    above = PARAGRAPH.match(lines[number - 1]) if under is not None and number else None
    if under is None or above is None:
        return None
    return (1 if under[1][0] == "=" else 2), above[1], number - 1


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Places of ``<!-- -->``; a pattern would look for the end of each open one again."""
    start = text.find("<!--")
    while start >= 0:
        end = text.find("-->", start + 4)
        if end < 0:
            return
        yield start, end + 3
        start = text.find("<!--", end + 3)


def _blank(text: list[str], start: int, end: int) -> None:
    for place in range(start, end):
        if text[place] not in "\r\n":
            text[place] = " "
