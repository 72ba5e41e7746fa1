"""The index of one project: every analysis over the linked facts, made when first asked."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from .along import Along
from .calls import Calls
from .clients import Clients
from .commandline import CommandLine
from .commands import Commands
from .costs import Costs
from .dependencies import Dependency, find_dependencies
from .effects import Effects
from .entries import IGNORED, Entry, find_entries, unique
from .eventloop import EventLoop
from .fallbacks import Fallbacks
from .guards import Guards
from .handlists import HandLists
from .held import Held
from .heldlazily import HeldLazily
from .heldrows import HeldRows
from .heldseldom import HeldSeldom
from .lifetimes import Lifetimes
from .linker import Linker
from .listviews import ListViews
from .loops import Loops
from .mounts import Mounts
from .reach import Reach
from .relationships import Relationships
from .requests import Requests
from .routes import Routes
from .rowsets import RowSets
from .serializers import Serializers
from .startup import Startup
from .unused import Unused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ..facts.records import Facts, Spans
    from .catalog import Catalog
    from .effects import Effect
    from .lookups import Lookup
    from .startup import StartUse
    from .values import Value


class Project:
    """Facts of a project, linked.

    Args:
        paths: every Python file of the project, relative to its root.
        load: facts of a path, None when it has none (not in reach, or not parseable).
        spans: spans of a path that has facts.
        linked: files whose statements count: entry points and callers are looked for in them.
        catalog: the merged library knowledge.
        src: configured import roots.
    """

    def __init__(
        self,
        paths: Iterable[str],
        load: Callable[[str], Facts | None],
        spans: Callable[[str], Spans | None],
        linked: Sequence[str],
        catalog: Catalog,
        src: Sequence[str] = (),
    ) -> None:
        self.catalog = catalog
        self.linker = Linker(paths, load, catalog, src)
        self.linker.linked = linked
        self.linked = linked
        self.spans = spans
        self.calls = Calls(self.linker)
        self.effects = Effects(self.linker, self.calls)
        self.guards = Guards(self.linker, self.calls, self.effects.backends)
        self.requests = Requests(self)
        self.effects.pipelines.project = self
        self.tests: frozenset[str] = frozenset()
        """Files of tests among the linked ones."""
        self.memo: dict[Any, Any] = {}
        """Answers that views keep, by their own keys."""

    @cached_property
    def mounts(self) -> Mounts:
        """Which router is put below which."""
        return Mounts(self.linker)

    @cached_property
    def registrations(self) -> list[Entry]:
        """Everything that registers an entry point, in file order; one function may be registered repeatedly."""
        return find_entries(self.linker, list(self.linked), self.mounts)

    @cached_property
    def entries(self) -> list[Entry]:
        """Entry points, each once a kind, in file order."""
        return unique(entry for entry in self.registrations if entry.kind != IGNORED)

    @cached_property
    def applications(self) -> tuple[tuple[str, int], ...]:
        """The calls that made the applications which something is registered with or put below, in file order."""
        places = {place for entry in self.registrations for place in entry.on}
        places |= {mount.parent for above in self.mounts.mounts.values() for mount in above if mount.parent is not None}
        return tuple(sorted(place for place in places if (row := self.mounts.row(place)) is not None and row.served))

    @cached_property
    def dependencies(self) -> list[Dependency]:
        """Dependencies declared on apps, routers and routes."""
        return find_dependencies(self.linker, list(self.linked), self.mounts)

    @cached_property
    def clients(self) -> Clients:
        """Where clients are made, and which of them a command runs on."""
        return Clients(self)

    @cached_property
    def command_line(self) -> CommandLine:
        """What only somebody at a command line starts."""
        return CommandLine(self)

    @cached_property
    def commands(self) -> Commands:
        """Commands of Redis clients and pipelines, and the keys that they are about."""
        return Commands(self)

    @cached_property
    def event_loop(self) -> EventLoop:
        """What runs on the event loop."""
        return EventLoop(self)

    @cached_property
    def lifetimes(self) -> Lifetimes:
        """How long what a call makes is kept."""
        return Lifetimes(self)

    @cached_property
    def reach(self) -> Reach:
        """What requests reach."""
        return Reach(self.linker, self.calls, self.entries, self.dependencies)

    @cached_property
    def whole_reach(self) -> Reach:
        """What any entry point reaches, schedules, workers and scripts among them."""
        return Reach(self.linker, self.calls, self.entries, self.dependencies, None)

    @cached_property
    def unused(self) -> Unused:
        """Functions that nothing leads to."""
        return Unused(self)

    @cached_property
    def routes(self) -> Routes:
        """The table of routes."""
        return Routes(self)

    @cached_property
    def startup(self) -> dict[Value, list[StartUse]]:
        """Remote work of every start of the process, by the handler that runs then."""
        return Startup(self).uses()

    @cached_property
    def held(self) -> Held:
        """What requests keep on themselves, and what only runs where it is missing."""
        return Held(self)

    @cached_property
    def held_rows(self) -> HeldRows:
        """Rows among it, which their session need not ask for again."""
        return HeldRows(self)

    @cached_property
    def held_lazily(self) -> HeldLazily:
        """What of it is only made for who reads it."""
        return HeldLazily(self)

    @cached_property
    def held_seldom(self) -> HeldSeldom:
        """What of it is there for few requests, or only later."""
        return HeldSeldom(self)

    @cached_property
    def fallbacks(self) -> Fallbacks:
        """Local copies that are asked after a remote read."""
        return Fallbacks(self)

    @cached_property
    def costs(self) -> Costs:
        """What functions and routes cost."""
        return Costs(self)

    @cached_property
    def loops(self) -> Loops:
        """Loops around calls."""
        return Loops(self)

    @cached_property
    def relationships(self) -> Relationships:
        """Relationships between mapped classes."""
        return Relationships(self)

    @cached_property
    def rowsets(self) -> RowSets:
        """Rows that expressions are."""
        return RowSets(self)

    @cached_property
    def along(self) -> Along:
        """What comes along with one row."""
        return Along(self)

    @cached_property
    def serializers(self) -> Serializers:
        """Serializers of Django REST framework."""
        return Serializers(self)

    @cached_property
    def listviews(self) -> ListViews:
        """Its list views."""
        return ListViews(self)

    @cached_property
    def handlists(self) -> HandLists:
        """Lists that its views serialize by hand."""
        return HandLists(self)

    def reached_calls(self) -> Sequence[tuple[Value, int]]:
        """Calls of functions that requests reach: (function, ordinal)."""
        return self._reached_calls

    @cached_property
    def _reached_calls(self) -> list[tuple[Value, int]]:
        table = self.linker.table
        return [
            (function, ordinal)
            for function in self.reach.reached
            for ordinal in table(function.place).calls_in.get(function.scope, ())
        ]

    @cached_property
    def reached_effects(self) -> list[tuple[Value, int, Effect]]:
        """Operations of catalogued clients among these calls."""
        found = ((*place, self.effects.remote(place[0].place, place[1])) for place in self.reached_calls())
        return [(function, ordinal, effect) for function, ordinal, effect in found if effect is not None]

    @cached_property
    def reached_lookups(self) -> list[tuple[Value, int, Lookup]]:
        """One-row reads among these calls."""
        found = ((*place, self.effects.lookup(place[0].place, place[1])) for place in self.reached_calls())
        return [(function, ordinal, lookup) for function, ordinal, lookup in found if lookup is not None]

    def leading(self, resource: str) -> frozenset[Value]:
        """Functions that requests reach and from which they come to work on a resource, ``database`` or one of the catalog's."""
        found: frozenset[Value] = self.keep(("leading", resource), lambda: self.reach.leading(self._at_work(resource)))
        return found

    def _at_work(self, resource: str) -> Iterator[Value]:
        if resource != "database":
            yield from (
                function for function, _, effect in self.reached_effects if effect.operation.resource == resource
            )
            return
        for function in self.reach.reached:
            calls = self.linker.table(function.place).calls_in.get(function.scope, ())
            if any(self.effects.database(function.place, ordinal) is not None for ordinal in calls):
                yield function

    def prepare(self) -> None:
        """Find now what nearly every rule about call paths asks for: what requests reach, and what each call there does."""
        _ = self.reached_effects, self.reached_lookups
        for function, ordinal in self.reached_calls():
            self.effects.database(function.place, ordinal)

    def keep(self, key: object, make: Callable[[], Any]) -> Any:
        """The kept answer for a key, made once."""
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]
