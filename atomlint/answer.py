"""What index rules and document rules said of a project, in a form that goes between processes and into the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from .finding import Finding
from .own_rules import SYNTAX
from .report import Trouble
from .scan import Crash

if TYPE_CHECKING:
    from collections.abc import Sequence


class IndexAnswer(msgspec.Struct, array_like=True):
    """What index rules and document rules said of a project."""

    findings: list[Finding]
    crashes: list[Crash]
    troubles: list[Trouble]
    documents: int
    unresolved: int
    needed: list[str]
    """Files beyond the linked ones whose facts were asked for."""
    texts: dict[str, bytes] = {}
    """Keys of the contents of files that findings point at (lines and quotes come from their text), and of ``needed``."""
    link_seconds: float = 0.0
    libcst_seconds: float = 0.0
    asked: list[tuple[str, str, str]] = []
    """What was asked of the project's tree, and its answers."""
    read: list[str] = []
    """Files of other kinds that rules read as a whole."""
    unknown: list[tuple[str, int, str]] = []
    """Unresolved calls, when they are to be listed: path, ordinal, callee."""

    def joined(self, other: IndexAnswer) -> IndexAnswer:
        """What two sets of rules said of the same project; calls that the index does not know are counted once."""
        broken = {finding.span.path for finding in self.findings if finding.rule == SYNTAX}
        more = [f for f in other.findings if f.rule != SYNTAX or f.span.path not in broken]
        return IndexAnswer(
            [*self.findings, *more],
            [*self.crashes, *other.crashes],
            [*self.troubles, *other.troubles],
            self.documents + other.documents,
            max(self.unresolved, other.unresolved),
            needed=sorted({*self.needed, *other.needed}),
            asked=sorted({*self.asked, *other.asked}),
            read=sorted({*self.read, *other.read}),
            unknown=self.unknown or other.unknown,
        )


def pointed_at(findings: Sequence[Finding]) -> set[str]:
    """Paths of all places that findings name."""
    paths = set()
    for finding in findings:
        paths |= {span.path for span in finding.spans}
        paths |= {step.span.path for step in finding.trace}
        paths |= {edit.span.path for fix in finding.fixes for edit in fix.edits}
    return paths
