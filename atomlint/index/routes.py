"""The table of routes: method, full path, handler, and what else runs for a request to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .entries import Entry, called_functions
from .exempt import Exempt
from .mounts import Chain, Place
from .pathtexts import UNKNOWN, clean, join
from .registering import VERBS, elements
from .routechoice import RouteChoice
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr, Param
    from .project import Project
    from .urlconf import Urlconf

WEBSOCKETS = frozenset(
    {
        "websocket",
        "websocket_route",
        "add_api_websocket_route",
        "add_websocket_route",
        "WebSocketRoute",
        "APIWebSocketRoute",
    }
)
ANY = "*"
"""The method of a route that answers every method."""
GET_BY_DEFAULT = frozenset({"route", "api_route", "add_api_route", "add_url_rule", "Route", "APIRoute", "add_route"})
ACTIONS = {
    "list": "GET", "create": "POST", "retrieve": "GET", "update": "PUT", "partial_update": "PATCH", "destroy": "DELETE",
}  # fmt: skip
FORMS = frozenset({"form_valid", "form_invalid"})
"""Methods of a view class of Django that a form which was sent comes to."""
DETAIL = frozenset({"retrieve", "update", "partial_update", "destroy"})
PATHS = ("path", "rule", "pattern", "route", "uri", "prefix")


class Route(NamedTuple):
    """One method of one path."""

    method: str
    """``GET``, ``WEBSOCKET``, or ``*`` for any."""
    path: str
    """In full, parameters as ``{name}``; ``{?}`` where a part could not be evaluated."""
    handler: Value
    entry: Entry
    chain: tuple[Place, ...] = ()
    """The calls that made the application and the routers down to it, and those that included them."""

    @property
    def certainty(self) -> str:
        """``high`` when the handler's application is known to serve it."""
        return self.entry.certainty

    def __str__(self) -> str:
        return f"{'ANY' if self.method == ANY else self.method} {self.path or '/'}"


