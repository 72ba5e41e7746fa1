"""What configures, and does harm when rows are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .joins import MANY_TO_ONE
from .problems import WARNING, Problem, Related

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .records import Relationship


def cascades_from_many(relationships: Iterable[Relationship]) -> Iterator[Problem]:
    """Relationships from the many side to the one side that hand a delete on: the first child takes its parent along."""
    for made in relationships:
        if not made.configured or made.generated or made.direction != MANY_TO_ONE or "delete" not in made.cascade:
            continue
        if made.single_parent or made.owner.conditional or made.target is None:
            continue
        if made.uselist is False and any(half.uselist is False for half in made.reverse):
            continue  # one row on either side
        message = (
            f'deleting one {made.owner.name} deletes its {made.target.name}: cascade="delete" stands on the many side of '
            f"{made}"
        )
        problem = Problem(
            "cascade-from-many-side", WARNING, made.owner.name, made.name, message, made.place, phase="use"
        )
        halves = ", ".join(f"{half}" for half in made.reverse)
        problem.repair = f"put the cascade on the other half{f', {halves}' if halves else ''}, or take it away"
        problem.subject = made
        for half in made.reverse:
            problem.related.append(Related(half.place, f"{half} is the other half"))
        yield problem
