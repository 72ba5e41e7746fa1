"""``full``: a block per finding with code frames, call path, why and how to repair; then what was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from .frame import Mark, digits, frame, group
from .paint import Paint
from .row import lay_out
from .secret import is_secret, secret_lines
from .summary import closing, state, trouble_line
from .text import count, first_sentence, harmless, one_line, place, write

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..finding import Finding
    from ..report import Report
    from ..source import Source
    from .options import Options

FRAMES = 4
"""Frames shown of a finding; ``-v`` shows all."""


def render(report: Report, stream: TextIO, options: Options) -> None:
    """Write a block per finding, then errors and the closing lines."""
    paint = Paint(options.color)
    secret = secret_lines(report)
    for finding in options.shown(report):
        write(stream, [*_Block(report, finding, secret, paint, options.verbose).lines(), ""])
    write(stream, [paint(trouble_line(error), "red", bold=True) for error in report.errors])
    if not options.quiet:
        write(stream, [paint(line, bold=True) for line in closing(report)])


class _Block:
    """Renders one finding."""

    def __init__(
        self, report: Report, finding: Finding, secret: Collection[tuple[str, int]], paint: Paint, verbose: int
    ) -> None:
        self.report = report
        self.finding = finding
        self.secret = secret
        self.paint = paint
        self.verbose = verbose
        self.marks = [Mark(finding.span, severity=finding.severity)]
        self.marks += [Mark(note.span, one_line(note.message)) for note in finding.related]
        self.pad = " " * digits(self.marks)

    def lines(self) -> Iterator[str]:
        """The whole block, without the blank line after it."""
        finding, paint = self.finding, self.paint
        level = paint.severity(finding.severity, finding.severity.value)
        yield (
            f"{paint(harmless(finding.rule), bold=True)}  {level} ({finding.confidence.value} confidence)"
            f"  {paint(one_line(finding.message), bold=True)}"
        )
        yield from self._frames()
        yield from self._trace()
        yield from self._notes()

    def _frames(self) -> Iterator[str]:
        groups = group(self.marks)
        shown = groups if self.verbose else groups[:FRAMES]
        arrow = self.pad + self.paint.gutter("-->")
        for marks in shown:
            source = self._source(marks[0].span.path)
            length = len(source.lines) if source else 0
            there = [mark for mark in marks if 1 <= mark.span.start.line <= mark.span.end.line <= length]
            if source and there:
                yield f"{arrow} {place(min(there, key=lambda mark: mark.severity is None).span)}"
                yield from frame(source, there, self.paint, self.pad, self.secret)
            gone = [mark for mark in marks if mark not in there]
            yield from (f"{arrow} {place(mark.span)}  {mark.label}".rstrip() for mark in gone)
        if len(shown) < len(groups):
            yield self._note("note", f"{count(len(groups) - len(shown), 'more related place')} (-v shows all)")

    def _source(self, path: str) -> Source | None:
        """The file's text, unless it is gone or the finding is about a secret."""
        return None if is_secret(self.finding) else self.report.sources.source(path)

    def _trace(self) -> Iterator[str]:
        if self.finding.trace:
            yield self._note("call path", "")
        for number, step in enumerate(self.finding.trace, 1):
            yield f"{self.pad}     {number}. {place(step.span, column=False)}  {one_line(step.message)}".rstrip()
            source = self._source(step.span.path)
            line = step.span.start.line
            if source and line <= len(source.lines) and (step.span.path, line) not in self.secret:
                code = lay_out(source.lines[line - 1].strip()).text
                yield f"{self.pad}          {self.paint(code, dim=True)}".rstrip()

    def _notes(self) -> Iterator[str]:
        finding = self.finding
        rule = self.report.rules.get(finding.rule)
        if rule and rule.why:
            yield self._note("why", first_sentence(rule.why))
        if finding.help:
            yield self._note("help", one_line(finding.help))
        for fix in finding.fixes:
            yield self._note(f"fix ({fix.applicability})", one_line(fix.title))
        if finding.suppressed is not None:
            where = f"{harmless(finding.suppressed.path)}:{finding.suppressed.line}"
            yield self._note("note", f"{state(finding)} (by the comment at {where})")
        elif finding.baselined:
            yield self._note("note", "baselined")
        if self.verbose:
            if finding.symbol:
                yield self._note("in", harmless(finding.symbol))
            yield self._note("fingerprint", harmless(finding.fingerprint) or "none")
        explain = f"atomlint explain {harmless(finding.rule)}"
        yield self._note("see", f"{harmless(rule.url)} or `{explain}`" if rule and rule.url else f"`{explain}`")

    def _note(self, name: str, text: str) -> str:
        return f"{self.pad} {self.paint.gutter('=')} {self.paint(f'{name}:', bold=True)} {text}".rstrip()
