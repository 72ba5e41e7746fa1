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
Quiet for UDP, for `handlers = ["tls"]`, which hands on what the proxy has decrypted, and where the application is likely to
have its own certificate: `internal_port` 443 or 8443, the handler `proxy_proto`, and images of nginx, Caddy and other
proxies. Ranges of ports are not looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, rule

from ._files import may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN_TLS = (443, 8443)
PROXY = re.compile(r"(?:^|/)[\w-]*(?:caddy|nginx|traefik|haproxy|envoy|openresty)", re.IGNORECASE)
"""Images of programs that speak TLS themselves."""


@rule("fly-raw-80-443", severity="warning", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding a port."""
    found = ctx.index.deployments.of(document)
    if found is None:
        return
    services = [s for s in found.fly.services if not s.is_http_service and s.protocol == "tcp"]
    image = found.fly.build.image or (found.stage.image if found.stage is not None else "")
    if any(service.internal_port in OWN_TLS for service in services) or PROXY.search(image):
        return
    for port in (port for service in services for port in service.ports if port.first == port.last):
        if port.first == 443 and not {"tls", "pg_tls", "proxy_proto"} & set(port.handlers):
            yield ctx.finding(
                port.span, "port 443 has no tls handler: the application gets TLS as raw bytes, and answers no browser"
            )
        elif port.first == 80 and not port.handlers:
            yield ctx.finding(
                port.span,
                "port 80 has no http handler: requests come without the client's address, and cannot be redirected",
                confidence=Confidence.MEDIUM,
            )
