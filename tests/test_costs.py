"""What functions and routes cost: bounds over branches, loops, early exits, caches, gates, carriers and libraries."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

from atomlint.index.costs import Summary
from atomlint.index.terms import Bounds, Each, Gate, Miss
from atomlint.index.value import Value

HEAD = """
import asyncio
import functools
import time
import redis
from sqlalchemy import create_engine, delete, func, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload, sessionmaker

c = redis.Redis()


class Base(DeclarativeBase):
    pass


class Job(Base):
    __tablename__ = "jobs"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    steps: Mapped[list["Step"]] = relationship()


class Step(Base):
    __tablename__ = "steps"
    id: Mapped[int] = mapped_column(primary_key=True)


SessionLocal = sessionmaker(create_engine(""))
"""


def cost(code: str, name: str = "f") -> Summary:
    """What a call of ``f`` costs in a module that begins with ``HEAD``."""
    index = index_of({"app.py": HEAD + textwrap.dedent(code)})
    scopes = index.project.linker.table("app.py").facts.scopes
    place = next(n for n, scope in enumerate(scopes) if scope.name == name)
    return index.costs.of(Value("def", "app.py", place))


def redis_of(body: str, before: str = "") -> str:
    """Redis commands of ``def f(x, xs)`` with a body."""
    return str(cost(before + "\ndef f(x, xs, now=0):\n" + textwrap.indent(textwrap.dedent(body), "    ")).redis)


def database_of(body: str) -> str:
    """Statements of ``def f(s: Session)`` with a body."""
    return str(cost("\ndef f(s: Session, x, xs):\n" + textwrap.indent(textwrap.dedent(body), "    ")).database)


@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ("c.get(x)", "1"),
        ("c.get(x); c.set(x, 1)", "2"),
        ("if x:\n    c.get(x)", "0..1"),
        ("if x:\n    c.get(x)\nelse:\n    c.set(x, 1)", "1"),
        ("if x:\n    c.get(x)\nelif xs:\n    c.set(x, 1); c.expire(x, 1)\nelse:\n    c.incr(x)", "1..2"),
        ("if x:\n    return 1\nc.get(x)", "0..1"),
        ("if not c.get(x):\n    return 1\nc.get(x)", "1..2"),
        ("if x:\n    if xs:\n        return 1\nc.get(x)", "0..1"),
        ("if not x:\n    raise ValueError\nc.get(x)", "1"),
        ("if not x:\n    c.incr('errors')\n    raise ValueError\nc.get(x)\nc.get(xs)", "2"),
        ("c.get(x)\nraise ValueError", "0..1"),
        ("match x:\n    case 1:\n        c.get(x)\n    case 2:\n        c.get(x); c.get(xs)", "0..2"),
        ("with open(x) as handle:\n    c.set(x, handle)", "1"),
        ("return c.get(x) or c.get(xs)", "1..2"),
        ("if x and c.get(x):\n    c.get(xs)", "0..2"),
        ("return c.get(x) if xs else c.hget(x, 'a')", "1"),
        ("value = c.get(x) if xs else None", "0..1"),
        ("value = c.get(x) or (c.get(xs) if xs else c.incr(x))", "1..2"),
    ],
)  # fmt: skip
def test_branches_and_exits_bound_what_a_function_costs(body: str, commands: str) -> None:
    assert redis_of(body) == commands


@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ("try:\n    c.get(x)\nexcept redis.RedisError:\n    c.delete(x)", "1..2"),
        ("try:\n    return c.get(x)\nexcept redis.RedisError:\n    pass\nreturn c.get(xs)", "1..2"),
        ("try:\n    value = TABLE[x]\nexcept KeyError:\n    value = c.get(x)", "0..1"),
        ("try:\n    c.get(x)\nfinally:\n    c.delete(x)", "2"),
        ("try:\n    return c.get(x)\nfinally:\n    print(x)", "1"),
    ],
)
def test_handlers_of_errors_count_for_the_upper_bound(body: str, commands: str) -> None:
    assert redis_of(body) == commands


@pytest.mark.parametrize(
    ("body", "commands"),
    [
        ("for i in xs:\n    c.get(i)", "0.."),
        ("for i in range(3):\n    c.get(i)", "3"),
        ("for i in ('a', 'b'):\n    for j in range(2):\n        c.get(i)", "4"),
        ("return [c.get(i) for i in xs]", "0.."),
        ("return {i: c.get(i) for i in ('a', 'b')}", "2"),
        ("for i in c.smembers(x):\n    print(i)", "1"),
        ("for i in range(3):\n    if i:\n        c.get(i)", "0..3"),
        ("for i in range(3):\n    if i > x:\n        continue\n    c.get(i)", "0..3"),
        ("while True:\n    c.blpop(x)", "0.."),
        ("c.mget(xs)", "1"),
        ("for i in c.scan_iter('a*'):\n    print(i)", "1.."),
    ],
)
def test_loops_multiply_by_what_the_source_says_of_their_turns(body: str, commands: str) -> None:
    assert redis_of(body) == commands


@pytest.mark.parametrize(
    ("body", "commands", "trips"),
    [
        ("p = c.pipeline()\np.get(x)\np.set(x, 1)\np.execute()", "4", "1"),
        ("p = c.pipeline(transaction=False)\np.get(x)\np.set(x, 1)\np.execute()", "2", "1"),
        ("with c.pipeline() as p:\n    p.get(x).get(xs).execute()", "4", "1"),
        ("c.pipeline(False).get(x).execute()", "1", "1"),
        ("p = c.pipeline()\np.execute()", "0", "0"),
        ("p = c.pipeline()\nfor i in xs:\n    p.get(i)\np.execute()", "0..", "0..1"),
        ("p = c.pipeline()\nfor i in range(4):\n    p.get(i)\np.execute()", "6", "1"),
        ("p = c.pipeline()\np.incr(x)\nif xs:\n    p.expire(x, 1)\np.execute()", "3..4", "1"),
        ("p = c.pipeline()\np.get(x)\np.execute()\np.get(x)\np.execute()", "6", "2"),
        ("p = c.pipeline()\np.watch(x)\nvalue = p.get(x)\np.multi()\np.set(x, value)\np.execute()", "5", "3"),
        ("p = c.pipeline()\nfill(p)\np.execute()", "0..", "0..1"),
        ("c.transaction(lambda p: (p.multi(), p.set(x, 1)), x)", "4", "2"),
        ("with c.lock(x):\n    c.get(x)", "3", "3"),
        ("lock = c.lock(x)\nwith lock:\n    pass", "2", "2"),
        ("lock = c.lock(x)\nlock.acquire()\nlock.release()", "2", "2"),
        ("take = c.register_script('return 1')\ntake(keys=[x])", "1", "1"),
        ("c.publish(x, 1)\ns = c.pubsub()\ns.subscribe(x)\ns.get_message()", "2", "2"),
    ],
)
def test_pipelines_locks_and_scripts_send_what_was_measured(body: str, commands: str, trips: str) -> None:
    found = cost("def fill(p):\n    p.get('a')\n\n\ndef f(x, xs):\n" + textwrap.indent(body, "    "))
    assert (str(found.redis), str(found.trips("redis"))) == (commands, trips)


@pytest.mark.parametrize(
    ("before", "body", "commands"),
    [
        ("def g(): c.get('a')", "g(); g()", "2"),
        ("def g(fn): return fn()", "g(lambda: c.get(x))", "1"),
        ("def g(fn, *a): return fn(*a)", "g(c.get, x)", "1"),
        ("def g(n):\n    c.get(n)\n    if n:\n        g(n - 1)", "g(x)", "1.."),
        ("def g(n):\n    if n:\n        h(n)\ndef h(n):\n    c.get(n)\n    g(n)", "g(x)", "0.."),
        ("class A:\n    def __init__(self): self.value = c.get('a')", "A()", "1"),
        (
            "class A:\n    def go(self): c.get('a')\nclass B:\n    def go(self): pass",
            "(A() if x else B()).go()",
            "0..1",
        ),
        ("@functools.lru_cache\ndef g(): return c.get('a')", "g()", "0..1"),
        ("kept = {}\ndef g(k):\n    if k not in kept:\n        kept[k] = c.get(k)\n    return kept[k]", "g(x)", "0..1"),
    ],
)
def test_what_functions_call_is_added_up(before: str, body: str, commands: str) -> None:
    assert redis_of(body, before) == commands


def test_what_runs_in_the_background_is_kept_apart() -> None:
    found = cost("async def later(): c.delete('a')\nasync def f():\n    c.get('a')\n    asyncio.create_task(later())")
    assert (found.redis, found.background("redis")) == (Bounds(1, 1), Bounds(1, 1))
    assert {term.phase for term in found.terms} == {"request", "background"}


@pytest.mark.parametrize(
    ("body", "statements"),
    [
        ("s.get(Job, x)", "1"),
        ("return s.query(Job).filter(Job.id == x).first()", "1"),
        ("q = s.query(Job).filter(Job.id > 1)\nreturn q.count(), q.limit(10).all()", "2"),
        ("return s.execute(select(Job)).scalars().all()", "1"),
        ("return list(s.query(Job).filter(Job.id > x))", "1"),
        ("for job in s.query(Job):\n    print(job.name)", "1"),
        ("rows = s.query(Job).all()\nfor job in rows:\n    print(job.steps)", "1.."),
        ("rows = s.query(Job).options(selectinload(Job.steps)).all()\nfor job in rows:\n    print(job.steps)", "1..2"),
        ("s.add(Job(name=x))\ns.commit()", "1"),
        ("job = Job(name=x)\ns.add(job)\ns.commit()\ns.refresh(job)", "2"),
        ("job = s.get(Job, x)\njob.name = 'b'\ns.commit()", "1..2"),
        ("job = s.get(Job, x)\njob.name = 'b'\ns.commit()\nreturn job.name", "2..3"),
        ("job = s.get(Job, x)\njob.name = 'b'\ns.commit()\ns.refresh(job)\nreturn job.name", "2..3"),
        ("job = s.get(Job, x)\ns.delete(job)\ns.commit()", "2"),
        ("s.add_all([Job(name=n) for n in xs])\ns.commit()", "0.."),
        ("for n in xs:\n    s.add(Job(name=n))\ns.commit()", "0.."),
        ("s.execute(update(Job).values(name=x))\ns.commit()", "1"),
        ("s.rollback()\ns.close()", "0"),
        ("with SessionLocal() as other:\n    other.get(Job, 1)", "1"),
        ("return [s.get(Job, n) for n in xs]", "0.."),
    ],
)
def test_statements_are_counted_where_they_are_sent_or_said(body: str, statements: str) -> None:
    assert database_of(body) == statements


DJANGO = """
from django.db import models
from django.shortcuts import get_object_or_404
from django.core.cache import cache

