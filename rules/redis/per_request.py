"""A Redis command on every request, with nothing in front of it.

## Why
A command in a middleware or a shared dependency is paid once for every request, whatever the request is about: latency
on every response, and on a provider that bills commands, the bill. A rate limiter that asked Redis on each request cost
one product 733,000 GETs an hour; counting locally and syncing every 30 seconds took that down by 96.7 %.

## Bad
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()

    @app.middleware("http")
    async def limit(request: Request, call_next):
        if client.incr(f"hits:{request.client.host}") > 100:
            raise RuntimeError("too many requests")
        return await call_next(request)

## Good
    import time
    import redis
    from fastapi import FastAPI, Request

    app = FastAPI()
    client = redis.Redis()
    everywhere = {}
    unsent = {}
    last_sync = 0.0

    @app.middleware("http")
    async def limit(request: Request, call_next):
        host = request.client.host
        unsent[host] = unsent.get(host, 0) + 1
        sync()
        if everywhere.get(host, 0) + unsent.get(host, 0) > 100:
            raise RuntimeError("too many requests")
        return await call_next(request)

    def sync():
        global last_sync
        now = time.monotonic()
        if now - last_sync < 30:
            return
        last_sync = now
        minute = int(time.time() // 60)
        hosts = list(unsent)
        pipe = client.pipeline()
        for host in hosts:
            pipe.incrby(f"hits:{host}:{minute}", unsent[host])
            pipe.expire(f"hits:{host}:{minute}", 60)
        answers = pipe.execute()
        unsent.clear()
        everywhere.clear()
        everywhere.update(zip(hosts, answers[::2]))

## Configuration
`allowed = 1` lets a middleware or a dependency have one command. `allowed-per-route = 20` also reports a function that
runs more commands than that in the requests of a single route. What the message says of the saving follows from
`requests-per-hour`, `identifiers` and `sync-interval`: a sync costs as many commands as now, once an interval and
identifier; a local cache loads as often as random arrivals make it.

## For agents
Put no Redis command into a middleware or a shared dependency. Count or cache in local memory, and sync every few
seconds with one pipeline.

## Limits
Reported are middlewares, hooks that run before every request, dependencies, throttles, context processors, and
decorators that count the requests of routes; a command that a single route runs for its own purpose is not, nor what a
decorator keeps of answers. A local cache or a time gate counts when it stands in the call path and works: what it keeps
outlives the request and is stored on every way out, and the clock is set behind the gate. Of libraries' own work the
default limits of slowapi and Flask-Limiter are reported, sessions are not. Gates that stay open are
`redis-sticky-gate`, caches with holes `redis-cache-hole`, local copies that are asked last `redis-fallback-cache`. Of
low confidence are middlewares for fewer than a tenth of the routes, for one or two of them, or for those of a list that
is not known, those that only settings for other places than production install, those that let go by what lacks a
header that few requests bring (`Idempotency-Key`), or in a branch that a request may not take (what a constant or the
default of a setting decides for all requests is none, nor is the question whether somebody is signed in, nor are
branches of one test that all lead to the command), what is sent for requests that are then refused by an error, what
only some requests write without a count, what only some pages read, the pages of one blueprint, dependencies of
administrators and branches for them or for where a service is developed (`DEBUG`, SQLite), middlewares that answer with
what Redis kept of a response, limiters of fewer than sixteen routes among many, dependencies and throttles of fewer
than ten routes that nothing is seen to serve, throttles of Django REST framework that fewer than ten views choose,
sessions and tokens that Redis keeps (by the key, or the reader's name), whether somebody is locked out where fewer than
ten routes ask, quotas and what may only run once (`idempotency`) by their names, permissions for one action of a view,
what only a few routes put on the request, and reading a session of Flask: a copy of it would be old. Of medium
confidence are dependencies of fewer than ten routes, in a branch, or that only read, as a copy tells late who may do
what; what an extension asks of a token (flask-jwt-extended), as routes choose whether it does; what a function leaves
before for reasons of its own, other than the route, a refusal or somebody who is missing; limiters of libraries,
sessions by their names, and scripts, whose state all processes may have to share; and what asks whether somebody is
locked out (`is_revoked`, `blacklist`), where a copy lets them in for a while. A command behind a look at what the
request holds (`g`, `request.state`) is not reported where another function sets it on every request; one behind a look
at a context variable is of low confidence, and one behind a look at what a middleware puts there that runs later. Not
reported is what follows the making of a client that requests share. Clients that the index cannot follow (plugins) are
not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Effect, Finding, Function, Note, Option, rule

from .._askers import askers
from .._branches import (
    asks_the_context_first,
    asks_who,
    is_of_one_action,
    is_refusal,
    leaves_for_others,
    may_be_skipped,
    sites_of,
    waits_for_few,
    waits_for_state,
)
from .._brought import SELDOM, raises_its_flag
from .._staff import is_admin
from .._work import (
    ALWAYS,
    IDENTIFIERS,
    INTERVAL,
    REQUESTS,
    base_confidence,
    branches,
    commands,
    count_of_routes,
    counted,
    describe_frequency,
    is_held,
    is_worth_saying,
    kept,
    names,
    percent,
    periodic,
    trace_of,
    way,
)  # fmt: skip
from ._fallback import fallback_of
from ._firsts import is_first_of_client
from ._kinds import COUNTS, HELP, kind_of, spared_as
from ._limiters import count_here
from ._meant import is_meant_for_all, is_of_blueprint, is_of_gate, is_of_staff, is_session, revokes
from ._refills import is_refill
from ._responses import is_answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atomlint import Index
    from atomlint.index.requestwork import RequestWork, Use
    from atomlint.index.value import Value

NEEDS = ("redis", "Redis", "valkey", "aioredis", "upstash", "cache", "limit", "throttl", "session")
FAR = 4
"""Calls on the way to a command beyond which a branch says that few requests come there."""
LOGOUT = 5
"""Seconds for which somebody who was locked out may still pass."""
SHARED = 10
"""Routes from which a dependency is one that requests in general pay for."""
GUARDED = 16
"""Routes from which a limiter is one that requests in general pay for, where there are many."""
FEW = 10
"""A middleware that works for fewer than one in so many routes is none of every request."""
STOCK = "allow_request"
"""What a throttle of Django REST framework does by itself."""
OPENS = "open_session"
"""The method of a session interface of Flask that reads the session."""
RARE = (*SELDOM, is_refusal, raises_its_flag)
"""What is to be seen of a command that few requests come to."""
LIMITERS = ("slowapi.", "flask_limiter.")
"""Libraries whose middleware counts every request."""
ALLOWED = Option(
    "allowed",
    0,
    "Redis commands that a middleware or a shared dependency may send per request",
    minimum=0,
    declared="budget.redis-commands-per-request",
)
PER_ROUTE = Option(
    "allowed-per-route",
    0,
    "Redis commands that a function may send in a request of a single route; 0 for any number",
    minimum=0,
)


@rule(
    "redis-per-request",
    needs=NEEDS,
    reach=True,
    shares="requests",
    among=lambda index: sites(index),  # noqa: PLW0108 - defined below
    severity="warning",
    options=(ALLOWED, PER_ROUTE, REQUESTS, IDENTIFIERS, INTERVAL),
    since="0.1",
)
def works_on_every_request(call: Call) -> bool:
    """The first call of a function that decides on Redis commands that nothing keeps back, or a library's middleware."""
    return (call.path, call.ordinal) in sites(call.index)


