"""Remote work on request paths, at the place that decides on it, with what stands in front of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from .effects import Effect, Lookup
from .tables import Table, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..facts.records import Expr
    from .guards import Guard
    from .project import Project
    from .reach import Path
    from .values import Value

MAX_PATHS = 200


class Step(NamedTuple):
    """One call on the way down to an effect: the function that holds it, and the call's ordinal in that file."""

    function: Value
    call: int


class Use(NamedTuple):
    """One effect, as the place that decides on it sees it."""

    chain: tuple[Step, ...]
    """From the deciding call down to the call with the effect."""
    effect: Effect | Lookup

    @property
    def decision(self) -> Step:
        """The call that decides."""
        return self.chain[0]

    @property
    def is_command(self) -> bool:
        """Whether it is work on a client, not a one-row read."""
        return isinstance(self.effect, Effect)

    @property
    def command(self) -> Effect:
        """The effect of work on a client.

        Raises:
            TypeError: it is a lookup.
        """
        if not isinstance(self.effect, Effect):
            raise TypeError("a lookup is no command")
        return self.effect

    @property
    def lookup(self) -> Lookup:
        """The effect of a one-row read.

        Raises:
            TypeError: it is a command.
        """
        if not isinstance(self.effect, Lookup):
            raise TypeError("a command is no lookup")
        return self.effect


class RequestWork(NamedTuple):
    """All remote work of one kind that one function decides on, while requests are handled."""

    function: Value
    uses: tuple[Use, ...]
    """In source order of the deciding calls."""
    paths: tuple[Path, ...]
    """Shortest path from each entry point to the function, those of most requests first."""
    guard: Guard | None
    """The strongest guard between an entry point and the effect on the best path, or None."""
    conditional: bool
    """Whether some branch on the best path may not be taken."""

    @property
    def path(self) -> Path:
        """The path to show."""
        return self.paths[0]

    @property
    def frequency(self) -> str:
        """``every-request``, ``dependency`` or ``route``: the most frequent entry that reaches it."""
        return frequency(self.path)

    @property
    def routes(self) -> int:
        """Number of entry points that reach it."""
        return len({path.entry.function for path in self.paths})


RANK = {"every-request": 0, "dependency": 1, "route": 2}


def frequency(path: Path) -> str:
    """How often a path is taken."""
    if path.entry.kind == "every-request":
        return "every-request"
    if path.entry.kind.endswith("dependency") or any(edge.kind == "dependency" for _, edge in path.steps):
        return "dependency"
    return "route"


class Requests:
    """Finds remote work on request paths."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def remote(self, resource: str) -> list[RequestWork]:
        """Commands to a resource such as ``redis``, grouped by the function that decides on them."""
        uses: dict[Value, list[Use]] = defaultdict(list)
        for function, ordinal in self.project.reached_calls():
            effect = self.project.effects.remote(function.place, ordinal)
            if effect is None or effect.operation.resource != resource:
                continue
            if self.project.guards.on_error(function.place, ordinal):
                continue
            for use in self._decisions(Use((Step(function, ordinal),), effect)):
                uses[use.decision.function].append(use)
        return self._grouped(uses)

    def lookups(self, models: Iterable[str]) -> list[RequestWork]:
        """One-row reads of the named models, grouped by function."""
        names = frozenset(models)
        uses: dict[Value, list[Use]] = defaultdict(list)
        for function, ordinal in self.project.reached_calls():
            lookup = self.project.effects.lookup(function.place, ordinal)
            if lookup is not None and lookup.model_name in names:
                uses[function].append(Use((Step(function, ordinal),), lookup))
        return self._grouped(uses)

    def _grouped(self, uses: dict[Value, list[Use]]) -> list[RequestWork]:
        result = []
        for function in sorted(uses):
            unique = {(use.decision.call, use.effect[:2]): use for use in uses[function]}
            ordered = sorted(unique.values(), key=lambda use: (use.decision.call, use.effect.call))
            paths = [p for p in self.project.reach.paths(function) if all(e.phase == "request" for _, e in p.steps)]
            if not paths:
                continue
            paths.sort(key=lambda path: (RANK[frequency(path)], path.length, path.entry.function))
            guards = [(self._guard(paths[0], use), use) for use in ordered]
            open_uses = [use for guard, use in guards if guard is None or guard.holes]
            kept = open_uses or ordered
            guard = next((g for g, use in guards if use is kept[0]), None)
            conditional = self._conditional(paths[0], kept[0])
            result.append(RequestWork(function, tuple(kept), tuple(paths[:MAX_PATHS]), guard, conditional))
        return result

    def _sites(self, path: Path, use: Use) -> Iterable[tuple[str, int]]:
        """Every call from the entry point down to the effect."""
        for function, edge in path.steps:
            if edge.call >= 0 and edge.kind in ("call", "carried"):
                yield function.place, edge.call
        for step in use.chain:
            yield step.function.place, step.call

    def _guard(self, path: Path, use: Use) -> Guard | None:
        guards = self.project.guards
        found = None
        for place, call in self._sites(path, use):
            guard = guards.of(place, call)
            if guard is None or (guard.remote and isinstance(use.effect, Effect)):
                continue  # a shared cache spares the database, not itself
            if found is None or (found.holes and not guard.holes):
                found = guard
        for function in path.functions:
            table = self.project.linker.table(function.place)
            decorated = guards.decorator(table, function.scope)
            if decorated is not None and not (decorated.remote and isinstance(use.effect, Effect)):
                return decorated
        return found

    def _conditional(self, path: Path, use: Use) -> bool:
        return any(self.project.guards.conditional(place, call) for place, call in self._sites(path, use))

    # --- the deciding call -----------------------------------------------------------------------------------------

    def _decisions(self, use: Use, depth: int = 4) -> list[Use]:
        """Follow a key that is only passed through up to the call that makes it."""
        step = use.decision
        if depth == 0 or step.function in self.project.reach.entries:
            return [use]
        table = self.project.linker.table(step.function.place)
        call = table.facts.calls[step.call]
        if not self._passed_through(table, step.function.scope, call.args[:2]):
            return [use]
        result = []
        for caller, edge in self.project.reach.callers.get(step.function, ()):
            if edge.call >= 0 and edge.kind in ("call", "carried"):
                result += self._decisions(Use((Step(caller, edge.call), *use.chain), use.effect), depth - 1)
        return result[:40] or [use]

    def _passed_through(self, table: Table, scope: int, args: list[Expr]) -> bool:
        """Whether arguments are parameters of the function, unchanged or through helpers, with no key text of their own."""
        params = {p.name for p in table.facts.scopes[scope].params if p.name not in ("self", "cls")}
        names: set[str] = set()
        literal = False
        work, seen = list(args), 0
        while work and seen < 60:
            seen += 1
            expr = work.pop()
            if type(expr) is list:
                work += expr[1:] if expr[:1] not in (["lambda"], ["cmp"]) else []
                continue
            text = text_of(expr)
            if text is not None:
                literal = literal or sum(map(str.isalpha, text)) >= 2
            elif type(expr) is str and expr[:1] == "@":
                inner = table.facts.calls[int(expr[1:].partition(".")[0])]
                work += inner.args
            elif (name := dotted(expr)) is not None:
                head = name.partition(".")[0]
                if head in params:
                    names.add(head)
                else:
                    work += [
                        a.value for a in (table.facts.assigns[p] for p in table.assigns_in.get(scope, ()))
                        if a.target == name and a.kind == "="
                    ]  # fmt: skip
        return bool(names) and not literal
