"""What serializers of Django REST framework ask the database for each row of a list view."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import Function

from .._certainty import PAGE
from .._repeats import work_of
from ._eager import is_always
from ._lazy import member_reads, row_reads
from ._reads import read_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Definition, Index
    from atomlint.index.listviews import ListView
    from atomlint.index.relationships import Relationship
    from atomlint.index.rowsets import Rows
    from atomlint.index.serializers import Serialized, Taken
    from atomlint.index.value import Value

    from ._lazy import LazyRead


DEPTH = 3
"""Serializers inside of serializers that are looked at."""


class Asked(NamedTuple):
    """One query that a field costs for each row."""

    field: Taken
    relationship: Relationship | None
    """The relationship that is read; None for a query of a method's own."""
    narrowed: bool
    sure: bool
    queries: int = 1
    way: Way | None = None
    """Where it is asked for a row that another leads to."""

    @property
    def what(self) -> str:
        """The attribute that is read, or the field, from the row of the list on: ``depot__region``."""
        names = self.way.names if self.way is not None else ()
        own = self.relationship.attribute if self.relationship is not None else f"{self.field.name}()"
        return "__".join((*names, own))

    @property
    def plural(self) -> bool:
        """Whether the attribute leads to many rows."""
        return self.relationship is not None and self.relationship.uselist is not False

    @property
    def many(self) -> bool:
        """Whether only a prefetch brings it: it, or one on the way to it, leads to many rows, or to any."""
        generic = self.relationship is not None and self.relationship.generic
        return self.plural or generic or (self.way is not None and self.way.many)


class Way(NamedTuple):
    """How serializers come from a row of the list to one that is asked."""

    names: tuple[str, ...]
    last: Relationship
    many: bool
    """Whether one of the steps leads to many rows."""
    sure: bool

    def returns_by(self, relationship: Relationship) -> bool:
        """Whether a relationship leads back to the row that one comes from, which Django holds already."""
        back = (relationship.path, relationship.call) == (self.last.path, self.last.call)
        return back and relationship.uselist is False


class Listed(NamedTuple):
    """A list view whose serializers ask for each row."""

    view: ListView
    serializer: Value
    asked: tuple[Asked, ...]
    sure: bool
    """Whether none of its fields may be left out."""

    @property
    def page(self) -> int:
        """Rows of an answer where its paginator gives fewer than are usual; 0 else."""
        return self.view.page if self.view.page < PAGE else 0


def listed(view: Definition) -> list[Listed]:
    """What the serializers of a view ask for each row, of its list and of those that it makes by hand."""
    found: list[Listed] = view.index.keep(("listed", view.value), lambda: list(_listed(view)))
    return found


def _listed(view: Definition) -> Iterator[Listed]:
    for one in _lists(view):
        if not one.rows.awaited and "*" not in one.rows.loaded and (found := _of_view(view.index, one)) is not None:
            yield found


def _lists(view: Definition) -> Iterator[ListView]:
    project = view.index.project
    if isinstance(view, Function):
        yield from project.handlists.of_function(view.value)
        return
    own = project.listviews.of(view.value)
    yield from (*([own] if own is not None else []), *project.handlists.of(view.value))


def _of_view(index: Index, view: ListView) -> Listed | None:
    """What a view asks for each row; None when one of the serializers that it may take asks for nothing."""
    if any(index.project.serializers.fails(one, view.rows.model) for one in view.serializers):
        return None  # it answers with an error, whatever it is asked
    found = [list(_asked(index, view.rows, one)) for one in view.serializers]
    common = set.intersection(*({asked.what for asked in each} for each in found))
    asked = tuple(one for one in _distinct(found[0]) if one.what in common)
    if not asked:
        return None
    return Listed(view, view.serializers[0].serializer, asked, all(one.sure for one in view.serializers))


