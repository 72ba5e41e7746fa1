"""What a project declares of its deployment, as types: the reference in the docs and the validation are made of them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Values = str | tuple[str, ...]
"""One text, or several of which one holds."""
ANY = "*"
"""As a value: set, whatever it is."""
Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]


class _Table(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    pass


class Group(_Table, frozen=True, kw_only=True):
    """A process group of an app."""

    machines: Annotated[Count | None, Meta(description="Machines that run it; fly.toml does not say.")] = None
    processes: Annotated[
        Positive | None, Meta(description="Processes on each machine that open connections of their own.")
    ] = None


class App(_Table, frozen=True, kw_only=True):
    """A Fly.io app, under its name."""

    file: Annotated[
        str | None, Meta(description="Its configuration. Not needed when `config` names one file only.")
    ] = None
    groups: Annotated[
        dict[str, Group],
        Meta(description="Every process group by its name; `app` where fly.toml has no `[processes]`."),
    ] = {}
    regions: Annotated[tuple[str, ...], Meta(description="Regions that it may run in; `primary_region` is one.")] = ()
    auto_stop: Annotated[
        Literal["off", "stop", "suspend"] | None,
        Meta(description="What `auto_stop_machines` must be, for instance `off` for a scheduler inside of the app."),
    ] = None
    env: Annotated[dict[str, Values], Meta(description="As `env` at the top, for this app alone.")] = {}


class Budget(_Table, frozen=True, kw_only=True):
    """What the plan allows and the team agreed on."""

    database_connections: Annotated[
        Positive | None, Meta(description="Connections to the database that the app may have open at once.")
    ] = None
    database_connections_reserved: Annotated[
        Count, Meta(description="How many of these are kept free for migrations and people.")
    ] = 0
    redis_commands_per_request: Annotated[
        Count | None, Meta(description="Redis commands that one request may cost.")
    ] = None
    redis_commands_per_day: Annotated[Positive | None, Meta(description="Redis commands that a day may cost.")] = None
    poll_seconds: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="The shortest interval at which a loop may ask the database or Redis."),
    ] = None


class Architecture(_Table, frozen=True, kw_only=True):
    """The block ``atomlint-deploy``."""

    config: Annotated[
        Values, Meta(description="The Fly.io configuration, or the list of them. Paths count from the document.")
    ] = ()
    also_allowed: Annotated[
        tuple[str, ...],
        Meta(description="Gitignore patterns of further ones that may exist, such as `fly.staging.toml`."),
    ] = ()
    env: Annotated[
        dict[str, Values],
        Meta(description='What `[env]` must set: a value, a list of which one holds, or `"*"` for any.'),
    ] = {}
    secrets: Annotated[
        tuple[str, ...], Meta(description="Names that `fly secrets` sets, and that `[env]` must not.")
    ] = ()
    kill_switches: Annotated[
        dict[str, str],
        Meta(description='What can be switched off, and the variable that does it: `redis = "SUSPEND_REDIS"`.'),
    ] = {}
    apps: Annotated[dict[str, App], Meta(description="The apps by their names.")] = {}
    budget: Annotated[Budget, Meta(description="Budgets.")] = Budget()