class Queue(models.Model):
    name = models.CharField(max_length=50)

class Ticket(models.Model):
    title = models.CharField(max_length=50)
    queue = models.ForeignKey(Queue, on_delete=models.CASCADE)

def f(x, xs):
"""


@pytest.mark.parametrize(
    ("body", "statements"),
    [
        ("Ticket.objects.filter(title=x)", "0"),
        ("return list(Ticket.objects.filter(title=x))", "1"),
        ("qs = Ticket.objects.all()\nfor t in qs:\n    print(t.title)", "1"),
        ("return [(t.title, t.queue.name) for t in Ticket.objects.all()]", "1.."),
        ("return [(t.title, t.queue.name) for t in Ticket.objects.select_related('queue')]", "1"),
        ("return list(Ticket.objects.prefetch_related('queue'))", "1..2"),
        ("return Ticket.objects.filter(title=x).exists()", "1"),
        ("return Ticket.objects.get_or_create(title=x)", "1..2"),
        ("return Ticket.objects.update_or_create(title=x)", "2"),
        ("Ticket.objects.create(title=x)", "1"),
        ("Ticket.objects.bulk_create([Ticket(title=n) for n in xs])", "0.."),
        ("t = Ticket(title=x)\nt.save()", "1..2"),
        ("get_object_or_404(Ticket, pk=x)", "1"),
        ("Ticket.objects.filter(title=x).delete()", "1"),
    ],
)
def test_django_sends_a_query_when_something_goes_through_it(body: str, statements: str) -> None:
    index = index_of({"app.py": DJANGO + textwrap.indent(body, "    ")})
    scopes = index.project.linker.table("app.py").facts.scopes
    place = next(n for n, scope in enumerate(scopes) if scope.name == "f")
    assert str(index.costs.of(Value("def", "app.py", place)).database) == statements


@pytest.mark.parametrize(
    ("backend", "commands"),
    [("django_redis.cache.RedisCache", "2"), ("django.core.cache.backends.locmem.LocMemCache", "0")],
)
def test_djangos_cache_costs_what_the_settings_make_of_it(backend: str, commands: str) -> None:
    index = index_of(
        {
            "settings.py": f'CACHES = {{"default": {{"BACKEND": "{backend}"}}}}\n',
            "app.py": "from django.core.cache import cache\n\n\ndef f():\n    cache.set('a', cache.get('b'))\n",
        }
    )
    assert str(index.costs.of(Value("def", "app.py", 1)).redis) == commands


def test_a_loop_of_another_function_sends_no_query_of_this_one() -> None:
    code = (
        DJANGO
        + "    rows = Ticket.objects.all()\n    return rows.count()\n\n\ndef g(rows):\n    for row in rows:\n        print(row)\n"
    )
    index = index_of({"app.py": code})
    scopes = index.project.linker.table("app.py").facts.scopes
    place = next(n for n, scope in enumerate(scopes) if scope.name == "f")
    assert str(index.costs.of(Value("def", "app.py", place)).database) == "1"


def test_terms_name_their_factors_and_the_calls_that_lead_to_them() -> None:
    found = cost(
        """
        last = 0.0
        kept = {}


        def sync():
            global last
            if time.time() - last > 30:
                last = time.time()
                c.incr("n")


        def one(k):
            if k in kept:
                return kept[k]
            kept[k] = c.get(k)
            return kept[k]


        def f(emails):
            sync()
            one("a")
            for email in emails:
                c.delete(email)
        """
    )
    terms = {term.operation: term for term in found.terms}
    assert [type(f) for f in terms["incr"].factors] == [Gate]
    assert [type(f) for f in terms["get"].factors] == [Miss]
    assert terms["delete"].factors == (Each("emails"),)
    assert (terms["delete"].lower, terms["delete"].upper) == (0, None)
    assert [len(terms[name].chain) for name in ("incr", "get", "delete")] == [2, 2, 1]


# --- routes ------------------------------------------------------------------------------------------------------------

APP = """
    import redis.asyncio as redis
    from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Request

    app = FastAPI()
    c = redis.from_url("redis://localhost")


    @app.middleware("http")
    async def limit(request: Request, call_next):
        if request.url.path == "/health":
            return await call_next(request)
        if await c.incr("n") > 100:
            return 429
        return await call_next(request)


    async def user():
        found = await c.get("user")
        if found is None:
            raise HTTPException(401)
        return found


    async def admin(user=Depends(user)):
        return await c.sismember("admins", user)


    async def later():
        await c.delete("a")


    @app.get("/health")
    async def health():
        return 1


    @app.get("/me")
    async def me(user=Depends(user)):
        return user


    @app.get("/both")
    async def both(user=Depends(user), admin=Depends(admin)):
        return user


    @app.post("/later")
    async def leave(tasks: BackgroundTasks):
        tasks.add_task(later)
