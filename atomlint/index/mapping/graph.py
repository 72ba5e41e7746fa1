"""The graph of a project's mapped classes, made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...finding import Position, Span
from ..value import Value
from .arguments import Arguments
from .builder import Builder
from .causes import Causes
from .configurator import Configurator
from .definition.run import Definitions
from .duplicates import Duplicates
from .fixes import Fixes
from .schema import Schema
from .uses import cascades_from_many

if TYPE_CHECKING:
    from ..facade import Index
    from .problems import Problem
    from .records import Mapped, MetaData, Place, Registry, Relationship, Table


class Mapping:
    """Registries, tables, mapped classes and relationships, and what SQLAlchemy would refuse about them."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self.builder = Builder(index)

    @property
    def registries(self) -> list[Registry]:
        """Every registry."""
        return list(self.builder.bases.registries.values())

    @property
    def metadatas(self) -> list[MetaData]:
        """Every collection of tables."""
        return list(self.builder.bases.metadatas.values())

    @property
    def tables(self) -> list[Table]:
        """Every table outside of tests, those of classes too."""
        return self.builder.tables.all

    @property
    def classes(self) -> list[Mapped]:
        """Every mapped class outside of tests, in the order in which they are made at start: bases before their heirs."""
        return self.builder.classes

    @cached_property
    def by_place(self) -> dict[tuple[str, int], Mapped]:
        """Mapped classes by file and scope."""
        return {(mapped.cls.path, mapped.cls.ordinal): mapped for mapped in self.classes}

    @cached_property
    def configurator(self) -> Configurator:
        """Everything configured."""
        configurator = Configurator(self.builder)
        configurator.run()
        return configurator

    @property
    def relationships(self) -> list[Relationship]:
        """All of them, configured, those that a ``backref`` makes too."""
        return self.configurator.relationships

    def lazy(self, made: Relationship) -> str | None:
        """How a relationship is loaded: ``select``, ``joined`` and so on; None when that is not known."""
        return Arguments(self.builder, made).lazy

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, each cause once, in file order; definition-time and configure-time ones."""
        duplicates = Duplicates(self.builder)
        duplicates.find()
        definitions = Definitions(self.builder, duplicates).run()  # before: what is refused is not configured
        causes = Causes(self.builder, self.configurator, duplicates)
        found = causes.sorted_out(definitions)
        found += Schema(self.builder, self.configurator.keys).problems()
        found += cascades_from_many(self.relationships)
        Fixes(self, self.configurator).add(found)
        return tuple(sorted(found, key=lambda problem: problem.sort_key))

    @cached_property
    def by_kind(self) -> dict[str, list[Problem]]:
        """Problems by their kind."""
        table: dict[str, list[Problem]] = {}
        for problem in self.problems:
            table.setdefault(problem.kind, []).append(problem)
        return table

    # --- places ----------------------------------------------------------------------------------------------------

    def span(self, problem: Problem) -> Span:
        """Where a problem stands."""
        return problem.span or self.span_of(problem.place)

    def span_of(self, place: Place | Span) -> Span:
        """The span of a call, of the statement of an assignment, or of the header of a class or function."""
        if isinstance(place, Span):
            return place
        if place.kind == "call":
            return self.index.call(place.path, place.ordinal).span
        if place.kind == "scope":
            return self.index.function(Value("def", place.path, place.ordinal)).span
        spans = self.index.project.spans(place.path)
        if spans is None:
            return Span(place.path, Position(1, 1), Position(1, 1))
        first, start, last, end = spans.assigns[4 * place.ordinal : 4 * place.ordinal + 4]
        return self.index.span(place.path, (first, start, last, end))
