"""``atomlint check --fix``: make the repairs that findings bring, then say what is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..edits import FixResult
    from ..engine import Engine, Request
    from ..finding import Finding
    from ..report import Report
    from ..source import SourceReader


class Fixed(NamedTuple):
    """What a check says after its findings were repaired."""

    report: Report
    """Of the files as they are now."""
    notes: list[str]
    """How many repairs were made, and which were not, and why."""


def check_and_fix(engine: Engine, request: Request, *, unsafe: bool) -> Fixed:
    """Check, repair and check again until nothing is left to repair, then write the files; ``unsafe`` repairs too if asked.

    A file that would not parse afterwards stays as it was, and so does one that another program changed meanwhile.

    Raises:
        UsageError: see `Engine.check`.
        OSError: a file cannot be written; those before it are.
    """
    from ..edits import fix_to_fixpoint
    from ..output.text import count

    report = engine.check(request)
    if not any(finding.fixes for finding in report.active):
        return Fixed(report, [])
    root, sources, reports = Path(report.root), report.sources, [report]

    def check(changed: Mapping[str, bytes]) -> Sequence[Finding]:
        if changed:
            overlay = {str(root / path): data for path, data in changed.items()}
            reports.append(engine.check(replace(request, overlay=overlay)))
        return reports[-1].active if changed else reports[0].active

    result = fix_to_fixpoint(check, sources, unsafe=unsafe)
    notes = [f"{trouble.path}: {trouble.message}" if trouble.path else trouble.message for trouble in result.troubles]
    late = _written(result, root, sources)
    if late:
        notes += [f"{path}: not fixed: it was changed meanwhile" for path in late]
        return Fixed(engine.check(request), notes)
    if result.changed:
        notes.insert(0, f"made {count(result.applied, 'repair')} in {count(len(result.changed), 'file')}")
    return Fixed(reports[-1] if result.changed else report, notes)


def offered(report: Report) -> str:
    """How many findings could be repaired, and by which options; empty when none."""
    from ..output.text import count

    kinds = [{fix.applicability for fix in finding.fixes} for finding in report.active if finding.fixes]
    safe = sum("safe" in kind for kind in kinds)
    parts = [f"{count(safe, 'finding')} with --fix"] if safe else []
    if len(kinds) > safe:
        more = f"{len(kinds) - safe:,} more" if safe else count(len(kinds), "finding")
        parts.append(f"{more} with --fix --unsafe-fixes")
    return f"can be repaired: {', '.join(parts)}" if parts else ""


def _written(result: FixResult, root: Path, sources: SourceReader) -> list[str]:
    """Write the files; those that are no longer what was looked at, which are left alone."""
    late = []
    for path, data in sorted(result.changed.items()):
        place = root / path
        before = sources.source(path)
        if before is None or not place.is_file() or place.read_bytes() != before.data:
            late.append(path)
        else:
            place.write_bytes(data)
    return late
