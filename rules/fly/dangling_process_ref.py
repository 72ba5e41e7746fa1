"""`processes` names a group that the Fly.io configuration does not have.

## Why
A group is renamed in `[processes]`, and a volume, a machine size or a check goes on naming the old one: it is for no
machine any more. flyctl rejects such a name in services and restart policies. In `[[mounts]]`, `[[vm]]`, `[checks]`,
`[[files]]` and `[[metrics]]` it says nothing, and deploys machines without their volume.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [processes]
      web = "uvicorn app:app --host 0.0.0.0 --port 8080"

    [[mounts]]
      source = "data"
      destination = "/data"
      processes = ["app"]

## Good
    --- fly.toml
    app = "harbour-desk"

    [processes]
      web = "uvicorn app:app --host 0.0.0.0 --port 8080"

    [[mounts]]
      source = "data"
      destination = "/data"
      processes = ["web"]

## Limits
Without `[processes]` there is one group, `app`. Groups that only machines of an earlier deployment have are not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Edit, Finding, Note, rule

from ._files import fly_file, may_be_fly, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

REJECTED = ("http_service", "services", "restart")


@rule("fly-dangling-process-ref", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the name in the array."""
    file = fly_file(ctx, document)
    if file is None:
        return
    groups = {group.name: group for group in file.groups}
    for scope in file.scopes:
        for number, name in enumerate(scope.processes):
            if name in groups:
                continue
            item = document.get(*scope.keys, "processes", number)
            consequence = "flyctl rejects the file" if scope.table in REJECTED else "flyctl takes it for no machine"
            known = ", ".join(groups)
            made = ctx.finding(
                scope.span if item is None else item.value_span,
                f"there is no process group {name!r}: {consequence}; the groups are: {known}",
            )
            if file.declared_groups:
                made = made.with_related(Note(file.place("processes"), "the groups are declared here"))
            if len(groups) == 1 and item is not None and known not in scope.processes:
                made = made.with_fix(f"Name {known}", Edit(item.value_span, quoted(document, known)))
            yield made
