"""``markdown``: a GitHub-flavoured page, for ``$GITHUB_STEP_SUMMARY`` or a merge request's comment."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, TextIO

from ..finding import Severity
from .summary import closing, headline, state, trouble_line
from .text import count, harmless, one_line, place, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..finding import Finding
    from ..report import Report, RuleInfo
    from .options import Options

ROWS = 500
"""Findings in the table: a step summary takes 1 MiB."""
_SPECIAL = re.compile(r"[\\`*_\[\]~$]")
_CODE = re.compile(r"(`[^`]+`)")


def render(report: Report, stream: TextIO, options: Options) -> None:
    """Write a headline, the table of findings, call paths to unfold, errors and the closing lines."""
    write(stream, _lines(report, options))


def _lines(report: Report, options: Options) -> Iterator[str]:
    findings = options.shown(report)
    yield f"## atomlint: {headline(report)}"
    yield ""
    if report.active:
        yield _headline_numbers(report)
        yield ""
    if findings:
        yield from _table(findings[:ROWS], report)
        yield ""
    if len(findings) > ROWS:
        yield f"{count(len(findings) - ROWS, 'more finding')} not listed here; `--output full` lists all."
        yield ""
    for finding in findings[:ROWS]:
        if finding.trace:
            yield from _call_path(finding)
            yield ""
    if report.errors:
        yield "### Errors"
        yield ""
        yield from (f"- {_prose(trouble_line(error))}" for error in report.errors)
        yield ""
    yield "\\\n".join(map(_prose, closing(report)))


def _headline_numbers(report: Report) -> str:
    numbers = Counter(finding.severity for finding in report.active)
    shown = [f"**{numbers[severity]:,}** {severity.value}" for severity in reversed(Severity) if numbers[severity]]
    return f"**{len(report.failing):,}** failing · {' · '.join(shown)}"


def _table(findings: Sequence[Finding], report: Report) -> Iterator[str]:
    yield "| | rule | place | message |"
    yield "| --- | --- | --- | --- |"
    for finding in findings:
        level = f"{finding.severity.value} ({finding.confidence.value})"
        inactive = f" ({_prose(state(finding))})" if state(finding) else ""
        rule = _rule(finding.rule, report.rules.get(finding.rule))
        message = _prose(one_line(finding.message)) + inactive
        # a row is cut into cells before anything else is read, code included
        cells = [cell.replace("|", "\\|") for cell in (level, rule, _code(place(finding.span)), message)]
        yield f"| {' | '.join(cells)} |"


def _rule(name: str, rule: RuleInfo | None) -> str:
    linkable = rule and re.fullmatch(r"https?://[^\s()<>|\\`]+", rule.url)
    return f"[{_code(name)}]({rule.url})" if rule and linkable else _code(name)


def _call_path(finding: Finding) -> Iterator[str]:
    summary = _html(f"Call path to {harmless(finding.rule)} at {place(finding.span)}")
    yield f"<details><summary>{summary}</summary>"
    yield ""
    for number, step in enumerate(finding.trace, 1):
        yield f"{number}. {_code(place(step.span, column=False))} {_prose(one_line(step.message))}".rstrip()
    if finding.help:
        yield ""
        yield f"{_prose(one_line(finding.help))}"
    yield ""
    yield "</details>"


def _prose(text: str) -> str:
    """Text that renders as it stands, but for code between single backticks, which stays code."""
    if text.count("`") % 2 or "``" in text:
        return _plain(text)
    return "".join(_code(part[1:-1]) if part[:1] == "`" else _plain(part) for part in _CODE.split(text))


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", _html(text))


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code(text: str) -> str:
    """A code span."""
    text = harmless(text)
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (max(map(len, re.findall("`+", text))) + 1)
    return f"{fence} {text} {fence}"
