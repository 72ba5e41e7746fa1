"""A service of a Fly.io configuration leads to a port that its command does not listen on, or not for others.

## Why
Fly.io's proxy connects to `internal_port` on the machine's network address. A server that listens on another port, or
on 127.0.0.1, is never reached: every request is answered with 502, and the machines look healthy where no check asks
them. flyctl compares nothing when it validates; after a deployment it warns that nothing listens on the expected address.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [processes]
      app = "uvicorn app:app --host 0.0.0.0 --port 8000"

    [http_service]
      internal_port = 8080
      processes = ["app"]

## Good
    --- fly.toml
    app = "harbour-desk"

    [processes]
      app = "uvicorn app:app --host 0.0.0.0 --port 8000"

    [http_service]
      internal_port = 8000
      processes = ["app"]

## Limits
Read are the command of the group, else the `CMD` of the Dockerfile that the file builds, and a start script that is the
only one of its name, as far as host and port are literal or come from `[env]`. The servers are uvicorn, hypercorn,
gunicorn, granian, daphne, flask, fastapi, streamlit and Django's `runserver`. Quiet for finished images, entry points that
do not hand on the command, and where a proxy such as nginx or a Node.js program is started too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Deployment, Document, Edit, Finding, Note, rule

from ._files import may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Service
    from atomlint.index.starts import Listener

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@rule("fly-port-mismatch", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On ``internal_port``, for every group that the service is for."""
    found = ctx.index.deployments.of(document)
    if found is None:
        return
    told: set[tuple[str | int, ...]] = set()
    for group in found.fly.groups:
        services = [service for service in found.fly.services_of(group.name) if service.internal_port]
        listeners = found.listeners(group.name) if services else None
        if not listeners:
            continue
        for service in services:
            if service.keys not in told:
                problem = mismatch(ctx, found, service, listeners)
                if problem is not None:
                    told.add(service.keys)
                    yield problem


def mismatch(ctx: Context, deployment: Deployment, service: Service, listeners: list[Listener]) -> Finding | None:
    """What is wrong between a service and the servers of its machines; None when nothing is, or it is not known."""
    place = service.internal_port_span or service.span
    port = service.internal_port
    there = [listener for listener in listeners if listener.port == port]
    unknown = [listener for listener in listeners if listener.port is None]
    if there or (unknown and len(listeners) == 1):
        bound = [listener for listener in (there or unknown) if listener.host in LOOPBACK]
        if len(bound) < len(there or unknown):
            return None
        local = bound[0]
        how = f"listens on {local.host}" if local.is_host_written else f"listens on {local.host} when no host is given"
        return ctx.finding(
            place, f"{local.program} {how}: Fly.io's proxy does not reach it on port {port}"
        ).with_related(Note(local.span, f"{local.program} is started here"))
    if unknown:
        return None
    ports = sorted({listener.port for listener in listeners if listener.port is not None})
    first = listeners[0]
    made = ctx.finding(
        place, f"{first.program} listens on port {' and '.join(map(str, ports))}, and this service leads to port {port}"
    ).with_related(Note(first.span, f"{first.program} is started here"))
    only = len(ports) == 1 and len(deployment.fly.services) == 1 and service.internal_port_span is not None
    return made.with_fix(f"Lead to port {ports[0]}", Edit(place, str(ports[0]))) if only else made
