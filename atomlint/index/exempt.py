"""Which routes a call in a middleware runs for: what guards on path and method keep away from it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .routetests import Frame, RouteTests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .project import Project
    from .routes import Route
    from .tables import Table
    from .values import Value


class Exempt:
    """Evaluates guards; the project's routes are given by the caller."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self.tests = RouteTests(project)
        self._same: dict[object, bool | None] = {}
        """Answers that are the same for all routes, by what was asked."""
        self._counts: dict[tuple[object, int], tuple[Sequence[Route], int]] = {}
        self._by_route: dict[object, dict[tuple[str, str], bool | None]] = {}

    def runs(self, function: Value, call: int, route: Route) -> bool | None:
        """Whether a call of a function runs for requests to a route, by guards on path and method; None: not decided."""
        return self._answer(self._position(function, call), route, lambda: self._runs(function, call, route))

    def count(self, function: Value, call: int, routes: Sequence[Route]) -> int:
        """For how many of some routes a call runs, or may run; the same sequence of routes is counted once a position."""
        if not routes:
            return 0
        position = self._position(function, call)
        counted = self._counts.get((position, id(routes)))
        if counted is not None and counted[0] is routes:
            return counted[1]
        runs = partial(self._runs, function, call)
        first = self._answer(position, routes[0], partial(runs, routes[0]))
        if position in self._same:
            count = 0 if first is False else len(routes)
        else:
            count = sum(self._answer(position, route, partial(runs, route)) is not False for route in routes)
        self._counts[position, id(routes)] = routes, count
        return count

    def _position(self, function: Value, call: int) -> object:
        """What tells calls apart: those between the same guards have the same answer."""
        table = self.linker.table(function.place)
        record = table.facts.calls[call]
        before = sum(exit_.after <= call for exit_ in table.exits.get(record.scope, ()))
        return function, record.scope, record.frame, before

    def _answer(self, key: object, route: Route, make: Callable[[], bool | None]) -> bool | None:
        """An answer that is kept: once when it does not hang on the route, else by method and path."""
        if key in self._same:
            return self._same[key]
        known = self._by_route.setdefault(key, {})
        which = (route.method, route.path)
        if which not in known:
            asked = self.tests.asked
            value = make()
            if asked == self.tests.asked:
                self._same[key] = value
                return value
            known[which] = value
        else:
            self.tests.asked += 1  # whoever asked this hangs on the route as well
        return known[which]

    def _runs(self, function: Value, call: int, route: Route) -> bool | None:
        table = self.linker.table(function.place)
        record = table.facts.calls[call]
        answer: bool | None = True
        at, scope = record.frame, record.scope
        after = call
        while True:  # a lambda or a nested function runs where it is made
            found = self._held(table, scope, at, after, route)
            if found is False:
                return False
            answer = answer if found else None
            if scope in (function.scope, 0):
                return answer
            at, after = table.facts.scopes[scope].frame, table.facts.scopes[scope].first_call
            scope = table.facts.scopes[scope].parent

    def _held(self, table: Table, scope: int, frame: int, after: int, route: Route) -> bool | None:
        """Whether control gets to a frame of a scope: its own tests, and what leaves before."""
        here = Frame(table, scope, {})
        answer: bool | None = True
        around = table.frames(frame)
        for at in around:
            entry = table.facts.frames[at]
            if entry.kind in ("if", "else", "after"):
                value = self._answer((table.path, at), route, partial(self.tests.test, here, entry.test, route))
                value = (not value if value is not None else None) if entry.kind == "else" else value
                if value is False:
                    return False
                answer = answer if value else None
            elif entry.kind in ("for", "while", "except", "comp"):
                answer = None
        for number, exit_ in enumerate(table.exits.get(scope, ())):
            if exit_.kind not in ("return", "raise") or exit_.after > after:
                continue
            chain = [at for at in table.frames(exit_.frame) if at not in around]
            key = (table.path, scope, number, len(chain))
            if chain and self._answer(key, route, partial(self._left, here, chain, route)):
                return False
        return answer

    def _left(self, here: Frame, chain: list[int], route: Route) -> bool:
        """Whether a route surely leaves a function at an exit inside of these frames."""
        frames = [here.table.facts.frames[at] for at in chain]
        if not frames or any(frame.kind in ("try", "except", "while", "comp") for frame in frames):
            return False  # inside of a ``try`` something else may happen first
        names: list[Mapping[str, object]] = [{}]
        for frame in reversed(frames):
            if frame.kind == "for":
                names = [{**known, **bound} for known in names for bound in self.tests.turns(here, frame.test)]
                if not names:
                    return False
        return any(
            all(
                self._stands(frame.kind, self.tests.test(here._replace(names=known), frame.test, route))
                for frame in frames if frame.kind in ("if", "else", "after")
            )
            for known in names
        )  # fmt: skip

    @staticmethod
    def _stands(kind: str, value: bool | None) -> bool:
        return value is (kind != "else")
