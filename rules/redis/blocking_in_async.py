"""A synchronous Redis command on the event loop.

## Why
A coroutine that waits for a socket without `await` stops the whole process: every other request, websocket and health
check waits until Redis has answered. A millisecond in the same rack, 30 to 80 ms to another region, and for ever when
Redis hangs and the client has no timeout.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    @app.middleware("http")
    async def count(request, call_next):
        client.incr(f"hits:{request.url.path}")
        return await call_next(request)

## Good
    import redis.asyncio
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.asyncio.Redis()

    @app.middleware("http")
    async def count(request, call_next):
        await client.incr(f"hits:{request.url.path}")
        return await call_next(request)

## Configuration
`places = 5`: from so many functions on, those that share one client become one finding where that client is made, with
the functions as related places: the client is what to change. `places = 0` reports each function by itself.

## For agents
In `async def`, use the asynchronous Redis client and await it.

## Limits
Followed are coroutine functions that requests reach, and plain functions that they call. A thread in between
(`run_in_threadpool`, `asyncio.to_thread`, an executor) ends it, as do plain routes and plain dependencies of FastAPI,
which run in a pool. Flask gives a coroutine view a loop of its own: quiet. One finding for each function that holds
such commands, or for the client that they share. Where only routes come, and not every request, a dependency of the
application, a router or ten routes, or a socket, a single function is of low confidence: what a route waits for besides
mostly takes longer; a client that functions share is of medium, and high is what every request waits for. Pages of
operators are possible only. Limiters of slowapi, which has no asynchronous storage, are reported where they are made:
medium with a middleware, or from three coroutine routes on. Sessions of a database are another matter, and what a
PubSub subscribes to waits for nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from atomlint import Call, Confidence, Context, Finding, Function, Note, Option, rule

from .._made import unsure
from .._staff import only_operators
from ._counted_on_loop import counted_on_loop
from ._keys import commands
from ._quiet import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.clients import Construction, Site
    from atomlint.index.commands import Command
    from atomlint.index.eventloop import Blocked
    from atomlint.index.reach import Path

    from ._counted_on_loop import Counted

NEEDS = ("redis", "Redis", "valkey", "cache", "limit", "session")
SYNCHRONOUS = "redis.client.Redis"
WRITES_ONLY = frozenset({"subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe"})
"""Methods of a PubSub: redis-py reads no answer to them."""
MAX_RELATED = 5
SHARED = 10
"""Routes from which a dependency is one that requests in general wait for."""
MAX_NAMES = 4
COUNTED = 3
"""Coroutine routes that a limiter holds up from which on it is more than one page's matter."""
PLACES = Option(
    "places", 5, "functions that share a client and are reported as one, where it is made; 0: never", minimum=0
)


class Held(NamedTuple):
    """Commands of one function, and the coroutine functions that they hold up."""

    function: Function
    commands: tuple[Command, ...]
    blocked: tuple[Blocked, ...]

    @property
    def site(self) -> tuple[str, int]:
        """The first command."""
        return self.commands[0].path, self.commands[0].call


class Blocking(NamedTuple):
    """What holds the event loop in a project."""

    functions: dict[tuple[str, int], Held]
    """By the first command of each function."""
    clients: dict[Site, list[Held]]
    """By the place where their client is made, the first where branches differ."""


@rule(
    "redis-blocking-in-async",
    needs=NEEDS,
    reach=True,
    among=lambda index: {*blocking(index).functions, *blocking(index).clients, *counted_on_loop(index)},
    options=(PLACES,),
    since="0.1",
)
def holds_the_loop(call: Call) -> bool:
    """The first synchronous command of a function that holds the loop, or what makes the client of such commands."""
    found = blocking(call.index)
    site = (call.path, call.ordinal)
    held = site in found.functions or site in found.clients or site in counted_on_loop(call.index)
    return held and not (call.in_test or is_aside(call.path))


