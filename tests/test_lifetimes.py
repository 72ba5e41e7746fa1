"""What requests make anew, and what keeps it."""

from __future__ import annotations

from index_project import index_of

from atomlint.index.lifetimes import Life

APP = """
import redis
from fastapi import FastAPI

app = FastAPI()

"""


def life(text: str) -> Life:
    """Of the first construction of a client in an application."""
    import textwrap

    index = index_of({"a.py": APP.lstrip() + textwrap.dedent(text)})
    made = next(index.project.clients.all())
    return index.project.lifetimes.of(made.path, made.call)


def test_a_client_made_in_a_route_is_made_by_its_requests() -> None:
    found = life('@app.get("/")\ndef show():\n    return redis.Redis().get("x")\n')
    assert [path.entry.kind for path in found.paths] == ["route"]
    assert found.sites == ()


def test_a_factory_names_the_calls_that_get_a_fresh_one() -> None:
    found = life("""
    def make():
        return redis.Redis()

    @app.get("/a")
    def a():
        return make().get("a")

    @app.get("/b")
    def b():
        return make().get("b")

    def job():
        return make()
    """)
    assert len(found.paths) == 2
    assert len(found.sites) == 2


def test_a_global_that_is_looked_at_first_keeps_it() -> None:
    assert not life("""
    kept = None

    def make():
        global kept
        if kept is None:
            kept = redis.Redis()
        return kept

    @app.get("/")
    def show():
        return make().get("a")
    """).paths


def test_a_global_that_is_overwritten_each_time_keeps_nothing() -> None:
    assert life("""
    kept = None

    @app.get("/")
    def show():
        global kept
        kept = redis.Redis()
        return kept.get("a")
    """).paths


def test_a_caller_that_looks_first_keeps_it() -> None:
    assert not life("""
    class Store:
        client = None

        def connect(self):
            self.client = redis.Redis()

        def read(self):
            if self.client is None:
                self.connect()
            return self.client.get("a")

    store = Store()

    @app.get("/")
    def show():
        return store.read()
    """).paths


def test_one_cached_path_does_not_hide_another() -> None:
    found = life("""
    from functools import cache

    def make():
        return redis.Redis()

    @cache
    def kept():
        return make()

    @app.get("/kept")
    def a():
        return kept().get("a")

    @app.get("/fresh")
    def b():
        return make().get("b")
    """)
    assert len(found.paths) == 1


def test_an_instance_of_every_request_keeps_nothing_beyond_it() -> None:
    text = """
    class Store:
        def __init__(self):
            self.client = None

        def read(self):
            if self.client is None:
                self.client = redis.Redis()
            return self.client.get("a")

    {shared}

    @app.get("/")
    def show():
        return {store}.read()
    """
    assert life(text.format(shared="", store="Store()")).owner is not None
    assert life(text.format(shared="", store="Store()")).paths
    assert not life(text.format(shared="store = Store()", store="store")).paths


def test_what_ends_with_the_request_keeps_nothing() -> None:
    import textwrap

    text = """
    import redis
    from flask import Flask, g

    app = Flask(__name__)

    @app.route("/")
    def show():
        if not hasattr(g, "client"):
            g.client = redis.Redis()
        return g.client.get("a")
    """
    index = index_of({"a.py": textwrap.dedent(text)})
    made = next(index.project.clients.all())
    assert index.project.lifetimes.of(made.path, made.call).paths