@works_on_every_request.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    found = sites(ctx.index)[call.path, call.ordinal]
    if isinstance(found, Effect):
        yield of_library(ctx, call, found)
    else:
        yield from of_function(ctx, ctx.index.function(found))


def of_library(ctx: Context, call: Call, effect: Effect) -> Finding:
    """What a library's middleware sends for each request by itself."""
    sent = [one for one in _limiters(ctx.index) if (one.path, one.call) == (effect.path, effect.call)]
    number = sum(one.operation.commands for one in sent)
    name = effect.receiver.rpartition(".")[2]
    some, total = _limited_by(ctx.index, effect)
    where = "" if some == total else f" to {some:,} of {total:,} routes"
    text = f"{counted(number)} on every request{where}, sent by {name}"
    requests, identifiers, interval = figures(ctx)
    spared = periodic(requests, identifiers, interval)
    if is_worth_saying(spared):
        text += (
            f": -{percent(spared)} with a count that is kept in the process and synced every {interval} s, for example, "
            f"at {identifiers:,} identifiers and {requests:,} requests an hour"
        )
    here = count_here(ctx.index, effect.receiver.partition(".")[0].replace("_", "-"))
    few = here or FEW * some < total
    level = Confidence.LOW if few else Confidence.MEDIUM  # all processes may want one server's counts
    finding = ctx.finding(call, text, confidence=level)
    return finding.with_help("keep its counts in the process (`memory://`), or limit only the routes that need it")


