"""Read-only views on calls, functions and classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..finding import Position, Span
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import records
    from ..facts.records import Assign, Exit, Expr
    from .effects import Effect, Lookup
    from .facade import Index
    from .guard import Guard
    from .loops import Loop
    from .queries import DatabaseCall


class Located:
    """What all views share: a path and an ordinal in it."""

    __slots__ = ("index", "ordinal", "path", "table")

    def __init__(self, index: Index, path: str, ordinal: int) -> None:
        self.index = index
        self.path = path
        self.ordinal = ordinal
        self.table = index.table(path)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and (self.path, self.ordinal) == (other.path, other.ordinal)

    def __hash__(self) -> int:
        return hash((type(self), self.path, self.ordinal))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}:{self.ordinal}>"

    @property
    def in_test(self) -> bool:
        """Whether the file is a test."""
        return self.path in self.index.tests


class Call(Located):
    """One call."""

    __slots__ = ("_name", "_record")

    def __init__(self, index: Index, path: str, ordinal: int) -> None:
        super().__init__(index, path, ordinal)
        self._record: Any = self.table.facts.calls[ordinal]
        self._name: str | None = None

    @property
    def span(self) -> Span:
        """From the callee to the closing parenthesis."""
        spans = self.index.project.spans(self.path)
        place = spans.calls[4 * self.ordinal : 4 * self.ordinal + 4] if spans else [1, 0, 1, 0]
        return self.index.span(self.path, (place[0], place[1], place[2], place[3]))

    @property
    def callee(self) -> Expr:
        """What is called, in the facts' notation."""
        return self._record.callee

    @property
    def name(self) -> str:
        """The last part of the callee: ``first`` in ``db.query(T).first()``; empty when it has no name."""
        if self._name is None:
            callee = self._record.callee
            if type(callee) is list and callee[:1] == ["."]:
                self._name = str(callee[2])
            else:
                plain = type(callee) is str and callee[:1] not in ("'", "#", "?")
                self._name = callee.rpartition(".")[2] if plain else ""
        return self._name

    @property
    def args(self) -> list[Expr]:
        """Positional arguments."""
        args: list[Expr] = self._record.args
        return args

    @property
    def keywords(self) -> dict[str, Expr]:
        """Keyword arguments; ``**`` for an unpacked mapping."""
        return dict(self._record.keywords)

    def argument(self, position: int | None, keyword: str | None = None) -> Expr:
        """An argument by keyword, else by position; None when it is not given."""
        if keyword is not None and keyword in self.keywords:
            return self.keywords[keyword]
        return self.args[position] if position is not None and position < len(self.args) else None

    @property
    def scope(self) -> int:
        """Ordinal of the scope that holds the call."""
        scope: int = self._record.scope
        return scope

    @property
    def function(self) -> Function:
        """The function around it, or the module's pseudo function."""
        return Function(self.index, self.path, self.table.enclosing_function(self.scope))

    @property
    def targets(self) -> tuple[Value, ...]:
        """What the callee can be."""
        return tuple(sorted(self.index.project.linker.values.callee(self.path, self.ordinal)))

    @property
    def external(self) -> frozenset[str]:
        """Canonical names of library callables that it can be, such as ``redis.client.Redis().get``."""
        return frozenset(value.place for value in self.targets if value.kind == "ext")

    @property
    def effect(self) -> Effect | None:
        """The command of a catalogued client that it is, or None."""
        return self.index.project.effects.remote(self.path, self.ordinal)

    @property
    def lookup(self) -> Lookup | None:
        """The one-row read that it runs, or None."""
        return self.index.project.effects.lookup(self.path, self.ordinal)

    @property
    def database(self) -> DatabaseCall | None:
        """The statement that it sends to a database, or None."""
        return self.index.project.effects.database(self.path, self.ordinal)

    @property
    def query_chain(self) -> Iterator[records.Call]:
        """The records of a query's calls, from the one that runs it to the one that names the model, through local names."""
        from .provenance import chain

        yield from chain(self.table, self.ordinal)

    @property
    def guard(self) -> Guard | None:
        """What keeps it from running every time, inside its own function."""
        return self.index.project.guards.of(self.path, self.ordinal)

    @property
    def loops(self) -> list[Loop]:
        """The loops around it in its own function, innermost first."""
        return self.index.project.loops.around(self.path, self.ordinal)

    def goes_through_data(self, frame: int) -> bool:
        """Whether the loop of a frame around it goes through rows, or what a request brought."""
        from .loopdata import loops_over_data

        return loops_over_data(self, frame)

    def goes_through_rows(self, frame: int) -> bool:
        """Whether the loop of a frame around it goes through rows of a query, or answers of another service."""
        from .loopdata import loops_over_data

        return loops_over_data(self, frame, brought=False)

    @property
    def is_awaited(self) -> bool:
        """Whether it stands directly below ``await``."""
        awaited: bool = self._record.awaited
        return awaited

    @property
    def frames(self) -> list[tuple[str, Expr]]:
        """Control context from the innermost outward: (kind, test)."""
        frames = self.table.facts.frames
        return [(frames[f].kind, frames[f].test) for f in self.table.frames(self._record.frame)]

    @property
    def frame_ids(self) -> list[int]:
        """Ordinals of the frames around it, innermost first."""
        return self.table.frames(self._record.frame)

    def evaluate(self, expr: Expr) -> frozenset[Value]:
        """What an expression of this call can be."""
        return self.index.project.linker.evaluate(self.path, self.scope, expr)


