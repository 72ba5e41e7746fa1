"""Writes that only fill a shared cache after a miss: a hit has left before, and they run as seldom as entries run out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import atoms, call_number, condition, dotted, text_of

from .._turns import held

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atomlint import Call, Index
    from atomlint.facts.records import Frame
    from atomlint.index.requestwork import Use

    from .._made import Made

    Expr = Any

READS = frozenset({"get", "hgetall", "hget", "exists", "json"})
WRITES = frozenset({"set", "setex", "psetex", "hset", "hmset", "expire", "delete", "unlink"})
FETCHES = frozenset({"get", "read", "load", "fetch", "lookup"})
STORES = frozenset({"set", "store", "save", "put", "write"})
BRANCHES = frozenset({"if", "else"})
ORDERS = frozenset({"<", "<=", ">", ">="})


def is_refill(index: Index, use: Use) -> bool:
    """Whether a write is of a key that its function has read, and of what it found it may have returned.

    ``if cached := await client.get(key): ... return load(cached)``, and at the end ``await client.set(key, ...)``.
    """
    if use.command.operation.name not in WRITES:
        return False
    return any(
        _is_refill(index, step.function.place, step.call) or _stores(index.call(step.function.place, step.call))
        for step in use.chain
    )


def _is_refill(index: Index, path: str, number: int) -> bool:
    write = index.call(path, number)
    if write.name not in WRITES or not write.args:
        return False
    function = write.function
    reads = [c for c in function.calls if c.name in READS and c.args[:1] == write.args[:1] and c.ordinal < number]
    if any(_is_missed(read, write) for read in reads):
        return True
    frames = write.table.facts.frames
    return any(
        exit_.kind == "return"
        and read.ordinal < exit_.after <= number
        and any(_is_hit(frames[at]) for at in write.table.frames(exit_.frame) if at not in write.frame_ids)
        for read in reads
        for exit_ in function.exits
    )


def _is_missed(read: Call, write: Call) -> bool:
    """Whether a write stands where a read has found nothing: ``if cached: ... else: set(...)``, ``if cached is None:``."""
    names = {dotted(a.target) for a in read.function.assigns if call_number(a.value) == read.ordinal} - {None}
    frames = (write.table.facts.frames[at] for at in write.frame_ids)
    return any(
        negated and dotted(part) in names
        for frame in frames
        if frame.kind in BRANCHES
        for part, negated in held(condition(frame.kind, frame.test))
    )


def is_made_for_a_refill(index: Index, made: Made) -> bool:
    """Whether a client is made only to store what a cache had not, each time that it is: a hit has left before."""
    made_by = index.call(made.construction.path, made.construction.call)
    if _only_stores(made_by):
        return True
    return all(
        any(edge.call >= 0 and _stores(index.call(caller.place, edge.call)) for caller, edge in path.steps)
        for path in made.life.paths
    )


def _only_stores(made: Call) -> bool:
    """Whether a client that a function makes for itself sends nothing but writes after a miss."""
    calls = list(made.function.calls)
    bound = next((a for a in made.function.assigns if call_number(a.value) == made.ordinal), None)
    name = dotted(bound.target) if bound is not None else None
    if bound is None or name is None:
        return False
    start = bound.after
    again = (a.after for a in made.function.assigns if a.target == name and a.after > start)
    end = min(again, default=calls[-1].ordinal + 1)
    own = [call for call in calls if start <= call.ordinal < end and _is_on(call, name)]
    sent = [call for call in own if call.name not in ("close", "aclose")]
    return bool(sent) and all(_is_refill(made.index, call.path, call.ordinal) for call in sent)


def _is_on(call: Call, name: str) -> bool:
    return (dotted(call.callee) or "").rpartition(".")[0] == name


def _stores(write: Call) -> bool:
    """Whether a call stores, by its name, under a key for which another one has looked: ``save_cached(key, found)``."""
    if not _begins(write.name, STORES):
        return False
    keys = {str(arg) for arg in write.args if text_of(arg) is not None or (dotted(arg) or ".").isidentifier()}
    reads = (call for call in write.function.calls if call.ordinal < write.ordinal and _begins(call.name, FETCHES))
    return any(keys & {str(arg) for arg in read.args} and _has_left(read, write) for read in reads)


def _begins(name: str, verbs: Iterable[str]) -> bool:
    """Whether a word of a name begins with one of some verbs: ``cache_set``, ``setc``."""
    return any(word.startswith(verb) for word in name.lower().split("_") for verb in verbs)


def _has_left(read: Call, write: Call) -> bool:
    """Whether a function returns between a read and a write, in a branch that asks what was read."""
    names = {dotted(a.target) or "" for a in read.function.assigns if call_number(a.value) == read.ordinal}
    frames = write.table.facts.frames
    return any(
        exit_.kind == "return"
        and read.ordinal < exit_.after <= write.ordinal
        and any(
            frames[at].kind in BRANCHES and _asks(frames[at], names)
            for at in write.table.frames(exit_.frame)
            if at not in write.frame_ids
        )
        for exit_ in write.function.exits
    )


def _asks(frame: Frame, names: set[str]) -> bool:
    return any(dotted(part[1] if _is_compared(part) else part) in names for part, _ in atoms(frame.test))


def _is_compared(test: Expr) -> bool:
    """Whether a test is for one value: ``found is not None``, ``found == "done"``."""
    return type(test) is list and test[:1] == ["cmp"] and test[2] in ("is not", "!=", "==", "in")


def _is_hit(frame: Frame) -> bool:
    """Whether a branch may be taken for what was found; of a number that is too large, most requests have none."""
    orders = type(frame.test) is list and frame.test[:1] == ["cmp"] and frame.test[2] in ORDERS
    return frame.kind in BRANCHES and not orders
