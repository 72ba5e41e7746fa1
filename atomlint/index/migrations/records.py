"""What migrations leave behind: tables with their columns, and what could not be told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass
class MadeTable:
    """A table that revisions create."""

    columns: set[str] = field(default_factory=set)
    open: bool = False
    """Whether it may have columns that are not known."""


@dataclass
class Made:
    """Everything that the revisions of one environment make. Names are in lower case, without a schema."""

    tables: dict[str, MadeTable] = field(default_factory=dict)
    open: bool = False
    """Whether tables may be made that are not known: ``create_all``, names that are computed, SQL from elsewhere."""
    columns: set[str] = field(default_factory=set)
    """Columns that are added to tables whose names are not known."""
    texts: list[str] = field(default_factory=list)
    """SQL that makes or changes tables."""
    doubtful: bool = False
    """Whether statements are executed of which nothing is known."""


def union(many: Iterable[Made]) -> Made:
    """What several environments make of one database."""
    found = Made()
    for made in many:
        for name, table in made.tables.items():
            known = found.tables.setdefault(name, MadeTable())
            known.columns |= table.columns
            known.open = known.open or table.open
        found.open, found.doubtful = found.open or made.open, found.doubtful or made.doubtful
        found.columns |= made.columns
        found.texts += made.texts
    return found
