"""A Redis command whose work grows with the data, on a request path.

## Why
Redis runs one command at a time. KEYS looks at every key of the database, SCAN does so in steps (about one command for
every ten keys), and SMEMBERS, HGETALL or LRANGE 0 -1 send everything that a key has come to hold. It is quick in
development and stops every other client in production: KEYS over a million keys blocks the server for about a second.

## Bad
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    @app.get("/courses/{course}/pages")
    def pages(course: str):
        return client.keys(f"course:{course}:*")

## Good
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()

    @app.get("/courses/{course}/pages")
    def pages(course: str):
        return client.zrange(f"pages:{course}", 0, 49)

## For agents
No `KEYS`, no scan and no whole collection on a request path: keep an index or a counter.

## Limits
KEYS and FLUSHALL are high, and of medium confidence on a single route. Reading a whole set, list or hash is reported
when the project adds members of any number to it and never trims it, with low confidence, as is SCAN: nothing tells
how many there are. A hash with a handful of fields that are named in the source is an object, and quiet. Of low
confidence, too, are pages of operators (`admin`, `monitoring`, `health` in the route, the function or the file;
`cache` or `redis` in the function's or its class's name; a test of who they are before the command), a walk for what
a writing route deletes, and FLUSHALL in what somebody calls to empty everything (`rebuild_cache`, `reset`). What
stands in a branch that no caller takes, by the constants, lists and keys of dicts that it gives, is quiet. Work after
the response, keys of one user and a SCAN of a thousand keys and more a command are one step less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, rule, text_of

from .._made import PROBES, WORDS, is_private, unsure, words_of
from .._methods import is_writing
from .._staff import in_staff_branch, is_admin, only_operators
from .._taken import is_taken
from ._bulk import of_cache
from ._keys import commands
from ._quiet import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.commands import Command
    from atomlint.index.keys import KeyPattern
    from atomlint.index.reach import Path

NEEDS = ("redis", "Redis", "valkey", "upstash", "arq", "cache")
HASH = ("hset", "hsetnx", "hmset", "hincrby")
EMPTIES = frozenset({"flush", "rebuild", "reset", "clear", "purge", "wipe", "empty", "truncate", "invalidate", "drop"})
"""Words in names of functions that somebody calls to empty everything."""
STORES = frozenset({"cache", "caches", "redis"})
"""Words in names of routes that show what is in the cache, or empty it."""
WHOLE = {
    "smembers": ("sadd",),
    "hgetall": HASH,
    "hkeys": HASH,
    "hvals": HASH,
    "lrange": ("lpush", "rpush"),
    "zrange": ("zadd", "zincrby"),
    "sort": ("sadd", "lpush", "rpush", "zadd"),
}
"""Commands that read all of one key, and those that make it longer."""
TRIMS = ("ltrim", "zremrangebyrank", "zremrangebyscore", "lpop", "rpop", "spop", "zpopmin", "zpopmax")
CACHE = {
    "keys": "KEYS looks at every key of the cache's database, and blocks Redis meanwhile",
    "iter_keys": "SCAN walks every key of the cache's database",
    "delete_pattern": "SCAN walks every key of the cache's database, and what it finds is deleted",
}
"""What django-redis adds to Django's cache."""
PAGE = 10
"""Keys that SCAN looks at by default."""
LARGE = 1_000
"""Keys a command from which somebody has thought of it."""
SPACE = frozenset({"keys", "flushdb", "flushall", "scan_iter", "scan"})
LOWER = {Confidence.HIGH: Confidence.MEDIUM, Confidence.MEDIUM: Confidence.LOW, Confidence.LOW: Confidence.LOW}


