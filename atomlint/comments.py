"""Comments of Python files and documents: real comment tokens, never a ``#`` inside a string."""

from __future__ import annotations

import re
import tokenize
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from .finding import Span
from .kinds import Kind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source

MARK = b"atomlint:"
"""Files without these bytes hold no directive and are never scanned."""


class Comment(msgspec.Struct, frozen=True, gc=False):
    """One comment; ``span`` covers it with its marks, ``text`` is what stands between them, stripped."""

    text: str
    span: Span
    line: int
    """The line that it starts on."""
    own_line: bool
    """Whether nothing but white space stands beside it."""


class Scan(NamedTuple):
    """The comments of a file, and whether the file could be read to its end."""

    comments: tuple[Comment, ...]
    complete: bool


class Lexed(NamedTuple):
    """What a scanner saw, in code-point offsets, ends exclusive."""

    comments: list[tuple[int, int]]
    statements: list[tuple[int, int]]
    """Values and instructions that stand on several lines."""
    complete: bool


def comments(source: Source) -> Iterator[Comment]:
    """The comments of a file that mentions ``atomlint:`` at all, in source order; see :func:`scan` for its state."""
    yield from scan(source).comments


def scan(source: Source) -> Scan:
    """The comments of a file that mentions ``atomlint:`` at all, in source order.

    A file that cannot be read to its end gives the comments before that place and ``complete=False``; so does one
    that does not decode, without any.
    """
    if MARK not in source.data:
        return Scan((), True)
    try:
        text = source.text
    except ValueError:
        return Scan((), False)
    found = lex(source, kind_of(source.path))
    return Scan(tuple(_comment(source, text, start, end) for start, end in found.comments), found.complete)


def lex(source: Source, kind: Kind) -> Lexed:
    """Scan a whole text for comments and for what stands on several lines (the latter not for Python)."""
    if kind == "python":
        return _python(source)
    if kind == "toml":
        return _toml(source.text)
    if kind == "dotenv":
        return _dotenv(source.text)
    if kind == "markdown":
        return _markdown(source.text)
    if kind in ("dockerfile", "procfile"):
        return _whole_lines(source, continued=kind == "dockerfile")
    if kind in ("yaml", "shell", "ini"):
        return _hashes(source, kind)
    return Lexed([], [], True)


def _comment(source: Source, text: str, start: int, end: int) -> Comment:
    span = source.span(start, end)
    inner = text[start + 4 : end - 3] if text.startswith("<!--", start) else text[start:end].lstrip("#")
    before = text[source.starts[span.start.line - 1] : start]
    after = text[end : source.starts[span.end.line] if span.end.line < len(source.starts) else len(text)]
    return Comment(inner.strip(), span, span.start.line, not before.strip() and not after.strip())


_STRAY = frozenset("\"'\\\0")


def _python(source: Source) -> Lexed:
    found: list[tuple[int, int]] = []
    # Before Python 3.12 tokenize knows no lone carriage return, so it gets one sort of line end; columns stay.
    lines = (f"{line}\n" for line in source.lines)
    try:
        for token in tokenize.generate_tokens(lambda: next(lines, "")):
            if token.type == tokenize.COMMENT:
                start = source.starts[token.start[0] - 1] + token.start[1]
                found.append((start, start + len(token.string)))
            # Python 3.12 raises for an open string; before, this token stands for it and its inside would follow.
            elif token.type == tokenize.ERRORTOKEN and not _STRAY.isdisjoint(token.string):
                return Lexed(found, [], False)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return Lexed(found, [], False)
    return Lexed(found, [], True)


_TOML = re.compile(
    r"""
    (?P<multi> \"{3} (?:\\.|[^\\])*? (?:\"{3,5}|(?P<open>\Z)) | '{3} .*? (?:'{3,5}|(?P<open2>\Z)) )
    | " (?:\\[^\r\n]|[^"\\\r\n])* "?
    | ' [^'\r\n]* '?
    | (?P<comment> \#[^\r\n]*)
    | (?P<bracket> [\[\]{}])
    | (?P<end> \r\n|\r|\n)
    """,
    re.VERBOSE | re.DOTALL,
)


def _toml(text: str) -> Lexed:
    found: list[tuple[int, int]] = []
    statements: list[tuple[int, int]] = []
    depth = start = 0
    several = False
    complete = True
    for match in _TOML.finditer(text):
        kind = match.lastgroup
        if match["multi"] is not None:
            several = True
            complete = match["open"] is None and match["open2"] is None
        elif kind == "comment":
            found.append(match.span())
        elif kind == "bracket":
            depth = max(depth + (1 if match[0] in "[{" else -1), 0)
        elif kind == "end" and depth:
            several = True
        elif kind == "end":
            if several:
                statements.append((start, match.start()))
            start, several = match.end(), False
    if several and complete and not depth:
        statements.append((start, len(text)))
    return Lexed(found, statements, complete and not depth)