@holds_the_loop.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """A function by itself, or all functions of a client."""
    found = blocking(ctx.index)
    site = (call.path, call.ordinal)
    most = ctx.option(PLACES)
    sharing = {made: held for made, held in found.clients.items() if most and len(held) >= most}
    counted = counted_on_loop(ctx.index).get(site)
    if counted is not None:
        yield of_limiter(ctx, call, counted)
    if site in sharing:
        yield of_client(ctx, call, sharing[site])
    held = found.functions.get(site)
    if held is not None and not any(held in group for group in sharing.values()):
        yield of_function(ctx, held)


def of_function(ctx: Context, found: Held) -> Finding:
    """The first command, the others and the callers as related places."""
    index = ctx.index
    first = index.call(*found.site)
    names = ", ".join(dict.fromkeys(command.method for command in found.commands))
    count = len(found.commands)
    callers = {blocked.function for blocked in found.blocked}
    text = f"{count} synchronous Redis command{'s' if count > 1 else ''} ({names}) on the event loop"
    if found.blocked[0].steps:
        also = f" and {len(callers) - 1} more" if len(callers) > 1 else ""
        text += f", called from async {index.function(found.blocked[0].function).qualname}{also}"
    finding = ctx.finding(
        first, f"{text}: every other request waits for the answer", confidence=confidence(index, found)
    )
    for command in found.commands[1:MAX_RELATED]:
        finding = finding.with_related(Note(index.call(command.path, command.call).span, f"and {command.method} here"))
    for blocked in found.blocked[:MAX_RELATED]:
        for caller, edge in blocked.steps[:1]:
            place = index.call(caller.place, edge.call) if edge.call >= 0 else index.function(caller)
            finding = finding.with_related(Note(place.span, f"async {index.function(caller).qualname} calls it"))
    return helped(ctx, finding, found)


def of_client(ctx: Context, call: Call, group: list[Held]) -> Finding:
    """Where the client is made, with the functions that hold the loop as related places."""
    index = ctx.index
    coroutines = {blocked.function for held in group for blocked in held.blocked}
    counts = Counter(command.method for held in group for command in held.commands)
    names = ", ".join(name for name, _ in counts.most_common(MAX_NAMES))
    more = f" and {len(counts) - MAX_NAMES} more" if len(counts) > MAX_NAMES else ""
    finding = ctx.finding(
        call,
        f"{len(coroutines)} coroutine function{'s wait' if len(coroutines) > 1 else ' waits'} for this synchronous client "
        f"on the event loop, in {len(group)} functions ({names}{more}): every other request waits for each answer",
        confidence=max((confidence(index, held, shared=True) for held in group), key=lambda level: level.rank),
    )
    first = sorted(group, key=lambda held: (-len(held.blocked), held.site))
    for held in first[:MAX_RELATED]:
        callers = len({blocked.function for blocked in held.blocked})
        text = f"{held.function.qualname}: {held.commands[0].method}, on behalf of {callers} coroutine function"
        finding = finding.with_related(Note(index.call(*held.site).span, text + ("s" if callers > 1 else "")))
    return helped(ctx, finding, first[0])


def of_limiter(ctx: Context, call: Call, counted: Counted) -> Finding:
    """Where slowapi's limiter is made, with the coroutine functions that it decorates as related places."""
    number = len(counted.handlers)
    who = "every request" if counted.always else f"each call of {number} coroutine route{'s' if number > 1 else ''}"
    few = not counted.always and number < COUNTED
    finding = ctx.finding(
        call,
        f"slowapi asks Redis synchronously on the event loop, for {who}: all others wait for the answer",
        confidence=Confidence.LOW if few else Confidence.MEDIUM,
    )
    for handler in counted.handlers[:MAX_RELATED]:
        finding = finding.with_related(Note(handler.span, f"{handler.qualname} waits for it"))
    return finding.with_help(
        "count in the process (`memory://`), or take a limiter with an asynchronous client (limits.aio, fastapi-limiter)"
    )


def helped(ctx: Context, finding: Finding, held: Held) -> Finding:
    """The finding with the way from a request and the repair."""
    path = ctx.index.project.reach.paths(held.blocked[0].function)[0]
    return finding.with_trace(*ctx.index.steps(path)).with_help(
        "use the client of redis.asyncio and await it, or call this through asyncio.to_thread"
    )


