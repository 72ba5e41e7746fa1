"""Code that does not run as a project is committed: it stands behind a setting that is off and that nothing turns on.

A branch is closed when its test is false because of such a setting, see `committed`. What only closed branches lead to is
idle: a call in one, a function that nothing else calls, an entry point that is only registered there, and a command on a
client that is only made there.
"""

from __future__ import annotations

import re
from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

from .choices import inside as calls_inside
from .committed import Committed
from .entries import IGNORED
from .expressions import BRANCHES, condition, inside
from .launched import Launched
from .registered import MAX_DEPTH, Registered
from .value import Value
from .views import Call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.records import Expr
    from ..finding import Note, Span
    from .facade import Index
    from .mounts import Place
    from .reach import Reach
    from .tables import Table
    from .views import Function

APPLICATION = re.compile(r"app(?:lication)?$|^setup$|^ready$|^includeme$", re.IGNORECASE)
"""Names of what servers and frameworks call by themselves, and that makes more than a client."""
IN_MEMORY = ("memory://", "async+memory://")
"""What a limiter's storage is called that lives in the process."""
MAX_SITES = 40
"""Calls of one name that are looked at: behind more of them, one will run."""


class Idle:
    """Tells idle code; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.project = index.project
        self.linker = index.project.linker
        self.committed = Committed(index)
        self.launched = Launched(index)
        self._frames: dict[tuple[str, int], bool] = {}
        self._choices: dict[str, dict[int, list[tuple[int, Expr]]]] = {}
        self._calls: dict[Place, bool] = {}
        self._functions: dict[Value, bool] = {}
        self._classes: dict[Value, bool] = {}
        self._called: dict[Value, bool] = {}
        self.registered = Registered(self)

    @cached_property
    def _ignored(self) -> frozenset[Value]:
        """Functions that are only registered where what is registered is ignored."""
        entries = self.project.registrations
        run = {entry.function for entry in entries if entry.kind != IGNORED}
        return frozenset(entry.function for entry in entries if entry.kind == IGNORED) - run

    # --- branches --------------------------------------------------------------------------------------------------

    def is_frame_closed(self, table: Table, scope: int, frame: int) -> bool:
        """Whether one of the branches around a place is closed."""
        facts = table.facts
        for number in table.frames(frame):
            entry = facts.frames[number]
            if entry.kind not in BRANCHES or entry.test is None:
                continue
            key = (table.path, number)
            if key not in self._frames:
                self._frames[key] = False  # a test that asks a function that holds it
                self._frames[key] = self.committed.is_closed(table.path, scope, condition(entry.kind, entry.test))
            if self._frames[key]:
                return True
        return False

    def is_closed(self, path: str, call: int) -> bool:
        """Whether a call stands in a closed branch, or on the side of an expression that is not taken."""
        key = (path, call)
        if key not in self._calls:
            self._calls[key] = False
            self._calls[key] = self._is_closed(path, call)
        return self._calls[key]

    def _is_closed(self, path: str, call: int) -> bool:
        table = self.linker.table(path)
        record = table.facts.calls[call]
        at, frame = record.scope, record.frame
        while True:
            if self.is_frame_closed(table, at, frame):
                return True
            if not at:
                break
            frame = table.facts.scopes[at].frame
            at = table.facts.scopes[at].parent
        return any(self.committed.is_closed(path, scope, test) for scope, test in self._sides(table).get(call, ()))

    def _sides(self, table: Table) -> dict[int, list[tuple[int, Expr]]]:
        """By calls of a file, what must hold for the side of an expression that they stand on."""
        if table.path not in self._choices:
            found: dict[int, list[tuple[int, Expr]]] = {}
            for place, expr in table.compounds:
                for test, side in _choices(expr):
                    for ordinal in calls_inside(table, side):
                        found.setdefault(ordinal, []).append((place.scope, test))
            self._choices[table.path] = found
        return self._choices[table.path]

    # --- calls and functions ---------------------------------------------------------------------------------------

    def runs(self, path: str, call: int) -> bool:
        """Whether something leads to a call that no setting keeps away."""
        if self.is_closed(path, call):
            return False
        table = self.linker.table(path)
        function = table.enclosing_function(table.facts.calls[call].scope)
        return self._runs_in(path, function)

    def _runs_in(self, path: str, scope: int) -> bool:
        return not scope or self.function_runs(Value("def", path, scope))

    def function_runs(self, function: Value) -> bool:
        """Whether something leads to a function that no setting keeps away."""
        if function not in self._functions:
            reach = self.project.reach
            if function in reach.reached:
                self._functions[function] = self._is_led_to(reach, function)
            elif function in self.project.whole_reach.reached:
                self._functions[function] = self._is_led_to(self.project.whole_reach, function)
            else:
                called = self._is_called(function.place, function.scope, MAX_DEPTH)
                self._functions[function] = called and self._is_made(function)
        return self._functions[function]

    def is_left_over(self, function: Value) -> bool:
        """Whether nothing leads to a function of an application; what a library offers is for others."""
        return bool(self.project.entries) and self.project.unused.holds(function)

    def _is_led_to(self, reach: Reach, function: Value, kinds: frozenset[str] | None = None) -> bool:
        """Whether an entry point leads to a function by open branches; one of some kinds, where these are given."""
        seen = {function}
        queue = deque(seen)
        while queue:
            at = queue.popleft()
            if not self._is_made(at):
                continue
            entries = [entry for entry in reach.entries.get(at, ()) if kinds is None or entry.kind in kinds]
            entries += [
                again for again in self.registered.all.get(at, ()) if any(again.kind == e.kind for e in entries)
            ]
            if (kinds is None and self._functions.get(at)) or any(map(self.registered.holds, entries)):
                return True
            for caller, edge in reach.callers.get(at, ()):
                if caller not in seen and not (edge.call >= 0 and self.is_closed(caller.place, edge.call)):
                    seen.add(caller)
                    queue.append(caller)
        return False

    def _has_backend(self, path: str, call: int) -> bool:
        """Whether one of the settings that put a command's backend into a service stands in no closed branch.

        ``if REDIS_URL: CACHES = {...}``, where nothing gives the address.
        """
        effect = self.project.effects.remote(path, call)
        backend = effect.client.backend if effect is not None and effect.client is not None else None
        if backend is None:
            return True
        services = self.project.effects.backends.services(backend)
        return not services or any(
            not self.is_frame_closed(table, scope, self._frame_of(table, value)) for table, scope, value in services
        )

    @staticmethod
    def _frame_of(table: Table, value: Expr) -> int:
        return next((assign.frame for assign in table.facts.assigns if assign.value is value), 0)

    def makes(self, path: str, call: int) -> bool:
        """Whether a call that makes a client runs: not in a function that nothing leads to, ``cache.init()`` that is left out."""
        if not self.site_runs(path, call, MAX_DEPTH) or self._counts_here(path, call):
            return False
        scope = self.function_of(path, call)
        name = self.linker.table(path).facts.scopes[scope].name
        return not scope or APPLICATION.search(name) is not None or not self.is_left_over(Value("def", path, scope))

    def _counts_here(self, path: str, call: int) -> bool:
        """Whether a limiter needs no client, with the settings as committed: ``storage_uri=REDIS_URL or "memory://"``."""
        record = self.linker.table(path).facts.calls[call]
        given = [value for name, value in record.keywords if name in self._storages]
        return any((self.committed.text(path, record.scope, value) or "").startswith(IN_MEMORY) for value in given)

    @cached_property
    def _storages(self) -> frozenset[str]:
        """Arguments by which the catalog's libraries are told where to keep what they count or send."""
        backends = (row.backend for row in self.project.catalog.works)
        return frozenset(name for backend in backends if backend is not None for name in backend.keywords)

    def function_of(self, path: str, call: int) -> int:
        """The function, as its scope, that holds a call."""
        table = self.linker.table(path)
        return table.enclosing_function(table.facts.calls[call].scope)

    def site_runs(self, path: str, call: int, depth: int) -> bool:
        """Whether a call of the set-up runs: neither it nor all calls of its function stand in closed branches."""
        if self.is_closed(path, call):
            return False
        table = self.linker.table(path)
        function = table.enclosing_function(table.facts.calls[call].scope)
        return not function or self._is_called(path, function, depth)

    def _is_called(self, path: str, scope: int, depth: int) -> bool:
        """Whether some call of a function or a class runs; one that nothing is seen to call may."""
        key = Value("def", path, scope)
        if key not in self._called:
            self._called[key] = True  # what calls itself
            self._called[key] = self._has_open_site(path, scope, depth)
        return self._called[key]

    def _has_open_site(self, path: str, scope: int, depth: int) -> bool:
        record = self.linker.table(path).facts.scopes[scope]
        owner = self.linker.table(path).facts.scopes[record.parent]
        target, name = scope, record.name
        if owner.kind == "class" and name in ("__init__", "__new__"):
            target, name = record.parent, owner.name
        sites = self.linker.call_sites(name)
        wanted = Value("def", path, target)
        if not sites and wanted in self._ignored:
            return False
        if depth == 0 or not sites or len(sites) > MAX_SITES:
            return True
        callees = [(site, self.linker.values.callee(*site)) for site in sites if site[0] not in self.index.tests]
        own = [site for site, found in callees if wanted in found]
        if not own or not all(found for _, found in callees):
            return True  # what calls it is not known
        return any(self.site_runs(*site, depth - 1) for site in own)

    def _is_made(self, method: Value) -> bool:
        """Whether objects of a method's class are made; a class that something names without calling it may be."""
        table = self.linker.table(method.place)
        owner = table.facts.scopes[method.scope].parent
        if table.facts.scopes[owner].kind != "class":
            return True
        cls = Value("def", method.place, owner)
        if cls not in self._classes:
            self._classes[cls] = True
            record = table.facts.scopes[owner]
            others = (
                record.decorators
                or self.linker.heirs.below(cls)
                or self.project.unused.is_handed_over(table, record.name)
            )
            self._classes[cls] = bool(others) or self._is_called(method.place, owner, MAX_DEPTH)
        return self._classes[cls]

    # --- findings --------------------------------------------------------------------------------------------------

    def holds(self, place: Call | Function, trace: Sequence[Note] = (), *, reach: bool = True) -> bool:
        """Whether what is said of a place needs idle code: the place itself, the way to it or on from it, or its client.

        A way from an entry point that is closed does not count where another one leads there from one of the same kind.
        Without ``reach``, which is dear, only calls of the place's own function are looked at.
        """
        if not reach:
            if isinstance(place, Call):
                site = (place.path, place.ordinal)
                return not self.site_runs(*site, MAX_DEPTH) or not self._has_client(*site)
            return not self._is_called(place.path, place.ordinal, MAX_DEPTH)
        steps = [found for note in trace if (found := self._call_at(note.span)) is not None]
        own = (place.path, place.ordinal) if isinstance(place, Call) else None
        function = place.function if isinstance(place, Call) else place
        runs = self.runs(*own) if own is not None else self._runs_in(place.path, place.ordinal)
        if not runs or not self._is_asked(steps, function.value):
            return True
        made = self.project.clients.construction
        onward = steps[steps.index(own) :] if own in steps else steps[-1:]
        onward = [step for step in onward if step == own or made(*step) is None]
        if any(self.is_closed(*step) for step in onward) or not all(self.runs(*step) for step in onward[-1:]):
            return True
        return not all(self._has_client(*step) for step in {*onward[-1:], *([own] if own is not None else [])})

    def _is_asked(self, steps: Sequence[Place], function: Value) -> bool:
        """Whether a function is led to from entry points of the kind that a trace begins at, where a step of it is closed."""
        reach = self.project.reach
        if function not in reach.reached or not any(self.is_closed(*step) for step in steps):
            return True
        kinds = frozenset(
            entry.kind
            for entries in reach.entries.values()
            for entry in entries
            if (entry.path, entry.call) == steps[0]
        )
        return not kinds or self._is_led_to(reach, function, kinds)

    def _call_at(self, span: Span) -> Place | None:
        """The call that a span is."""
        spans = self.project.spans(span.path) if span.path.endswith(".py") else None
        if spans is None:
            return None
        for ordinal, line in enumerate(spans.calls[::4]):
            if line == span.start.line and self.index.call(span.path, ordinal).span == span:
                return span.path, ordinal
        return None

    def _has_client(self, path: str, call: int) -> bool:
        """Whether the client of a command is made with the settings as committed, as far as it is known where.

        What a library sends by itself needs its switch.
        """
        made = self.project.clients.of_command(path, call)
        if made:
            return any(self.makes(*one.site) for one in made)
        if not self._has_backend(path, call):
            return False
        switches = self.project.effects.libraries.switches(path, call)
        return not switches or not all(
            value == "#False" or self.committed.is_closed(at, scope, value) for at, scope, value in switches
        )


def _choices(expr: Expr) -> Iterator[tuple[Expr, Expr]]:
    """What must hold for each side of the choices in an expression: ``a if test else b``, ``a and b``, ``a or b``."""
    for item in inside(expr):
        if type(item) is not list or not item:
            continue
        if item[0] == "if":
            yield item[1], item[2]
            yield ["not", item[1]], item[3]
        elif item[0] in ("and", "or"):
            for place in range(2, len(item)):
                earlier = [item[0], *item[1:place]] if place > 2 else item[1]
                yield (earlier if item[0] == "and" else ["not", earlier]), item[place]
