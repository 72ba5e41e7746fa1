"""What a string means to a relationship: classes by name or partial path, and tables, of the owner's registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .programs import Programs
    from .records import Attribute, Mapped, MetaData, Relationship, Table


class OpenError(Exception):
    """Something that the source does not tell: nothing may be said about what depends on it."""


class RefusedError(Exception):
    """What SQLAlchemy refuses.

    Args:
        kind: of the problem.
        message: what SQLAlchemy says.
        reason: why, in one clause.
        culprits: classes that the problem is about, the first where it ought to be repaired.
    """

    def __init__(self, kind: str, message: str, reason: str = "", culprits: tuple[Mapped, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.reason = reason
        self.culprits = culprits
        self.likely = True
        """Whether it is proven; else it is shown with less confidence."""
        self.other: Attribute | None = None
        """The attribute that it collides with."""
        self.at: Relationship | None = None
        """The relationship that it is said of, when that is not the one that is configured."""


class Lookup:
    """Looks names up as a registry of classes does, seen from the module of the class that asks."""

    def __init__(self, programs: Programs) -> None:
        self.programs = programs

    def visible(self, owner: Mapped, candidates: list[Mapped]) -> list[Mapped]:
        """Classes that are loaded when the owner's mapper is configured, as far as imports tell."""
        path = owner.cls.path
        some = [c for c in candidates if not self.programs.always_without(path, c.cls.path)]
        together = [c for c in some if self.programs.together(path, c.cls.path)]
        return together or some

    def one(self, owner: Mapped, candidates: list[Mapped], path: str) -> Mapped | None:
        """The one class that a name means.

        Raises:
            RefusedError: several classes of one program go by it.
            OpenError: which of several is loaded cannot be told.
        """
        seen = self.visible(owner, candidates)
        seen = [c for c in seen if not c.refused] or seen
        if len(seen) < 2:
            return seen[0] if seen else None
        plain = [c for c in seen if not c.conditional]
        for at, first in enumerate(plain):
            for second in plain[at + 1 :]:
                if first.cls.path == second.cls.path or self.programs.together(first.cls.path, second.cls.path):
                    raise RefusedError(
                        "duplicate-class",
                        f'Multiple classes found for path "{path}" in the registry of this declarative base. Please use '
                        "a fully module-qualified path.",
                        culprits=(first, second),
                    )
        raise OpenError

    def class_named(self, owner: Mapped, dotted: str) -> Mapped | None:
        """A class by its name or by a partial module path; None when the registry has none."""
        *modules, name = dotted.split(".")
        candidates = owner.registry.classes.get(name, [])
        if modules:
            tail = ".".join(modules)
            candidates = [c for c in candidates if f".{c.module}".endswith(f".{tail}")]
        return self.one(owner, candidates, dotted)

    def is_elsewhere(self, owner: Mapped, dotted: str) -> list[Mapped]:
        """Classes of that name that no program loads beside the owner."""
        return owner.registry.classes.get(dotted.rpartition(".")[2], [])

    def tables(self, metadata: MetaData, key: str, path: str) -> list[Table]:
        """Tables of a collection by their key, seen from a file."""
        found = metadata.tables.get(key, [])
        if len(found) < 2:
            return found
        return [t for t in found if t.place is None or self.programs.together(path, t.place.path)] or found
