"""What a call costs: commands of Redis clients however they are made, and reads of one row however they are written."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of


def effects(code: str) -> list[tuple[str, str, int, int]]:
    """Client, method, round trips and commands of every remote call, in source order."""
    index = index_of({"app.py": textwrap.dedent(code)})
    calls = index.project.linker.table("app.py").facts.calls
    found = (index.project.effects.remote("app.py", n) for n in range(len(calls)))
    return [(e.receiver, e.operation.name, e.operation.trips, e.operation.commands) for e in found if e is not None]


REDIS = "redis.client.Redis"
ASYNC = "redis.asyncio.client.Redis"


@pytest.mark.parametrize(
    ("making", "client"),
    [
        ("import redis\nc = redis.Redis()", REDIS),
        ("import redis\nc = redis.from_url('')", REDIS),
        ("import redis\nc = redis.Redis.from_url('')", REDIS),
        ("from redis import StrictRedis\nc = StrictRedis()", REDIS),
        ("import redis.asyncio as redis\nc = redis.from_url('')", ASYNC),
        ("from redis import asyncio as aioredis\nc = aioredis.Redis()", ASYNC),
        ("import valkey\nc = valkey.Valkey()", REDIS),
        ("from upstash_redis import Redis\nc = Redis.from_env()", "upstash_redis.Redis"),
        ("from upstash_redis.asyncio import Redis\nc = Redis(url='', token='')", "upstash_redis.asyncio.Redis"),
        ("from flask_redis import FlaskRedis\nc = FlaskRedis(app)", REDIS),
        ("from django_redis import get_redis_connection\nc = get_redis_connection()", REDIS),
        ("from django_valkey import get_valkey_connection\nc = get_valkey_connection()", REDIS),
        ("import redis\nclass C(redis.Redis): pass\nc = C()", REDIS),
    ],
)
def test_a_client_is_known_by_every_way_to_make_it(making, client):
    assert effects(f"{making}\nc.get('k')\n") == [(client, "get", 1, 1)]


@pytest.mark.parametrize("method", ["close", "register_script", "pubsub", "pipeline", "_private", "connection_pool"])
def test_methods_without_a_round_trip_cost_nothing(method):
    assert effects(f"import redis\nc = redis.Redis()\nc.{method}()\n") == []


@pytest.mark.parametrize(
    ("code", "commands"),
    [
        ("p = c.pipeline()\np.get('a')\np.get('b')\np.execute()", 4),
        ("with c.pipeline() as p:\n    p.incr('a')\n    p.expire('a', 1)\n    p.execute()", 4),
        ("p = c.pipeline()\np.get('a').get('b').execute()", 4),
    ],
)
def test_a_pipeline_queues_until_it_is_executed(code, commands):
    found = effects(f"import redis\nc = redis.Redis()\n{code}\n")
    assert [(name, trips) for _, name, trips, _ in found] == [("pipeline", 1)] or commands is None
    if commands is not None:
        assert found[0][3] == commands


@pytest.mark.parametrize(
    "code",
    [
        "import asyncio\nasync def f(): await asyncio.to_thread(c.get, 'k')",
        "import asyncio\nasync def f(): await asyncio.get_running_loop().run_in_executor(None, c.get, 'k')",
        "import asyncio\nasync def f():\n    loop = asyncio.get_event_loop()\n    await loop.run_in_executor(None, c.get, 'k')",
        "import anyio\nasync def f(): await anyio.to_thread.run_sync(c.get, 'k')",
        "from anyio import to_thread\nasync def f(): await to_thread.run_sync(c.get, 'k')",
        "import asyncio\nclass A:\n    def __init__(self): self.c = c\n    async def f(self): await asyncio.to_thread(self.c.get, 'k')",
        "def retry(fn, *args): return fn(*args)\nretry(c.get, 'k')",
        "class Breaker:\n    def call(self, fn, *args): return fn(*args)\nBreaker().call(c.get, 'k')",
        "from starlette.concurrency import run_in_threadpool\nrun_in_threadpool(c.get, 'k')",
    ],
)
def test_a_method_that_is_handed_over_is_counted_where_it_is_handed_over_and_once(code):
    assert effects(f"import redis\nc = redis.Redis()\n{code}\n") == [(REDIS, "get", 1, 1)]


@pytest.mark.parametrize(("module", "row"), [("redis", "Script"), ("redis.asyncio", "AsyncScript")])
def test_a_script_that_an_object_keeps_is_run_where_it_is_called(module, row):
    code = f"""
