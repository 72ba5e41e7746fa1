"""Two Redis commands on one key where one would do, with a gap between them.

## Why
Each command is a round trip, and other clients run between two of them: a key that existed is gone, two requests spend
the same one-time token, a counter loses a hit, and a process that dies after the first command leaves a counter or a
lock without an expiry, which then locks its user out for good.

## Bad
    import redis

    client = redis.Redis()

    def profile(user_id: int):
        if client.exists(f"profile:{user_id}"):
            return client.get(f"profile:{user_id}")
        return None

## Good
    import redis

    client = redis.Redis()

    def profile(user_id: int):
        return client.get(f"profile:{user_id}")

## For agents
Do in one Redis command what one command can do: `get` and test for None, `set(..., nx=True, ex=...)`, `getdel`, or a
pipeline.

## Limits
Compared are commands of one function on the same client and the same key expression. A value that is compared before it
is deleted (a lock's owner) needs a script and is not reported; nor is a delete after other work, which is how queues
make sure that nothing is lost. What a pipeline or a script sends is one step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, rule

from ._pairs import COUNTERS, Pair, pairs
from ._quiet import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

NEEDS = ("redis", "Redis", "valkey", "upstash")
FIRST = COUNTERS | {"exists", "get", "setnx", "set"}
HELP = {
    "exists": "read the key and test the answer",
    "take": "GETDEL reads and deletes in one step (Redis 6.2)",
    "count": "send both in one pipeline (`expire(key, seconds, nx=True)` keeps the window, Redis 7), or in a script",
    "lock": "`set(key, value, nx=True, ex=seconds)` does both in one step",
    "add": "INCRBY counts in the server",
}


@rule("redis-check-then-get", needs=NEEDS, since="0.1")
def is_half(call: Call) -> bool:
    """The first of two commands that could be one."""
    return call.name in FIRST and not call.in_test and not is_aside(call.path) and pair_at(call) is not None


@is_half.on("Call")
def report(ctx: Context, node: cst.Call) -> Iterator[Finding]:
    """The first command, with the second as a related place."""
    call = ctx.fact(node)
    pair = pair_at(call)
    if pair is None:
        return
    second = ctx.index.call(call.path, pair.second.call)
    message, level = describe(pair)
    finding = ctx.finding(call, message, confidence=level)
    yield finding.with_related(Note(second.span, f"{pair.second.method.upper()} of the same key")).with_help(
        HELP[pair.kind]
    )


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
    if pair.kind == "exists":
        return f"{both}, and the key can be gone in between", Confidence.HIGH if pair.conditional else Confidence.MEDIUM
    if pair.kind == "take":
        return f"{both}, and two requests can both take the value", Confidence.MEDIUM
    if pair.kind == "lock":
        return f"{first} and then {second}: a crash in between leaves a lock that never expires", Confidence.HIGH
    if pair.kind == "add":
        return (
            f"{first} and then {second} of the sum: 2 round trips, and two requests at once lose a count",
            Confidence.HIGH,
        )
    if pair.conditional:
        return (
            f"{first} and then {second} when it is the first: a crash in between leaves a counter for ever",
            Confidence.HIGH,
        )
    return f"{both}, and a crash in between leaves a counter without an expiry", Confidence.MEDIUM
