"""What tests compare: the clock with a time kept (``now - last >= T``, ``now > next``), counters, chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .conditions import MIRRORED
from .seconds import number
from .tables import call_number, dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .bodies import Body
    from .conditions import Leaf

CLOCKS = frozenset(
    {"time", "monotonic", "perf_counter", "now", "utcnow", "today", "time_ns", "monotonic_ns", "perf_counter_ns", "timestamp"}
)  # fmt: skip
CONVERSIONS = frozenset({"int", "float", "round", "abs", "total_seconds", "timestamp", "max"})
WORDS = frozenset(
    {"last", "elapsed", "since", "age", "expire", "expiry", "expires", "until", "next", "deadline", "at", "ts", "stale"}
)  # fmt: skip
NOW_WORDS = frozenset({"now", "time", "timestamp", "today", "current", "utcnow", "ts"})


class Elapsed(NamedTuple):
    """A test that holds once time has passed."""

    last: Expr
    """What the clock is compared with; None where only its name tells that it is a time."""
    limit: Expr
    """The time that must pass; None where ``last`` is the deadline itself."""
    before: int


def elapsed(leaf: Leaf) -> Elapsed | None:
    """What a leaf says of time, or None when it does not hold *because* time has passed."""
    comparison = _comparison(leaf)
    if comparison is None:
        return None
    left, op, right = comparison
    if op in ("<", "<="):
        left, op, right = right, MIRRORED[op], left
    if op not in (">", ">="):
        return None
    body, before = leaf.body, leaf.before
    spent = _plain(body, left, before)
    if _is(spent, "-"):
        first, second = (_plain(body, part, before) for part in spent[2:4])
        if is_now(body, first, before):
            if _number(body, second) and (_timed(body, right) or not _is_looked_up(body, second)):
                return Elapsed(right, second, before)  # now - T > last
            return Elapsed(spent[3], right, before)
        return Elapsed(spent[3], right, before) if _timed(body, first) and _timed(body, second) else None
    if is_now(body, spent, before):
        goal = _plain(body, right, before)
        if _is(goal, "+"):
            first, second = goal[2:4]
            return Elapsed(first, second, before) if not _number(body, first) else Elapsed(second, first, before)
        return Elapsed(right, None, before) if not _number(body, right) else None
    name = dotted(spent)
    if name is not None and words(name) & {"elapsed", "since", "age"} and not _counts(name):
        return Elapsed(None, right, before)
    return None


def _comparison(leaf: Leaf) -> tuple[Expr, str, Expr] | None:
    expr = leaf.expr
    if type(expr) is not list or expr[:1] != ["cmp"] or len(expr) != 4 or not leaf.positive:
        return None
    return expr[1], expr[2], expr[3]


def _is(expr: Expr, operator: str) -> bool:
    return type(expr) is list and expr[:2] == ["bin", operator] and len(expr) == 4


def _number(body: Body, expr: Expr) -> bool:
    return number(body.linker, body.table.path, body.scope, expr) is not None and not _timed(body, expr)


def _is_looked_up(body: Body, expr: Expr) -> bool:
    """Whether a value is one of a mapping's, ``kept.get("at", 0)``: that it has a number for a default makes it no span."""
    place = call_number(expr)
    callee = dotted(body.table.facts.calls[place].callee) if place is not None else None
    return callee is not None and callee.rpartition(".")[2] == "get"


def _plain(body: Body, expr: Expr, before: int, depth: int = 6) -> Expr:
    """An expression without conversions, and local names by their values."""
    if depth == 0:
        return expr
    if type(expr) is list and expr[:1] == ["."] and expr[2] in ("seconds", "days"):
        return _plain(body, expr[1], before, depth - 1)
    if type(expr) is not str:
        return expr
    if expr[:1] == "@":
        head, _, rest = expr.partition(".")
        call = body.table.facts.calls[int(head[1:])]
        callee = call.callee
        if type(callee) is list and callee[:1] == ["."] and callee[2] in CONVERSIONS and not rest:
            return _plain(body, callee[1], before, depth - 1)
        if type(callee) is str and not rest:
            owner, _, last = callee.rpartition(".")
            if not owner and last in CONVERSIONS and call.args:
                return _plain(body, call.args[0], before, depth - 1)
            if owner and last in ("total_seconds", "timestamp") and owner[:1] != "@":
                return _plain(body, owner, before, depth - 1)
        return expr
    name = dotted(expr)
    if name is not None and name.endswith((".seconds", ".days")):
        return _plain(body, name.rpartition(".")[0], before, depth - 1)
    if name is not None and "." not in name:
        value = body.value(name, before)
        if value is not None and not is_now(body, value.value, before):
            return _plain(body, value.value, min(before, value.after), depth - 1)
    return expr


