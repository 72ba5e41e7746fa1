"""A flag that is asked for and then set, where one command sets it only when there is none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import BRANCHES, dotted, references

from ._answers import LOGS, idle, made_of, missing, names_of, presence, written

if TYPE_CHECKING:
    from atomlint.index.tables import Table

    from ._sent import Expr, Sent

CLOCKS = frozenset({"now", "utcnow", "time", "timestamp", "isoformat", "monotonic"})
LATER = frozenset({"on_commit", "apply_async", "delay", "send_task", "enqueue", "lambda"})
"""Calls that leave work for later: what is claimed is not yet done."""
LOCKS = re.compile(r"lock|idempot|dedup|debounc|nonce|claim|cooldown|in_?progress", re.IGNORECASE)
"""Words of keys that one request is to have."""


def claims(table: Table, first: Sent, second: Sent) -> bool:
    """Whether the second sets a flag where the first has found none, with no work in between that could be its value.

    A value that is computed after the question is kept for the next who asks: an ordinary cache.
    """
    record = table.facts.calls[second.call]
    given = dict(record.keywords)
    if given.get("nx") == "#True" or "xx" in given or not free(table, first, second):
        return False
    value = written(table, second)
    if is_flag(table, value):
        return idle(table, first, second, CLOCKS | LATER) and asked_only(table, first)
    if first.method != "get" or not LOCKS.search(text_of_key(table, first)):
        return False
    return idle(table, first, second, CLOCKS) and known_before(table, first, value)


def free(table: Table, first: Sent, second: Sent) -> bool:
    """Whether the second runs just where the first's answer is that there is nothing."""
    names = names_of(table, first)
    one = set(table.frames(table.facts.calls[first.call].frame))
    found = False
    for frame in set(table.frames(table.facts.calls[second.call].frame)) - one:
        entry = table.facts.frames[frame]
        if entry.kind in BRANCHES:
            if not missing(entry.test, names, holds=entry.kind != "else"):
                return False
            found = True
    return found


def is_flag(table: Table, value: Expr) -> bool:
    """Whether a value says nothing but that it is there: a constant, or the time."""
    if type(value) is not str or value == "#None":
        return False
    if value[:1] == "@":
        callee = table.facts.calls[int(value[1:].partition(".")[0])].callee
        on, _, last = callee.rpartition(".") if type(callee) is str else ("", "", "")
        if last in ("str", "int") and not on:
            inner = table.facts.calls[int(value[1:].partition(".")[0])].args
            return len(inner) == 1 and is_flag(table, inner[0])
        if last == "isoformat" and on[:1] == "@":
            return is_flag(table, on)
        return last in CLOCKS
    return value[0] in "#'"


def asked_only(table: Table, first: Sent) -> bool:
    """Whether nothing is done with an answer but to ask if there is one."""
    names = names_of(table, first)
    scope = table.facts.calls[first.call].scope
    for place in table.assigns_in.get(scope, ()):
        assign = table.facts.assigns[place]
        if assign.after > first.call and assign.value != f"@{first.call}" and made_of(table, assign.value, names):
            return False
        if dotted(assign.target) in names and assign.value != f"@{first.call}":
            return False  # none becomes a value: a default
    if any(made_of(table, exit_.value, names) for exit_ in table.exits.get(scope, ())):
        return False
    for ordinal in table.calls_in.get(scope, ()):
        call = table.facts.calls[ordinal]
        callee = dotted(call.callee) or ""
        given = [*call.args, *(value for _, value in call.keywords)]
        if not callee.startswith(LOGS) and any(made_of(table, value, names) for value in given):
            return False
        for frame in table.frames(call.frame):
            test = table.facts.frames[frame].test
            if made_of(table, test, names) and not presence(test, names):
                return False
    return True


def known_before(table: Table, first: Sent, value: Expr) -> bool:
    """Whether a value was there before the question: nothing that it is made of is assigned after it."""
    scope = table.facts.calls[first.call].scope
    after = {
        dotted(table.facts.assigns[place].target)
        for place in table.assigns_in.get(scope, ())
        if table.facts.assigns[place].after > first.call
    }
    work = [value]
    for _ in range(20):
        if not work:
            break
        for name in references(work.pop()):
            if name[:1] == "@":
                call = table.facts.calls[int(name[1:].partition(".")[0])]
                work += [call.callee, *call.args]
            elif name in after or name.partition(".")[0] in after:
                return False
    return True


def text_of_key(table: Table, command: Sent) -> str:
    """A key as it is written, with what its name was assigned."""
    scope = table.facts.calls[command.call].scope
    parts = [repr(command.key)]
    for place in table.assigns_in.get(scope, ()):
        assign = table.facts.assigns[place]
        if assign.target == command.key and assign.after <= command.call:
            parts.append(repr(assign.value))
            parts += [
                repr(table.facts.calls[int(name[1:].partition(".")[0])].callee)
                for name in references(assign.value)
                if name[:1] == "@"
            ]
    return " ".join(parts)
