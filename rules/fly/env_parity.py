"""Two Fly.io configurations of one code base set different variables.

## Why
A variable is added to `fly.toml` and forgotten in `fly.production.toml`: the code works in one place and falls back to its
default in the other. flyctl looks at one file at a time.

## Bad
    --- fly.staging.toml
    app = "harbour-desk-staging"

    [env]
      LOG_LEVEL = "debug"
      MAIL_FROM = "desk@example.com"

    --- fly.production.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"

## Good
    --- fly.staging.toml
    app = "harbour-desk-staging"

    [env]
      LOG_LEVEL = "debug"
      MAIL_FROM = "desk@example.com"

    --- fly.production.toml
    app = "harbour-desk"

    [env]
      LOG_LEVEL = "info"
      MAIL_FROM = "desk@example.com"

## Configuration
The rule runs when it is selected by its id: half of all pairs of files differ on purpose.

## Limits
Compared are a file that deploys production and those of other stages in the same folder that build the same Dockerfile.
Variables that are documented as secrets or that the image sets count as set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, Note, rule

from ._files import may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("fly-env-parity", severity="info", status="preview", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On ``[env]`` of the file that deploys production, one finding for each other file."""
    found = ctx.index.deployments.of(document)
    if found is None or not found.is_production:
        return
    for other in ctx.index.deployments.all:
        if other.is_production or other.folder != found.folder or other.fly.build != found.fly.build:
            continue
        missing = [v for v in other.fly.env.values() if not found.sets((v.name,))]
        if missing:
            names = ", ".join(variable.name for variable in missing[:5]) + (" ..." if len(missing) > 5 else "")
            yield ctx.finding(
                found.fly.place("env"), f"{other.path} sets {names}, and this file does not"
            ).with_related(*(Note(variable.key_span, "is set here") for variable in missing[:5]))
