"""Pairs of mapped classes that one registry cannot hold both."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from ._models import Model, models
from ._programs import is_archived, programs, together
from ._relationships import relationships

if TYPE_CHECKING:
    from atomlint import Class, Index

ALTERNATIVES = frozenset({"if", "else", "after", "try", "except"})


class Duplicate(NamedTuple):
    """Two classes in conflict; the second is the one to report."""

    first: Model
    second: Model
    table: str
    """The table that both map; empty when only their names are the same."""
    hidden: bool
    """Whether ``extend_existing`` keeps the second one from failing on import."""
    looked_up: bool
    """Whether a relationship names the class by an unqualified string."""
    proven: bool


def duplicates(index: Index) -> dict[Class, Duplicate]:
    """Conflicts by the class to report."""
    found: dict[Class, Duplicate] = index.keep("orm duplicates", lambda: _find(index))
    return found


def _find(index: Index) -> dict[Class, Duplicate]:
    groups: dict[tuple[object, ...], list[Model]] = defaultdict(list)
    for model in models(index).all:
        if model.cls.parent or not ALTERNATIVES.isdisjoint(_frames(model.cls)):
            continue  # made by a function, or one of two alternatives
        groups["name", model.registry, model.name].append(model)
        if model.table is not None:
            groups["table", model.registry, model.table.name, model.table.schema].append(model)
    found: dict[Class, Duplicate] = {}
    for key in sorted(groups, key=lambda key: str(key[0]), reverse=True):  # tables before names
        for one, other in combinations(groups[key], 2):
            first, second = _ordered(index, one, other)
            if second.cls in found or not _clash(index, first, second):
                continue
            duplicate = _judge(index, first, second, same_table=key[0] == "table")
            if duplicate is not None:
                found[second.cls] = duplicate
    return found


def _frames(cls: Class) -> set[str]:
    frames = cls.table.facts.frames
    return {frames[frame].kind for frame in cls.table.frames(cls.frame)}


def _clash(index: Index, first: Model, second: Model) -> bool:
    """Whether one process maps both, and neither inherits the other's table."""
    if first.cls.value in second.cls.mro or second.cls.value in first.cls.mro:
        return False
    if first.cls.path == second.cls.path:
        return True
    if is_archived(first.cls.path) or is_archived(second.cls.path):
        return False
    return together(index, first.cls.path, second.cls.path)


def _judge(index: Index, first: Model, second: Model, *, same_table: bool) -> Duplicate | None:
    looked_up = (second.registry, second.name) in relationships(index).named
    same_file = first.cls.path == second.cls.path
    if same_table and second.table is not None and first.table is not None:
        hidden = second.table.extends or (first.table.extends and not same_file)
        proven = first.name == second.name or not hidden
        return Duplicate(first, second, second.table.name, hidden, looked_up, proven)
    if looked_up or same_file:
        return Duplicate(first, second, "", hidden=True, looked_up=looked_up, proven=looked_up)
    return None


def _ordered(index: Index, one: Model, other: Model) -> tuple[Model, Model]:
    """The class to keep and the one to report: later in its file, with fewer importers, with ``extend_existing``."""
    if one.cls.path == other.cls.path:
        return (one, other) if one.cls.ordinal < other.cls.ordinal else (other, one)

    def rank(model: Model) -> tuple[bool, int, str]:
        extends = model.table is not None and model.table.extends
        return extends, -len(programs(index, model.cls.path)), model.cls.path

    return (one, other) if rank(one) <= rank(other) else (other, one)
