"""``atomlint why FILE:LINE``: what reaches a line, how often, and along which calls."""

from __future__ import annotations

import json

import pytest
from commands import atomlint

APP = """\
from fastapi import FastAPI
from apscheduler.schedulers.background import BackgroundScheduler

from service import Cache, load

app = FastAPI()
cache = Cache()


@app.middleware("http")
async def limit(request, call_next):
    if request.url.path.startswith("/open"):
        return await call_next(request)
    cache.get("x")
    return await call_next(request)


@app.get("/a/{key}")
def read(key):
    return load(key)


@app.get("/open/b")
def other():
    return 1


@app.on_event("startup")
def begin():
    load("first")


scheduler = BackgroundScheduler()
scheduler.add_job(load, "interval", seconds=30)
"""
SERVICE = """\
class Cache:
    def get(self, key):
        return fetch(key)


def load(key):
    return Cache().get(key)


def fetch(key):
    return key


def alone():
    return inner()


def inner():
    return 2


def nobody(): return 3


VALUE = nobody
"""


@pytest.fixture
def shop(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "pyproject.toml").write_text("[tool.atomlint]\n", "utf-8")
    (root / "app.py").write_text(APP, "utf-8")
    (root / "service.py").write_text(SERVICE, "utf-8")
    return root


def ask(shop, place, *more):
    done = atomlint("why", place, *more, cwd=shop)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def test_every_entry_point_is_told_with_its_frequency_and_its_path(shop):
    status, out, _ = ask(shop, "service.py:11")
    assert status == 0
    assert (
        out
        == """\
service.py:11 fetch
reached from 4 entry points:

on requests to 1 of 2 routes (middleware) (confidence: high)
  app.py:10 limit
  app.py:14 limit calls Cache.get
  service.py:3 Cache.get calls fetch

GET /a/{key} (confidence: high)
  app.py:18 read
  app.py:20 read calls load
  service.py:7 load calls Cache.get
  service.py:3 Cache.get calls fetch

every 30 s (confidence: high)
  app.py:34 load
  service.py:7 load calls Cache.get
  service.py:3 Cache.get calls fetch

at process start (confidence: high)
  app.py:28 begin
  app.py:30 begin calls load
  service.py:7 load calls Cache.get
  service.py:3 Cache.get calls fetch
"""
    )


def test_the_call_on_the_line_is_named(shop):
    assert "service.py:3 Cache.get\n  fetch()\n" in ask(shop, "service.py:3")[1]


def test_json_says_the_same_for_programs(shop):
    status, out, _ = ask(shop, "service.py:3:9", "--format", "json")
    data = json.loads(out)
    assert status == 0
    assert (data["version"], data["path"], data["line"], data["function"]) == ("1.0", "service.py", 3, "Cache.get")
    assert [call["callee"] for call in data["calls"]] == ["fetch"]
    assert [(e["kind"], e["seconds"], e["confidence"]) for e in data["entries"]] == [
        ("every-request", None, "high"), ("route", None, "high"), ("interval", 30.0, "high"), ("start", None, "high"),
    ]  # fmt: skip
    assert data["entries"][0]["steps"] == [
        {
            "path": "app.py",
            "line": 14,
            "caller": "limit",
            "callee": "Cache.get",
            "kind": "calls",
            "phase": "request",
            "guard": None,
        }
    ]


def test_a_guard_on_the_way_is_shown(shop):
    (shop / "service.py").write_text(
        SERVICE.replace("def fetch", "import functools\n@functools.lru_cache\ndef fetch"), "utf-8"
    )
    (shop / "app.py").write_text(APP.replace("    cache.get(\"x\")", "    kept(\"x\")") + (
        "store = {}\n\n\ndef kept(key):\n    if key in store:\n        return store[key]\n    value = load(key)\n    store[key] = value\n    return value\n"
    ), "utf-8")  # fmt: skip
    out = ask(shop, "service.py:7")[1]
    assert "kept calls load [cache store]" in out


def test_the_rest_is_counted_when_there_are_many(shop):
    routes = "".join(f"\n\n@app.get('/r{n}')\ndef r{n}(): load(1)\n" for n in range(12))
    (shop / "app.py").write_text(APP + routes, "utf-8")
    assert "and 6 more entry points (--all prints them)" in ask(shop, "service.py:11")[1]
    assert "GET /r11" in ask(shop, "service.py:11", "--all")[1]


@pytest.mark.parametrize(
    ("place", "status", "text"),
    [
        ("service.py:23", 1, "service.py:23 stands in no function: it runs when the module is imported"),
        ("service.py:19", 1, "service.py:19 inner: no entry point that is known reaches it; called by alone (service.py:15)"),
        ("service.py:15", 1, "service.py:15 alone: nothing that is known reaches or calls it"),
        ("absent.py:1", 2, "atomlint: no such file: absent.py"),
        ("service.py:900", 2, "atomlint: service.py has 25 lines, and no line 900"),
        ("service.py", 2, "atomlint: service.py names no line: FILE:LINE is needed, as in app/main.py:12"),
        ("service.py:0", 2, "atomlint: service.py:0 names no line: FILE:LINE is needed, as in app/main.py:12"),
        (".:3", 2, "atomlint: . is a directory"),
        ("pyproject.toml:1", 2, "atomlint: pyproject.toml is no Python file"),
        ("tests/test_x.py:1", 1, "atomlint: tests/test_x.py is a test: it is no part of what runs in production"),
        ("broken.py:1", 2, "atomlint: broken.py has no facts: it does not parse: invalid syntax (line 1)"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_line_and_a_status(shop, place, status, text):
    (shop / "tests").mkdir()
    (shop / "tests" / "test_x.py").write_text("def test_x(): pass\n", "utf-8")
    (shop / "broken.py").write_text("def (\n", "utf-8")
    found, out, err = ask(shop, place)
    assert (found, (out + err).strip()) == (status, text)


def test_files_that_no_rule_needs_are_read(shop):
    status, out, _ = ask(shop, "service.py:7")
    assert status == 0
    assert "GET /a/{key}" in out
