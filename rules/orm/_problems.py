"""How every rule of the family reports: the problems of its kind, as the graph of mapped classes states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Context, Finding, Index

NEEDS = (
    "__tablename__", "relationship(", "Relationship(", "mapped_column", "table=True", ".Model)", "DeclarativeBase",
    "declarative_base", "map_imperatively", "Table(",
)  # fmt: skip
"""What a file holds that a mapping can stand in."""
MOST_CONSEQUENCES = 50


def has(index: Index, kind: str) -> bool:
    """Whether the project has a problem of a kind."""
    return kind in index.mapping.by_kind


def report(ctx: Context, kind: str) -> Iterator[Finding]:
    """One finding a problem: what SQLAlchemy says, why, what to edit, and what else goes wrong because of it."""
    mapping = ctx.index.mapping
    for problem in mapping.by_kind.get(kind, ()):
        text = f"{problem.reason}: {problem.message}" if problem.reason else problem.message
        finding = ctx.finding(
            mapping.span(problem), text, severity=problem.severity, confidence=problem.confidence
        ).with_symbol(f"{problem.owner}.{problem.attribute}" if problem.attribute else problem.owner)
        notes = [Note(mapping.span_of(related.place), related.message) for related in problem.related]
        told = problem.consequences[:MOST_CONSEQUENCES]
        notes += [Note(mapping.span(other), f"because of it: {other.message}") for other in told]
        finding = finding.with_related(*notes).with_help(problem.repair)
        for fix in problem.fixes:
            finding = finding.with_fix(fix.title, *fix.edits, safe=fix.safe)
        yield finding
