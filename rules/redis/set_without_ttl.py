"""A key for cached or temporary data that never expires.

## Why
Redis keeps what nobody deletes. A cache entry without an expiry is served long after its source changed, and keys that
are made of request data pile up until memory is full: then Redis refuses writes, or evicts keys that were meant to stay.

## Bad
    import json
    import redis
    from sqlalchemy.orm import Session

    client = redis.Redis()

    def remember(session: Session, user_id: int) -> None:
        row = session.get(User, user_id)
        client.set(f"cache:user:{user_id}", json.dumps(row.name))

## Good
    import json
    import redis
    from sqlalchemy.orm import Session

    client = redis.Redis()

    def remember(session: Session, user_id: int) -> None:
        row = session.get(User, user_id)
        client.set(f"cache:user:{user_id}", json.dumps(row.name), ex=300)

## Configuration
`default-ttl` is the expiry in seconds that the fix gives; the default is 300.

## For agents
Give every key that caches something an expiry (`ex=300`).

## Limits
Looked at are keys with a part that varies. Quiet for a key that anything in the project gives an expiry, for constant
keys, and for keys that a function is handed. Medium confidence, the most there is, needs what has no end by its name
(an id, a user, a date, a hash) and a word such as cache, session, token or lock, or one for what grows (jobs, events,
days, messages); of the latter, keys of which there is one for each user, camera or map are low (`f"events:{user_id}"`).
Low is what nothing of an application leads to, and keys of what somebody chose and means to stay
(settings, a blacklist of names). Low are, without such a word, values that a query gave, the last or current one of
something, and sets and hashes: they may be the data. What is deleted or taken out somewhere is one step less, and so
is a write for one of few that the program names (`if user.login in (app.bot.login, OWNER)`). Keys that a wrapper of
the project writes are those of its callers, and not seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import Call, Confidence, Context, Finding, Option, call_number, inside, references, rule

from .._few import is_endless, is_key_of_few
from ._keys import commands, counted, expiring, removing
from ._narrow import is_one_of_few
from ._quiet import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from atomlint.index.commands import Command
    from atomlint.index.keys import KeyPattern

    Expr = Any

TTL = Option("default-ttl", 300, "seconds that the fix gives a key to live", minimum=1)
NEEDS = ("redis", "Redis", "valkey", "upstash")
WRITES = frozenset(
    {
        "set", "hset", "hsetnx", "hmset", "setnx", "mset", "incr", "incrby", "incrbyfloat", "decr", "decrby", "hincrby",
        "hincrbyfloat", "sadd", "zadd", "zincrby", "lpush", "rpush", "append", "xadd", "getset", "setbit", "pfadd", "geoadd",
    }
)  # fmt: skip
TEMPORARY = re.compile(
    r"(?:^|[^a-z])(?:cache[ds]?|sessions?|rate|ratelimit|rate_?limits?|throttle|locks?|locked|tokens?|otp|temp|tmp|temporary|nonce"
    r"|captcha|csrf|cooldown|dedup\w*|idempoten\w*|heartbeat|presence|magic_?link|blacklist|revoked|attempts?)(?:[^a-z]|$)"
)
GROWING = re.compile(
    r"(?:^|[^a-z])(?:jobs?|tasks?|events?|messages?|msg|requests?|runs?|executions?|traces?|uploads?|uuid|hash|digest|date"
    r"|day|hour|minute|today|timestamp|now|url|query|ip|email|webhook|alerts?|notifications?)(?:[^a-z]|$)"
)
PASSING = re.compile(
    r"(?:^|[^a-z])(?:address|chats?|conversations?|guid|hosts?|phone|scans?|sha|streams?|threads?)(?:[^a-z]|$)"
)
"""Further words of what comes and goes."""
ENTITY = re.compile(r"(?<![a-z])(?:id|uuid|pk|self|current|obj|str|key)(?![a-z])|[^a-z]")
"""Words that say nothing of what something is the id of."""
LATEST = re.compile(r"(?:^|[^a-z])(?:last|latest|current|newest)(?:[^a-z]|$)")
"""Words of keys that hold one thing for each that there is, however many went by: the last message of a channel."""
LASTING = re.compile(
    r"(?:^|[^a-z])(?:(?:black|white|allow|block|deny)_?lists?|settings?|config|configuration|preferences?|options)(?:[^a-z]|$)"
)
"""Words of keys of what somebody chose and means to stay."""
TOKENS = re.compile(r"token|jti|jwt|session")
"""Words of what ends by itself: a list of those that were called back need not outlive them."""
ASKS = frozenset({"exists", "get", "hexists", "ttl"})
TIMES = frozenset({"date", "day", "hour", "minute", "now", "timestamp", "today"})
"""What goes on and on."""
RECORDS = frozenset(
    {"sadd", "zadd", "zincrby", "hset", "hmset", "hsetnx", "hincrby", "hincrbyfloat", "geoadd", "pfadd", "setbit"}
)
"""What builds records, indexes and statistics, which may be the data itself."""


@rule("redis-set-without-ttl", needs=NEEDS, reach=True, options=(TTL,), since="0.1")
def writes_for_ever(call: Call) -> bool:
    """A write to a key that varies, with no expiry at the call."""
    if call.name not in WRITES or call.in_test or is_aside(call.path):
        return False
    command = commands(call.index).at(call.path, call.ordinal)
    return command is not None and not expires_here(call, command) and level_of(call, command) is not None


@writes_for_ever.on("Call")
def report(ctx: Context, node: cst.Call) -> Iterator[Finding]:
    """The write, with its key; a plain SET can be given an expiry."""
    call = ctx.fact(node)
    found = commands(ctx.index)
    command = found.at(call.path, call.ordinal)
    level = None if command is None else level_of(call, command)
    if command is None or level is None:
        return
    if call.index.idle.is_left_over(call.function.value):
        level = Confidence.LOW
    pattern = found.pattern_of(command)
    text = "" if pattern is None else pattern.text
    finding = ctx.finding(
        call, f"{command.method.upper()} {text} never expires: one more key for every new value", confidence=level
    )
    if command.method == "set" and node.args:
        ttl = ctx.option(TTL)
        finding = finding.with_fix(f"let it expire after {ttl} s", *ctx.keyword_edits(node, ex=ttl))
        yield finding.with_help("give the key an expiry (`ex=`) with the write")
    else:
        yield finding.with_help("call EXPIRE on the key in the same pipeline as the write")


def expires_here(call: Call, command: Command) -> bool:
    """Whether the call itself gives an expiry, or may."""
    keywords = command.expires_by
    if keywords is None:
        return not command.is_endless
    if not keywords:
        return True
    return any(name in call.keywords for name in (*keywords, "**")) or len(call.args) > 2


def level_of(call: Call, command: Command) -> Confidence | None:
    """How sure it is that the key should expire and does not; None when it is not claimed."""
    found = commands(call.index)
    pattern = found.pattern_of(command)
    if pattern is None or pattern.is_constant or not pattern.is_known:
        return None
    if expiring(call.index, command, pattern):
        return None
    if is_there(call, found.key_of(command)):
        return None
    words = key_words(pattern)
    removed = removing(call.index, pattern)
    removed = removed or is_one_of_few(call, pattern, found.key_of(command))
    endless = any(is_endless(name, TIMES) for name in pattern.names)
    if TEMPORARY.search(words):
        if removed:
            return Confidence.LOW
        few = any(map(is_key_of_few, pattern.names)) or (LASTING.search(words) and not TOKENS.search(words))
        return Confidence.MEDIUM if endless and not few else Confidence.LOW
    if command.method in ("set", "hset", "hmset") and from_query(call) and not counted(call.index, pattern):
        return Confidence.LOW  # as many keys as rows: a copy that may be meant to stay
    if not GROWING.search(words) or removed:
        return None
    if LATEST.search(words) or LASTING.search(words):
        return Confidence.LOW
    unsure = command.method in RECORDS or is_of_its_own(call, command)
    grows = any(is_endless(name, TIMES) and goes_by(name) for name in pattern.names)
    return Confidence.MEDIUM if grows and not unsure else Confidence.LOW


def goes_by(name: str) -> bool:
    """Whether there are more and more of what a name stands for, and not one for each user, camera or map that there is."""
    words = spaced(name)
    of = ENTITY.sub(" ", words).split()
    return not of or any(more.search(words) is not None for more in (GROWING, TEMPORARY, PASSING))


def is_there(call: Call, key: Expr) -> bool:
    """Whether a write stands where the key was found: ``if client.exists(key): client.incrby(key, n)``."""
    return any(
        kind == "if" and type(part) is str and (number := call_number(part)) is not None
        and (asked := call.index.call(call.path, number)).name in ASKS and asked.args[:1] == [key]
        for kind, test in call.frames
        for part in inside(test)
    )  # fmt: skip


def is_of_its_own(call: Call, command: Command) -> bool:
    """Whether the server is one that the key names, too, and goes with it: ``redis = connect(run_id)``, ``f"run:{run_id}"``."""
    key = commands(call.index).key_of(command)
    named = set(references(key))
    makers = [a.value for a in call.function.assigns if a.target == command.receiver]
    given = [
        arg
        for value in makers
        if (made := call_number(value)) is not None
        for arg in call.index.call(call.path, made).args
    ]
    return any(type(arg) is str and arg in named for arg in given)


def key_words(pattern: KeyPattern) -> str:
    """The words of a key and of what varies in it, in lower case."""
    return spaced(" ".join((pattern.literal, *pattern.names)))


def spaced(name: str) -> str:
    """A name's words, in lower case."""
    text = name.replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()


def from_query(call: Call) -> bool:
    """Whether the value that is written comes from a database."""
    values = [*call.args[1:], *(value for name, value in call.keywords.items() if name in ("value", "mapping"))]
    for value in values:
        for leaf in call.index.provenance.leaves(call.path, call.scope, value):
            if leaf.kind == "call" and leaf.call >= 0 and call.index.call(call.path, leaf.call).database is not None:
                return True
    return False
