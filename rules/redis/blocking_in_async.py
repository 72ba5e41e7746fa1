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

    @app.get("/stock/{item}")
    async def stock(item: str):
        return {"left": client.get(f"stock:{item}")}

## Good
    import redis.asyncio
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.asyncio.Redis()

    @app.get("/stock/{item}")
    async def stock(item: str):
        return {"left": await client.get(f"stock:{item}")}

## Limits
Followed are coroutine functions that requests reach, and plain functions that they call. A thread in between
(`run_in_threadpool`, `asyncio.to_thread`, an executor) ends it, as do plain routes and plain dependencies of FastAPI,
which run in a pool. Flask gives a coroutine view a loop of its own: quiet. One finding for each function that holds such
commands. Sessions of a database are another matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import Confidence, Context, Finding, Function, Note, rule

from .._made import unsure
from ._keys import commands
from ._quiet import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.commands import Command
    from atomlint.index.eventloop import Blocked

NEEDS = ("redis", "Redis", "valkey")
SYNCHRONOUS = "redis.client.Redis"
MAX_RELATED = 5


class Held(NamedTuple):
    """Commands of one function, and the coroutine functions that they hold up."""

    commands: tuple[Command, ...]
    blocked: tuple[Blocked, ...]


@rule("redis-blocking-in-async", needs=NEEDS, reach=True, since="0.1")
def holds_the_loop(function: Function) -> bool:
    """A function with synchronous commands that a coroutine function on a request path runs in its own thread."""
    return not function.in_test and not is_aside(function.path) and held(function) is not None


@holds_the_loop.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    """The first command, the others and the callers as related places."""
    found = held(function)
    if found is None:
        return
    index = ctx.index
    first = index.call(found.commands[0].path, found.commands[0].call)
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
    path = index.project.reach.paths(found.blocked[0].function)[0]
    yield finding.with_trace(*index.steps(path)).with_help(
        "use the client of redis.asyncio and await it, or call this through asyncio.to_thread"
    )


def held(function: Function) -> Held | None:
    """The synchronous commands of a function, when it runs on the event loop."""
    found = tuple(c for c in sent(function.index, function) if is_synchronous(function.index, c))
    if not found:
        return None
    blocked = function.index.project.event_loop.blocked_by(function.value)
    blocked = tuple(b for b in blocked if b.function.place not in function.index.tests)
    return Held(found, blocked) if blocked else None


def sent(index: Index, function: Function) -> Iterator[Command]:
    """Commands of a function that go out at once, without those that a process sends once."""
    for command in commands(index).of_function(function.path, function.ordinal):
        call = index.call(command.path, command.call)
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
        for made in index.project.clients.of_command(command.path, command.call)
    )


def is_synchronous(index: Index, command: Command) -> bool:
    """Whether it is proven to be of a client that blocks: by its type, or for a pipeline by the client that made it."""
    call = index.call(command.path, command.call)
    if call.is_awaited:
        return False
    made = index.project.clients.of_command(command.path, command.call)
    types = {construction.type for construction in made}
    if not types:
        types = {place.rpartition("()")[0] for place in (name.rpartition(".")[0] for name in call.external)}
    return types == {SYNCHRONOUS}


def confidence(index: Index, found: Held) -> Confidence:
    """High when every edge from a proven entry point is proven."""
    blocked = found.blocked[0]
    paths = index.project.reach.paths(blocked.function)
    path = paths[0]._replace(steps=(*paths[0].steps, *blocked.steps))
    return Confidence.HIGH if path.entry.proven and not unsure(index, path) else Confidence.MEDIUM
