"""What functions and routes cost: Redis commands and database statements, at least and at most.

Counted is what the program asks for: every command that reaches a Redis server (MULTI and EXEC of a transaction too) and
every SELECT, INSERT, UPDATE, DELETE or other statement that reaches a database. Not counted is what a connection does for
itself: HELLO, AUTH, SELECT and CLIENT of Redis, loading a script, BEGIN, COMMIT, ROLLBACK, SAVEPOINT and pings of a pool.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .amounts import CERTAINTY, alternatives, amount, behind_cache, optional, star, unbounded
from .choices import chosen
from .effects import Effect
from .flow import Flow
from .lazyloads import LazyLoads
from .reloads import Reloads
from .route_costs import RouteCosts
from .rows import Operation
from .tables import call_number, dotted
from .term_lists import TermLists
from .terms import NOTHING, WIDTH, Amount, Bounds, Each, added, bounds_of, joined, scaled, weakest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .calls import Edge
    from .project import Project
    from .route_costs import RouteCost
    from .routes import Route
    from .terms import Term
    from .value import Value

GATHERING = frozenset({"gather", "wait", "wait_for", "as_completed", "shield"})


class Summary:
    """What one call of a function costs."""

    def __init__(self, costs: Costs, function: Value, amount: Amount, after: Amount) -> None:
        self._costs = costs
        self.function = function
        self.amount = amount
        self.after = after
        """What it leaves to be done in the background."""

    @property
    def redis(self) -> Bounds:
        """Redis commands."""
        return bounds_of(self.amount, "redis")

    @property
    def database(self) -> Bounds:
        """Database statements."""
        return bounds_of(self.amount, "database")

    def trips(self, resource: str) -> Bounds:
        """Round trips to ``redis`` or ``database``."""
        return bounds_of(self.amount, resource, "trips")

    def background(self, resource: str) -> Bounds:
        """Commands or statements that run after the response or beside it."""
        return bounds_of(self.after, resource)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The effects one by one, with the calls that lead to them."""
        return self._costs.terms(self.function)


class Costs:
    """Adds up effects over the call graph; every function is added up once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self.amounts: dict[Value, tuple[Amount, Amount]] = {}
        self._effects: dict[Value, dict[int, list[Effect]]] = {}
        self._calls: dict[Value, dict[int, list[Edge]]] = {}
        self.lazy = LazyLoads(project)
        self.reloads = Reloads(project)
        self._certainties: dict[Value, str] = {}
        rows = project.catalog.carriers.items()
        self._spawners = frozenset(name for name, row in rows if row.phase == "background")
        self._spawning = frozenset(name.rpartition(".")[2] for name in self._spawners)
        self._term_lists = TermLists(self)
        self._route_costs = RouteCosts(self)

    # --- functions -------------------------------------------------------------------------------------------------

    def of(self, function: Value) -> Summary:
        """What one call of a function costs, without the dependencies that a framework runs before it."""
        return Summary(self, function, *self.amount(function))

    def effects(self, function: Value) -> dict[int, list[Effect]]:
        """Effects that stand directly in a function, by call."""
        known = self._effects.get(function)
        if known is None:
            found = {}
            for ordinal in self.linker.table(function.place).calls_in.get(function.scope, ()):
                effects = list(self.project.effects.all_of(function.place, ordinal))
                if effects:
                    found[ordinal] = effects
            for load in self.lazy.of(function) if found else ():
                many = None if load.each else 1
                operation = Operation("database", load.name, 1, 1, many, many, many is None, 0, 0)
                factors = (Each(load.each),) if load.each else ()
                effect = Effect(function.place, load.call, operation, "relationship", None, "medium", factors)
                found.setdefault(load.call, []).append(effect)
            for reload in self.reloads.of(function) if found else ():
                operation = Operation(
                    "database", f"{reload.name} after commit", least_trips=reload.least, least_commands=reload.least
                )
                effect = Effect(function.place, reload.call, operation, "session", None, "medium")
                found.setdefault(reload.call, []).append(effect)
            known = self._effects[function] = found
        return known

    def edges(self, function: Value) -> dict[int, list[Edge]]:
        """Calls of a function that lead into the project, by ordinal; -1 for its decorators."""
        known = self._calls.get(function)
        if known is None:
            known = {}
            behind = self._unwaited(function)
            for edge in self.project.calls.edges(function):
                if edge.kind == "dependency" or (edge.kind == "call" and self._is_handed(function, edge.call)):
                    continue
                if edge.call in behind:
                    edge = edge._replace(phase="background")  # noqa: PLW2901
                known.setdefault(-1 if edge.kind == "decorator" else edge.call, []).append(edge)
            self._calls[function] = known
        return known

    def _is_handed(self, function: Value, call: int) -> bool:
        """Whether a call is of a parameter: what it leads to counts where it was handed over."""
        callee = self.linker.table(function.place).facts.calls[call].callee if call >= 0 else None
        if type(callee) is not str or "." in callee or callee[:1] == "@":
            return False
        bindings = self.linker.table(function.place).lookup(function.scope, callee)
        return any(binding.param is not None for binding in bindings)

    def _unwaited(self, function: Value) -> frozenset[int]:
        """Calls of coroutines that are handed to ``create_task`` and its like, and not waited for again."""
        table = self.linker.table(function.place)
        calls = table.facts.calls
        found: dict[int, int] = {}
        gathered: set[str] = set()
        for ordinal in table.calls_in.get(function.scope, ()):
            call = calls[ordinal]
            last = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
            if last in GATHERING:
                gathered |= {name for name in (dotted(star(arg)) for arg in call.args) if name}
            if last not in self._spawning or not call.args or type(call.args[0]) is not str or call.args[0][:1] != "@":
                continue
            if any(
                v.kind == "ext" and v.place in self._spawners for v in self.linker.values.callee(table.path, ordinal)
            ):
                found[int(call.args[0][1:].partition(".")[0])] = ordinal
        if not found:
            return frozenset()
        kept = {
            number
            for assign in (table.facts.assigns[place] for place in table.assigns_in.get(function.scope, ()))
            if str(assign.target) in gathered and (number := call_number(assign.value)) is not None
        }
        return frozenset(
            inner
            for inner, spawn in found.items()
            if spawn not in kept
            and spawn not in table.waited
            and not any(table.facts.frames[f].kind == "comp" for f in table.frames(calls[spawn].frame))
        )

    def _recurs(self, function: Value) -> bool:
        """Whether a function calls itself."""
        table = self.linker.table(function.place)
        name = table.facts.scopes[function.scope].name
        return any(
            type(callee := table.facts.calls[ordinal].callee) is str
            and callee.rpartition(".")[2] == name
            and function in self.linker.values.callee(function.place, ordinal)
            for ordinal in table.calls_in.get(function.scope, ())
        )

    def amount(self, function: Value) -> tuple[Amount, Amount]:
        """What a call of a function costs while its caller waits, and in the background."""
        if function not in self.amounts:
            for group in self._components(function):
                self._settle(group)
        return self.amounts[function]

    def _settle(self, group: list[Value]) -> None:
        """Add up functions that call each other: one unrolling, and no upper bound on what it costs."""
        circular = len(group) > 1 or self._recurs(group[0])
        for function in group if circular else ():
            self.amounts[function] = NOTHING, NOTHING
        for function in group:
            self.amounts[function] = self._sum(function)
        if circular:
            parts = zip(*(self.amounts[function] for function in group), strict=True)
            high = [tuple(map(max, *(part[WIDTH:] for part in both), [0.0] * WIDTH)) for both in parts]
            for function in group:
                now, later = self.amounts[function]
                self.amounts[function] = unbounded(now, high[0]), unbounded(later, high[1])

    def certainty(self, function: Value) -> str:
        """How sure the parts are that make up a function's cost: ``high``, ``medium`` or ``low``."""
        if function not in self._certainties:
            self.amount(function)
            seen = {function}
            work = [function]
            found = {"high"}
            while work:
                at = work.pop()
                found |= {effect.certainty for effects in self.effects(at).values() for effect in effects}
                for edges in self.edges(at).values():
                    for edge in edges:
                        if not any(map(any, self.amounts.get(edge.target, ()))):
                            continue
                        found.add(CERTAINTY[edge.certainty])
                        if edge.target not in seen:
                            seen.add(edge.target)
                            work.append(edge.target)
            self._certainties[function] = weakest(*found)
        return self._certainties[function]

    def _components(self, start: Value) -> Iterator[list[Value]]:
        """Strongly connected functions below a function, callees first (Tarjan, without recursion)."""
        index: dict[Value, int] = {}
        low: dict[Value, int] = {}
        stack: list[Value] = []
        on_stack: set[Value] = set()
        work: list[tuple[Value, Iterator[Value]]] = []

        def enter(function: Value) -> None:
            index[function] = low[function] = len(index)
            stack.append(function)
            on_stack.add(function)
            targets = [edge.target for edges in self.edges(function).values() for edge in edges]
            work.append((function, iter(dict.fromkeys(targets))))

        enter(start)
        while work:
            function, targets = work[-1]
            for target in targets:
                if target in self.amounts:
                    continue
                if target not in index:
                    enter(target)
                    break
                if target in on_stack:
                    low[function] = min(low[function], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[function])
                if low[function] == index[function]:
                    group = []
                    while True:
                        group.append(stack.pop())
                        on_stack.discard(group[-1])
                        if group[-1] == function:
                            break
                    yield group

    def _sum(self, function: Value) -> tuple[Amount, Amount]:
        now, later = self.parts(function)
        table = self.linker.table(function.place)
        total = after = NOTHING
        if now:
            total = Flow(table, chosen(table, function.scope, now), self.project.loops).total(function.scope)
        if later:
            after = Flow(table, chosen(table, function.scope, later), self.project.loops).total(function.scope)
        total = self._kept(function, total)
        for edge in self.edges(function).get(-1, ()):
            around, behind = self.amounts.get(edge.target, (NOTHING, NOTHING))
            if edge.kind == "protocol":
                around = optional(around)  # a property: nothing says in which branch it is read
            total, after = added(total, around), added(after, behind)
        for effect in self.project.effects.libraries.decorating(function):
            total = added(total, amount(effect))
        return total, after

    def parts(self, function: Value) -> tuple[dict[int, Amount], dict[int, Amount]]:
        """What each call of a function costs, while the request waits and in the background."""
        now: dict[int, Amount] = {}
        later: dict[int, Amount] = {}
        behind = self._unwaited(function) if self.effects(function) else frozenset()
        for ordinal, effects in self.effects(function).items():
            parts = later if ordinal in behind else now
            for effect in effects:
                parts[ordinal] = added(parts.get(ordinal, NOTHING), amount(effect))
        for ordinal, edges in self.edges(function).items():
            if ordinal < 0:
                continue
            waited, unwaited = self._targets(function, ordinal, edges)
            for found, parts in ((waited, now), (unwaited, later)):
                if found is not NOTHING and any(found):
                    parts[ordinal] = added(parts.get(ordinal, NOTHING), found)
        return now, later

    def _targets(self, function: Value, ordinal: int, edges: list[Edge]) -> tuple[Amount, Amount]:
        """What the functions cost that a call leads to: one of those that it can be, and all that it is handed."""
        waited = behind = NOTHING
        either: Amount | None = None
        either_behind: Amount | None = None
        for edge in alternatives(self.project, edges):
            own, after = NOTHING, NOTHING
            for part in edge:
                first, second = self.amounts.get(part.target, (NOTHING, NOTHING))
                own, after = added(own, first), added(after, second)
            if edge[0].phase == "background":
                behind = added(added(behind, own), after)
            elif edge[0].kind == "protocol":
                own = own if edge[0].certainty == "proven" else optional(own)
                waited, behind = added(waited, own), added(behind, after)
            elif edge[0].kind == "carried":
                if any(own):
                    turns = self._mapped(function.place, ordinal)
                    own = scaled(own, *turns) if turns is not None else own
                waited, behind = added(waited, own), added(behind, after)
            else:
                either, either_behind = joined(either, own), joined(either_behind, after)
        return added(waited, either or NOTHING), added(behind, either_behind or NOTHING)

    def _mapped(self, path: str, ordinal: int) -> tuple[int, int | None] | None:
        loop = next((loop for loop in self.project.loops.around(path, ordinal) if loop.frame == 0), None)
        if loop is None:
            return None
        return (loop.count, loop.count) if loop.kind == "constant" and loop.count is not None else (0, None)

    def _kept(self, function: Value, total: Amount) -> Amount:
        """What remains of a function's own cost behind a cache decorator."""
        cached = self.project.effects.libraries.cached(function)
        if cached is not None:
            return behind_cache(cached.row, cached.local, total)
        if total is NOTHING or not any(total):
            return total
        guard = self.project.guards.decorator(self.linker.table(function.place), function.scope)
        return total if guard is None else optional(total)

    # --- one by one ------------------------------------------------------------------------------------------------

    def terms(self, function: Value) -> tuple[Term, ...]:
        """The effects of a function, its callees' among them."""
        return self._term_lists.of(function)

    def routes(self) -> list[RouteCost]:
        """What every route of the route table costs, in its order.

        A request counts that is answered by the handler: one that a middleware turns away, or that fails, may cost less.
        """
        return self._route_costs.all()

    def route(self, route: Route) -> RouteCost:
        """What one request to a route costs."""
        return self._route_costs.of(route)
