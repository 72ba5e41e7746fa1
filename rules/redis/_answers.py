"""What becomes of a command's answer in its function: what tests it, and what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import BRANCHES, dotted, inside

from .._turns import SIZES

if TYPE_CHECKING:
    from atomlint.index.tables import Table

    from ._sent import Sent

    Expr = Any

PURE = frozenset(
    {"loads", "dumps", "decode", "encode", "int", "str", "float", "bool", "len", "strip", "lower", "isinstance"}
)
LOGS = ("logger.", "log.", "logging.")


def names_of(table: Table, command: Sent) -> set[str]:
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


def made_of(table: Table, expr: Expr, names: set[str]) -> bool:
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


def depends(table: Table, first: Sent, second: Sent, *, compared: bool = False) -> bool:
    """Whether the second stands in a branch that tests the first's answer, with ``compared`` its size."""
    names = names_of(table, first)
    one = set(table.frames(table.facts.calls[first.call].frame))
    two = table.frames(table.facts.calls[second.call].frame)
    return any(
        table.facts.frames[f].kind in BRANCHES
        and made_of(table, table.facts.frames[f].test, names)
        and (not compared or any(type(part) is str and part in SIZES for part in inside(table.facts.frames[f].test)))
        for f in two
        if f not in one
    )


def is_used(table: Table, command: Sent) -> bool:
    """Whether anything takes a command's answer: a name, a test, another call."""
    own = f"@{command.call}"
    scope = table.facts.calls[command.call].scope
    given: list[Expr] = [exit_.value for exit_ in table.exits.get(scope, ())]
    given += [table.facts.assigns[place].value for place in table.assigns_in.get(scope, ())]
    given += [frame.test for frame in table.facts.frames]
    for ordinal in table.calls_in.get(scope, ()):
        call = table.facts.calls[ordinal]
        given += [call.callee, *call.args, *(value for _, value in call.keywords)]
    return any(part == own for expr in given for part in inside(expr))


def takes(table: Table, first: Sent, second: Sent) -> bool:
    """Whether a value is read and then deleted whatever it is, with no other work in between."""
    names = names_of(table, first)
    one = set(table.frames(table.facts.calls[first.call].frame))
    for frame in set(table.frames(table.facts.calls[second.call].frame)) - one:
        entry = table.facts.frames[frame]
        if entry.kind in BRANCHES and not presence(entry.test, names):
            return False
    return idle(table, first, second)


def idle(table: Table, first: Sent, second: Sent, also: frozenset[str] = frozenset()) -> bool:
    """Whether nothing is done between two commands but to read, to log and to fail; ``also`` names other calls."""
    scope = table.facts.calls[first.call].scope
    for ordinal in table.calls_in.get(scope, ()):
        if not first.call < ordinal < second.call:
            continue
        if also and aside(table, first, second, ordinal):
            continue
        call = table.facts.calls[ordinal]
        last = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
        callee = dotted(call.callee) or ""
        if (
            last in PURE
            or last in also
            or callee.startswith(LOGS)
            or last.endswith(("Error", "Exception"))
            or f"@{ordinal}" == second.key
        ):
            continue
        return False
    return True


def aside(table: Table, first: Sent, second: Sent, ordinal: int) -> bool:
    """Whether a call stands in a branch that the first's answer decides on and that the second is not in."""
    names = names_of(table, first)
    with_second = set(table.frames(table.facts.calls[second.call].frame))
    return any(
        table.facts.frames[f].kind in BRANCHES and presence(table.facts.frames[f].test, names)
        for f in table.frames(table.facts.calls[ordinal].frame)
        if f not in with_second
    )


def presence(test: Expr, names: set[str]) -> bool:
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


def missing(test: Expr, names: set[str], *, holds: bool) -> bool | None:
    """Whether a test that holds, or fails, says that there is no answer; None when it says something else."""
    while type(test) is list and test[:1] == ["not"]:
        test, holds = test[1], not holds
    if not presence(test, names):
        return None
    if type(test) is list:
        return (test[2] in ("is", "==")) is holds
    return not holds


def written(table: Table, second: Sent) -> Expr:
    """The value that a command writes."""
    call = table.facts.calls[second.call]
    at = {"setex": 2, "hset": 2}.get(second.method, 1) + second.shift
    given = call.args[at] if len(call.args) > at else None
    return given if given is not None else dict(call.keywords).get("value")


def adds(table: Table, first: Sent, second: Sent) -> bool:
    """Whether what is written is what was read plus or minus a number."""
    names = names_of(table, first)
    scope = table.facts.calls[second.call].scope
    value = written(table, second)
    values = [value]
    if (
        type(value) is str
        and value[:1] == "@"
        and value[1:].isdigit()
        and table.facts.calls[int(value[1:])].callee == "str"
    ):
        value = next(iter(table.facts.calls[int(value[1:])].args), None)
    if type(value) is str and dotted(value) and value in names:
        own = names - {value}
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            if dotted(assign.target) == value and first.call < assign.after <= second.call:
                if assign.kind == "=" and not made_of(table, assign.value, own):
                    return False  # the name stands for something else by then
                if assign.kind == "+=":
                    return True
                values.append(assign.value)
    return any(is_sum(table, item, names) for item in values)


def is_sum(table: Table, expr: Expr, names: set[str]) -> bool:
    """Whether an expression is an answer plus or minus a number."""
    if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
        call = table.facts.calls[int(expr[1:])]
        return call.callee in ("str", "max", "min", "int") and any(is_sum(table, arg, names) for arg in call.args)
    if type(expr) is not list or expr[:1] != ["bin"] or expr[1] not in ("+", "-"):
        return False
    number = type(expr[3]) is str and expr[3][:1] == "#"
    return number and made_of(table, expr[2], names)
