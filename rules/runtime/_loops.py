"""Loops that wait: the loop around a sleep, how often it turns, and what it does at every turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import call_number, dotted

from ._seconds import seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call

    from ._seconds import Seconds

    Expr = Any

SLEEPS = frozenset(
    {
        "time.sleep",
        "asyncio.sleep",
        "anyio.sleep",
        "trio.sleep",
        "gevent.sleep",
        "eventlet.sleep",
        "asyncio.tasks.sleep",
    }
)
EVENTS = frozenset({"wait_for", "wait"})
"""Calls that wait for an event no longer than a time: ``wait_for(stop.wait(), timeout=1)``, ``stop.wait(1)``."""
FAILURES = (
    "error",
    "fail",
    "exception",
    "retry",
    "retries",
    "attempt",
    "backoff",
    "ratelimit",
    "rate_limit",
    "throttl",
)
CLOCKS = ("time", "monotonic", "elapsed", "deadline", "timeout", "waited", "max_wait", "until", "seconds", "duration")


NOW = frozenset({"now", "utcnow", "today", "time", "monotonic", "perf_counter", "loop_time"})
"""Methods that give the time."""
LIMITS = frozenset({"timeout", "timeout_at", "fail_after", "move_on_after", "fail_at", "move_on_at"})
"""Context managers that end what runs in them after a time."""


class Loop(NamedTuple):
    """A loop with a wait of one length in it."""

    frame: int
    interval: float
    fixed: bool
    turns: float
    """How many times it goes round at most: infinity when nothing bounds it, or by a time that is not known here."""
    timed: bool
    """Whether it ends after a time that is not known here."""

    @property
    def ends(self) -> bool:
        """Whether a number of turns or a time, known or not, ends it."""
        return self.timed or self.turns != float("inf")


def is_sleep(call: Call) -> bool:
    """Whether a call waits for a time: and for nothing else, or for an event that ends the loop."""
    if call.name == "sleep":
        return bool(call.args) and not SLEEPS.isdisjoint(call.external)
    return call.name in EVENTS and length_of(call) is not None


def length_of(call: Call) -> Expr:
    """How long a call waits, as it is written; None for one that waits for something else or without an end."""
    if call.name == "sleep":
        return call.args[0] if call.args else None
    if call.name == "wait":
        of_event = "threading.Event().wait" in call.external
        return call.argument(0, "timeout") if of_event else None
    number = call_number(call.args[0]) if call.name == "wait_for" and call.args else None
    waited = call.index.call(call.path, number) if number is not None else None
    if waited is None or waited.name != "wait" or waited.args:
        return None
    return call.argument(1, "timeout")


def loop_around(call: Call) -> Loop | None:
    """The loop whose turns a sleep paces, or None: no loop, a back-off after failures, or no constant interval."""
    found = paced_by(call)
    interval = None if found is None else interval_of(call, found)
    if found is None or interval is None or interval.value <= 0:
        return None
    bound = _bound(call, found, interval.value)
    return None if bound is None else Loop(found, interval.value, interval.fixed, *bound)


def paced_by(call: Call) -> int | None:
    """The frame of the loop around a sleep; None without one, and for a back-off after failures."""
    frames = call.table.facts.frames
    found = next((frame for frame in call.frame_ids if frames[frame].kind in ("while", "for")), None)
    if found is None or length_of(call) is None:
        return None
    for frame in call.frame_ids:
        if frame == found:
            break
        if frames[frame].kind == "if" and _is_failure(frames[frame].test):
            return None
    return None if any(frames[frame].kind == "except" for frame in call.frame_ids) else found


def interval_of(call: Call, frame: int) -> Seconds | None:
    """How long a sleep in a loop waits; None when that is computed, or changes from turn to turn."""
    return None if _changes(call, frame) else seconds(call.index, call.path, call.scope, length_of(call))


def inside(call: Call, frame: int) -> list[int] | None:
    """Frames between a call and a loop around it, innermost first; None when it stands outside."""
    ids = call.frame_ids
    return ids[: ids.index(frame)] if frame in ids else None


def _is_failure(test: Expr) -> bool:
    return any(word in str(test).lower() for word in FAILURES)


def _changes(call: Call, frame: int) -> bool:
    """Whether the interval is assigned anew inside of the loop: a back-off."""
    names = {name for name in _names(length_of(call)) if name}
    table = call.table
    return any(
        type(assign.target) is str and assign.target in names and frame in table.frames(assign.frame)
        for assign in (table.facts.assigns[place] for place in table.assigns_in.get(call.scope, ()))
    )


def _names(expr: Expr) -> list[str]:
    if type(expr) is list:
        return [name for part in expr[1:] for name in _names(part)]
    return [dotted(expr) or ""]


def _bound(call: Call, frame: int, interval: float) -> tuple[float, bool] | None:
    """Turns at most, and whether an unknown time ends the loop; None for a loop over data and for a few attempts."""
    frames = call.table.facts.frames
    if frames[frame].kind == "for":
        turns = _range(call, frames[frame].test)
        return None if turns is None else (turns, False)
    limit = _time_limit(call, frame)
    if limit is not None:
        return limit / interval, limit == float("inf")
    leaves = [f.test for number, f in enumerate(frames) if f.kind == "after" and frame in call.table.frames(number)]
    for test in (frames[frame].test, *leaves):
        for part in _comparisons(test):
            names = " ".join(_words(call, part)).lower()
            if _is_failure(names):
                return None
            if part[2] == "==":
                continue
            clock = any(word in names for word in CLOCKS)
            if clock and _starts_anew(call, frame, part):
                continue
            limit = next((n for side in (part[3], part[1]) if (n := _limit(call, side)) is not None), None)
            if limit is not None and (clock or test not in leaves):
                return (limit / interval if clock else limit), False
            if clock:
                return float("inf"), True
            counted = _counted(call, frame, part)
            if counted is not None:
                return counted, counted == float("inf")
    return float("inf"), False


def _counted(call: Call, frame: int, test: list[Expr]) -> float | None:
    """Turns until a counter that the loop moves reaches a limit, ``if left <= 0: break``; infinity for an unknown limit."""
    for name, other in ((test[1], test[3]), (test[3], test[1])):
        moves = [a for a in call.function.assigns if a.target == name and dotted(name) is not None]
        if not any(a.kind == "+=" and frame in call.table.frames(a.frame) for a in moves):
            continue
        starts = [a.value for a in moves if a.kind == "=" and frame not in call.table.frames(a.frame)]
        ends = [
            n.value for side in (*starts, other) if (n := seconds(call.index, call.path, call.scope, side)) is not None
        ]
        return max(ends, default=float("inf")) if len(ends) == len(starts) + 1 else float("inf")
    return None


def _time_limit(call: Call, frame: int) -> float | None:
    """Seconds after which ``async with asyncio.timeout(600)`` around a loop ends it; infinity for an unknown number."""
    frames = call.table.facts.frames
    for around in call.table.frames(frames[frame].parent):
        test = frames[around].test
        if frames[around].kind != "with" or type(test) is not str or test[:1] != "@" or "." in test:
            continue
        manager = call.index.call(call.path, int(test[1:]))
        if manager.name in LIMITS and manager.args and manager.args[0] != "#None":
            limit = (
                None if manager.name.endswith("_at") else seconds(call.index, call.path, call.scope, manager.args[0])
            )
            return float("inf") if limit is None else limit.value
    return None


def _starts_anew(call: Call, frame: int, test: list[Expr]) -> bool:
    """Whether a turn sets the time that a test counts from to now: the limit is on how long nothing happens."""
    names = {name for side in (test[1], test[3]) for name in _words(call, side)}
    table = call.table
    for place in table.assigns_in.get(call.scope, ()):
        assign = table.facts.assigns[place]
        value = assign.value
        if type(assign.target) is not str or assign.target not in names or type(value) is not str:
            continue
        if frame not in table.frames(assign.frame):
            continue
        if value[:1] == "@" and "." not in value and call.index.call(call.path, int(value[1:])).name in NOW:
            return True
    return False


def _comparisons(test: Expr) -> Iterator[list[Expr]]:
    """Comparisons of size in a test, and with the last number of a countdown."""
    if type(test) is not list or not test:
        return
    if test[0] in ("and", "or", "not"):
        for part in test[1:]:
            yield from _comparisons(part)
    elif test[0] == "cmp" and len(test) == 4 and (test[2] in ("<", "<=", ">", ">=") or test[2:] == ["==", "#0"]):
        yield test


def _words(call: Call, expr: Expr) -> Iterator[str]:
    """Names in an expression, and those of what it calls."""
    if type(expr) is list:
        for part in expr[1:]:
            yield from _words(call, part)
    elif type(expr) is str and expr[:1] == "@":
        inner = call.index.call(call.path, int(expr[1:].partition(".")[0]))
        yield dotted(inner.callee) or inner.name
        yield expr.partition(".")[2]
        if inner.name in ("total_seconds", "timestamp"):
            above = inner.callee[1] if type(inner.callee) is list else inner.callee
            yield from _words(call, above)
    elif dotted(expr):
        yield expr


def _limit(call: Call, expr: Expr) -> float | None:
    """The number of seconds or turns that an expression is; of a deadline, the time until it."""
    value = seconds(call.index, call.path, call.scope, expr)
    if value is not None:
        return value.value
    name = dotted(expr)
    for assign in call.function.assigns if name else ():
        if assign.target == name and type(assign.value) is list and assign.value[:2] == ["bin", "+"]:
            parts = [seconds(call.index, call.path, call.scope, part) for part in assign.value[2:]]
            return max((part.value for part in parts if part is not None), default=None)
    return None


def _range(call: Call, iterable: Expr) -> float | None:
    if type(iterable) is not str or iterable[:1] != "@" or "." in iterable:
        return None
    source = call.index.call(call.path, int(iterable[1:]))
    if source.callee in ("itertools.count", "count"):
        return float("inf")
    if source.callee != "range" or not source.args or _is_failure(source.args):
        return None
    limits = [seconds(call.index, call.path, source.scope, arg) for arg in source.args[:2]]
    if any(limit is None for limit in limits):
        return None
    numbers = [limit.value for limit in limits if limit is not None]
    return numbers[-1] - (numbers[0] if len(numbers) > 1 else 0)
