"""A variable in `[env]` that Fly.io sets itself.

## Why
Names that begin with `FLY_` are Fly.io's: what `[env]` says is replaced on the machine, or refused. `PRIMARY_REGION` is
replaced by the file's `primary_region` where there is one. flyctl checks neither.

## Bad
    --- fly.toml
    app = "harbour-desk"
    primary_region = "ams"

    [env]
      PRIMARY_REGION = "fra"

## Good
    --- fly.toml
    app = "harbour-desk"
    primary_region = "fra"

## Configuration
The rule runs when it is selected by its id.

## Limits
Variables of Fly.io's that have no prefix, other than `PRIMARY_REGION`, are not known. `PRIMARY_REGION` with the value of
`primary_region` is no finding: flyctl writes both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, Note, rule

from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator


@rule("fly-env-reserved", severity="warning", status="preview", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the variable."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for variable in file.env.values():
        if variable.name.startswith("FLY_"):
            yield ctx.finding(variable.key_span, f"{variable.name} is one of Fly.io's own variables")
        elif variable.name == "PRIMARY_REGION" and file.primary_region not in (None, variable.value):
            yield ctx.finding(
                variable.key_span,
                f"PRIMARY_REGION becomes primary_region, {file.primary_region!r}, whatever stands here",
            ).with_related(Note(file.place("primary_region"), "wins"))
