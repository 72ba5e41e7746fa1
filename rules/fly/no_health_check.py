"""A service of a Fly.io configuration without any health check.

## Why
Without a check, a new version counts as good as soon as its machine runs: a deployment replaces every machine by one
that answers each request with an error. With a check on the service, the proxy sends it nothing, and the deployment stops
at the first machine. flyctl wants none.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

## Good
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

      [[http_service.checks]]
        path = "/health"
        interval = "15s"
        timeout = "2s"
        grace_period = "10s"

## Configuration
The rule runs when it is selected by its id.

## Limits
Top-level `[checks]` gate no traffic, and count here as a check all the same. Quiet for finished images, and for files
that deploy no production.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, rule

from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("fly-no-health-check", severity="warning", status="preview", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the header of the service."""
    file = fly_file(ctx, document)
    if file is None or file.build.image is not None or file.other_stage is not None or file.checks:
        return
    for service in file.services:
        if service.internal_port and not service.checks and not file.holds(*service.keys, "machine_checks"):
            yield ctx.finding(service.span, "no health check: a version that answers nothing replaces every machine")
