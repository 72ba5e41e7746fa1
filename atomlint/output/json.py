"""``json``: one object, whose schema is published as ``schema-1.0.json`` and versioned with ``version``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

import msgspec

from ..finding import Severity
from .encode import position, write_json

if TYPE_CHECKING:
    from ..finding import Finding, Fix, Note, Span
    from ..report import Report
    from .options import Options

VERSION = "1.0"


def render(report: Report, stream: TextIO, options: Options) -> None:  # noqa: ARG001 -- every format takes them
    """Write the report as one JSON object; suppressed and baselined findings are always in it, marked."""
    value: dict[str, Any] = {
        "version": VERSION,
        "summary": _summary(report),
        "errors": [{"kind": e.kind, "path": e.path, "message": e.message} for e in report.errors],
        "findings": [_finding(finding) for finding in report.findings],
    }
    if report.unresolved is not None:
        value["unresolved"] = [{"path": c.path, "line": c.line, "callee": c.callee} for c in report.unresolved]
    write_json(value, stream)


def _summary(report: Report) -> dict[str, Any]:
    active = report.active
    severities = Counter(finding.severity for finding in active)
    return {
        "status": report.status,
        "findings": len(active),
        "failing": len(report.failing),
        "errors": len(report.errors),
        "threshold": {"severity": report.severity.value, "confidence": report.confidence.value},
        "by_severity": {severity.value: severities[severity] for severity in reversed(Severity)},
        "by_rule": dict(sorted(Counter(finding.rule for finding in active).items())),
        "looked": msgspec.to_builtins(report.looked),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    silenced = finding.suppressed
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        **_span(finding.span),
        "symbol": finding.symbol,
        "help": finding.help,
        "related": [_note(note) for note in finding.related],
        "trace": [_note(note) for note in finding.trace],
        "fixes": [_fix(fix) for fix in finding.fixes],
        "fingerprint": finding.fingerprint,
        "suppressed": silenced and {"path": silenced.path, "line": silenced.line, "reason": silenced.reason},
        "baselined": finding.baselined,
    }


def _span(span: Span) -> dict[str, Any]:
    return {"path": span.path, "start": position(span.start), "end": position(span.end)}


def _note(note: Note) -> dict[str, Any]:
    return {**_span(note.span), "message": note.message}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability,
        "edits": [{**_span(edit.span), "text": edit.text} for edit in fix.edits],
    }
