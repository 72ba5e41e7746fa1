"""Two services of a Fly.io configuration claim the same public port.

## Why
`[http_service]` stands for ports 80 and 443. A `[[services]]` table with the same ports makes a second service on them,
and which one answers is not said anywhere: checks, limits and `force_https` of one of them do nothing. Fly.io's proxy
does not look at process groups, so the same holds for two groups. flyctl says nothing of it.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

    [[services]]
      internal_port = 9000

      [[services.ports]]
        port = 443
        handlers = ["tls", "http"]

## Good
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

    [[services]]
      internal_port = 9000

      [[services.ports]]
        port = 8443
        handlers = ["tls", "http"]

## Limits
A port that one service has for UDP and another for TCP is no conflict. One finding for each pair of services.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Finding, Note, rule

from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import PublicPort, Service


@rule("fly-port-claimed-twice", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the later of the two claims."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for first, second in combinations(file.services, 2):
        claims = meeting(first, second)
        if not claims:
            continue
        one, other = claims[0]
        ports = sorted({port for a, b in claims for port in a.meets(b)[:2]})
        shared = set(file.groups_of(first.processes)) & set(file.groups_of(second.processes))
        where = "[http_service]" if first.is_http_service else "another of the services"
        claimed = f"ports {' and '.join(map(str, ports))} are" if len(ports) > 1 else f"port {ports[0]} is"
        yield ctx.finding(
            other.span,
            f"{claimed} claimed here and by {where}: which of the two answers is not defined",
            confidence=None if shared else Confidence.MEDIUM,
        ).with_related(Note(one.span, "the other claim"))


def meeting(first: Service, second: Service) -> list[tuple[PublicPort, PublicPort]]:
    """The ports of two services that meet."""
    if first.protocol != second.protocol:
        return []
    return [(a, b) for b in second.ports for a in first.ports if a.meets(b)]
