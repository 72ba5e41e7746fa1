"""What the project does elsewhere to the keys that a command writes: lets them expire, or takes them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.index.commands import Command, Commands
    from atomlint.index.keys import KeyPattern

EXPIRES = ("expire", "pexpire", "expireat", "pexpireat")
COUNTS = ("incr", "incrby", "incrbyfloat", "decr", "decrby")
REMOVES = (
    "delete", "unlink", "getdel", "hdel", "srem", "spop", "zrem", "zremrangebyscore", "zremrangebyrank", "zpopmin", "zpopmax",
    "lpop", "rpop", "blpop", "brpop", "brpoplpush", "rpoplpush", "lmove", "blmove", "ltrim", "lrem", "xtrim", "xdel", "rename",
)  # fmt: skip


def commands(index: Index) -> Commands:
    """Commands of the project."""
    found: Commands = index.project.commands
    return found


def expiring(index: Index, command: Command, pattern: KeyPattern) -> bool:
    """Whether anything gives such keys an expiry: in the same function by the same expression, or elsewhere by pattern."""
    found = commands(index)
    table = index.project.linker.table(command.path)
    scope = table.facts.calls[command.call].scope
    key = found.key_of(command)
    for other in found.of_function(command.path, scope):
        if other.method in EXPIRES and (found.key_of(other) == key or meets(found, other, pattern)):
            return True
    for method in (*EXPIRES, "setex", "psetex"):
        if any(pattern.meets(there) for _, there in found.named(method)):
            return True
    for other, there in found.named("set"):
        keywords = other.expires_by or []
        given = index.call(other.path, other.call)
        if (len(given.args) > 2 or any(name in given.keywords for name in keywords)) and pattern.meets(there):
            return True
    return False


def meets(found: Commands, other: Command, pattern: KeyPattern) -> bool:
    """Whether a command can be about keys of a pattern."""
    there = found.pattern_of(other)
    return there is not None and pattern.meets(there)


def removing(index: Index, pattern: KeyPattern) -> bool:
    """Whether anything takes such keys, or what is in them, out again."""
    found = commands(index)
    return any(pattern.meets(there) for method in REMOVES for _, there in found.named(method))


def counted(index: Index, pattern: KeyPattern) -> bool:
    """Whether anything counts up or down under such keys: then the value is the data, and no copy of it."""
    found = commands(index)
    return any(pattern.meets(there) for method in COUNTS for _, there in found.named(method))
