"""Polls: loops that wait a constant time and ask something remote at every turn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from atomlint import dotted, text_of
from atomlint import inside as parts_of

from ._loops import EVENTS, Loop, inside, interval_of, is_sleep, loop_around, paced_by
from ._work import work_in, work_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from atomlint import Call

    from ._work import Work

    Expr = Any

MAX_INTERVAL = 3_600.0
"""Seconds beyond which a loop is a schedule, whatever the budget."""
LONG = 100
"""Turns from which a bounded loop is a poll and not a few attempts."""
MIGRATIONS = re.compile(r"(^|/)(alembic|migrations)/")
SCRIPTS = re.compile(r"(^|/)(scripts?|tools?|bin|examples?|benchmarks?)/")
LOADS = re.compile(r"(^|/)(load|perf|stress)_?test(s|ing)?/")
READY = re.compile(r"(?:^|[._])(?:is_)?(?:ready|initiali[sz]ed|available|connected|healthy|alive|reachable)$")
"""What a loop is left for that waits at a start."""
STARTS = re.compile(r"^_*wait_?(?:for|until)_?\w*(?:migrat|database|db|redis|postgres|ready|broker|start)")
"""Names of functions that wait at a start."""
WRITES = frozenset({"commit", "delete", "adelete"})
WRITING = re.compile(r"\s*(?:DELETE|UPDATE|INSERT)\b", re.IGNORECASE)
WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
EXITS = frozenset({"exit", "_exit", "quit"})
KEEPS = re.compile(r"(?:^|_)(?:heartbeat|keep_?alive|renew)(?:_|$)")
ENDED = frozenset({"CancelledError", "KeyboardInterrupt", "SystemExit", "GeneratorExit"})
"""Errors by which a task or a process is ended from outside."""
TAKES = frozenset({"acquire", "lock"})
"""Words of functions that wait until they hold a lock."""


class Poll(NamedTuple):
    """One loop, and what it asks at every turn."""

    loop: Loop
    resource: str
    times: int
    """Remote calls of that resource a turn."""
    steps: tuple[Call, ...]
    """From the loop's body down to the first remote call."""
    proven: bool
    left: bool = False
    """Whether a branch leaves the loop: when it has its answer, or when what it watches has ended."""

    @property
    def unit(self) -> str:
        """What one remote call is called."""
        return "query" if self.resource == "database" else "command"

    @property
    def plural(self) -> str:
        """The same for several."""
        return "queries" if self.resource == "database" else "commands"


def poll_of(call: Call) -> Poll | None:
    """The poll that a sleep paces, when it is the longest sleep of its loop; None otherwise."""
    found: Poll | None = call.index.keep(("polls", call.path, call.ordinal), lambda: _poll(call))
    return found


def schedule_of(call: Call) -> Poll | None:
    """The poll that a scheduler runs, by the call that registers it with a constant interval; None otherwise."""
    entry = _schedules(call).get((call.path, call.ordinal))
    if entry is None or MIGRATIONS.search(call.path):
        return None
    work = work_in(call.index.function(entry.function))
    if not work:
        return None
    first = next((item for item in work if item.resource == "database"), work[0])
    times = sum(item.resource == first.resource for item in work)
    database = first.steps[-1].database
    loop = Loop(0, entry.seconds, fixed=True, turns=float("inf"), timed=False)
    return Poll(loop, first.resource, times, first.steps, proven=database is None or database.proven)


def _schedules(call: Call) -> dict[tuple[str, int], Any]:
    """Functions that run at an interval, by the registering call."""
    found: dict[tuple[str, int], Any] = call.index.keep(
        "schedules",
        lambda: {
            (entry.path, entry.call): entry
            for entry in call.index.project.registrations
            if entry.kind == "interval" and entry.proven and entry.call >= 0 and 0 < entry.seconds < MAX_INTERVAL
        },
    )
    return found


def _poll(call: Call) -> Poll | None:
    if MIGRATIONS.search(call.path) or not is_sleep(call):
        return None
    loop = loop_around(call)
    if loop is None or loop.interval >= MAX_INTERVAL or loop.turns < LONG:
        return None
    if SCRIPTS.search(call.path) and (loop.ends or _is_left(call, loop)):
        return None  # someone waits in front of it, for as long as they said or until its work is done
    if KEEPS.search(call.function.name) or LOADS.search(call.path):
        return None  # it tells that it lives, and asks nothing; or looks on while a load is tried
    work = work_of(call, loop.frame)
    if not work:
        return None
    first = next((item for item in work if item.resource == "database"), work[0])
    kinds = ("paging",) if call.name in EVENTS else ("retry", "paging")  # an event that is not set yet is no failure
    if any(around.frame == loop.frame and around.kind in kinds for around in first.steps[0].loops):
        return None  # the first answer ends it, or the last page: the sleep is a pause between pages
    if _is_start(call, loop) or _is_outwaited(call, loop, first.steps[0]):
        return None
    left = _is_left(call, loop)
    if _is_batch(call, loop) if left else _is_counted_work(call, loop):
        return None
    if (left or _is_test(call, loop, work)) and any(_takes_lock(call, item.steps) for item in work):
        return None
    same = [item for item in work if item.resource == first.resource]
    database = first.steps[-1].database
    proven = database is None or database.proven
    return Poll(loop, first.resource, len(same), first.steps, proven=proven, left=left)


