"""``concise``: one line per finding, then what was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from .paint import Paint
from .summary import closing, state, trouble_line
from .text import harmless, one_line, place, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..finding import Finding
    from ..report import Report
    from .options import Options


def render(report: Report, stream: TextIO, options: Options) -> None:
    """Write ``path:line:column: rule severity[confidence] message`` lines, errors and the closing lines."""
    write(stream, _lines(report, options))


def _lines(report: Report, options: Options) -> Iterator[str]:
    paint = Paint(options.color)
    for finding in options.shown(report):
        yield _line(finding, paint)
    for error in report.errors:
        yield paint(trouble_line(error), "red", bold=True)
    if not options.quiet:
        yield from closing(report)


def _line(finding: Finding, paint: Paint) -> str:
    level = paint.severity(finding.severity, finding.severity.value)
    inactive = f" ({state(finding)})" if state(finding) else ""
    return (
        f"{paint(place(finding.span), bold=True)}: {harmless(finding.rule)}"
        f" {level}[{finding.confidence.value}] {one_line(finding.message)}{inactive}"
    )
