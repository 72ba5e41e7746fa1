"""``gitlab``: a GitLab Code Quality report, the subset of the Code Climate format that GitLab documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

from ..finding import Severity
from .encode import position, write_json
from .repository import prefix
from .summary import state

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..finding import Finding
    from ..report import Report, Trouble
    from .options import Options


def render(report: Report, stream: TextIO, options: Options) -> None:
    """Write an array of issues; an error is a ``critical`` one, so that an incomplete run never looks clean."""
    base = prefix(report.root, "CI_PROJECT_DIR")
    write_json(list(_issues(report, options, base)), stream)


def _issues(report: Report, options: Options, base: str) -> Iterator[dict[str, Any]]:
    seen: dict[str, int] = {}
    for error in report.errors:
        yield _error(error, base, seen)
    for finding in options.shown(report):
        inactive = f" ({state(finding)})" if state(finding) else ""
        key = finding.fingerprint or f"{finding.span.path}\0{finding.message}"
        fails = not inactive and report.fails(finding)
        yield {
            "description": finding.message + inactive,
            "check_name": finding.rule,
            "fingerprint": _unique([finding.rule, key], seen),
            "severity": "info" if inactive else _severity(finding, fails=fails),
            "location": {
                "path": base + finding.span.path,
                "lines": {"begin": finding.span.start.line, "end": finding.span.end.line},
                "positions": {"begin": position(finding.span.start), "end": position(finding.span.end)},
            },
        }


def _severity(finding: Finding, *, fails: bool) -> str:
    if finding.severity is Severity.INFO:
        return "info"
    if finding.severity is Severity.WARNING:
        return "major" if fails else "minor"
    return "critical" if fails else "major"


def _error(error: Trouble, base: str, seen: dict[str, int]) -> dict[str, Any]:
    return {
        "description": f"Not looked at: {error.message}",
        "check_name": f"atomlint-error-{error.kind}",
        "fingerprint": _unique([error.kind, error.path, error.message], seen),
        "severity": "critical",
        "location": {"path": base + error.path if error.path else ".", "lines": {"begin": 1, "end": 1}},
    }


def _unique(parts: list[str], seen: dict[str, int]) -> str:
    """A digest that no other issue of the report has: GitLab shows only one issue a fingerprint."""
    import hashlib

    key = "\0".join(parts)
    seen[key] = seen.get(key, 0) + 1
    return hashlib.sha256(f"{key}\0{seen[key]}".encode("utf-8", "surrogatepass")).hexdigest()