import {module} as r
class Limit:
    script: Any = None
    def __init__(self):
        client = r.Redis()
        self.script = client.register_script("return 1")
    async def check(self, who):
        return await self.script(keys=[who])
"""
    assert effects(code) == [(f"redis.commands.core.{row}", "script", 1, 1)]


def test_a_method_that_is_handed_to_what_calls_nothing_costs_nothing():
    assert effects("import redis\nc = redis.Redis()\ndef keep(fn): TABLE['k'] = fn\nkeep(c.get)\nprint(c.get)\n") == []


def test_a_method_of_something_else_costs_nothing():
    assert effects("c = {}\nc.get('k')\nimport requests\nrequests.get('u')\n") == []


# --- rows --------------------------------------------------------------------------------------------------------------

MODELS = """
    from sqlalchemy import select
    from sqlalchemy.orm import DeclarativeBase, Session
    class Base(DeclarativeBase): pass
    class Tenant(Base):
        __tablename__ = "tenants"
    class Plain: pass
"""


def lookups(code: str, models: str = MODELS) -> list[tuple[str, tuple[str, ...]]]:
    index = index_of({"app.py": textwrap.dedent(models) + textwrap.dedent(code)})
    calls = index.project.linker.table("app.py").facts.calls
    found = (index.project.effects.lookup("app.py", n) for n in range(len(calls)))
    return [(lookup.model_name, lookup.keys) for lookup in found if lookup is not None]


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("db.query(Tenant).filter(Tenant.slug == s).first()", ("slug",)),
        ("db.query(Tenant).filter_by(slug=s, active=True).one_or_none()", ("slug", "active")),
        ("db.query(Tenant).filter(Tenant.a == 1, s == Tenant.b).one()", ("a", "b")),
        ("db.query(Tenant).filter((Tenant.a == 1) & (Tenant.b == 2)).first()", ("a", "b")),
        ("db.query(Tenant.id).filter(Tenant.slug == s).scalar()", ("slug",)),
        ("db.query(Tenant).get(1)", ()),
        ("db.query(Tenant).order_by(Tenant.id).first()", ()),
        ("db.get(Tenant, 1)", ("id",)),
        ("db.scalar(select(Tenant).where(Tenant.slug == s))", ("slug",)),
        ("db.execute(select(Tenant).where(Tenant.slug == s)).scalar_one()", ("slug",)),
        ("db.scalars(select(Tenant).filter_by(slug=s)).first()", ("slug",)),
        ("q = select(Tenant).where(Tenant.slug == s)\ndb.scalar(q)", ("slug",)),
        ("q = db.query(Tenant)\nq.filter(Tenant.slug == s).first()", ("slug",)),
        (
            "async def f():\n    r = await db.execute(select(Tenant).where(Tenant.slug == s))\n    r.scalar_one_or_none()",
            ("slug",),
        ),
    ],
)
def test_a_read_of_one_row_is_known_in_every_style(code, keys):
    assert list(lookups(code))[:1] == [("Tenant", keys)]


@pytest.mark.parametrize(
    "code",
    [
        "db.query(Plain).first()",
        "db.query(Tenant).all()",
        "db.get(Plain, 1)",
        "cache.get('tenant', None)",
        "select(Tenant)",
        "db.query(Tenant).filter(Tenant.slug == s)",
        "items.first()",
    ],
)
def test_what_reads_no_row_of_a_mapped_class_is_no_lookup(code):
    assert lookups(code) == []


@pytest.mark.parametrize(
    ("code", "mapped"),
    [
        ("from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\nclass M(Base):\n    __tablename__ = 'm'", True),
        (("from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): pass\nclass Mixin(Base): __abstract__ = True\n"
         "class M(Mixin):\n    __tablename__ = 'm'"), True),
        ("from sqlalchemy.orm import declarative_base\nBase = declarative_base()\nclass M(Base):\n    __table__ = t", True),
        ("from sqlalchemy.ext.declarative import declarative_base\nBase = declarative_base()\nclass M(Base):\n    __tablename__ = 'm'", True),
        ("from core import Base\nclass M(Base):\n    __tablename__ = 'm'", True),
        ("from sqlmodel import SQLModel\nclass M(SQLModel, table=True): pass", True),
        ("from sqlmodel import SQLModel\nclass M(SQLModel): pass", False),
        ("from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\nclass M(db.Model): pass", True),
        ("from django.db import models\nclass M(models.Model): pass", True),
        ("from sqlalchemy.orm import DeclarativeBase\nclass M(DeclarativeBase): pass", False),
        ("from sqlalchemy.orm import declarative_base\nBase = declarative_base()\nclass M(Base):\n    __abstract__ = True", False),
        ("class B:\n    __tablename__ = 'm'\nclass M(B): pass", True),
        ("class M: pass", False),
        ("from pydantic import BaseModel\nclass M(BaseModel): pass", False),
    ],
)  # fmt: skip
def test_a_class_is_mapped_by_its_base_or_by_what_it_says(code, mapped):
    index = index_of(
        {"app.py": code, "core.py": "from sqlalchemy.orm import declarative_base\nBase = declarative_base()"}
    )
    (cls,) = [cls for cls in index.classes("app.py") if cls.name == "M"]
    assert cls.is_mapped is mapped


def test_the_call_that_made_a_client_is_found_from_where_it_is_used():
    files = {
        "core.py": "import redis\nclass Cache:\n    def __init__(self):\n        self.c = redis.Redis()\ncache = Cache()\n",
        "app.py": "from core import cache\ndef f():\n    with cache.c.pipeline() as p:\n        p.get('k')\n        p.execute()\n",
    }
    index = index_of(files)
    calls = index.project.linker.table("app.py").facts.calls
    made = index.receiver_origin("app.py", len(calls) - 1)
    assert (made.path, made.name) == ("core.py", "Redis")


def first_effect(code: str):
    """The first remote call of a module."""
    index = index_of({"app.py": textwrap.dedent(code)})
    calls = index.project.linker.table("app.py").facts.calls
    return next(e for n in range(len(calls)) if (e := index.project.effects.remote("app.py", n)) is not None)


@pytest.mark.parametrize(
    ("call", "properties"),
    [
        ("get('k')", (False, False, None, False)),
        ("set('k', 1)", (False, False, ["ex", "px", "exat", "pxat", "keepttl"], False)),
        ("setex('k', 1, 2)", (False, False, [], False)),
        ("incr('k')", (False, False, None, True)),
        ("keys('*')", (True, False, None, False)),
        ("blpop('k')", (False, True, None, False)),
    ],
)
def test_an_effect_knows_what_its_row_says_of_the_method(call, properties):
    effect = first_effect(f"import redis\nc = redis.Redis()\nc.{call}\n")
    assert (effect.scans, effect.blocks, effect.expiry, effect.is_endless) == properties
    assert not effect.is_async
    assert effect.client.type == REDIS


def test_an_effect_of_an_asynchronous_pipeline_is_asynchronous():
    effect = first_effect(
        """
        import redis.asyncio as redis
        c = redis.Redis()
        async def f():
            async with c.pipeline() as pipe:
                pipe.incr("k")
                await pipe.execute()
        """
    )
    assert (effect.method, effect.is_async, effect.operation.commands) == ("pipeline", True, 3)


def test_effects_are_hashable():
    effect = first_effect("import redis\nc = redis.Redis()\nc.get('k')\n")
    assert len({effect, effect}) == 1


@pytest.mark.parametrize("use", ["c.get('k')[0](1)", "c.get('k')(1)", "c.hgetall('k')['f'].lower()"])
def test_what_is_done_with_an_answer_is_no_command(use):
    assert len(effects(f"import redis\nc = redis.Redis()\n{use}")) == 1
