"""Cache decorators: what a hit and a miss send, on real functions and a real server."""

from __future__ import annotations

import asyncio
import contextlib
import uuid

import pytest

from .clients import between, settled

pytestmark = [pytest.mark.filterwarnings("ignore")]
UNMEASURED: dict[str, str] = {}
"""Remote rows by their first name, and why nothing here runs them."""


def number(made: list[int], *_: object) -> int:
    made.append(1)
    return len(made)


@contextlib.asynccontextmanager
async def fastapi_cache(server):
    import redis.asyncio
    from fastapi_cache import FastAPICache
    from fastapi_cache.backends.redis import RedisBackend
    from fastapi_cache.decorator import cache

    client = redis.asyncio.from_url(server.url())
    await client.ping()
    FastAPICache.init(RedisBackend(client), prefix=uuid.uuid4().hex)
    made = []

    @cache(expire=60)
    async def work() -> int:
        return number(made)

    yield work, made
    FastAPICache.reset()
    await client.aclose()


@contextlib.asynccontextmanager
async def aiocache(server):
    from aiocache import RedisCache, cached
    from aiocache.serializers import JsonSerializer

    made = []

    @cached(
        cache=RedisCache, endpoint="127.0.0.1", port=server.relay.port, serializer=JsonSerializer(), ttl=60, key="k"
    )
    async def work() -> int:
        return number(made)

    await work.cache.exists("warm")
    yield work, made
    await work.cache.close()


@contextlib.asynccontextmanager
async def cashews(server):
    from cashews import Cache

    cache = Cache()
    cache.setup(server.url(), client_side=False)
    await cache.ping(b"warm")
    made = []

    @cache(ttl=60)
    async def work() -> int:
        return number(made)

    yield work, made
    await cache.close()


def flask_caching(kind):
    @contextlib.asynccontextmanager
    async def case(server):
        from flask import Flask
        from flask_caching import Cache

        app = Flask("cached")
        app.config.update(CACHE_TYPE="RedisCache", CACHE_REDIS_URL=server.url())
        cache = Cache(app)
        cache.get("warm")
        made = []
        with app.test_request_context("/"):

            @getattr(cache, kind)(timeout=60)
            def work() -> int:
                return number(made)

            yield work, made

    return case


@contextlib.asynccontextmanager
async def dogpile(server):
    from dogpile.cache import make_region

    region = make_region().configure("dogpile.cache.redis", arguments={"url": server.url()}, expiration_time=60)
    region.get("warm")
    made = []

    @region.cache_on_arguments()
    def work() -> int:
        return number(made)

    yield work, made


@contextlib.asynccontextmanager
async def cache_page(server):
    from django.core.cache import cache
    from django.http import HttpResponse
    from django.test import RequestFactory
    from django.views.decorators.cache import cache_page

    cache.get("warm")
    made = []

    @cache_page(60)
    def view(request):
        return HttpResponse(str(number(made)))

    def work() -> int:
        return int(view(RequestFactory().get("/page")).content)

    yield work, made


CASES = {
    "fastapi_cache.decorator.cache": fastapi_cache,
    "aiocache.cached": aiocache,
    "cashews.cache": cashews,
    "flask_caching.Cache().cached": flask_caching("cached"),
    "flask_caching.Cache().memoize": flask_caching("memoize"),
    "dogpile.cache.make_region().cache_on_arguments": dogpile,
    "django.views.decorators.cache.cache_page": cache_page,
}
"""By the first name of the row: a function of no arguments, and the list that grows when its body runs."""


async def measured(server, case):
    server.command("FLUSHALL")
    async with case(server) as (work, made):
        seen = []
        answers = []
        for _ in range(2):
            with server.watch() as one:
                answers.append(await settled(work()))
            seen.append(one)
        assert answers == [1, 1]
        assert len(made) == 1
    return seen


def costs(row):
    """(trips, commands) at least and at most of a miss and of a hit."""
    for cost in (row.miss, row.hit):
        trips = cost.get("trips", 0)
        commands = cost.get("commands", trips)
        yield ((cost.get("least-trips", trips), cost.get("least-commands", commands)),
               (cost.get("most-trips", trips), cost.get("most-commands", commands)))  # fmt: skip


def disagreement(server, case, row):
    """How a row differs from a miss and a hit that were seen; empty when it does not."""
    found = []
    for name, seen, (low, high) in zip(("miss", "hit"), asyncio.run(measured(server, case)), costs(row), strict=True):
        if not between(low[0], seen.trips, high[0]) or not between(low[1], seen.count, high[1]):
            found.append(f"{name}: the catalog says {low}..{high}, seen {seen.trips} trips, {seen.sent}")
    return found


def remote(rows):
    return {row.names[0]: row for part in rows for row in part.cache_decorator if row.hit or row.store == "remote"}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_miss_and_a_hit_cost_what_the_row_says(server, django_ready, rows, name):
    assert disagreement(server, CASES[name], remote(rows)[name]) == []


def test_every_remote_row_has_a_case(rows):
    assert remote(rows).keys() == CASES.keys() | UNMEASURED.keys()


def test_a_wrong_row_is_noticed(server, rows):
    import msgspec

    row = remote(rows)["dogpile.cache.make_region().cache_on_arguments"]
    wrong = msgspec.structs.replace(row, hit={"trips": 2, "commands": 2})
    assert disagreement(server, dogpile, wrong) == ["hit: the catalog says (2, 2)..(2, 2), seen 1 trips, ['GET']"]


def local_decorators() -> list:
    import functools

    import async_lru
    import cachetools
    import cachetools.func

    return [
        ("functools.lru_cache", functools.lru_cache(maxsize=8)),
        ("functools.cache", functools.cache),
        ("cachetools.cached", cachetools.cached(cachetools.TTLCache(8, 60))),
        ("cachetools.func.ttl_cache", cachetools.func.ttl_cache(ttl=60)),
        ("cachetools.func.lru_cache", cachetools.func.lru_cache()),
        ("async_lru.alru_cache", async_lru.alru_cache(ttl=60)),
    ]


@pytest.mark.parametrize(
    ("name", "decorate"), local_decorators(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_local_decorator_keeps_answers_in_the_process(server, catalog, name, decorate):
    import redis

    client = redis.Redis.from_url(server.url())
    client.ping()
    asynchronous = name.startswith("async_lru")

    def work(key):
        return client.get(key)

    async def work_async(key):
        return client.get(key)

    row = catalog.cache_decorator(name)
    assert row.store == "local"

    async def twice():
        decorated = decorate(work_async if asynchronous else work)
        with server.watch() as first:
            await settled(decorated("a"))
        with server.watch() as second:
            await settled(decorated("a"))
        return first.count, second.count

    assert asyncio.run(twice()) == (1, 0)


@pytest.mark.parametrize(
    ("name", "decorate"), local_decorators(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_what_may_stand_on_a_coroutine_function_answers_a_second_await(catalog, name, decorate):
    async def answers():
        @decorate
        async def work(key):
            return key

        try:
            return [await work("a"), await work("a")] == ["a", "a"]
        except RuntimeError:  # a coroutine is awaited once
            return False

    assert asyncio.run(answers()) == catalog.cache_decorator(name).is_async
