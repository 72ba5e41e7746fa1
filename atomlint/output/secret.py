"""Which source lines no output may show, because a secret stands on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..finding import Finding
    from ..report import Report

FAMILY = "secret-"


def is_secret(finding: Finding) -> bool:
    """Whether the finding is about a secret, so that no line of its places may be shown."""
    return finding.rule.startswith(FAMILY)


def secret_lines(report: Report) -> frozenset[tuple[str, int]]:
    """Path and line of every line that a secret finding points at, suppressed ones included.

    Other findings' frames may contain such a line; it is withheld there too.
    """
    return frozenset(
        (span.path, line)
        for finding in report.findings
        if is_secret(finding)
        for span in finding.spans
        for line in range(span.start.line, span.end.line + 1)
    )
