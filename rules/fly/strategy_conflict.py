"""A deployment strategy that the rest of the Fly.io configuration rules out.

## Why
`canary` and `bluegreen` start new machines beside the old ones, and a volume can be attached to one machine only.
`bluegreen` waits for checks to pass before it moves the traffic, and refuses to run without any. flyctl rejects `canary`
with volumes when it validates; everything else it finds out in the middle of a deployment, or, as with
`max_unavailable` beside `bluegreen`, it passes over.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [deploy]
      strategy = "bluegreen"

    [[mounts]]
      source = "data"
      destination = "/data"

    [http_service]
      internal_port = 8080

## Good
    --- fly.toml
    app = "harbour-desk"

    [deploy]
      strategy = "rolling"

    [[mounts]]
      source = "data"
      destination = "/data"

    [http_service]
      internal_port = 8080

## Limits
A strategy that is given on the command line (`fly deploy --strategy`) is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, FlyFile, Note, Severity, rule

from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

STRATEGIES = ("rolling", "immediate", "canary", "bluegreen")
BESIDE = ("canary", "bluegreen")
GRADUAL = ("rolling", "canary")


@rule("fly-strategy-conflict", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the strategy, or on what it makes void."""
    file = fly_file(ctx, document)
    if file is None or file.deploy.strategy is None:
        return
    strategy = file.deploy.strategy
    item = document.get("deploy", "strategy")
    place = file.place("deploy") if item is None else item.value_span
    if strategy not in STRATEGIES:
        yield ctx.finding(place, f"flyctl rejects the file: there is no strategy {strategy!r}")
    elif strategy in BESIDE and file.mounts:
        when = "rejects the file" if strategy == "canary" else "fails when it deploys, after it called the file valid"
        yield ctx.finding(place, f"{strategy} cannot be used with volumes: flyctl {when}").with_related(
            Note(file.mounts[0].span, "the volume")
        )
    elif strategy == "bluegreen" and not has_checks(file):
        yield ctx.finding(place, "bluegreen needs a health check, and no service has one: flyctl fails when it deploys")
    if file.deploy.max_unavailable is not None and strategy in STRATEGIES and strategy not in GRADUAL:
        yield ctx.finding(
            file.place("deploy", "max_unavailable"),
            f"max_unavailable has no effect with {strategy}",
            severity=Severity.WARNING,
        )


def has_checks(file: FlyFile) -> bool:
    """Whether anything tells that a new machine is well; machine checks count."""
    return bool(file.checks) or any(s.checks or file.holds(*s.keys, "machine_checks") for s in file.services)
