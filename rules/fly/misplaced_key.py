"""A key of a Fly.io configuration stands in a table where it means something else, or nothing.

## Why
In TOML, whatever follows a `[table]` line belongs to that table. A `release_command` after `[build.args]` is a build
argument: the image gets it, migrations never run, and both `fly config validate` and `--strict` call the file valid. A
`kill_timeout` after `[deploy]` is dropped without a word, and machines are killed after five seconds as before.

## Bad
    --- fly.toml
    app = "harbour-desk"

    [build]
      dockerfile = "Dockerfile"

    [build.args]
      BASE = "slim"
      release_command = "alembic upgrade head"

    [http_service]
      internal_port = 8080
      kill_timeout = 120

## Good
    --- fly.toml
    app = "harbour-desk"
    kill_timeout = 120

    [build]
      dockerfile = "Dockerfile"

    [build.args]
      BASE = "slim"

    [deploy]
      release_command = "alembic upgrade head"

    [http_service]
      internal_port = 8080

## Limits
Under free names (`[env]`, `[build.args]`, `[processes]`) only keys of flyctl are found that are no likely name of a
variable, such as `release_command` and `internal_port`, and `app` in `[env]`; written in capitals they are variables.
A key that belongs to another table than the top level is `fly-unknown-key`, which names that table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Document, Finding, rule

from ._files import fly_file, may_be_fly, named

if TYPE_CHECKING:
    from collections.abc import Iterator

BECOMES = {"env": "an environment variable", "args": "a build argument", "processes": "a process group"}
HOME = {
    **dict.fromkeys(
        ("release_command", "release_command_timeout", "wait_timeout", "max_unavailable", "seed_command"), "[deploy]"
    ),
    **dict.fromkeys(
        ("internal_port", "force_https", "auto_stop_machines", "auto_start_machines", "min_machines_running"),
        "[http_service]",
    ),
    **dict.fromkeys(("memory_mb", "cpu_kind"), "[[vm]]"),
    **dict.fromkeys(("snapshot_retention", "initial_size"), "[[mounts]]"),
    "build-target": "[build]",
    "grace_period": "a check",
}
"""Where keys belong that do not belong to the top level."""


@rule("fly-misplaced-key", severity="error", since="0.1")
def configures(document: Document) -> bool:
    """Any TOML file; the handler asks whether it is one of Fly.io's."""
    return may_be_fly(document)


@configures.on("*")
def report(ctx: Context, document: Document) -> Iterator[Finding]:
    """Keys of the top level that a table swallowed, and keys of flyctl under free names."""
    file = fly_file(ctx, document)
    if file is None:
        return
    for unknown in file.decoded.unknown:
        if unknown.is_swallowed:
            *above, key = unknown.keys
            yield ctx.finding(
                file.place(*unknown.keys),
                f"flyctl drops {key} in {named(tuple(above))}: it belongs to the top level, before the first table",
            )
    for keys in file.strays:
        key = str(keys[-1])
        table = str(keys[-2])
        yield ctx.finding(
            file.place(*keys),
            f"{key} is {BECOMES[table]} here, and flyctl does not act on it:"
            f" it belongs to {HOME.get(key, 'the top level, before the first table')}",
        )