class Definition(Located):
    """What a function and a class share: a scope with a name."""

    @property
    def _record(self) -> Any:
        return self.table.facts.scopes[self.ordinal]

    @property
    def value(self) -> Value:
        """Its value in the index."""
        return Value("def", self.path, self.ordinal)

    @property
    def name(self) -> str:
        """Its own name; empty for the module."""
        return str(self._record.name)

    @property
    def symbol(self) -> str:
        """Dotted name inside the module; empty for the module itself."""
        return self.table.qualname(self.ordinal)

    @property
    def span(self) -> Span:
        """``def name`` or ``class Name``; the first character of the file for the module."""
        spans = self.index.project.spans(self.path)
        if spans is None or self.ordinal == 0:
            return Span(self.path, Position(1, 1), Position(1, 1))
        line, column, end = spans.scopes[5 * self.ordinal : 5 * self.ordinal + 3]
        return self.index.span(self.path, (line, column, line, end))


class Function(Definition):
    """One function, lambda, or the module itself (ordinal 0)."""

    __slots__ = ()

    @property
    def qualname(self) -> str:
        """Dotted name inside the module, or the file's name for the module itself."""
        return self.table.qualname(self.ordinal) or self.path

    @property
    def is_async(self) -> bool:
        """Whether it is declared with ``async def``."""
        is_async: bool = self._record.is_async
        return is_async

    @property
    def calls(self) -> Iterator[Call]:
        """Calls that stand directly in it."""
        calls = self.index.calls(self.path)
        for ordinal in self.table.calls_in.get(self.ordinal, ()):
            yield calls[ordinal]

    @property
    def assigns(self) -> Iterator[Assign]:
        """Assignments that stand directly in it."""
        for place in self.table.assigns_in.get(self.ordinal, ()):
            yield self.table.facts.assigns[place]

    @property
    def exits(self) -> list[Exit]:
        """Its returns, yields and raises."""
        return self.table.exits.get(self.ordinal, [])

    @property
    def is_reached(self) -> bool:
        """Whether a request reaches it."""
        return self.value in self.index.project.reach.reached

    @property
    def is_unused(self) -> bool:
        """Whether nothing of the project leads to it: no entry point, and no call outside of unused code."""
        unused: bool = self.index.project.unused.holds(self.value)
        return unused


class Class(Definition):
    """One class."""

    @property
    def mro(self) -> tuple[Value, ...]:
        """The class and its bases; those of libraries are ``ext`` values."""
        return tuple(self.index.project.linker.mro(self.path, self.ordinal))

    @property
    def bases(self) -> list[Expr]:
        """Base expressions, in the facts' notation."""
        bases: list[Expr] = self._record.bases
        return bases

    @property
    def keywords(self) -> dict[str, Expr]:
        """Keywords of the class statement."""
        return dict(self._record.keywords)

    @property
    def frame(self) -> int:
        """The control frame that the statement stands in; 0 for none."""
        frame: int = self._record.frame
        return frame

    @property
    def parent(self) -> int:
        """Ordinal of the scope around it; 0 is the module."""
        parent: int = self._record.parent
        return parent

    def attribute(self, name: str) -> list[Assign]:
        """Assignments to a name in the class body."""
        return self.table.class_attributes.get((self.ordinal, name), [])

    @property
    def attributes(self) -> Iterator[tuple[str, Assign]]:
        """Assignments in the class body, in source order."""
        for place in self.table.assigns_in.get(self.ordinal, ()):
            assign = self.table.facts.assigns[place]
            if type(assign.target) is str:
                yield assign.target, assign

    def method(self, name: str) -> Function | None:
        """A method or nested definition of the body, or None."""
        member = self.table.members.get((self.ordinal, name))
        return None if member is None else Function(self.index, self.path, member)

    @property
    def methods(self) -> Iterator[Function]:
        """Functions defined in the body."""
        for (owner, _), member in self.table.members.items():
            if owner == self.ordinal and self.table.facts.scopes[member].kind == "function":
                yield Function(self.index, self.path, member)

    @property
    def is_mapped(self) -> bool:
        """Whether it is mapped to a table."""
        return self.index.project.effects.is_mapped(self.value)

    @property
    def table_name(self) -> str | None:
        """Its own literal ``__tablename__``, or None."""
        for assign in self.attribute("__tablename__"):
            return text_of(assign.value)
        return None

    def evaluate(self, expr: Expr) -> frozenset[Value]:
        """What an expression in the class body can be."""
        return self.index.project.linker.evaluate(self.path, self.ordinal, expr)


__all__ = ["Call", "Class", "Function", "dotted", "text_of"]
