"""``github``: workflow commands that GitHub Actions shows as annotations.

GitHub shows ten of each level a step, so what matters most comes first. Escaping is that of ``@actions/toolkit``
(``packages/core/src/command.ts``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from ..finding import Severity
from .repository import prefix
from .summary import closing, state, trouble_text
from .text import harmless, one_line, place, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..finding import Finding, Span
    from ..report import Report
    from .options import Options


def render(report: Report, stream: TextIO, options: Options) -> None:
    """Write errors, then failing findings, then the others, then a notice with the closing lines."""
    write(stream, _commands(report, options))


def _commands(report: Report, options: Options) -> Iterator[str]:
    base = prefix(report.root, "GITHUB_WORKSPACE")
    for error in report.errors:
        properties = {"file": base + error.path} if error.path else {}
        yield _command("error", {**properties, "title": f"atomlint {error.kind} error"}, [trouble_text(error)])
    failing = {id(finding) for finding in report.failing}
    for finding in sorted(options.shown(report), key=lambda finding: id(finding) not in failing):
        level = _level(finding, fails=id(finding) in failing)
        properties = {**_place(finding.span, base), "title": finding.rule}
        yield _command(level, properties, _message(finding))
    yield _command("notice", {"title": "atomlint"}, closing(report))


def _level(finding: Finding, *, fails: bool) -> str:
    """``error`` for what fails the run; else by severity."""
    if fails:
        return "error"
    return "notice" if finding.severity is Severity.INFO or state(finding) else "warning"


def _place(span: Span, base: str) -> dict[str, str]:
    """Columns only on one line: GitHub takes no others."""
    lines = {"file": base + span.path, "line": str(span.start.line), "endLine": str(span.end.line)}
    if span.start.line != span.end.line:
        return lines
    return {**lines, "col": str(span.start.column), "endColumn": str(span.end.column)}


def _message(finding: Finding) -> list[str]:
    lines = [f"{one_line(finding.message)} ({finding.confidence.value} confidence)"]
    lines += [f"via {place(step.span)} {one_line(step.message)}".rstrip() for step in finding.trace]
    return [*lines, *filter(None, [one_line(finding.help), state(finding)])]


def _command(level: str, properties: dict[str, str], lines: list[str]) -> str:
    fields = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {fields}::{_data(chr(10).join(lines))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A property value: line ends are encoded, other control characters made harmless."""
    kept = "\n".join("\r".join(harmless(part) for part in line.split("\r")) for line in text.split("\n"))
    return _data(kept).replace(":", "%3A").replace(",", "%2C")