def _is_start(call: Call, loop: Loop) -> bool:
    """Whether a loop waits until something is there: ``while not ready``, with a flag that a turn sets; or says so."""
    if STARTS.search(call.function.name.lower()):
        return True
    test = call.table.facts.frames[loop.frame].test
    name = dotted(test[1]) if type(test) is list and test[:1] == ["not"] else None
    return (
        name is not None
        and READY.search(name.lower()) is not None
        and any(
            assign.target == name and loop.frame in call.table.frames(assign.frame) for assign in call.function.assigns
        )
    )


def _is_left(call: Call, loop: Loop) -> bool:
    """Whether a branch of a loop leaves it, or the process; an error does not count. So does a test of what a turn asks."""
    leavers = call.table.loops.leavers.get(loop.frame, ())
    return (
        any(leaver.how != "raise" and not _is_cancelled(call, loop, leaver.frame) for leaver in leavers)
        or any(other.name in EXITS and loop.frame in other.frame_ids for other in call.function.calls)
        or _awaits_answer(call, loop)
    )


def _is_counted_work(call: Call, loop: Loop) -> bool:
    """Whether a loop does something a number of times, and no answer ends it: a load that is tried, rows of a demonstration.

    One that streams tells whoever listens what it finds at each turn.
    """
    streams = call.table.facts.scopes[call.scope].yields
    return call.table.facts.frames[loop.frame].kind == "for" and loop.turns != float("inf") and not streams


def _is_cancelled(call: Call, loop: Loop, frame: int) -> bool:
    """Whether a frame is left at an end from outside: ``except asyncio.CancelledError: break``, or the event that is set."""
    if call.name in EVENTS and frame == call.table.facts.calls[call.ordinal].frame:
        return True  # try: await wait_for(stop.wait(), 1); break
    frames, around = call.table.facts.frames, call.table.frames(frame)
    within = around[: around.index(loop.frame)] if loop.frame in around else []
    handlers = [frames[at].test for at in within if frames[at].kind == "except"]
    names = [dotted(part) for test in handlers for part in parts_of(test)]
    caught = {name.rpartition(".")[2] for name in names if name is not None}
    return bool(caught) and caught <= ENDED


def _is_test(call: Call, loop: Loop, work: Sequence[Work]) -> bool:
    """Whether a loop lasts until what it asks says so: ``while not await self.acquire(): await sleep(0.1)``."""
    tested = parts_of(call.table.facts.frames[loop.frame].test)
    return any(f"@{item.steps[0].ordinal}" in tested for item in work)


def _awaits_answer(call: Call, loop: Loop) -> bool:
    """Whether a loop lasts until what a turn asks is another: ``while is_held(lock): sleep(1); lock = client.get(key)``."""
    test = call.table.facts.frames[loop.frame].test
    names = {dotted(part) for part in parts_of(test)}
    for part in parts_of(test):
        if type(part) is str and part[:1] == "@" and part[1:].isdigit():
            names |= {dotted(arg) for arg in call.index.call(call.path, int(part[1:])).args}
    names.discard(None)
    return any(
        assign.target in names
        and loop.frame in call.table.frames(assign.frame)
        and type(assign.value) is str
        and assign.value[:1] == "@"
        for assign in call.function.assigns
        if type(assign.target) is str
    )


def _is_batch(call: Call, loop: Loop) -> bool:
    """Whether the turns of a loop write and the sleep is a pause between them: it ends when there is nothing left to do."""
    inner = [other for other in call.function.calls if loop.frame in other.frame_ids]
    return any(
        other.name in WRITES or other.name.startswith("delete_") or any(map(_says_write, other.args[:1]))
        for other in inner
    )


def _says_write(statement: Expr) -> bool:
    """Whether a statement in SQL writes, by its first word."""
    texts = (text_of(part) for part in parts_of(statement))
    first = next((text for text in texts if text is not None), "")
    return WRITING.match(first) is not None


def _takes_lock(call: Call, steps: tuple[Call, ...]) -> bool:
    """Whether a loop waits for a lock: its function or the question says so by name, or the query asks for one."""
    names = [call.function.name, steps[0].name]
    if any(word.lower() in TAKES for name in names for word in WORDS.findall(name)):
        return True
    last = steps[-1]
    asked = [part for arg in last.args for part in parts_of(arg)]
    for part in asked[:20]:
        if type(part) is str and part[:1] == "@" and part[1:].isdigit():  # text("SELECT pg_try_advisory_lock(1)")
            inner = last.index.call(last.path, int(part[1:]))
            asked += [inner.callee, *(piece for arg in inner.args for piece in parts_of(arg))]
    return any(type(part) is str and "advisory" in part.lower() for part in asked)


def _is_outwaited(call: Call, loop: Loop, ask: Call) -> bool:
    """Whether another sleep says how often the loop asks: the longest one, which an idle loop takes at every turn.

    It is the first of those of one length. Where the length of one is not known, none says it.
    """
    others = [
        other for other in call.function.calls
        if other != call and is_sleep(other) and paced_by(other) == loop.frame and _is_wait(other, loop, ask)
    ]  # fmt: skip
    if others and not _is_wait(call, loop, ask):
        return True
    for other in others:
        interval = interval_of(other, loop.frame)
        if interval is None or (-interval.value, other.ordinal) < (-loop.interval, call.ordinal):
            return True
    return False


def _is_wait(sleep: Call, loop: Loop, ask: Call) -> bool:
    """Whether a sleep can follow an answer: it stands behind the question, or is no branch (such as a pause) of the loop."""
    frames = sleep.table.facts.frames
    return sleep.ordinal > ask.ordinal or not any(
        frames[frame].kind in ("if", "else") for frame in inside(sleep, loop.frame) or ()
    )
