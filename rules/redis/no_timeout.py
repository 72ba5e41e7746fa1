"""A Redis client that requests use and that waits for ever.

## Why
Before redis-py 8 a client has no timeout. When Redis, or the network on the way to it, stops answering without closing
the connection (a failover, a full host, a dropped packet), every request that asks it hangs, then every worker, then the
health check. With a timeout of some seconds the command raises, and the code around it can do without.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis(host="cache")

    @app.middleware("http")
    async def count(request, call_next):
        client.incr(f"hits:{request.url.path}")
        return await call_next(request)
    --- requirements.txt
    redis==5.2.1

## Good
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis(host="cache", socket_timeout=2, socket_connect_timeout=2)

    @app.middleware("http")
    async def count(request, call_next):
        client.incr(f"hits:{request.url.path}")
        return await call_next(request)

## Configuration
`timeout` is the number of seconds that the fix gives; the default is 5, as in redis-py 8.

## For agents
Give every Redis client `socket_timeout` and `socket_connect_timeout`.

## Limits
Quiet when the project's requirements or lock file ask for redis-py 8 or later, whose default is 5 seconds (what is
stated nearest to the file counts), and low when they leave that open; `socket_timeout=None` is reported with any
release, and so is valkey-py, which has no default. Arguments that come from a dictionary that is not known are taken
to hold a timeout, as are those of an extension's `init_app`. A client on which something also blocks, or listens to
channels, must wait: one of workers is quiet, one of at least three routes is medium and is not repaired, because
requests need another. A command inside of `asyncio.wait_for` or `asyncio.timeout` waits no longer than that. Clients
over HTTP have timeouts of their own: quiet. An address that says a timeout is read, one that callers hand in too, of
flask-redis that of the setting. What a Sentinel hands out is not looked at. Low are a server on the same machine, by
a Unix socket or a literal `localhost`, and a client that only a route or two of operators wait for (`health`,
`status`, `admin`); so is one that only a thread of its own waits on, or a task where the client is asynchronous, and
one that only requests with something rare bring (`Idempotency-Key`). What other routes, one or two, wait for is
medium. Limiters of slowapi and Flask-Limiter wait in the same way, `storage_options` says for how long: they are
medium.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import Call, Confidence, Context, Finding, Note, Option, dotted, rule, text_of

from .._branches import waits_for_few
from .._brought import wait_seldom
from .._made import is_local, is_of_operators, unsure
from .._staff import only_operators
from .._taken import is_taken
from ._limiters import limited, waits_without_end
from ._quiet import is_aside
from ._uses import asked_by, is_waited_for, shortest, uses_of, waits_too

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from atomlint import Index
    from atomlint.index.effects import Effect
    from atomlint.index.reach import Path
    from atomlint.index.value import Value

    from ._limiters import Limited

    Expr = Any

TIMEOUT = Option("timeout", 5, "seconds that the fix waits for an answer", minimum=1)
NEEDS = ("redis", "Redis", "valkey", "Valkey", "Limiter(")
TIMED = "socket_timeout"
KNOWN = (
    "redis.", "valkey.", "flask_redis.", "aioredis.from_url", "aioredis.Redis", "aioredis.ConnectionPool", "aioredis.client.",
    "limits.storage.RedisStorage",
)  # fmt: skip
"""Callables whose keywords these are: a sentinel and other libraries have more places for a timeout."""
OTHERWISE = ("Sentinel", "master_for", "slave_for", "from_custom_provider")
CLASSES = frozenset({"Redis", "StrictRedis", "Valkey", "StrictValkey"})
FIFTH = 5
"""The place of the timeout among their arguments, after host, port, database and password."""
PREFIX = 2
"""The place of the name that the setting with the address begins with, among the arguments of flask-redis."""
BOUNDED = 8
"""The first release of redis-py with a default."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
LOCAL_URL = re.compile(r"rediss?://(?:[^@/]*@)?(?:localhost|127\.0\.0\.1|\[::1\])(?:[:/]|$)")
SHARED = 3
FEW = 10
"""A middleware that waits for fewer than one in so many routes does not wait for every request."""


@rule("redis-no-timeout", needs=NEEDS, reach=True, shares="clients", options=(TIMEOUT,), since="0.1")
def waits_for_ever(call: Call) -> bool:
    """A client or pool without a timeout, on which requests run commands."""
    if waits_without_end(call):
        return not call.in_test and not is_aside(call.path)
    if call.name not in call.index.project.clients.names or call.in_test or is_aside(call.path):
        return False
    return is_unbounded(call) and (bool(uses_of(call)) or asked_by(call) is not None)


