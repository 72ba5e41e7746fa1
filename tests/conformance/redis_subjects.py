"""Subjects that speak Redis: redis-py and its like, their pipelines, locks and subscriptions, arq, Upstash."""

from __future__ import annotations

import asyncio
from typing import Any

import arq
import redis
import redis.asyncio
import redis.asyncio.cluster
import redis.cluster
import upstash_redis
import upstash_redis.asyncio
import valkey
import valkey.asyncio

from .clients import Bench, Subject, public, settled
from .redis_arguments import INTERNAL, REFUSED

UNREACHED = "redis://127.0.0.1:1"


def client(cls: Any) -> Subject:
    async def make(bench: Bench) -> Any:
        made = cls.from_url(bench.server.url())
        await settled(made.ping())
        return made

    pool = getattr(cls, "connection_pool", None) or redis.ConnectionPool()
    arguments = {"from_url": (UNREACHED,), "cluster": ("info",), "from_pool": (pool,)}
    return Subject(named(cls), make, public(cls, without=INTERNAL), arguments, refused=REFUSED)


def named(cls: type) -> str:
    return f"{cls.__module__}.{cls.__name__}"


def pipeline(cls: Any, made_by: Any) -> Subject:
    async def make(bench: Bench) -> Any:
        owner = made_by.from_url(bench.server.url())
        await settled(owner.ping())
        made = owner.pipeline()
        made.owner = owner
        return made

    arguments = {
        "cluster": ("info",), "pipeline_execute_command": ("GET", "text"),
        "annotate_exception": (redis.RedisError(), 1, ("GET",)), "raise_first_error": ([], []),
    }  # fmt: skip
    inner = {"transaction", "scan_iter", "hscan_iter", "sscan_iter", "zscan_iter", "load_scripts", "execute", "client", "close",
             "from_pool", "from_url", "immediate_execute_command", *INTERNAL}  # fmt: skip
    return Subject(named(cls), make, public(cls, without=frozenset(inner)), arguments, refused=REFUSED)


def lock(cls: Any, made_by: Any, *, held: bool) -> Subject:
    """A lock that is free, or one that we hold; its scripts are known to the server."""

    async def make(bench: Bench) -> Any:
        owner = made_by.from_url(bench.server.url())
        made = owner.lock("lock", timeout=60)
        made.owner = owner
        if held:
            await settled(made.acquire())
        for script in (made.lua_release, made.lua_extend, made.lua_reacquire):
            await settled(owner.script_load(script.script))
        return made

    methods = (
        {"release", "extend", "reacquire", "owned", "locked"}
        if held
        else {"acquire", "locked", "register_scripts", "with"}
    )
    return Subject(named(cls), make, frozenset(methods), {"extend": (10,)})


def subscription(cls: Any, made_by: Any) -> Subject:
    async def make(bench: Bench) -> Any:
        owner = made_by.from_url(bench.server.url())
        made = owner.pubsub()
        made.owner = owner
        await settled(made.subscribe("first"))
        return made

    inner = {"handle_message", "parse_response", "on_connect", "is_health_check_response", "check_health", "execute_command",
             "clean_health_check_responses", "listen", "run_in_thread", "run", "connect", "reset"}  # fmt: skip
    arguments = {"subscribe": ("channel",), "psubscribe": ("c*",), "ssubscribe": ("channel",), "unsubscribe": ("first",),
                 "punsubscribe": ("c*",), "sunsubscribe": ("channel",)}  # fmt: skip
    return Subject(named(cls), make, public(cls, without=frozenset(inner)), arguments)


async def arq_pool(bench: Bench) -> Any:
    made = await arq.create_pool(arq.connections.RedisSettings(port=bench.server.relay.port))
    await made.ping()
    return made


