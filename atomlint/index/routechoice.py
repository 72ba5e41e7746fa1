"""Tests that let a few routes come to a call, where nothing says which: ``if not listed(request.path): return``.

What can be evaluated is counted route by route, see `exempt`. Of the rest, a test that most requests fail keeps most of
them away: one that holds for what is in a list, or that a function answers with no unless something is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conditions import branches, contrary
from .pathtexts import ENDS
from .routetests import PATTERNS
from .routetexts import Frame
from .tables import call_number, dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..facts.records import Expr
    from .project import Project
    from .routes import Route
    from .routetests import RouteTests
    from .tables import Table
    from .value import Value

DEPTH = 3
"""Functions that a test is followed into."""
POSITIVE = frozenset({"in", "=="})
FINDS = PATTERNS | ENDS.keys() | {"any"}
"""Calls that hold where something is found."""
NO = ("#False", "#None", None)


class RouteChoice:
    """Finds such tests; every answer is kept."""

    def __init__(self, project: Project, tests: RouteTests) -> None:
        self.linker = project.linker
        self.tests = tests
        self._kept: dict[tuple[str, int, str], bool] = {}

    def picks(self, function: Value, call: int, routes: Callable[[], Sequence[Route]]) -> bool:
        """Whether a call of a function only runs for some of the routes, of which none could be told."""
        table = self.linker.table(function.place)
        record = table.facts.calls[call]
        return any(
            self._is_open(Frame(table, record.scope, {}), part, routes)
            for _, test, positive in branches(table, record.frame)
            for part in held(test, holds=positive)
        )

    def _is_open(self, here: Frame, part: Expr, routes: Callable[[], Sequence[Route]]) -> bool:
        key = (here.table.path, here.scope, str(part))
        if key not in self._kept:
            self._kept[key] = self._names_some(here, part, DEPTH) and self._is_undecided(here, part, routes())
        return self._kept[key]

    def _is_undecided(self, here: Frame, part: Expr, routes: Sequence[Route]) -> bool:
        """Whether a test hangs on the route, and holds or fails for none of them as far as it can be evaluated."""
        asked = self.tests.asked
        if not routes or self.tests.test(here, part, routes[0]) is not None or self.tests.asked == asked:
            return False
        return all(self.tests.test(here, part, route) is None for route in routes[1:])

    def _names_some(self, here: Frame, part: Expr, depth: int) -> bool:
        """Whether a test holds for what is found, and fails for everything else."""
        if type(part) is list and part[:1] == ["cmp"] and len(part) == 4:
            return part[2] in POSITIVE
        if type(part) is list and part[:1] in (["or"], ["and"]):
            return all(self._names_some(here, one, depth) for one in part[1:])
        number = call_number(part)
        if number is None:
            local = self.tests.local(here, dotted(part) or ".")
            return local is not None and depth > 0 and self._names_some(here, local, depth - 1)
        callee = dotted(here.table.facts.calls[number].callee) or ""
        if callee.rpartition(".")[2] in FINDS:
            return True
        functions = [value for value in self.linker.values.callee(here.table.path, number) if value.kind == "def"]
        return len(functions) == 1 and depth > 0 and self._answers_no(functions[0], depth - 1)

    def _answers_no(self, function: Value, depth: int) -> bool:
        """Whether a function says no in the end, unless it has found something before."""
        table = self.linker.table(function.place)
        scope = table.facts.scopes[function.scope]
        if scope.kind != "function":
            return False
        exits = [exit_ for exit_ in table.exits.get(function.scope, ()) if exit_.kind == "return"]
        last = [exit_ for exit_ in exits if is_last(table, exit_.frame)]
        if not last:
            return bool(exits)  # it falls off its end
        value = last[-1].value
        return value in NO or self._names_some(Frame(table, function.scope, {}), value, depth)


def is_last(table: Table, frame: int) -> bool:
    """Whether control comes to a frame whenever nothing has left before."""
    return all(table.facts.frames[at].kind == "after" for at in table.frames(frame))


def held(test: Expr, *, holds: bool) -> Iterator[Expr]:
    """The parts of a test that are true where it holds, or fails; each without negation."""
    if type(test) is list and test[:1] == ["not"]:
        yield from held(test[1], holds=not holds)
    elif type(test) is list and test[:1] == ["and" if holds else "or"]:
        for part in test[1:]:
            yield from held(part, holds=holds)
    elif holds:
        yield test
    elif (opposite := contrary(test)) is not None:
        yield opposite
