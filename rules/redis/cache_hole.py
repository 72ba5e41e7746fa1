"""A local cache in front of Redis that some answers never enter.

## Why
A cache spares a command only for keys that were stored. A return between the lookup and the store, or an answer that is
not stored because there was nothing (no such tenant, no plan, not blocked), leaves that key out: every request for it asks
again. Often those are the most frequent keys of all: requests without a tenant header, addresses that are not blocked.

## Bad
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    plans = {}

    def plan_of(tenant_id):
        if tenant_id in plans:
            return plans[tenant_id]
        plan = client.get(f"plan:{tenant_id}")
        if tenant_id is None:
            return "free"
        plans[tenant_id] = plan
        return plan

    @app.middleware("http")
    async def attach_plan(request: Request, call_next):
        request.state.plan = plan_of(request.headers.get("x-tenant-id"))
        return await call_next(request)

## Good
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    plans = {}

    def plan_of(tenant_id):
        if tenant_id is None:
            return "free"
        if tenant_id in plans:
            return plans[tenant_id]
        plan = client.get(f"plan:{tenant_id}")
        plans[tenant_id] = plan
        return plan

    @app.middleware("http")
    async def attach_plan(request: Request, call_next):
        request.state.plan = plan_of(request.headers.get("x-tenant-id"))
        return await call_next(request)

## For agents
Store every answer in the local cache, an empty one and a failed lookup among them, under the key that is looked up.

## Limits
Looked at are Redis commands behind a local cache, and reads of tenants behind any cache, in middlewares, hooks and shared
dependencies. Returns in handlers of errors count as none: what failed is rightly asked again. A lookup that ends in an
exception when there is nothing (404) is not reported. Where nothing is answered, `return None`, whoever asked may find the
answer elsewhere and store it: that is reported with low confidence. A cache that is made for no entries or no time is
one of cachetools, functools or async-lru with numbers in the code (storing in `TTLCache(0, 60)` raises a ValueError
besides); a hit that only counts once it is old is one whose age or deadline is compared where it is looked up, not in a
method of its entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import Confidence, Context, Finding, Function, Note, rule

from .._work import base_confidence, commands, counted, describe_frequency, names, trace_of
from ..tenant._models import tenant_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.guard import Guard
    from atomlint.index.requestwork import RequestWork, Use
    from atomlint.index.stores import Hole

    Leaky = tuple[Guard, RequestWork, list[Use]]

NEEDS = ("redis", "Redis", "valkey", "aioredis", "upstash", "cache")
REASONS = {
    "early return": "leaves without storing anything in {cache}",
    "negative result": "an empty answer is never stored in {cache}",
    "stored at times": "not every answer is stored in {cache}",
    "another key": "what is stored in {cache} is under another key than what is looked up",
    "key never repeats": "the key of {cache} is new for every request",
    "only old": "{cache} counts only once what it holds is old",
    "nothing kept": "{cache} is made for no entries, or for no time",
}
ALWAYS = ("another key", "key never repeats", "only old", "nothing kept")
"""Holes that are there for every key."""


@rule("redis-cache-hole", needs=NEEDS, reach=True, shares="requests", severity="warning", since="0.1")
def holds_a_leaky_cache(function: Function) -> bool:
    """A function with a cache that some answers never enter, and remote work behind it."""
    return bool(leaky_in(function))


@holds_a_leaky_cache.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    for guard, work, uses in leaky_in(function):
        holes = sorted(guard.holes, key=lambda hole: (hole.reason == "negative result", not hole.fixed, hole.exit))
        place, *others = [(hole, ctx.index.hole_span(hole, guard)) for hole in holes]
        missed = [use for use in uses if use.guard is not None and place[0] in use.guard.holes]
        finding = ctx.finding(
            place[1],
            message(ctx, guard, work, missed, place[0]),
            confidence=confidence(ctx.index, work, uses, place[0]),
        )
        for hole, span in others[:3]:
            finding = finding.with_related(Note(span, REASONS[hole.reason].format(cache=guard.name)))
        call = ctx.index.call(uses[0].decision.function.place, uses[0].decision.call)
        finding = finding.with_related(Note(call.span, "this is asked again"))
        yield finding.with_trace(*trace_of(ctx.index, work, uses)).with_help(help_text(place[0]))


def leaky_in(function: Function) -> list[Leaky]:
    """Caches of a function with holes, each with the work behind it that most requests pay for."""
    table: dict[Any, list[Leaky]] = function.index.keep("cache-holes", lambda: by_function(function))
    return table.get(function.value, [])


def by_function(function: Function) -> dict[Any, list[Leaky]]:
    index = function.index
    found: dict[Any, dict[Any, Leaky]] = {}
    lookups = index.lookup_work(tenant_models(index)) if index.mapped else {}
    for work in (*index.redis_work().values(), *lookups.values()):
        if work.frequency == "route":
            continue
        for use in work.of("leaky"):
            guard = use.guard
            assert guard is not None
            owner = index.call(guard.path, guard.call).function.value
            caches = found.setdefault(owner, {})
            known = caches.get(guard.name)
            if known is None or len(known[0].holes) < len(guard.holes):
                known = caches[guard.name] = (guard, work, [] if known is None else known[2])
            known[2].append(use)
    return {owner: list(caches.values()) for owner, caches in found.items()}


def message(ctx: Context, guard: Guard, work: RequestWork, uses: list[Use], hole: Hole) -> str:
    why = REASONS[hole.reason].format(cache=guard.name)
    own = [use for use in uses if use.is_command]
    asked = [f"{counted(commands(ctx.index, own))} ({names(own)})"] if own else []
    models = list(dict.fromkeys(use.lookup.model_name for use in uses if not use.is_command))
    what = " and ".join([*asked, *(f"a query for {model}" for model in models)])
    when = describe_frequency(work, conditional=uses[0].conditional)
    such = "" if hole.reason in ALWAYS else "every time for such a key, "
    return f"{why}: {what} {such}{when}"


def help_text(hole: Hole) -> str:
    if hole.reason == "early return":
        return "return before the remote call, or store this answer too"
    if hole.reason == "negative result":
        return "store a marker for 'nothing' as well, with a shorter time to live"
    if hole.reason == "stored at times":
        return "store every answer, or look up only what is stored"
    if hole.reason == "only old":
        return "turn the comparison round: what is fresh is the hit"
    if hole.reason == "nothing kept":
        return "give the cache a size and a time to live"
    return "build one key, once, and use it for the lookup and for the store"


def confidence(index: Index, work: RequestWork, uses: list[Use], hole: Hole) -> Confidence:
    """Low where nothing is answered: whoever asked may find the answer elsewhere, and store that."""
    level = base_confidence(index, work)
    if not uses[0].conditional and hole.reason not in ("negative result", "stored at times"):
        return level
    value = index.table(hole.path).facts.exits[hole.exit].value if hole.exit >= 0 else ""
    most = Confidence.LOW if value in (None, "#None") else Confidence.MEDIUM
    return min(level, most, key=lambda c: c.rank)
