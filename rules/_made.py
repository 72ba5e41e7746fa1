"""Shared by rules about clients and engines that requests make anew: how often, from where, and whether they are closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Confidence, Note, condition, dotted, inside, text_of

from ._branches import waits_for_few
from ._brought import wait_seldom
from ._probes import is_probe
from ._staff import only_operators
from ._taken import is_taken, taken
from ._turns import held
from ._ways import number_of_routes

if TYPE_CHECKING:
    from atomlint import Call, Context, Finding, Index
    from atomlint.index.clients import Construction
    from atomlint.index.lifetimes import Life
    from atomlint.index.reach import Path
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    Expr = Any

CLOSES = frozenset({"close", "aclose", "disconnect", "dispose", "wait_closed"})
PRIVATE = re.compile(
    r"(?:^|[/_.])(?:admin|debug|internal|diagnos\w*|health\w*|test|tests|check)(?:[/_.]|$)", re.IGNORECASE
)
"""In the name of a route or a file that few requests reach."""
WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
PROBES = frozenset(
    {"health", "healthcheck", "healthz", "readiness", "liveness", "ready", "readyz", "status", "debug", "diagnostics"}
    | {"system", "celery", "ping", "test", "selftest"}
)
"""Words in names of functions and files that tell operators whether things work, or that they work on the workers with."""
FLOWS = frozenset({"oauth", "authorize", "authorization", "callback"})
"""Words in names of what somebody does once, to connect an account with another service, whose answers take longer."""
SIGNS_IN = frozenset({"auth", "login", "signin", "authentication", "sso", "session", "sessions"})
STEPS = 3
"""Routes of such a flow."""
WAITS = frozenset(
    {"pubsub", "subscribe", "psubscribe", "listen", "blpop", "brpop", "blmove", "brpoplpush", "bzpopmin", "bzpopmax"}
)
LOOPS = frozenset({"run", "new_event_loop", "run_until_complete"})
ASKS = frozenset({"hasattr", "getattr"})
ADDRESSES = frozenset({"host", "url", "address"})
SELVES = ("self", "cls", "request", "app", "settings", "config")
"""Parameters that bring the same address each time."""
MAX_RELATED = 5


class Made(NamedTuple):
    """A construction that requests run each time."""

    construction: Construction
    life: Life
    entries: int
    """Entry points that reach it."""

    @property
    def path(self) -> Path:
        """The path to show: the shortest of those that are no probe."""
        return next((p for p in self.life.paths if not is_private(p)), self.life.paths[0])


def made_anew(call: Call, resource: str) -> Made | None:
    """The construction that a call is, when requests run it each time."""
    project = call.index.project
    construction = project.clients.construction(call.path, call.ordinal)
    if construction is None or construction.kind == "view" or call.in_test:
        return None
    if project.catalog.clients[construction.type].resource != resource:
        return None
    life = project.lifetimes.of(call.path, call.ordinal)
    if not life.paths or _is_given_a_pool(call):
        return None
    index = call.index
    paths = tuple(
        path
        for path in life.paths
        if path.entry.path not in index.tests and not _missed(index, call, path) and taken(index, path, ())
    )
    return Made(construction, life._replace(paths=paths), number_of_routes(call.index, paths)) if paths else None


def _is_given_a_pool(call: Call) -> bool:
    """Whether it is put on a pool that is there, before it has connected: ``client.connection_pool = pool``."""
    names = {a.target for a in call.function.assigns if a.value == f"@{call.ordinal}" and type(a.target) is str}
    return any(
        type(a.target) is str and a.target in {f"{n}.connection_pool" for n in names} for a in call.function.assigns
    )


def is_private(path: Path) -> bool:
    """Whether an entry point is one for operators: its file or its function says so."""
    return PRIVATE.search(path.entry.function.place) is not None


def _missed(index: Index, call: Call, path: Path) -> bool:
    """Whether a class keeps it, made only where that has none yet: ``except AttributeError: cls.connect()``."""
    value = f"@{call.ordinal}"
    kept = any(a.value == value and (dotted(a.target) or "").startswith("cls.") for a in call.function.assigns)
    calls = [call, *(index.call(caller.place, edge.call) for caller, edge in path.steps if edge.call >= 0)]
    return kept and any(
        kind == "except" and "AttributeError" in (test, *inside(test)) for one in calls for kind, test in one.frames
    )


def listens(index: Index, made: Made) -> bool:
    """Whether the client subscribes or waits where it is made, or wherever it is handed to: it needs its own connection."""
    sites = [index.call(caller.place, call) for caller, call in made.life.sites]
    own = index.call(made.construction.path, made.construction.call)
    return _waits(own) or (bool(sites) and all(_waits(one) for one in sites))


def _waits(site: Call) -> bool:
    reference = f"@{site.ordinal}"
    names = {reference, *(a.target for a in site.function.assigns if a.value == reference and type(a.target) is str)}
    return any(
        (call.name in WAITS or "block" in call.keywords)
        and type(call.callee) is str
        and call.callee.rpartition(".")[0] in names
        for call in site.function.calls
    )


def _stands_in(index: Index, made: Made) -> bool:
    """Whether it is made only where the application has none: ``if hasattr(app, "redis"): return app.redis``, or no pool."""
    site = index.call(made.construction.path, made.construction.call)
    pools = {call.keywords.get("connection_pool") for call in site.function.calls} - {None}
    tests = [test for kind, test in site.frames if kind in ("if", "else", "after")]
    if any(part in pools for test in tests for part in inside(test) if type(part) is str):
        return True
    return any(
        negated and type(part) is str and part[:1] == "@" and index.call(site.path, _ordinal(part)).name in ASKS
        for kind, test in site.frames
        if kind in ("if", "else", "after")
        for part, negated in held(condition(kind, test))
    )


def is_local(call: Call) -> bool:
    """Whether a client is of a server on the same machine, by a socket of the file system."""
    given = [*call.args[:1], *(call.keywords[name] for name in ("url", "connection_class") if name in call.keywords)]
    names = [text_of(part) or dotted(part) or "" for expr in given for part in inside(expr)]
    return "unix_socket_path" in call.keywords or any(
        name.startswith("unix:") or name.endswith("UnixDomainSocketConnection") for name in names
    )


def _is_put_away(index: Index, made: Made) -> bool:
    """Whether every call that gets one puts it into a container of elsewhere: ``store["client"] = (os.getpid(), client)``.

    For how long that is kept is not known.
    """
    sites = [index.call(caller.place, ordinal) for caller, ordinal in made.life.sites]
    return bool(sites) and all(_fills(site) for site in sites)


def _fills(site: Call) -> bool:
    reference = f"@{site.ordinal}"
    names = {reference, *(a.target for a in site.function.assigns if a.value == reference and type(a.target) is str)}
    own = {a.target for a in site.function.assigns if type(a.target) is str and a.value in (["{}"], ["[]"])}
    return any(
        type(a.target) is list
        and a.target[:1] == ["sub"]
        and a.target[1] not in own
        and any(type(part) is str and part in names for part in inside(a.value))
        for a in site.function.assigns
    )


def _is_of_its_own(index: Index, made: Made) -> bool:
    """Whether the server is one of many, which the request names: ``from_url(f"redis://{shard}.cache")``."""
    site = index.call(made.construction.path, made.construction.call)
    asked = [*site.args[:1], *(site.keywords[name] for name in ADDRESSES & site.keywords.keys())]
    return all(any(_is_told(index, path, site.function.value, expr) for expr in asked) for path in made.life.paths)


def _is_told(index: Index, path: Path, function: Value, expr: Expr, *, deep: bool = True) -> bool:
    """Whether a parameter of a path's entry point is part of an expression, or given to a call whose answer is."""
    functions = path.functions
    steps = path.steps[: functions.index(function)] if function in functions else path.steps
    for at, leaf in index.provenance.upward(steps, function, expr):
        if leaf.kind == "param" and at == path.entry.function and not leaf.text.startswith(SELVES):
            return True
        if leaf.kind == "call" and deep and leaf.call >= 0:
            given = index.call(at.place, leaf.call)
            if any(_is_told(index, path, at, arg, deep=False) for arg in (*given.args, *given.keywords.values())):
                return True
    return False