"""


def routes(files: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Redis commands and database statements by path."""
    index = index_of(files)
    return {route.path: (str(route.redis), str(route.database)) for route in index.costs.routes()}


def test_a_route_pays_for_middlewares_and_for_each_dependency_once() -> None:
    found = routes({"app.py": APP})
    assert found == {"/health": ("0", "0"), "/me": ("2", "0"), "/both": ("3", "0"), "/later": ("1", "0")}


def test_what_a_route_leaves_for_after_the_response_is_its_own_number() -> None:
    found = {route.path: route for route in index_of({"app.py": APP}).costs.routes()}
    assert found["/later"].after == (Bounds(1, 1), Bounds(0, 0))
    assert [(t.operation, t.lower, t.upper) for t in found["/health"].terms] == []
    assert sorted(t.operation for t in found["/both"].terms) == ["get", "incr", "sismember"]


SLOWAPI = """
    from fastapi import Depends, FastAPI
    from slowapi import Limiter
    from slowapi.middleware import SlowAPIMiddleware

    limiter = Limiter(key_func=str{options})
    app = FastAPI()
    app.add_middleware(SlowAPIMiddleware)


    @app.get("/limited")
    @limiter.limit("5/minute")
    async def limited():
        return 1


    @app.get("/plain")
    async def plain():
        return 1
"""


