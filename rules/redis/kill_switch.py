"""A Redis client that is made without asking the switch that turns Redis off.

## Why
A switch such as `SUSPEND_REDIS` is there for the day on which Redis costs more than it gives: a bill that runs away, a
provider that is down. It works when every client asks it. One that does not keeps sending commands, and nobody who threw
the switch expects that.

## Bad
    import os
    import redis

    REDIS_ENABLED = os.getenv("REDIS_ENABLED", "true") == "true"
    cache = redis.Redis(host="cache") if REDIS_ENABLED else None
    limiter = redis.Redis(host="limits")
    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    [kill-switches]
    redis = "REDIS_ENABLED"
    ```
    <!-- END:atomlint-deploy -->

## Good
    import os
    import redis

    REDIS_ENABLED = os.getenv("REDIS_ENABLED", "true") == "true"
    cache = redis.Redis(host="cache") if REDIS_ENABLED else None
    limiter = redis.Redis(host="limits") if REDIS_ENABLED else None
    --- CLAUDE.md
    <!-- BEGIN:atomlint-deploy v1 -->
    ```toml
    [kill-switches]
    redis = "REDIS_ENABLED"
    ```
    <!-- END:atomlint-deploy -->

## Configuration
`switch` names the setting, such as `SUSPEND_REDIS`. Without it the rule looks for a setting with such a name that already
guards a client, and is silent when there is none.

## For agents
Build Redis clients only in the factory that asks the kill switch.

## Limits
A check counts around the construction, before it in its function, or around every call of that function, so a central
factory that asks is enough. A client that is only made when its own URL is set has a switch of its own and is not
reported. Which way a switch points is not looked at. Of low confidence, which a run does not show unless it is asked to,
where no switch is declared and one is only recognised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, Option, rule

from ._quiet import is_aside
from ._switches import has_own_switch, recognised, switch_around

if TYPE_CHECKING:
    from collections.abc import Iterator


SWITCH = Option(
    "switch",
    "",
    "the setting that turns Redis off, such as SUSPEND_REDIS; empty: recognised",
    declared="kill-switches.redis",
)
NEEDS = ("redis", "Redis", "valkey", "Valkey", "arq")


@rule("redis-kill-switch", needs=NEEDS, options=(SWITCH,), since="0.1")
def makes_a_client(call: Call) -> bool:
    """A construction; whether it asks the switch is for the handler, which knows its name."""
    if call.name not in call.index.project.clients.names or call.in_test or is_aside(call.path):
        return False
    made = call.index.project.clients.construction(call.path, call.ordinal)
    return (
        made is not None and made.kind != "view" and call.index.project.catalog.clients[made.type].resource == "redis"
    )


@makes_a_client.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The construction, when the project has a switch and nothing on the way to it asks."""
    declared = ctx.option(SWITCH)
    switches = {declared: None} if declared else recognised(ctx.index)
    if not switches or switch_around(ctx.index, call, frozenset(switches)) or has_own_switch(call):
        return
    name, place = next(iter(switches.items()))
    level = Confidence.HIGH if declared else Confidence.LOW
    finding = ctx.finding(
        call, f"this client is made without asking {name}: with Redis switched off it still connects", confidence=level
    )
    if place is not None:
        finding = finding.with_related(Note(place, f"{name} is asked here"))
    yield finding.with_help("make it in the factory that asks the switch, or ask it here")
