"""A process start that a database or Redis which is away takes down.

## Why
A lifespan that raises ends the process, and the platform starts it again: a short outage of one service becomes a crash
loop, and every start asks the same services again. One product paid 12 million Redis reads for a day of that. What the
application can run without (a warm cache, seeded rows, a background service) must not stop it.

## Bad
    from contextlib import asynccontextmanager

    import redis.asyncio as redis
    from fastapi import FastAPI

    client = redis.from_url("redis://cache:6379")
    plans = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        async for key in client.scan_iter("plan:*"):
            plans[key] = await client.get(key)
        yield

    app = FastAPI(lifespan=lifespan)

## Good
    import logging
    from contextlib import asynccontextmanager

    import redis.asyncio as redis
    from fastapi import FastAPI

    client = redis.from_url("redis://cache:6379")
    plans = {}

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        try:
            async for key in client.scan_iter("plan:*"):
                plans[key] = await client.get(key)
        except redis.RedisError as error:
            logging.warning("Redis does not answer: %s", type(error).__name__)
        yield

    app = FastAPI(lifespan=lifespan)

## For agents
Wrap every step of the start-up that needs a database or Redis: catch what is raised when it is away, log it, and
start.

## Limits
Medium is the most, as stopping may be meant: for Redis, and for steps that prepare something by their name
(`run_seed`, `warm_cache`). A database is what few applications can do without: low, also where another step of the
start asks it unguarded, unless the start catches what a step beside it raises, as is a start that tries until what it
needs answers, and one that only looks whether Redis does (`ping`). One that only connects, creates tables or migrates
is not reported: without those nothing works. What needs a flag that an `except` leaves false (`if redis_ok:`) is done
when the service answers. A handler that logs and raises again counts as meant, too. Requests to HTTP services are not
seen. What runs after `yield`, in a task that nobody awaits, for Django's development server alone (`"runserver" in
sys.argv`), or is repeated by a decorator such as `repeat_every`, is no start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, rule

from ._starts import Stage, stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.index.startup import StartUse

OPTIONAL = re.compile(r"seed|warm|pre_?load|prefill|populate|install|register|sync|demo|sample")
"""In the name of a function: a step that prepares something, without which the application could be served."""
LOOKS = frozenset({"ping", "echo", "info"})
"""What asks Redis nothing but whether it is there."""
NEEDS = ("lifespan", "on_event", "on_startup", "startup", "before_serving", "add_event_handler")


@rule("runtime-unguarded-startup", needs=NEEDS, reach=True, anywhere=True, severity="warning", since="0.1")
def asks_without_handlers(function: Function) -> bool:
    """A start-up handler with a stage that nothing catches, and that the process could do without."""
    return bool(unguarded(function))


@asks_without_handlers.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    """The first stage that can stop the start, with the others."""
    found = unguarded(function)
    kinds = list(dict.fromkeys("Redis" if use.resource == "redis" else "the database" for s in found for use in s.open))
    first = found[0]
    told: set[tuple[str, int]] = ctx.index.keep("unguarded starts", set)
    if (first.call.path, first.call.ordinal) in told:
        return  # one start calls the other
    told.add((first.call.path, first.call.ordinal))
    more = len(found) - 1
    others = "" if not more else ", nor from one other call" if more == 1 else f", nor from {more} other calls"
    text = (
        f"{' and '.join(kinds)} being away stops the process at every start: "
        f"nothing catches an error from {first.call.name or 'this'} in {first.call.function.qualname}{others}"
    )
    finding = ctx.finding(first.call, text, confidence=confidence(function, found))
    for stage in found[1:]:
        finding = finding.with_related(Note(stage.call.span, f"{stage.call.name} can stop it too"))
    yield finding.with_trace(*first.trace()).with_help(
        "catch the driver's errors around each step (OperationalError, InterfaceError, RedisError), log, and start without it"
    )


def confidence(function: Function, found: list[Stage]) -> Confidence:
    """Medium for Redis and for what an application can do without; low for a database, without which few can do anything.

    Low, too, where the start waits for what it needs, or only looks whether it answers: that is meant to stop it. And
    where another step asks the same database unguarded, such as one that makes the tables.
    """
    if waits(function):
        return Confidence.LOW
    asks_redis = any(use.resource == "redis" and not looks(use) for stage in found for use in stage.open)
    prepares = any(is_optional(stage) for stage in found) and not needs_the_database(function)
    return Confidence.MEDIUM if asks_redis or prepares or lets_another_fail(function, found) else Confidence.LOW


def lets_another_fail(function: Function, found: list[Stage]) -> bool:
    """Whether the start goes on when another of its steps fails, and one of these prepares something just as well."""
    spared = any(not stage.open and not stage.ensures for stage in stages(function))
    return spared and any(not stage.ensures and is_optional(stage) for stage in found)


def needs_the_database(function: Function) -> bool:
    """Whether the start has a step that a database which is away would stop in any case: no other step changes that."""
    open_ = (stage for stage in stages(function) if any(use.resource == "database" for use in stage.open))
    return any(stage.ensures or not is_optional(stage) for stage in open_)


def looks(use: StartUse) -> bool:
    """Whether a use of Redis only finds out whether it answers."""
    return getattr(getattr(use.work, "operation", None), "name", None) in LOOKS


def is_optional(stage: Stage) -> bool:
    """Whether a function on the way to its remote work says by its name that it only prepares something: ``run_seed``."""
    index = stage.call.index
    steps = {step.function for use in stage.open for step in use.chain[1:]}
    return any(OPTIONAL.search(index.function(function).name.lower()) for function in steps)


def waits(function: Function) -> bool:
    """Whether a start tries until what it needs answers: ``while not connected: try: connect()``."""
    index = function.index
    return any(
        use.handled
        and any(kind == "while" for step in use.chain for kind, _ in index.call(step.function.place, step.call).frames)
        for use in index.project.startup.get(function.value, ())
    )


def unguarded(function: Function) -> list[Stage]:
    """Stages of a start with a remote call whose error nothing catches, in source order.

    None when all only make the database usable; of a start that asks nothing but the database, those are left out.
    """
    found = [stage for stage in stages(function) if stage.open]
    optional = [stage for stage in found if not stage.ensures]
    is_more = any(use.resource != "database" for stage in optional for use in stage.open)
    return found if is_more else optional