@pytest.mark.parametrize(
    ("options", "limited", "plain"),
    [
        ("", "0", "0"),
        (', storage_uri="memory://"', "0", "0"),
        (', storage_uri="redis://cache"', "1", "0"),
        (', storage_uri="redis://cache", headers_enabled=True', "3", "0"),
        (', storage_uri="redis://cache", default_limits=["1/second", "9/hour"]', "1", "2"),
    ],
)
def test_slowapi_costs_what_its_storage_and_headers_make_of_it(options: str, limited: str, plain: str) -> None:
    found = routes({"app.py": SLOWAPI.replace("{options}", options)})
    assert found == {"/limited": (limited, "0"), "/plain": (plain, "0")}


FLASK_LIMITER = """
    from flask import Flask
    from flask_limiter import Limiter

    app = Flask(__name__)
    app.config["{setting}"] = "redis://cache"
    limiter = Limiter(str, app=app, default_limits=["9/hour"])


    @app.get("/plain")
    def plain():
        return 1


    @app.get("/limited")
    @limiter.limit("5/minute")
    def limited():
        return 1
"""


@pytest.mark.parametrize(
    ("given", "limits", "plain"),
    [
        ("", "'200 per day;50 per hour'", "2..6"),
        ("", "'9/hour'", "1..3"),
        ("", "LIMITS", "2..6"),
        ("", "load()", "1..3"),
        ("", "None", "0"),
        ("", "''", "0"),
        (', default_limits=["9/hour"]', "'200 per day;50 per hour'", "1..3"),
        (", default_limits=[]", "'200 per day;50 per hour'", "2..6"),
    ],
)
def test_flask_limiter_takes_its_default_limits_from_the_settings_where_it_is_given_none(given, limits, plain) -> None:
    code = FLASK_LIMITER.replace("{setting}", "RATELIMIT_STORAGE_URI").replace(', default_limits=["9/hour"]', given)
    more = f'LIMITS = "1/second, 9/hour"\n    app.config["RATELIMIT_DEFAULT"] = {limits}\n    limiter ='
    files = {"app.py": code.replace("limiter =", more, 1), "requirements.txt": "flask-limiter==3.8.0\n"}
    assert routes(files)["/plain"] == (plain, "0")


