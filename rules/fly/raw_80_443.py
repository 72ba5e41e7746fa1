"""Port 443 without the `tls` handler, or port 80 without any: Fly.io's proxy hands on the bytes as they come.

## Why
A port without `handlers` is a raw TCP port. Browsers speak TLS on 443, and an application that speaks HTTP answers
that with an error. On port 80 requests arrive, but without `Fly-Client-IP` and `X-Forwarded-For`, and `force_https`
does nothing. flyctl does not look at handlers, and does not notice one that is misspelled either.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [[services]]
      internal_port = 8080

      [[services.ports]]
        port = 443

## Good
    --- fly.toml
    app = "harbour-desk"

    [[services]]
      internal_port = 8080

      [[services.ports]]
        port = 443
        handlers = ["tls", "http"]

## Limits
Quiet for UDP, for `handlers = ["tls"]`, which hands on what the proxy has decrypted, and for services whose
`internal_port` is 443 or 8443: there the application has its own certificate. Ranges of ports are not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, rule

from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_TLS = (443, 8443)


@rule("fly-raw-80-443", severity="warning", since="0.2")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding a port."""
    file = fly_file(ctx, document)
    if file is None:
        return
    services = [s for s in file.services if not s.is_http_service and s.protocol == "tcp"]
    if any(service.internal_port in OWN_TLS for service in services):
        return
    for port in (port for service in services for port in service.ports if port.first == port.last):
        if port.first == 443 and not {"tls", "pg_tls"} & set(port.handlers):
            yield ctx.finding(
                port.span, "port 443 has no tls handler: the application gets TLS as raw bytes, and answers no browser"
            )
        elif port.first == 80 and not port.handlers:
            yield ctx.finding(
                port.span,
                "port 80 has no http handler: requests come without the client's address, and cannot be redirected",
                confidence=Confidence.MEDIUM,
            )
