"""Registrations of entry points that count, with the settings as they are committed, and routers that something serves."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from .expressions import BRANCHES, condition
from .shadowed import Shadowed
from .tables import call_number
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Exit, Expr
    from .entries import Entry
    from .idle import Idle
    from .mounts import Place
    from .tables import Table

MAX_DEPTH = 6
"""Calls from a function that registers something up to the module that is looked at."""
FACTORY = re.compile(
    r"app(?:lication)?$|^(?:make|create|build|get)_|^init_app|^setup$|^ready$|^includeme$", re.IGNORECASE
)
"""Names of what servers and frameworks call by themselves."""
NOT_USED = "MiddlewareNotUsed"


class Registered:
    """Judges registrations; which routers are served is kept."""

    def __init__(self, idle: Idle) -> None:
        self.idle = idle
        self.project = idle.project
        self.linker = idle.linker
        self.shadowed = Shadowed(self.project)
        self._served: dict[Place, bool] = {}

    @cached_property
    def all(self) -> dict[Value, list[Entry]]:
        """All registrations by function: what one application leaves out another may serve."""
        found: dict[Value, list[Entry]] = {}
        for entry in self.project.registrations:
            found.setdefault(entry.function, []).append(entry)
        return found

    def holds(self, entry: Entry) -> bool:
        """Whether an entry point is registered with the settings as committed, and its router served."""
        if entry.call >= 0 and not self._registers(entry):
            return False
        if self.shadowed.holds(entry):
            return False
        if entry.kind == "every-request" and self._takes_itself_out(entry.function):
            return False
        return not entry.on or any(self._is_served(place, frozenset()) for place in entry.on)

    def _registers(self, entry: Entry) -> bool:
        """Whether the call that registers an entry point runs: not in a function that nothing of the project leads to.

        A server makes applications by the name of what makes them, ``create_app``.
        """
        if not self.idle.site_runs(entry.path, entry.call, MAX_DEPTH):
            return False
        table = self.linker.table(entry.path)
        scope = table.enclosing_function(table.facts.calls[entry.call].scope)
        makes = (entry.path, scope) in {(path, self.idle.function_of(path, call)) for path, call in entry.on}
        named = FACTORY.search(table.facts.scopes[scope].name) is not None
        return not scope or makes or named or not self.idle.is_left_over(Value("def", entry.path, scope))

    def _takes_itself_out(self, middleware: Value) -> bool:
        """Whether what makes a middleware of Django raises ``MiddlewareNotUsed`` with the settings as committed."""
        table = self.linker.table(middleware.place)
        maker = table.facts.scopes[middleware.scope].parent
        if table.facts.scopes[maker].kind == "class":
            init = self.linker.member(Value("def", middleware.place, maker), "__init__")
            if init is None:
                return False
            table, maker = self.linker.table(init.place), init.scope
        return any(
            exit_.kind == "raise" and self._raised(table, exit_.value) == NOT_USED and self._certainly(table, exit_)
            for exit_ in table.exits.get(maker, ())
        )

    @staticmethod
    def _raised(table: Table, value: Expr) -> str:
        """The last name of what is raised."""
        made = call_number(value)
        name = value if made is None else table.facts.calls[made].callee
        return name.rpartition(".")[2] if type(name) is str else ""

    def _certainly(self, table: Table, exit_: Exit) -> bool:
        """Whether all branches around a way out are taken."""
        frames = (table.facts.frames[number] for number in table.frames(exit_.frame))
        tests = [condition(frame.kind, frame.test) for frame in frames if frame.kind in BRANCHES]
        return all(
            test is not None and self.idle.committed.is_closed(table.path, exit_.scope, ["not", test]) for test in tests
        )

    def _is_served(self, place: Place, seen: frozenset[Place]) -> bool:
        """Whether some call that puts a router below another is not idle; a router that nothing includes counts as served.

        An application is not where the project is started by another one, or where it cannot be imported.
        """
        if place not in self._served:
            above = self.project.mounts.mounts.get(place, ())
            answer = (not above and not self._is_left_out(place)) or any(
                self.idle.site_runs(*mount.call, MAX_DEPTH)
                and (mount.parent is None or mount.parent in seen or self._is_served(mount.parent, seen | {place}))
                for mount in above
            )
            if seen:
                return answer
            self._served[place] = answer
        return self._served[place]

    def _is_left_out(self, place: Place) -> bool:
        row = self.project.mounts.row(place)
        if row is None or not row.served:
            return False
        return self.idle.launched.leaves_out(place[0]) or self.idle.index.imports.stops(place[0])