@pytest.mark.parametrize(
    ("setting", "version", "limited", "plain"),
    [
        ("RATELIMIT_STORAGE_URI", "2.9.2", "1..3", "1..3"),
        ("RATELIMIT_STORAGE_URL", "2.9.2", "1..3", "1..3"),
        ("RATELIMIT_STORAGE_URI", "3.8.0", "1..3", "1..3"),
        ("RATELIMIT_STORAGE_URL", "3.8.0", "0", "0"),
        ("RATELIMIT_STORAGE_URI", None, "0..3", "0..3"),
        ("RATELIMIT_STORAGE_URL", None, "0", "0"),
    ],
)
def test_flask_limiter_reads_its_older_setting_up_to_the_version_that_dropped_it(
    setting: str, version: str | None, limited: str, plain: str
) -> None:
    files = {"app.py": FLASK_LIMITER.replace("{setting}", setting)}
    if version:
        files["requirements.txt"] = f"flask-limiter=={version}\n"
    assert routes(files) == {"/limited": (limited, "0"), "/plain": (plain, "0")}


IN_MEMORY = 'Limiter(key_func=str, storage_uri="memory://", default_limits=["1/second"])'
IN_REDIS = 'Limiter(key_func=str, storage_uri="redis://cache", default_limits=["1/second"])'