@waits_for_ever.on("Call")
def report(ctx: Context, node: cst.Call) -> Iterator[Finding]:
    """The construction, with the command of the shortest path, or the extension that asks it."""
    call = ctx.fact(node)
    if waits_without_end(call):
        yield from _of_limiter(ctx, call)
        return
    if not is_unbounded(call):
        return
    asked, uses = asked_by(call), uses_of(call)
    if asked is None and not uses:
        return
    finding = _asked_by_library(ctx, call, asked) if asked is not None else _asked_by_routes(ctx, call, uses)
    if finding is None:
        return
    if waits_too(call):
        yield finding.with_help(
            "something waits for messages on it as well, which a timeout would end: give requests a client of their own, with "
            "a `socket_timeout` of a few seconds"
        )
        return
    seconds = ctx.option(TIMEOUT)
    if node.args:
        wanted = {"socket_timeout": seconds}
        if call.keywords.get("socket_connect_timeout", "#None") == "#None":
            wanted["socket_connect_timeout"] = seconds
        finding = finding.with_fix(f"give up after {seconds} s", *ctx.keyword_edits(node, **wanted))
    yield finding.with_help(
        "give it a `socket_timeout` of a few seconds, and handle the error where the answer can be missed"
    )


def _of_limiter(ctx: Context, call: Call) -> Iterator[Finding]:
    """A limiter that counts requests of at least some routes."""
    counts: Limited = ctx.index.keep("limited routes", lambda: limited(ctx.index))
    uri = call.keywords.get("storage_uri")
    before = is_before_default(call)
    stated = any(TIMED in text for text in _texts(ctx.index, call.path, call.scope, uri)) if uri is not None else False
    if before is False or stated or not (counts.always or counts.routes):
        return
    who = (
        "every request" if counts.always else f"the requests of {counts.routes} route{'s' if counts.routes > 1 else ''}"
    )
    local = LOCAL_URL.match(text_of(uri) or "") is not None
    few = not counts.always and counts.routes < SHARED
    idle = not ctx.index.idle.makes(call.path, call.ordinal)
    level = Confidence.LOW if before is None or local or few or idle else Confidence.MEDIUM
    text = f"no {TIMED} (before redis-py 8): a Redis that hangs also hangs {who}, with this limiter"
    yield ctx.finding(call, text, confidence=level).with_help(
        f"give it `storage_options={{'{TIMED}': {ctx.option(TIMEOUT)}}}`, and say what holds while Redis is away"
    )


def _asked_by_library(ctx: Context, call: Call, asked: Effect) -> Finding:
    level = _level(call, sure=asked.certainty == "high")
    finding = ctx.finding(call, _text(call, "every request that has a session"), confidence=level)
    return finding.with_related(Note(ctx.index.call(asked.path, asked.call).span, f"{asked.receiver} waits for it"))


def _asked_by_routes(ctx: Context, call: Call, uses: list[Call]) -> Finding | None:
    index = ctx.index
    running = [use for use in uses if index.idle.runs(use.path, use.ordinal) and not _is_for_few(index, [_site(use)])]
    path, where, count = shortest(index, running or uses)
    some = few_routes(index, path, where)
    frequent = (path.entry.kind == "every-request" and some is None) or count >= SHARED
    if (waits_too(call) and (not frequent or is_of_a_worker(call))) or is_made_by_a_worker(call):
        return None  # a look at what a consumer has left to do; a client of another process
    sure = frequent and path.entry.proven and not waits_too(call)
    level = _level(call, sure=sure and not unsure(index, path))
    if not _holds_up(index, call, path) or not is_taken(call) or _is_for_few(index, _sites(path)):
        level = Confidence.LOW  # nobody waits for it, no caller asks for this client, or only what few requests bring
    idle = not running or not index.idle.makes(call.path, call.ordinal)
    if idle or path.entry.certainty == "low" or some == 0 or is_for_operators(index, path, uses, frequent=frequent):
        level = Confidence.LOW  # what no application serves or runs, status pages, what a middleware answers itself
    count = count if some is None else max(some, 1)
    who = f"the requests of {count} route{'s' if count > 1 else ''}"
    if path.entry.kind == "every-request" and some is None:
        who = "every request"
    finding = ctx.finding(call, _text(call, who), confidence=level)
    finding = finding.with_related(Note(where.span, f"{where.function.qualname} waits here"))
    return finding.with_trace(*index.steps(path))


def is_for_operators(index: Index, path: Path, uses: list[Call], *, frequent: bool) -> bool:
    """Whether those who run the service wait: on the way to show or, where many lead to the client, on all of them."""
    if not frequent and is_of_operators(index, path):
        return True
    return only_operators(index, (p for use in uses for p in index.project.reach.paths(use.function.value)))


def _site(use: Call) -> tuple[Value, int]:
    return use.function.value, use.ordinal


def _sites(path: Path) -> list[tuple[Value, int]]:
    return [(function, edge.call) for function, edge in path.steps if edge.call >= 0]


def _is_for_few(index: Index, sites: list[tuple[Value, int]]) -> bool:
    """Whether only what few routes put there, or few requests bring, leads to calls: ``if not idempotency_key: return``."""
    return waits_for_few(index, sites) or wait_seldom(index, sites)


def _holds_up(index: Index, call: Call, path: Path) -> bool:
    """Whether a client that never hears back holds up a request, or the event loop that all of them need."""
    if is_waited_for(index, path):
        return True
    threads = (edge.phase == "background" and not index.function(edge.target).is_async for _, edge in path.steps)
    return not is_asynchronous(call) and not any(threads)


