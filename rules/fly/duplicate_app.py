"""Two Fly.io configurations of a project deploy the same application, and differ.

## Why
`fly deploy --config` with the older of two files replaces the machines of the newer one: groups that only the newer one
has are destroyed with their machines. Most such files are copies that somebody kept for reference. flyctl looks at one
file at a time.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

    --- deploy/fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 3000

## Good
    --- fly.toml
    app = "harbour-desk"

    [http_service]
      internal_port = 8080

## Limits
Information only. Files with the same content are no finding, nor are four files or more with one application, which are
a family on purpose (one for each scheduled machine, say).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Context, Deployment, Document, Finding, Note, rule

from ._files import may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

FAMILY = 4
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
"""Names of applications; anything else is a template's."""


@rule("fly-duplicate-app", severity="info", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On ``app`` of every file but the one that is most likely meant."""
    found = ctx.index.deployments.of(document)
    if found is None or found.fly.app is None or NAME.fullmatch(found.fly.app) is None:
        return
    same = [other for other in ctx.index.deployments.all if other.fly.app == found.fly.app]
    first = min(same, key=likely)
    if found is first or len(same) >= FAMILY or found.fly.data == first.fly.data:
        return
    item = document.get("app")
    place = document.span if item is None else item.value_span
    other = first.document.get("app")
    yield ctx.finding(place, f"{first.path} deploys {found.fly.app} too, in another way").with_related(
        Note(first.document.span if other is None else other.value_span, "the same application")
    )


def likely(deployment: Deployment) -> tuple[bool, int, bool, str]:
    """Production first, then the nearest to the root, then ``fly.toml``."""
    return (
        not deployment.is_production,
        deployment.path.count("/"),
        deployment.document.name != "fly.toml",
        deployment.path,
    )
