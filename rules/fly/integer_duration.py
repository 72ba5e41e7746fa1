"""A duration in a Fly.io configuration that is not the one that is written: nanoseconds, or out of the platform's range.

## Why
Without a unit, flyctl counts milliseconds in `[[services.http_checks]]` and in `[checks]`, seconds in `kill_timeout`, and
nanoseconds everywhere else: `release_command_timeout = 300` gives migrations 300 nanoseconds. Fly.io's checks take 1
second to 1 minute: a longer grace period is cut to a minute, and machines that need more to start fail their checks.
flyctl warns of service checks out of range and deploys, rejects top-level checks out of range, and says nothing of the
units.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [deploy]
      release_command = "alembic upgrade head"
      release_command_timeout = 300

    [http_service]
      internal_port = 8080

      [[http_service.checks]]
        path = "/health"
        grace_period = "5m"

## Good
    --- fly.toml
    app = "harbour-desk"

    [deploy]
      release_command = "alembic upgrade head"
      release_command_timeout = "300s"

    [http_service]
      internal_port = 8080

      [[http_service.checks]]
        path = "/health"
        grace_period = "1m"

## Limits
Numbers in `[[services.http_checks]]`, `[[services.tcp_checks]]` and `[checks]`, which flyctl counts as milliseconds, and
in `kill_timeout` are taken to be meant so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, Severity, rule

from ._files import fly_file, may_be_fly, named, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import FlyFile, Item
    from atomlint.fly.records import Check

NANOSECONDS = (
    ("deploy", "wait_timeout"),
    ("deploy", "release_command_timeout"),
)
FIELDS = ("interval", "timeout", "grace_period")
LEAST, MOST = 1.0, 60.0


@rule("fly-integer-duration", severity="warning", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """Numbers that count nanoseconds, then durations out of range."""
    file = fly_file(ctx, document)
    if file is None:
        return
    nanoseconds: list[tuple[str | int, ...]] = [keys for keys in NANOSECONDS if document.get(*keys)]
    nanoseconds += [
        (*check.keys, name)
        for service in file.services
        if service.is_http_service
        for check in service.checks
        for name in FIELDS
    ]
    counted: set[tuple[str | int, ...]] = set()
    for keys in nanoseconds:
        item = document.get(*keys)
        if item is not None and type(item.value) in (int, float) and item.value:
            counted.add(keys)
            yield nanosecond(ctx, file, item)
    for service in file.services:
        for check in service.checks:
            yield from clamped(ctx, document, check, counted)
    for check in file.checks:
        yield from rejected(ctx, document, check)


def nanosecond(ctx: Context, file: FlyFile, item: Item) -> Finding:
    """A number, with the unit that is likely to be meant."""
    unit = "ms" if item.value >= 1000 else "s"
    edit = Edit(item.value_span, quoted(file.document, f"{item.value}{unit}"))
    return ctx.finding(
        item.value_span, f"flyctl reads {named(item.keys)} = {item.value} as nanoseconds", severity=Severity.ERROR
    ).with_fix(f"Count it in {unit}", edit)


def clamped(ctx: Context, document: Document, check: Check, counted: set[tuple[str | int, ...]]) -> Iterator[Finding]:
    """Durations of service checks that Fly.io changes."""
    for name, value in zip(FIELDS, (check.interval, check.timeout, check.grace_period), strict=True):
        item = document.get(*check.keys, name)
        if value is None or item is None or (*check.keys, name) in counted or (name == "grace_period" and not value):
            continue
        if value < LEAST or value > MOST:
            change = "raises this to 1 second" if value < LEAST else "lowers this to 1 minute"
            yield ctx.finding(item.value_span, f"Fly.io {change}: checks take 1s to 1m")


def rejected(ctx: Context, document: Document, check: Check) -> Iterator[Finding]:
    """Durations of top-level checks that flyctl rejects."""
    for name, is_wrong, limit in (
        ("interval", check.interval is not None and check.interval < 2, "2 seconds is the least"),
        ("timeout", check.timeout is not None and check.timeout > MOST, "1 minute is the most"),
    ):
        item = document.get(*check.keys, name)
        if is_wrong and item is not None:
            yield ctx.finding(
                item.value_span,
                f"flyctl rejects the file: {name} of check {check.name}, {limit}",
                severity=Severity.ERROR,
            )
