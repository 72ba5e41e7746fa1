"""The other half of a relationship: the one that was meant, or the text of a new one and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Edit, Position, Span

from ._relationships import relationships

if TYPE_CHECKING:
    from atomlint import Index

    from ._models import Model
    from ._relationships import Relationship


def existing(index: Index, found: Relationship, target: Model) -> str:
    """The one attribute of the target whose own ``back_populates`` names this relationship, or nothing."""
    names = [
        other.attribute
        for other in relationships(index).all
        if other.owner == target and other.target == found.owner and other.back_populates == found.attribute
    ]
    return names[0] if len(names) == 1 else ""


def counterpart(index: Index, found: Relationship, target: Model) -> Edit | None:
    """A new attribute after the others of the target; None when its place or its form is not plain.

    ``relationship`` has to mean the same in the target's module; SQLModel needs an annotation, which is not guessed.
    """
    callee = found.call.callee
    spans = index.project.spans(target.cls.path)
    source = index.sources.source(target.cls.path)
    if type(callee) is not str or spans is None or source is None or "Relationship" in callee:
        return None
    linker = index.project.linker
    meaning = linker.evaluate(found.call.path, found.call.scope, callee)
    if not meaning or linker.evaluate(target.cls.path, target.cls.ordinal, callee) != meaning:
        return None
    facts = target.cls.table.facts
    places = [p for p in target.cls.table.assigns_in.get(target.cls.ordinal, ()) if facts.assigns[p].frame == 0]
    if not places:
        return None
    first, _, last, _ = spans.assigns[4 * places[-1] : 4 * places[-1] + 4]
    text = source.lines[first - 1]
    indent = text[: len(text) - len(text.lstrip())]
    if not indent or ";" in source.lines[last - 1]:
        return None
    end = Position(last, len(source.lines[last - 1]) + 1)
    name = f'{found.back_populates} = {callee}("{found.owner.name}", back_populates="{found.attribute}")'
    return Edit(Span(target.cls.path, end, end), f"\n{indent}{name}")
