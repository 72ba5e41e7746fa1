"""Managed blocks of a Markdown file: ``<!-- BEGIN:atomlint-deploy v1 -->`` to ``<!-- END:atomlint-deploy -->``.

Markers in code, inline or fenced, are text. The form is that of ``<!-- BEGIN:nextjs-agent-rules -->``, with a version.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ..didyoumean import suggestion
from ..finding import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..syntax.markdown import Markdown

DEPLOY = "atomlint-deploy"
"""The block in which people declare how the project is deployed."""
RULES = "atomlint-rules"
"""The block in which atomlint tells agents what the project's rules forbid."""
NAMES = (DEPLOY, RULES)
VERSION = "v1"
MARKER = re.compile(r"(BEGIN|END)\s*:\s*(atomlint\S*)\s*(.*)", re.DOTALL | re.IGNORECASE)


class Problem(NamedTuple):
    """What is wrong at a place of a block."""

    span: Span
    message: str


class Block(NamedTuple):
    """One closed block."""

    name: str
    begin: Span
    """Of the opening comment."""
    end: Span

    @property
    def span(self) -> Span:
        """Both markers included."""
        return Span(self.begin.path, self.begin.start, self.end.end)


class Blocks(NamedTuple):
    """The blocks of one file in source order, and the markers that make none, by the name of the block."""

    found: tuple[Block, ...]
    problems: tuple[tuple[str, Problem], ...]

    def named(self, name: str) -> list[Block]:
        """The blocks of one name."""
        return [block for block in self.found if block.name == name]

    def wrong(self, name: str) -> list[Problem]:
        """What is wrong with the markers of one name."""
        return [problem for of, problem in self.problems if of == name]


class _Marker(NamedTuple):
    word: str
    name: str
    rest: str
    span: Span


def begin_marker(name: str) -> str:
    """The comment that opens a block."""
    return f"<!-- BEGIN:{name} {VERSION} -->"


def end_marker(name: str) -> str:
    """The comment that closes a block."""
    return f"<!-- END:{name} -->"


def read_blocks(markdown: Markdown) -> Blocks:
    """Find the blocks; a marker that is misspelt or has no counterpart is a problem and makes no block."""
    found: list[Block] = []
    problems: list[tuple[str, Problem]] = []
    opened: _Marker | None = None
    for marker in _markers(markdown):
        wrong = _wrong(marker)
        if wrong:
            name = marker.name if marker.name in NAMES else DEPLOY
            problems.append((name, Problem(marker.span, wrong)))
        if marker.name not in NAMES:
            continue
        if marker.word == "BEGIN":
            if opened is not None:
                problems.append((opened.name, _unclosed(opened)))
            opened = marker
        elif opened is None or opened.name != marker.name:
            problems.append(
                (marker.name, Problem(marker.span, f"this END has no {begin_marker(marker.name)} before it"))
            )
        else:
            if not _wrong(opened):
                found.append(Block(marker.name, opened.span, marker.span))
            opened = None
    if opened is not None:
        problems.append((opened.name, _unclosed(opened)))
    return Blocks(tuple(found), tuple(problems))


def _markers(markdown: Markdown) -> Iterator[_Marker]:
    for comment in markdown.comments:
        match = MARKER.fullmatch(comment.text)
        if match is not None:
            yield _Marker(match[1].upper(), match[2].lower(), match[3].strip(), comment.span)


def _unclosed(marker: _Marker) -> Problem:
    return Problem(marker.span, f"the block is not closed: {end_marker(marker.name)} is missing")


def _wrong(marker: _Marker) -> str:
    if marker.name not in NAMES:
        near = suggestion(marker.name, NAMES)
        return f"there is no block {marker.name!r}{near or '; the blocks are ' + ', '.join(NAMES)}"
    if marker.word == "BEGIN" and marker.rest != VERSION:
        given = f"the version {marker.rest!r} is not known" if marker.rest else "the version is missing"
        return f"{given}: write {begin_marker(marker.name)}"
    return ""
