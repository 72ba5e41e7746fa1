"""Relationships that write the same column without knowing of each other."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .records import Column, Mapped, Relationship

    Others = list[tuple[Relationship, Column]]


class Overlaps:
    """Remembers who writes what, in the order in which relationships are configured."""

    def __init__(self) -> None:
        self._written: dict[Column, Others] = defaultdict(list)

    def of(self, made: Relationship) -> Iterator[tuple[Column, Column, Others]]:
        """Per column that others write too: the column it is copied from, the column, and the others with theirs."""
        if made.viewonly:
            return
        for source, written in made.synchronize:
            known = self._written[written]
            others = [(other, column) for other, column in known if self._conflicts(made, other)]
            if others and not any(other.owner.conditional for other, _ in others):
                yield source, written, others
            self._written[written] = [(o, c) for o, c in known if o is not made] + [(made, source)]

    @staticmethod
    def _conflicts(made: Relationship, other: Relationship) -> bool:
        if other is made:
            return False
        owner, target = made.owner, made.target
        assert target is not None
        assert other.target is not None
        return (
            other not in made.reverse
            and other.name not in made.overlaps
            and made.name not in other.overlaps
            and "__*" not in made.overlaps
            and "__*" not in other.overlaps
            and not siblings(owner, other.owner)
            and not siblings(target, other.target)
            and not siblings(owner, other.target)
            and not siblings(target, other.owner)
            and (made.name != other.name or owner.root is not other.owner.root)
        )


def siblings(one: Mapped, other: Mapped) -> bool:
    """Whether two classes share a hierarchy, and neither inherits from the other."""
    return one.root is other.root and one not in other.lineage and other not in one.lineage
