"""What a request holds for few requests alone, or only later than somebody looks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .held import GO_ON

if TYPE_CHECKING:
    from .entries import Entry
    from .project import Project
    from .tables import Table
    from .value import Value

FEW = 3
"""Routes that put something on the request which others do without."""
ADDED = frozenset({"add_middleware", "middleware"})
"""Methods that put a middleware around those that are there."""


class HeldSeldom:
    """Tells what a function that runs on every request mostly looks for in vain."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.held = project.held

    def _givers(self, function: Value, name: str, call: int, frame: int) -> frozenset[Value]:
        """Functions that put something where a name of a function looks, as it stands before a call."""
        body = self.held.bodies.of(self.project.linker.table(function.place), function.scope)
        place = self.held.place(body, name, call, frame)
        found = self.held.kept.get(place, ()) if place is not None else ()
        return frozenset(kept.function for kept in found if not kept.is_empty)

    def is_put_by_few(self, function: Value, name: str, call: int, frame: int) -> bool:
        """Whether a name holds what only handlers of a few routes put on the request, as a function finds it before a call."""
        paths = [
            path for giver in self._givers(function, name, call, frame) for path in self.project.reach.paths(giver)
        ]
        routes = {path.entry.function for path in paths}
        of_routes = all(
            path.entry.kind == "route" and all(edge.kind == "call" for _, edge in path.steps) for path in paths
        )
        return bool(paths) and of_routes and len(routes) <= FEW

    def is_put_later(self, function: Value, name: str, call: int, frame: int) -> bool:
        """Whether a name holds what a middleware of Starlette looks for before anything has put it on the request.

        The one that is added last runs first: what the others, dependencies and handlers set comes later.
        """
        table = self.project.linker.table(function.place)
        givers = self._givers(function, name, call, frame)
        own = [entry for entry in self.project.reach.entries.get(function, ()) if entry.kind == "every-request"]
        if not givers or not own or function in givers or self._has_gone_on(table, function.scope, call):
            return False
        paths = [path for giver in givers for path in self.project.reach.paths(giver)]
        return bool(paths) and all(self._is_inside(path.entry, entry) for path in paths for entry in own)

    def comes_later(self, entry: Entry, giver: Value) -> bool:
        """Whether a function only puts something on the request once a middleware has looked: it is added around the other."""
        if entry.kind != "every-request" or entry.call < 0:
            return False
        ways = self.project.reach.paths(giver)
        return bool(ways) and all(
            way.entry.kind == "every-request" and self._is_inside(way.entry, entry) for way in ways
        )

    def _is_inside(self, inner: Entry, outer: Entry) -> bool:
        """Whether an entry point runs after a middleware: it was added before it, or belongs to a route."""
        if inner.kind != "every-request":
            return True
        calls = [(self.project.linker.table(one.path), one.call) for one in (inner, outer)]
        added = all(call >= 0 and table.lasts[call] in ADDED for table, call in calls)
        if not added or inner.path != outer.path or inner.call >= outer.call:
            return False
        table = calls[0][0]
        return table.facts.calls[inner.call].scope == table.facts.calls[outer.call].scope

    @staticmethod
    def _has_gone_on(table: Table, scope: int, call: int) -> bool:
        """Whether a middleware has called for the response before a call: by then everything is there."""
        around = table.frames(table.facts.calls[call].frame)
        before = (ordinal for ordinal in table.calls_in.get(scope, ()) if ordinal < call)
        return any(
            table.lasts[ordinal] in GO_ON and set(table.frames(table.facts.calls[ordinal].frame)) <= set(around)
            for ordinal in before
        )
