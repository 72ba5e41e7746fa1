"""Jobs run inside of a process whose machines Fly.io stops when nobody asks anything.

## Why
The proxy stops machines without traffic, and a job at three in the morning is no traffic. With `min_machines_running = 0`
the last machine is stopped too: the scheduler in it fires nothing until the next visitor starts it. flyctl knows nothing
of what runs.

## Bad
    from apscheduler.schedulers.background import BackgroundScheduler
    from fastapi import FastAPI

    app = FastAPI()
    scheduler = BackgroundScheduler()
    scheduler.start()

    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080
      auto_stop_machines = "stop"
      min_machines_running = 0

## Good
    from apscheduler.schedulers.background import BackgroundScheduler
    from fastapi import FastAPI

    app = FastAPI()
    scheduler = BackgroundScheduler()
    scheduler.start()

    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080
      auto_stop_machines = "off"

## Configuration
The rule runs when it is selected by its id.

## Limits
Only APScheduler is known, and only configurations with one process group: which group imports the scheduler is not
looked at. Loops of one's own and jobs that another service sends are not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, Note, rule

from ._files import may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEDULERS = ("BackgroundScheduler", "AsyncIOScheduler", "AsyncScheduler")


@rule(
    "fly-autostop-kills-scheduler",
    needs=SCHEDULERS,
    severity="warning",
    confidence=Confidence.MEDIUM,
    status="preview",
    since="0.1",
)
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On what stops the machines."""
    found = ctx.index.deployments.of(document)
    if found is None or len(found.fly.groups) != 1:
        return
    stopped = [s for s in found.fly.services if s.autostop != "off" and not s.min_machines_running]
    if not stopped or len(stopped) != len(found.fly.services):
        return
    for name in SCHEDULERS:
        for path, ordinal in ctx.index.project.linker.call_sites(name):
            if path not in ctx.index.tests and found.builds(path):
                yield ctx.finding(
                    found.fly.place(*stopped[0].keys, "auto_stop_machines"),
                    "all machines are stopped without traffic, and jobs are scheduled in them",
                ).with_related(Note(ctx.index.call(path, ordinal).span, "makes the scheduler"))
                return
