"""What happens to findings once rules have spoken: ignores, severities, suppressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from .nominate import finding_of_crash
from .report import Trouble
from .suppress import UNUSED, apply, parse, statement_ranges

if TYPE_CHECKING:
    from .finding import Finding
    from .pipeline import Pipeline
    from .scan import Crash

Range = Callable[[int], tuple[int, int]]


def finish(
    pipeline: Pipeline, findings: list[Finding], crashes: Sequence[Crash], annotated: Sequence[str]
) -> tuple[list[Finding], list[Trouble]]:
    """Findings that count, with suppressions marked, and the troubles that come of crashes."""
    settings, registry, sources = pipeline.settings, pipeline.registry, pipeline.sources
    ran = {rule.id for rule in pipeline.rules}
    crashed = {crash.rule for crash in crashes}
    troubles = [Trouble("rule", "", f"rule {c.rule} crashed: {c.message}") for c in unique(crashes)]
    findings = [*findings, *(finding_of_crash(crash, None) for crash in unique(crashes))]
    findings = [f for f in findings if f.rule in ran or f.rule not in registry.own]
    findings = [f for f in findings if not _ignored(pipeline, f)]
    findings = [_with_severity(pipeline, f) for f in findings]
    directives = {}
    for path in annotated:
        source = sources.source(path)
        if source is not None:
            parsed = parse(source)
            if parsed:
                directives[path] = parsed
    ranges: dict[str, Range] = {}

    def statements(path: str, line: int) -> tuple[int, int]:
        if path not in ranges:
            source = sources.source(path)
            ranges[path] = statement_ranges(source) if source is not None else lambda at: (at, at)
        return ranges[path](line)

    marked, new = apply(
        findings,
        directives,
        statements=statements,
        known_ids=registry.ids,
        ran_ids=ran - crashed,
        require_reason=settings.require_reason,
        redirects=registry.redirects if directives else {},
    )
    if UNUSED in ran:
        marked += [_with_severity(pipeline, f) for f in new if not _ignored(pipeline, f)]
    return marked, troubles


def unique(crashes: Sequence[Crash]) -> list[Crash]:
    """One crash a rule."""
    return list({crash.rule: crash for crash in reversed(crashes)}.values())[::-1]


def _ignored(pipeline: Pipeline, finding: Finding) -> bool:
    """Whether ``per-file-ignores`` drops a finding for its primary path."""
    return any(finding.rule in ids and matches(finding.span.path) for matches, ids in pipeline.ignore_table)


def _with_severity(pipeline: Pipeline, finding: Finding) -> Finding:
    family = finding.rule.partition("-")[0]
    severity = pipeline.settings.severity_of(finding.rule, family) if pipeline.settings.severities else None
    return finding if severity is None else msgspec.structs.replace(finding, severity=severity)
