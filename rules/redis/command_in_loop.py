"""A Redis command for every item of a loop, where one command or one pipeline could do.

## Why
Each command waits for the network: 200 GETs of half a millisecond are a tenth of a second of a response. A pipeline
sends them together and waits once, but a provider that bills by the command still bills 200 of them. MGET, HMGET and the
commands that take many members, such as `delete(*keys)` and `sadd(key, *members)`, save both.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    @app.get("/names")
    def names(page: int):
        ids = client.zrange("users", 100 * page, 100 * page + 99)
        return [client.get(f"name:{user_id}") for user_id in ids]

## Good
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    @app.get("/names")
    def names(page: int):
        ids = client.zrange("users", 100 * page, 100 * page + 99)
        return client.mget([f"name:{user_id}" for user_id in ids])

## Configuration
`turns` is how often a loop over constants may turn before its commands are reported; the default is 10.

## For agents
Send no Redis command in a loop: use `mget`, `mset` or one pipeline around it.

## Limits
Quiet for commands on a pipeline, chunks, pages, retries, loops that leave at the first hit, consumers, locks, commands
that wait, and for code that no request reaches. Of data nothing tells how many turns a loop has: what is proven is of
medium confidence where each turn reads a value, or the function asks for data by the page or limits it (`limit`,
`page`), else of low, and of high for a number of turns that the source states. A command under a condition is reported
with less confidence; with low are loops over what there are few of by their name (roles, regions), over one value of a
cache, over what is searched for to be deleted, those that write in a request which is sent to change something (POST,
PUT, PATCH, DELETE), those of pages of operators, and those of routes that are deprecated, kept by a cache, or come
there after an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Option, rule, text_of

from .._certainty import NEAR, confidence
from .._few import loops_over_few
from .._methods import in_writing_branch, is_writing
from .._paged import expects_many
from .._repeats import Hit, others, repeats, trace
from .._staff import is_of_operators
from ._bulk import ASKED, CACHES, KEYS, bulk_of, of_cache
from ._loop_worth import is_seldom
from ._mget import mget_fix, pipeline_fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call

    from .._repeats import Repeat

NEEDS = ("redis", "Redis", "valkey", "aioredis", "upstash", "cache", "limit", "throttl", "session")
TURNS = Option("turns", 10, "turns of a loop over constants from which its commands are reported", minimum=2)
FIELDS = frozenset({"hget", "hexists", "hstrlen", "sismember", "zscore", "zrank", "zrevrank"})
"""Commands whose second argument says what is asked for."""
VALUES = frozenset({"get", "hget", "hgetall", "json_get"})
"""Commands that read one value."""
WAITS = frozenset(
    {
        "blpop",
        "brpop",
        "blmove",
        "blmpop",
        "bzpopmin",
        "bzpopmax",
        "bzmpop",
        "brpoplpush",
        "xread",
        "xreadgroup",
        "wait",
    }
)


@rule(
    "redis-command-in-loop", needs=NEEDS, reach=True, shares="loops", options=(TURNS,), severity="warning", since="0.1"
)
def loops_over_keys(function: Function) -> bool:
    """A function with a loop that sends a command at each turn."""
    return bool(_repeats(function))


@loops_over_keys.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    """The first command of each such loop, with the way from the route."""
    for repeat in _repeats(function):
        constant = repeat.loop.kind == "constant"
        if constant and (repeat.loop.count or 0) < ctx.option(TURNS):
            continue
        level = confidence(repeat, data=constant or repeat.first.goes_through_data(repeat.loop.frame))
        if loops_over_few(repeat.loop.name) or _changes(function, repeat) or is_seldom(function, repeat):
            level = Confidence.LOW
        if not constant and not _only_reads(repeat) and not expects_many(function, repeat.loop.frame):
            level = Confidence.LOW
        if level is not Confidence.HIGH and len(repeat.near.steps) > NEAR:
            level = Confidence.LOW  # further down, a turn has more to do than that
        if level is not Confidence.HIGH and any(of_cache(w.steps[-1]) for w in repeat.work):
            level = Confidence.LOW  # behind an alias of Django's cache, a database may be what answers
        if is_of_operators(ctx.index, repeat.path):
            level = Confidence.LOW
        if not constant and level is Confidence.HIGH:
            level = Confidence.MEDIUM  # nothing tells how many turns there are
        finding = ctx.finding(repeat.first, _message(repeat), confidence=level)
        finding = finding.with_related(*others(repeat)).with_trace(*trace(ctx.index, repeat))
        for fix in (mget_fix(ctx.index, repeat), pipeline_fix(ctx.index, repeat)):
            if fix is not None:
                finding = finding.with_fix(fix.title, *fix.edits)
        yield finding


def _only_reads(repeat: Repeat) -> bool:
    """Whether each turn asks for one value, every time: what many are of, one command can ask for."""
    return all(work.sure and work.hit.what in VALUES for work in repeat.work)


def _changes(function: Function, repeat: Repeat) -> bool:
    """Whether a loop writes in a request that is sent to change something: now and then, and for a few items."""
    if all(work.hit.what in ASKED for work in repeat.work):
        return False
    around = function.table.frames(repeat.loop.frame)
    return in_writing_branch(function, around) or is_writing(repeat.path, function.index)


def _repeats(function: Function) -> list[Repeat]:
    kinds = ("each", "constant")
    found: list[Repeat] = function.index.keep(
        ("command-in-loop", function), lambda: list(repeats(function, command_of, "redis", kinds))
    )
    return found


def command_of(call: Call) -> Hit | None:
    """The command that a call sends, unless it is one that waits or locks."""
    effect = call.effect
    if effect is None or effect.operation.resource != "redis":
        return None
    name = effect.operation.name
    if name in WAITS or "Lock" in effect.receiver or "PubSub" in effect.receiver:
        return Hit("")
    kinds = {place.startswith("django.") for place in call.external}  # Django's cache answers to names of its own
    return Hit("script" if name == "()" else name, len(kinds) < 2, effect.operation.commands)


def _message(repeat: Repeat) -> str:
    work = [w for w in repeat.work if w.sure] or list(repeat.work)
    count = sum(w.hit.weight for w in work)
    often = "" if any(w.sure for w in repeat.work) else "up to "
    name = f"each of `{repeat.loop.name}`" if repeat.loop.name else "each item"
    if repeat.loop.kind == "constant":
        name = f"each of {repeat.loop.count} turns"
    names = ", ".join(dict.fromkeys(w.hit.what for w in work))
    text = f"{often}{count} Redis command{'s' if count > 1 else ''} for {name} ({names})"
    bulk = {
        bulk_of(w.steps[0], w.hit.what, repeat.loop.frame)
        if len(w.steps) == 1
        else (CACHES if of_cache(w.steps[-1]) else KEYS).get(w.hit.what)
        for w in work
    }
    if any(w.hit.what in ("keys", "iter_keys", "scan_iter", "scan") for w in work):
        return f"{text}: keep the names in a set, and delete them all at once"  # one answer is what the next one needs
    if all(w.hit.what in ASKED and _is_fixed(w.steps[-1]) for w in work):
        return f"{text}: it is the same key at every turn, and once before the loop is enough"
    if any(of_cache(w.steps[-1]) for w in work):  # Django's cache has no pipeline
        many = (
            " and ".join(sorted(b for b in bulk if b)) if None not in bulk else "`get_many`, `set_many`, `delete_many`"
        )
        return f"{text}: with {many} it is one round trip"
    if all(w.hit.what == "pipeline" for w in work):
        return f"{text}: one pipeline around the loop makes it one round trip, and one MULTI and EXEC"
    if None in bulk:
        return f"{text}: a pipeline makes it one round trip, but the commands are billed all the same"
    one = " and ".join(sorted(b for b in bulk if b))
    return f"{text}: {one} makes it one command; a pipeline would save the round trips, not the billed commands"


def _is_fixed(call: Call) -> bool:
    """Whether a command's key is a text that the source states, and so is the field that it asks for."""
    parts = call.args[: 2 if call.name in FIELDS else 1] or (None,)
    return all(text_of(part) is not None or {v.kind for v in call.evaluate(part)} == {"const"} for part in parts)
