"""Writes that only fill a shared cache after a miss: a hit has left before, and they run as seldom as entries run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.facts.records import Frame
    from atomlint.index.requests import Use

READS = frozenset({"get", "hgetall", "hget", "exists", "json"})
WRITES = frozenset({"set", "setex", "psetex", "hset", "hmset", "expire", "delete", "unlink"})
BRANCHES = frozenset({"if", "else"})
ORDERS = frozenset({"<", "<=", ">", ">="})


def is_refill(index: Index, use: Use) -> bool:
    """Whether a write is of a key that its function has read, and of what it found it may have returned.

    ``if cached := await client.get(key): ... return load(cached)``, and at the end ``await client.set(key, ...)``.
    """
    if use.command.operation.name not in WRITES:
        return False
    return any(_is_refill(index, step.function.place, step.call) for step in use.chain)


def _is_refill(index: Index, path: str, number: int) -> bool:
    write = index.call(path, number)
    if write.name not in WRITES or not write.args:
        return False
    function = write.function
    reads = [c for c in function.calls if c.name in READS and c.args[:1] == write.args[:1] and c.ordinal < number]
    frames = write.table.facts.frames
    return any(
        exit_.kind == "return"
        and read.ordinal < exit_.after <= number
        and any(_is_hit(frames[at]) for at in write.table.frames(exit_.frame) if at not in write.frame_ids)
        for read in reads
        for exit_ in function.exits
    )


def _is_hit(frame: Frame) -> bool:
    """Whether a branch may be taken for what was found; of a number that is too large, most requests have none."""
    orders = type(frame.test) is list and frame.test[:1] == ["cmp"] and frame.test[2] in ORDERS
    return frame.kind in BRANCHES and not orders
