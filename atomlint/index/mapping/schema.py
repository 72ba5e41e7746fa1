"""What configures and fails later: cycles between tables, and index names that are used twice."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .keys import NoColumnError, NoTableError
from .lookup import OpenError
from .problems import ERROR, HIGH, MEDIUM, WARNING, Problem, Related

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .builder import Builder
    from .keys import ForeignKeys
    from .records import Column, Constraint, ForeignKey, MetaData, Place, Table

MAX_SHOWN = 6
"""Tables of a cycle that a message names."""


class Schema:
    """Looks at tables as ``create_all`` and Alembic do."""

    def __init__(self, builder: Builder, keys: ForeignKeys) -> None:
        self.builder = builder
        self.keys = keys

    def problems(self) -> Iterator[Problem]:
        """Cycles and repeated index names of every collection of tables."""
        for metadata in self.builder.bases.metadatas.values():
            tables = [table for tables in metadata.tables.values() for table in tables]
            yield from self._cycles(metadata, [table for table in tables if not self._is_past(table)])
            yield from self._indexes(tables)

    def _is_past(self, table: Table) -> bool:
        """Whether a revision makes a table: nobody sorts the tables of a revision."""
        return table.place is not None and self.builder.programs.is_revision(table.place.path)

    # --- cycles ----------------------------------------------------------------------------------------------------

    def _cycles(self, metadata: MetaData, tables: list[Table]) -> Iterator[Problem]:
        edges: dict[Table, dict[Table, Constraint]] = defaultdict(dict)
        for table in tables:
            for key in table.foreign_keys:
                try:
                    target = self.keys.column(key).table
                except NoTableError:  # tables are not sorted at all then
                    return
                except (OpenError, NoColumnError):
                    continue
                if key.constraint.use_alter:
                    continue
                if target is not None and target is not table and target.metadata is metadata:
                    edges[table].setdefault(target, key.constraint)
        groups = [group for group in components(tables, edges) if len(group) > 1]
        for group in groups:
            yield self._cycle(group, edges)

    def _cycle(self, group: list[Table], edges: dict[Table, dict[Table, Constraint]]) -> Problem:
        names = ", ".join(sorted(table.fullname for table in group)[:MAX_SHOWN])
        links = [(table, target, edges[table][target]) for table in group for target in edges[table] if target in group]
        nullable = [link for link in links if all(key.column.nullable is not False for key in _keys(link[0], link[2]))]
        table, target, constraint = (nullable or links)[-1]
        place = constraint.place or table.place
        assert place is not None
        message = (
            f'Cannot correctly sort tables; there are unresolvable cycles between tables "{names}", which is usually caused by '
            "mutually dependent foreign key constraints."
        )
        column = next(iter(_keys(table, constraint)), None)
        problem = Problem("table-cycle", WARNING, table.title, column.column.key if column else "", message, place)
        problem.reason = f"{table.fullname} and {target.fullname} refer to each other"
        if len(group) > 2:
            problem.reason = f"{len(group)} tables refer to each other in a circle"
        problem.repair = "give one of the foreign keys use_alter=True, and a name for it"
        for one, other, link in links:
            if link is not constraint and link.place is not None:
                problem.related.append(Related(link.place, f"{one.fullname} refers to {other.fullname}"))
        problem.phase = "use"
        return problem

    # --- indexes ---------------------------------------------------------------------------------------------------

    def _indexes(self, tables: list[Table]) -> Iterator[Problem]:
        known: dict[tuple[str, str], tuple[Table, Place | None]] = {}
        for table in tables:
            for name, place, column in self._named(table):
                first = known.setdefault((table.schema, name), (table, place))
                if first[1] == place or place is None:
                    continue
                if first[0] is not table and not self._meet(first[0], table):
                    continue
                if table.owner is not None and (table.owner.refused or table.owner.conditional):
                    continue
                yield self._repeated(table, name, place, column, first)

    def _meet(self, one: Table, other: Table) -> bool:
        if one.place is None or other.place is None:
            return False
        return self.builder.programs.together(one.place.path, other.place.path)

    def _named(self, table: Table) -> Iterator[tuple[str, Place | None, Column | None]]:
        """Names of indexes with their places: ``Index(...)``, and ``index=True``, which makes ``ix_table_column``."""
        for constraint in table.constraints:
            if constraint.kind == "index" and constraint.name:
                yield constraint.name, constraint.place, None
        if not table.metadata.names_indexes:
            for column in table.columns.values():
                if column.index and column.place is not None:
                    at = f"{table.schema}_{table.name}" if table.schema else table.name
                    yield f"ix_{at}_{column.name}", column.place, column

    def _repeated(
        self, table: Table, name: str, place: Place, column: Column | None, first: tuple[Table, Place | None]
    ) -> Problem:
        message = f"index {name} already exists"
        attribute = name if column is None else column.key
        problem = Problem("duplicate-index", ERROR, table.title, attribute, message, place, phase="use")
        other = first[0]
        problem.reason = f'"{name}" is the name of two indexes' + (
            f" of {table.fullname}" if other is table else f", of {other.fullname} and of {table.fullname}"
        )
        problem.confidence = HIGH if other is table else MEDIUM
        problem.repair = "drop one of the two" if other is table else "give one of them a name of its own"
        if first[1] is not None:
            problem.related.append(Related(first[1], f'"{name}" is made here first'))
        return problem


def _keys(table: Table, constraint: Constraint) -> list[ForeignKey]:
    return [key for key in table.foreign_keys if key.constraint is constraint]


def components(tables: list[Table], edges: dict[Table, dict[Table, Constraint]]) -> list[list[Table]]:
    """Strongly connected groups of tables (Tarjan, without recursion)."""
    number: dict[Table, int] = {}
    low: dict[Table, int] = {}
    stack: list[Table] = []
    on_stack: set[Table] = set()
    found: list[list[Table]] = []
    for root in tables:
        if root in number:
            continue
        work = [(root, iter(edges.get(root, {})))]
        number[root] = low[root] = len(number)
        stack.append(root)
        on_stack.add(root)
        while work:
            table, rest = work[-1]
            for target in rest:
                if target not in number:
                    number[target] = low[target] = len(number)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(edges.get(target, {}))))
                    break
                if target in on_stack:
                    low[table] = min(low[table], number[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[table])
                if low[table] == number[table]:
                    group: list[Table] = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        group.append(member)
                        if member is table:
                            break
                    found.append(group)
    return found
