"""A Redis client or pool that requests make anew each time.

## Why
A client keeps its connections. One that is made for a call has none: before its first answer it pays a TCP handshake
(and a TLS one with `rediss://`) and one to three commands (HELLO, SELECT, CLIENT SETINFO), which a provider that bills
commands counts like yours. What is not closed stays open until the garbage collector comes by, and the server refuses
new clients once it has too many.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()

    def get_client():
        return redis.from_url("redis://cache:6379/0")

    @app.middleware("http")
    async def count(request, call_next):
        get_client().incr(f"hits:{request.url.path}")
        return await call_next(request)

## Good
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.from_url("redis://cache:6379/0")

    @app.middleware("http")
    async def count(request, call_next):
        client.incr(f"hits:{request.url.path}")
        return await call_next(request)

## For agents
Make one Redis client a process and share it; never make one in a function that requests call.

## Limits
Reported once, where the client is made; the calls that get a fresh one are related places. Kept is what a module, a
class, an application's state, a guarded attribute or global, or a local cache decorator keeps. A client over a pool
that is kept costs nothing and is not reported, nor is one that subscribes or waits (`pubsub()`, `blpop`) wherever it is
handed to: it needs a connection of its own. An attribute of an object that every request makes for itself keeps nothing
beyond the request: that is reported with medium confidence, as is work after the response, and what only routes make,
few or many. Pages of operators (`admin`, `monitoring`, `health` in the route, the function or the file) are of low
confidence, and so are what only probes make, a few times a minute (`/healthz`, `/api/ready`, `/metrics`); what runs in an
event loop of its own (`asyncio.run` in a thread), where the client of the server does not work; what is put into a
container of elsewhere; a client that only stores what a cache had not, after a hit has left; and a client of a server
that the request names, or of one on the same machine by a Unix socket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, rule

from .._made import closing, confidence, how_often, is_local, listens, made_anew, with_callers
from ._refills import is_made_for_a_refill

if TYPE_CHECKING:
    from collections.abc import Iterator


NEEDS = ("redis", "Redis", "valkey", "Valkey", "arq")


@rule("redis-client-per-call", needs=NEEDS, reach=True, shares="clients", since="0.1")
def makes_a_client(call: Call) -> bool:
    """A factory of clients or pools in a function that requests reach with nothing that keeps the result."""
    made = made_anew(call, "redis") if call.name in call.index.project.clients.names else None
    return made is not None and not listens(call.index, made)


@makes_a_client.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The construction, with how often it runs and who asks for it."""
    made = made_anew(call, "redis")
    if made is None:
        return
    what = "connection pool" if made.construction.kind == "pool" else "Redis client"
    if made.construction.type == "upstash_redis.Redis":
        cost = "a new HTTP session and TLS handshake"
    else:
        cost = f"1 to 3 extra commands and a {'' if is_local(call) else 'TCP '}handshake"
    parts = [f"a new {what} {how_often(made)}: {cost} each time", closing(call, made.life)]
    sites = len(made.life.sites)
    if sites > 1:
        parts.append(f"{sites} calls get one")
    sure = Confidence.LOW if is_made_for_a_refill(ctx.index, made) else confidence(ctx.index, made)
    finding = ctx.finding(call, ", ".join(part for part in parts if part), confidence=sure)
    yield with_callers(ctx, finding, made).with_help(
        "make it once, at start-up or behind a module's name, and hand out the same one"
    )
