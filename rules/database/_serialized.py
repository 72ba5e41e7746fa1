"""What serializers of Django REST framework ask the database for each row of a list view."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._repeats import work_of
from ._eager import is_always
from ._lazy import member_reads, row_reads
from ._reads import read_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Class, Index
    from atomlint.index.listviews import ListView
    from atomlint.index.relationships import Relationship
    from atomlint.index.rowsets import Rows
    from atomlint.index.serializers import Serialized, Taken
    from atomlint.index.value import Value


class Asked(NamedTuple):
    """One query that a field costs for each row."""

    field: Taken
    relationship: Relationship | None
    """The relationship that is read; None for a query of a method's own."""
    narrowed: bool
    sure: bool
    queries: int = 1
    below: str = ""
    """Where the relationship is one of the row that another leads to: ``depot__``."""

    @property
    def what(self) -> str:
        """The attribute that is read, or the field."""
        return f"{self.below}{self.relationship.attribute}" if self.relationship is not None else f"{self.field.name}()"


class Listed(NamedTuple):
    """A list view whose serializers ask for each row."""

    view: ListView
    serializer: Value
    asked: tuple[Asked, ...]
    sure: bool
    """Whether none of its fields may be left out."""


def listed(cls: Class) -> Listed | None:
    """What the serializers of a view ask for each row; None when one of them asks for nothing."""
    found: Listed | None = cls.index.keep(("listed", cls.value), lambda: _listed(cls))
    return found


def _listed(cls: Class) -> Listed | None:
    view = cls.index.project.listviews.of(cls.value)
    if view is None or view.rows.awaited or "*" in view.rows.loaded:
        return None
    found = [list(_asked(cls.index, view.rows, one)) for one in view.serializers]
    common = set.intersection(*({asked.what for asked in each} for each in found))
    asked = tuple(one for one in _distinct(found[0]) if one.what in common)
    if not asked:
        return None
    return Listed(view, view.serializers[0].serializer, asked, all(one.sure for one in view.serializers))


def _distinct(found: list[Asked]) -> list[Asked]:
    """The surest of each, in the order of the fields."""
    best = {asked.what: asked for asked in sorted(found, key=lambda asked: (asked.sure, not asked.narrowed))}
    return [asked for asked in found if best[asked.what] is asked]


def _asked(index: Index, rows: Rows, serialized: Serialized) -> Iterator[Asked]:
    relationships = index.project.relationships.of(rows.model)
    for field in (*serialized.taken, *index.project.serializers.plural_keys(serialized, rows.model)):
        if field.method is not None:
            yield from _by_method(index, rows, field)
            continue
        relationship = relationships.get(field.attribute)
        if relationship is None:
            for read in member_reads(index, rows, field.attribute):
                yield Asked(field, read.relationship, read.narrowed, read.sure)
        elif (
            relationship.queries
            and field.attribute not in rows.loaded
            and (field.nested or relationship.uselist is not False)
        ):
            yield Asked(field, relationship, narrowed=False, sure=is_always(index, relationship))
            yield from _below(index, field, relationship)


def _below(index: Index, field: Taken, first: Relationship) -> Iterator[Asked]:
    """What ``source="depot.region.name"`` reads further on, one query more at each step."""
    at, names = first.target, [first.attribute]
    for name in field.rest:
        found = index.project.relationships.of(at).get(name) if at is not None else None
        if found is None or not found.queries:
            return
        yield Asked(field, found, narrowed=False, sure=is_always(index, found), below="__".join([*names, ""]))
        at = found.target
        names.append(name)


def _by_method(index: Index, rows: Rows, field: Taken) -> Iterator[Asked]:
    """What a method such as ``get_total(self, order)`` reads of the row, or asks by itself."""
    assert field.method is not None
    function = index.function(field.method)
    params = function.table.facts.scopes[function.ordinal].params
    if len(params) < 2:
        return
    reads = row_reads(function, params[1].name, rows)
    for read in reads:
        yield Asked(field, read.relationship, read.narrowed, read.sure and is_always(index, read.relationship))
    work = work_of(function, read_of, "database") if not reads else []
    if work:
        sure = [one for one in work if one.sure and one.proven]
        yield Asked(field, None, narrowed=True, sure=bool(sure), queries=max(1, len(sure)))
