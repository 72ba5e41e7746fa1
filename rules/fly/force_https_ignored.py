"""`force_https` where Fly.io's proxy does not read it: plain HTTP is answered, not redirected.

## Why
In `[http_service]` the key stands at the top. In `[[services]]` it belongs to an entry of `ports`, and works only with
the `http` handler; beside them flyctl drops it without a word. Whoever opens `http://` keeps sending cookies and
passwords in clear text, and the file says that this cannot happen.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [[services]]
      internal_port = 8080
      force_https = true

      [[services.ports]]
        port = 80
        handlers = ["http"]

      [[services.ports]]
        port = 443
        handlers = ["tls", "http"]

## Good
    --- fly.toml
    app = "harbour-desk"

    [[services]]
      internal_port = 8080

      [[services.ports]]
        port = 80
        handlers = ["http"]
        force_https = true

      [[services.ports]]
        port = 443
        handlers = ["tls", "http"]

## Limits
Whether the application itself redirects is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, FlyFile, Position, Span, rule

from ._files import fly_file, may_be_fly, removal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Service


@rule("fly-force-https-ignored", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the key that does nothing."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for service in file.services:
        if service.is_http_service:
            continue
        redirected = any(port.first == 80 and port.force_https for port in service.ports)
        if service.force_https and not redirected:
            made = ctx.finding(
                file.place(*service.keys, "force_https"),
                "flyctl drops force_https beside the ports of a service: HTTP is not redirected to HTTPS",
            )
            edits = moved(file, service)
            yield made.with_fix("Move it to port 80", *edits) if edits else made
        for port in service.ports:
            if port.force_https and "http" not in port.handlers:
                yield ctx.finding(
                    file.place(*port.keys, "force_https"),
                    f"force_https works with the http handler only, and port {port.first} does not have it",
                )


def moved(file: FlyFile, service: Service) -> list[Edit]:
    """The line taken out, and put behind the last key of port 80."""
    document = file.document
    item = document.get(*service.keys, "force_https")
    port = next((p for p in service.ports if p.first == p.last == 80 and "http" in p.handlers), None)
    out = None if item is None else removal(document, item)
    if port is None or out is None or document.table(*port.keys) is None:
        return []
    last = [i for i in document.items if i.keys[:-1] == port.keys][-1]
    line = last.value_span.end.line
    text = document.source.lines[last.key_span.start.line - 1]
    indent = text[: len(text) - len(text.lstrip())]
    end = "\r\n" if "\r\n" in document.source.text else "\n"
    if line >= len(document.source.lines):
        return []
    at = Position(line + 1, 1)
    return [out, Edit(Span(document.path, at, at), f"{indent}force_https = true{end}")]
