"""What the commands of a function are for, which decides how they can be spared: to read, to count, or to tell something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._work import READS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atomlint import Index
    from atomlint.index.requestwork import Use

COUNTS = ("incr", "incrby", "incrbyfloat", "hincrby", "zadd", "eval", "evalsha", "script", "pipeline")
"""Operations that count or limit requests."""
DROPS = frozenset({"delete", "unlink", "expire", "pexpire", "expireat", "touch", "persist"})
"""Operations on a key that a function has read which say nothing new of it."""
STORES = frozenset({"set", "setex", "psetex", "hset", "hmset"})
HELP = {
    "read": "keep the answer in the process for some seconds",
    "count": "keep the answer in the process for some seconds, or count locally and sync every 30 s through one pipeline",
    "tell": "gather several in the process and send them in one pipeline, after the response",
}


def kind_of(uses: Sequence[Use]) -> str:
    """``read``, ``count``, or ``tell`` when they do neither."""
    names = {use.command.operation.name for use in uses}
    if names.issubset(READS):
        return "read"
    return "tell" if names.isdisjoint((*COUNTS, *READS)) else "count"


def spared_as(index: Index, uses: Sequence[Use]) -> str:
    """The kind by which they can be spared: what is stored beside a read, and not made of it, is kept for the next one."""
    kind = kind_of(uses)
    read = [use for use in uses if use.command.operation.name in READS]
    others = [use for use in uses if use.command.operation.name not in READS]
    if kind != "count" or not read or any(use.command.operation.name not in DROPS | STORES for use in others):
        return kind
    return "count" if any(_counts_on(index, read, use) for use in others) else "read"


def _counts_on(index: Index, read: Sequence[Use], use: Use) -> bool:
    """Whether what a command stores is made of what others have read: ``set(key, int(get(key)) + 1)``."""
    if use.command.operation.name not in STORES:
        return False
    place = use.decision.function.place
    call = index.call(place, use.decision.call)
    given = [*call.args[1:], *call.keywords.values()]
    made_of = {leaf.call for expr in given for leaf in index.provenance.leaves(place, call.scope, expr)}
    return any(one.decision.call in made_of for one in read)
