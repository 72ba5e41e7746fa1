"""A gate in front of Redis that stays open once it has opened.

## Why
Code that counts locally and syncs "every 30 seconds or after 5 requests" works in every test and for the first five
requests. A disjunction is as weak as its weakest part: once the counter has reached its limit, and nothing sets it back
when the gate fires, the other half never matters again. Every request then pays for the whole sync, which is more than
asking Redis plainly would have cost. The same happens when the time that the clock is compared with is never set.

## Bad
    import time
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    state = {"last_sync": 0.0, "count": 0}

    @app.middleware("http")
    async def limit(request: Request, call_next):
        now = time.monotonic()
        state["count"] += 1
        if now - state["last_sync"] > 30 or state["count"] >= 5:
            client.incrby("requests", state["count"])
            state["last_sync"] = now
        return await call_next(request)

## Good
    import time
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    state = {"last_sync": 0.0, "count": 0}

    @app.middleware("http")
    async def limit(request: Request, call_next):
        now = time.monotonic()
        state["count"] += 1
        if now - state["last_sync"] > 30 or state["count"] >= 500:
            client.incrby("requests", state["count"])
            state["last_sync"] = now
            state["count"] = 0
        return await call_next(request)

## For agents
In a gate that opens after some time or some requests, reset both, the time and the count, when it has opened.

## Limits
Looked at are gates with a part that compares times, on the way from a request to a Redis command. A counter that another
function sets back is not reported, nor one whose limit is no number that the code shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import Confidence, Context, Finding, Function, Note, rule

from .._work import base_confidence, commands, counted, describe_frequency, names, trace_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.gates import Gate
    from atomlint.index.requestwork import RequestWork, Use

    Stuck = tuple[Gate, RequestWork, list[Use]]

NEEDS = ("redis", "Redis", "valkey", "aioredis", "upstash", "time", "datetime")


@rule("redis-sticky-gate", needs=NEEDS, reach=True, shares="requests", severity="warning", since="0.1")
def holds_a_sticky_gate(function: Function) -> bool:
    """A function with a gate that stays open, and Redis commands behind it."""
    return bool(stuck_in(function))


@holds_a_sticky_gate.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    for gate, work, uses in stuck_in(function):
        finding = ctx.finding(
            ctx.index.gate_span(gate), message(ctx, gate, work, uses), confidence=confidence(ctx.index, work, uses)
        )
        for use in uses[:2]:
            place = ctx.index.call(use.decision.function.place, use.decision.call).span
            finding = finding.with_related(Note(place, f"the gate lets {use.command.operation.name} through"))
        yield finding.with_trace(*trace_of(ctx.index, work, uses)).with_help(help_text(gate))


def stuck_in(function: Function) -> list[Stuck]:
    """Gates of a function that stay open, each with the work behind it that most requests pay for."""
    table: dict[Any, list[Stuck]] = function.index.keep("sticky-gates", lambda: by_function(function))
    return table.get(function.value, [])


def by_function(function: Function) -> dict[Any, list[Stuck]]:
    index = function.index
    found: dict[Any, dict[Any, Stuck]] = {}
    for work in index.redis_work().values():
        for use in work.of("stuck"):
            gate = use.gate
            assert gate is not None
            if is_breaker(index, gate):
                continue
            uses = found.setdefault(index.gate_function(gate), {}).setdefault(
                (gate.path, gate.frame), (gate, work, [])
            )[2]
            uses.append(use)
    return {owner: list(gates.values()) for owner, gates in found.items()}


def is_breaker(index: Index, gate: Gate) -> bool:
    """Whether a gate closes after a failure, whose handler sets the time: ``except RedisError: opened_at = now()``."""
    table = index.table(gate.path)
    names = {part.name.rpartition(".")[2] for part in gate.stuck if part.kind != "count"}
    return any(
        type(assign.target) is str
        and assign.target.rpartition(".")[2] in names
        and any(table.facts.frames[at].kind == "except" for at in table.frames(assign.frame))
        for assign in table.facts.assigns
    )


def message(ctx: Context, gate: Gate, work: RequestWork, uses: list[Use]) -> str:
    number = counted(commands(ctx.index, uses))
    when = describe_frequency(work, conditional=uses[0].conditional)
    instead = f" instead of every {gate.interval:g} s" if gate.interval else ""
    return f"gate `{gate.text}` {why(gate)}: {number} ({names(uses)}) {when}{instead}"


def why(gate: Gate) -> str:
    counters = [part for part in gate.stuck if part.kind == "count"]
    if counters:
        limits = {part.limit for part in counters}
        once = " or ".join(part.name for part in counters)
        return f"stays open once {once} reaches {min(limit for limit in limits if limit is not None):g}"
    return f"is always open, because {gate.stuck[0].name} is never set"


def help_text(gate: Gate) -> str:
    counters = [part.name for part in gate.stuck if part.kind == "count"]
    if counters:
        return f"set {' and '.join(counters)} back to 0 behind the gate, or let time alone decide"
    return f"set {gate.stuck[0].name} to the present time behind the gate"


def confidence(index: Index, work: RequestWork, uses: list[Use]) -> Confidence:
    level = base_confidence(index, work)
    return min(level, Confidence.MEDIUM, key=lambda c: c.rank) if uses[0].conditional else level
