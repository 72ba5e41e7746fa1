"""What SQLAlchemy refuses or warns about in a graph of mapped classes: one record a cause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from ...finding import Confidence, Severity

if TYPE_CHECKING:
    from ...finding import Edit, Span
    from ..views import Call, Class
    from .records import Attribute, Mapped, Place, Relationship

Phase = Literal["definition", "configuration", "use"]


class Related(NamedTuple):
    """Another place that belongs to a problem."""

    place: Place | Span
    message: str


class Repair(NamedTuple):
    """One edit that repairs a problem."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(eq=False, repr=False)
class Problem:
    """One cause of errors or warnings. Its rule's id is ``orm-`` and the kind."""

    kind: str
    severity: Severity
    owner: str
    """Name of the class; of the table where there is no class."""
    attribute: str
    """Name of the attribute; empty for the class as a whole."""
    message: str
    """What SQLAlchemy says."""
    place: Place
    reason: str = ""
    """Why, in one clause."""
    repair: str = ""
    """Which edit on which side repairs it."""
    related: list[Related] = field(default_factory=list)
    consequences: list[Problem] = field(default_factory=list)
    """Problems that go away with this one: they are shown as related places, not by themselves."""
    confidence: Confidence = Confidence.HIGH
    fixes: list[Repair] = field(default_factory=list)
    phase: Phase = "configuration"
    view: Call | Class | None = None
    """The view that its place is, where a rule needs one."""
    span: Span | None = None
    """A narrower span than that of its place."""
    subject: Relationship | None = None
    """The relationship that it is about."""
    culprits: tuple[Mapped, ...] = ()
    """Classes that it is about, the one to repair first."""
    suggestion: str = ""
    """The name that was probably meant."""
    others: list[Relationship] = field(default_factory=list)
    """Relationships that it conflicts with."""
    other: Attribute | None = None
    """The attribute that it collides with."""

    @property
    def sort_key(self) -> tuple[str, str, int, str, str]:
        """Places in order of their files."""
        return (self.place.path, self.place.kind, self.place.ordinal, self.kind, self.attribute)

    def __repr__(self) -> str:  # what it belongs to may lead back to it
        return f"<Problem {self}>"

    def __str__(self) -> str:
        at = f"{self.owner}.{self.attribute}" if self.attribute else self.owner
        return f"{self.kind} {at}: {self.message}"


ERROR, WARNING = Severity.ERROR, Severity.WARNING
HIGH, MEDIUM, LOW = Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW
