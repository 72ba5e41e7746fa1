"""Remote work on request paths, at the place that decides on it, with what stands in front of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from .branching import Branching
from .effects import Effect, Lookup
from .guard import Guard
from .keying import passed_through
from .listings import views
from .ownwork import OwnWork
from .paths import RANK, frequency, shares
from .reach import EDGES
from .requestwork import ORDER, RequestWork, Step, Use, sites
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .project import Project
    from .reach import Path

MAX_PATHS = 200
UNLIKELY = EDGES["possible"]
"""Rank of a call that may mean the function among many others."""
DECLARED = frozenset({"route-dependency", "router-dependency"})
"""Kinds of entry points that a router or a decorator declares for routes."""
TRIED = 12
"""Paths looked at for one on which nothing keeps the work back."""


class Requests:
    """Finds remote work on request paths."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.branching = Branching(project)
        self._anew: dict[Value, bool] = {}

    def remote(self, resource: str) -> list[RequestWork]:
        """Commands to a resource such as ``redis``, grouped by the function that decides on them."""
        uses: dict[Value, list[Use]] = defaultdict(list)
        for function, ordinal, effect in self.project.reached_effects:
            if effect.operation.resource != resource:
                continue
            if self.project.guards.on_error(function.place, ordinal):
                continue
            for use in self._decisions(Use((Step(function, ordinal),), effect)):
                if any(self.project.guards.on_error(step.function.place, step.call) for step in use.chain[:-1]):
                    continue
                uses[use.decision.function].append(use)
        for function, ordinal, effect in OwnWork(self.project).of(resource):
            if not self.project.guards.on_error(function.place, ordinal):
                uses[function].append(Use((Step(function, ordinal),), effect))
        return self._grouped(uses)

    def lookups(self, models: Iterable[str]) -> list[RequestWork]:
        """One-row reads of the named models, grouped by function."""
        names = frozenset(models)
        uses: dict[Value, list[Use]] = defaultdict(list)
        for function, ordinal, lookup in self.project.reached_lookups:
            if lookup.model_name in names:
                below = (Step(*step) for step in lookup.below)
                uses[function].append(Use((Step(function, ordinal), *below), lookup))
        return self._grouped(uses)

    def _grouped(self, uses: dict[Value, list[Use]]) -> list[RequestWork]:
        result = []
        for function in sorted(uses):
            unique = {(use.decision.call, use.effect[:2]): use for use in uses[function]}
            ordered = sorted(unique.values(), key=lambda use: (use.decision.call, use.effect.call))
            paths = [path for path in self.project.reach.paths(function) if not self._on_error(path)]
            now = [path for path in paths if all(edge.phase == "request" for _, edge in path.steps)]
            if not paths:
                continue
            best = sorted(
                now or paths,
                key=lambda path: (
                    *(RANK[frequency(path)], path.confidence == "low", not path.entry.proven),
                    *(path.length, path.entry.function),
                ),
            )
            shown, judged = self._judged(best, ordered)
            shows = next((use for use in judged if use.status != "guarded"), None)
            share = self._share(shown, shows) if shows is not None else None
            if shows is not None and share is not None and self._is_for_none(shows, share):
                best = [path for path in best if path.entry.function != shown.entry.function]
                if not best:
                    continue
                shown, judged = self._judged(best, ordered)
                share = None
            lazily = self.project.held_lazily.awaited(shown) or ""
            rest = [path for path in best if path is not shown]
            likely = [path for path in best if path.confidence != "low"] if shown.confidence != "low" else best
            routes = self._number_of_routes([path for path in likely if shares(path, shown)])
            if shown.entry.kind == "route-dependency":
                declarations = self.project.reach.declarations(shown.entry.function)
                routes = max(routes, declarations, self.declared(shown.entry.function))
            result.append(
                RequestWork(function, judged, (shown, *rest[: MAX_PATHS - 1]), not now, share, routes, lazily)
            )
        return result

    def _number_of_routes(self, paths: Iterable[Path]) -> int:
        """Entry points of paths, each once; of a dependency that routers or decorators declare, the handlers of their routes."""
        functions = {path.entry.function for path in paths}
        handlers: set[Value] = set()
        for entry in {path.entry.function: path.entry for path in paths}.values():
            declared = self.project.routes.declaring(entry.function) if entry.kind in DECLARED else ()
            handlers.update(declared or (entry.function,))
        return max(len(functions), len(handlers))

    def declared(self, dependency: Value) -> int:
        """How many views declare a dependency: a throttle, a permission, or a class that inherits it."""
        scopes = self.project.linker.table(dependency.place).facts.scopes
        if scopes[dependency.scope].name == "has_object_permission":
            return 1  # lists do not ask it, and how many views are about one row is not known
        listed = self._listing[Value("def", dependency.place, scopes[dependency.scope].parent)]
        return max(listed, self._registered[dependency])

    @cached_property
    def _registered(self) -> Counter[Value]:
        """Hooks that views share, by the number of calls that register one of these views."""
        shared = (entry for entry in self.project.registrations if entry.kind == "route-dependency")
        return Counter(function for function, _, _ in {(e.function, e.path, e.call) for e in shared})

    @cached_property
    def views(self) -> dict[Value, Value]:
        """Views that routes lead to, each with one of its handlers."""
        return views(self.project.linker, self.project.reach.entries)

    @cached_property
    def _listing(self) -> Counter[Value]:
        """Classes that views list, with their bases, by the number of views."""
        linker, libraries = self.project.linker, self.project.effects.libraries
        counts: Counter[Value] = Counter()
        for function in self.views.values():
            listed = {cls for cls in libraries.listed_classes(function) if cls.kind == "def"}
            counts.update({base for cls in listed for base in linker.mro(cls.place, cls.scope)})
        return counts

    def _judged(self, paths: list[Path], uses: list[Use]) -> tuple[Path, tuple[Use, ...]]:
        """The first path on which something runs every time, and what its uses are then; the best one when there is none.

        Those that most requests come to are first among them.
        """
        found: tuple[int, Path, tuple[Use, ...]] | None = None
        shared = frequency(paths[0]) != "route"
        for path in paths[:TRIED]:
            judged = tuple(self._judge(path, use, shared=shared) for use in uses)
            worst = min(ORDER.index(use.status) for use in judged)
            if found is None or worst < found[0]:
                found = (worst, path, judged)
            if worst == 0:
                break
        assert found is not None
        return found[1], self._most_often_first(found[1], found[2])

    def _judge(self, path: Path, use: Use, *, shared: bool) -> Use:
        guards = self.project.guards
        guard = self._guard(path, use) or self._held(path, use, shared=shared)
        gate = None
        if guard is None or guard.holes:
            gates = (guards.open_gate(place, call) for place, call in sites(path, use))
            gate = next((gate for gate in gates if gate is not None), None)
        conditional = self.branching.conditional(path, use.chain, gate) or self.branching.is_alternative(path)
        return use._replace(guard=guard, gate=gate, conditional=conditional)

    def _most_often_first(self, path: Path, uses: tuple[Use, ...]) -> tuple[Use, ...]:
        """Uses of a middleware itself, those that run for all its requests before those in branches; without what never runs."""
        if path.steps or path.entry.kind != "every-request" or len(uses) < 2:
            return uses
        shares = {use: self._share(path, use) for use in uses}
        routes = {use: float("inf") if share is None else share[0] for use, share in shares.items()}
        left = [use for use in uses if routes[use]]
        left.sort(key=lambda use: (use.conditional, -routes[use]))
        return tuple(left) or uses

    def _is_for_none(self, use: Use, share: tuple[int, int]) -> bool:
        """Whether a middleware's use is for no route of the project: for a library's sign-in page, or for a probe."""
        return not share[0] and (use.conditional or not self.project.mounts.takes_unknown)

    def _share(self, path: Path, use: Use) -> tuple[int, int] | None:
        """For how many routes a middleware takes a call that leads to a use; None when for all, or none are known."""
        routes = getattr(self.project, "routes", None)
        if routes is None or path.entry.kind != "every-request":
            return None
        site = next(iter(sites(path, use)))
        place = self.project.linker.table(site[0]).facts.calls[site[1]]
        if site[0] != path.entry.function.place or place.scope != path.entry.function.scope:
            return None
        calls = {site[1]}
        if path.steps:
            calls |= {edge.call for edge in self.branching.leading(path.entry.function, path.functions[-1])}
        runs, total = routes.share(path.entry.function, *sorted(calls))
        return (runs, total) if runs < total else None

    def _on_error(self, path: Path) -> bool:
        """Whether a path leads through the handler of an exception: a user that is made at the first visit."""
        guards, callers = self.project.guards, self.project.reach.callers
        for function, edge in path.steps:
            if edge.call < 0 or edge.kind not in ("call", "carried") or not guards.on_error(function.place, edge.call):
                continue
            again = [other for caller, other in callers.get(edge.target, ()) if caller == function]
            if all(other.call >= 0 and guards.on_error(function.place, other.call) for other in again):
                return True
        return False

    def _guard(self, path: Path, use: Use) -> Guard | None:
        guards = self.project.guards
        found = None
        for guard in self._guards(path, use):
            if guard.remote and isinstance(use.effect, Effect):
                if guard.kind == "decorator":
                    continue  # a shared cache spares what is behind it, not itself
                if any(hole.exit < 0 for hole in guard.holes):
                    continue  # another key: it never has what is asked here
                guard = guard._replace(holes=())  # noqa: PLW2901
            if guard.owner and self._made_anew(Value("def", guard.owner_path or guard.path, guard.owner)):
                continue  # every request has a cache of its own
            if found is None or (found.holes and not guard.holes):
                found = guard
        for function in path.functions:
            table = self.project.linker.table(function.place)
            decorated = guards.decorator(table, function.scope)
            if decorated is not None and not (decorated.remote and isinstance(use.effect, Effect)):
                return decorated
        return found

    def _guards(self, path: Path, use: Use) -> Iterator[Guard]:
        """What stands before the calls on a path, and before those of what they hand on: ``cached(key, load)``."""
        guards = self.project.guards
        for place, call in sites(path, use):
            if (guard := guards.of(place, call)) is not None:
                yield guard
        for function, edge in path.steps:
            if edge.kind == "carried" and (guard := guards.loading(function, edge)) is not None:
                yield guard

    def _held(self, path: Path, use: Use, *, shared: bool) -> Guard | None:
        """What the request has already, so that a path is not taken or, of a row that many ask for, costs no query."""
        calls = tuple(sites(path, use))
        spared = self.project.held.spared(path, calls)
        if spared is not None and spared[1]:
            return Guard("held", spared[0])
        if shared and isinstance(use.effect, Lookup):
            place = self.project.held_rows.before(path, calls, use.effect)
            return Guard("held", place) if place is not None else None
        return None

    def _made_anew(self, cls: Value) -> bool:
        """Whether every instance of a class is made while a request is handled, and kept by nothing."""
        known = self._anew.get(cls)
        if known is None:
            linker = self.project.linker
            name = linker.table(cls.place).facts.scopes[cls.scope].name
            makers = [(path, call) for path, call in linker.call_sites(name) if cls in linker.values.callee(path, call)]
            known = self._anew[cls] = bool(makers) and all(self._is_anew(path, call) for path, call in makers)
        return known

    def _is_anew(self, path: str, call: int) -> bool:
        table = self.project.linker.table(path)
        function = Value("def", path, table.enclosing_function(table.facts.calls[call].scope))
        return function in self.project.reach.reached and self.project.lifetimes.keeper(path, call) is None

    # --- the deciding call -----------------------------------------------------------------------------------------

    def _decisions(self, use: Use, depth: int = 4) -> list[Use]:
        """Follow a key that is only passed through up to the call that makes it."""
        step = use.decision
        if depth == 0 or step.function in self.project.reach.entries:
            return [use]
        table = self.project.linker.table(step.function.place)
        call = table.facts.calls[step.call]
        if not passed_through(self.project.linker, table, step.function.scope, call.args[:2]):
            return [use]
        result = []
        for caller, edge in self.project.reach.callers.get(step.function, ()):
            if edge.call >= 0 and edge.kind in ("call", "carried") and EDGES[edge.certainty] < UNLIKELY:
                above = use._replace(
                    chain=(Step(caller, edge.call), *use.chain), rank=max(use.rank, EDGES[edge.certainty])
                )
                result += self._decisions(above, depth - 1)
        return result[:40] or [use]
