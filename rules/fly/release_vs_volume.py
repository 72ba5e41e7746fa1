"""A `release_command` works on a SQLite file on a volume, and its machine has no volume.

## Why
flyctl runs `release_command` on a machine of its own, which it makes for that and throws away. Volumes are not attached
to it: `alembic upgrade head` makes a new, empty file, migrates it and succeeds, and the database on the volume stays as
it was. flyctl says nothing of it.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [deploy]
      release_command = "alembic upgrade head"

    [env]
      DATABASE_URL = "sqlite:////data/desk.db"

    [[mounts]]
      source = "data"
      destination = "/data"

## Good
    --- fly.toml
    app = "harbour-desk"

    [processes]
      app = "sh -c 'alembic upgrade head && exec uvicorn app:app --host 0.0.0.0'"

    [env]
      DATABASE_URL = "sqlite:////data/desk.db"

    [[mounts]]
      source = "data"
      destination = "/data"

## Configuration
The rule runs when it is selected by its id.

## Limits
The command is taken to work on the database when it names a tool for migrations or the file itself. Values that the
Dockerfile or a secret sets are not looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, Note, rule

from ._files import fly_file, may_be_fly

if TYPE_CHECKING:
    from collections.abc import Iterator

SQLITE = re.compile(r"(?:sqlite[+\w]*:///|file:)(/[^?#]+)", re.IGNORECASE)
MIGRATES = re.compile(r"migrat|alembic|upgrade|flask\s+db|prisma|knex|goose|dbmate|db:|seed|create_all|init[_-]?db")


@rule("fly-release-vs-volume", severity="error", status="preview", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """On the command."""
    file = fly_file(ctx, document)
    command = None if file is None else file.deploy.release_command
    if file is None or command is None:
        return
    for variable in file.env.values():
        match = SQLITE.match(variable.value)
        mount = next((m for m in file.mounts if match is not None and m.holds(match[1])), None)
        if match is None or mount is None or not (MIGRATES.search(command.lower()) or match[1] in command):
            continue
        yield ctx.finding(
            file.place("deploy", "release_command"),
            f"the machine of release_command has no volume: it makes an empty {match[1]}, and leaves the database as it is",
        ).with_related(Note(variable.key_span, "the database's file"), Note(mount.span, "the volume that it is on"))
