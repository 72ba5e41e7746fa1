"""The half of a relationship that is not there yet, as an attribute of the other class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...finding import Edit, Position, Span
from .joins import MANY_TO_ONE
from .lookup import OpenError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .configurator import Configurator
    from .graph import Mapping
    from .records import Column, Mapped, Relationship

UNCLEAR = ("primaryjoin", "secondaryjoin")
"""Arguments that the other half needs too, turned round."""


class Halves:
    """Writes them."""

    def __init__(self, mapping: Mapping, configurator: Configurator) -> None:
        self.index = mapping.index
        self.linker = mapping.linker
        self.keys = configurator.keys

    def edit(self, made: Relationship, target: Mapped) -> Edit | None:
        """A new attribute below the others of the target; None when its place or its form is not plain.

        ``relationship`` has to mean the same in the target's module; SQLModel needs an annotation, which is not guessed.
        """
        callee = self.index.call(made.place.path, made.place.ordinal).callee if made.place.kind == "call" else None
        arguments = self._arguments(made, target)
        if type(callee) is not str or "Relationship" in callee or arguments is None:
            return None
        cls = target.cls
        meaning = self.linker.evaluate(made.place.path, made.owner.cls.ordinal, callee)
        if not meaning or self.linker.evaluate(cls.path, cls.ordinal, callee) != meaning:
            return None
        place = self._below(target)
        if place is None:
            return None
        indent, end = place
        half = f"{made.back_populates} = {callee}({', '.join(arguments)})"
        return Edit(Span(cls.path, end, end), f"\n{indent}{half}")

    def _below(self, target: Mapped) -> tuple[str, Position] | None:
        """The indent of the target's attributes, and the end of the last one."""
        cls = target.cls
        spans, source = self.index.project.spans(cls.path), self.index.sources.source(cls.path)
        if spans is None or source is None:
            return None
        assigns = cls.table.facts.assigns
        places = [place for place in cls.table.assigns_in.get(cls.ordinal, ()) if assigns[place].frame == 0]
        if not places:
            return None
        first, _, last, _ = spans.assigns[4 * places[-1] : 4 * places[-1] + 4]
        text = source.lines[first - 1]
        indent = text[: len(text) - len(text.lstrip())]
        if not indent or ";" in source.lines[last - 1]:
            return None
        return indent, Position(last, len(source.lines[last - 1]) + 1)

    def _arguments(self, made: Relationship, target: Mapped) -> list[str] | None:
        """What the other half is called with; None where that would have to be thought up."""
        if any(name in made.arguments for name in UNCLEAR):
            return None
        found = [f'"{made.owner.name}"']
        if made.secondary is not None:
            if made.owner.root is target.root:
                return None
            found.append(f'secondary="{made.secondary.fullname}"')
        elif self._is_ambiguous(made, target):
            named = _named(made.foreign_keys)
            if named is None:
                return None
            found.append(f'foreign_keys="{named}"')
        if made.secondary is None and made.owner.root is target.root:
            far = _named([local for local, _ in made.pairs])
            if (
                far is None
                or made.owner is not target
                or ("remote_side" in made.arguments) != (made.direction == MANY_TO_ONE)
            ):
                return None
            if made.direction != MANY_TO_ONE:
                found.append(f'remote_side="{far}"')
        return [*found, f'back_populates="{made.name}"']

    def _is_ambiguous(self, made: Relationship, target: Mapped) -> bool:
        """Whether several foreign keys link the two, so that the other half has to say which one it goes by."""
        try:
            self.keys.join(target.tables, target.table, made.owner.tables, None)
        except ValueError:
            return True
        except (LookupError, OpenError, RefusedError):
            return False
        return False


def _named(columns: Sequence[Column]) -> str | None:
    """Columns as a text names them; None for none, and where one is no attribute of a class."""
    named = [f"{at.owner.name}.{at.name}" for column in columns if (at := column.attribute) is not None]
    if not named or len(named) != len(columns):
        return None
    return named[0] if len(named) == 1 else f"[{', '.join(named)}]"
