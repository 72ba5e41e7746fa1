"""Loops through all that there is of something: not a page of it, nor what one row or one person has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._few import is_table_of_few
from ._eager import is_of_one_parent, is_of_one_person, names_one

if TYPE_CHECKING:
    from .._repeats import Repeat


def goes_through_all(repeat: Repeat) -> bool:
    """Whether the query of a loop's rows is seen, and sets no bound: of such loops readers found three in four worth mending."""
    first = repeat.first
    index, table = first.index, first.table
    rows = index.project.rowsets.of(first.path, first.scope, table.facts.frames[repeat.loop.frame].test)
    if rows is None or rows.sliced or rows.most or is_of_one_person(rows):
        return False
    if is_of_one_parent(index, rows) or names_one(index, rows):
        return False
    return not is_table_of_few(index.table(rows.model.place).facts.scopes[rows.model.scope].name)
