"""Loops of Redis commands that are hardly worth mending, beside their likes that are."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.testing import check_files

HEAD = """
import redis
from fastapi import FastAPI
from flask_caching import Cache

app = FastAPI()
client = redis.Redis()
cached = Cache()
"""
LOOP = "[client.get(f'item:{name}') for name in client.smembers('items')]"


def levels(text: str, **files: str) -> list[str]:
    report = check_files({"app.py": HEAD + textwrap.dedent(text), **files}, select=("redis-command-in-loop",))
    assert not report.errors
    return [finding.confidence.value for finding in report.findings]


@pytest.mark.parametrize(
    ("route", "level"),
    [
        ('@app.get("/items")', "medium"),
        ('@app.get("/items", deprecated=True)', "low"),
        ('@app.get("/items")\n@deprecated', "low"),
        ('@app.get("/items", deprecated=False)', "medium"),
        ('@app.get("/items")\n@cached.cached(timeout=60)', "low"),
    ],
)
def test_a_route_that_is_deprecated_or_kept_is_only_possible(route: str, level: str) -> None:
    assert levels(f"{route}\ndef items(page: int = 1):\n    return {LOOP}\n") == [level]


def test_a_deprecated_class_of_views_is_only_possible() -> None:
    code = """
    from flask_restx import Namespace, Resource
    space = Namespace("items")

    @space.route("/items")
    @space.doc(deprecated={flag})
    class Items(Resource):
        def get(self, page=1):
            return {loop}
    """
    assert levels(code.format(flag=True, loop=LOOP)) == ["low"]
    assert levels(code.format(flag=False, loop=LOOP)) == ["medium"]


REPAIR = """
def items(limit=100):
    return {loop}

@app.get("/items")
def get(name: str):
    try:
        return client.get(name)
    except KeyError:
        return items()
{more}
"""


@pytest.mark.parametrize(("more", "level"), [("", "low"), ('@app.get("/all")\ndef every(): return items()', "medium")])
def test_what_only_runs_after_an_error_is_only_possible(more: str, level: str) -> None:
    assert levels(REPAIR.format(loop=LOOP, more=more)) == [level]


@pytest.mark.parametrize(
    ("source", "turn", "level"),
    [
        ('client.scan_iter(match="item:*")', "client.delete(key)", "low"),
        ('client.scan_iter(match="item:*")', "found.append(client.get(key))", "medium"),
        ('client.smembers("items")', "client.delete(key)", "medium"),
    ],
)
def test_to_forget_what_was_searched_for_costs_the_search(source: str, turn: str, level: str) -> None:
    code = f"""
    @app.get("/items")
    def items(page: int = 1):
        found = []
        for key in {source}:
            {turn}
        return found
    """
    assert levels(code) == [level]


SETTINGS = """
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://cache"}}
ROOT_URLCONF = "shop.urls"
"""
URLS = """
from django.urls import path
from shop import views
urlpatterns = [path("lists/", views.lists)]
"""
VIEWS = """
from django.core.cache import cache
from django.http import JsonResponse

def lists(request):
    names = {source}
    page = request.GET.get("page")
    return JsonResponse([cache.get(name) for name in names])
"""


@pytest.mark.parametrize(
    ("source", "level"), [('cache.get("lists", [])', "low"), ('request.headers["lists"].split()', "medium")]
)
def test_a_list_that_is_one_cached_value_is_short(source: str, level: str) -> None:
    files: dict[str, str | bytes] = {
        "manage.py": "",
        "shop/__init__.py": "",
        "shop/settings.py": SETTINGS,
        "shop/urls.py": URLS,
        "shop/views.py": VIEWS.format(source=source),
    }
    found = check_files(files, select=("redis-command-in-loop",)).findings
    assert [finding.confidence.value for finding in found] == [level]


@pytest.mark.parametrize(("attribute", "level"), [("categories", "low"), ("names", "medium")])
def test_an_attribute_of_what_a_call_gives_tells_what_a_loop_goes_through(attribute: str, level: str) -> None:
    code = f"""
    class Shop:
        @property
        def {attribute}(self):
            return client.smembers("some")

    def shop():
        return Shop()

    @app.get("/some")
    def some(page: int = 1):
        return [client.get(name) for name in shop().{attribute}]
    """
    assert levels(code) == [level]


@pytest.mark.parametrize(
    ("command", "repair"), [("exists", "a pipeline makes it one round trip"), ("get", "MGET makes it one command")]
)
def test_exists_of_many_keys_only_counts_them(command: str, repair: str) -> None:
    loop = f"[client.{command}(f'item:{{name}}') for name in client.smembers('items')]"
    source = f'{HEAD}\n@app.get("/items")\ndef items():\n    return {loop}\n'
    (found,) = check_files({"app.py": source}, select=("redis-command-in-loop",)).findings
    assert repair in found.message


@pytest.mark.parametrize(
    ("command", "is_same"),
    [
        ('hget("prices", key)', False),
        ('hget("prices", "all")', True),
        ('sismember("names", key)', False),
        ('get("prices")', True),
    ],
)
def test_one_hash_is_no_one_key_where_each_turn_asks_for_another_field(command: str, is_same: bool) -> None:
    code = f"""
import redis
from fastapi import FastAPI

app = FastAPI()
client = redis.Redis()


@app.post("/a")
def a(keys: list[str]):
    return [client.{command} for key in keys]
"""
    (found,) = check_files({"app.py": code}, select=("redis-command-in-loop",), confidence="low").findings
    assert ("it is the same key at every turn" in found.message) is is_same
