"""What foreign keys refer to, and the join condition that they make between tables."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from .evaluate_code import CodeEvaluation
from .expressions import Ref
from .lookup import OpenError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .builder import Builder
    from .records import Column, Constraint, ForeignKey, Table


class NoTableError(Exception):
    """A foreign key names a table that its collection does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NoColumnError(Exception):
    """A foreign key names a column that its table does not have."""

    def __init__(self, table: Table, name: str) -> None:
        super().__init__(name)
        self.table = table
        self.name = name


class Target(NamedTuple):
    """A reference taken apart: ``schema.table.column``."""

    key: str
    """Of the table in its collection."""
    name: str
    """Of the table alone."""
    column: str


def target_of(key: ForeignKey) -> Target:
    """What a reference in a string names; a name without a dot is a table, and its column goes by the referring one's name."""
    *schema, last = key.target.split(".")
    if not schema:
        table, column, parts = last, key.column.key, []
    else:
        table, column, parts = schema[-1], last, schema[:-1]
    at = ".".join(parts)
    if not at and key.column.table is not None:
        at = key.column.table.metadata.schema
    return Target(f"{at}.{table}" if at else table, table, column)


class ForeignKeys:
    """Resolves references; every answer is kept."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._kept: dict[int, Column | Exception] = {}

    def column(self, key: ForeignKey) -> Column:
        """The column that a reference leads to.

        Raises:
            OpenError: that is not known.
            NoTableError: there is no such table.
            NoColumnError: there is no such column.
        """
        known = self._kept.get(id(key))
        if known is None:
            try:
                known = self._column(key)
            except (OpenError, NoTableError, NoColumnError) as error:
                known = error
            self._kept[id(key)] = known
        if isinstance(known, Exception):
            raise known
        return known

    def _column(self, key: ForeignKey) -> Column:
        if key.open or key.column.table is None:
            raise OpenError
        if key.target_site is not None:
            return self._of_site(key)
        named = target_of(key)
        metadata = key.column.table.metadata
        path = key.place.path if key.place is not None else ""
        found = self.builder.lookup.tables(metadata, named.key, path)
        if len(found) > 1:  # of definitions of one table, SQLAlchemy refuses all but the first
            found = [table for table in found if table.owner is None or not table.owner.refused] or found
        if len(found) > 1:
            raise OpenError
        if not found:
            unread = self.builder.unread
            if metadata.open or named.name in unread.tables or unread.is_stated_apart(named.name, path):
                raise OpenError
            raise NoTableError(named.key)
        column = found[0].columns.get(named.column)
        if column is None:
            if found[0].open:
                raise OpenError
            raise NoColumnError(found[0], named.column)
        return column

    def _of_site(self, key: ForeignKey) -> Column:
        assert key.target_site is not None
        owner = key.column.table.owner if key.column.table is not None else None
        if owner is None:
            owner = next(iter(self.builder.classes), None)
        if owner is None:
            raise OpenError
        try:
            value = CodeEvaluation(self.builder, owner).of(key.target_site)
        except RefusedError:
            raise OpenError from None
        if not isinstance(value, Ref):
            raise OpenError
        return value.column

    def referents(self, key: ForeignKey, tables: list[Table]) -> Column | None:
        """The column of one of some tables that a reference leads to; None for another one.

        Raises:
            OpenError: it may lead there.
            RefusedError: SQLAlchemy refuses it, for it names one of the tables but finds no column.
        """
        try:
            found = self.column(key)
        except OpenError:
            if key.open or key.target_site is not None:
                raise
            if any(table.name == target_of(key).name or table.name == "?" for table in tables):
                raise
            return None
        except NoTableError as error:
            if any(table.name == error.name for table in tables):
                raise RefusedError("unresolved-fk-table", no_table(key)) from None
            return None
        except NoColumnError as error:
            if any(table.name == error.table.name for table in tables):
                raise RefusedError("unresolved-fk-column", no_column(key, error)) from None
            return None
        return found if found.table in tables else None

    def strictly(self, key: ForeignKey) -> Column:
        """The column that a reference leads to.

        Raises:
            OpenError: that is not known.
            RefusedError: there is none.
        """
        try:
            return self.column(key)
        except NoTableError:
            raise RefusedError("unresolved-fk-table", no_table(key)) from None
        except NoColumnError as error:
            raise RefusedError("unresolved-fk-column", no_column(key, error)) from None

    def between(
        self, left: list[Table], subset: Table | None, right: list[Table], only: frozenset[Column] | None
    ) -> dict[int, tuple[Constraint, list[tuple[Column, Column]]]]:
        """Constraints by which either side refers to the other, each with its pairs (referred, referring).

        Args:
            subset: the table of the left side that is tried first.
            only: columns that count as foreign; None for all.
        """
        found: dict[int, tuple[Constraint, list[tuple[Column, Column]]]] = {}
        pairs: dict[int, list[tuple[Column, Column]]] = defaultdict(list)
        for side in ([subset] if subset is not None else [], left):
            if not side:
                continue
            scans = [(right, side)] if side == right else [(right, side), (side, right)]
            for referring, referred in scans:
                for key in ordered(referring):
                    if only is not None and key.column not in only:
                        continue
                    column = self.referents(key, referred)
                    if column is not None:
                        pairs[id(key.constraint)].append((column, key.column))
                        found[id(key.constraint)] = (key.constraint, pairs[id(key.constraint)])
            if found:
                break
        return found

    def join(
        self, left: list[Table], subset: Table | None, right: list[Table], only: frozenset[Column] | None
    ) -> list[tuple[Column, Column]]:
        """Pairs of columns that join two sides.

        Raises:
            LookupError: no foreign key links them.
            ValueError: several do; the argument lists the constraints.
            OpenError, RefusedError: see `referents`.
        """
        found = self.between(left, subset, right, only)
        if len(found) > 1 and only:
            found = {
                at: (constraint, pairs)
                for at, (constraint, pairs) in found.items()
                if {key.column for key in constraint.keys} == only
            }
            if not found:
                raise ValueError([])
        if len(found) > 1:
            distinct = {tuple(pairs) for _, pairs in found.values()}
            if len(distinct) != 1:
                raise ValueError([constraint for constraint, _ in found.values()])
        if not found:
            if any(table.open for table in (*left, *right)):
                raise OpenError
            raise LookupError
        return next(iter(found.values()))[1]


def ordered(tables: Iterable[Table]) -> list[ForeignKey]:
    """References of some tables in the order of their columns' creation."""
    columns = [column for table in tables for column in table.columns.values()]
    return [key for column in sorted(columns, key=lambda c: c.order) for key in column.foreign_keys]


def no_table(key: ForeignKey) -> str:
    """What SQLAlchemy says of a reference to a missing table."""
    named = target_of(key)
    return (
        f"Foreign key associated with column '{key.column}' could not find table '{named.key}' with which to generate a "
        f"foreign key to target column '{named.column}'"
    )


def no_column(key: ForeignKey, error: NoColumnError) -> str:
    """What SQLAlchemy says of a reference to a missing column."""
    own = key.column.table.name if key.column.table is not None else "?"
    return (
        f"Could not initialize target column for ForeignKey '{key.target}' on table '{own}': table "
        f"'{error.table.name}' has no column named '{error.name}'"
    )
