"""``atomlint check --fix``: make the repairs that findings bring, then say what is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..edits import FixResult
    from ..engine import Engine, Request
    from ..finding import Finding
    from ..report import Report
    from ..source import Source, SourceReader


class Fixed(NamedTuple):
    """What a check says after its findings were repaired."""

    report: Report
    """Of the files as they are now."""
    notes: list[str]
    """How many repairs were made, and which were not, and why."""


def check_and_fix(engine: Engine, request: Request, *, unsafe: bool) -> Fixed:
    """Check, repair and check again until nothing is left to repair, then write the files; ``unsafe`` repairs too if asked.

    A file that would not parse afterwards stays as it was, and so does one that another program changed meanwhile, or
    that cannot be written.

    Raises:
        UsageError: see `Engine.check`.
    """
    from ..edits import fix_to_fixpoint
    from ..output.text import count

    report = engine.check(request)
    if not any(finding.fixes for finding in report.active):
        return Fixed(report, [])
    root, sources, reports = Path(report.root), _Rooted(report.sources), [report]

    def check(changed: Mapping[str, bytes]) -> Sequence[Finding]:
        if changed:
            overlay = {str(root / path): data for path, data in changed.items()}
            reports.append(engine.check(replace(request, overlay=overlay)))
        return reports[-1].active if changed else reports[0].active

    result = fix_to_fixpoint(check, sources, unsafe=unsafe)
    notes = [f"{trouble.path}: {trouble.message}" if trouble.path else trouble.message for trouble in result.troubles]
    left = dict(_written(result, root, sources))
    notes += [f"{path}: not fixed: {why}" for path, why in left.items()]
    done = len(result.changed) - len(left)
    if done:
        number = "repairs" if left else count(result.applied, "repair")
        notes.insert(0, f"made {number} in {count(done, 'file')}")
    if left:
        return Fixed(engine.check(request), notes)
    return Fixed(reports[-1] if result.changed else report, notes)


class _Rooted:
    """Files by their paths in a report, which are those of its findings, whichever project they belong to."""

    def __init__(self, sources: SourceReader) -> None:
        self._sources = sources

    def source(self, path: str) -> Source | None:
        """The file, or None when it cannot be read or decoded."""
        from ..source import Source

        found = self._sources.source(path)
        return None if found is None else Source(path, found.data)


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


def _written(result: FixResult, root: Path, sources: SourceReader) -> Iterator[tuple[str, str]]:
    """Write the files; those that could not be, or are no longer what was looked at, with why they were left alone."""
    for path, data in sorted(result.changed.items()):
        place, before = root / path, sources.source(path)
        try:
            if before is None or not place.is_file() or place.read_bytes() != before.data:
                yield path, "it was changed meanwhile"
            else:
                place.write_bytes(data)
        except OSError as error:
            yield path, f"it cannot be written: {error.strerror}"
