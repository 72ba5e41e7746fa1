"""Two commands on one key in one function, where one command would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import dotted, inside, references

from ._keys import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.commands import Command
    from atomlint.index.tables import Table

READS = frozenset({"get", "hgetall", "hget", "smembers", "lrange", "getdel", "getex", "zrange", "json"})
COUNTERS = frozenset({"incr", "incrby", "hincrby", "decr", "incrbyfloat"})
EXPIRES = frozenset({"expire", "pexpire"})
PURE = frozenset(
    {"loads", "dumps", "decode", "encode", "int", "str", "float", "bool", "len", "strip", "lower", "isinstance"}
)
LOGS = ("logger.", "log.", "logging.")


class Pair(NamedTuple):
    """Two commands on one key: the earlier, the later, and what they are: ``exists``, ``take``, ``count``, ``lock``, ``add``."""

    first: Command
    second: Command
    kind: str
    conditional: bool
    """Whether the second only runs where the first's answer says so."""


def pairs(index: Index, path: str, scope: int) -> Iterator[Pair]:
    """Pairs of one function, by their first commands."""
    found = [c for c in commands(index).of_function(path, scope) if not c.queued]
    table = index.project.linker.table(path)
    for number, first in enumerate(found):
        for second in found[number + 1 :]:
            kind = kind_of(index, table, first, second)
            if kind in ("take", "exists") and any(
                earlier.method in ("set", "setex") and same_key(index, table, earlier, first)
                for earlier in found[:number]
            ):
                continue  # what it has just set itself: a probe
            if kind and same_key(index, table, first, second) and together(table, first, second):
                yield Pair(first, second, kind, depends(table, first, second))
                break


def kind_of(index: Index, table: Table, first: Command, second: Command) -> str:
    """What two commands on one key could be; empty for nothing."""
    if first.method == "exists" and second.method in READS:
        return "exists" if len(table.facts.calls[first.call].args) == 1 else ""
    if first.method == "get" and second.method == "delete":
        return "take" if takes(index, table, first, second) else ""
    if first.method in COUNTERS and second.method in EXPIRES:
        return "count"
    if second.method in EXPIRES and is_lock(table, first):
        return "lock"
    if first.method == "get" and second.method in ("set", "setex") and adds(table, first, second):
        return "add"
    return ""


def is_lock(table: Table, command: Command) -> bool:
    """``setnx``, or ``set(nx=True)`` without an expiry."""
    given = dict(table.facts.calls[command.call].keywords)
    if command.method == "setnx":
        return True
    return (
        command.method == "set" and given.get("nx") == "#True" and not {"ex", "px", "exat", "pxat", "**"} & given.keys()
    )


def same_key(index: Index, table: Table, first: Command, second: Command) -> bool:
    """Whether both are about one key of one client, and neither was assigned anew in between."""
    found = commands(index)
    key = found.key_of(first)
    if key is None or first.receiver != second.receiver or len(table.facts.calls[second.call].args) == 0:
        return False
    if key != found.key_of(second) and not same_call(table, key, found.key_of(second)):
        return False
    fields = [table.facts.calls[command.call].args[1:2] for command in (first, second)]
    if first.method in ("hget", "hincrby") and second.method not in EXPIRES and fields[0] != fields[1]:
        return False
    names = {name.partition(".")[0] for name in references(key)}
    return not any(
        first.call < table.facts.assigns[place].after <= second.call
        and dotted(table.facts.assigns[place].target) in names
        for place in table.assigns_in.get(table.facts.calls[first.call].scope, ())
    )


def same_call(table: Table, one: object, other: object) -> bool:
    """Whether two expressions are the same call with the same arguments: ``self.key(user)`` twice."""
    if not (
        type(one) is type(other) is str and one[:1] == other[:1] == "@" and one[1:].isdigit() and other[1:].isdigit()
    ):
        return False
    left, right = table.facts.calls[int(one[1:])], table.facts.calls[int(other[1:])]
    return (left.callee, left.args, left.keywords) == (right.callee, right.args, right.keywords)


def together(table: Table, first: Command, second: Command) -> bool:
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


