"""Which routes a call in a middleware runs for: what guards on path and method keep away from it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from .routetests import RouteTests
from .routetexts import Frame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set

    from ..facts.records import Expr
    from .project import Project
    from .routes import Route
    from .tables import Table
    from .values import Value

TESTS = ("if", "else", "after")
UNSURE = frozenset({"try", "except", "while", "comp"})
"""Frames inside of which something else may happen first."""


class Refusal(NamedTuple):
    """What can keep control from a place: a test around it, or a way out before it."""

    key: object
    here: Frame
    frames: list[int]
    """Innermost first: the test, or all around the way out."""
    leaves: bool


class Exempt:
    """Evaluates guards; the project's routes are given by the caller."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self.tests = RouteTests(project)
        self._same: dict[object, bool | None] = {}
        """Answers that are the same for all routes, by what was asked."""
        self._refusing: dict[tuple[object, int], tuple[Sequence[Route], frozenset[int]]] = {}
        self._vectors: dict[tuple[str, int, str, int], tuple[Sequence[Route], Sequence[bool | None]]] = {}
        self._by_route: dict[object, dict[tuple[str, str], bool | None]] = {}

    def runs(self, function: Value, call: int, route: Route) -> bool | None:
        """Whether a call of a function runs for requests to a route, by guards on path and method; None: not decided."""
        return self._answer(self._position(function, call), route, lambda: self._runs(function, call, route))

    def count(self, function: Value, calls: Sequence[int], routes: Sequence[Route]) -> int:
        """For how many of some routes one of some calls runs, or may run; for all where there are none.

        A sequence of routes that is asked about again is kept.
        """
        refused = [self._kept_away(function, call, routes) for call in calls]
        return len(routes) - len(frozenset.intersection(*refused) if refused else ())

    def _kept_away(self, function: Value, call: int, routes: Sequence[Route]) -> frozenset[int]:
        refused: set[int] = set()
        for table, scope, frame, after in self._levels(function, call):
            for refusal in self._refusals(table, scope, frame, after):
                refused |= self._refused(refusal, routes)
        return frozenset(refused)

    def _refused(self, refusal: Refusal, routes: Sequence[Route]) -> Set[int]:
        """Places of the routes that a test or a way out keeps away."""
        known = self._refusing.get((refusal.key, id(routes)))
        if known is None or known[0] is not routes:
            known = self._refusing[refusal.key, id(routes)] = routes, frozenset(self._places(refusal, routes))
        return known[1]

    def _places(self, refusal: Refusal, routes: Sequence[Route]) -> Iterable[int]:
        here = refusal.here
        kinds = {here.table.facts.frames[at].kind for at in refusal.frames}
        if refusal.leaves and not kinds.isdisjoint({"for", *UNSURE}):
            return (place for place, route in enumerate(routes) if self._refuses(refusal, route))
        answers = [
            self._taken(here.table, here.scope, at, routes)
            for at in refusal.frames
            if here.table.facts.frames[at].kind in TESTS
        ]
        if not refusal.leaves:
            return (place for place, taken in enumerate(answers[0]) if taken is False)
        return (place for place in range(len(routes)) if all(taken[place] is True for taken in answers))

    def _taken(self, table: Table, scope: int, frame: int, routes: Sequence[Route]) -> Sequence[bool | None]:
        """Whether a branch is taken, for each of some routes."""
        entry = table.facts.frames[frame]
        test, turned = entry.test, entry.kind == "else"
        while type(test) is list and test[:1] == ["not"]:  # what comes after ``if x: return`` asks what the branch does
            test, turned = test[1], not turned
        held = self._held(table, scope, test, routes)
        return [None if value is None else not value for value in held] if turned else held

    def _held(self, table: Table, scope: int, test: Expr, routes: Sequence[Route]) -> Sequence[bool | None]:
        """Whether a test holds, for each of some routes."""
        key = (table.path, scope, str(test), id(routes))
        known = self._vectors.get(key)
        if known is None or known[0] is not routes:
            here, asked = Frame(table, scope, {}), self.tests.asked
            found = [self.tests.test(here, test, route) for route in routes[:1]]
            if asked == self.tests.asked:
                found *= len(routes)
            else:
                found += (self.tests.test(here, test, route) for route in routes[1:])
            known = self._vectors[key] = routes, found
        return known[1]

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

    def _levels(self, function: Value, call: int) -> Iterator[tuple[Table, int, int, int]]:
        """Table, scope, frame and place of a call and of what makes the lambdas and nested functions that it stands in."""
        table = self.linker.table(function.place)
        record = table.facts.calls[call]
        at, scope, after = record.frame, record.scope, call
        while True:
            yield table, scope, at, after
            if scope in (function.scope, 0):
                return
            at, after = table.facts.scopes[scope].frame, table.facts.scopes[scope].first_call
            scope = table.facts.scopes[scope].parent

    def _runs(self, function: Value, call: int, route: Route) -> bool | None:
        answer: bool | None = True
        for table, scope, frame, after in self._levels(function, call):
            if any(self._refuses(refusal, route) for refusal in self._refusals(table, scope, frame, after)):
                return False
            answer = answer if self._is_decided(table, scope, frame, route) else None
        return answer

    def _is_decided(self, table: Table, scope: int, frame: int, route: Route) -> bool:
        """Whether what stands around a frame surely lets a route through, when it does not refuse it."""
        facts = table.facts
        return all(
            facts.frames[at].kind not in ("for", "while", "except", "comp")
            and (facts.frames[at].kind not in TESTS or self._tested(table, scope, at, route) is not None)
            for at in table.frames(frame)
        )

    def _tested(self, table: Table, scope: int, frame: int, route: Route) -> bool | None:
        """Whether a branch is taken for a route."""
        entry = table.facts.frames[frame]
        here = Frame(table, scope, {})
        value = self._answer((table.path, frame), route, partial(self.tests.test, here, entry.test, route))
        return value if entry.kind != "else" or value is None else not value

    def _refusals(self, table: Table, scope: int, frame: int, after: int) -> Iterator[Refusal]:
        """What can keep control from a frame of a scope: its own tests, and what leaves before."""
        around = table.frames(frame)
        here = Frame(table, scope, {})
        for at in around:
            if table.facts.frames[at].kind in TESTS:
                yield Refusal((table.path, scope, at), here, [at], leaves=False)
        for number, exit_ in enumerate(table.exits.get(scope, ())):
            if exit_.kind not in ("return", "raise") or exit_.after > after:
                continue
            chain = [at for at in table.frames(exit_.frame) if at not in around]
            if chain:
                yield Refusal((table.path, scope, number, len(chain)), here, chain, leaves=True)

    def _refuses(self, refusal: Refusal, route: Route) -> bool:
        """Whether it surely keeps a route away."""
        here, frames = refusal.here, refusal.frames
        if not refusal.leaves:
            return self._tested(here.table, here.scope, frames[0], route) is False
        return self._answer(refusal.key, route, partial(self._left, here, frames, route)) is True

    def _left(self, here: Frame, chain: list[int], route: Route) -> bool:
        """Whether a route surely leaves a function at an exit inside of these frames."""
        frames = [here.table.facts.frames[at] for at in chain]
        if not frames or any(frame.kind in UNSURE for frame in frames):
            return False
        names: list[Mapping[str, object]] = [{}]
        for frame in reversed(frames):
            if frame.kind == "for":
                names = [{**known, **bound} for known in names for bound in self.tests.turns(here, frame.test)]
                if not names:
                    return False
        if names == [{}]:  # no loop around it: what its tests say is kept
            return all(
                self._tested(here.table, here.scope, at, route) is True
                for at in chain
                if here.table.facts.frames[at].kind in TESTS
            )
        return any(
            all(
                self._stands(frame.kind, self.tests.test(here._replace(names=known), frame.test, route))
                for frame in frames if frame.kind in TESTS
            )
            for known in names
        )  # fmt: skip

    @staticmethod
    def _stands(kind: str, value: bool | None) -> bool:
        return value is (kind != "else")
