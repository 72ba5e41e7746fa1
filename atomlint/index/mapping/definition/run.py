"""All checks of definitions, class by class, in SQLAlchemy's order: what is refused first hides what would come after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..problems import ERROR, WARNING
from . import annotated, attributes, calls, classes, composites, dataclass, inheritance, joined_tables, tables
from .check import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..builder import Builder
    from ..duplicates import Duplicates
    from ..problems import Problem
    from ..records import Mapped

STAGES = (
    attributes.of_mixins,
    tables.of_arguments,
    annotated.without_mapped,
    annotated.of_unknown_names,
    inheritance.of_bases,
    dataclass.of_class,
    attributes.of_body,
    joined_tables.of_reflected,
    composites.of_composites,
    annotated.of_types,
    dataclass.arguments_without,
    tables.beside_table,
    tables.of_names,
    tables.of_disagreement,
    tables.missing,
    inheritance.of_single,
    joined_tables.of_heirs,
    inheritance.of_arguments,
    inheritance.of_condition,
    inheritance.of_identity,
    classes.of_methods,
    inheritance.of_combined,
    inheritance.of_polymorphic,
    tables.of_primary_key,
    classes.synonyms,
    joined_tables.of_shared,
    joined_tables.of_keys,
)


class Definitions:
    """Finds what is wrong with definitions; refused classes are marked, for nothing can be configured about them."""

    def __init__(self, builder: Builder, duplicates: Duplicates) -> None:
        self.builder = builder
        self.duplicates = duplicates
        self.check = Check(builder)
        self.problems: list[Problem] = []
        self._seen: dict[tuple[object, ...], Problem] = {}
        self._without_table: set[Mapped] = set()
        """Classes that are refused before their table is made."""
        self._named: set[Mapped] = set()
        """Classes that came as far as to be in the registry."""

    def run(self) -> list[Problem]:
        """Problems in the order of the classes."""
        for mapped in self.builder.classes:
            if mapped.conditional:
                continue
            for problem in self._of(mapped):
                self._keep(problem)
                if problem.severity is ERROR:
                    mapped.refused = True
                    break
        for problem in classes.of_project(self.check):
            self._keep(problem)
        return self.problems

    def _keep(self, problem: Problem) -> None:
        key = (problem.kind, problem.place, problem.severity, problem.owner if problem.place.kind == "scope" else "")
        first = self._seen.setdefault(key, problem)
        if first is problem:
            self.problems.append(problem)
        elif first.owner != problem.owner:  # a mixin's, once more for each class that takes it
            first.consequences.append(problem)

    def _of(self, mapped: Mapped) -> Iterator[Problem]:
        self._without_table.add(mapped)
        unbound = next(classes.names_before_definition(self.check, mapped), None)
        for attribute in mapped.attributes.values():  # the body runs line by line
            if unbound is not None and unbound.attribute == attribute.name:
                yield unbound
            yield from calls.of_attribute(self.check, attribute)
        own = self.builder.own_tables.get(mapped)
        if own is not None:
            yield from tables.of_counts(self.check, mapped, own)
        for stage in STAGES:
            if stage is inheritance.of_bases:
                self._named.add(mapped)
            if stage is tables.of_disagreement:
                yield from self._of_table(mapped)
            yield from stage(self.check, mapped)

    def _of_table(self, mapped: Mapped) -> Iterator[Problem]:
        """What is said when the table is made; a table that is there already is refused before its columns are looked at."""
        known = self.duplicates.problems.get(mapped)
        if known is not None and known.kind == "duplicate-table" and known.culprits[:1]:
            first = known.culprits[0]
            if first in self._without_table:
                del self.duplicates.problems[mapped]  # the first one did not come as far as to make the table
                yield from (one for one in known.consequences if one.severity is WARNING and first in self._named)
                known = None
                mapped.refused = False
        if known is not None and known.kind == "duplicate-table":
            mapped.refused = True
        for attribute in mapped.attributes.values():
            yield from calls.boolean_only(self.check, mapped, attribute)
        own = self.builder.own_tables.get(mapped)
        if own is not None and (known is None or known.kind != "duplicate-table"):
            yield from tables.of_items(self.check, mapped)
            yield from tables.of_replaced(self.check, mapped, own)
            yield from tables.of_constraints(self.check, mapped, own)
        self._without_table.discard(mapped)
