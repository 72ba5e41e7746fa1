"""A `[[services]]` table without a port: a service that nobody can reach, with the checks of another one.

## Why
`[[services.http_checks]]` beside `[http_service]` does not add a check to it: it makes a second service, on port 0 and
with no public port, and the check belongs to that. `[http_service]` is left without any, so a version that answers
nothing goes live. flyctl says "Service must expose at least one port" as a warning among others, and deploys.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

    [[services.http_checks]]
      path = "/health"

## Good
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

    [[http_service.checks]]
      path = "/health"

## Limits
A service with an `internal_port` and without `ports` is not reported, although flyctl warns of it: it may be there for
its checks. An empty `[[services]]` table is dropped by flyctl and does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, FlyFile, Note, rule

from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Service


@rule("fly-phantom-service", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding a service."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for service in file.services:
        if service.is_http_service or service.internal_port or service.ports:
            continue
        yield finding(ctx, file, service)


def finding(ctx: Context, file: FlyFile, service: Service) -> Finding:
    """The service, what it takes away from ``[http_service]``, and the header that gives it back."""
    proper = next((other for other in file.services if other.is_http_service), None)
    text = "this service has no internal_port and no ports: it listens on port 0, and nothing reaches it"
    if service.checks and proper is not None:
        text += "; its checks are no checks of [http_service]" + ("" if proper.checks else ", which has none")
    made = ctx.finding(service.span, text)
    if proper is not None:
        made = made.with_related(Note(proper.span, "the service that is reached"))
    edits = moved(file) if proper is not None else []
    return made.with_fix("Make them checks of [http_service]", *edits) if edits else made


def moved(file: FlyFile) -> list[Edit]:
    """Headers of HTTP checks put under ``[http_service]``, where they are all that the one service has.

    Numbers stay: they count milliseconds in the one place and nanoseconds in the other.
    """
    document = file.document
    services = file.data["services"]
    tables = services if isinstance(services, list) else [services]
    service = tables[0] if len(tables) == 1 else {}
    checks = service.get("http_checks")
    if set(service) != {"http_checks"} or not isinstance(checks, list):
        return []
    if any(isinstance(v, int) for c in checks for v in c.values()):
        return []
    edits = []
    for header in document.toml.headers:
        if header.keys[:1] != ("services",):
            continue
        names = [key for key in header.keys if not isinstance(key, int)]
        if names[:2] != ["services", "http_checks"]:
            return []
        text = document.source.slice(header.span)
        edits.append(Edit(header.span, text.replace("services.http_checks", "http_service.checks", 1)))
    return [] if any("http_service.checks" not in edit.text for edit in edits) else edits