def is_now(body: Body, expr: Expr, before: int, depth: int = 5) -> bool:
    """Whether an expression is the present time: a clock's answer, or a name that says so."""
    if depth == 0 or type(expr) is not str:
        return _is(expr, "*") and is_now(body, expr[2], before, depth - 1)
    if expr[:1] == "@":
        head, _, rest = expr.partition(".")
        call = body.table.facts.calls[int(head[1:])]
        if type(call.callee) is list:
            return call.callee[:1] == ["."] and call.callee[2] in CLOCKS
        owner, _, last = call.callee.rpartition(".")
        if last in ("int", "float", "round") and call.args and not owner:
            return is_now(body, call.args[0], before, depth - 1)
        if owner[:1] == "@" and last in ("timestamp", "replace", "astimezone", "time"):
            return is_now(body, owner, before, depth - 1) or last == "time"
        if last == "timestamp" and dotted(owner):
            return is_now(body, owner, before, depth - 1)
        return last in CLOCKS - {"timestamp"} or (bool({"now", "utcnow", "monotonic"} & words(last)) and not rest)
    name = dotted(expr)
    if name is None:
        return False
    if "." not in name:
        value = body.value(name, before)
        if value is not None:
            return is_now(body, value.value, min(before, value.after), depth - 1)
        if body.is_local(name):
            return any(is_now(body, a.value, a.after, depth - 1) for a in body.values(name, before))
    spoken = words(name.rpartition(".")[2])
    return bool(spoken & NOW_WORDS) and not spoken & (WORDS - {"ts"})


def is_dated(body: Body, expr: Expr, before: int, depth: int = 8) -> bool:
    """Whether the present time goes into an expression: ``f"rate:{int(time.time()) // 60}:{user}"``."""
    if depth == 0:
        return False
    if type(expr) is list:
        return any(is_dated(body, part, before, depth - 1) for part in expr[1:])
    if is_now(body, expr, before):
        return True
    made = call_number(expr)
    if made is not None:
        call = body.table.facts.calls[made]
        return any(is_dated(body, part, before, depth - 1) for part in (call.callee, *call.args))
    if type(expr) is str and expr[:1] == "@":
        return is_dated(body, expr.rpartition(".")[0], before, depth - 1)
    value = body.value(expr, before) if dotted(expr) is not None and "." not in expr else None
    return value is not None and is_dated(body, value.value, min(before, value.after), depth - 1)


def _timed(body: Body, expr: Expr) -> bool:
    """Whether an expression looks like a point in time by its name."""
    names = []
    if type(expr) is str:
        names = [expr]
    elif type(expr) is list and expr and expr[0] == "sub":
        names = [dotted(expr[1]) or "", text_of(expr[2]) or ""]
    elif type(expr) is list and expr and expr[0] == ".":
        names = [expr[2]]
    if type(expr) is str and expr[:1] == "@":
        return is_now(body, expr, 1 << 60)
    return any(words(name) & (WORDS | NOW_WORDS) and not _counts(name) for name in names)


def words(name: str) -> frozenset[str]:
    """The words of a name."""
    return frozenset(name.lower().replace(".", "_").split("_"))


def _counts(name: str) -> bool:
    return bool(words(name) & {"count", "counter", "attempts", "n", "len", "size", "requests", "hits"})


def counted(leaf: Leaf) -> tuple[Expr, float] | None:
    """``count >= 5``: the counter and the number it must reach, or None."""
    comparison = _comparison(leaf)
    if comparison is None:
        return None
    left, op, right = comparison
    if op in ("<", "<="):
        left, op, right = right, MIRRORED[op], left
    if op not in (">", ">="):
        return None
    limit = number(leaf.body.linker, leaf.body.table.path, leaf.body.scope, right)
    if limit is None:
        return None
    return left, limit + (1 if op == ">" and limit == int(limit) else 0)


def rated(leaf: Leaf) -> float | None:
    """The share of calls that a leaf lets through by counting modulo or by chance: ``n % 100 == 0``, ``random() < 0.01``."""
    expr, body = leaf.expr, leaf.body
    path, scope = body.table.path, body.scope
    if _is(expr, "%") and not leaf.positive:
        every = number(body.linker, path, scope, expr[3])
        return 1 / every if every else None
    comparison = _comparison(leaf)
    if comparison is None:
        return None
    left, op, right = comparison
    left = _plain(body, left, leaf.before)
    if _is(left, "%") and op == "==":
        every = number(body.linker, path, scope, left[3])
        return 1 / every if every and every > 1 else None
    if type(left) is str and left[:1] == "@" and op in ("<", "<="):
        callee = body.table.facts.calls[int(left[1:].partition(".")[0])].callee
        if type(callee) is str and callee.rpartition(".")[2] in ("random", "uniform"):
            share = number(body.linker, path, scope, right)
            return share if share and share < 1 else None
    return None
