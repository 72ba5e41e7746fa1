"""A loop asks the database or Redis again every few seconds.

## Why
A worker that polls every 60 seconds runs 1,440 queries a day, whether there is work or not; one that polls twice a
second runs 172,800. Each process, each waiting request and each machine multiplies that. It keeps a serverless database
awake and is billed by the command on a hosted Redis.

## Bad
    import time

    from sqlalchemy import text
    from sqlalchemy.orm import Session

    def close_old_jobs(session: Session) -> None:
        while True:
            session.execute(text("UPDATE jobs SET open = false WHERE ends_at < now()"))
            session.commit()
            time.sleep(0.5)

## Good
    import time

    from sqlalchemy import text
    from sqlalchemy.orm import Session

    def close_old_jobs(session: Session) -> None:
        while True:
            session.execute(text("UPDATE jobs SET open = false WHERE ends_at < now()"))
            session.commit()
            time.sleep(300)

## Configuration
`budget` is the shortest interval, in seconds, at which a loop may ask; the default is 30.

## For agents
Do not poll a database or Redis every few seconds: wait for a signal, or ask at the interval that the project
declares.

## Limits
Quiet for a back-off after errors, for a few attempts at start-up, for loops that a blocking read paces, for waits for
a lock or until something is ready, for work that only some turns do, and for what is done a number of times whatever
is found. A wait that a number of turns, a time or an answer (also by `sys.exit`) ends costs while somebody waits, not
all day: where it asks at least every second for a minute or more it is of medium confidence, and of low where it asks
less often or for less long, or ends after a time that is not known. Of low confidence are
also a loop that lives as long as what it watches; one that nothing of the application starts; one that asks less than
once a second; a scheduled job with five seconds and more; one of a command or script, or that only a command of Django
starts which nothing that deploys the project names; and one of a page of operators,
which lives while somebody looks at it. Where one of several implementations runs, the one that asks least counts. Of
several sleeps in a loop the longest counts: it is how often an idle loop asks. An interval that is computed, or waits
on an event with a time limit, is not seen, nor one that stands in a table of schedules. Requests to HTTP services are
not counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, Option, inside, rule

from ._loops import EVENTS
from ._polls import MAX_INTERVAL, poll_of, schedule_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._polls import Poll

BUDGET = Option(
    "budget",
    30.0,
    "shortest interval in seconds at which a loop may ask a database or Redis",
    minimum=0.0,
    declared="budget.poll-seconds",
)
MINUTE = 60
DAY = 86_400
TIGHT = 5.0
"""Seconds below which nobody chose the interval with its cost in mind."""
OFTEN = 1.0
"""Seconds up to which a wait asks more often than whoever waits can tell."""
LIVES = frozenset({"done", "is_alive", "poll", "cancelled"})
"""Methods of tasks, threads and processes that tell whether they still run."""
COMMANDS = re.compile(
    r"(?:^|/)(?:management/commands|bin|scripts)/|(?:^|[/_])admin(?:[/_.]|$)|(?:^|/)(?:monitoring|console)\.py$"
)
"""Files of commands, and of pages that live while an operator looks at them."""

MANAGED = "/management/commands/"
WAITS = frozenset({"sleep", *EVENTS})
NEEDS = (
    ".sleep(",
    " sleep(",
    "wait_for(",
    ".wait(",
    "add_job(",
    "scheduled_job(",
    "add_periodic_task(",
    "repeat_every(",
)


@rule("runtime-tight-poll", needs=NEEDS, reach=True, options=(BUDGET,), since="0.1")
def waits_between_questions(call: Call) -> bool:
    """The longest sleep of a loop that asks something remote at every turn, or what registers such a job."""
    return (poll_of(call) if call.name in WAITS else schedule_of(call)) is not None


@waits_between_questions.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The sleep, when it is shorter than the budget, with the first remote call of a turn."""
    poll = poll_of(call) or schedule_of(call)
    budget = min(float(ctx.option(BUDGET)), MAX_INTERVAL)
    if poll is None or poll.loop.interval >= budget:
        return
    finding = ctx.finding(call, _message(poll, budget), confidence=_confidence(call, poll))
    last = poll.steps[-1]
    finding = finding.with_related(Note(last.span, f"this {poll.unit} runs at every turn"))
    if len(poll.steps) > 1:
        finding = finding.with_trace(
            *(Note(step.span, f"{step.function.qualname} calls {step.name}") for step in poll.steps)
        )
    yield finding.with_help("wait for a signal (LISTEN/NOTIFY, a blocking pop, an event), or ask less often")


