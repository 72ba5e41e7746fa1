"""What a request to each route costs: the middlewares, dependencies and the handler that run for it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .amounts import amount
from .choices import chosen
from .flow import Flow
from .routetexts import Frame
from .term_lists import term_of
from .terms import NOTHING, PASS, WIDTH, Step, added, bounds_of, merged, weakest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ..facts.records import Expr
    from .costs import Costs
    from .effects import Effect
    from .entries import Entry
    from .project import Project
    from .routes import Route
    from .tables import Table
    from .terms import Amount, Term
    from .value import Value

HANDED_ON = frozenset({"call_next", "get_response", "app", "_app", "next_handler", "asgi_app"})
"""How middlewares call what comes after them."""
OF_REQUESTS = ("path", "method", "url", "scope", "endpoint", "request", "req", "type", "route")
MAX_PARTS = 400


class RouteCost:
    """What one request to a route costs that is handled: middlewares, dependencies and handler together."""

    def __init__(self, costs: RouteCosts, route: Route, amount: Amount, after: Amount, certainty: str) -> None:
        self._costs = costs
        self.route = route
        self.method = route.method
        self.path = route.path
        self.handler = route.handler
        self.amount = amount
        self.certainty = certainty
        """``high``, ``medium`` or ``low``: that of the weakest part that costs anything."""
        self.redis = bounds_of(amount, "redis")
        """Redis commands."""
        self.database = bounds_of(amount, "database")
        """Database statements."""
        self.redis_trips = bounds_of(amount, "redis", "trips")
        self.database_trips = bounds_of(amount, "database", "trips")
        self.after = bounds_of(after, "redis"), bounds_of(after, "database")
        """Redis commands and database statements after the response."""

    def __repr__(self) -> str:
        return f"<RouteCost {self.route}: redis {self.redis}, database {self.database}>"

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The effects one by one, with the calls that lead to them."""
        return merged(list(self._costs.terms(self.route)))


class RouteCosts:
    """Costs of routes."""

    def __init__(self, costs: Costs) -> None:
        self.costs = costs
        self._hooks: dict[tuple[Value, tuple[bool | None, ...]], Amount] = {}
        self._tests: dict[Value, list[Expr]] = {}

    @cached_property
    def _library_middlewares(self) -> list[Effect]:
        return self.costs.project.effects.libraries.middlewares()

    def all(self) -> list[RouteCost]:
        """What every route of the route table costs, in its order.

        A request counts that is answered by the handler: one that a middleware turns away, or that fails, may cost less.
        """
        return [self.of(route) for route in self.costs.project.routes.all]

    def of(self, route: Route) -> RouteCost:
        """What one request to a route costs."""
        total, after = NOTHING, NOTHING
        certainties = [route.certainty]
        functions = self._functions(route)
        for function in functions:
            now, later = self.costs.amount(function)
            total, after = added(total, now), added(after, later)
            certainties.append(self.costs.certainty(function))
        for entry in self.costs.project.routes.hooks(route):
            own = self._hook(entry, route)
            total, after = added(total, own), added(after, self.costs.amount(entry.function)[1])
            if any(own):
                certainties += [entry.certainty, self.costs.certainty(entry.function)]
        for effect in self._library_effects(route, functions):
            total = added(total, amount(effect))
            certainties.append(effect.certainty)
        return RouteCost(self, route, total, after, weakest(*certainties))

    def terms(self, route: Route) -> Iterator[Term]:
        """The effects of a route one by one."""
        functions = self._functions(route)
        for function in functions:
            yield from self.costs.terms(function)
        for entry in self.costs.project.routes.hooks(route):
            if any(self._hook(entry, route)):
                yield from self._hook_terms(entry, route)
        for effect in self._library_effects(route, functions):
            yield term_of(effect, Step(effect.path, 0, effect.call))

    def _functions(self, route: Route) -> tuple[Value, ...]:
        return (*self.costs.project.routes.dependencies(route), route.handler)

    def _library_effects(self, route: Route, functions: tuple[Value, ...]) -> Iterator[Effect]:
        """What libraries do by themselves for a route: middlewares, throttles, dependencies."""
        libraries = self.costs.project.effects.libraries
        own = {effect.receiver.partition(".")[0] for effect in libraries.decorating(route.handler)}
        own |= libraries.limiting(route.handler)
        yield from (e for e in self._library_middlewares if e.receiver.partition(".")[0] not in own)
        yield from libraries.listed(route.handler)
        yield from self._injected(route, functions)

    def _hook_terms(self, entry: Entry, route: Route) -> Iterator[Term]:
        """Terms of a middleware or hook, without those that its guards keep from this route."""
        for term in self.costs.terms(entry.function):
            call = term.chain[0].call
            runs = self.costs.project.routes.exempt.runs(entry.function, call, route) if call >= 0 else True
            if runs is not False:
                lower = max(term.lower, 1) if runs and not term.factors and len(term.chain) == 1 else term.lower
                yield term._replace(lower=lower, chain=(Step(entry.path, 0, entry.call), *term.chain))

    def _injected(self, route: Route, functions: Iterable[Value]) -> Iterator[Effect]:
        """Dependencies that a library brings: of parameters, and of ``dependencies=[...]`` on the way to the handler."""
        libraries = self.costs.project.effects.libraries
        if "dependency" not in libraries.rows:
            return
        given: dict[tuple[str, int], int] = {}
        for function in functions:
            table = self.costs.linker.table(function.place)
            scope = table.facts.scopes[function.scope]
            for param in scope.params:
                annotated = param.annotation[2][1:] if is_sub(param.annotation) else ()
                for expr in (param.default, *annotated):
                    if type(expr) is str and expr[:1] == "@" and "." not in expr:
                        given[function.place, int(expr[1:])] = scope.parent
        for path, ordinal in (*route.chain, (route.entry.path, route.entry.call)):
            if ordinal < 0:
                continue
            call = self.costs.linker.table(path).facts.calls[ordinal]
            declared = dict(call.keywords).get("dependencies")
            for item in declared[1:] if type(declared) is list else ():
                if type(item) is str and item[:1] == "@" and "." not in item:
                    given[path, int(item[1:])] = call.scope
        for (path, ordinal), parent in given.items():
            effect = libraries.injected(path, parent, ordinal)
            if effect is not None:
                yield effect

    def _hook(self, entry: Entry, route: Route) -> Amount:
        """What a middleware or hook costs for a request that it hands on, with its guards on path and method decided."""
        function = entry.function
        whole = self.costs.amount(function)[0]
        if not any(whole):
            return NOTHING
        table = self.costs.linker.table(function.place)
        frame = Frame(table, function.scope, {})
        tests = self._tests.get(function)
        if tests is None:
            tests = self._tests[function] = guards_of(self.costs.project, function, self.costs.parts(function)[0])
        decided = tuple(self.costs.project.routes.exempt.tests.test(frame, test, route) for test in tests)
        key = (function, decided)
        if key not in self._hooks:
            known = list(zip(tests, decided, strict=True))
            amounts = chosen(table, function.scope, self.costs.parts(function)[0])
            for ordinal in table.calls_in.get(function.scope, ()):
                callee = table.facts.calls[ordinal].callee
                if type(callee) is str and callee.rpartition(".")[2] in HANDED_ON:
                    amounts[ordinal] = added(amounts.get(ordinal, NOTHING), PASS)
            params = [param.name for param in table.facts.scopes[function.scope].params]
            passes = any(amount[WIDTH - 1] for amount in amounts.values())
            turns_away = None if passes or "response" in params or "resp" in params else is_response
            flow = Flow(table, amounts, self.costs.project.loops, lambda test: lookup(known, test), turns_away)
            total = flow.total(function.scope)
            self._hooks[key] = (*total[: WIDTH - 1], 0.0, *total[WIDTH:-1], 0.0)
        return self._hooks[key]