# Quoted values may run over lines, and an unquoted one ends at white space before a `#`; so reads python-dotenv.
_DOTENV = re.compile(
    r"""
    [^\S\r\n]*
    (?: (?P<key> (?:export[^\S\r\n]+)? (?:'[^'\r\n]+'|[^=\#\s]+) [^\S\r\n]*=[^\S\r\n]*)
        (?P<value> '(?:\\'|[^'])*' | "(?:\\.|[^"\\])*" | (?P<open>['"]) | (?:(?![^\S\r\n]\#|[\r\n]).)* ) )?
    [^\S\r\n]*
    (?P<comment>\#[^\r\n]*)?
    [^\r\n]* (?:\r\n|\r|\n|\Z)
    """,
    re.VERBOSE | re.DOTALL,
)


def _dotenv(text: str) -> Lexed:
    found: list[tuple[int, int]] = []
    statements: list[tuple[int, int]] = []
    complete = True
    at = 0
    while at < len(text) and (match := _DOTENV.match(text, at)):
        if match["comment"] is not None and match["open"] is None:
            found.append(match.span("comment"))
        complete = complete and match["open"] is None
        if match["value"] and ("\n" in match["value"] or "\r" in match["value"]):
            statements.append((match.start("key"), match.end("value")))
        at = match.end()
    return Lexed(found, statements, complete)


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})(?P<info>.*)")
_MARKDOWN = re.compile(r"(?P<code>(?<!`)(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`))|(?P<open><!--)")


def _markdown(text: str) -> Lexed:
    found: list[tuple[int, int]] = []
    fence = ""
    at = 0
    while at < len(text):
        line = _LINE.match(text, at)
        assert line is not None  # every place of a text starts some line, if an empty one
        content = line[0].rstrip("\r\n")
        mark = _FENCE.match(content)
        if fence:
            if mark and mark["fence"].startswith(fence) and not mark["info"].strip():
                fence = ""
            elif (hash_ := _hash(content, _PLAIN)) is not None and MARK.decode() in content[hash_:]:
                found.append((at + hash_, at + len(content)))
        elif mark and not (mark["fence"][0] == "`" and "`" in mark["info"]):
            fence = mark["fence"]
        else:
            end = at
            while (opened := _opening(text, end, at + len(content))) is not None:
                close = text.find("-->", opened + 4)
                if close < 0:
                    return Lexed(found, [], False)
                end = close + 3
                found.append((opened, end))
                if end > line.end():
                    break
            if end > line.end():
                at = end
                continue
        at = line.end()
    return Lexed(found, [], not fence)


def _opening(text: str, start: int, end: int) -> int | None:
    """Where the next HTML comment of a line opens, outside inline code."""
    for match in _MARKDOWN.finditer(text, start, end):
        if match["open"]:
            return match.start()
    return None


def _whole_lines(source: Source, *, continued: bool) -> Lexed:
    """Comments on lines of their own; with ``continued``, a backslash carries an instruction on, as Docker reads it."""
    found: list[tuple[int, int]] = []
    statements: list[tuple[int, int]] = []
    first = -1
    for start, line in zip(source.starts, source.lines, strict=True):
        if line.lstrip().startswith("#"):
            found.append((start + len(line) - len(line.lstrip()), start + len(line)))
        elif continued and line.rstrip().endswith("\\"):
            first = start if first < 0 else first
        elif first >= 0 and line.strip():  # Docker skips empty lines inside an instruction
            statements.append((first, start + len(line)))
            first = -1
    if first >= 0:
        statements.append((first, len(source.text)))
    return Lexed(found, statements, True)


# A quote in a word (`it's`) opens nothing; one that stays open hides the rest of its line.
_PLAIN = re.compile(
    r"""(?P<comment>(?<!\S)\#) | (?<!\w)"(?:\\.|[^"\\])*(?:"|\\?\Z) | (?<!\w)'[^']*(?:'|\Z)""", re.VERBOSE
)
_SHELL = re.compile(r"""(?P<comment>(?<!\S)\#) | \\. | "(?:\\.|[^"\\])*(?:"|\\?\Z) | '[^']*(?:'|\Z)""", re.VERBOSE)


def _hash(line: str, syntax: re.Pattern[str]) -> int | None:
    """Where the comment of a line begins: at a ``#`` outside quotes with white space or nothing before it."""
    return next((match.start() for match in syntax.finditer(line) if match["comment"]), None)


def _hashes(source: Source, kind: Kind) -> Lexed:
    """Comments on lines of their own and at the end of lines, each line by itself."""
    syntax = _SHELL if kind == "shell" else _PLAIN
    found: list[tuple[int, int]] = []
    for start, line in zip(source.starts, source.lines, strict=True):
        if "#" in line and (begin := _hash(line, syntax)) is not None:
            found.append((start + begin, start + len(line)))
    return Lexed(found, [], True)
