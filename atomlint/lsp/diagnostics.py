"""Findings as editors show them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from ..finding import Severity
from .places import Columns, key_of, uri_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..finding import Finding, Note
    from ..report import Report

SOURCE = "atomlint"
LEVELS = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
START = types.Range(types.Position(0, 0), types.Position(0, 0))


@dataclass(frozen=True)
class Client:
    """What the client said that it understands."""

    encoding: types.PositionEncodingKind | str = types.PositionEncodingKind.Utf16
    related: bool = False
    links: bool = False
    """``codeDescription``."""
    data: bool = False
    versions: bool = False
    """``documentChanges`` of workspace edits."""
    watches: bool = False
    """Whether it can be asked to tell of changed files."""

    @classmethod
    def of(cls, given: types.ClientCapabilities, encoding: types.PositionEncodingKind | str) -> Client:
        """Read the capabilities; what is not mentioned is not understood."""
        publish = given.text_document and given.text_document.publish_diagnostics
        edit = given.workspace and given.workspace.workspace_edit
        watched = given.workspace and given.workspace.did_change_watched_files
        return cls(
            encoding=encoding,
            related=bool(publish and publish.related_information),
            links=bool(publish and publish.code_description_support),
            data=bool(publish and publish.data_support),
            versions=bool(edit and edit.document_changes),
            watches=bool(watched and watched.dynamic_registration),
        )


@dataclass(frozen=True)
class Shown:
    """One diagnostic, and the finding that it shows; None for a trouble with the file as a whole."""

    diagnostic: types.Diagnostic
    finding: Finding | None


class Translator:
    """Turns one report into diagnostics. ``spelled`` gives the client's own URI of an open file's key, or None."""

    def __init__(self, report: Report, client: Client, spelled: Callable[[str], str | None]) -> None:
        self.report = report
        self.client = client
        self._spelled = spelled
        self._columns: dict[str, Columns] = {}
        self._keys: dict[str, str] = {}
        self.places: dict[str, str] = {}
        """Absolute paths by `key_of` them, as the root is spelled."""

    def files(self) -> dict[str, list[Shown]]:
        """Diagnostics by `key_of` their file, in output order: of active findings, and of troubles with one file."""
        found: dict[str, list[Shown]] = {}
        for finding in self.report.active:
            if finding.span.path != ".":  # a crashed rule stands on the project, which is no file
                shown = Shown(self.diagnostic(finding), finding)
                found.setdefault(self.key(finding.span.path), []).append(shown)
        syntax = {finding.span.path for finding in self.report.findings if finding.rule == "atomlint-syntax-error"}
        for trouble in self.report.errors:
            if trouble.path and not (trouble.kind == "syntax" and trouble.path in syntax):
                message = f"not looked at: {trouble.message}"
                level = types.DiagnosticSeverity.Warning
                shown = Shown(types.Diagnostic(START, message, level, code=trouble.kind, source=SOURCE), None)
                found.setdefault(self.key(trouble.path), []).append(shown)
        return found

    def diagnostic(self, finding: Finding) -> types.Diagnostic:
        """One finding; below the failing confidence it informs or hints, whatever its severity."""
        level = LEVELS[finding.severity]
        if finding.confidence.rank < self.report.confidence.rank:
            informs = finding.severity is not Severity.INFO
            level = types.DiagnosticSeverity.Information if informs else types.DiagnosticSeverity.Hint
        rule = self.report.rules.get(finding.rule)
        url = rule.url if rule is not None and self.client.links else ""
        notes = [self._related(note) for note in (*finding.related, *finding.trace)] if self.client.related else []
        return types.Diagnostic(
            range=self.columns(finding.span.path).range(finding.span),
            message=f"{finding.message}\n{finding.help}" if finding.help else finding.message,
            severity=level,
            code=finding.rule,
            code_description=types.CodeDescription(url) if url else None,
            source=SOURCE,
            related_information=notes or None,
            data=finding.fingerprint if self.client.data else None,
        )

    def _related(self, note: Note) -> types.DiagnosticRelatedInformation:
        place = types.Location(self.uri(note.span.path), self.columns(note.span.path).range(note.span))
        return types.DiagnosticRelatedInformation(place, note.message)

    def columns(self, path: str) -> Columns:
        """Columns of a path of the report."""
        if path not in self._columns:
            self._columns[path] = Columns(self.report.sources.source(path), self.client.encoding)
        return self._columns[path]

    def full(self, path: str) -> str:
        """The absolute path of a path of the report."""
        return os.path.join(self.report.root, path)  # noqa: PTH118

    def key(self, path: str) -> str:
        """The key of a path of the report."""
        if path not in self._keys:
            key = self._keys[path] = key_of(self.full(path))
            self.places[key] = self.full(path)
        return self._keys[path]

    def uri(self, path: str) -> str:
        """The URI of a path of the report: the client's own where the file is open."""
        return self._spelled(self.key(path)) or uri_of(self.full(path))
