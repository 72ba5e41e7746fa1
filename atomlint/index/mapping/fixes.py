"""What repairs problems, in words, and as edits where what was meant is plain. All edits are for the author to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calledits import CallEdits
from .halves import Halves
from .joins import ONE_TO_MANY
from .problems import Problem, Repair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...finding import Edit
    from .configurator import Configurator
    from .graph import Mapping
    from .records import Column, Mapped, Relationship


class Fixes:
    """Gives problems their repairs."""

    def __init__(self, mapping: Mapping, configurator: Configurator) -> None:
        self.mapping = mapping
        self.configurator = configurator
        self.edits = CallEdits(mapping)
        self.halves = Halves(mapping, configurator)
        self._overlapping: dict[Relationship, dict[Relationship, None]] = {}
        """What a relationship shares columns with."""
        self._words: dict[Relationship, set[str]] = {}
        """What ``overlaps=`` of a relationship has to name: a backref says nothing itself, so that its others do."""
        self._linked: dict[Relationship, Relationship] = {}
        """Relationships that get ``back_populates``, with their other halves."""
        self._written: set[tuple[Mapped, str]] = set()
        """Attributes that are added already, for another half."""

    def add(self, problems: Sequence[Problem]) -> None:
        """What repairs each."""
        for problem in problems:
            if problem.kind == "overlaps" and problem.subject is not None:
                self._share(problem.subject, problem.others)
        for problem in problems:
            made = problem.subject
            if made is None:
                continue
            if problem.kind == "overlaps":
                self._overlaps(problem, made)
            elif made.generated:
                continue
            elif problem.kind == "back-populates-missing":
                self._counterpart(problem, made)
            elif problem.kind == "ambiguous-fk":
                self._foreign_keys(problem, made)
            elif problem.kind == "delete-orphan":
                problem.repair = (
                    "put the cascade on the other half; or say single_parent=True when a row has one parent alone"
                )
                offer(problem, "add single_parent=True", self.edits.argument(made, "single_parent=True"))
            elif problem.kind == "same-direction":
                self._remote_side(problem, made)

    def _counterpart(self, problem: Problem, made: Relationship) -> None:
        """The other half, or its right name where it is there."""
        target = made.target
        if target is None:
            return
        names = [
            other.name
            for other in self.configurator.relationships
            if other.owner is target and other.target is made.owner and other.back_populates == made.name
        ]
        if len(names) == 1:
            problem.repair = f"{target.name}.{names[0]} already names {made}: name it in turn"
            offer(problem, f'name "{names[0]}"', self.edits.text(made, "back_populates", names[0]))
            return
        problem.repair = f'give {target.name} the other half, or take back_populates="{made.back_populates}" away'
        if (target, made.back_populates) not in self._written:
            self._written.add((target, made.back_populates))
            offer(problem, f'add "{made.back_populates}" to {target.name}', self.halves.edit(made, target))

    def _foreign_keys(self, problem: Problem, made: Relationship) -> None:
        candidates = self.configurator.candidates.get(id(made), [])
        told = ", ".join(dict.fromkeys(str(column) for column in candidates))
        problem.repair = (
            f"say which one is meant with foreign_keys=[...]: {told}" if told else "give foreign_keys=[...]"
        )
        own = [column for column in candidates if column.table is made.owner.table]
        fitting = [column for column in own if is_named_like(column, made.name)]
        if len(fitting) == 1:
            self._columns(problem, made, "foreign_keys", fitting[0])

    # --- overlaps --------------------------------------------------------------------------------------------------

    def _share(self, made: Relationship, others: list[Relationship]) -> None:
        self._overlapping.setdefault(made, {}).update(dict.fromkeys(others))
        if not made.generated:
            self._words.setdefault(made, set()).update(other.name for other in others)
            return
        for other in others:
            self._words.setdefault(other, set()).add(made.name)

    def _overlaps(self, problem: Problem, made: Relationship) -> None:
        others = list(self._overlapping[made])
        other = self._half(made, others)
        if other is not None:
            problem.reason = f"{made} and {other} are halves of one relationship, and neither names the other"
            problem.repair = f'give {made} back_populates="{other.name}", and {other} back_populates="{made.name}"'
            one = self.edits.argument(made, f'back_populates="{other.name}"')
            two = self.edits.argument(other, f'back_populates="{made.name}"')
            if one is not None and two is not None and not made.backref and not other.backref:
                offer(problem, "make each name the other", one, two)
            return
        names = ",".join(sorted({other.name for other in others}))
        problem.reason = f"{made} and {', '.join(map(str, problem.others))} write one column"
        problem.repair = f'link them by back_populates, make one viewonly=True, or say overlaps="{names}"'
        if made.generated:
            problem.reason += f"; a backref makes {made}"
            problem.repair = f'link them by back_populates, or say overlaps="{made.name}" on the others'
            edits = [self.edits.words(other, "overlaps", sorted(self._words[other])) for other in others]
            offer(problem, f'add overlaps="{made.name}"', *edits)
            return
        offer(problem, f'add overlaps="{names}"', self.edits.words(made, "overlaps", sorted(self._words[made])))

    def _half(self, made: Relationship, others: list[Relationship]) -> Relationship | None:
        """The one that is meant to be its other half, and of no other relationship."""
        halves = [o for o in others if o.target is made.owner and o.owner is made.target and not o.back_populates]
        if len(halves) != 1 or made.back_populates:
            return None
        [other] = halves
        pair = self._linked.setdefault(made, other), self._linked.setdefault(other, made)
        return other if pair == (other, made) else None

    # --- columns ---------------------------------------------------------------------------------------------------

    def _remote_side(self, problem: Problem, made: Relationship) -> None:
        """On a reference to the own table, the half that leads to one row says which column is the far one."""
        problem.repair = "give the many-to-one half remote_side=[...], the column that it refers to"
        other = problem.other.relationship if problem.other is not None else None
        if other is None or made.direction != ONE_TO_MANY or len(made.synchronize) != 1:
            return
        [(referred, referring)] = made.synchronize
        leads = [half for half in (made, other) if half.uselist is False or is_named_like(referring, half.name)]
        if len(leads) == 1 and "remote_side" not in made.arguments and "remote_side" not in other.arguments:
            self._columns(problem, leads[0], "remote_side", referred)

    def _columns(self, problem: Problem, made: Relationship, keyword: str, column: Column) -> None:
        """One more argument that names a column: as the class body does where it is bound there before, else by a text."""
        attribute = column.attribute
        if attribute is None or attribute.owner is not made.owner:
            return
        own = made.owner.attributes.get(made.name)
        value = f'"{made.owner.name}.{attribute.name}"'
        if (
            own is not None
            and own.place.kind == attribute.place.kind == "assign"
            and own.defined_in == attribute.defined_in
            and self._scope(own.place.path, own.place.ordinal) == own.defined_in.scope
            and attribute.place.ordinal < own.place.ordinal
        ):
            value = f"[{attribute.name}]"
        offer(problem, f"add {keyword}={value}", self.edits.argument(made, f"{keyword}={value}"))

    def _scope(self, path: str, ordinal: int) -> int:
        return self.mapping.linker.table(path).facts.assigns[ordinal].scope


def offer(problem: Problem, title: str, *edits: Edit | None) -> None:
    """Give a problem a repair that all its edits can be made of."""
    given = tuple(edit for edit in edits if edit is not None)
    if len(given) == len(edits):
        problem.fixes.append(Repair(title, given))


def is_named_like(column: Column, attribute: str) -> bool:
    """Whether a column is called as the relationship is, with the usual ending."""
    return column.key in (f"{attribute}_id", f"{attribute}_uuid", f"{attribute}_fk", f"id_{attribute}")