def _confidence(call: Call, poll: Poll) -> Confidence:
    """Medium when nobody can have meant it; the interval of a scheduled job was somebody's choice."""
    by_hand = COMMANDS.search(poll.steps[0].path) or _is_of_commands(poll)
    if _is_watch(poll) or (poll.loop.frame and by_hand):
        return Confidence.LOW  # somebody's command, or a process of its own: to ask may be what it is for
    if poll.loop.ends or poll.left:  # somebody waits for it, and not for ever
        often = poll.loop.interval <= OFTEN and MINUTE <= poll.loop.turns * poll.loop.interval < float("inf")
        return Confidence.MEDIUM if often and not poll.loop.timed else Confidence.LOW
    if poll.loop.frame and call.index.idle.is_left_over(call.function.value):
        return Confidence.LOW  # nothing of the application starts it
    tight = poll.loop.interval < TIGHT
    if not tight and not poll.steps[0].function.is_reached:
        return Confidence.LOW  # a process of its own: how soon it begins its work was somebody's choice
    if not poll.loop.frame:
        return Confidence.MEDIUM if tight else Confidence.LOW
    return Confidence.MEDIUM if poll.loop.interval <= OFTEN else Confidence.LOW  # how late is too late is not known


def _is_of_commands(poll: Poll) -> bool:
    """Whether only commands of Django lead to a loop which nothing that deploys the project names."""
    index = poll.steps[0].index
    paths = index.project.whole_reach.paths(poll.steps[0].function.value)
    starts = {path.entry.function.place for path in paths}
    names = [place.rpartition("/")[2].removesuffix(".py") for place in starts]
    return (
        bool(names)
        and all(MANAGED in place for place in starts)
        and not any(re.search(rf"\b{name}\b", text) for _, text in index.settings.texts.texts for name in names)
    )


def _is_watch(poll: Poll) -> bool:
    """Whether the loop lives as long as what it watches: ``while not task.done()``."""
    table = poll.steps[0].table
    test = table.facts.frames[poll.loop.frame].test if poll.loop.frame else None
    parts = [part for part in inside(test) if type(part) is str and part[:1] == "@" and part[1:].isdecimal()]
    return any(poll.steps[0].index.call(table.path, int(part[1:])).name in LIVES for part in parts)


def _message(poll: Poll, budget: float) -> str:
    interval, loop = poll.loop.interval, poll.loop
    asks = "asks the database" if poll.resource == "database" else "asks Redis"
    times = "" if poll.times == 1 else f"{poll.times} times "
    often = f"{asks} {times}every {interval:g} s{'' if loop.fixed else ' by default'}"
    if loop.turns != float("inf"):
        whole = round(loop.turns * interval)
        return f"{often} for up to {whole:,} s: {round(poll.times * loop.turns):,} {poll.plural} a wait"
    if loop.timed:
        minute = round(poll.times * MINUTE / interval)
        return f"{often} until a time limit: {minute:,} {poll.plural if minute > 1 else poll.unit} a minute"
    now, then = (f"{round(poll.times * DAY / seconds):,}" for seconds in (interval, budget))
    while_ = "the loop runs" if loop.frame else "it is scheduled"
    return f"{often}: {now} {poll.plural} a day while {while_}, {then} at {budget:g} s"