def _limited_by(index: Index, effect: Effect) -> tuple[int, int]:
    """How many routes a library's middleware counts the requests of, and of how many: not those with limits of their own."""
    library, libraries = effect.receiver.partition(".")[0], index.project.effects.libraries
    handlers = [route.handler for route in index.project.routes.all]
    return sum(library not in libraries.limiting(handler) for handler in handlers), len(handlers)


def figures(ctx: Context) -> tuple[int, int, int]:
    """The options that a saving follows from."""
    return ctx.option(REQUESTS), ctx.option(IDENTIFIERS), ctx.option(INTERVAL)


def sites(index: Index) -> dict[tuple[str, int], Value | Effect]:
    """Where to report: the first call of each function with open uses, and what adds a limiter of a library."""
    found: dict[tuple[str, int], Value | Effect] = index.keep("redis-per-request", lambda: dict(_sites(index)))
    return found


def _sites(index: Index) -> Iterator[tuple[tuple[str, int], Value | Effect]]:
    for effect in _limiters(index):
        some, total = _limited_by(index, effect)
        if some or not total:
            yield (effect.path, effect.call), effect
    for value, work in index.redis_work().items():
        uses = open_uses(index.function(value), work)
        if uses:
            yield (value.place, uses[0].decision.call), value


def _limiters(index: Index) -> Iterator[Effect]:
    """What limiters of libraries send for every request, one for each of their limits."""
    for effect in index.project.effects.libraries.middlewares():
        limiter = effect.receiver.startswith(LIMITERS) and effect.operation.resource == "redis"
        if limiter and effect.call >= 0 and effect.operation.commands and effect.path not in index.tests:
            yield effect


def of_function(ctx: Context, function: Function) -> Iterator[Finding]:
    """What a function decides on."""
    work = ctx.index.redis_work()[function.value]
    uses = open_uses(function, work)
    allowed = ctx.option(PER_ROUTE if work.frequency == "route" else ALLOWED)
    if commands(ctx.index, uses) <= allowed or (work.frequency == "route" and not allowed):
        return
    first = ctx.index.call(function.path, uses[0].decision.call)
    finding = ctx.finding(first, message(ctx, work, uses), confidence=confidence(ctx.index, work, uses))
    for use in uses[1:]:
        if use.decision.call != uses[0].decision.call:
            place = ctx.index.call(function.path, use.decision.call).span
            finding = finding.with_related(Note(place, f"and {use.command.operation.name} here"))
    finding = finding.with_related(*askers(ctx.index, work.paths))
    yield finding.with_trace(*trace_of(ctx.index, work, uses)).with_help(HELP[spared_as(ctx.index, uses)])