@rule("redis-scan-in-request", needs=NEEDS, reach=True, since="0.1")
def walks(call: Call) -> bool:
    """A command that walks the key space, or reads all of a key that grows, in a function that requests reach."""
    if call.name not in SPACE and call.name not in WHOLE and call.name not in CACHE:
        return False
    if call.in_test or is_aside(call.path) or not call.function.is_reached:
        return False
    if any(call.table.facts.frames[frame].kind == "except" for frame in call.frame_ids):
        return False  # the way out when a better one has failed
    if of_cache(call):
        return call.name in CACHE and is_taken(call)
    command = command_of(call)
    return command is not None and level_of(call, command) is not None and is_taken(call)


@walks.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The command, with the path from the nearest entry point."""
    command = command_of(call)
    level = Confidence.MEDIUM if of_cache(call) else None if command is None else level_of(call, command)
    paths = paths_of(call)
    if level is None or not paths:
        return
    path = next((p for p in paths if not is_private(p)), paths[0])
    routes = len({path.entry.function for path in paths})
    if call.name.startswith("flush") and all(is_asked_for(ctx.index, one) for one in paths):
        level = Confidence.LOW  # emptying everything is what operators ask for
    elif call.name.startswith("flush") and level is Confidence.HIGH:
        level = Confidence.MEDIUM  # a fault may be what comes before it
    elif (
        is_of_staff(call, paths)
        or all(is_browser(ctx.index, one) for one in paths)
        or invalidates(call, command, paths)
        or all(one.entry.certainty == "low" for one in paths)
    ):
        level = Confidence.LOW
    elif (
        is_private(path)
        or is_admin(path, ctx.index)
        or not path.entry.proven
        or unsure(ctx.index, path)
        or any(e.phase != "request" for _, e in path.steps)
    ):
        level = LOWER[level]
    elif routes == 1 and path.entry.kind == "route":
        level = {Confidence.HIGH: Confidence.MEDIUM}.get(level, Confidence.LOW)
    elif level is Confidence.MEDIUM:
        level = Confidence.LOW  # how many there are is not known, and nearly always they are few
    where = f"on requests of {routes} route{'s' if routes > 1 else ''}"
    text = CACHE[call.name] if command is None else message(call, command)
    finding = ctx.finding(call, f"{text}, {where}", confidence=level)
    yield finding.with_trace(*ctx.index.steps(path)).with_help(repair(call.name))


def is_of_staff(call: Call, paths: list[Path]) -> bool:
    """Whether only those who run the service come to a call: by their pages, or a test of who they are."""
    return in_staff_branch(call.function, call.frame_ids) or only_operators(call.index, paths)


def is_browser(index: Index, path: Path) -> bool:
    """Whether a route is about the cache itself, which those look into who run the service: ``CacheViewSet.list``."""
    words = (word.lower() for word in WORDS.findall(index.function(path.entry.function).qualname))
    return path.entry.kind == "route" and not STORES.isdisjoint(words)


def is_asked_for(index: Index, path: Path) -> bool:
    """Whether a path is there to empty everything, by a function on it: ``rebuild_cache``, ``ResetView.post``."""
    names = " ".join(index.function(function).qualname for function in path.functions)
    return not EMPTIES.isdisjoint(word.lower() for word in WORDS.findall(names)) or not words_of(
        index, path
    ).isdisjoint(PROBES)


def invalidates(call: Call, command: Command | None, paths: list[Path]) -> bool:
    """Whether a walk is for what is deleted next, and only routes that write come there: a rare event."""
    if command is None or not command.method.startswith(("scan", "keys")):
        return False
    if not all(is_writing(path, call.index) for path in paths):
        return False
    return any(other.name in ("delete", "unlink") and other.ordinal > call.ordinal for other in call.function.calls)


def command_of(call: Call) -> Command | None:
    """The command that a call sends, itself or through a method of the same name that hands it on to the client."""
    found = commands(call.index).at(call.path, call.ordinal)
    if call.name not in SPACE:
        return found
    if found is not None:
        wrapped = call.function.name == call.name and call.index.project.reach.callers.get(call.function.value)
        return None if wrapped else found  # whoever calls the wrapper decides
    for value in sorted(call.index.project.linker.values.callee(call.path, call.ordinal)):
        if value.kind == "def" and call.index.function(value).name == call.name:
            for inner in commands(call.index).of_function(value.place, value.scope):
                if inner.method == call.name:
                    return inner
    return None


def paths_of(call: Call) -> list[Path]:
    """Paths from entry points outside of tests."""
    return [p for p in call.index.project.reach.paths(call.function.value) if p.entry.path not in call.index.tests]


def level_of(call: Call, command: Command) -> Confidence | None:
    """How sure it is that the work grows; None when it is bounded or not known to grow."""
    if command.method.startswith("scan"):
        return Confidence.LOW if (page_of(call, command) or 0) >= LARGE else Confidence.MEDIUM
    if command.method in SPACE:
        return Confidence.HIGH
    if command.method in ("lrange", "zrange") and not is_whole(call):
        return None
    pattern = commands(call.index).pattern_of(command)
    if pattern is None or not pattern.is_known:
        return None
    return growth(call, command, pattern)


def is_whole(call: Call) -> bool:
    """Whether a range goes from the first to the last."""
    first, last = call.argument(1, "start"), call.argument(2, "end")
    return first in ("#0", "'0") and str(last) in ("#-1", "'-1", "['-', '#1']", "['neg', '#1']")


def growth(call: Call, command: Command, pattern: KeyPattern) -> Confidence | None:
    """By what the project writes to such keys: members of any number, or a few that are named."""
    found = commands(call.index)
    if any(pattern.meets(there) for method in TRIMS for _, there in found.named(method)):
        return None
    writers = [w for method in WHOLE[command.method] for w, there in found.named(method) if pattern.meets(there)]
    open_ended = [writer for writer in writers if not has_named_fields(call, writer)]
    if not open_ended:
        return None
    return Confidence.MEDIUM if pattern.is_constant else Confidence.LOW


def has_named_fields(call: Call, writer: Command) -> bool:
    """Whether a write to a hash names its fields in the source."""
    given = call.index.call(writer.path, writer.call)
    if not writer.method.startswith("h"):
        return False
    mapping = given.keywords.get("mapping") or (
        given.args[1] if writer.method == "hmset" and len(given.args) > 1 else None
    )
    if mapping is None:
        return len(given.args) > 1 and text_of(given.args[1]) is not None
    if type(mapping) is list and mapping[:1] == ["{}"]:
        return all(text_of(key) is not None for key in mapping[1::2])
    return True  # a whole object is written at once


def message(call: Call, command: Command) -> str:
    """What it does."""
    pattern = commands(call.index).pattern_of(command)
    text = f" {pattern.text}" if pattern is not None and command.method not in ("flushdb", "flushall") else ""
    if command.method == "keys":
        return f"KEYS{text} looks at every key of the database, and blocks Redis meanwhile"
    if command.method.startswith("flush"):
        return f"{command.method.upper()} empties the whole database"
    if command.method.startswith("scan"):
        page = page_of(call, command)
        size = f", about one command for every {page:,.0f} keys" if page else ""
        return f"SCAN walks every key of the database{size}"
    return f"{command.method.upper()}{text} reads everything that the key has come to hold"


def page_of(call: Call, command: Command) -> float | None:
    """Keys that a SCAN looks at with one command; None when that is not known."""
    inner = call.index.call(command.path, command.call)
    at, given = next(((c, c.keywords["count"]) for c in (call, inner) if "count" in c.keywords), (call, None))
    return PAGE if given is None else call.index.number(at.path, at.scope, given)


def repair(method: str) -> str:
    """One sentence."""
    if method in SPACE or method in CACHE:
        return "delete by names that the code knows, keep the names in a set, or put a version into the key"
    return "read a page (a bounded LRANGE or ZRANGE, SSCAN, HMGET of the fields that are needed), or trim on write"
