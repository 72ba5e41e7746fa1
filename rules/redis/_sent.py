"""Commands that a function sends at once: to Redis, or through a cache that is on Redis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ._keys import commands
from ._wrapped import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atomlint import Index
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    Expr = Any

READS = frozenset({"get", "hgetall", "hget", "smembers", "lrange", "getdel", "getex", "zrange", "json"})
ASKS = frozenset({"exists", "has_key"})
POPS = frozenset({"lpop", "rpop"})
COUNTERS = frozenset({"incr", "incrby", "hincrby", "decr", "incrbyfloat"})
WRITES = frozenset({"hset", "hsetnx", "hmset", "sadd", "lpush", "rpush", "xadd", "zadd", "zincrby", "setbit", "pfadd"})
"""What gives a key no expiry, and leaves one that it has."""
EXPIRES = frozenset({"expire", "pexpire", "expireat", "pexpireat"})
LOOKS = frozenset({"ttl", "pttl"})
"""What is asked between two commands without which the second may not be sent."""
FIRST = COUNTERS | ASKS | WRITES | {"get", "aget", "setnx", "set", "hget", "llen"}
SECOND = READS | POPS | EXPIRES | COUNTERS | {"set", "setex", "hset", "delete", "aget", "aset"}
CACHES = ("django.core.cache.", "flask_caching.")


class Sent(NamedTuple):
    """One command."""

    call: int
    method: str
    """As the synchronous client calls it."""
    receiver: Expr
    key: Expr
    cache: bool = False
    """Whether it goes through a cache, which has fewer commands."""
    shift: int = 0
    """How many arguments more than one its key is made of."""
    wrapped: bool = False
    """Whether a method of the project sends it, which may say more than its caller."""


def sent(index: Index, path: str, scope: int) -> Iterator[Sent]:
    """Those of one function, in source order; nothing when no two of its calls can be a pair."""
    table = index.project.linker.table(path)
    calls = table.calls_in.get(scope, ())
    if not paired(table, calls):
        return
    for ordinal in calls:
        method = split(table.facts.calls[ordinal].callee)[0]
        if method not in FIRST and method not in SECOND and method not in LOOKS:
            continue
        found = direct(index, path, ordinal)
        if found is None:
            found = through(index, path, ordinal, method)
        if found is not None:
            yield found


def direct(index: Index, path: str, ordinal: int) -> Sent | None:
    """The command that a call of a client or of a cache is."""
    command = commands(index).at(path, ordinal)
    if command is not None:
        key = commands(index).key_of(command)
        return None if command.queued else Sent(ordinal, command.method, command.receiver, key)
    effect = index.project.effects.remote(path, ordinal)
    if effect is None or not effect.receiver.startswith(CACHES):
        return None
    record = index.project.linker.table(path).facts.calls[ordinal]
    key = record.args[0] if record.args else dict(record.keywords).get("key")
    return Sent(ordinal, effect.method.removeprefix("a"), split(record.callee)[1], key, cache=True)


def through(index: Index, path: str, ordinal: int, method: str) -> Sent | None:
    """The command that a call of a project's own method of that name sends."""
    targets = index.call(path, ordinal).targets
    if len(targets) != 1 or targets[0].kind != "def" or targets[0].place in index.tests:
        return None
    kept = index.keep(("redis-wrapped", targets[0]), lambda: _wrapped(index, targets[0], method))
    record = index.project.linker.table(path).facts.calls[ordinal]
    if kept is None or len(record.args) < kept[1]:
        return None
    inner, size = kept
    key = record.args[0] if size == 1 else ["[]", *record.args[:size]]
    return Sent(ordinal, inner.method, split(record.callee)[1], key, inner.cache, size - 1, wrapped=True)


def _wrapped(index: Index, function: Value, method: str) -> tuple[Sent, int] | None:
    table = index.project.linker.table(function.place)
    calls = table.calls_in.get(function.scope, ())
    names = FIRST | SECOND
    found = [direct(index, function.place, n) for n in calls if split(table.facts.calls[n].callee)[0] in names]
    return wrapped(index, function, method, [command for command in found if command is not None])


def paired(table: Table, calls: Sequence[int]) -> bool:
    """Whether two calls on one thing are named like the halves of a pair; a test asks no more than names."""
    on: set[str] = set()
    for ordinal in calls:
        method, receiver = split(table.facts.calls[ordinal].callee)
        if method in SECOND and str(receiver) in on:
            return True
        if method in FIRST:
            on.add(str(receiver))
    return contains(table, calls)


def contains(table: Table, calls: Sequence[int]) -> bool:
    """Whether a read stands under a test of membership: ``if key in cache: cache.get(key)``."""
    return any(
        split(table.facts.calls[ordinal].callee)[0] == "get" and membership(table, ordinal) is not None
        for ordinal in calls
    )


def membership(table: Table, ordinal: int) -> tuple[Expr, Expr] | None:
    """The key and the container of the nearest test of membership that holds where a call stands."""
    return table.memberships[table.facts.calls[ordinal].frame]


def split(callee: Expr) -> tuple[str, Expr]:
    """The method's name, and what it is called on."""
    if type(callee) is str:
        receiver, _, method = callee.rpartition(".")
        return method, receiver
    if type(callee) is list and callee[:1] == ["."] and type(callee[2]) is str:
        return callee[2], callee[1]
    return "", ""
