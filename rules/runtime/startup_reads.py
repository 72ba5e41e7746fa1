"""Redis or the database is asked again and again at every start of the process.

## Why
A start costs little once a day. In a crash loop it happens once a minute, and on three machines three times as often: 390
reads a start are then 561,600 a day. That is how one product paid for 12 million Redis reads in 24 hours, none of which
served a customer.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()
    SERVICES = ("tickets", "calendar", "search", "mail", "webhooks", "reports")

    @app.on_event("startup")
    def start():
        for service in SERVICES:
            for shard in range(64):
                client.get(f"service:{service}:{shard}")

## Good
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()
    SERVICES = ("tickets", "calendar", "search", "mail", "webhooks", "reports")

    @app.on_event("startup")
    def start():
        client.mget([f"service:{service}:{shard}" for service in SERVICES for shard in range(64)])

## Configuration
`commands` is how many commands or queries a start may repeat in loops; the default is 50. A loop over data, whose length
the code does not say, is reported with low confidence, and so are queries of a database: they may seed a handful of rows.

## For agents
At the start of a process, read in bulk or on demand, not row by row.

## Limits
Seen are lifespans and start-up handlers, not what modules do on import. A loop that retries or that leaves at the first hit
counts once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, Option, rule

from ._repeats import RESTARTS, repeats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._repeats import Repeats

COMMANDS = Option("commands", 50, "commands or queries that a start of the process may repeat in loops", minimum=1)
NEEDS = ("lifespan", "on_event", "on_startup", "startup", "before_serving", "add_event_handler")


@rule(
    "runtime-startup-reads",
    needs=NEEDS,
    reach=True,
    anywhere=True,
    severity="warning",
    options=(COMMANDS,),
    since="0.1",
)
def repeats_at_start(function: Function) -> bool:
    """A start-up handler that leads to remote work in loops."""
    return any(True for _ in repeats(function))


@repeats_at_start.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    """Each function with such a loop, once, at the first call in it."""
    for found in repeats(function):
        if not found.over_data and found.least < ctx.option(COMMANDS):
            continue
        first = found.calls[0]
        finding = ctx.finding(first, message(found), confidence=confidence(found))
        for call in found.calls[1:4]:
            finding = finding.with_related(Note(call.span, f"{call.name} is in the loop too"))
        if found.steps:
            finding = finding.with_trace(*found.steps)
        yield finding.with_help("ask once for all of it (MGET, one query with IN), or when it is first needed")


def confidence(found: Repeats) -> Confidence:
    """High for Redis and a number that the source says; low for one of several implementations, and for each of what may
    be a handful."""
    if not found.sure or found.over_data:
        return Confidence.LOW
    return Confidence.HIGH if found.resource == "redis" else Confidence.LOW


def message(found: Repeats) -> str:
    """How often, and what a crash loop makes of it."""
    unit = "Redis commands" if found.resource == "redis" else "queries"
    if found.over_data:
        more = f", and {found.least:,} more" if found.least else ""
        each = f"{found.per_item} {unit if found.per_item > 1 else unit.replace('ies', 'y').removesuffix('s')}"
        return f"every start of the process makes {each} for each of {found.over_data}{more}; a crash loop starts once a minute"
    return (
        f"every start of the process makes {found.least:,} {unit} in loops: "
        f"{found.least * RESTARTS:,} a day in a crash loop that starts once a minute"
    )
