"""Two Redis commands on one key where one would do, with a gap between them.

## Why
Each command is a round trip, and other clients run between two of them: a key that existed is gone, two requests spend
the same one-time token or both find no lock, a counter loses a hit, and a process that dies after the first command
leaves a counter or a lock without an expiry, which then locks its user out for good.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    @app.post("/reset/{token}")
    def reset(token: str):
        user = client.get(f"reset:{token}")
        client.delete(f"reset:{token}")
        return {"user": user}

## Good
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    @app.post("/reset/{token}")
    def reset(token: str):
        return {"user": client.getdel(f"reset:{token}")}

## For agents
Do in one Redis command what one command can do: `get` and test for None, `set(..., nx=True, ex=...)` (`cache.add` in
Django), `incr`, `getdel`, or a pipeline for a write and its `expire`.

## Limits
Compared are commands of one function on the same client and the same key expression. A value that is compared before it
is deleted (a lock's owner) needs a script and is not reported; nor is a delete after other work, which is how queues
make sure that nothing is lost. What a pipeline or a script sends is one step. A cache that is read and, on a miss,
written is none: only a flag that is set without work in between is, or a value that was there before under a key that
is called a lock. An expiry that is set wherever a TTL finds none heals itself and is not reported. Hardly worth
mending, and of low confidence, are: EXISTS before what is no GET, LLEN before a pop; a count that is compared before it
is raised; an expiry that a hash, a list or a set waits for, or a counter at every count, or one that its function
deletes or gives an expiry at a limit, or that a flag sends once; a value that is taken and is no token, code, state or
the like (by its key or its function), that one connection alone takes, or that only confirms an address; GETDEL before
redis-py 4; pages of operators, and what a function does for them alone; management commands; and code that no request
is seen to reach, or only those of routes that nothing serves. Medium is the most, but for an expiry that a value or a
lock waits for. Caches of Django and Flask-Caching count where they are not known to be in the process, and methods of
the project's own that send one command of their name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, rule

from ._pair_worth import is_hardly_worth_it, is_never_sent, lacks_getdel
from ._pairs import Pair, pairs
from ._quiet import is_aside
from ._sent import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator


NEEDS = ("redis", "Redis", "valkey", "upstash", "cache")
HELP = {
    "exists": "read the key and test the answer",
    "in": "read the key and test the answer",
    "take": "GETDEL reads and deletes in one step (Redis 6.2)",
    "count": "send both in one pipeline (`expire(key, seconds, nx=True)` keeps the window, Redis 7), or in a script",
    "lock": "`set(key, value, nx=True, ex=seconds)` does both in one step",
    "set": "`set(key, value, ex=seconds)` does both in one step",
    "write": "send both in one pipeline, which is a transaction by default",
    "add": "INCRBY (HINCRBY for a field) counts in the server",
    "claim": "`set(key, value, nx=True, ex=seconds)` writes only when there is none, and answers whether it did",
    "limit": "count first: the answer of INCR is the count",
    "pop": "the pop of an empty list answers None",
}
OLD_HELP = "send both in one pipeline, which is a transaction by default"
"""For a client that does not know GETDEL."""
CACHE_HELP = {
    "add": "`cache.add(key, 0, timeout)` and `cache.incr(key)` count in the server",
    "claim": "`cache.add(key, value, timeout)` writes only when there is none, and answers whether it did",
    "limit": "`cache.add(key, 0, timeout)` and `cache.incr(key)` first: its answer is the count",
}
"""The same for caches over Redis."""


@rule("redis-check-then-get", needs=NEEDS, reach=True, since="0.1")
def is_half(call: Call) -> bool:
    """The first of two commands that could be one."""
    return call.name in FIRST and not call.in_test and not is_aside(call.path) and pair_at(call) is not None


@is_half.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The first command, with the second as a related place."""
    pair = pair_at(call)
    if pair is None or is_never_sent(call, pair):
        return
    message, level = describe(pair)
    if is_hardly_worth_it(call, pair):
        level = Confidence.LOW
    elif level is Confidence.HIGH and (pair.first.wrapped or pair.second.wrapped):
        level = Confidence.MEDIUM
    finding = ctx.finding(call, message, confidence=level)
    if pair.second is not pair.first:
        second = ctx.index.call(call.path, pair.second.call)
        finding = finding.with_related(Note(second.span, f"{pair.second.method.upper()} of the same key"))
    if pair.kind == "take" and lacks_getdel(call):
        yield finding.with_help(OLD_HELP)
    else:
        yield finding.with_help((CACHE_HELP if pair.first.cache else HELP).get(pair.kind, HELP[pair.kind]))


def pair_at(call: Call) -> Pair | None:
    """The pair that begins with a call."""
    key = ("redis-pairs", call.path, call.scope)
    found: dict[int, Pair] = call.index.keep(
        key, lambda: {pair.first.call: pair for pair in pairs(call.index, call.path, call.scope)}
    )
    return found.get(call.ordinal)


def describe(pair: Pair) -> tuple[str, Confidence]:
    """The message, and how sure it is."""
    first, second = pair.first.method.upper(), pair.second.method.upper()
    both = f"{first} and then {second} of one key: 2 round trips where 1 would do"
    if pair.kind in ("exists", "in"):
        both = (
            both
            if pair.kind == "exists"
            else "a test with `in` and then GET of one key: 2 round trips where 1 would do"
        )
        level = Confidence.MEDIUM
        if not pair.second.method.startswith("get"):
            level = Confidence.LOW  # a test of a set, a list or a hash is often one of several questions to it
        return f"{both}, and the key can be gone in between", level
    if pair.kind == "take":
        return f"{both}, and two requests can both take the value", Confidence.MEDIUM
    if pair.kind == "lock":
        return f"{first} and then {second}: a crash in between leaves a lock that never expires", Confidence.HIGH
    if pair.kind in ("add", "claim", "limit"):
        return racing(pair)
    if pair.kind == "pop":
        return both, Confidence.LOW
    if pair.kind == "set":
        return f"{both}, and a crash in between leaves a key that never expires", Confidence.HIGH
    if pair.kind == "write":
        return f"{both}, and a crash in between leaves a new key without an expiry", Confidence.LOW
    if pair.conditional:
        once = f"{first} and then {second} when it is the first: a crash in between leaves a counter"
        if pair.dated:
            return f"{once} of a window that is over for ever", Confidence.LOW
        if pair.ends:
            return f"{once} that does not expire before its limit", Confidence.LOW
        return f"{once} for ever", Confidence.MEDIUM
    # the next count sets the expiry anew
    return f"{both}, and a crash in between leaves a counter without an expiry", Confidence.LOW


def racing(pair: Pair) -> tuple[str, Confidence]:
    """What two requests at once do."""
    first, second, cache = pair.first.method.upper(), pair.second.method.upper(), pair.first.cache
    if pair.kind == "add":
        trips = "" if cache else "2 round trips, and "
        return f"{first} and then {second} of the sum: {trips}two requests at once lose a count", Confidence.MEDIUM
    if pair.kind == "claim":
        both = f"{first} and then {second} where there is none: 2 round trips where 1 would do"
        return f"{both}, and two requests at once both find none", Confidence.MEDIUM
    trips = "" if cache else "2 round trips where 1 would do, and "
    return (
        f"{first} and then {second} of one key: {trips}two requests at once both read the same count",
        Confidence.LOW,
    )
