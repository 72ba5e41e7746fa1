"""The graph of a project's mapped classes, made when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ...finding import Position, Span
from ..value import Value

if TYPE_CHECKING:
    from ..facade import Index
    from .problems import Problem
    from .records import Mapped, MetaData, Place, Registry, Relationship, Table


class Mapping:
    """Registries, tables, mapped classes and relationships, and what SQLAlchemy would refuse about them."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self.registries: list[Registry] = []
        self.metadatas: list[MetaData] = []
        self.tables: list[Table] = []
        """Every table outside of tests, those of classes too, in file order."""
        self.classes: list[Mapped] = []
        """Every mapped class outside of tests, in file order; bases before their heirs."""
        self.found: list[Problem] = []
        """Problems in the order in which they were found; `problems` puts them in order and by their causes."""

    @cached_property
    def by_place(self) -> dict[tuple[str, int], Mapped]:
        """Mapped classes by file and scope."""
        return {(cls.cls.path, cls.cls.ordinal): cls for cls in self.classes}

    @cached_property
    def relationships(self) -> list[Relationship]:
        """All of them, configured, those that a ``backref`` makes too."""
        return []

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong, each cause once, in file order; definition-time and configure-time ones."""
        return tuple(sorted(self.found, key=lambda problem: problem.sort_key))

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
