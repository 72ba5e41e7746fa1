"""Two commands on one key in one function, where one command would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import call_number, dotted, references

from ._answers import adds, depends, is_used, made_of, takes, written
from ._claims import claims
from ._pair_worth import goes_by
from ._sent import ASKS, COUNTERS, EXPIRES, POPS, READS, WRITES, Sent, membership, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.tables import Table

    from ._sent import Expr

TIMED = frozenset({"ex", "px", "exat", "pxat", "**"})
"""Arguments of ``set`` that give the key an expiry."""
CHANGES = frozenset({"set", "setex", "delete"})
NESTED = frozenset({("get", "set"), ("get", "setex"), ("hget", "hset")})
RACES = frozenset({"add", "claim", "limit"})
"""What a lock around both makes safe."""


class Pair(NamedTuple):
    """Two commands on one key: the earlier, the later, and what they are: a key of the rule's texts."""

    first: Sent
    second: Sent
    kind: str
    conditional: bool
    """Whether the second only runs where the first's answer says so."""
    ends: bool = False
    """Whether a later run of the same function ends what is left without the second: at a limit it deletes the key."""
    dated: bool = False
    """Whether the key names a window of time, after which nobody asks for it."""


def pairs(index: Index, path: str, scope: int) -> Iterator[Pair]:
    """Pairs of one function, by their first commands."""
    found = list(sent(index, path, scope))
    table = index.project.linker.table(path)
    timed: set[int] = set()
    alike: dict[str, list[Sent]] = {}
    for command in found:
        alike.setdefault(spelled(table, command.key), []).append(command)
    places = {command.call: place for same in alike.values() for place, command in enumerate(same)}
    for first in found:
        if is_member(table, first):
            yield Pair(first, first, "in", conditional=True)
            continue
        same = alike[spelled(table, first.key)]
        number = places[first.call]
        inner = next((one for one in same[number + 1 :] if is_inside(table, one, first)), None)
        if inner is not None and not locked(table, first):
            yield Pair(inner, first, "add", conditional=False)
            continue
        for second in same[number + 1 :]:
            kind = kind_of(table, first, second)
            if kind in ("take", "exists") and any(
                earlier.method in ("set", "setex") and same_key(table, earlier, first) for earlier in same[:number]
            ):
                continue  # what it has just set itself: a probe
            if kind == "exists" and any(
                one.method in CHANGES and one.call < second.call and same_key(table, first, one)
                for one in same[number + 1 :]
            ):
                continue  # it asks what has become of the key
            if not kind or not same_key(table, first, second) or not together(table, first, second):
                continue
            if second.method in EXPIRES and any(heals(table, same[number + 1 :], one) for one in same[number + 1 :]):
                timed.add(second.call)
                break
            if kind in RACES and (locked(table, first) or locked(table, second)):
                continue
            if second.call not in timed:  # of three writes and one expiry, the first is reported
                ends = kind == "count" and any(is_end(table, first, second, one) for one in same[number + 1 :])
                dated = kind == "count" and is_dated(index, path, first)
                yield Pair(first, second, kind, depends(table, first, second), ends, dated)
            if second.method in EXPIRES:
                timed.add(second.call)
            break


def is_inside(table: Table, read: Sent, write: Sent) -> bool:
    """Whether a write stores the sum of what a read in its own arguments gives: ``set(key, int(get(key) or 0) + 1)``."""
    sets = (read.method, write.method) in NESTED
    return (
        sets
        and same_key(table, read, write)
        and made_of(table, written(table, write), {f"@{read.call}"})
        and adds(table, read, write)
    )


def is_dated(index: Index, path: str, first: Sent) -> bool:
    """Whether the present time goes into a key, here or in whatever calls the function: ``hit(f"calls:{minute}")``."""
    project = index.project
    if project.commands.is_dated(path, first.call, first.key):
        return True
    function = index.call(path, first.call).function.value
    name = dotted(first.key) or ""
    if index.provenance.param(function, name) is None:
        return False
    callers = [(caller, edge) for caller, edge in project.reach.callers.get(function, ()) if edge.call >= 0]
    given = [(caller.place, edge.call, index.provenance.given(caller, edge, name)) for caller, edge in callers]
    return bool(given) and all(
        key is not None
        and (
            project.commands.is_dated(at, call, key)
            or goes_by(index, at, index.table(at).facts.calls[call].scope, key, depth=1)
        )
        for at, call, key in given
    )


def spelled(table: Table, key: Expr) -> str:
    """A text that keys have in common where they can be one key: that of a call is what it calls."""
    made = call_number(key)
    return f"@{table.facts.calls[made].callee}" if made is not None else str(key)


def heals(table: Table, between: list[Sent], second: Sent) -> bool:
    """Whether an EXPIRE is sent where the key was found to have no expiry: what a crash left is put right at the next write."""
    return second.method in EXPIRES and any(
        ask.method in ("ttl", "pttl")
        and ask.call < second.call
        and same_key(table, ask, second)
        and depends(table, ask, second)
        for ask in between
    )


def is_end(table: Table, first: Sent, second: Sent, other: Sent) -> bool:
    """Whether another count comes to a command that deletes the key or gives it an expiry: ``if count >= LIMIT: delete(key)``.

    Not where that stands in a branch of the same test as the second, nor where it answers an error.
    """
    if other.call == second.call or (other.method != "delete" and other.method not in EXPIRES):
        return False
    frames = table.facts.frames
    around = table.frames(table.facts.calls[first.call].frame)
    tests = [frames[at].test for at in table.frames(table.facts.calls[second.call].frame) if at not in around]
    return (
        same_key(table, first, other)
        and together(table, first, other)
        and depends(table, first, other)
        and not any(
            frames[at].test in tests for at in table.frames(table.facts.calls[other.call].frame) if at not in around
        )
    )


