"""A value in a Fly.io configuration that flyctl takes and that means nothing.

## Why
flyctl checks what a value is made of, and with few exceptions not what it says. `protocol = "tpc"`, a handler
`"https"`, `internal_port = 80800`, a soft limit above the hard one: "Configuration is valid". Some fail when the first
machine is made, others do nothing at all.

## Bad
    --- fly.toml
    app = "harbour-desk"
    kill_signal = "SIGSTOPP"

    [http_service]
      internal_port = 8080

      [http_service.concurrency]
        type = "request"
        soft_limit = 200
        hard_limit = 100

## Good
    --- fly.toml
    app = "harbour-desk"
    kill_signal = "SIGTERM"

    [http_service]
      internal_port = 8080

      [http_service.concurrency]
        type = "requests"
        soft_limit = 100
        hard_limit = 200

## Limits
Regions, images, paths and the names of volumes are not looked up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, FlyFile, Severity, rule

from ._files import fly_file, may_be_fly, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Span

SIGNALS = frozenset(["SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGSTOP", "SIGHUP"])
REJECTED = ("restart", "checks", "build")
OWN_RULE = ("strategy", "cpu_kind", "persist_rootfs")


@rule("fly-invalid-value", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """Words that are none of the known ones, then numbers."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for odd in file.decoded.odd:
        if odd.keys[-1] not in OWN_RULE:
            item = document.get(*odd.keys)
            words = ", ".join(odd.field.choices)
            says = "rejects" if odd.keys[0] in REJECTED else "takes"
            yield ctx.finding(
                file.place(*odd.keys) if item is None else item.value_span,
                f"{named(odd.keys)} is one of {words}; flyctl {says} {odd.value!r}",
            )
    signal = file.text("kill_signal")
    if signal is not None and signal.upper() not in SIGNALS:
        yield ctx.finding(value(file, "kill_signal"), f"{signal!r} is no signal that Fly.io sends")
    yield from of_services(ctx, file)
    for mount in file.mounts:
        if mount.destination == "/":
            yield ctx.finding(value(file, *mount.keys, "destination"), "a volume cannot be mounted on /")
    for check in file.checks:
        if check.port is None and not any(s.is_http_service for s in file.services):
            yield ctx.finding(
                check.span, f"check {check.name} has no port, and there is no [http_service] to take it from"
            )
        if not check.kind and not file.holds(*check.keys, "type"):
            yield ctx.finding(check.span, f"flyctl rejects the file: check {check.name} has no type, http or tcp")


def of_services(ctx: Context, file: FlyFile) -> Iterator[Finding]:
    """Ports and numbers of services."""
    for service in file.services:
        port = service.internal_port
        if port is not None and not 0 < port < 65536:
            yield ctx.finding(value(file, *service.keys, "internal_port"), f"{port} is no port: 1 to 65535 are")
        if service.is_http_service and port is None and not file.holds(*service.keys, "internal_port"):
            yield ctx.finding(service.span, "[http_service] has no internal_port: flyctl deploys it on port 0")
        if service.min_machines_running < 0:
            yield ctx.finding(value(file, *service.keys, "min_machines_running"), "fewer than no machines cannot run")
        soft, hard = service.concurrency.get("soft_limit"), service.concurrency.get("hard_limit")
        if isinstance(soft, int) and isinstance(hard, int) and 0 < hard < soft:
            yield ctx.finding(
                value(file, *service.keys, "concurrency", "soft_limit"),
                f"the soft limit of {soft} lies above the hard limit of {hard}, and is never reached",
                severity=Severity.WARNING,
            )


def value(file: FlyFile, *keys: str | int) -> Span:
    """Where a value stands."""
    item = file.document.get(*keys)
    return file.place(*keys) if item is None else item.value_span