def guards_few(index: Index, work: RequestWork, uses: Sequence[Use]) -> bool:
    """Whether it counts the requests of a few routes among many: sign-ins, mails, exports, which all processes count together."""
    shared = work.frequency == "dependency" and work.path.entry.kind not in ALWAYS and kind_of(uses) == "count"
    return shared and work.routes < min(GUARDED, count_of_routes(index) // 4)


def open_uses(function: Function, work: RequestWork) -> list[Use]:
    """Uses that run every time, but for those that a local copy should have spared: those have a rule of their own.

    What fills a cache after a miss, and what tries out a client that was just made, does not run every time.
    """
    if keeps_answers(work):
        return []
    index = function.index
    return [
        use
        for use in work.of("open")
        if fallback_of(index, use) is None and not is_refill(index, use) and not is_first_of_client(index, work, use)
    ]


def keeps_answers(work: RequestWork) -> bool:
    """Whether the work is that of a decorator that does not count: it keeps answers in a shared cache, or forgets them."""
    names = {use.command.operation.name for use in work.uses}
    return work.path.is_decorated and names.isdisjoint(COUNTS)


def message(ctx: Context, work: RequestWork, uses: Sequence[Use]) -> str:
    number = commands(ctx.index, uses)
    many = counted(number)
    if number > 1 and branches(ctx.index, uses) > 1:
        many = f"up to {many}"
    when = describe_frequency(work, conditional=uses[0].conditional)
    text = f"{many} ({names(uses)}) {when} ({way(ctx.index, work, uses[0])})"
    if work.frequency == "route":
        return f"{text}; {ctx.option(PER_ROUTE):,} are allowed"
    requests, identifiers, interval = figures(ctx)
    kind = spared_as(ctx.index, uses)
    if kind == "read" and revokes(ctx.index, work, uses[0]):
        seconds = min(LOGOUT, interval)
        spared = kept(requests, identifiers, seconds)
        repair = f"a local copy of {seconds} s, by which who is locked out may pass as long, spares {percent(spared)}"
        return f"{text}: {repair}, for example, at {identifiers:,} identifiers and {requests:,} requests an hour"
    spared = (kept if kind == "read" else periodic)(requests, identifiers, interval)
    if not is_worth_saying(spared) or kind == "tell":
        return text
    repair = f"cache locally for {interval} s" if kind == "read" else f"count locally and sync every {interval} s"
    return f"{text}: {repair}; -{percent(spared)}, for example, at {identifiers:,} identifiers and {requests:,} requests an hour"


def confidence(index: Index, work: RequestWork, uses: Sequence[Use]) -> Confidence:
    """Low where few requests come there: to a few routes among many, the first of a session, those of a middleware's branch.

    A branch that only asks whether something is there, a client or somebody who is signed in, keeps few of them away. A
    dependency of few routes, or in a branch, is of medium confidence: how many requests come there is not known.
    """
    level = base_confidence(index, work)
    if work.frequency == "dependency" and (is_admin(work.path, index) or is_of_staff(index, work, uses[0])):
        return Confidence.LOW  # of those who run the service, who are few
    locked = revokes(index, work, uses[0])
    session = kind_of(uses) == "read" and not locked and is_session(index, work, uses[0])
    if session or is_of_gate(index, work, uses):
        return Confidence.LOW  # a copy of a session lets in who has gone
    held = is_held(index, work, uses[0]) or asks_the_context_first(index, work, uses[0])
    sites = [(function, call) for function, call, _ in sites_of(work, uses[0])]
    if held or waits_for_state(index, work, uses[0]) or waits_for_few(index, sites):
        return Confidence.LOW
    if any(index.project.requests.branching.lets_few_by(function, call) for function, call in sites):
        return Confidence.LOW  # of routes that a table names, or of requests that have left something to do
    entry = work.path.entry
    if kind_of(uses) == "read" and index.function(entry.function).name == OPENS:
        return Confidence.LOW  # the session itself: a copy of it would be old
    some = uses[0].conditional and (kind_of(uses) == "tell" or entry.kind == "page")
    if some or is_of_blueprint(index, work):
        return Confidence.LOW  # what is written in some requests, such as an entry that ran out; pages of one part
    far = uses[0].conditional and len(work.path.steps) + len(uses[0].chain) > FAR
    skipped = far or (may_be_skipped(index, work, uses[0]) and not asks_who(index, work, uses[0]))
    if uses[0].conditional and work.frequency != "dependency" and skipped:
        return Confidence.LOW
    if any(few(index, work, uses[0]) for few in RARE):
        return Confidence.LOW  # of failed sign-ins, which are few
    rare = work.share is not None and FEW * work.share[0] < work.share[1]
    if rare or guards_few(index, work, uses) or is_answer(index, work, uses):
        return Confidence.LOW  # such as a limit of sign-ins, which all processes have to count together
    few = work.frequency == "dependency" and entry.kind not in ALWAYS and work.routes < SHARED
    if few and (locked or not entry.proven):
        return (
            Confidence.LOW
        )  # such as routes that renew a token, which asks once, and those that nothing is seen to serve
    if few and (far or is_of_one_action(index, work, uses[0]) or uses[0].command.operation.name == STOCK):
        return Confidence.LOW  # of requests of few routes, those that take a branch; limits chosen for them
    reads = work.frequency == "dependency" and kind_of(uses) == "read"  # who may do what, which a copy tells late
    counts = work.path.is_decorated and kind_of(uses) == "count"  # a limit that its routes have chosen
    if few or reads or locked or counts or is_meant_for_all(index, work, uses):
        level = min(level, Confidence.MEDIUM, key=lambda c: c.rank)
    sure = not (uses[0].conditional or leaves_for_others(index, work, uses[0])) and entry.kind != "auth-dependency"
    return level if sure else min(level, Confidence.MEDIUM, key=lambda c: c.rank)