def upstash(cls: Any) -> Subject:
    clients: dict[object, Any] = {}

    async def make(bench: Bench) -> Any:
        loop = asyncio.get_running_loop()
        if loop not in clients:  # httpx reads the system's certificates for each
            clients[loop] = cls(
                url=bench.upstash.url, token="token", rest_encoding=None, rest_retries=0, allow_telemetry=False
            )
        return clients[loop]

    arguments = {
        "bitfield_ro": ("number",), "client_setinfo": ("lib-ver", "1"), "eval": ("return 1", [], []), "eval_ro": ("return 1", [], []),
        "evalsha": ("0" * 40, [], []), "evalsha_ro": ("0" * 40, [], []), "execute": (["GET", "text"],),
        "geosearch": ("geo", "Palermo", None, None, "M", 200), "geosearchstore": ("out", "geo", "Palermo", None, None, "M", 200),
        "georadius": ("geo", 15, 37, 200, "M"), "georadius_ro": ("geo", 15, 37, 200, "M"),
        "georadiusbymember": ("geo", "Palermo", 200, "M"), "georadiusbymember_ro": ("geo", "Palermo", 200, "M"),
        "scan": (0,), "sscan": ("set", 0), "hscan": ("hash", 0), "zscan": ("zset", 0),
        "lmove": ("list", "list2", "LEFT", "RIGHT"), "hset": ("hash", "c", 1), "sdiff": ("set", "set2"),
        "sdiffstore": ("out", "set", "set2"), "sinter": ("set", "set2"), "sinterstore": ("out", "set", "set2"),
        "sunion": ("set", "set2"), "sunionstore": ("out", "set", "set2"), "smismember": ("set", "1"), "mget": ("text", "number"),
        "hmget": ("hash", "a"), "hgetex": ("hash", "a"),
        "xadd": ("stream", "*", {"a": 3}), "xclaim": ("stream", "group", "me", 0, "1-1"),
        "xgroup_create": ("stream", "group2", "$"), "xpending": ("stream", "group"), "xrange": ("stream", "-", "+"),
        "xrevrange": ("stream", "+", "-"), "xread": ({"stream": "0"},), "xreadgroup": ("group", "me", {"stream": ">"}),
        "xackdel": ("stream", "group", "1-1"), "xdelex": ("stream", "1-1"), "zrandmember": ("zset",),
        "sismember": ("set", "1"), "setbit": ("bits", 1, 1), "hexpire": ("hash", "a", 60), "hexpireat": ("hash", "a", 4102444800),
        "hpexpire": ("hash", "a", 60), "hpexpireat": ("hash", "a", 4102444800000),
        "bitpos": ("text", 1), "hincrby": ("hash", "a", 1), "hincrbyfloat": ("hash", "a", 1.5), "keys": ("*",),
        "substr": ("text", 0, 1), "xautoclaim": ("stream", "group", "me", 0, "0"),
    }  # fmt: skip
    methods = public(cls, without=frozenset({"from_env", "close"}))
    return Subject(named(cls), make, methods, arguments, watch=lambda b: b.upstash.watch(), keeps=True)


def script(cls: Any, made_by: Any) -> Subject:
    async def make(bench: Bench) -> Any:
        owner = made_by.from_url(bench.server.url())
        made = owner.register_script("return redis.call('get', 'text')")
        made.owner = owner
        await settled(owner.script_load(made.script))
        return made

    return Subject(named(cls), make, frozenset({"()", "get_encoder"}))


def upstash_pipeline(cls: Any, owner: Any) -> Subject:
    single = upstash(owner)

    async def make(bench: Bench) -> Any:
        return (await settled(single.make(bench))).pipeline()

    methods = public(cls, without=frozenset({"exec", "close", "from_env"}))
    return Subject(named(cls), make, methods, single.arguments, watch=single.watch, keeps=True)


ONE_KEY = frozenset({
    "get", "set", "setex", "incr", "decr", "expire", "ttl", "hget", "hset", "hgetall", "sadd", "smembers", "sismember", "lpush",
    "lrange", "llen", "zadd", "zrange", "zscore", "type", "getdel", "setnx", "xadd", "xlen", "hincrby", "scard", "strlen",
})  # fmt: skip


def cluster(cls: Any) -> Subject:
    async def make(bench: Bench) -> Any:
        made = cls(host="127.0.0.1", port=bench.cluster.relay.port)
        await settled(made.get("text"))
        return made

    arguments = {"get_node_from_key": ("text",), "keyslot": ("text",)}
    methods = ONE_KEY | {
        "get_default_node",
        "get_nodes",
        "get_primaries",
        "get_replicas",
        "get_random_node",
        *arguments,
    }
    return Subject(named(cls), make, methods, arguments, watch=lambda bench: bench.cluster.watch(), is_clustered=True)


