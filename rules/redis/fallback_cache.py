"""A local copy that is only asked after Redis.

## Why
A dict beside Redis looks like a cache, and is filled like one: every write goes to both. But it is read last, after
Redis has missed or failed, so it never spares a command. Every read still pays the round trip and, on a provider that
bills commands, the command. Asked first, the same dict takes most reads away; all it needs is a short time to live.

## Bad
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    local_cache = {}

    def save(key, value):
        local_cache[key] = value
        client.set(key, value, ex=300)

    def load(key):
        value = client.get(key)
        if value is not None:
            return value
        return local_cache.get(key)

    @app.middleware("http")
    async def plan(request: Request, call_next):
        request.state.plan = load(request.headers["x-tenant-id"])
        return await call_next(request)

## Good
    import redis
    from cachetools import TTLCache
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    local_cache = TTLCache(maxsize=10_000, ttl=30)

    def save(key, value):
        local_cache[key] = value
        client.set(key, value, ex=300)

    def load(key):
        value = local_cache.get(key)
        if value is not None:
            return value
        value = client.get(key)
        local_cache[key] = value
        return value

    @app.middleware("http")
    async def plan(request: Request, call_next):
        request.state.plan = load(request.headers["x-tenant-id"])
        return await call_next(request)

## For agents
Ask the local cache before Redis, not after it.

## Limits
A dict that is only filled when Redis is away is a substitute, not a copy, and is not reported. One that is filled along
with Redis and read only when Redis fails is, with low confidence: it may be there for outages alone. So is one that
neither its own name nor its file's calls a cache: it may be a store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import Call, Confidence, Context, Finding, Note, rule

from .._work import RANK, base_confidence, describe_frequency, trace_of, way
from ._fallback import fallback_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.fallbacks import Fallback
    from atomlint.index.requestwork import RequestWork, Use

NEEDS = ("redis", "Redis", "valkey", "aioredis", "upstash", "cache", "limit", "throttl", "session")


@rule(
    "redis-fallback-cache",
    needs=NEEDS,
    reach=True,
    shares="requests",
    among=lambda index: readers(index),  # noqa: PLW0108 - defined below
    severity="warning",
    since="0.1",
)
def reads_before_its_local_copy(call: Call) -> bool:
    """A Redis read that requests reach, with a local copy behind it."""
    return (call.path, call.ordinal) in readers(call.index)


@reads_before_its_local_copy.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    known = readers(ctx.index).get((call.path, call.ordinal))
    if known is None:
        return
    fallback, work, use = known
    when = describe_frequency(work, conditional=use.conditional)
    late = "Redis fails" if fallback.on_error else "Redis has nothing"
    text = (
        f"{fallback.name} is only asked when {late}, so it spares nothing: {use.command.operation.name} is sent {when} "
        f"({way(ctx.index, work, use)})"
    )
    finding = ctx.finding(call, text, confidence=confidence(ctx.index, fallback, work, use))
    if fallback.read >= 0:
        finding = finding.with_related(Note(ctx.index.call(fallback.path, fallback.read).span, "the copy is read here"))
    written = ctx.index.call(*fallback.filled).span
    yield (
        finding.with_related(Note(written, "the copy is filled along with this write"))
        .with_trace(*trace_of(ctx.index, work, [use]))
        .with_help(
            f"ask {fallback.name} first and give its entries a short time to live, such as 30 s; store in it what Redis answers"
        )
    )


def readers(index: Index) -> dict[Any, tuple[Fallback, RequestWork, Use]]:
    """Redis reads with a local copy behind them, each with the work that most requests pay for."""
    found: dict[Any, tuple[Fallback, RequestWork, Use]] = index.keep("fallback-reads", lambda: collect(index))
    return found


def collect(index: Index) -> dict[Any, tuple[Fallback, RequestWork, Use]]:
    found: dict[Any, tuple[Fallback, RequestWork, Use]] = {}
    for work in index.redis_work().values():
        for use in work.of("open", "leaky", "stuck"):
            behind = fallback_of(index, use)
            if behind is None:
                continue
            key = (behind.path, behind.call)
            if key not in found or rank(work, use) < rank(*found[key][1:]):
                found[key] = (behind.fallback, work, use)
    return found


def rank(work: RequestWork, use: Use) -> tuple[int, bool, int]:
    """What sorts work: by how many requests pay for it."""
    return RANK[work.frequency], use.conditional, work.path.length


def confidence(index: Index, fallback: Fallback, work: RequestWork, use: Use) -> Confidence:
    """High on every request; low for what may be no cache at all: a store of its own, or one for outages."""
    if fallback.on_error or not any("cache" in text.lower() for text in (fallback.name, fallback.path)):
        return Confidence.LOW
    level = base_confidence(index, work)
    shared = work.frequency != "route" and not use.conditional
    return level if shared else min(level, Confidence.MEDIUM, key=lambda c: c.rank)