def few_routes(index: Index, path: Path, where: Call) -> int | None:
    """For how many routes a middleware waits, where these are few of all: ``if request.path == "/health": client.ping()``."""
    if path.entry.kind != "every-request":
        return None
    first = path.steps[0][1].call if path.steps else where.ordinal
    runs, total = index.project.routes.share(path.entry.function, first)
    return runs if FEW * runs < total else None


def _level(call: Call, *, sure: bool) -> Confidence:
    if (may_have_default(call) and is_before_default(call) is None) or is_local(call) or is_on_loopback(call):
        return Confidence.LOW
    return Confidence.HIGH if sure else Confidence.MEDIUM


def is_on_loopback(call: Call) -> bool:
    """Whether a literal says that the server is on the same machine, where no network between can stay silent."""
    host = text_of(call.argument(0, "host")) or ""
    url = text_of(call.argument(0, "url")) or ""
    return host in LOOPBACK or LOCAL_URL.match(url) is not None


def _text(call: Call, who: str) -> str:
    before = " (before redis-py 8)" if may_have_default(call) else ""
    return f"no socket_timeout{before}: a Redis that hangs also hangs {who}, with this client"


def is_unbounded(call: Call) -> bool:
    """Whether a construction of a known kind has no timeout, and none can be hidden in its arguments."""
    clients = call.index.project.clients
    made = clients.construction(call.path, call.ordinal)
    if made is None or made.kind == "view" or not made.name.startswith(KNOWN) or any(w in made.name for w in OTHERWISE):
        return False
    given, whole = clients.keywords(call.path, call.ordinal)
    unset = is_unset(call)
    if not whole or ("socket_timeout" in given and not unset) or "single_connection_client" in given:
        return False
    if any(type(arg) is list and arg[:1] == ["*"] for arg in call.args):
        return False
    if made.name.rpartition(".")[2] in CLASSES and len(call.args) >= FIFTH:
        return False
    if not unset and any(
        "socket_timeout" in text for url in _urls(call, made.name) for text in _texts(call.index, *url)
    ):
        return False
    return unset or not is_redis_py(call) or is_before_default(call) is not False


def _urls(call: Call, name: str) -> list[tuple[str, int, Expr]]:
    """The addresses that a client is made from, each with the file and the scope: what it is given, or an app's setting."""
    if name.startswith("flask_redis."):
        prefix = text_of(call.argument(PREFIX, "config_prefix")) or "REDIS"
        stated = call.index.project.effects.backends.setting(f"{prefix}_URL")
        return [(table.path, scope, expr) for table, scope, expr in stated if table.path not in call.index.tests]
    url = call.argument(0, "url")
    if url is None or not name.endswith("from_url"):
        return []
    named = dotted(url)
    param = call.index.provenance.param(call.function.value, named) if named is not None else None
    given = call.index.arguments(call.function.value, param.name) if param is not None else []
    return [(call.path, call.scope, url), *given]


def _texts(index: Index, path: str, scope: int, url: Expr) -> list[str]:
    texts = [index.settings.text(path, scope, url) or ""]
    return texts + [read.default_text or "" for read in index.settings_behind(path, scope, url)]


def is_unset(call: Call) -> bool:
    """Whether the timeout is said to be none, which holds for every release."""
    return bool(call.keywords.get("socket_timeout") == "#None")


def may_have_default(call: Call) -> bool:
    """Whether the release of the library decides."""
    return is_redis_py(call) and not is_unset(call)


def is_asynchronous(call: Call) -> bool:
    """Whether who waits for an answer holds up nobody else: a client of redis.asyncio."""
    made = call.index.project.clients.construction(call.path, call.ordinal)
    return made is not None and ".asyncio." in made.name


def is_of_a_worker(call: Call) -> bool:
    """Whether a function that neither requests nor objects run makes a client: what it is for is not theirs."""
    table = call.table
    function = table.enclosing_function(call.scope)
    owner = table.facts.scopes[function].parent
    return bool(function) and table.facts.scopes[owner].kind != "class" and not call.function.is_reached


def is_made_by_a_worker(call: Call) -> bool:
    """Whether only the start of a queue's worker makes a client, ``WorkerSettings.on_startup``: no request has it."""
    entries = call.index.project.whole_reach.entries.get(call.function.value, ())
    return bool(entries) and all(entry.kind == "start" and entry.call < 0 for entry in entries)


def is_redis_py(call: Call) -> bool:
    """Whether the client is redis-py's."""
    made = call.index.project.clients.construction(call.path, call.ordinal)
    return made is not None and made.name.startswith(("redis.", "flask_redis.", "limits."))


def is_before_default(call: Call) -> bool | None:
    """Whether the project uses a redis-py without a default timeout; None when its requirements leave that open."""
    return call.index.project.effects.versions.holds("redis", f"<{BOUNDED}", call.path)
