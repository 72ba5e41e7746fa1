"""A part of a Fly.io configuration without `processes`, in a file with several process groups.

## Why
A volume, a check, a file or a restart policy without `processes` is for one group only: `app`, or the first by name
where there is none of that name. Other groups start without the volume, write to the machine's own disk, and lose it
with the next deployment. flyctl says nothing of it. A service without `processes` it rejects as soon as there is a
`[processes]` table, even one with a single group.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [env]
      UPLOADS = "/data/uploads"

    [processes]
      app = "uvicorn app:app --host 0.0.0.0 --port 8080"
      worker = "celery -A app.tasks worker"

    [[mounts]]
      source = "data"
      destination = "/data"

## Good
    --- fly.toml
    app = "harbour-desk"

    [env]
      UPLOADS = "/data/uploads"

    [processes]
      app = "uvicorn app:app --host 0.0.0.0 --port 8080"
      worker = "celery -A app.tasks worker"

    [[mounts]]
      source = "data"
      destination = "/data"
      processes = ["app", "worker"]

## Limits
A volume is reported with high confidence when `[env]` or another group's command names a path on it, since all groups
get the same variables, and with medium confidence otherwise. Everything else is of low confidence: a check or a metric
is often meant for one group.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Document, Edit, Finding, FlyFile, Note, Position, Severity, Span, rule

from ._files import fly_file, may_be_fly, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.fly.records import Scope

SERVICES = ("http_service", "services")


@rule("fly-default-group-only", severity="warning", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the header of the part."""
    file = fly_file(ctx, document)
    if file is None or not file.declared_groups:
        return
    others = [group.name for group in file.groups if group.name != file.default_group]
    for scope in file.scopes:
        written = document.get(*scope.keys, "processes")
        if scope.processes or scope.table == "vm" or (written is not None and written.value != []):
            continue
        if scope.table in SERVICES:
            if file.holds(*scope.keys, "internal_port"):  # else it is no service at all
                yield rejected(ctx, file, scope)
        elif others:
            yield narrowed(ctx, file, scope, others)


def rejected(ctx: Context, file: FlyFile, scope: Scope) -> Finding:
    """A service without groups; the fix is sure where there is one group."""
    made = ctx.finding(
        scope.span,
        "flyctl rejects the file: a service must name its processes when there is a [processes] table",
        severity=Severity.ERROR,
    )
    edit = naming(file, scope, [group.name for group in file.groups][:1]) if len(file.groups) == 1 else None
    return made if edit is None else made.with_fix("Name the group", edit, safe=True)


def narrowed(ctx: Context, file: FlyFile, scope: Scope, others: list[str]) -> Finding:
    """A part that one group has and the others lack."""
    user = user_of_volume(file, scope) if scope.table == "mounts" else None
    confidence = Confidence.HIGH if user is not None else Confidence.MEDIUM
    if scope.table not in ("mounts", "files"):
        confidence = Confidence.LOW
    made = ctx.finding(
        scope.span,
        f"without processes this is for the group {file.default_group} only, and not for {', '.join(others)}",
        confidence=confidence,
    )
    if user is not None:
        made = made.with_related(user)
    edit = naming(file, scope, [group.name for group in file.groups])
    return made if edit is None else made.with_fix("Name all groups", edit)


def user_of_volume(file: FlyFile, scope: Scope) -> Note | None:
    """A variable that all groups get, or another group's command, with a path on the volume."""
    mount = next(mount for mount in file.mounts if mount.keys == scope.keys)
    folder = mount.destination.rstrip("/")
    if not folder:
        return None
    named = re.compile(rf"(?<![\w.~-]){re.escape(folder)}(?![\w.-])|(?<=://){re.escape(folder)}(?=/)")
    for variable in file.env.values():
        if named.search(variable.value):
            return Note(variable.key_span, f"names a path on {mount.destination}, for every group")
    for group in file.groups:
        if group.name != file.default_group and named.search(group.command or ""):
            return Note(group.span, f"names a path on {mount.destination}")
    return None


def naming(file: FlyFile, scope: Scope, groups: list[str]) -> Edit | None:
    """A line ``processes = [...]`` behind the header."""
    document = file.document
    header = document.table(*scope.keys)
    if header is None or header.start.line >= len(document.source.lines) or file.holds(*scope.keys, "processes"):
        return None
    first = next(
        (i for i in document.items if i.keys[:-1] == scope.keys and i.key_span.start.line > header.end.line), None
    )
    text = document.source.lines[(first.key_span if first else header).start.line - 1]
    indent = text[: len(text) - len(text.lstrip())]
    end = "\r\n" if "\r\n" in document.source.text else "\n"
    at = Position(header.start.line + 1, 1)
    listed = ", ".join(quoted(document, group) for group in groups)
    return Edit(Span(document.path, at, at), f"{indent}processes = [{listed}]{end}")
