"""Directives: the comments that allow a rule on one statement or in one file.

The syntax is strict: ``atomlint: ignore[rule-id] reason`` and ``atomlint: ignore-file[rule-id] reason``, several ids
comma-separated, alone in a comment or after other tools' pragmas (``# noqa: E501  # atomlint: ignore[...]``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from .comments import Comment, scan
from .didyoumean import suggestion
from .finding import Span
from .kinds import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .source import Source

Scope = Literal["statement", "file"]

_VERBS: dict[str, Scope] = {"ignore": "statement", "ignore-file": "file"}
_FORM = "write ignore[rule-id] or ignore-file[rule-id]"
_START = "atomlint:"
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+\Z")
_NEXT_COMMENT = re.compile(r"\s+#+(?:\s+|(?=atomlint:))")
_PRAGMA = re.compile(r"[a-z][a-z-]*:|(?i:noqa|nosec|nosem|nosemgrep|nosonar)\b")
_HEAD = re.compile(r"atomlint:\s*([^\s\[\]]*)")


class Directive(msgspec.Struct, frozen=True):
    """One ``atomlint:`` comment; with a ``problem`` it is malformed and suppresses nothing."""

    path: str
    line: int
    span: Span
    scope: Scope
    ids: tuple[str, ...]
    reason: str
    problem: str | None = None
    lines: tuple[int, ...] = ()
    """Lines whose statements it speaks about: its own and, for a comment on its own line, the next line of content."""
    id_spans: tuple[Span, ...] = ()
    erase: Span | None = None
    """What to delete so that the directive is gone and nothing is left of it."""
    shown: bool = False
    """Whether it stands in a code block of a document, where it may only be shown to readers: it is not judged."""


def parse(source: Source) -> list[Directive]:
    """Every directive of a file, in source order; one that starts like a directive and is none has a ``problem``."""
    comments = scan(source).comments
    own = {line for c in comments if c.own_line for line in range(c.line, c.span.end.line + 1)}
    found: list[Directive] = []
    for comment in comments:
        if _START not in comment.text:
            continue
        lines = [comment.line]
        if comment.own_line:
            below = comment.span.end.line + 1
            while below in own:
                below += 1
            lines.append(below)
        found.extend(_directives(source, comment, tuple(lines)))
    return found


def _directives(source: Source, comment: Comment, lines: tuple[int, ...]) -> Iterator[Directive]:
    start = source.offset(comment.span.start)
    base = start + source.slice(comment.span).index(comment.text)
    angled = source.text.startswith("<!--", start)
    parts = [(0, len(comment.text))] if angled else _parts(comment.text)
    for number, (first, last) in enumerate(parts):
        piece = comment.text[first:last]
        if not piece.startswith(_START):
            continue
        scope, ids, reason, problem = _read(piece)
        if len(parts) == 1:
            erase = _whole(source, comment)
        elif number == 0:
            erase = source.span(base + first, base + parts[1][0])
        else:
            erase = source.span(base + parts[number - 1][1], base + last)
        yield Directive(
            path=source.path,
            line=comment.line,
            span=comment.span if len(parts) == 1 else source.span(base + first, base + last),
            scope=scope,
            ids=tuple(name for name, _ in ids),
            reason=reason,
            problem=problem,
            lines=lines,
            id_spans=tuple(source.span(base + first + at, base + first + at + len(name)) for name, at in ids),
            erase=erase,
            shown=kind_of(source.path) == "markdown" and source.slice(comment.span).startswith("#"),
        )


def _parts(text: str) -> list[tuple[int, int]]:
    """A comment cut where another begins inside it, up to the first part that is prose."""
    parts: list[tuple[int, int]] = []
    start = 0
    for cut in [*_NEXT_COMMENT.finditer(text), None]:
        end = cut.start() if cut else len(text)
        parts.append((start, end))
        if cut is None or not _PRAGMA.match(text, start, end):
            break
        start = cut.end()
    return parts


def pragmas_end(text: str) -> int:
    """Where the pragmas end that a comment's text (without its marks) begins with; 0 when it begins with prose.

    A directive may follow there, and is read.
    """
    end = 0
    for first, last in _parts(text):
        if not _PRAGMA.match(text, first, last):
            break
        end = last
    return end


def _whole(source: Source, comment: Comment) -> Span:
    """A comment with the white space before it; its lines when nothing else stands on them."""
    start, end = source.offset(comment.span.start), source.offset(comment.span.end)
    if comment.own_line:
        following = comment.span.end.line
        end = source.starts[following] if following < len(source.starts) else len(source.text)
        return source.span(source.starts[comment.line - 1], end)
    line_start = source.starts[comment.line - 1]
    return source.span(line_start + len(source.text[line_start:start].rstrip()), end)


def _read(piece: str) -> tuple[Scope, list[tuple[str, int]], str, str | None]:
    """Scope, ids with their offsets, reason and problem of a text that starts with ``atomlint:``."""
    head = _HEAD.match(piece)
    verb = head[1] if head else ""
    at = head.end() if head else 0
    if verb not in _VERBS:
        said = f"unknown directive '{verb}'{suggestion(verb, _VERBS)}" if verb else "it says nothing"
        return "statement", [], "", f"{said}; {_FORM}"
    scope = _VERBS[verb]
    if not piece.startswith("[", at):
        spaced = piece[at:].lstrip().startswith("[")
        problem = f"no space may stand before '['; write {verb}[rule-id]" if spaced else f"write {verb}[rule-id]"
        return scope, [], "", problem if spaced else f"the id of a rule is missing; {problem}"
    close = piece.find("]", at)
    if close < 0:
        return scope, [], "", f"the closing ']' is missing; write {verb}[rule-id]"
    ids: dict[str, int] = {}
    problem = ""
    place = at + 1
    for item in piece[place:close].split(","):
        name = item.strip()
        problem = problem or _wrong_id(name, verb)
        if name:
            ids.setdefault(name, place + item.index(name))
        place += len(item) + 1
    reason = piece[close + 1 :]
    if reason and not reason[0].isspace():
        problem = problem or "a space must stand between ']' and the reason"
    return scope, list(ids.items()), reason.strip().lstrip("-–—: "), problem or None  # noqa: RUF001


def _wrong_id(name: str, verb: str) -> str:
    if not name:
        return f"the id of a rule is empty; write {verb}[rule-id]"
    if name.lower() in ("*", "all"):
        return f"'{name}' is no rule: every rule is named; write {verb}[rule-id]"
    if _ID.match(name):
        return ""
    if name.isalnum():
        return f"'{name}' is no rule but at most a family; name the rule: {verb}[{name.lower()}-...]"
    return f"'{name}' is no id of a rule; write {verb}[rule-id]"