def _distinct(found: list[Asked]) -> list[Asked]:
    """The surest of each, in the order of the fields; many rows are asked for anew by each field that reads them."""
    keys = [(asked.what, asked.field.name if asked.narrowed or asked.plural else "") for asked in found]
    best = dict(sorted(zip(keys, found, strict=True), key=lambda pair: pair[1].sure))
    return [asked for key, asked in zip(keys, found, strict=True) if best[key] is asked]


def _asked(index: Index, rows: Rows, serialized: Serialized, way: Way | None = None) -> Iterator[Asked]:
    """What a serializer asks for each row, or for each that the rows lead to by a way."""
    relationships = index.project.relationships.of(rows.model)
    for field in (*serialized.taken, *index.project.serializers.plural_keys(serialized, rows.model)):
        if field.method is not None:
            found = _by_method(index, rows, field, way)
        elif (relationship := relationships.get(field.attribute)) is None:
            found = (_of_read(index, field, read, way) for read in member_reads(index, rows, field.attribute))
        else:
            found = _of_relationship(index, rows, field, relationship, way)
        for asked in found:
            if way is None or asked.way is not None:
                yield asked
            elif asked.relationship is None or not way.returns_by(asked.relationship):
                yield asked._replace(sure=asked.sure and way.sure, way=way)


def _of_relationship(
    index: Index, rows: Rows, field: Taken, relationship: Relationship, way: Way | None
) -> Iterator[Asked]:
    if not relationship.queries or (way is not None and way.returns_by(relationship)):
        return
    sure = is_always(index, relationship)
    if field.attribute not in rows.loaded and (field.nested or relationship.uselist is not False):
        yield Asked(field, relationship, narrowed=False, sure=sure)
    elif not field.nested:
        return
    many = relationship.uselist is not False
    names = (*(way.names if way is not None else ()), relationship.attribute)
    surely = sure and not many and (way is None or way.sure)
    onward = Way(names, relationship, many or (way is not None and way.many), surely)
    if relationship.target is None or len(names) > DEPTH:
        return
    if not many or not index.project.rowsets.loads_always(relationship.target):
        behind = rows.behind(field.attribute, relationship.target)
        yield from _below(index, behind, field, onward)
        inner = index.project.serializers.of(field.inner) if field.inner is not None else None
        if inner is not None:
            yield from _asked(index, behind, inner, onward)


def _below(index: Index, rows: Rows, field: Taken, way: Way) -> Iterator[Asked]:
    """What ``source="depot.region.name"`` reads further on, one query more at each step."""
    for name in field.rest:
        found = index.project.relationships.of(rows.model).get(name)
        if found is None or not found.queries or found.target is None:
            return
        if name not in rows.loaded:
            yield Asked(field, found, narrowed=False, sure=is_always(index, found) and way.sure, way=way)
        rows = rows.behind(name, found.target)
        way = Way((*way.names, name), found, way.many, way.sure)


def _of_read(index: Index, field: Taken, read: LazyRead, way: Way | None) -> Asked:
    """What a method reads of a row, or of one that a foreign key of it leads to."""
    sure = read.sure and is_always(index, read.relationship)
    if not read.through:
        return Asked(field, read.relationship, read.narrowed, sure)
    onward = way or Way((), read.through[0], many=False, sure=True)
    for step in read.through:
        onward = Way((*onward.names, step.attribute), step, onward.many, onward.sure and is_always(index, step))
    return Asked(field, read.relationship, read.narrowed, sure and onward.sure, way=onward)


def _by_method(index: Index, rows: Rows, field: Taken, way: Way | None) -> Iterator[Asked]:
    """What a method such as ``get_total(self, order)`` reads of the row, or asks by itself."""
    assert field.method is not None
    function = index.function(field.method)
    params = function.table.facts.scopes[function.ordinal].params
    if len(params) < 2:
        return
    reads = row_reads(function, params[1].name, rows)
    for read in reads:
        yield _of_read(index, field, read, way)
    work = work_of(function, read_of, "database") if not reads else []
    if work:
        sure = [one for one in work if one.sure and one.proven]
        yield Asked(field, None, narrowed=True, sure=bool(sure), queries=max(1, len(sure)))