def _has_a_loop_of_its_own(index: Index, path: Path) -> bool:
    """Whether a function on the way starts an event loop: ``asyncio.run(load(file))`` in a thread."""
    return any(
        call.name in LOOPS
        and (call.name != "run" or (dotted(call.callee) or "").endswith(("asyncio.run", "anyio.run")))
        for function in path.functions
        for call in index.function(function).calls
    )


def _ordinal(reference: str) -> int:
    return int(reference[1:].partition(".")[0])


def words_of(index: Index, path: Path) -> set[str]:
    """The words of an entry point's function and file: ``system``, ``status`` of ``SystemStatusView.get``."""
    stem = path.entry.function.place.rpartition("/")[2].removesuffix(".py")
    return {word.lower() for word in WORDS.findall(f"{index.function(path.entry.function).qualname} {stem}")}


def connects(index: Index, path: Path) -> bool:
    """Whether an entry point is a step of connecting an account, by its route or its name: ``/oauth/callback``.

    What a file about signing in has is asked each time that somebody comes.
    """
    stem = path.entry.function.place.rpartition("/")[2].removesuffix(".py")
    if not SIGNS_IN.isdisjoint(WORDS.findall(stem.lower())):
        return False
    routes = index.project.routes.of(path.entry.function)
    words = {word.lower() for route in routes for word in WORDS.findall(route.path)}
    return not FLOWS.isdisjoint(words | words_of(index, path))


