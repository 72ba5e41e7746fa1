"""``sarif``: SARIF 2.1.0 (OASIS, with Errata 01), without snippets.

Section numbers in comments are those of the specification.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

import msgspec

from ..finding import Note, Severity
from .encode import write_json
from .text import first_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..finding import Finding, Fix, Position, Span, Suppression
    from ..report import Report, Trouble
    from .options import Options

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "SRCROOT"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report, stream: TextIO, options: Options) -> None:  # noqa: ARG001 -- every format takes them
    """Write the report as one SARIF log with one run; suppressed and baselined findings are marked."""
    write_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [_Run(report).value()]}, stream)


class _Run:
    """Builds the run; keeps the numbering of artifacts and rules."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.artifacts: dict[str, int] = {}
        names = sorted({*report.rules, *(finding.rule for finding in report.findings)})
        self.rules = {name: index for index, name in enumerate(names)}

    def value(self) -> dict[str, Any]:
        results = [self._result(finding) for finding in self.report.findings]
        invocation = {
            "executionSuccessful": not self.report.errors,
            "exitCode": self.report.status,
            "toolExecutionNotifications": [self._notification(error) for error in self.report.errors],
        }
        artifacts = [{"location": {"uri": _uri(path), "uriBaseId": ROOT}} for path in self.artifacts]
        return {
            "tool": {"driver": self._driver()},
            "columnKind": "unicodeCodePoints",
            # 3.14.14 lets a producer leave the root's own URI out: it would differ on every machine
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the project."}}},
            "invocations": [invocation],
            "artifacts": artifacts,
            "results": results,
            "properties": {"looked": msgspec.to_builtins(self.report.looked)},
        }

    def _driver(self) -> dict[str, Any]:
        from importlib.metadata import PackageNotFoundError, version

        driver: dict[str, Any] = {"name": "atomlint"}
        with contextlib.suppress(PackageNotFoundError):
            driver["version"] = version("atomlint")
        return {**driver, "rules": [self._rule(name) for name in self.rules]}

    def _rule(self, name: str) -> dict[str, Any]:
        value: dict[str, Any] = {"id": name, "properties": {"tags": [name.partition("-")[0]]}}
        rule = self.report.rules.get(name)
        if rule is None:
            return value
        why = " ".join(rule.why.split()) or rule.summary
        value["shortDescription"] = {"text": rule.summary}
        value["fullDescription"] = {"text": first_sentence(why)}
        value["help"] = {"text": why}
        value["defaultConfiguration"] = {"level": LEVELS[rule.severity]}
        if rule.url:
            value["helpUri"] = rule.url
        return value

    def _result(self, finding: Finding) -> dict[str, Any]:
        location = self._location(finding.span)
        if finding.symbol:
            location["logicalLocations"] = [{"fullyQualifiedName": finding.symbol}]
        related = [
            {"id": number, **self._location(note.span, note.message)} for number, note in enumerate(finding.related, 1)
        ]
        text = f"{finding.message}\n{finding.help}" if finding.help else finding.message
        value: dict[str, Any] = {
            "ruleId": finding.rule,
            "ruleIndex": self.rules[finding.rule],
            "level": LEVELS[finding.severity],
            "message": _message(text),
            "locations": [location],
            "relatedLocations": related,
            "suppressions": self._suppressions(finding),
            "properties": {"confidence": finding.confidence.value},
        }
        if finding.trace:
            value["codeFlows"] = [{"threadFlows": [{"locations": self._flow(finding)}]}]
        if fixes := self._fixes(finding.fixes):
            value["fixes"] = fixes
        if finding.fingerprint:
            value["partialFingerprints"] = {"atomlint/v1": finding.fingerprint}
        return value

    def _flow(self, finding: Finding) -> list[dict[str, Any]]:
        """The steps of the trace; the last one is the finding's own place."""
        steps = list(finding.trace)
        if steps[-1].span != finding.span:
            steps.append(Note(finding.span, finding.message))
        return [{"location": self._location(step.span, step.message)} for step in steps]

    def _suppressions(self, finding: Finding) -> list[dict[str, Any]]:
        """3.27.23: an empty array says that the result is known not to be suppressed."""
        found = []
        if finding.suppressed is not None:
            found.append(self._suppression(finding.suppressed))
        if finding.baselined:
            found.append({"kind": "external", "justification": "in the baseline"})
        return found

    def _suppression(self, comment: Suppression) -> dict[str, Any]:
        value: dict[str, Any] = {
            "kind": "inSource",
            "location": {
                "physicalLocation": {
                    "artifactLocation": self._artifact(comment.path),
                    "region": {"startLine": comment.line},
                }
            },
        }
        return {**value, "justification": comment.reason} if comment.reason else value

    def _fixes(self, fixes: Iterable[Fix]) -> list[dict[str, Any]]:
        return [self._fix(fix) for fix in dict.fromkeys(fixes) if fix.edits]

    def _fix(self, fix: Fix) -> dict[str, Any]:
        changes: dict[str, list[dict[str, Any]]] = {}
        for edit in fix.edits:
            replacement = {
                "deletedRegion": _region(edit.span.start, edit.span.end),
                "insertedContent": {"text": edit.text},
            }
            changes.setdefault(edit.span.path, []).append(replacement)
        return {
            "description": {"text": fix.title},
            "artifactChanges": [
                {"artifactLocation": self._artifact(path), "replacements": replacements}
                for path, replacements in changes.items()
            ],
            "properties": {"applicability": fix.applicability},
        }

    def _notification(self, error: Trouble) -> dict[str, Any]:
        value: dict[str, Any] = {
            "descriptor": {"id": error.kind},
            "level": "error",
            "message": _message(error.message),
        }
        if error.path:
            value["locations"] = [{"physicalLocation": {"artifactLocation": self._artifact(error.path)}}]
        return value

    def _location(self, span: Span, message: str = "") -> dict[str, Any]:
        value: dict[str, Any] = {
            "physicalLocation": {
                "artifactLocation": self._artifact(span.path),
                "region": _region(span.start, span.end),
            }
        }
        return {**value, "message": _message(message)} if message else value

    def _artifact(self, path: str) -> dict[str, Any]:
        index = self.artifacts.setdefault(path, len(self.artifacts))
        return {"uri": _uri(path), "uriBaseId": ROOT, "index": index}


def _region(start: Position, end: Position) -> dict[str, int]:
    """3.30: lines and columns from 1, the end column exclusive, as in a span."""
    return {"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column}


def _message(text: str) -> dict[str, str]:
    """3.11.6: ``[text](1)`` would be read as a link."""
    return {"text": text.replace("](", "\\](")}


def _uri(path: str) -> str:
    """A relative URI; bytes of the name that are not UTF-8 are encoded as they are on disk.

    A colon in the first segment would read as a scheme (RFC 3986, 4.2), so every colon is encoded.
    """
    try:
        data = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a UTF-16 pair, as only Windows allows in a name
        data = path.encode("utf-8", "surrogatepass")
    return quote(data, safe="/")
