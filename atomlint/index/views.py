"""The index as rules see it: read-only views on calls, functions and classes, and what the analyses say of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..finding import Note, Position, Span
from .tables import dotted, text_of
from .values import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..document import Document
    from ..facts.records import Assign, Exit, Expr
    from ..source import SourceReader
    from .effects import Effect, Lookup
    from .expressions import Place
    from .guards import Guard
    from .modes import ModeBranch, ModeGuard, Modes
    from .origins import Origins
    from .project import Project
    from .queries import DatabaseCall
    from .reach import Path
    from .requests import RequestWork
    from .settings import SettingRead, Settings


class Index:
    """The way into the views; ``sources`` turns byte columns into code points."""

    def __init__(self, project: Project, sources: SourceReader, tests: frozenset[str] = frozenset()) -> None:
        self.project = project
        self.sources = sources
        self.tests = tests
        self.files: tuple[str, ...] = ()
        """Every file of the project, Python or not."""
        self.tenant_models: tuple[str, ...] = ()
        """Configured names of the classes that stand for a customer; empty: recognised."""
        self.fly_files: tuple[str, ...] = ()
        """Configured patterns of Fly.io configurations; empty: recognised by name."""

    def call(self, path: str, ordinal: int) -> Call:
        """The n-th call of a file."""
        return Call(self, path, ordinal)

    def function(self, value: Value) -> Function:
        """The view of a function's value."""
        return Function(self, value.place, value.scope)

    def calls(self, path: str) -> Iterator[Call]:
        """All calls of a file in source order."""
        for ordinal in range(len(self.project.linker.table(path).facts.calls)):
            yield Call(self, path, ordinal)

    def classes(self, path: str) -> Iterator[Class]:
        """All classes of a file in source order."""
        for ordinal, scope in enumerate(self.project.linker.table(path).facts.scopes):
            if scope.kind == "class":
                yield Class(self, path, ordinal)

    def functions(self, path: str) -> Iterator[Function]:
        """All functions of a file in source order."""
        for ordinal, scope in enumerate(self.project.linker.table(path).facts.scopes):
            if scope.kind == "function":
                yield Function(self, path, ordinal)

    @property
    def paths(self) -> tuple[str, ...]:
        """Python files that were linked."""
        return tuple(self.project.linked)

    def all_classes(self) -> Iterator[Class]:
        """Classes of the linked files, in file order."""
        for path in self.project.linked:
            yield from self.classes(path)

    @cached_property
    def mapped(self) -> tuple[Class, ...]:
        """Classes that are mapped to a table, in file order."""
        return tuple(cls for cls in self.all_classes() if cls.is_mapped)

    @cached_property
    def setting_reads(self) -> tuple[SettingRead, ...]:
        """Every place that reads a setting from the environment, in file order."""
        from .settings import find_setting_reads

        return tuple(find_setting_reads(self))

    @cached_property
    def settings(self) -> Settings:
        """Setting reads by file, and what an expression was read from."""
        from .settings import Settings

        return Settings(self)

    @cached_property
    def mode_guards(self) -> tuple[ModeGuard, ...]:
        """Branches that only production takes, and that a machine without the mode variable misses."""
        from .modes import modes

        return tuple(modes(self))

    @cached_property
    def origins(self) -> Origins:
        """What expressions were read from."""
        from .origins import Origins

        return Origins(self)

    @cached_property
    def mode_finder(self) -> Modes:
        """Which branches hang on a mode variable."""
        from .modes import Modes

        return Modes(self)

    def settings_behind(self, path: str, scope: int, expr: Expr) -> tuple[SettingRead, ...]:
        """The setting reads that an expression can come from: through names, imports, attributes and functions."""
        return self.origins.of(path, scope, expr)

    def mode_branches(self, path: str, scope: int, frame: int) -> list[tuple[int, ModeBranch]]:
        """The branches on a mode variable that a frame lies in, innermost first, by their frames' ordinals."""
        return self.mode_finder.around(self.project.linker.table(path), scope, frame)

    def place_span(self, path: str, place: Place, prefix: str = "") -> Span:
        """The span of a place's statement or call; of the first text in it that starts with ``prefix``, if one is given."""
        from . import locate
        from .settings import header

        around = self.settings.place_of(path, place)
        found = locate.first(self, path, around, locate.text(prefix)) if prefix else None
        if found is not None:
            return found
        if around is None or place.kind not in ("assign", "call"):
            return header(self, path, place.scope)
        return self.span(path, around)

    def document(self, path: str) -> Document | None:
        """The document at a root-relative path; None when there is none that can be read."""
        from ..document import Document, document_kind

        kind = document_kind(path)
        source = None if kind is None else self.sources.source(path)
        return None if kind is None or source is None else Document(path, kind, source)

    def keep(self, key: object, make: Any) -> Any:
        """An answer that a rule computes once for the project."""
        return self.project.keep(key, make)

    def redis_work(self) -> dict[Value, RequestWork]:
        """Redis commands on request paths, by the function that decides on them."""
        return self._work("redis", lambda: self.project.requests.remote("redis"))

    def lookup_work(self, models: frozenset[str]) -> dict[Value, RequestWork]:
        """One-row reads of the named models on request paths, by function."""
        return self._work(models, lambda: self.project.requests.lookups(models))

    def _work(self, key: object, make: Any) -> dict[Value, RequestWork]:
        found: dict[Value, RequestWork] = self.keep(("work", key), lambda: {work.function: work for work in make()})
        return found

    def span(self, path: str, place: tuple[int, int, int, int]) -> Span:
        """A span from lines (from 1) and UTF-8 byte columns (from 0)."""
        line, column, end_line, end_column = place
        source = self.sources.source(path)
        if source is None:
            return Span(path, Position(line, column + 1), Position(end_line, end_column + 1))
        return Span(path, source.from_utf8(line, column), source.from_utf8(end_line, end_column))

    def exit_span(self, path: str, place: int) -> Span:
        """Where the n-th exit (return, yield, raise) of a file stands."""
        spans = self.project.spans(path)
        if spans is None:
            return Span(path, Position(1, 1), Position(1, 1))
        four = spans.exits[4 * place : 4 * place + 4]
        return self.span(path, (four[0], four[1], four[2], four[3]))

    def receiver_origin(self, path: str, ordinal: int) -> Call | None:
        """The call that made the client whose method a call runs, or None when it is not known."""
        found = self.project.effects.origin(path, ordinal)
        return None if found is None else Call(self, *found)

    def steps(self, path: Path) -> tuple[Note, ...]:
        """A call path as notes: where the entry point is registered, then every call taken."""
        entry = path.entry
        label = {"every-request": "runs on every request", "route": "handles requests"}.get(
            entry.kind, "runs for every request of its routes"
        )
        if entry.call >= 0:
            notes = [Note(self.call(entry.path, entry.call).span, f"{self.function(entry.function).qualname} {label}")]
        else:
            function = self.function(entry.function)
            notes = [Note(function.span, f"{function.qualname} {label}")]
        for caller, edge in path.steps:
            target = self.function(edge.target).qualname
            place = self.call(caller.place, edge.call).span if edge.call >= 0 else self.function(caller).span
            verb = {"dependency": "depends on", "decorator": "is wrapped by", "carried": "hands over"}.get(
                edge.kind, "calls"
            )
            notes.append(Note(place, f"{self.function(caller).qualname} {verb} {target}"))
        return tuple(notes)