def is_of_operators(index: Index, path: Path) -> bool:
    """Whether an entry point tells operators whether things work, or is theirs by its file's or its function's name."""
    return is_private(path) or not words_of(index, path).isdisjoint(PROBES)


def how_often(made: Made) -> str:
    """``on every request``, or for how many routes."""
    if any(path.entry.kind == "every-request" for path in made.life.paths):
        return "on every request"
    return f"on requests of {made.entries} route{'s' if made.entries > 1 else ''}"


def confidence(index: Index, made: Made) -> Confidence:
    """High when every edge of the shown path is proven and nothing but the request decides."""
    path = made.path
    if path.entry.certainty == "low" or not is_taken(index.call(made.construction.path, made.construction.call)):
        return Confidence.LOW  # a route that no application serves, a branch that no caller takes
    if path.entry.kind == "connection":
        return Confidence.LOW  # what waits on a client of its own for as long as a socket is open may well be meant
    if all(not words_of(index, one).isdisjoint(PROBES) or is_probe(index, one) for one in made.life.paths):
        return (
            Confidence.LOW
        )  # what asks whether Redis works wants to know whether a new connection does, and asks rarely
    if is_private(path) or only_operators(index, made.life.paths) or _stands_in(index, made):
        return Confidence.LOW
    if made.entries <= STEPS and any(connects(index, one) for one in made.life.paths):
        return Confidence.LOW
    local = is_local(index.call(made.construction.path, made.construction.call))
    if local or _is_put_away(index, made) or _is_of_its_own(index, made):
        return Confidence.LOW
    if all(_has_a_loop_of_its_own(index, one) for one in made.life.paths):
        return Confidence.LOW  # what is bound to the event loop of the server does not work there
    sites = [(caller, edge.call) for caller, edge in path.steps if edge.call >= 0]
    if waits_for_few(index, sites) or wait_seldom(index, sites):
        return Confidence.LOW
    if made.life.owner is not None or not path.entry.proven:
        return Confidence.MEDIUM
    if any(edge.phase != "request" for _, edge in path.steps):
        return Confidence.MEDIUM
    if all(one.entry.kind in ("route", "route-dependency") for one in made.life.paths):
        return Confidence.MEDIUM  # how often they are asked is not known
    return Confidence.MEDIUM if unsure(index, path) else Confidence.HIGH


def unsure(index: Index, path: Path) -> bool:
    """Whether a call on a path can go to several functions."""
    calls = index.project.calls
    return any(
        edge.kind == "call" and len({e.target for e in calls.edges(caller) if e.call == edge.call}) > 1
        for caller, edge in path.steps
    )


def closing(call: Call, life: Life) -> str:
    """``never closed`` where nothing closes what was made, here or where it was handed to; empty when something does."""
    places = [(call.path, call.scope, f"@{call.ordinal}")]
    places += [(caller.place, call.index.call(caller.place, site).scope, f"@{site}") for caller, site in life.sites]
    linker = call.index.project.linker
    return "" if any(_closed(linker.table(path), scope, value) for path, scope, value in places) else "never closed"


def _closed(table: Table, scope: int, value: str) -> bool:
    names = {value}
    for place in table.assigns_in.get(scope, ()):
        assign = table.facts.assigns[place]
        if type(assign.value) is str and assign.value in names and (target := dotted(assign.target)):
            if assign.kind == "with":
                return True
            names.add(target)
    if any(frame.kind == "with" and _mentions(frame.test, names) for frame in table.facts.frames):
        return True
    for record in table.facts.calls:
        callee = record.callee if type(record.callee) is str else ""
        receiver, _, method = callee.rpartition(".")
        if method in CLOSES and any(receiver == name or receiver.startswith(f"{name}.") for name in names):
            return True
    return False


def _mentions(test: object, names: set[str]) -> bool:
    return test in names if type(test) is str else False


def with_callers(ctx: Context, finding: Finding, made: Made) -> Finding:
    """The finding with its trace, and with the calls that get a fresh one."""
    index = ctx.index
    finding = finding.with_trace(*index.steps(made.path))
    if made.life.owner is not None:
        name = index.function(made.life.owner).qualname
        return finding.with_related(Note(index.function(made.life.owner).span, f"every {name} keeps one of its own"))
    for caller, call in made.life.sites[:MAX_RELATED]:
        function = index.function(caller).qualname
        finding = finding.with_related(Note(index.call(caller.place, call).span, f"{function} gets a new one here"))
    return finding
