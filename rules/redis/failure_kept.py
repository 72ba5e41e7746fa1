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
Seen are names of a module, and attributes of objects that modules make, which a handler around a command sets to `None`,
`False` or `True`, which tests ask for, and which nothing that requests reach sets to anything else; and functions behind
`lru_cache` that answer with `None` then. A function that tries again the next time is none. What a start finds out is of
medium confidence where requests ask for it, else of low. Flags in other modules than the handler's are not followed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, references, rule

from ._kept import BRANCHES, Kept, kept_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDS = ("redis", "Redis", "valkey", "upstash")


@rule("redis-failure-kept", needs=NEEDS, reach=True, severity="warning", since="0.1")
def keeps_a_failure(call: Call) -> bool:
    """The first command in a ``try`` whose handler sets what keeps requests from Redis."""
    return not call.in_test and _is_first(call) and first_of_file(call) == call.ordinal


@keeps_a_failure.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The command, with what is kept of its failure."""
    kept = kept_failure(call)
    if kept is None:
        return
    when = f"one failed {call.name}" if kept.served else f"a failed {call.name} when the process starts"
    stays = (
        f"`{kept.name}` stays {kept.value}" if not kept.name.endswith("()") else f"`{kept.name}` keeps the {kept.value}"
    )
    text = f"{when} turns Redis off for as long as the process runs: {stays}, and nothing sets it again"
    level = Confidence.MEDIUM if kept.served or is_asked_by_requests(call, kept) else Confidence.LOW
    yield ctx.finding(call, text, confidence=level).with_help(
        "ask again after some seconds: keep the time of the failure instead"
    )


def first_of_file(call: Call) -> int:
    """The first command of a file by whose failure the same is kept; -1 where nothing is."""
    index = call.index
    kept = index.keep(("kept failure", call.path, call.ordinal), lambda: kept_failure(call))
    if kept is None:
        return -1
    seen: dict[tuple[str, int], int] = index.keep(("kept failures", call.path), dict)
    return seen.setdefault((kept.name, kept.owner), call.ordinal)


def _is_first(call: Call) -> bool:
    """Whether a call is the first command of its function in a ``try``."""
    if not _is_command(call) or not any(kind == "try" for kind, _ in call.frames):
        return False
    earlier = (one for one in call.function.calls if one.ordinal < call.ordinal)
    return not any(_is_command(one) and any(kind == "try" for kind, _ in one.frames) for one in earlier)


def _is_command(call: Call) -> bool:
    effect = call.index.project.effects.remote(call.path, call.ordinal)
    return effect is not None and effect.operation.resource == "redis"


def is_asked_by_requests(call: Call, kept: Kept) -> bool:
    """Whether a function that requests reach asks for what is kept."""
    for function in call.index.functions(call.path):
        frames = {at for one in function.calls for at in one.frame_ids}
        frames |= {at for exit_ in function.exits for at in function.table.frames(exit_.frame)}
        tests = (function.table.facts.frames[at] for at in frames)
        asks = any(one.kind in BRANCHES and kept.name in references(one.test) for one in tests)
        gives = any(kept.name in references(exit_.value) for exit_ in function.exits)
        if function.is_reached and (asks or gives):
            return True
    return False
