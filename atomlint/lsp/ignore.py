"""Where the comment goes that allows a rule on one statement: every place is tried before it is offered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from ..comments import lex
from ..directives import Directive, parse, pragmas_end
from ..finding import Edit, Finding, Position, Span
from ..kinds import kind_of
from ..source import Source
from ..splice import apply
from ..statements import statement_ranges
from ..suppress import apply as suppress

if TYPE_CHECKING:
    from collections.abc import Iterator

BESIDE = frozenset({"python", "toml", "markdown"})
"""Kinds whose comments may stand after content; elsewhere `#` is only sure to begin a comment on its own line."""
ABOVE = frozenset({"dotenv", "dockerfile", "procfile", "yaml", "markdown"})
_SCALAR = re.compile(r"[|>][-+0-9]*\s*(#.*)?$")


def ignore_edit(source: Source, finding: Finding) -> Edit | None:
    """The edit that suppresses a finding at its place, or None where no comment can.

    A directive of the same statement gains the rule; else a comment is made, in Python and TOML at the end of the last
    line that takes one. The edited text was read again: the directive counts for this finding.
    """
    if finding.rule.startswith("atomlint-") or finding.span.path != source.path:
        return None
    try:
        for edit in _candidates(source, finding):
            if _works(source, finding, edit):
                return edit
    except ValueError:  # no text
        return None
    return None


def ignore_file_edit(source: Source, finding: Finding) -> Edit | None:
    """The edit that suppresses a rule in a whole file, by a comment at its end; None where no comment can."""
    if finding.rule.startswith("atomlint-") or finding.span.path != source.path:
        return None
    try:
        end = source.position(len(source.text))
        gap = "" if end.column == 1 else "\n"
        comment = _comment(source, f"ignore-file[{finding.rule}]")
        edit = Edit(Span(source.path, end, end), f"{gap}{comment}\n")
        return edit if _works(source, finding, edit) else None
    except ValueError:
        return None


def _candidates(source: Source, finding: Finding) -> Iterator[Edit]:
    line = finding.span.start.line
    ranges = statement_ranges(source)
    first, last = ranges(line)
    kind = kind_of(source.path)
    directives = [d for d in parse(source) if d.problem is None and d.scope == "statement" and d.id_spans]
    for directive in directives:
        yield _merge(source, directive, finding.rule)
    text = _comment(source, f"ignore[{finding.rule}]")
    if kind in BESIDE:
        for number in range(last, first - 1, -1):
            yield _beside(source, number, text)
    if kind in ABOVE and not (kind == "yaml" and _in_scalar(source, first)):
        content = source.lines[first - 1]
        indent = content[: len(content) - len(content.lstrip())]
        start = Position(first, 1)
        yield Edit(Span(source.path, start, start), f"{indent}{text}\n")


def _merge(source: Source, directive: Directive, rule: str) -> Edit:
    end = directive.id_spans[-1].end
    return Edit(Span(source.path, end, end), f", {rule}")


def _beside(source: Source, line: int, comment: str) -> Edit:
    """A comment at the end of a line; before what a comment there says to people, after what it says to tools."""
    content = source.lines[line - 1].rstrip()
    place = Position(line, len(content) + 1)
    if kind_of(source.path) == "markdown":
        return Edit(Span(source.path, place, place), f" {comment}")
    there = next((c for c in lex(source, kind_of(source.path)).comments if source.position(c[0]).line == line), None)
    if there is None:
        return Edit(Span(source.path, place, place), f"  {comment}")
    text = source.text[slice(*there)]
    spoken = text.lstrip("#").lstrip()
    end = pragmas_end(spoken.rstrip())
    place = source.position(there[0] + len(text) - len(spoken) + end if end else there[0])
    return Edit(Span(source.path, place, place), f"  {comment}" if end else f"{comment}  ")


def _comment(source: Source, directive: str) -> str:
    markdown = kind_of(source.path) == "markdown"
    return f"<!-- atomlint: {directive} -->" if markdown else f"# atomlint: {directive}"


def _in_scalar(source: Source, line: int) -> bool:
    """Whether a line of YAML stands in a block of text, where `#` begins no comment."""
    deepest = _indent(source.lines[line - 1])
    for content in reversed(source.lines[: line - 1]):
        if content.strip() and _indent(content) < deepest:
            deepest = _indent(content)
            if _SCALAR.search(content):
                return True
    return False


def _indent(content: str) -> int:
    return len(content) - len(content.lstrip())


def _works(source: Source, finding: Finding, edit: Edit) -> bool:
    """Whether the edited text has a directive that counts for the finding, and none that is worse than before."""
    after = Source.from_text(source.path, apply(source, [edit]))
    moved = edit.span.start <= Position(finding.span.start.line, 1) and edit.text.endswith("\n")
    down = edit.text.count("\n") if moved else 0
    start = Position(finding.span.start.line + down, finding.span.start.column)
    there = msgspec.structs.replace(finding, span=Span(source.path, start, start), related=(), suppressed=None)
    directives, ranges = parse(after), statement_ranges(after)
    marked, _ = suppress(
        [there],
        {source.path: directives},
        statements=lambda _, line: ranges(line),
        known_ids=(finding.rule,),
        ran_ids=(finding.rule,),
    )
    problems = sum(d.problem is not None for d in directives)
    return marked[0].suppressed is not None and problems == sum(d.problem is not None for d in parse(source))