class Located:
    """What all views share: a path and an ordinal in it."""

    def __init__(self, index: Index, path: str, ordinal: int) -> None:
        self.index = index
        self.path = path
        self.ordinal = ordinal
        self.table = index.project.linker.table(path)

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

    @property
    def _record(self) -> Any:
        return self.table.facts.calls[self.ordinal]

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
        callee = self.callee
        if type(callee) is list and callee[:1] == ["."]:
            return str(callee[2])
        return callee.rpartition(".")[2] if type(callee) is str and callee[:1] not in ("'", "#", "?") else ""

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
    def guard(self) -> Guard | None:
        """What keeps it from running every time, inside its own function."""
        return self.index.project.guards.of(self.path, self.ordinal)

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


class Function(Located):
    """One function, lambda, or the module itself (ordinal 0)."""

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
    def qualname(self) -> str:
        """Dotted name inside the module, or the file's name for the module itself."""
        return self.table.qualname(self.ordinal) or self.path

    @property
    def symbol(self) -> str:
        """Dotted name inside the module; empty for the module itself."""
        return self.table.qualname(self.ordinal)

    @property
    def is_async(self) -> bool:
        """Whether it is declared with ``async def``."""
        is_async: bool = self._record.is_async
        return is_async

    @property
    def span(self) -> Span:
        """``def name``; the first character of the file for the module."""
        return header_span(self)

    @property
    def calls(self) -> Iterator[Call]:
        """Calls that stand directly in it."""
        for ordinal in self.table.calls_in.get(self.ordinal, ()):
            yield Call(self.index, self.path, ordinal)

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


class Class(Located):
    """One class."""

    @property
    def _record(self) -> Any:
        return self.table.facts.scopes[self.ordinal]

    @property
    def value(self) -> Value:
        """Its value in the index."""
        return Value("def", self.path, self.ordinal)

    @property
    def name(self) -> str:
        """Its own name."""
        return str(self._record.name)

    @property
    def symbol(self) -> str:
        """Dotted name inside the module."""
        return self.table.qualname(self.ordinal)

    @property
    def span(self) -> Span:
        """``class Name``."""
        return header_span(self)

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


def header_span(view: Function | Class) -> Span:
    """Span of ``def name`` or ``class Name``."""
    spans = view.index.project.spans(view.path)
    if spans is None or view.ordinal == 0:
        return Span(view.path, Position(1, 1), Position(1, 1))
    line, column, end = spans.scopes[5 * view.ordinal : 5 * view.ordinal + 3]
    return view.index.span(view.path, (line, column, line, end))


__all__ = ["Call", "Class", "Function", "Index", "dotted", "text_of"]
