"""What a run says as a whole: findings, troubles, and what was looked at. Every output renders one of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from .finding import Confidence, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .source import SourceReader

TroubleKind = Literal["config", "path", "unreadable", "syntax", "rule", "limit", "worker", "usage", "cache", "project"]


class Trouble(msgspec.Struct, frozen=True, order=True, gc=False):
    """Something that was not, or could not be, looked at: the status is 2 because of it."""

    kind: TroubleKind
    path: str
    """Relative to the root with ``/``; empty when it concerns no single file."""
    message: str


class UnresolvedCall(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """A call on a request path whose target the index does not know."""

    path: str
    """Relative to the root with ``/``."""
    line: int
    callee: str
    """As it is written, as far as it is a name; ``(...).x`` for an attribute of something else."""


class Looked(msgspec.Struct, gc=False):
    """What was looked at; every human format ends with it."""

    files: int = 0
    """Files of the project that an enabled rule could concern."""
    read: int = 0
    """Files whose bytes were read (now, or in the run whose cached answer this is)."""
    parsed: int = 0
    """Python files and documents that were parsed, because an enabled rule could need what they say."""
    out_of_reach: int = 0
    """Files that could not be looked at: unreadable, not parseable, over a limit."""
    unresolved: int = 0
    """Calls on request paths whose target the index does not know."""
    hidden: int = 0
    """Findings below the shown confidence."""
    suppressed: int = 0
    baselined: int = 0
    rules: int = 0
    """Rules that ran, the engine's own aside."""
    cached: bool = False
    """Whether nothing had changed and the findings came from the cache."""

    def __add__(self, other: Looked) -> Looked:
        sums = {name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__ if name != "cached"}
        return Looked(**sums, cached=self.cached and other.cached)


class RuleInfo(Protocol):
    """What outputs need to know of a rule."""

    @property
    def id(self) -> str:
        """The rule's id."""

    @property
    def summary(self) -> str:
        """The first line of its page."""

    @property
    def why(self) -> str:
        """The page's section of that name."""

    @property
    def url(self) -> str:
        """Where its page is published."""

    @property
    def severity(self) -> Severity:
        """Its own severity."""


@dataclass
class Report:
    """The result of one ``check``: sorted findings, sorted troubles, and the means to render them."""

    root: str
    """Absolute directory that every path in the report is relative to."""
    findings: Sequence[Finding]
    """Shown findings in output order, with suppressed and baselined ones marked; hidden ones are only counted."""
    errors: Sequence[Trouble]
    looked: Looked
    sources: SourceReader
    rules: Mapping[str, RuleInfo]
    severity: Severity = Severity.WARNING
    """The failing severity."""
    confidence: Confidence = Confidence.HIGH
    """The failing confidence."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """CPU seconds a stage."""
    unresolved: Sequence[UnresolvedCall] | None = None
    """Calls on request paths whose target is not known; None when they were only counted."""
    thresholds: Sequence[tuple[str, Severity, Confidence]] = ()
    """Failing severity and confidence of nested projects, by the directory that they begin at; the innermost first."""

    @property
    def active(self) -> list[Finding]:
        """Findings that are neither suppressed nor baselined."""
        return [f for f in self.findings if f.suppressed is None and not f.baselined]

    @property
    def failing(self) -> list[Finding]:
        """Active findings at or above the failing severity and confidence."""
        return [f for f in self.active if self.fails(f)]

    def fails(self, finding: Finding) -> bool:
        """Whether this finding, if active, makes the run fail."""
        severity, confidence = self.severity, self.confidence
        for directory, own_severity, own_confidence in self.thresholds:
            if finding.span.path.startswith(f"{directory}/"):
                severity, confidence = own_severity, own_confidence
                break
        return finding.severity.rank >= severity.rank and finding.confidence.rank >= confidence.rank

    @property
    def status(self) -> int:
        """0 nothing failing, 1 failing findings, 2 something was not looked at."""
        return 2 if self.errors else 1 if self.failing else 0
