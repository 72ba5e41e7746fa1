"""What a rule says: a finding, its places, its evidence and its repair.

Lines and columns count from 1, columns in Unicode code points, ends are exclusive. Paths are relative to the project
root and use ``/``. Every record is immutable and can be written to JSON by msgspec as it stands.
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec


class Severity(str, Enum):
    """How bad the consequence is, from ``info`` to ``error``."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """0 for info, 1 for warning, 2 for error."""
        return ("info", "warning", "error").index(self.value)


class Confidence(str, Enum):
    """How well the claim is proven: high fails the run, medium is shown, low is hidden."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low, 1 for medium, 2 for high."""
        return ("low", "medium", "high").index(self.value)


class Position(msgspec.Struct, frozen=True, order=True, gc=False):
    """A place between two characters: line and column from 1, the column in code points."""

    line: int
    column: int


class Span(msgspec.Struct, frozen=True, order=True, gc=False):
    """A stretch of one file; the end is exclusive."""

    path: str
    start: Position
    end: Position

    def covers(self, path: str, line: int) -> bool:
        """Whether a line (from 1) of a path lies in this span."""
        return path == self.path and self.start.line <= line <= self.end.line


class Note(msgspec.Struct, frozen=True, gc=False):
    """A place with something to say about it: a related span, or one step of a trace."""

    span: Span
    message: str


class Edit(msgspec.Struct, frozen=True, gc=False):
    """Replace a span with a text."""

    span: Span
    text: str


class Fix(msgspec.Struct, frozen=True, gc=False):
    """A repair; ``safe`` when behaviour cannot change in a way the author did not ask for."""

    title: str
    applicability: Literal["safe", "unsafe"]
    edits: tuple[Edit, ...]


class Suppression(msgspec.Struct, frozen=True, gc=False):
    """The comment that silenced a finding."""

    path: str
    line: int
    reason: str = ""


class Finding(msgspec.Struct, frozen=True):
    """One place to repair, with the evidence for it."""

    rule: str
    severity: Severity
    confidence: Confidence
    message: str
    span: Span
    related: tuple[Note, ...] = ()
    trace: tuple[Note, ...] = ()
    fixes: tuple[Fix, ...] = ()
    help: str = ""
    """One sentence on how to repair it; empty when the rule's page says enough."""
    symbol: str = ""
    """Dotted name of the enclosing function or class; empty at module level and in documents."""
    fingerprint: str = ""
    suppressed: Suppression | None = None
    baselined: bool = False

    def with_related(self, *notes: Note) -> Finding:
        """The same finding with more related places."""
        return msgspec.structs.replace(self, related=self.related + notes)

    def with_trace(self, *steps: Note) -> Finding:
        """The same finding with the steps from an entry point to its place."""
        return msgspec.structs.replace(self, trace=self.trace + steps)

    def with_fix(self, title: str, *edits: Edit, safe: bool = False) -> Finding:
        """The same finding with one more repair."""
        fix = Fix(title, "safe" if safe else "unsafe", edits)
        return msgspec.structs.replace(self, fixes=(*self.fixes, fix))

    def with_help(self, text: str) -> Finding:
        """The same finding with a sentence on how to repair it."""
        return msgspec.structs.replace(self, help=text)

    def with_symbol(self, symbol: str) -> Finding:
        """The same finding with the name of what it is about."""
        return msgspec.structs.replace(self, symbol=symbol)

    @property
    def spans(self) -> tuple[Span, ...]:
        """The primary span and every related one: where a suppression or a named path counts."""
        return (self.span, *(note.span for note in self.related))

    @property
    def order(self) -> tuple[str, Position, Position, str, str]:
        """The order of every output: path, position, rule, message."""
        return (self.span.path, self.span.start, self.span.end, self.rule, self.message)