@pytest.mark.parametrize(
    ("first", "second", "made"),
    [
        (IN_MEMORY, IN_REDIS, 1),
        (IN_REDIS, IN_MEMORY, 1),
        (IN_MEMORY, IN_MEMORY, 0),
        (IN_REDIS, IN_REDIS, 1),
    ],
)
def test_a_limiter_is_judged_by_its_own_storage_beside_another(first: str, second: str, made: int) -> None:
    head = "from flask import Flask\nfrom flask_limiter import Limiter\n\napp = Flask(__name__)\n"
    index = index_of({"app.py": f"{head}limiter = {first}\n", "other.py": f"{head}limiter = {second}\n"})
    found = index.project.effects.libraries.middlewares()
    assert len(found) == made
    wanted = "app.py" if first == IN_REDIS else "other.py"
    assert {effect.path for effect in found} == ({wanted} if made else set())


LIMITER = """
    from fastapi import Depends, FastAPI
    from fastapi_limiter.depends import RateLimiter

    app = FastAPI()


    @app.get("/a", dependencies=[Depends(RateLimiter(times=2, seconds=5))])
    async def a():
        return 1


    @app.get("/b")
    async def b(limit=Depends(RateLimiter(times=2, seconds=5))):
        return 1
"""


@pytest.mark.parametrize(("version", "commands"), [("0.1.6", "1"), ("0.2.0", "0"), (None, "0")])
def test_fastapi_limiter_counts_in_redis_up_to_the_version_that_the_lock_file_names(
    version: str | None, commands: str
) -> None:
    files = {"app.py": LIMITER}
    if version:
        files["uv.lock"] = f'[[package]]\nname = "fastapi-limiter"\nversion = "{version}"\n'
    assert routes(files) == {"/a": (commands, "0"), "/b": (commands, "0")}


def test_a_team_states_what_a_library_of_its_own_costs() -> None:
    from atomlint.index.catalog import configured_rows

    rows = configured_rows([{"kind": "work", "names": ["acme.flags.enabled"], "cost": {"trips": 2}}], "pyproject.toml")
    code = "from acme.flags import enabled\n\n\ndef f():\n    return enabled('x')\n"
    index = index_of({"app.py": code}, rows)
    assert index.costs.of(Value("def", "app.py", 1)).redis == Bounds(2, 2)


@pytest.mark.parametrize(
    ("before", "decorator", "commands"),
    [
        ("from fastapi_cache.decorator import cache", "cache(expire=60)", "4..5"),
        ("from aiocache import cached", "cached(ttl=60)", "0"),
        ("from aiocache import cached, RedisCache", "cached(ttl=60, cache=RedisCache)", "1..2"),
        ("from cashews import cache\ncache.setup('redis://')", "cache(ttl='1m')", "1..2"),
        ("from cashews import cache\ncache.setup('mem://')", "cache(ttl='1m')", "0"),
        ("from functools import cache", "cache", "0"),
    ],
)
def test_a_cached_function_costs_a_hit_or_a_miss(before: str, decorator: str, commands: str) -> None:
    code = f"{before}\n\n\n@{decorator}\nasync def f(x):\n    return x\n"
    assert str(index_of({"app.py": code}).costs.of(Value("def", "app.py", 1)).redis) == commands


TASKS = """
    from celery import Celery

    worker = Celery("x", broker="{broker}")


    @worker.task
    def send(): ...


    def f():
        send.delay()
"""


@pytest.mark.parametrize(("broker", "commands"), [("redis://queue", "1..3"), ("amqp://queue", "0")])
def test_a_task_that_is_sent_costs_what_its_broker_is_told(broker: str, commands: str) -> None:
    index = index_of({"app.py": TASKS.replace("{broker}", broker)})
    scopes = index.project.linker.table("app.py").facts.scopes
    place = next(n for n, scope in enumerate(scopes) if scope.name == "f")
    assert str(index.costs.of(Value("def", "app.py", place)).redis) == commands


def test_a_long_chain_of_calls_is_added_up_without_recursion() -> None:
    lines = ["def f0():\n    c.get('a')"] + [f"def f{n}():\n    f{n - 1}()" for n in range(1, 1500)]
    found = cost("\n\n".join(lines), "f1499")
    assert found.redis == Bounds(1, 1)
