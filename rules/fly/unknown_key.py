"""A key in a Fly.io configuration that flyctl drops without a word.

## Why
flyctl reads `fly.toml` into its own structures and passes over every key that these do not have. `fly config validate`
says "Configuration is valid", and so does the deployment: a check that never runs, a limit that nobody enforces, the
wrong stage of a Dockerfile. `fly config validate --strict` names some of them and is off by default.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [build]
      target = "production"

    [[services]]
      internal_port = 8080

      [[services.ports]]
        port = 443
        handlers = ["tls", "http"]

      [[services.checks]]
        path = "/health"

## Good
    --- fly.toml
    app = "harbour-desk"

    [build]
      build-target = "production"

    [[services]]
      internal_port = 8080

      [[services.ports]]
        port = 443
        handlers = ["tls", "http"]

      [[services.http_checks]]
        path = "/health"

## Limits
The keys are those of flyctl in August 2026; a newer flyctl may read more. The case of letters is passed over, as Go's
decoder does. A key that was meant for another table is `fly-misplaced-key`; what Fly.io's former platform (Nomad) has
left behind is `fly-legacy-form`. `fly.json` and `fly.yaml` are not read. What flyctl, an editor's schema and atomlint say
of many faulty files stands [side by side](../fly-validators.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, FlyFile, rule

from ._files import fly_file, may_be_fly, meant, named, rename

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.decode import Unknown


@rule("fly-unknown-key", severity="warning", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """One finding a key; what stands in a table that is unknown is not told again."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for unknown in file.decoded.unknown:
        if not unknown.is_left_over and not unknown.is_swallowed and not has_own_rule(unknown):
            yield finding(ctx, file, unknown)


def has_own_rule(unknown: Unknown) -> bool:
    """``force_https`` beside the ports of a service is a matter of security."""
    return unknown.table == "services" and unknown.key == "force_https"


def finding(ctx: Context, file: FlyFile, unknown: Unknown) -> Finding:
    """The key, what was meant, and the key that does it."""
    document = file.document
    name = unknown.hint.rename
    what = "table" if isinstance(unknown.value, dict) else "key"
    made = ctx.finding(
        file.place(*unknown.keys), f"flyctl drops {named(unknown.keys)}: it has no such {what}{meant(unknown)}"
    )
    item = document.get(*unknown.keys)
    if name is None or item is None or file.holds(*unknown.keys[:-1], name):
        return made
    edit = rename(document, item, name)
    return made if edit is None else made.with_fix(f"Rename it to {name}", edit)
