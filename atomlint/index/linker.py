"""The linked project: tables of facts on demand, classes and their bases, and the evaluator over them."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from ..facts.records import Assign, Facts
from .heirs import Heirs
from .modules import Modules
from .tables import Table, dotted
from .values import NOTHING, Evaluator, Value, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from .catalog import Catalog
    from .rows import Client

CARRIERS = frozenset({"state", "app", "application", "current_app"})
"""What carries a client from start-up to requests, by its name."""
MAKERS = ("add_middleware", "Middleware")
"""What makes an object of a class that it is given, with what else it is given: ``app.add_middleware(Limit, client=c)``."""
PROPERTIES = frozenset({"property", "cached_property", "functools.cached_property", "hybrid_property"})


class Tables(dict[str, Table]):
    """Tables by path, made when first asked for: linking asks millions of times."""

    def __init__(self, load: Callable[[str], Facts | None]) -> None:
        super().__init__()
        self.load = load
        self.unread: set[str] = set()

    def __missing__(self, path: str) -> Table:
        facts = self.load(path) if path.endswith(".py") else None
        if facts is None:
            self.unread.add(path)
        table = self[path] = Table(path, empty_facts() if facts is None else facts)
        return table


class Linker:
    """Links the facts of a project. ``load`` gives the facts of a path, or None for a file that has none."""

    def __init__(
        self, paths: Iterable[str], load: Callable[[str], Facts | None], catalog: Catalog, src: Sequence[str] = ()
    ) -> None:
        self.catalog = catalog
        self.modules = Modules(paths, src, catalog.heads)
        self.load = load
        self.values = Evaluator(self)
        self.linked: Sequence[str] = ()
        """Files whose call sites count when callers are looked for."""
        self._tables = Tables(load)
        self.table: Callable[[str], Table] = self._tables.__getitem__
        """The facts of a file with their lookups; a file without facts has one empty module scope."""
        self.heirs = Heirs(self)

    @property
    def loaded(self) -> list[str]:
        """Python files whose facts were asked for."""
        return [path for path in self._tables if path.endswith(".py")]

    def knows(self, path: str) -> bool:
        """Whether a file's facts are there."""
        return self.table(path) is not None and path not in self._tables.unread

    @cached_property
    def _sites(self) -> dict[str, list[tuple[str, int]]]:
        sites: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path in self.linked:
            for ordinal, last in enumerate(self.table(path).lasts):
                sites[last].append((path, ordinal))
        sites.pop("", None)  # calls of what has no name
        return dict(sites)

    @cached_property
    def _carried(self) -> dict[str, list[tuple[str, Assign]]]:
        carried: dict[str, list[tuple[str, Assign]]] = defaultdict(list)
        for path in self.linked:
            for assign in self.table(path).facts.assigns:
                if type(assign.target) is str and assign.kind == "=" and "." in assign.target:
                    owner, _, name = assign.target.rpartition(".")
                    if owner.rpartition(".")[2] in CARRIERS and assign.value != "#None":
                        carried[name].append((path, assign))
        return dict(carried)

    def carried(self, name: str) -> list[tuple[str, Assign]]:
        """Assignments to an attribute of an application or its state: ``app.state.redis = ...``, ``app.pool = ...``."""
        return self._carried.get(name, [])

    def call_sites(self, name: str) -> list[tuple[str, int]]:
        """Calls whose callee ends in ``name``: (path, ordinal)."""
        return self._sites.get(name, [])

    def callers_of(self, wanted: Value, name: str, most: int) -> list[tuple[str, int]] | None:
        """The calls of a function or a class, by its name; None where there are none or too many, or some are not understood."""
        sites = self.call_sites(name)
        if not 0 < len(sites) <= most:
            return None
        found = [(site, self.values.callee(*site)) for site in sites]
        own = [site for site, callee in found if wanted in callee]
        return own if own and all(callee for _, callee in found) else None

    @cached_property
    def _made(self) -> dict[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path, ordinal in (site for maker in MAKERS for site in self.call_sites(maker)):
            args = self.table(path).facts.calls[ordinal].args
            if args and (name := dotted(args[0])):
                found[name.rpartition(".")[2]].append((path, ordinal))
        return dict(found)

    def makers(self, name: str) -> list[tuple[str, int]]:
        """Calls that have an object made of a class that they name first: (path, ordinal).

        The constructor is given what follows, in the places that it has here: the application comes before it.
        """
        return self._made.get(name, [])

    def calls_of(self, name: str, place: int) -> list[tuple[str, int]]:
        """Calls that may give something for the parameter in a place of what is called ``name``: see `runs`."""
        own = self._by_own_classes.get(name, [])
        made = self.makers(name) if place else []
        return [*self.call_sites(name), *own, *made] if own or made else self.call_sites(name)

    @cached_property
    def _by_own_classes(self) -> dict[str, list[tuple[str, int]]]:
        """Calls of ``cls`` in methods of a class, by its name."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path, ordinal in self.call_sites("cls"):
            table = self.table(path)
            record = table.facts.calls[ordinal]
            owner = table.receiver_class(table.enclosing_function(record.scope), "cls")
            if record.callee == "cls" and owner is not None:
                found[table.facts.scopes[owner].name].append((path, ordinal))
        return dict(found)

    def runs(self, path: str, ordinal: int, wanted: Value) -> bool:
        """Whether a call may run a function or make an object of a class, itself or by what it is given first."""
        if wanted in self.values.callee(path, ordinal):
            return True
        table = self.table(path)
        call = table.facts.calls[ordinal]
        makes = table.lasts[ordinal] in MAKERS and bool(call.args)
        return makes and wanted in self.evaluate(path, call.scope, call.args[0])

    @cached_property
    def _decorated(self) -> dict[str, list[tuple[str, int, object]]]:
        found: dict[str, list[tuple[str, int, object]]] = defaultdict(list)
        for path in self.linked:
            facts = self.table(path).facts
            for ordinal, scope in enumerate(facts.scopes):
                for decorator in scope.decorators:
                    name = decorator
                    if type(name) is str and name[:1] == "@" and name[1:].isdigit():
                        name = facts.calls[int(name[1:])].callee
                    if type(name) is str:
                        found[name.rpartition(".")[2]].append((path, ordinal, decorator))
        return dict(found)

    def decorated(self, name: str) -> list[tuple[str, int, object]]:
        """Functions and classes with a decorator whose name ends in ``name``: (path, scope, decorator)."""
        return self._decorated.get(name, [])

    def mro(self, path: str, scope: int) -> list[Value]:
        """A class and its bases in Python's order; bases outside of the project last, as ``ext`` values."""
        return self.heirs.mro(path, scope)

    def class_attribute(self, cls: Value, name: str) -> Iterator[tuple[Table, Assign]]:
        """What the bodies of a class and its bases assign to a name, nearest first: the first is what Python finds."""
        for base in self.mro(cls.place, cls.scope) if cls.kind == "def" else ():
            if base.kind == "def":
                table = self.table(base.place)
                yield from ((table, assign) for assign in reversed(table.class_attributes.get((base.scope, name), [])))

    def member(self, cls: Value, name: str) -> Value | None:
        """The nearest method, or class, of a name in the bodies of a class and its bases."""
        for base in self.mro(cls.place, cls.scope) if cls.kind == "def" else ():
            found = self.table(base.place).members.get((base.scope, name)) if base.kind == "def" else None
            if found is not None:
                return Value("def", base.place, found)
        return None

    def name_of(self, value: Value) -> str:
        """Canonical dotted name: of a library as it is, of the project from its root."""
        if value.kind == "ext":
            return value.place
        name = self.modules.name(value.place) if value.place.endswith(".py") else value.place.replace("/", ".")
        qualname = self.table(value.place).qualname(value.scope) if value.kind in ("def", "inst") else ""
        return f"{name}.{qualname}" if qualname else name

    def stated(self, value: Value) -> Client | None:
        """The catalog's row for the project's own class that a method belongs to, or None."""
        return self.catalog.stated(self.name_of(value)) if self.catalog.states_project else None

    def is_property(self, definition: Value) -> bool:
        """Whether a method is read like an attribute."""
        scope = self.table(definition.place).facts.scopes[definition.scope]
        return any(
            (name := dotted(d)) is not None and (name in PROPERTIES or name.endswith("property"))
            for d in scope.decorators
        )

    def evaluate(self, path: str, scope: int, expr: object) -> Values:
        """Shorthand for the evaluator."""
        return self.values.evaluate(path, scope, expr) if expr is not None else NOTHING


def empty_facts() -> Facts:
    """Facts of a file that says nothing."""
    from ..facts.records import Frame, Scope

    return Facts([], [Scope("module", "", 0)], [], [], [], [Frame(0, "")])
