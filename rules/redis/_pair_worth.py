"""Pairs of commands that are hardly worth mending: nobody sends them, no other request is in between, or no harm is done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import BRANCHES, condition, dotted, references

from .._staff import in_staff_branch, only_operators
from .._turns import flags_of, held, holds
from ._claims import text_of_key

if TYPE_CHECKING:
    from typing import Any

    from atomlint import Call, Index

    from ._pairs import Pair

    Expr = Any

GETDEL = "4"
"""The first release of redis-py that knows GETDEL."""
COMMANDS = re.compile(r"(?:^|/)management/commands/")
WORDS = re.compile(r"[a-z]+")
GENERATIONS = frozenset({"version", "versions", "generation", "epoch", "revision", "invalidate"})
"""Words for a number that is part of other keys."""
CONNECTIONS = re.compile(r"connection|channel_name|socket|[._]sid\b", re.IGNORECASE)
"""Words of keys for what one client alone has."""
CONFIRMS = re.compile(r"verif|unsubscri", re.IGNORECASE)
"""Words of keys for what a person says once, and may say twice: that an address is theirs."""
ONCE = re.compile(r"token|nonce|otp|code|state|ticket|challenge|verifier|csrf|magic|reset|invit", re.IGNORECASE)
"""Words of keys for what may be spent once."""
TIMES = re.compile(
    r"(?<![a-z])(?:date|day|today|hour|minute|month|week|window|bucket|time|strftime|isoformat|timestamp|utcnow|now)(?![a-z])",
    re.IGNORECASE,
)
"""Words of what a key is made of for a time that goes by."""
BOOLEANS = ("#True", "#False")


def is_hardly_worth_it(call: Call, pair: Pair) -> bool:
    """Whether what is said of a pair is true, and mending it wins next to nothing."""
    function, index = call.function, call.index
    if COMMANDS.search(call.path) or not function.ordinal or function.is_unused:
        return True  # started by hand, or on a schedule; once a process; by nothing
    paths = index.project.reach.paths(function.value)
    if not any(path.entry.proven for path in paths) or only_operators(index, paths):
        return True  # what no request is known to come to has nobody to race with
    if in_staff_branch(function, call.frame_ids):
        return True
    if pair.kind == "add" and index.project.guards.on_error(call.path, pair.second.call):
        return True  # of failures, such as a breaker's: one more or less is all the same
    if pair.kind == "take":
        return lacks_getdel(call) or is_of_one(call, pair)
    if pair.kind == "lock" and is_of_a_time(call, pair):
        return True
    return is_generation(call, pair) or is_for_the_first(call, pair)


def is_never_sent(call: Call, pair: Pair) -> bool:
    """Whether the second, or both, wait for an argument that no caller gives: ``if ttl: client.expire(key, ttl)``."""
    function, facts = call.function, call.table.facts
    around = call.table.frames(facts.calls[pair.second.call].frame)
    tests = [
        condition(facts.frames[at].kind, facts.frames[at].test) for at in around if facts.frames[at].kind in BRANCHES
    ]
    callers = call.index.project.whole_reach.callers.get(function.value, []) if tests else []
    sites = [call.index.call(caller.place, edge.call) for caller, edge in callers if edge.call >= 0]
    given = [flags_of(call.index.project.linker, site, function.value) for site in sites]
    return bool(given) and all(any(holds(test, flags) is False for test in tests) for flags in given)


def branches(call: Call, pair: Pair) -> list[int]:
    """Branches that the second stands in and the first does not."""
    facts = call.table.facts
    frames = call.table.frames(facts.calls[pair.second.call].frame)
    return [at for at in frames if at not in call.frame_ids and facts.frames[at].kind in BRANCHES]


def lacks_getdel(call: Call) -> bool:
    """Whether the project's redis-py is too old for the one command."""
    return call.index.project.effects.versions.holds("redis", f"<{GETDEL}", call.path) is True


def is_of_one(call: Call, pair: Pair) -> bool:
    """Whether to take a value twice does no harm, or nobody else takes it, by its key: that of one connection."""
    text = text_of_key(call.table, pair.first)
    if ONCE.search(f"{text} {call.function.name}") is None:
        return True
    return CONNECTIONS.search(text) is not None or CONFIRMS.search(text) is not None


def is_of_a_time(call: Call, pair: Pair) -> bool:
    """Whether a key names the day or the window that it is for: one that stays is never asked for again."""
    return goes_by(call.index, call.path, call.scope, pair.first.key, depth=1)


def goes_by(index: Index, path: str, scope: int, expr: Expr, *, depth: int) -> bool:
    """Whether an expression is made of a time, by itself or by what a function of the project gives."""
    for leaf in index.provenance.leaves(path, scope, expr):
        if leaf.kind != "const" and TIMES.search(leaf.text.replace("_", " ")):
            return True
        callees = index.project.linker.values.callee(path, leaf.call) if leaf.kind == "call" and depth else ()
        for value in callees:
            exits = index.table(value.place).exits.get(value.scope, ()) if value.kind == "def" else ()
            if any(goes_by(index, value.place, value.scope, one.value, depth=depth - 1) for one in exits):
                return True
    return False


def is_for_the_first(call: Call, pair: Pair) -> bool:
    """Whether an expiry is set once, as a flag says that is set there: ``if not self.timed: expire(...); self.timed = True``."""
    facts = call.table.facts
    flags = {dotted(a.target) for a in call.function.assigns if a.value in BOOLEANS}
    return pair.kind == "set" and any(
        dotted(part) in flags and dotted(part) is not None
        for at in branches(call, pair)
        for part, _ in held(condition(facts.frames[at].kind, facts.frames[at].test))
    )


def is_generation(call: Call, pair: Pair) -> bool:
    """Whether the number is one that makes what is kept invalid: of two edits at once either raises it."""
    return pair.kind == "add" and any(
        word in GENERATIONS
        for word in WORDS.findall(f"{call.function.name} {' '.join(references(pair.first.key))}".lower())
    )
