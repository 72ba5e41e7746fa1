"""Commands of Redis that answer for many keys or members at once, and where they fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import dotted, inside

if TYPE_CHECKING:
    from atomlint import Call

    Expr = Any

KEYS = {
    "get": "MGET",
    "delete": "`delete(*keys)`",
    "unlink": "`unlink(*keys)`",
    "touch": "`touch(*keys)`",
}
"""Commands on one key that take many keys."""
CACHES = {"get": "`get_many(keys)`", "delete": "`delete_many(keys)`", "set": "`set_many(values)`"}
"""The same for Django's cache, which has names of its own."""
MEMBERS = {
    "hget": "HMGET", "hdel": "`hdel(key, *fields)`", "sadd": "`sadd(key, *members)`", "srem": "`srem(key, *members)`",
    "sismember": "SMISMEMBER", "lpush": "`lpush(key, *values)`", "rpush": "`rpush(key, *values)`", "zadd": "`zadd(key, mapping)`",
    "zrem": "`zrem(key, *members)`", "zscore": "ZMSCORE", "hset": "`hset(key, mapping=...)`", "pfadd": "`pfadd(key, *values)`",
}  # fmt: skip
"""Commands on a member of one key that take many members of it."""
READS = frozenset(
    {
        "get",
        "hget",
        "hgetall",
        "hmget",
        "mget",
        "exists",
        "ttl",
        "pttl",
        "scard",
        "smembers",
        "zscore",
        "zcard",
        "llen",
        "lrange",
        "sismember",
        "strlen",
        "type",
        "hlen",
    }
)
ASKED = READS | (
    {
        "ping",
        "hexists",
        "zrank",
        "zrevrank",
        "zrange",
        "zrevrange",
        "zrangebyscore",
        "zrevrangebyscore",
        "lindex",
        "hkeys",
    }
    | {"hvals", "xlen", "getbit", "bitcount", "pfcount", "get_many", "has_key"}
)
"""All commands that write nothing, those of Django's caches among them."""


def bulk_of(call: Call, command: str, frame: int) -> str | None:
    """The command that does for all items what a command in a loop does for one; None when there is none."""
    if of_cache(call):
        return CACHES.get(command)
    if command == "set" and len(call.args) <= 2 and not call.keywords:
        return "MSET"
    if command in KEYS:
        return KEYS[command]
    if command in MEMBERS and call.args and not varies(call, call.args[0], frame):
        return MEMBERS[command]
    return None


def of_cache(call: Call) -> bool:
    """Whether a command goes through Django's cache."""
    return call.effect is not None and call.effect.receiver.startswith("django.core.cache.")


def varies(call: Call, expr: Expr, frame: int) -> bool:
    """Whether an expression changes from turn to turn of a loop: it uses what the loop binds or assigns."""
    table = call.table
    bound = set(call.index.project.loops.targets(call.path, frame))
    bound |= {a.target for a in table.facts.assigns if type(a.target) is str and frame in table.frames(a.frame)}
    stack = [expr]
    seen = set()
    while stack:
        for part in inside(stack.pop()):
            name = dotted(part)
            if name is not None and name.partition(".")[0] in bound:
                return True
            if type(part) is str and part[:1] == "@" and part not in seen:
                seen.add(part)
                record = table.facts.calls[int(part[1:].partition(".")[0])]
                stack += [record.callee, *record.args, *(value for _, value in record.keywords)]
    return False
