"""Machine counts of a Fly.io service that contradict how its machines are stopped and started.

## Why
`min_machines_running` says how many machines the proxy leaves running when it stops the others. Where it stops none, the
number does nothing; and it counts machines of the primary region only, so without `primary_region` it does nothing
either. Machines that are stopped and never started again (`auto_start_machines = false`) stay away until somebody starts
them. flyctl says nothing of it.

## Bad
    --- fly.toml
    app = "harbour-desk"
    primary_region = "ams"

    [http_service]
      internal_port = 8080
      auto_stop_machines = "off"
      min_machines_running = 2

## Good
    --- fly.toml
    app = "harbour-desk"
    primary_region = "ams"

    [http_service]
      internal_port = 8080
      auto_stop_machines = "stop"
      min_machines_running = 2

## Configuration
The rule runs when it is selected by its id: a third of all configurations have such a number, and it does no harm.

## Limits
Scripts that start machines are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, FlyFile, Severity, rule

from ._files import fly_file, may_be_fly, removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Service


@rule("fly-autostop-noop", severity="info", status="preview", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the number, or on what keeps machines from coming back."""
    file = fly_file(ctx, document)
    for service in file.services if file is not None else ():
        if file is not None:
            yield from of_service(ctx, file, service)


def of_service(ctx: Context, file: FlyFile, service: Service) -> Iterator[Finding]:
    """The three contradictions."""
    place = file.place(*service.keys, "min_machines_running")
    if service.min_machines_running > 0 and service.autostop == "off":
        made = ctx.finding(place, "min_machines_running has no effect: the proxy stops no machine of this service")
        item = file.document.get(*service.keys, "min_machines_running")
        edit = None if item is None else removal(file.document, item)
        yield made if edit is None else made.with_fix("Leave it out", edit, safe=True)
    elif service.min_machines_running > 0 and file.primary_region is None:
        yield ctx.finding(place, "min_machines_running counts machines of primary_region, and none is set")
    if service.autostop != "off" and not service.autostart:
        yield ctx.finding(
            file.place(*service.keys, "auto_start_machines"),
            "machines of this service are stopped and never started again",
            severity=Severity.WARNING,
        )
