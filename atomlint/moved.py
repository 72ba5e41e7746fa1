"""Findings of a file whose lines moved and whose facts did not: the same findings, at the lines of today."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from .finding import Edit, Finding, Fix, Note, Position, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .facts.records import Spans

Lines = dict[int, int]
"""Lines of then and lines of now, where a statement only moved."""
NAMES_A_LINE = re.compile(r"\blines? \d|\.\w+:\d")
"""``line 12``, ``core/database.py:12``."""


class MovedError(Exception):
    """A finding stands where more than the line has changed."""


def line_map(old: Spans, new: Spans) -> Lines | None:
    """Where each line of every statement that only moved is now; None when the statements are not the same ones."""
    if len(old.units) != len(new.units) or len(old.calls) != len(new.calls):
        return None
    lines: Lines = {}
    bounds = [unit.first_call for unit in old.units] + [len(old.calls) // 4]
    for place, (then, now) in enumerate(zip(old.units, new.units, strict=True)):
        delta = now.first_line - then.first_line
        if now.last_line - then.last_line != delta:
            continue
        first, last = 4 * bounds[place], 4 * bounds[place + 1]
        shifted = (number if at % 2 else number + delta for at, number in enumerate(old.calls[first:last]))
        if all(a == b for a, b in zip(shifted, new.calls[first:last], strict=True)):
            lines.update((line, line + delta) for line in range(then.first_line, then.last_line + 1))
    return lines


def moved(findings: Sequence[Finding], lines: Mapping[str, Lines]) -> list[Finding]:
    """The findings with every place in the files of ``lines`` where it is now.

    Raises:
        MovedError: a place is in no statement that only moved, or a text names a line.
    """

    def move(span: Span) -> Span:
        table = lines.get(span.path)
        if table is None:
            return span
        start, end = table.get(span.start.line), table.get(span.end.line)
        if start is None or end is None:
            raise MovedError
        return Span(span.path, Position(start, span.start.column), Position(end, span.end.column))

    return [_moved(finding, lines, move) for finding in findings]


def _moved(finding: Finding, lines: Mapping[str, Lines], move: Callable[[Span], Span]) -> Finding:
    spans = [finding.span, *(note.span for note in (*finding.related, *finding.trace))]
    spans += [edit.span for fix in finding.fixes for edit in fix.edits]
    if not any(span.path in lines for span in spans):
        return finding
    texts = [finding.message, finding.help, *(note.message for note in (*finding.related, *finding.trace))]
    if any(NAMES_A_LINE.search(text) for text in texts):
        raise MovedError
    return msgspec.structs.replace(
        finding,
        span=move(finding.span),
        related=tuple(Note(move(note.span), note.message) for note in finding.related),
        trace=tuple(Note(move(note.span), note.message) for note in finding.trace),
        fixes=tuple(
            Fix(fix.title, fix.applicability, tuple(Edit(move(edit.span), edit.text) for edit in fix.edits))
            for fix in finding.fixes
        ),
    )
