"""Effects one by one, as a function pays for them: how often each happens, why, and the calls that lead to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .amounts import CERTAINTY, alternatives
from .terms import Each, Gate, Miss, Once, Rate, Repeat, Step, Term, merged, times, weakest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .calls import Edge
    from .costs import Costs
    from .effects import Effect
    from .terms import Factor
    from .value import Value

MAX_CHAIN = 25
"""Calls that lead to an effect: longer ways do not convince a reader."""
BRANCHES = frozenset({"if", "else", "except"})


class TermLists:
    """Terms of functions, made when asked for."""

    def __init__(self, costs: Costs) -> None:
        self.costs = costs
        self._kept: dict[Value, tuple[Term, ...]] = {}

    def of(self, function: Value) -> tuple[Term, ...]:
        """The effects of a function, its callees' among them."""
        if function not in self._kept:
            self.costs.amount(function)
            for below in self._callees_first(function):
                self._kept[below] = merged(list(self._make_terms(below)))
        return self._kept[function]

    def _callees_first(self, start: Value) -> list[Value]:
        """Functions below one that cost anything and whose terms are not known, callees before their callers."""
        order: list[Value] = []
        seen = {start}
        work: list[tuple[Value, Iterator[Value]]] = [(start, iter(self._costing(start)))]
        while work:
            function, targets = work[-1]
            for target in targets:
                if target not in seen and target not in self._kept:
                    seen.add(target)
                    work.append((target, iter(self._costing(target))))
                    break
            else:
                order.append(function)
                work.pop()
        return order

    def _costing(self, function: Value) -> list[Value]:
        targets = dict.fromkeys(edge.target for edges in self.costs.edges(function).values() for edge in edges)
        return [target for target in targets if any(map(any, self.costs.amounts.get(target, ())))]

    def _make_terms(self, function: Value) -> Iterator[Term]:
        path, scope = function.place, function.scope
        for effect in self.costs.project.effects.libraries.decorating(function):
            yield term_of(effect, Step(path, scope, effect.call))
        cached = self.costs.project.effects.libraries.cached(function)
        outer: tuple[Factor, ...] = ()
        if cached is not None:
            outer = (Miss(cached.name),)
        elif (guard := self.costs.project.guards.decorator(self.costs.linker.table(path), scope)) is not None:
            outer = (Miss(guard.name),)
        for ordinal, effects in self.costs.effects(function).items():
            lower, upper, factors = self._often(function, ordinal)
            for effect in effects:
                term = term_of(effect, Step(path, scope, ordinal))
                yield term._replace(
                    lower=0 if outer else lower, upper=upper, factors=unique(outer, factors, term.factors)
                )
        for ordinal, edges in self.costs.edges(function).items():
            for edge in edges:
                if any(map(any, self.costs.amounts.get(edge.target, ()))):
                    yield from self._through(
                        function, ordinal, edge, outer, len(alternatives(self.costs.project, edges))
                    )

    def _through(
        self, function: Value, ordinal: int, edge: Edge, outer: tuple[Factor, ...], choices: int
    ) -> Iterator[Term]:
        lower, upper, factors = self._often(function, ordinal) if ordinal >= 0 else (1, 1, ())
        if (choices > 1 and edge.kind == "call") or outer:
            lower = 0
        step = Step(function.place, function.scope, edge.call)
        for term in self._kept.get(edge.target, ()):  # a circle is unrolled once
            if len(term.chain) >= MAX_CHAIN:
                continue
            yield term._replace(
                lower=lower * term.lower,
                upper=times(upper, term.upper),
                factors=unique(outer if ordinal >= 0 else (), factors, term.factors),
                phase="background" if edge.phase == "background" else term.phase,
                chain=(step, *term.chain),
                certainty=weakest(CERTAINTY[edge.certainty], term.certainty),
            )

    def _often(self, function: Value, ordinal: int) -> tuple[int, int | None, tuple[Factor, ...]]:
        """How often a call runs when its function does, and why."""
        table = self.costs.linker.table(function.place)
        frames = {table.facts.frames[f].kind for f in table.frames(table.facts.calls[ordinal].frame)}
        lower = 0 if frames & BRANCHES else 1
        for exit_ in table.exits.get(function.scope, ()):
            if exit_.kind == "return" and exit_.after <= ordinal:
                lower = 0
        guarded = lower == 0  # what always runs has nothing in front of it
        upper: int | None = 1
        factors: list[Factor] = []
        for loop in self.costs.project.loops.around(function.place, ordinal):
            if loop.kind == "constant" and loop.count is not None:
                lower, upper = lower * loop.count, times(upper, loop.count)
            elif loop.kind == "retry":
                upper = times(upper, loop.count)
                factors.append(Repeat(loop.kind))
            else:
                lower, upper = 0, None
                factors.append(Each(loop.name) if loop.kind in ("each", "batch", "search") else Repeat(loop.kind))
        guard = self.costs.project.guards.of(function.place, ordinal) if guarded else None
        if guard is not None and guard.kind != "decorator":
            lower = 0
            if guard.kind == "cache":
                factors.append(Miss(guard.name))
            elif guard.kind == "once":
                factors.append(Once(guard.name))
            else:
                factors.append(Gate(guard.interval) if not guard.rate else Rate(round(1 / guard.rate)))
        return lower, upper, tuple(factors)


def term_of(effect: Effect, step: Step) -> Term:
    """The term of an effect where it stands."""
    low, high = effect.operation.lower, effect.operation.upper
    return Term(
        effect.operation.resource, effect.operation.name, (low[0], high[0]), (low[1], high[1]), 1, 1, effect.factors,
        "request", (step,), effect.certainty,
    )  # fmt: skip


def unique(*groups: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """Factors, each once."""
    return tuple(dict.fromkeys(factor for group in groups for factor in group))
