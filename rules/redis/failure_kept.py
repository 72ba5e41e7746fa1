"""One failed answer turns Redis off for as long as the process runs.

## Why
Code that goes on without Redis is good; code that never asks it again is not. After a restart of Redis of a few seconds the
process that noticed it counts, caches and checks revoked tokens by itself until somebody restarts it, and each process
decides for itself: half of them let in who the other half has locked out.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis(host="cache", socket_timeout=1)
    broken = False

    def is_revoked(token: str) -> bool:
        global broken
        if broken:
            return False
        try:
            return bool(client.exists(f"revoked:{token}"))
        except redis.RedisError:
            broken = True
            return False

    @app.get("/orders")
    def orders(token: str):
        return [] if is_revoked(token) else ["order"]

## Good
    import time

    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis(host="cache", socket_timeout=1)
    broken_until = 0.0

    def is_revoked(token: str) -> bool:
        global broken_until
        if time.monotonic() < broken_until:
            return False
        try:
            return bool(client.exists(f"revoked:{token}"))
        except redis.RedisError:
            broken_until = time.monotonic() + 10
            return False

    @app.get("/orders")
    def orders(token: str):
        return [] if is_revoked(token) else ["order"]

## For agents
After an error of Redis ask it again after some seconds; never remember for good that it was away.

## Limits
Seen are names of a module, and attributes of objects that modules make, which a handler around a command sets to
`None`, `False` or `True`, which tests ask for, and which nothing but a start sets to anything else; and functions
behind `lru_cache` that answer with `None` then. A function that tries again the next time keeps nothing, nor one that
counts failures first, or only handles what a Redis that is there answers (`ResponseError`). What a start finds out is
of medium confidence where requests ask for it, else of low. Class attributes that methods of classes set, entries of
dicts, flags of decorators and handlers that call a function for it are not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, Place, references, rule

from ._kept import BRANCHES, Kept, kept_failures

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS = ("redis", "Redis", "valkey", "upstash")


@rule("redis-failure-kept", needs=NEEDS, reach=True, severity="warning", since="0.1")
def keeps_a_failure(call: Call) -> bool:
    """The first command in a ``try`` whose handler sets what keeps requests from Redis."""
    return not call.in_test and call.ordinal in kept_failures(call.index, call.path)


@keeps_a_failure.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The command, with what is kept of its failure."""
    kept = kept_failures(call.index, call.path)[call.ordinal]
    when = f"one failed {call.name}" if kept.served else f"a failed {call.name} when the process starts"
    stays = f"`{kept.name}` stays {kept.value}" if kept.place >= 0 else f"`{kept.name}` keeps the {kept.value}"
    text = f"{when} turns Redis off for as long as the process runs: {stays}, and nothing sets it again"
    level = Confidence.MEDIUM if kept.served or is_asked_by_requests(call, kept) else Confidence.LOW
    finding = ctx.finding(call, text, confidence=level)
    if kept.place >= 0:
        assign = call.table.facts.assigns[kept.place]
        at = ctx.index.place_span(call.path, Place("assign", kept.place, assign.scope, assign.frame))
        finding = finding.with_related(Note(at, "the failure is kept here"))
    yield finding.with_help("keep the time of the failure instead, and ask again after some seconds")


def is_asked_by_requests(call: Call, kept: Kept) -> bool:
    """Whether a function that requests surely reach asks for what is kept."""
    for function in call.index.functions(call.path):
        frames = {at for one in function.calls for at in one.frame_ids}
        frames |= {at for exit_ in function.exits for at in function.table.frames(exit_.frame)}
        tests = (function.table.facts.frames[at] for at in frames)
        asks = any(one.kind in BRANCHES and kept.name in references(one.test) for one in tests)
        gives = any(kept.name in references(exit_.value) for exit_ in function.exits)
        if (asks or gives) and any(p.entry.proven for p in call.index.project.reach.paths(function.value)):
            return True
    return False
