"""Polls: loops that wait a constant time and ask something remote at every turn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ._loops import inside, interval_of, is_sleep, loop_around, paced_by
from ._work import work_of

if TYPE_CHECKING:
    from atomlint import Call

    from ._loops import Loop

MAX_INTERVAL = 3_600.0
"""Seconds beyond which a loop is a schedule, whatever the budget."""
LONG = 100
"""Turns from which a bounded loop is a poll and not a few attempts."""
MIGRATIONS = re.compile(r"(^|/)(alembic|migrations)/")
SCRIPTS = re.compile(r"(^|/)(scripts?|tools?|bin|examples?|benchmarks?)/")


class Poll(NamedTuple):
    """One loop, and what it asks at every turn."""

    loop: Loop
    resource: str
    times: int
    """Remote calls of that resource a turn."""
    steps: tuple[Call, ...]
    """From the loop's body down to the first remote call."""
    proven: bool

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


def _poll(call: Call) -> Poll | None:
    if call.name != "sleep" or MIGRATIONS.search(call.path) or not is_sleep(call):
        return None
    loop = loop_around(call)
    if loop is None or loop.interval >= MAX_INTERVAL or loop.turns < LONG:
        return None
    if SCRIPTS.search(call.path) and (loop.timed or loop.turns != float("inf")):
        return None  # someone waits in front of it, for as long as they said
    work = work_of(call, loop.frame)
    if not work:
        return None
    first = next((item for item in work if item.resource == "database"), work[0])
    if _is_outwaited(call, loop, first.steps[0]):
        return None
    same = [item for item in work if item.resource == first.resource]
    database = first.steps[-1].database
    return Poll(loop, first.resource, len(same), first.steps, proven=database is None or database.proven)


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
