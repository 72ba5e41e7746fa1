"""A Redis command on every request, with nothing in front of it.

## Why
A command in a middleware or a shared dependency is paid once for every request, whatever the request is about: latency
on every response, and on a provider that bills commands, the bill. A rate limiter that asked Redis on each request cost
one product 733,000 GETs an hour; counting locally and syncing every 30 seconds took that down by 96.7 %.

## Bad
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()

    @app.middleware("http")
    async def limit(request: Request, call_next):
        if client.incr(f"hits:{request.client.host}") > 100:
            raise RuntimeError("too many requests")
        return await call_next(request)

## Good
    import time
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    everywhere = {}
    unsent = {}
    last_sync = 0.0

    @app.middleware("http")
    async def limit(request: Request, call_next):
        host = request.client.host
        unsent[host] = unsent.get(host, 0) + 1
        sync()
        if everywhere.get(host, 0) + unsent.get(host, 0) > 100:
            raise RuntimeError("too many requests")
        return await call_next(request)

    def sync():
        global last_sync
        now = time.monotonic()
        if now - last_sync < 30:
            return
        last_sync = now
        minute = int(time.time() // 60)
        hosts = list(unsent)
        pipe = client.pipeline()
        for host in hosts:
            pipe.incrby(f"hits:{host}:{minute}", unsent[host])
            pipe.expire(f"hits:{host}:{minute}", 60)
        answers = pipe.execute()
        unsent.clear()
        everywhere.clear()
        everywhere.update(zip(hosts, answers[::2]))

## Limits
Reported are middlewares, hooks that run before every request, and FastAPI dependencies; a command that a single route
runs for its own purpose is not. A local cache or a time gate counts when it stands in the call path and is recognised:
a container that outlives the request and is filled, or a comparison of times. A guard with `or` is no gate. Clients that
the index cannot follow (plugins, `request.app.state`) are not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, rule

from .._work import base_confidence, describe_frequency, entry_name, trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.index.requests import RequestWork

NEEDS = ("redis", "Redis", "valkey", "aioredis", "upstash")


@rule("redis-per-request", needs=NEEDS, reach=True, severity="warning", since="0.1")
def works_on_every_request(function: Function) -> bool:
    """A function that decides on Redis commands for a middleware or a dependency."""
    work = function.index.redis_work().get(function.value)
    return work is not None and work.frequency != "route" and (work.guard is None or bool(work.guard.holes))


@works_on_every_request.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    work = ctx.index.redis_work()[function.value]
    first = ctx.index.call(function.path, work.uses[0].decision.call)
    finding = ctx.finding(first, message(ctx, work), confidence=confidence(work))
    for use in work.uses[1:]:
        if use.decision.call != work.uses[0].decision.call:
            place = ctx.index.call(function.path, use.decision.call).span
            finding = finding.with_related(Note(place, f"and {use.command.operation.name} here"))
    finding = finding.with_trace(*trace_of(ctx.index, work))
    if work.guard is not None:
        for hole in work.guard.holes[:2]:
            finding = finding.with_related(
                Note(ctx.index.exit_span(function.path, hole), f"leaves without filling {work.guard.name}")
            )
    yield finding.with_help(
        "keep the answer in the process for some seconds, or count locally and sync every 30 s through one pipeline"
    )


def message(ctx: Context, work: RequestWork) -> str:
    count = sum(use.command.operation.commands for use in work.uses)
    names = ", ".join(dict.fromkeys(use.command.operation.name for use in work.uses))
    commands = f"{count} Redis command{'s' if count > 1 else ''}"
    if branches(ctx, work) > 1:
        commands = f"up to {commands}"
    when = describe_frequency(work)
    text = f"{commands} ({names}) {when}, reached from {entry_name(ctx.index, work)}"
    if work.guard is not None and work.guard.holes:
        return f"{text}; {work.guard.name} caches locally, but not every answer is stored in it"
    return text


def branches(ctx: Context, work: RequestWork) -> int:
    """Branches of the function that the deciding calls stand in: one request may not take all of them."""
    path = work.function.place
    return len({tuple(ctx.index.call(path, use.decision.call).frame_ids) for use in work.uses})


def confidence(work: RequestWork) -> Confidence:
    level = base_confidence(work)
    if work.guard is not None or work.conditional:
        return min(level, Confidence.MEDIUM, key=lambda c: c.rank)
    return level