class Routes:
    """Routes of a project, and what runs for each."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self.mounts = project.mounts
        self.exempt = Exempt(project)
        self.choice = RouteChoice(project, self.exempt.tests)
        self._below_hook: dict[Value, list[Route]] = {}

    @cached_property
    def all(self) -> list[Route]:
        """Every route, in file order of what registers it."""
        urls = self.mounts.urlconf
        found: dict[tuple[str, str, Value], Route] = {}
        for entry in self.project.registrations:
            if entry.kind in ("route", "connection"):
                for route in self._of_entry(entry, urls):
                    found.setdefault((route.method, route.path, route.handler), route)
        return list(found.values())

    @cached_property
    def _by_handler(self) -> dict[Value, list[Route]]:
        table: dict[Value, list[Route]] = defaultdict(list)
        for route in self.all:
            table[route.handler].append(route)
        return dict(table)

    def of(self, function: Value) -> list[Route]:
        """Routes that a function handles."""
        return self._by_handler.get(function, [])

    def declaring(self, dependency: Value) -> frozenset[Value]:
        """Handlers of the routes that a dependency is declared for, by their decorators or by a router above them."""
        declared = {(one.path, one.call) for one in self.project.dependencies if one.function == dependency}
        own = (
            route for route in self.all if not declared.isdisjoint((*route.chain, (route.entry.path, route.entry.call)))
        )
        return frozenset(route.handler for route in own)

    # --- method and path -------------------------------------------------------------------------------------------

    def verbs(self, entry: Entry) -> frozenset[str]:
        """Methods of a request that runs an entry point, ``{"POST"}``; empty when any may, or none is known."""
        scopes = self.linker.table(entry.function.place).facts.scopes
        scope = scopes[entry.function.scope]
        if scopes[scope.parent].kind == "class":
            name = "post" if scope.name in FORMS else scope.name.removeprefix("perform_")
            verb = ACTIONS.get(name, name.upper())
            if verb.lower() in VERBS:
                return frozenset({verb})
        if entry.kind != "route" or entry.call < 0:
            return frozenset()
        call = self.linker.table(entry.path).facts.calls[entry.call]
        last = _last(call)
        given = self._given(call, entry) or ["get"] if last == "action" else self._methods(call, last, entry)
        return frozenset() if ANY in given else frozenset(method.upper() for method in given)

    def _given(self, call: Call, entry: Entry) -> list[str]:
        """The methods that a registering call lists; `ANY` for what is no text."""
        listed = elements(self.linker, entry.path, call.scope, dict(call.keywords).get("methods"))
        return [text_of(item) or ANY for _, _, item in listed]

    def _of_entry(self, entry: Entry, urls: Urlconf) -> Iterator[Route]:
        scopes = self.linker.table(entry.function.place).facts.scopes
        scope = scopes[entry.function.scope]
        if entry.call < 0:
            if scope.name in VERBS:
                yield Route(scope.name.upper(), UNKNOWN, entry.function, entry)
            return
        call = self.linker.table(entry.path).facts.calls[entry.call]
        last = _last(call)
        if last == "action":
            yield from self._actions(entry, call, urls)
            return
        decorated = any(type(d) is str and d == f"@{entry.call}" for d in scope.decorators)
        in_class = scopes[scope.parent].kind == "class" and not decorated
        if last == "register" and in_class:
            yield from self._viewset(entry, urls)
            return
        if in_class and scope.name not in VERBS and not self._only(entry):
            return
        methods = [scope.name.upper()] if in_class and scope.name in VERBS else self._methods(call, last, entry)
        for path, chain in self._paths(entry, call, last, urls):
            for method in methods:
                yield Route(method, path, entry.function, entry, chain)

    @cached_property
    def _verbs(self) -> set[Place]:
        """Registering calls whose class has a method that answers a verb."""
        return {
            (entry.path, entry.call) for entry in self.project.registrations
            if self.linker.table(entry.function.place).facts.scopes[entry.function.scope].name in VERBS
        }  # fmt: skip

    def _only(self, entry: Entry) -> bool:
        """Whether a method stands for its whole class, which leaves the verbs to the library: the first one does."""
        place = (entry.path, entry.call)
        return (
            place not in self._verbs
            and next(e.function for e in self.project.registrations if (e.path, e.call) == place) == entry.function
        )

    def _methods(self, call: Call, last: str, entry: Entry) -> list[str]:
        if last in WEBSOCKETS or entry.kind == "connection":
            return ["WEBSOCKET"]
        verb = last.removeprefix("add_").lower()
        if verb in VERBS:
            return [verb.upper()]
        given = dict(call.keywords).get("methods")
        first = text_of(call.args[0]) if call.args else None
        if given is None and first is not None and (first == ANY or first.lower() in VERBS):
            return [first]
        texts = [text_of(item) for _, _, item in elements(self.linker, entry.path, call.scope, given)]
        if given is not None:
            return [text.upper() for text in texts if text] or [ANY]
        return ["GET"] if last in GET_BY_DEFAULT else [ANY]

    def _paths(self, entry: Entry, call: Call, last: str, urls: Urlconf) -> Iterator[tuple[str, tuple[Place, ...]]]:
        keywords = dict(call.keywords)
        given: list[Expr] = [keywords[name] for name in PATHS if name in keywords][:1]
        if not given:
            given = call.args[1:] if last == "add_resource" else call.args[:1]
            if last in ("add_route", "route") and len(call.args) > 1 and text_of(call.args[0]) is None:
                given = call.args[1:2]
            if (text_of(given[0] if given else None) or "").lower() in {*VERBS, ANY}:
                given = call.args[1:2]
        texts = [clean(self.mounts.text(entry.path, call.scope, expr)) for expr in given] or [""]
        for text in texts:
            if last in ("path", "re_path", "url"):
                yield from (
                    (clean(prefix) + text, (place,)) for prefix, place in urls.prefixes((entry.path, entry.call))
                )
                continue
            listed = self._listed((entry.path, entry.call))
            for chain in self._chains(entry):
                yield join(join(clean(chain.prefix), listed), text), (*chain.places, (entry.path, entry.call))

    def _listed(self, place: Place, depth: int = 8) -> str:
        """The prefix of the ``Mount("/v1", routes=[...])`` that list a route."""
        for path, ordinal in self.linker.call_sites("Mount") if depth else ():
            call = self.linker.table(path).facts.calls[ordinal]
            keywords = dict(call.keywords)
            given = keywords.get("path", call.args[0] if call.args else None)
            for where, _, item in elements(self.linker, path, call.scope, keywords.get("routes")):
                if (where, item) == (place[0], f"@{place[1]}"):
                    return join(
                        self._listed((path, ordinal), depth - 1), clean(self.mounts.text(path, call.scope, given))
                    )
        return ""

    def _chains(self, entry: Entry) -> list[Chain]:
        return [chain for place in entry.on for chain in self.mounts.chains(place)] or [Chain("", ())]

    def _viewset(self, entry: Entry, urls: Urlconf) -> Iterator[Route]:
        name = self.linker.table(entry.function.place).facts.scopes[entry.function.scope].name
        if name in ACTIONS:
            for prefix, place in urls.registered(entry.path, entry.call, entry.on):
                path = prefix + ("{pk}/" if name in DETAIL else "")
                yield Route(ACTIONS[name], path, entry.function, entry, (place,))

    def _actions(self, entry: Entry, call: Call, urls: Urlconf) -> Iterator[Route]:
        """``@action(detail=True, methods=["post"])`` of a view set, below what its class is registered as."""
        scope = self.linker.table(entry.function.place).facts.scopes[entry.function.scope]
        keywords = dict(call.keywords)
        methods = self._given(call, entry) or ["get"]
        last = clean(text_of(keywords.get("url_path")) or scope.name)
        below = ("{pk}/" if keywords.get("detail") == "#True" else "") + last + "/"
        places = urls.of(Value("def", entry.function.place, scope.parent))
        for prefix, place in places or [(f"{UNKNOWN}/", (entry.path, entry.call))]:
            for method in methods:
                yield Route(method.upper(), prefix + below, entry.function, entry, (place,))

    # --- what runs for a route -------------------------------------------------------------------------------------

    def dependencies(self, route: Route) -> tuple[Value, ...]:
        """Functions that FastAPI runs before the handler, sub-dependencies included: each once a request.

        One with ``use_cache=False`` is listed as often as it runs.
        """
        seen: set[object] = set()
        found: list[Value] = []
        around = {*route.chain, (route.entry.path, route.entry.call)}
        for declared in self.project.dependencies:
            if (declared.path, declared.call) in around or (declared.kind == "every-request" and not route.chain):
                self._add(declared.function, declared.function, seen, found)
        self._below(route.handler, seen, found)
        return tuple(found)

    def _add(self, key: object, function: Value, seen: set[object], found: list[Value]) -> None:
        if key not in seen and len(found) < LIMIT:
            seen.add(key)
            found.append(function)
            self._below(function, seen, found)

    def _below(self, function: Value, seen: set[object], found: list[Value]) -> None:
        table = self.linker.table(function.place)
        record = table.facts.scopes[function.scope]
        for param in record.params:
            if param.default is None and param.annotation is None:
                continue
            for value in sorted(self.linker.values.parameters.injected(function.place, record.parent, param)):
                once, which = self._injection(function.place, record.parent, param)
                for inner in called_functions(self.linker, value):
                    key = (inner, which) if once else (inner, function, param.name, len(found))
                    self._add(key, inner, seen, found)

    def _injection(self, path: str, scope: int, param: Param) -> tuple[bool, str]:
        """Whether a parameter's ``Depends`` shares its answer within a request, and what tells two objects apart."""
        annotation = param.annotation
        if type(annotation) is str and dotted(annotation):
            alias = self.linker.values.parameters.alias(path, scope, annotation)
            if alias is not None:
                path, scope, annotation = alias
        parts = (
            annotation[2][1:]
            if type(annotation) is list and annotation[:1] == ["sub"] and type(annotation[2]) is list
            else []
        )
        for expr in (param.default, *parts):
            if type(expr) is not str or expr[:1] != "@" or "." in expr:
                continue
            call = self.linker.table(path).facts.calls[int(expr[1:])]
            keywords = dict(call.keywords)
            what = call.args[0] if call.args else None
            made = f"{path}:{what}" if type(what) is str and what[:1] == "@" else ""
            scopes = str(keywords.get("scopes", "")) if _last(call) == "Security" else ""
            return keywords.get("use_cache") != "#False", made + scopes
        return True, ""

    def behind(self, place: Place) -> int:
        """How many routes have a call on their way: that of a router, or one that puts it below another."""
        return self._places[place]

    @cached_property
    def _places(self) -> Counter[Place]:
        return Counter(place for route in self.all for place in {*route.chain, (route.entry.path, route.entry.call)})

    def hooks(self, route: Route) -> tuple[Entry, ...]:
        """Middlewares and hooks that run for a route's request, its own guards aside: see `exempt`."""
        return tuple(entry for entry in self._hooks if self._covers(entry, route))

    @cached_property
    def _hooks(self) -> list[Entry]:
        return [entry for entry in self.project.entries if entry.kind in ("every-request", "router-dependency")]

    def _covers(self, entry: Entry, route: Route) -> bool:
        """Whether a middleware or hook belongs to an application or router that the route lies below."""
        if route.method == "WEBSOCKET" and entry.kind == "every-request" and not self._sees_websockets(entry):
            return False
        if not entry.on or not route.chain:
            return entry.kind == "every-request" or not entry.on
        known, applications = self.mounts.routers(route.chain)
        if entry.kind == "every-request":
            _, held = self.mounts.routers(entry.on)
            return not applications or not held or not applications.isdisjoint(held)
        return not known or not known.isdisjoint(entry.on)

    def _covered(self, function: Value) -> list[Route]:
        """Routes for which a middleware or hook runs; all that are served for another function."""
        if function not in self._below_hook:
            hooks = [entry for entry in self._hooks if entry.function == function]
            covered = [route for route in self._served if any(self._covers(entry, route) for entry in hooks)]
            self._below_hook[function] = covered if hooks else self._served
        return self._below_hook[function]

    @cached_property
    def _served(self) -> list[Route]:
        """Routes but for those that nothing is seen to register, at a path that nobody knows."""
        return [route for route in self.all if route.entry.proven or not route.path.startswith(UNKNOWN)]

    def _sees_websockets(self, entry: Entry) -> bool:
        """Whether a middleware is a plain ASGI one: the others are for HTTP alone."""
        name = self.linker.table(entry.function.place).facts.scopes[entry.function.scope].name
        return name in ("__call__", "authenticate")

    def share(self, function: Value, *calls: int) -> tuple[int, int]:
        """For how many routes one of some calls in a middleware, hook or helper runs, and how many its application has.

        A call whose guards cannot be evaluated for a route counts as running for it.
        """
        covered = self._covered(function)
        return self.exempt.count(function, calls, covered), len(covered)

    def picks(self, function: Value, call: int) -> bool:
        """Whether a call in a middleware, hook or helper only runs for some of its routes, and none tells for which."""
        return self.choice.picks(function, call, lambda: self._covered(function))

    def counts(self) -> Counter[str]:
        """Number of routes by method."""
        return Counter(route.method for route in self.all)


LIMIT = 200
"""Dependencies of one route: more come of a circle."""


def _last(call: Call) -> str:
    return (dotted(call.callee) or "").rpartition(".")[2]