def names_of(table: Table, command: Command) -> set[str]:
    """The call, and the local names that stand for its answer or for what is made of it."""
    scope = table.facts.calls[command.call].scope
    names = {f"@{command.call}"}
    for _ in range(3):
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            target = dotted(assign.target)
            if target and assign.after > command.call and assign.kind == "=" and made_of(table, assign.value, names):
                names.add(target)
    return names


def made_of(table: Table, expr: object, names: set[str]) -> bool:
    """Whether an expression holds one of the names, also as an argument of a call in it."""
    for item in inside(expr):
        if type(item) is not str:
            continue
        if item in names or item.partition(".")[0] in names:
            return True
        if item[:1] == "@":
            call = table.facts.calls[int(item[1:].partition(".")[0])]
            last = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
            on = call.callee.rpartition(".")[0] if type(call.callee) is str else ""
            if last in PURE and (on in names or any(made_of(table, arg, names) for arg in call.args)):
                return True
    return False


def depends(table: Table, first: Command, second: Command) -> bool:
    """Whether the second stands in a branch that tests the first's answer."""
    names = names_of(table, first)
    one = set(table.frames(table.facts.calls[first.call].frame))
    two = table.frames(table.facts.calls[second.call].frame)
    return any(
        table.facts.frames[f].kind in ("if", "else", "after") and made_of(table, table.facts.frames[f].test, names)
        for f in two
        if f not in one
    )


def takes(index: Index, table: Table, first: Command, second: Command) -> bool:
    """Whether a value is read and then deleted whatever it is, with no other work in between."""
    names = names_of(table, first)
    one = set(table.frames(table.facts.calls[first.call].frame))
    for frame in set(table.frames(table.facts.calls[second.call].frame)) - one:
        entry = table.facts.frames[frame]
        if entry.kind in ("if", "else", "after") and not presence(entry.test, names):
            return False
    scope = table.facts.calls[first.call].scope
    for ordinal in table.calls_in.get(scope, ()):
        if not first.call < ordinal < second.call:
            continue
        call = table.facts.calls[ordinal]
        last = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
        callee = dotted(call.callee) or ""
        if (
            last in PURE
            or callee.startswith(LOGS)
            or last.endswith(("Error", "Exception"))
            or f"@{ordinal}" == commands(index).key_of(second)
        ):
            continue
        return False
    return True


def presence(test: object, names: set[str]) -> bool:
    """Whether a test only asks if there is an answer."""
    if type(test) is list and test[:1] == ["not"]:
        return presence(test[1], names)
    if type(test) is list and test[:1] == ["cmp"]:
        return (
            test[1] in names and test[2] in ("is", "is not", "==", "!=") and test[3] == "#None"
            if type(test[1]) is str
            else False
        )
    return type(test) is str and test in names


def adds(table: Table, first: Command, second: Command) -> bool:
    """Whether what is written is what was read plus or minus a number."""
    names = names_of(table, first)
    call = table.facts.calls[second.call]
    value = (
        call.args[2 if second.method == "setex" else 1]
        if len(call.args) > (2 if second.method == "setex" else 1)
        else None
    )
    value = value if value is not None else dict(call.keywords).get("value")
    written = [value]
    if (
        type(value) is str
        and value[:1] == "@"
        and value[1:].isdigit()
        and table.facts.calls[int(value[1:])].callee == "str"
    ):
        value = next(iter(table.facts.calls[int(value[1:])].args), None)
    if type(value) is str and dotted(value) and value in names:
        scope = call.scope
        own = names - {value}
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            if dotted(assign.target) == value and first.call < assign.after <= second.call:
                if assign.kind == "=" and not made_of(table, assign.value, own):
                    return False  # the name stands for something else by then
                if assign.kind == "+=":
                    return True
                written.append(assign.value)
    return any(is_sum(table, item, names) for item in written)


def is_sum(table: Table, expr: object, names: set[str]) -> bool:
    """Whether an expression is an answer plus or minus a number."""
    if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
        call = table.facts.calls[int(expr[1:])]
        return call.callee in ("str", "max", "min", "int") and any(is_sum(table, arg, names) for arg in call.args)
    if type(expr) is not list or expr[:1] != ["bin"] or expr[1] not in ("+", "-"):
        return False
    number = type(expr[3]) is str and expr[3][:1] == "#"
    return number and made_of(table, expr[2], names)
