"""From what the projects of a run say to one report: paths from one root, what is shown, and what is only counted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from .finding import Confidence, Finding
from .outcome import Outcome, Sources
from .own_rules import SYNTAX
from .report import Looked, Report, Trouble, UnresolvedCall

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .config import Settings
    from .registry import Registry
    from .workspace import Named, Workspace


NOTED = 5
"""Notes about files that were not named."""


@dataclass
class Part:
    """What one project adds to the report."""

    root: Path
    settings: Settings
    workspace: Workspace
    outcome: Outcome
    named: Named | None
    """What was named; None for all of it."""
    troubles: list[Trouble]
    cached: bool


def merged(
    parts: Sequence[Part],
    registry: Registry,
    timings: Mapping[str, float],
    notes: list[str],
    *,
    unresolved: bool = False,
) -> Report:
    """One report of all projects; what concerns files that were not named goes to ``notes``."""
    root = common([part.root for part in parts])
    settings = parts[0].settings
    findings: list[Finding] = []
    troubles: list[Trouble] = []
    elsewhere: list[Trouble] = []
    thresholds = []
    looked = Looked(cached=True)
    for part in parts:
        mine, trouble, others, seen = select(part)
        prefix = os.path.relpath(part.root, root).replace(os.sep, "/")
        if prefix != ".":
            mine = [relocated(finding, prefix) for finding in mine]
            trouble, others = moved(trouble, prefix), moved(others, prefix)
            thresholds.append((prefix, part.settings.severity, part.settings.confidence))
        findings += mine
        troubles += trouble
        elsewhere += others
        looked = looked + seen
    notes += said_of(elsewhere)
    looked.rules = max(part.outcome.looked.rules for part in parts)
    findings.sort(key=lambda finding: finding.order)
    return Report(
        root=str(root),
        findings=findings,
        errors=sorted(set(troubles)),
        looked=looked,
        sources=Joined(parts, root),
        rules=RuleTable(registry),
        severity=settings.severity,
        confidence=settings.confidence,
        timings=timings,
        unresolved=_unresolved(parts, root) if unresolved else None,
        thresholds=sorted(thresholds, key=lambda threshold: -len(threshold[0])),
    )


def _unresolved(parts: Sequence[Part], root: Path) -> list[UnresolvedCall]:
    """Calls that lead nowhere in the named files, with paths from the outer root."""
    found = []
    for part in parts:
        prefix = os.path.relpath(part.root, root).replace(os.sep, "/")
        covers = part.named.covers if part.named is not None else lambda _: True
        found += [
            UnresolvedCall(call.path if prefix == "." else f"{prefix}/{call.path}", call.line, call.callee)
            for call in part.outcome.unresolved if covers(call.path)
        ]  # fmt: skip
    return sorted(found)


def common(roots: Sequence[Path]) -> Path:
    """The directory that all projects lie in; the first one's root where there is none, on two drives."""
    try:
        return Path(os.path.commonpath(roots))
    except ValueError:
        return roots[0]


def moved(troubles: Sequence[Trouble], prefix: str) -> list[Trouble]:
    """Troubles of a nested project with their paths relative to the outer root."""
    return [msgspec.structs.replace(t, path=f"{prefix}/{t.path}" if t.path else prefix) for t in troubles]


def said_of(troubles: Sequence[Trouble]) -> list[str]:
    """Notes about troubles in files that were not named: the first few, and how many there are beyond."""
    notes = [f"{trouble.path}: {trouble.message}" for trouble in sorted(set(troubles))]
    more = len(notes) - NOTED
    return notes if more <= 0 else [*notes[:NOTED], f"{more:,} more files that were not named could not be looked at"]


def select(part: Part) -> tuple[list[Finding], list[Trouble], list[Trouble], Looked]:
    """What is shown of a project: findings that touch a named file, at a shown confidence.

    Returns:
        Findings, troubles that make the run incomplete, troubles of files that were not named, and what was looked at.
    """
    covers = part.named.covers if part.named is not None else lambda _: True
    shown_from = min(part.settings.confidence.rank, Confidence.MEDIUM.rank)
    everything = _baselined(part, part.outcome.findings)
    findings = [f for f in everything if any(covers(span.path) for span in f.spans)]
    looked = msgspec.structs.replace(part.outcome.looked, cached=part.cached)
    looked.hidden = sum(f.confidence.rank < shown_from and f.suppressed is None for f in findings)
    findings = [f for f in findings if f.confidence.rank >= shown_from or f.suppressed is not None]
    looked.suppressed = sum(f.suppressed is not None for f in findings)
    looked.baselined = sum(f.baselined for f in findings)
    troubles = list(part.troubles)
    elsewhere: list[Trouble] = []
    broken = [f for f in everything if f.rule == SYNTAX and f.suppressed is None and not f.baselined]
    for trouble in (*part.outcome.troubles, *(Trouble("syntax", f.span.path, f.message) for f in broken)):
        (troubles if not trouble.path or covers(trouble.path) else elsewhere).append(trouble)
    return findings, troubles, elsewhere, looked


def _baselined(part: Part, findings: list[Finding]) -> list[Finding]:
    name = part.settings.baseline
    if name is None:
        return findings
    from . import baseline

    try:
        known = baseline.load(part.root / name)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        part.troubles.append(Trouble("config", name, f"the baseline cannot be used: {why}"))
        return findings
    return baseline.mark(findings, known)[0]


def relocated(finding: Finding, prefix: str) -> Finding:
    """A finding of a nested project with its paths relative to the outer root."""
    data = msgspec.to_builtins(finding)

    def move(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("path"), str):
                value["path"] = f"{prefix}/{value['path']}"
            for inner in value.values():
                move(inner)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                move(inner)

    move(data)
    return msgspec.convert(data, Finding)


class Joined:
    """Texts of several projects by paths relative to the first one's root."""

    def __init__(self, parts: Sequence[Part], root: Path) -> None:
        self._parts = sorted(
            ((os.path.relpath(part.root, root).replace(os.sep, "/"), Sources(part.workspace)) for part in parts),
            key=lambda part: -len(part[0]),
        )

    def source(self, path: str) -> Any:
        """The file, or None when it cannot be read or decoded."""
        for prefix, sources in self._parts:
            if prefix == ".":
                return sources.source(path)
            if path.startswith(prefix + "/"):
                return sources.source(path[len(prefix) + 1 :])
        return None


class RuleTable(dict[str, Any]):
    """Rules by id, imported when an output asks for one."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(dict.fromkeys(registry.ids))
        self.registry = registry

    def __getitem__(self, rule_id: str) -> Any:
        return self.registry.rule(rule_id)

    def get(self, rule_id: str, default: Any = None) -> Any:
        """The rule, or the default when there is none of that id."""
        return self.registry.rule(rule_id) if rule_id in self else default

    def values(self) -> Any:
        """All rules."""
        return [self.registry.rule(rule_id) for rule_id in self]

    def items(self) -> Any:
        """All ids and rules."""
        return [(rule_id, self.registry.rule(rule_id)) for rule_id in self]
