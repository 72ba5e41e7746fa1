"""``back_populates=``: finds the other half of a relationship, and whether the two fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from .arguments import Arguments
from .joins import MANY_TO_MANY, MANY_TO_ONE, ONE_TO_MANY
from .lookup import OpenError, RefusedError

if TYPE_CHECKING:
    from .builder import Builder
    from .records import Attribute, Mapped, Relationship


class Reverse:
    """Pairs relationships.

    Args:
        relationships: all of them; it grows while backrefs are made.
        started: those that were taken up.
    """

    def __init__(self, builder: Builder, relationships: list[Relationship], started: set[Relationship]) -> None:
        self.builder = builder
        self.relationships = relationships
        self.started = started

    def link(self, made: Relationship) -> None:
        """Make two relationships each other's reverse.

        Raises:
            RefusedError: SQLAlchemy would refuse the pair.
            OpenError: the other half is not known.
        """
        found = self.half(made)
        other, target = found.relationship, made.target
        assert other is not None
        assert target is not None
        self._check_viewing(made, other)
        self._check_viewing(other, made)
        if other not in made.reverse:
            made.reverse.append(other)
        if made not in other.reverse:
            other.reverse.append(made)
        try:
            leads = self._target(other)
        except OpenError:
            return
        except RefusedError as refused:
            refused.at = other  # SQLAlchemy stops at the other one, and says so of that
            raise
        if leads.root is not made.owner.root:
            error = RefusedError(
                "back-populates-wrong-class",
                f"reverse_property '{made.back_populates}' on relationship {made} references relationship {other}, which "
                f"does not reference mapper Mapper[{made.owner.name}({made.owner.table.name if made.owner.table else '?'})]",
                f"{other} leads to {leads.name}",
                (other.owner,),
            )
            error.other = found
            raise error
        if other in self.started and not other.failed and made.direction == other.direction != MANY_TO_MANY:
            error = RefusedError(
                "same-direction",
                f"{other} and back-reference {made} are both of the same direction {_constant(made.direction)}. Did you mean "
                "to set remote_side on the many-to-one side ?",
                f"both sides are {made.direction}",
                (other.owner,),
            )
            error.other = found
            raise error

    def half(self, made: Relationship) -> Attribute:
        """The relationship that ``back_populates`` names, as an attribute of the target.

        Raises:
            RefusedError: the target has no such relationship.
            OpenError: the other half is not known.
        """
        target = made.target
        assert target is not None
        found = target.find(made.back_populates)
        if found is None or not is_property(found):
            self._missing(made, target, found)
        if found.relationship is None or target.lacks(found):
            raise RefusedError(
                "back-populates-not-relationship",
                f"back_populates on relationship '{made}' refers to attribute '{target.name}.{made.back_populates}' that is "
                "not a relationship. The back_populates parameter should refer to the name of a relationship on the target "
                "class.",
                f"{found.owner.name}.{found.name} is a {found.kind.replace('_', ' ')}"
                if found.relationship is None
                else f"{target.name} is concrete: it has none of the relationships of {found.owner.name}",
                (found.owner,),
            )
        if found.relationship.open:
            raise OpenError
        return found

    def _target(self, other: Relationship) -> Mapped:
        if other.target is None:
            other.target = Arguments(self.builder, other).target()
        return other.target

    def _target_of(self, other: Relationship) -> Mapped | None:
        if other.target is None and (other.failed or other in self.started):
            return None
        try:
            return self._target(other)
        except (OpenError, RefusedError):
            return None

    def _check_viewing(self, one: Relationship, other: Relationship) -> None:
        syncs = self.builder.names.flag(other.arguments.get("sync_backref"))
        if one.viewonly and syncs:
            raise RefusedError(
                "viewonly-flags",
                f"Relationship {other} cannot specify sync_backref=True since {one} includes viewonly=True.",
                f"{one} is viewonly",
            )

    def _missing(self, made: Relationship, target: Mapped, found: Attribute | None) -> NoReturn:
        name = made.back_populates
        if target.is_open or (found is not None and found.kind in ("unknown", "declared")):
            raise OpenError
        if any(other.backref == name and self._may_lead(other, target) for other in self.relationships):
            raise OpenError
        raise RefusedError(
            "back-populates-missing",
            f"Mapper 'Mapper[{target.name}({target.table.name if target.table else '?'})]' has no property '{name}'. If this "
            "property was indicated from other mappers or configure events, ensure registry.configure() has been called.",
            f'{target.name} has no attribute "{name}"' if found is None else f"{target.name}.{name} is not mapped",
            (target,),
        )

    def _may_lead(self, other: Relationship, target: Mapped) -> bool:
        """Whether the backref of a relationship may give a class an attribute: it does so for its target and the heirs of it."""
        leads = self._target_of(other)
        if leads is not None:
            return leads in target.lineage
        site = other.arguments.get("argument")
        named = None if site is None else self.builder.texts.of(site)
        return named is None or named.rpartition(".")[2] in {cls.name for cls in target.lineage}


def is_property(attribute: Attribute) -> bool:
    """Whether an attribute is one of the mapper's own: hybrids, proxies and methods are not."""
    return attribute.kind in ("column", "relationship", "synonym", "column_property", "composite")


def _constant(direction: str) -> str:
    return {ONE_TO_MANY: "ONETOMANY", MANY_TO_ONE: "MANYTOONE", MANY_TO_MANY: "MANYTOMANY"}[direction]
