"""Where clients are made, and which of them a command runs on."""

from __future__ import annotations

import pytest
from index_project import index_of

from atomlint.index.clients import Construction


def made_by(files: dict[str, str], method: str = "get") -> list[tuple[str, str, str]]:
    """Constructions behind the first call of a method: path, callable, kind."""
    index = index_of(files)
    path, call = next(
        (p, c) for p, c in index.project.linker.call_sites(method) if index.project.commands.at(p, c) is not None
    )
    return [(m.path, m.name, m.kind) for m in index.project.clients.of_command(path, call)]


def only(text: str) -> Construction:
    index = index_of({"a.py": text})
    found = list(index.project.clients.all())
    assert len(found) == 1
    return found[0]


def test_a_module_level_client_is_found_from_another_file() -> None:
    files = {
        "a.py": "import redis\nclient = redis.Redis()\n",
        "b.py": "from a import client\ndef f():\n    return client.get('x')\n",
    }
    assert made_by(files) == [("a.py", "redis.Redis", "client")]


def test_both_branches_of_a_client_are_found() -> None:
    text = """
    import redis

    class Store:
        def __init__(self, url):
            if url:
                self.client = redis.from_url(url)
            else:
                self.client = redis.Redis()

        def read(self):
            return self.client.get("x")
    """
    assert [name for _, name, _ in made_by({"a.py": text})] == ["redis.from_url", "redis.Redis"]


def test_a_helper_a_pipeline_and_a_parameter_lead_to_the_construction() -> None:
    text = """
    import redis

    def make():
        return redis.from_url("redis://x")

    def fill(client):
        pipe = client.pipeline()
        pipe.set("a", 1)
        return pipe.execute()

    fill(make())
    """
    assert made_by({"a.py": text}, "execute") == [("a.py", "redis.from_url", "client")]


def test_an_injected_generator_leads_to_what_it_yields() -> None:
    text = """
    import redis.asyncio
    from fastapi import Depends, FastAPI

    app = FastAPI()

    async def session():
        client = redis.asyncio.Redis()
        yield client

    @app.get("/")
    async def show(client=Depends(session)):
        return await client.get("x")
    """
    assert made_by({"a.py": text}) == [("a.py", "redis.asyncio.Redis", "client")]


def test_a_client_over_a_pool_is_a_view_and_leads_to_the_pool() -> None:
    text = """
    import redis

    pool = redis.ConnectionPool.from_url("redis://x")

    def f():
        return redis.Redis(connection_pool=pool).get("x")
    """
    index = index_of({"a.py": text})
    view = next(m for m in index.project.clients.all() if m.kind == "view")
    assert [(p.name, p.kind) for p in index.project.clients.pools(view)] == [("redis.ConnectionPool.from_url", "pool")]


def test_a_subclass_of_the_project_is_a_construction() -> None:
    made = only("import redis\n\nclass Mine(redis.Redis):\n    pass\n\nredis_client = redis.Redis()\n")
    assert made.name == "redis.Redis"
    index = index_of({"a.py": "import redis\n\nclass Redis(redis.Redis):\n    pass\n\nclient = Redis()\n"})
    assert [m.type for m in index.project.clients.all()] == ["redis.client.Redis"]


def test_what_makes_no_connection_of_its_own_is_no_construction() -> None:
    text = "import redis\nfrom django_redis import get_redis_connection\nc = get_redis_connection()\np = c.pipeline()\n"
    assert list(index_of({"a.py": text}).project.clients.all()) == []


def test_keywords_of_an_unpacked_dict_are_known_with_later_additions() -> None:
    text = """
    import redis

    BASE = {"decode_responses": True}

    def make(password):
        options = {**BASE, "socket_timeout": 5}
        if password:
            options["password"] = password
        return redis.Redis(host="x", **options)
    """
    index = index_of({"a.py": text})
    made = next(index.project.clients.all())
    given, whole = index.project.clients.keywords(made.path, made.call)
    assert whole
    assert set(given) == {"host", "decode_responses", "socket_timeout", "password"}


def test_keywords_that_are_not_known_are_said_to_be_missing() -> None:
    text = "import redis\ndef make(**options):\n    return redis.Redis(host='x', **options)\n"
    index = index_of({"a.py": text})
    made = next(index.project.clients.all())
    assert index.project.clients.keywords(made.path, made.call) == ({"host": "'x"}, False)


@pytest.mark.parametrize(
    ("read", "names"),
    [
        ('CLIENTS["b"]', ["redis.from_url"]),
        ("CLIENTS[name]", ["redis.Redis", "redis.from_url"]),
        ("CLIENTS.get(name)", ["redis.Redis", "redis.from_url"]),
        ('CLIENTS.get("b")', ["redis.from_url"]),
    ],
)
def test_clients_in_a_dict_are_found_behind_what_is_read_from_it(read: str, names: list[str]) -> None:
    made = 'CLIENTS = {"a": redis.Redis(), "b": redis.from_url("redis://b")}'
    text = f"import redis\n{made}\ndef f(name):\n    client = {read}\n    return client.hget('x', 'y')\n"
    assert [name for _, name, _ in made_by({"a.py": text}, "hget")] == names


