"""The index as rules see it: the way into the views, and what the analyses say of the project as a whole."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..finding import Note, Position, Span
from .requirements import read as read_requirements
from .versions import Versions
from .views import Call, Class, Function

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterator, Sequence

    from ..agents.declared import Declaration, Instructions
    from ..declare import Rule
    from ..document import Document
    from ..facts.records import Expr
    from ..source import SourceReader
    from ..tree import Tree
    from .asyncrows import AsyncRows
    from .containers import Containers
    from .contract import Contract
    from .costs import Costs
    from .deployments import Deployments
    from .expressions import Place
    from .gates import Gate
    from .guard import Guard
    from .idle import Idle
    from .imports import Imports
    from .mapping.graph import Mapping
    from .migrations.missing import Missing
    from .modes import ModeBranch, ModeGuard, Modes
    from .origins import Origins
    from .pools import Pools
    from .project import Project
    from .provenance import Provenance
    from .provided import Provided
    from .reach import Path
    from .requestwork import RequestWork
    from .settings import SettingRead, Settings
    from .stores import Hole
    from .value import Value
    from .writers import Writers


class Index:
    """The way into the views; ``sources`` turns byte columns into code points."""

    def __init__(self, project: Project, sources: SourceReader, tests: frozenset[str] = frozenset()) -> None:
        self.project = project
        self.table = project.linker.table
        """The facts of a file with their lookups."""
        self.sources = sources
        self.tests = project.tests = tests
        self.files: tuple[str, ...] = ()
        """Every file of the project, Python or not."""
        project.effects.versions = Versions(lambda: self.files, lambda path: read_requirements(self.sources, path))
        self.told: Callable[[], Sequence[Rule]] = tuple
        """The rules that the project wants coding agents to know."""
        self.explained: dict[str, str] = {}
        """By a word for what findings may go by, the rule that tells of it in this run."""
        self.read: set[str] = set()
        """Files, neither Python nor documents, that were read as a whole."""
        self.unread: set[str] = set()
        """Documents that were asked for and whose bytes cannot be had or are no text."""
        self.unknown: dict[str, tuple[str, frozenset[str]]] = {}
        """What the configuration names and the project has not: what is to be said, with the name and those that there are."""
        self.tenant_models: tuple[str, ...] = ()
        """Configured names of the classes that stand for a customer; empty: recognised."""
        self.fly_files: tuple[str, ...] = ()
        """Configured patterns of Fly.io configurations; empty: recognised by name."""
        self._calls: dict[str, tuple[Call, ...]] = {}
        self._documents: dict[str, Document | None] = {}

    def _text(self, path: str) -> str | None:
        source = self.sources.source(path)
        return None if source is None else source.text

    @cached_property
    def inventory(self) -> Tree:
        """What is in the project, of every kind."""
        from ..tree import Tree

        return Tree(self.files)

    def text(self, path: str) -> str | None:
        """The text of a file of the project of any kind that is listed in `files`; None when there is none."""
        if path not in self._listed:
            return None
        self.read.add(path)
        return self._text(path)

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(self.files)

    @property
    def costs(self) -> Costs:
        """What functions and routes cost: Redis commands and database statements."""
        return self.project.costs

    def call(self, path: str, ordinal: int) -> Call:
        """The n-th call of a file."""
        known = self._calls.get(path)
        return Call(self, path, ordinal) if known is None else known[ordinal]

    def function(self, value: Value) -> Function:
        """The view of a function's value."""
        return Function(self, value.place, value.scope)

    def calls(self, path: str) -> Sequence[Call]:
        """All calls of a file in source order."""
        found = self._calls.get(path)
        if found is None:
            count = len(self.project.linker.table(path).facts.calls)
            found = self._calls[path] = tuple(Call(self, path, ordinal) for ordinal in range(count))
        return found

    def classes(self, path: str) -> Sequence[Class]:
        """All classes of a file in source order."""
        scopes = self.project.linker.table(path).facts.scopes
        return [Class(self, path, ordinal) for ordinal, scope in enumerate(scopes) if scope.kind == "class"]

    def functions(self, path: str) -> Sequence[Function]:
        """All functions of a file in source order."""
        scopes = self.project.linker.table(path).facts.scopes
        return [Function(self, path, ordinal) for ordinal, scope in enumerate(scopes) if scope.kind == "function"]

    def definitions(self, path: str) -> Sequence[Class | Function]:
        """All classes of a file, and then all its functions."""
        return [*self.classes(path), *self.functions(path)]

    @cached_property
    def reached(self) -> tuple[Function, ...]:
        """Functions that requests reach, in file order."""
        found = map(self.function, self.project.reach.reached)
        return tuple(sorted(found, key=lambda function: (function.path, function.ordinal)))

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
    def mapping(self) -> Mapping:
        """The graph of mapped classes and tables, and what SQLAlchemy would refuse about them."""
        from .mapping.graph import Mapping

        return Mapping(self)

    @cached_property
    def async_rows(self) -> AsyncRows:
        """Rows that asynchronous sessions load, and what came with them."""
        from .asyncrows import AsyncRows

        return AsyncRows(self)

    @cached_property
    def unmigrated(self) -> list[Missing]:
        """Mapped tables and columns that no Alembic revision creates."""
        from .migrations.missing import missing

        return missing(self)

    @cached_property
    def settings(self) -> Settings:
        """Setting reads by file, and what an expression was read from."""
        from .settings import Settings

        return Settings(self)

    @cached_property
    def contract(self) -> Contract:
        """Every setting that the code reads, what it decides, and where the deployment sets it."""
        from .contract import Contract

        return Contract(self)

    @cached_property
    def pools(self) -> Pools:
        """Database engines and pools, and how many connections deployments can open."""
        from .pools import Pools

        return Pools(self)

    @cached_property
    def provided(self) -> dict[str, tuple[Provided, ...]]:
        """The places that give a setting a value, by the setting's name."""
        from .provided import provided

        return provided(self)

    @cached_property
    def mode_guards(self) -> tuple[ModeGuard, ...]:
        """Branches that only production takes, and that a machine without the mode variable misses."""
        from .modes import modes

        return tuple(modes(self))

    @cached_property
    def instructions(self) -> Instructions:
        """What CLAUDE.md and AGENTS.md declare of the project."""
        from ..agents.declared import Instructions

        return Instructions(self.files, self.document)

    @property
    def declaration(self) -> Declaration | None:
        """The declared architecture of the whole project with its places; None where nothing is declared."""
        return self.instructions.root

    @cached_property
    def deployments(self) -> Deployments:
        """What the project's Fly.io configurations build and start."""
        from .deployments import Deployments

        return Deployments(self)

    @cached_property
    def origins(self) -> Origins:
        """What expressions were read from."""
        from .origins import Origins

        return Origins(self)

    @cached_property
    def provenance(self) -> Provenance:
        """What expressions are made of."""
        from .provenance import Provenance

        return Provenance(self.project.linker)

    @cached_property
    def containers(self) -> Containers:
        """Containers that outlive a request, and what is done to them."""
        from .containers import Containers

        return Containers(self.project, self.tests)

    @cached_property
    def writers(self) -> Writers:
        """Rows that expressions hold, and who writes them."""
        from .writers import Writers

        return Writers(self.project, self.tests)

    @cached_property
    def mode_finder(self) -> Modes:
        """Which branches hang on a mode variable."""
        from .modes import Modes

        return Modes(self)

    @cached_property
    def imports(self) -> Imports:
        """Imports of names that are not there, and what does not start because of them."""
        from .imports import Imports

        return Imports(self)

    @cached_property
    def idle(self) -> Idle:
        """Code behind settings that are off by default and that nothing in the repository turns on."""
        from .idle import Idle

        return Idle(self)

    def settings_behind(self, path: str, scope: int, expr: Expr) -> tuple[SettingRead, ...]:
        """The setting reads that an expression can come from: through names, imports, attributes and functions."""
        return self.origins.of(path, scope, expr)

    def arguments(self, function: Value, name: str) -> list[tuple[str, int, Expr]]:
        """What the calls of a function give a parameter: (path, scope, expression); none where one is not understood."""
        from .arguments import arguments

        return arguments(self, function, name)

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

    def tree(self, path: str) -> ast.Module | None:
        """The syntax tree of a file; None when its text is not at hand or does not parse. Only findings should ask."""
        from .locate import parse

        return parse(self, path)

    def node_span(self, path: str, node: ast.expr | ast.stmt) -> Span:
        """The span of a node of a file's tree."""
        from .locate import span_of

        return span_of(self, path, node)

    def find_node(
        self, path: str, around: tuple[int, int, int, int] | None, wanted: Callable[[ast.AST], bool]
    ) -> Span | None:
        """The first node inside of a place (lines, byte columns) that fits."""
        from .locate import first

        return first(self, path, around, wanted)

    def document(self, path: str) -> Document | None:
        """The document at a root-relative path; None when there is none that can be read."""
        from ..document import Document, document_kind

        if path not in self._documents:
            kind = document_kind(path)
            source = None if kind is None else self.sources.source(path)
            if kind is not None and source is None and path in self._listed:
                self.unread.add(path)
            self._documents[path] = None if kind is None or source is None else Document(path, kind, source)
        return self._documents[path]

    def number(self, path: str, scope: int, expr: Expr) -> float | None:
        """The number (seconds, where it is a span of time) that an expression is or defaults to; None for no one number."""
        from .seconds import number

        return number(self.project.linker, path, scope, expr)

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

    def import_span(self, path: str, place: int) -> Span:
        """Where the n-th import of a file stands."""
        spans = self.project.spans(path)
        return self._one_of(path, spans.imports if spans is not None else [], place)

    def exit_span(self, path: str, place: int) -> Span:
        """Where the n-th exit (return, yield, raise) of a file stands."""
        spans = self.project.spans(path)
        return self._one_of(path, spans.exits if spans is not None else [], place)

    def _one_of(self, path: str, places: list[int], place: int) -> Span:
        four = tuple(places[4 * place : 4 * place + 4])
        return self.span(path, four) if len(four) == 4 else Span(path, Position(1, 1), Position(1, 1))

    def gate_span(self, gate: Gate) -> Span:
        """Where the test of a gate stands."""
        from .pointing import gate_span

        return gate_span(self, gate)

    def gate_function(self, gate: Gate) -> Value:
        """The function that a gate stands in."""
        from .pointing import gate_function

        return gate_function(self, gate)

    def hole_span(self, hole: Hole, guard: Guard) -> Span:
        """Where a cache's hole is: a way out that stores nothing, or a store under another key."""
        from .pointing import hole_span

        return hole_span(self, hole, guard)

    def receiver_origin(self, path: str, ordinal: int) -> Call | None:
        """The call that made the client whose method a call runs, or None when it is not known."""
        found = self.project.effects.origin(path, ordinal)
        return None if found is None else Call(self, *found)

    def steps(self, path: Path) -> tuple[Note, ...]:
        """A call path as notes: where the entry point is registered, then every call taken."""
        from .pointing import steps

        return steps(self, path)
