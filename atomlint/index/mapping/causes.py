"""One cause, one problem: what follows from a duplicated class or a foreign key to nowhere is shown with it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from .keys import NoColumnError, NoTableError, no_column, no_table, target_of
from .lookup import OpenError
from .problems import ERROR, HIGH, Problem, Related
from .programs import is_archived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .builder import Builder
    from .configurator import Configurator
    from .duplicates import Duplicates
    from .records import ForeignKey, Place, Relationship, Table

JOINS = frozenset(
    {"no-foreign-keys", "no-foreign-keys-secondary", "ambiguous-fk", "ambiguous-fk-secondary", "unresolved-fk-table",
     "unresolved-fk-column", "primaryjoin-no-foreign", "primaryjoin-no-equality", "back-populates-missing",
     "backref-conflict"}
)  # fmt: skip
MISSING = frozenset(
    {"no-foreign-keys", "no-foreign-keys-secondary", "unresolved-fk-table", "unresolved-fk-column", "primaryjoin-no-foreign",
     "inheritance-no-fk"}
)  # fmt: skip


class Causes:
    """Puts problems below the problems that cause them."""

    def __init__(self, builder: Builder, configurator: Configurator, duplicates: Duplicates) -> None:
        self.builder = builder
        self.configurator = configurator
        self.duplicates = duplicates
        self.keys: dict[Place, Problem] = {}
        """Foreign keys to nowhere, by their place."""
        self._broken: dict[int, Problem] = {}
        self._pairs: dict[str, Problem] = {}
        """Pairs of relationships of which SQLAlchemy says the same thing twice, once for each, by what it says."""

    def sorted_out(self, definitions: list[Problem]) -> list[Problem]:
        """All problems that stand by themselves.

        Args:
            definitions: problems that are found while classes are defined.
        """
        self._find_keys()
        rest: list[Problem] = []
        for problem in (*sorted(self.configurator.problems, key=_is_viewed), *definitions):
            cause = self._cause(problem)
            if cause is None:
                rest.append(problem)
            else:
                cause.consequences.append(problem)
                if cause.phase == "use":
                    cause.phase = problem.phase
        for problem in self.duplicates.problems.values():
            worst = [other for other in problem.consequences if other.severity is ERROR]
            if worst and problem.kind == "duplicate-class":
                if problem.phase == "definition":
                    said = Problem(
                        "duplicate-class", problem.severity, problem.owner, "", problem.message, problem.place
                    )
                    said.phase = "definition"
                    problem.consequences += [said] if problem.confidence is HIGH else []
                problem.severity, problem.confidence, problem.phase = ERROR, HIGH, worst[0].phase
                problem.message = worst[0].message
        for problem in self.keys.values():
            if all(other.phase == "use" for other in problem.consequences):
                problem.phase = "use"
                if problem.kind == "unresolved-fk-table":
                    problem.kind = "unresolved-foreign-key"
        found = [*self.duplicates.problems.values(), *self.duplicates.others, *self.keys.values(), *rest]
        return [problem for problem in found if not is_archived(problem.place.path)]

    # --- foreign keys to nowhere -----------------------------------------------------------------------------------

    def _find_keys(self) -> None:
        for table in self.builder.tables.all:
            for key in table.foreign_keys:
                if key.place is None or (table.owner is not None and table.owner.conditional):
                    continue
                problem = self._of_key(key, table)
                if problem is None:
                    continue
                known = self.keys.setdefault(key.place, problem)
                self._broken[id(key)] = known
                if known is not problem:  # a mixin's, on another heir
                    known.consequences.append(problem)

    def _of_key(self, key: ForeignKey, table: Table) -> Problem | None:
        try:
            self.configurator.keys.column(key)
        except OpenError:
            return None
        except NoTableError:
            named = target_of(key)
            known = list(table.metadata.tables)
            close = get_close_matches(named.key, known, n=1, cutoff=0.75)
            reason = f'no table "{named.key}"' + self._elsewhere(named.key, table)
            repair = (
                f'name the table that is meant: "{close[0]}.{named.column}"' if close else "name a table that exists"
            )
            kind, message = "unresolved-fk-table", no_table(key)
        except NoColumnError as error:
            close = get_close_matches(error.name, list(error.table.columns), n=1, cutoff=0.6)
            reason = f'table "{error.table.fullname}" has no column "{error.name}"'
            repair = f'name the column that is meant: "{close[0]}"' if close else "name a column of that table"
            kind, message = "unresolved-fk-column", no_column(key, error)
            close = [f"{error.table.fullname}.{close[0]}"] if close else []
        else:
            return None
        assert key.place is not None
        made = key.column.attribute
        owner, name = (made.owner.name, made.name) if made is not None else (table.title, key.column.key)
        problem = Problem(kind, ERROR, owner, name, message, key.place, reason, repair, phase="use")
        for name in close:
            target = table.metadata.tables.get(name) or table.metadata.tables.get(name.rpartition(".")[0])
            if target and target[0].place is not None:
                problem.related.append(Related(target[0].place, f'"{name}" is defined here'))
        problem.suggestion = close[0] if close else ""
        return problem

    def _elsewhere(self, key: str, table: Table) -> str:
        for metadata in self.builder.bases.metadatas.values():
            if metadata is not table.metadata and key in metadata.tables:
                return " in this MetaData: it belongs to another one"
        return ""

    # --- causes ----------------------------------------------------------------------------------------------------

    def _cause(self, problem: Problem) -> Problem | None:
        made = problem.subject
        found = None if made is None else self.duplicates.of.get(made.owner)
        if len(problem.culprits) > 1 and (problem.kind == "duplicate-class" or problem.kind in JOINS):
            return found if found and problem.kind in JOINS else self.duplicates.pair(*problem.culprits[:2])
        if made is None:
            return None
        if problem.kind == "viewonly-flags" and problem.phase == "configuration":
            known = self._pairs.setdefault(problem.message, problem)
            return None if known is problem else known
        if found is not None and (problem.kind in JOINS or problem.kind == "overlaps"):
            return found
        for other in problem.others:
            if other.owner in self.duplicates.of:
                return self.duplicates.of[other.owner]
        if made.target is not None and problem.kind in JOINS and made.target in self.duplicates.of:
            return self.duplicates.of[made.target]
        if problem.kind in MISSING:
            return self._broken_key(made)
        return None

    def _broken_key(self, made: Relationship) -> Problem | None:
        """The foreign key to nowhere that was to join a relationship."""
        sides = [*made.owner.tables, *(made.target.tables if made.target is not None else [])]
        sides += [made.secondary] if made.secondary is not None else []
        broken = [key for table in sides for key in table.foreign_keys if id(key) in self._broken]
        likely = [key for key in broken if self._is_meant(made, key)]
        some = likely or (broken if len(broken) == 1 else [])
        return self._broken[id(some[0])] if some else None

    @staticmethod
    def _is_meant(made: Relationship, key: ForeignKey) -> bool:
        named = target_of(key).name
        for table in _tables_of(made):
            if get_close_matches(named.lower(), [table.name.lower()], cutoff=0.75):
                return True
        return key.column.key.startswith(f"{made.name}_")


def _is_viewed(problem: Problem) -> bool:
    """Whether a problem stands at what is only viewed, and so right: its other half asks too much, and comes first."""
    return problem.kind == "viewonly-flags" and problem.subject is not None and problem.subject.viewonly


def _tables_of(made: Relationship) -> Iterator[Table]:
    yield from made.owner.tables
    yield from made.target.tables if made.target is not None else ()