def test_an_extension_is_given_options_by_its_init_app_too() -> None:
    text = """
    from flask_redis import FlaskRedis

    store = FlaskRedis(decode_responses=True)

    def create(app, other):
        store.init_app(app, socket_timeout=2)
        other.init_app(app, health_check_interval=3)
    """
    index = index_of({"a.py": text})
    (made,) = index.project.clients.all()
    given, whole = index.project.clients.keywords(made.path, made.call)
    assert (sorted(given), whole) == (["decode_responses", "socket_timeout"], True)


def test_a_client_of_one_connection_leads_to_the_one_whose_connection_it_takes() -> None:
    text = """
    import redis.asyncio as redis

    async def count(key):
        client = redis.from_url("redis://x")
        async with client.client() as connected:
            return await connected.get(key)
    """
    assert made_by({"a.py": text}) == [("a.py", "redis.asyncio.from_url", "client")]


def test_a_middleware_leads_to_the_client_that_it_is_added_with() -> None:
    text = """
    import redis
    from fastapi import FastAPI

    class Limit:
        def __init__(self, app, client=None):
            self.client = client

        async def __call__(self, scope, receive, send):
            self.client.get("x")

    app = FastAPI()
    app.add_middleware(Limit, client=redis.from_url("redis://x"))
    """
    assert made_by({"a.py": text}) == [("a.py", "redis.from_url", "client")]


@pytest.mark.parametrize(
    ("head", "made"),
    [
        ("@dataclass\nclass Config:", "Config(redis=redis.Redis(), name='a')"),
        ("@dataclass\nclass Config:", "Config('a', redis.Redis())"),
        ("class Config(BaseModel):", "Config(name='a', redis=client)"),
        ("class Config(NamedTuple):", "Config('a', client)"),
        (
            "@dataclass\nclass Base:\n    redis: redis.Redis\n\n@dataclass\nclass Config(Base):",
            "Config(name='a', redis=client)",
        ),
        ("@dataclass\nclass Base:\n    redis: redis.Redis\n\n@dataclass\nclass Config(Base):", "Config(client, 'a')"),
    ],
)
def test_a_field_is_what_the_makers_of_the_object_give_for_it(head: str, made: str) -> None:
    fields = "name: str" if "Base)" in head else "name: str\n    redis: redis.Redis"
    text = f"""
from dataclasses import dataclass
from typing import NamedTuple

import redis
from pydantic import BaseModel

client = redis.Redis()

{head}
    {fields}

def load() -> Config:
    return {made}

def read(config: Config):
    return config.redis.get("x")
"""
    assert made_by({"a.py": text}) == [("a.py", "redis.Redis", "client")]


def test_a_constructor_of_the_class_itself_says_what_a_field_is() -> None:
    text = """
    import redis

    class Config:
        redis: redis.Redis

        def __init__(self, other):
            self.redis = redis.from_url("redis://x")

    Config(redis.Redis())

    def read(config: Config):
        return config.redis.get("x")
    """
    assert made_by({"a.py": text}) == [("a.py", "redis.from_url", "client")]


@pytest.mark.parametrize(
    ("calls", "given", "whole"),
    [
        ("connect('redis://x')", set(), True),
        ("connect('redis://x', socket_timeout=5)\nconnect('redis://y')", {"socket_timeout"}, True),
        ("connect('redis://x', **{'socket_timeout': 5})", {"socket_timeout"}, True),
        ("connect('redis://x', **options())", set(), False),
        ("", set(), False),
        ("keep(connect)", set(), False),
        ("connect('redis://x')\n#fill(kwargs)", set(), False),
        ("connect('redis://x')\n#kwargs.setdefault('socket_timeout', 3)", set(), False),
        ("connect('redis://x')\n#kwargs |= {'socket_timeout': 3}", set(), False),
    ],
)
def test_what_a_function_hands_on_is_what_its_callers_give_beyond_its_own_parameters(
    calls: str, given: set[str], whole: bool
) -> None:
    calls, _, before = calls.partition("#")
    body = f"    {before or 'pass'}\n    return redis.from_url(url, **kwargs)"
    text = f"import redis\n\ndef connect(url, **kwargs):\n{body}\n\n{calls}\n"
    index = index_of({"a.py": text})
    (made,) = index.project.clients.all()
    keywords, complete = index.project.clients.keywords(made.path, made.call)
    assert (set(keywords), complete) == (given, whole)
