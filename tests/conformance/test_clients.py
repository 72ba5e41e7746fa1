"""Every method of every client that speaks Redis, called for real: what the catalog says it costs is what goes over the wire."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import warnings

import arq
import msgspec
import pytest
import redis
import redis.asyncio
import valkey
import valkey.asyncio

from atomlint.index.catalog import Catalog

from .clients import close, disagreements, settled
from .redis_subjects import SUBJECTS

pytestmark = [pytest.mark.filterwarnings("ignore")]
REDIS = [subject for subject in SUBJECTS if subject.name in ("redis.client.Redis", "redis.asyncio.client.Redis")]
UNMEASURED = {
    "hsetex": "redis-py 6 and Redis 8",
}
"""Methods that rows name and that these versions lack."""


def run(awaitable):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return asyncio.run(asyncio.wait_for(awaitable, 60))


def wire_of(bench, call, cls=redis.Redis, keys=()):
    """What a call of a fresh client sends, and the milliseconds that the keys then have left."""

    async def observe_call():
        client = cls.from_url(bench.server.url())
        await settled(client.ping())
        with bench.server.watch() as seen:
            await settled(call(client))
        await close(client)
        return seen

    seen = run(observe_call())
    return seen, [int(bench.server.command("PTTL", key)[1:]) for key in keys]


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: f"{subject.name}-{len(subject.methods)}")
def test_each_method_costs_what_its_row_says(bench, django_ready, catalog, subject):
    wrong = run(disagreements(bench, subject, catalog))
    assert not wrong, "\n".join(wrong)


def test_monitor_tells_what_the_wire_tells_and_what_scripts_run_apart(bench):
    def work(client):
        client.get("text")
        client.pipeline().set("a", 1).get("a").execute()
        client.eval("redis.call('incr', 'n') return redis.call('expire', 'n', 60)", 0)

    seen, _ = wire_of(bench, work)
    assert seen.commands == seen.sent == ["GET", "MULTI", "SET", "GET", "EXEC", "EVAL"]
    assert seen.inner == ["INCR", "EXPIRE"]
    assert seen.trips == 3


def test_a_wrong_row_is_noticed(bench, rows):
    """Rows broken on purpose: methods that are free, a lock that is given back for nothing."""
    wrong = msgspec.convert(msgspec.to_builtins(rows), type=list[type(rows[0])])
    broken = {client.type: client for part in wrong for client in part.client}
    broken["redis.client.Redis"].free.append("get")
    broken["redis.client.Redis"].free.append("hget")
    broken["redis.lock.Lock"].enters = {"trips": 1, "commands": 1}
    catalog = Catalog(wrong)
    told = [line for subject in SUBJECTS[:1] for line in run(disagreements(bench, subject, catalog))]
    assert told == [
        "redis.client.Redis.get: the catalog says free, seen 1 trips, 1 commands ['GET']",
        "redis.client.Redis.hget: the catalog says free, seen 1 trips, 1 commands ['HGET']",
    ]
    locks = [subject for subject in SUBJECTS if subject.name == "redis.lock.Lock" and "with" in subject.methods]
    assert run(disagreements(bench, locks[0], catalog)) == [
        "redis.lock.Lock.with: the catalog says 1 trips and 1 commands, seen 2 and 2 ['SET', 'EVALSHA']"
    ]


@pytest.mark.parametrize("subject", REDIS, ids=lambda subject: subject.name)
def test_methods_that_the_row_names_exist(catalog, subject):
    client = catalog.clients[subject.row(catalog)]
    named = {
        *client.methods,
        *client.per_item,
        *client.blocking,
        *client.scans,
        *client.expires,
        *client.endless,
        *client.produces,
    }
    assert named - subject.methods - UNMEASURED.keys() == set()


PROBES = ("get", "acquire", "release", "subscribe", "()")


ALIKE = [subject for subject in SUBJECTS if subject.name != "django.core.cache.cache"]  # has both kinds


@pytest.mark.parametrize("subject", ALIKE, ids=lambda subject: f"{subject.name}-{len(subject.methods)}")
def test_asynchronous_rows_are_those_whose_methods_are_awaited(bench, catalog, subject):
    row = catalog.clients[subject.row(catalog)]
    probe = row.executes[0] if row.queues else next(name for name in PROBES if name in subject.methods)

    async def awaits():
        bench.seed(bench.cluster if subject.is_clustered else None)
        made = await settled(subject.make(bench))
        args, _ = subject.call(probe) if not row.queues else ((), {})
        answer = made() if probe == "()" else getattr(made, probe)(*args)
        waits = inspect.isawaitable(answer)
        await settled(answer)
        await close(made)
        return waits

    assert run(awaits()) == row.is_async


@pytest.mark.parametrize(
    "cls",
    [redis.Redis, redis.asyncio.Redis, valkey.Valkey, valkey.asyncio.Valkey, arq.ArqRedis],
    ids=lambda cls: cls.__module__,
)
def test_a_client_of_one_connection_is_a_client_of_the_same_row(bench, catalog, cls):
    async def work(client):
        bound = client.client()
        made.append(type(bound))
        if hasattr(bound, "__aenter__"):
            async with bound:
                return await bound.get("text")
        with bound:
            return bound.get("text")

    made = []
    seen, _ = wire_of(bench, work, cls)
    assert (seen.trips, seen.commands) == (1, ["GET"])
    row = catalog.canonical(f"{cls.__module__}.{cls.__name__}()")
    assert made == [cls]
    assert catalog.canonical(f"{row}.client()") == row


@pytest.mark.parametrize("cls", [redis.Redis, redis.asyncio.Redis], ids=["sync", "async"])
@pytest.mark.parametrize("queued", [0, 1, 3])
@pytest.mark.parametrize("transaction", [True, False])
def test_a_pipeline_sends_what_was_queued_in_one_trip(bench, catalog, cls, queued, transaction):
    def fill(client):
        pipe = client.pipeline(transaction=transaction)
        for number in range(queued):
            pipe.set(f"key{number}", number)
        return pipe.execute()

    seen, _ = wire_of(bench, fill, cls)
    name = f"{cls.__module__}.Pipeline"
    row = catalog.client_of(catalog.canonical(f"{name}()"))
    extra = row.transaction if transaction else 0
    assert (seen.trips, seen.count) == ((1, queued + extra) if queued else (0, 0))
    assert row.queues
    assert "execute" in row.executes


@pytest.mark.parametrize("kind", ["pipeline", "multi"])
def test_an_upstash_pipeline_is_one_request_and_as_many_commands_as_were_queued(bench, catalog, kind):
    import upstash_redis

    client = upstash_redis.Redis(
        url=bench.upstash.url, token="token", rest_encoding=None, rest_retries=0, allow_telemetry=False
    )
    with bench.upstash.watch() as seen:
        getattr(client, kind)().set("a", 1).get("a").incr("a").exec()
    row = catalog.client_of(catalog.canonical(f"{catalog.canonical('upstash_redis.Redis()')}.{kind}()"))
    assert (seen.trips, seen.count) == (1, 3 + row.transaction)
    assert "exec" in row.executes


def test_methods_per_item_send_more_the_more_there_is(bench, catalog):
    client = catalog.clients["redis.client.Redis"]
    grow = {"scan_iter": "SET", "hscan_iter": "HSET", "sscan_iter": "SADD", "zscan_iter": "ZADD"}
    assert set(client.per_item) == set(grow)
    for method, write in grow.items():
        counts = []
        for size in (1, 5000):
            bench.server.command("FLUSHALL")
            for number in range(0, size, 500):
                items = [str(n) for n in range(number, min(size, number + 500))]
                words = {
                    "SET": [["SET", f"k{n}", n] for n in items],
                    "HSET": [["HSET", "big", *(word for n in items for word in (n, n))]],
                    "SADD": [["SADD", "big", *(f"m{n}" for n in items)]],
                    "ZADD": [["ZADD", "big", *(word for n in items for word in (n, f"m{n}"))]],
                }
                for one in words[write]:
                    bench.server.command(*one)
            seen, _ = wire_of(bench, lambda c, m=method: getattr(c, m)(*([] if m == "scan_iter" else ["big"])))
            counts.append(seen.count)
        assert counts[0] == 1
        assert counts[1] > 50, method


GROWING = {
    "keys": (), "smembers": ("set",), "hgetall": ("hash",), "hkeys": ("hash",), "hvals": ("hash",), "lrange": ("list", 0, -1),
    "zrange": ("zset", 0, -1), "sort": ("list",),
}  # fmt: skip
EMPTYING = {"flushdb", "flushall"}


def test_methods_that_scan_answer_with_all_there_is(bench, catalog):
    assert set(catalog.clients["redis.client.Redis"].scans) == GROWING.keys() | EMPTYING
    client = redis.Redis.from_url(bench.server.url())
    sizes = []
    for many in (3, 300):
        client.flushall()
        client.rpush("list", *range(many))
        client.sadd("set", *range(many))
        client.hset("hash", mapping={str(n): n for n in range(many)})
        client.zadd("zset", {str(n): n for n in range(many)})
        client.mset({f"key{n}": n for n in range(many)})
        sizes.append({name: len(getattr(client, name)(*args)) for name, args in GROWING.items()})
    assert all(sizes[1][name] >= 100 * sizes[0][name] / 3 for name in GROWING), sizes
    for name in EMPTYING:
        client.set("a", 1)
        getattr(client, name)()
        assert client.dbsize() == 0
    client.close()


BLOCKING = {
    "blpop": ("no", 0), "brpop": ("no", 0), "blmove": ("no", "out", 0), "blmpop": (0, 1, "no"), "bzpopmin": ("no", 0),
    "bzpopmax": ("no", 0), "bzmpop": (0, 1, ["no"]), "brpoplpush": ("no", "out", 0), "xread": ({"no": "$"}, None, 0),
    "xreadgroup": ("group", "me", {"stream": ">"}, None, 0), "wait": (1, 0),
}  # fmt: skip
BLOCKING_KEYWORDS = {"blmpop": {"direction": "LEFT"}, "bzmpop": {"min": True}}


def test_blocking_methods_wait_for_something_to_come(bench, catalog):
    """Those that are not in the row answer at once; the sweep above would never have ended otherwise."""
    assert set(catalog.clients["redis.client.Redis"].blocking) == set(BLOCKING)

    async def waits(name, args):
        client = redis.asyncio.Redis.from_url(bench.server.url())
        try:
            await client.xgroup_create("stream", "group", "$", mkstream=True)
            await asyncio.wait_for(getattr(client, name)(*args, **BLOCKING_KEYWORDS.get(name, {})), 0.05)
        except asyncio.TimeoutError:
            return True
        finally:
            await client.aclose()
        return False

    for name, args in BLOCKING.items():
        bench.server.command("FLUSHALL")
        assert run(waits(name, args)), name


WHEN = {"ex": 60, "px": 60_000, "exat": 4_102_444_800, "pxat": 4_102_444_800_000, "keepttl": True}


def expiring(catalog):
    row = catalog.clients["redis.client.Redis"]
    return [
        (method, word) for method, words in row.expires.items() for word in (words or [""]) if method not in UNMEASURED
    ]


def test_expiring_methods_set_a_time_to_live_with_these_keywords(bench, catalog):
    for method, word in expiring(catalog):
        bench.server.command("FLUSHALL")
        bench.server.command("SET", "fresh", "old", *(["EX", "99"] if word == "keepttl" else []))
        given = {
            "setex": ("fresh", 60, "v"),
            "psetex": ("fresh", 60_000, "v"),
            "getex": ("fresh",),
            "set": ("fresh", "v"),
        }[method]
        _, left = wire_of(
            bench, lambda c, m=method, a=given, w=word: getattr(c, m)(*a, **({w: WHEN[w]} if w else {})), keys=["fresh"]
        )
        assert left[0] > 0, (method, word)


def test_expiring_methods_name_every_keyword_that_sets_one(catalog):
    for method, words in catalog.clients["redis.client.Redis"].expires.items():
        if words and method not in UNMEASURED:
            taken = inspect.signature(getattr(redis.Redis, method)).parameters.keys()
            assert taken & WHEN.keys() == set(words), method


def test_without_a_keyword_nothing_expires(bench):
    _, left = wire_of(bench, lambda c: c.set("fresh", "v"), keys=["fresh"])
    assert left == [-1]


def test_endless_methods_leave_keys_without_one_and_have_no_way_to_give_one(bench, catalog):
    sync = REDIS[0]
    for method in catalog.clients["redis.client.Redis"].endless:
        bench.server.command("FLUSHALL")
        args, keywords = sync.call(method)
        wire_of(bench, lambda c, m=method, a=args, k=keywords: getattr(c, m)(*a, **k))
        names = [args[0]] if isinstance(args[0], str) else list(args[0])
        left = [int(bench.server.command("PTTL", name)[1:]) for name in names]
        assert left == [-1] * len(names), method
        assert not inspect.signature(getattr(redis.Redis, method)).parameters.keys() & WHEN.keys(), method


def test_methods_that_make_a_key_without_an_end_are_all_in_the_row(bench, catalog):
    """Every method is tried on an empty server: what leaves a key behind either may expire or is endless."""
    client = catalog.clients["redis.client.Redis"]
    sync = REDIS[0]
    made = []
    for method in sorted(sync.methods - sync.refused - {*client.blocking, "execute_command"}):
        bench.server.command("FLUSHALL")

        async def tried(name=method):
            one = await settled(sync.make(bench))
            args, keywords = sync.call(name)
            with contextlib.suppress(Exception):
                await settled(getattr(one, name)(*args, **keywords))
            await close(one)

        run(tried())
        if int(bench.server.command("DBSIZE")[1:]) and method not in client.endless and method not in client.expires:
            made.append(method)
    assert made == DERIVED


DERIVED = ["pfmerge"]
"""Made of other keys."""