def blocking(index: Index) -> Blocking:
    """All functions that hold the event loop, and the clients that they share."""
    found: Blocking = index.keep("redis-blocking", lambda: _blocking(index))
    return found


def _blocking(index: Index) -> Blocking:
    functions: dict[tuple[str, int], Held] = {}
    clients: dict[Site, list[Held]] = defaultdict(list)
    seen = set()
    for value, _ in index.project.reached_calls():
        if value in seen:
            continue
        seen.add(value)
        function = index.function(value)
        if function.in_test or is_aside(function.path):
            continue
        one = held(function)
        if one is not None:
            functions[one.site] = one
            made = sorted({made for command in one.commands for made in constructions(index, command)})
            if made:
                clients[made[0].site].append(one)
    return Blocking(functions, dict(clients))


def held(function: Function) -> Held | None:
    """The synchronous commands of a function, when it runs on the event loop."""
    found = tuple(c for c in sent(function.index, function) if is_synchronous(function.index, c))
    if not found:
        return None
    blocked = function.index.project.event_loop.blocked_by(function.value)
    blocked = tuple(b for b in blocked if b.function.place not in function.index.tests)
    return Held(function, found, blocked) if blocked else None


def sent(index: Index, function: Function) -> Iterator[Command]:
    """Commands of a function that go out at once, without those that a process sends once."""
    for command in commands(index).of_function(function.path, function.ordinal):
        call = index.call(command.path, command.call)
        if command.method in WRITES_ONLY:
            continue
        if call.effect is None or command.queued or (call.guard is not None and call.guard.kind == "once"):
            continue
        if not is_first(index, command):
            yield command


def is_first(index: Index, command: Command) -> bool:
    """Whether it tries out a client that the same function has just made, to be kept."""
    call = index.call(command.path, command.call)
    return any(
        made.path == command.path
        and index.call(made.path, made.call).scope == call.scope
        and not index.project.lifetimes.of(made.path, made.call).paths
        for made in constructions(index, command)
    )


def is_synchronous(index: Index, command: Command) -> bool:
    """Whether it is proven to be of a client that blocks: by its type, or for a pipeline by the client that made it."""
    call = index.call(command.path, command.call)
    if call.is_awaited:
        return False
    types = {construction.type for construction in constructions(index, command)}
    if not types:
        types = {place.rpartition("()")[0] for place in (name.rpartition(".")[0] for name in call.external)}
    return types == {SYNCHRONOUS}


def constructions(index: Index, command: Command) -> list[Construction]:
    """Where the client of a command is made."""
    return index.project.clients.of_command(command.path, command.call)


def is_shared_dependency(ways: list[Path]) -> bool:
    """Whether what many routes depend on comes there."""
    through = {way.entry.function for way in ways if any(edge.kind == "dependency" for _, edge in way.steps)}
    return len(through) >= SHARED


def confidence(index: Index, found: Held, *, shared: bool = False) -> Confidence:
    """High when every edge from a proven entry point is proven; less where only routes come there.

    What a route waits for besides, a query or another service, mostly takes longer. A client that many functions share is
    to be changed all the same.
    """
    blocked = found.blocked[0]
    paths = index.project.reach.paths(blocked.function)
    path = paths[0]._replace(steps=(*paths[0].steps, *blocked.steps))
    if path.entry.certainty == "low":
        return Confidence.LOW  # a route that no application serves
    frequent = path.entry.kind == "every-request" and path.entry.proven
    level = Confidence.HIGH if frequent and not unsure(index, path) else Confidence.MEDIUM
    ways = [way for one in found.blocked for way in index.project.reach.paths(one.function)]
    if only_operators(index, ways):
        return Confidence.LOW
    if all(way.entry.kind == "route" for way in ways) and not is_shared_dependency(ways):
        return min(level, Confidence.MEDIUM, key=lambda each: each.rank) if shared else Confidence.LOW
    return level