def kind_of(table: Table, first: Sent, second: Sent) -> str:
    """What two commands on one key could be; empty for nothing."""
    one, two = first.method, second.method
    if one in ASKS and two in READS:
        return "exists" if len(table.facts.calls[first.call].args) == 1 + first.shift else ""
    if one == "get" and two == "delete":
        used = is_used(table, second)  # whose DELETE counts one was the first
        return "take" if not first.cache and not used and takes(table, first, second) else ""
    if two in EXPIRES:
        return timing(table, first, second)
    if one == "llen" and two in POPS:
        return "pop" if depends(table, first, second) else ""
    if one == "get" and two in COUNTERS:
        return "limit" if depends(table, first, second, compared=True) else ""
    sets = (one == "get" and two in ("set", "setex")) or (one == "hget" and two == "hset")
    if sets and adds(table, first, second):
        return "add"
    if (one == "get" or one in ASKS) and two in ("set", "setex") and claims(table, first, second):
        return "claim"
    return ""


def timing(table: Table, first: Sent, second: Sent) -> str:
    """What a write and an EXPIRE are; a method of the project may give an expiry itself."""
    if first.wrapped:
        return "count" if first.method in COUNTERS and not timed_by(table, first) else ""
    if is_lock(table, first):
        return "lock"
    if first.method in COUNTERS:
        return "count"
    given = table.facts.calls[first.call]
    if first.method == "set" and len(given.args) <= 2 and not TIMED & dict(given.keywords).keys():
        return "set"
    calls = table.facts.calls
    if first.method in WRITES and (calls[first.call].awaited == calls[second.call].awaited):
        return "write"
    return ""


def timed_by(table: Table, command: Sent) -> bool:
    """Whether a call says more than the key."""
    record = table.facts.calls[command.call]
    return len(record.args) > 1 + command.shift or bool(record.keywords)


def is_lock(table: Table, command: Sent) -> bool:
    """``setnx``, or ``set(nx=True)`` without an expiry."""
    given = dict(table.facts.calls[command.call].keywords)
    if command.method == "setnx":
        return True
    return command.method == "set" and given.get("nx") == "#True" and not TIMED & given.keys()


def is_member(table: Table, command: Sent) -> bool:
    """Whether a read stands where a test has found its key: ``if key in cache: cache.get(key)``."""
    if command.method != "get":
        return False
    found = membership(table, command.call)
    return found == (command.key, command.receiver)


def same_key(table: Table, first: Sent, second: Sent) -> bool:
    """Whether both are about one key of one client, and neither was assigned anew in between."""
    if first.key is None or first.receiver != second.receiver or len(table.facts.calls[second.call].args) == 0:
        return False
    if first.key != second.key and not same_call(table, first.key, second.key):
        return False
    fields = [table.facts.calls[c.call].args[1 + c.shift : 2 + c.shift] for c in (first, second)]
    if first.method in ("hget", "hincrby") and second.method not in EXPIRES and fields[0] != fields[1]:
        return False
    names = {name.partition(".")[0] for name in references(first.key)}
    return not any(
        first.call < table.facts.assigns[place].after <= second.call
        and dotted(table.facts.assigns[place].target) in names
        for place in table.assigns_in.get(table.facts.calls[first.call].scope, ())
    )


def same_call(table: Table, one: Expr, other: Expr) -> bool:
    """Whether two expressions are the same call with the same arguments: ``self.key(user)`` twice."""
    if not (
        type(one) is type(other) is str and one[:1] == other[:1] == "@" and one[1:].isdigit() and other[1:].isdigit()
    ):
        return False
    left, right = table.facts.calls[int(one[1:])], table.facts.calls[int(other[1:])]
    return (left.callee, left.args, left.keywords) == (right.callee, right.args, right.keywords)


def together(table: Table, first: Sent, second: Sent) -> bool:
    """Whether one run can go through both, the second not for an error of the first, and no loop apart."""
    one = table.frames(table.facts.calls[first.call].frame)
    two = table.frames(table.facts.calls[second.call].frame)
    frames = table.facts.frames
    for frame in set(two) - set(one):
        if frames[frame].kind in ("except", "finally", "for", "while"):
            return False
        for other in set(one) - set(two):
            same = frames[frame].parent == frames[other].parent
            if (
                same
                and {frames[frame].kind, frames[other].kind} == {"if", "else"}
                and frames[frame].test == frames[other].test
            ):
                return False
            opposite = frames[frame].kind == "after" and frames[frame].test == ["not", frames[other].test]
            if same and opposite:
                return False
    return not any(frames[frame].kind in ("for", "while", "except") for frame in set(one) - set(two))


def locked(table: Table, command: Sent) -> bool:
    """Whether a command is sent while a lock is held: ``with client.lock(name):``."""
    for frame in table.frames(table.facts.calls[command.call].frame):
        entry = table.facts.frames[frame]
        if entry.kind != "with":
            continue
        for name in references(entry.test):
            held = table.facts.calls[int(name[1:].partition(".")[0])].callee if name[:1] == "@" else name
            if "lock" in str(held).lower():
                return True
    return False