def guards_of(project: Project, function: Value, costing: Collection[int]) -> list[Expr]:
    """Tests around the calls of a function that cost anything, and around exits that stand before one of them."""
    table = project.linker.table(function.place)
    frames: dict[int, None] = {}
    for ordinal in costing:
        frames.update(dict.fromkeys(table.frames(table.facts.calls[ordinal].frame)))
    last = max(costing, default=-1)
    for exit_ in table.exits.get(function.scope, ()):
        if exit_.after <= last:
            frames.update(dict.fromkeys(table.frames(exit_.frame)))
    tests: list[Expr] = []
    for frame in frames:
        entry = table.facts.frames[frame]
        if entry.kind in ("if", "else", "after") and entry.test not in tests and speaks_of_request(table, entry.test):
            tests.append(entry.test)
    return tests


def speaks_of_request(table: Table, test: Expr) -> bool:
    """Whether a route can decide a test: something in it has a name for the request, its path or its method."""
    work: list[Expr] = [test]
    for _ in range(MAX_PARTS):
        if not work:
            return False
        expr = work.pop()
        if type(expr) is list:
            work += expr[1:]
        elif type(expr) is str and expr[:1] == "@":
            call = table.facts.calls[int(expr[1:].partition(".")[0])]
            work += [call.callee, *call.args, *(value for _, value in call.keywords)]
        elif type(expr) is str and any(word in expr.lower() for word in OF_REQUESTS):
            return True
        elif type(expr) is str and "." not in expr and expr[:1] not in ("'", "#", "?"):
            work += [a.value for a in table.facts.assigns if a.target == expr and a.value is not None]
    return True


def lookup(known: list[tuple[Expr, bool | None]], test: Expr) -> bool | None:
    """What was decided of a test."""
    return next((answer for other, answer in known if other == test), None)


def is_response(value: Expr) -> bool:
    """Whether a hook that returns this answers the request itself."""
    return bool(value != "#None")


def is_sub(expr: Expr) -> bool:
    """Whether an annotation is ``X[a, b]``."""
    return type(expr) is list and expr[:1] == ["sub"] and type(expr[2]) is list