def cluster_pipeline(cls: Any, owner: Any) -> Subject:
    single = cluster(owner)

    async def make(bench: Bench) -> Any:
        client = await settled(single.make(bench))
        made = client.pipeline()
        made.owner = client
        return made

    return Subject(named(cls), make, ONE_KEY, watch=single.watch, is_clustered=True)


def django_cache(cls: str) -> Subject:
    """Both backends of Django's cache that speak to Redis."""

    def make(bench: Bench) -> Any:
        from django.utils.module_loading import import_string

        made = import_string(cls)(bench.server.url(), {})
        made.set("number", 1)
        return made

    arguments = {
        "get": ("number",), "set": ("a", 1), "add": ("b", 1), "touch": ("number", 60), "delete": ("number",), "has_key": ("number",),
        "get_many": (["number", "b"],), "delete_many": (["number", "b"],), "get_or_set": ("number", 1), "incr": ("number",),
        "decr": ("number",), "set_many": ({"a": 1, "b": 2, "c": 3},), "ttl": ("number",), "keys": ("*",), "iter_keys": ("*",),
        "delete_pattern": ("*",), "pttl": ("number",), "persist": ("number",), "expire": ("number", 60),
    }  # fmt: skip
    ordinary = {
        "get",
        "set",
        "add",
        "touch",
        "delete",
        "has_key",
        "get_many",
        "delete_many",
        "get_or_set",
        "incr",
        "decr",
        "set_many",
        "clear",
    }
    waited = {f"a{name}": arguments.get(name, ()) for name in ordinary}
    special = {"ttl", "keys", "iter_keys", "delete_pattern"} if cls.startswith("django_redis") else set()
    methods = frozenset({*ordinary, *special, *waited})
    return Subject("django.core.cache.cache", make, methods, {**arguments, **waited}, is_redis=False)


def flask_cache(bench: Bench) -> Any:
    from flask import Flask
    from flask_caching import Cache

    app = Flask("cached")
    app.config.update(CACHE_TYPE="RedisCache", CACHE_REDIS_URL=bench.server.url(), CACHE_KEY_PREFIX="")
    made = Cache(app)
    app.app_context().push()
    made.get("warm")
    return made


FLASK = {
    "get": ("number",), "set": ("a", 1), "add": ("b", 1), "delete": ("number",), "has": ("number",), "get_many": ("number", "b"),
    "delete_many": ("number", "b"),
}  # fmt: skip


SUBJECTS = (
    client(redis.Redis),
    client(valkey.Valkey),
    client(redis.asyncio.Redis),
    client(valkey.asyncio.Valkey),
    Subject("arq.connections.ArqRedis", arq_pool, frozenset({"enqueue_job", "get", "set"}), {"enqueue_job": ("job",)}),
    pipeline(redis.client.Pipeline, redis.Redis),
    pipeline(valkey.client.Pipeline, valkey.Valkey),
    pipeline(redis.asyncio.client.Pipeline, redis.asyncio.Redis),
    lock(redis.lock.Lock, redis.Redis, held=False),
    lock(redis.lock.Lock, redis.Redis, held=True),
    lock(redis.asyncio.lock.Lock, redis.asyncio.Redis, held=False),
    lock(redis.asyncio.lock.Lock, redis.asyncio.Redis, held=True),
    script(redis.commands.core.Script, redis.Redis),
    script(redis.commands.core.AsyncScript, redis.asyncio.Redis),
    subscription(redis.client.PubSub, redis.Redis),
    subscription(redis.asyncio.client.PubSub, redis.asyncio.Redis),
    upstash(upstash_redis.Redis),
    upstash(upstash_redis.asyncio.Redis),
    upstash_pipeline(upstash_redis.client.Pipeline, upstash_redis.Redis),
    upstash_pipeline(upstash_redis.asyncio.client.AsyncPipeline, upstash_redis.asyncio.Redis),
    cluster(redis.cluster.RedisCluster),
    cluster(redis.asyncio.cluster.RedisCluster),
    cluster_pipeline(redis.cluster.ClusterPipeline, redis.cluster.RedisCluster),
    cluster_pipeline(redis.asyncio.cluster.ClusterPipeline, redis.asyncio.cluster.RedisCluster),
    django_cache("django_redis.cache.RedisCache"),
    django_cache("django.core.cache.backends.redis.RedisCache"),
    Subject("flask_caching.Cache", flask_cache, frozenset(FLASK), FLASK, is_redis=False),
)
