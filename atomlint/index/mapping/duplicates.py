"""Classes that one registry cannot hold both: they share a table, or a name that something looks up."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from .problems import ERROR, HIGH, MEDIUM, WARNING, Problem, Related
from .programs import is_archived

if TYPE_CHECKING:
    from .builder import Builder
    from .records import Mapped, Table

KEEP_ONE = "keep one of the two classes, with the columns of both, and import it wherever the other was used"


class Duplicates:
    """Pairs of classes in conflict, one problem for each class that has to go."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.problems: dict[Mapped, Problem] = {}
        """By the class to report."""
        self.of: dict[Mapped, Problem] = {}
        """By either class."""
        self.others: list[Problem] = []
        """Of tables that no class defines."""

    def find(self) -> None:
        """Classes that share a table, and classes of one module that share a name."""
        tables: dict[tuple[object, ...], list[Mapped]] = defaultdict(list)
        names: dict[tuple[object, ...], list[Mapped]] = defaultdict(list)
        for mapped in self.builder.classes:
            if mapped.conditional:
                continue
            names[id(mapped.registry), mapped.name].append(mapped)
            own = self.builder.own_tables.get(mapped)
            if own is not None and own.schema != "?":
                tables[id(own.metadata), own.fullname].append(mapped)
        for group in tables.values():
            for one, other in combinations(group, 2):
                self._share_a_table(one, other)
        for group in names.values():
            for one, other in combinations(group, 2):
                if one.cls.path == other.cls.path:
                    self._share_a_name(one, other, looked_up=False)

        for known, table in self.builder.tables.clashes:
            self._core(known, table)

    def _core(self, known: Table, table: Table) -> None:
        assert table.place is not None
        problem = Problem("duplicate-table", ERROR, table.title, "", already(table), table.place, phase="definition")
        problem.reason = f'table "{table.fullname}" is defined already'
        problem.repair = "import the table that is there, or give this one a name of its own"
        if known.place is not None:
            problem.related.append(Related(known.place, f'"{table.fullname}" is defined here first'))
        self.others.append(problem)

    def pair(self, one: Mapped, other: Mapped) -> Problem | None:
        """The problem of two classes that a string cannot tell apart; it is made when there is none yet."""
        known = self.of.get(one) or self.of.get(other)
        return known or self._share_a_name(one, other, looked_up=True)

    def _clash(self, first: Mapped, second: Mapped) -> bool:
        """Whether one process maps both, and neither inherits from the other."""
        if first.cls.value in second.cls.mro or second.cls.value in first.cls.mro:
            return False
        if first.cls.path == second.cls.path:
            return True
        if is_archived(first.cls.path) or is_archived(second.cls.path):
            return False
        return self.builder.programs.together(first.cls.path, second.cls.path)

    def _repeats(self, first: Mapped, second: Mapped) -> bool:
        """Whether a class gives columns to a table of its own that is called like that of its parent."""
        return first in second.lineage and not self.builder.own_tables[second].extends

    def _ordered(self, one: Mapped, other: Mapped) -> tuple[Mapped, Mapped]:
        """The class to keep and the one to report: later in its file, with ``extend_existing``, with fewer importers."""
        if one.cls.path == other.cls.path:
            return (one, other) if one.cls.ordinal < other.cls.ordinal else (other, one)

        def rank(mapped: Mapped) -> tuple[bool, bool, int, str]:
            table = self.builder.own_tables.get(mapped)
            extends = table is not None and table.extends
            return mapped.refused, extends, -len(self.builder.programs.loaders(mapped.cls.path)), mapped.cls.path

        return (one, other) if rank(one) <= rank(other) else (other, one)

    def _share_a_table(self, one: Mapped, other: Mapped) -> None:
        first, second = self._ordered(one, other)
        if second in self.problems or not (self._clash(first, second) or self._repeats(first, second)):
            return
        table, held = self.builder.own_tables[second], self.builder.own_tables[first]
        same_file = first.cls.path == second.cls.path
        hidden = table.extends or table.keeps or (held.extends and not same_file)
        if hidden and first.name != second.name:
            return  # SQLAlchemy accepts two views of one table
        claim = (
            f'{second.name} maps table "{table.fullname}", which {first.name} ({_where(first, second)}) maps already'
        )
        error = already(table)
        if hidden:
            claim += "; extend_existing hides it: the second class replaces columns of the table under the first"
            error = f"declarative base has two classes for table '{table.fullname}'"
        problem = self._made("duplicate-class" if hidden else "duplicate-table", first, second, error, claim)
        problem.phase = "definition"
        if hidden:  # worse when something looks the name up: then that is a consequence
            problem.severity = WARNING
            problem.confidence = HIGH if same_file else MEDIUM
            problem.message = replaced(second) if same_file else error
        elif same_file and first.name == second.name:
            warning = Problem(
                "duplicate-class", WARNING, second.name, "", replaced(second), problem.place, phase="definition"
            )
            problem.consequences.append(warning)

    def _share_a_name(self, one: Mapped, other: Mapped, *, looked_up: bool) -> Problem | None:
        first, second = self._ordered(one, other)
        if second in self.problems:
            return self.problems[second]
        if not looked_up and not self._clash(first, second):
            return None
        error = replaced(second)
        claim = (
            f"{second.name} is mapped twice in this module: the class on {_where(first, second)} cannot be reached by its "
            "name any more"
        )
        if looked_up:
            error = (
                f'Multiple classes found for path "{second.name}" in the registry of this declarative base. Please use a '
                "fully module-qualified path."
            )
            claim = (
                f"{second.name} has the name of a mapped class in {_where(first, second)}, and a relationship looks "
                f'"{second.name}" up'
            )
        problem = self._made("duplicate-class", first, second, error, claim)
        problem.severity = ERROR if looked_up else WARNING
        problem.phase = "configuration" if looked_up else "definition"
        return problem

    def _made(self, kind: str, first: Mapped, second: Mapped, error: str, claim: str) -> Problem:
        assert second.place is not None
        assert first.place is not None
        problem = Problem(kind, ERROR, second.name, "", error, second.place, claim, KEEP_ONE)
        problem.related.append(Related(first.place, f"{first.name} is mapped here first"))
        problem.culprits = (first, second)
        self.problems[second] = problem
        self.of.setdefault(first, problem)
        self.of[second] = problem
        return problem


def replaced(mapped: Mapped) -> str:
    """What SQLAlchemy says of a second class of one name and module."""
    return (
        "This declarative base already contains a class with the same class name and module name as "
        f"{mapped.module}.{mapped.name}, and will be replaced in the string-lookup table."
    )


def already(table: Table) -> str:
    """What SQLAlchemy says of a table that is defined twice."""
    return (
        f"Table '{table.fullname}' is already defined for this MetaData instance. Specify 'extend_existing=True' to redefine "
        "options and columns on an existing Table object."
    )


def _where(first: Mapped, second: Mapped) -> str:
    if first.cls.path == second.cls.path:
        return f"line {first.cls.span.start.line}"
    return first.cls.path
