"""What stands in front of a call: a cache whose hit leaves first, a gate of time, a value that is made once."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

from atomlint.testing import check_files

HEAD = """
import functools, time
import redis
client = redis.Redis()
cache = {}
last_sync = 0
count = 0
"""


def guard(code: str, call: str = "client.get", head: str = HEAD):
    """The guard of the last call of a name."""
    index = index_of({"app.py": head + textwrap.dedent(code)})
    calls = index.project.linker.table("app.py").facts.calls
    ordinal = max(n for n, record in enumerate(calls) if record.callee == call)
    return index.project.guards.of("app.py", ordinal)


def kind(code: str, **options) -> str | None:
    found = guard(code, **options)
    return None if found is None else found.kind


# --- caches ------------------------------------------------------------------------------------------------------------

HITS = [
    "def f(k):\n    if k in cache:\n        return cache[k]\n    v = client.get(k)\n    cache[k] = v\n    return v",
    "def f(k):\n    hit = cache.get(k)\n    if hit is not None:\n        return hit\n    v = client.get(k)\n    cache[k] = v\n    return v",
    "def f(k):\n    hit = cache.get(k)\n    if hit:\n        return hit[0]\n    v = client.get(k)\n    cache[k] = (v, 1)\n    return v",
    "def f(k):\n    if k not in cache:\n        cache[k] = client.get(k)\n    return cache[k]",
    "def f(k):\n    v = cache.get(k)\n    if v is None:\n        v = client.get(k)\n        cache[k] = v\n    return v",
    "def f(k):\n    try:\n        return cache[k]\n    except KeyError:\n        pass\n    cache[k] = v = client.get(k)\n    return v",
    "def f(k):\n    if (hit := cache.get(k)) is not None:\n        return hit\n    cache[k] = client.get(k)\n    return cache[k]",
    ("def f(k):\n    if k in cache and time.time() < cache[k][1]:\n        return cache[k][0]\n    v = client.get(k)\n"
    "    cache[k] = (v, time.time() + 60)\n    return v"),
    ("class A:\n    def __init__(self): self.kept = {}\n    def f(self, k):\n        if k in self.kept: return self.kept[k]\n"
    "        v = client.get(k)\n        self.kept[k] = v\n        return v"),
    "def f(k):\n    if k in cache:\n        return cache[k]\n    cache[key(k)] = client.get(k)\n    return cache[k]",
    "def f(k):\n    if k in cache:\n        return cache[k]\n    cache.setdefault(k, client.get(k))\n    return cache[k]",
]  # fmt: skip


@pytest.mark.parametrize("code", HITS)
def test_a_cache_whose_hit_leaves_first_is_a_guard(code):
    found = guard(code)
    assert (found.kind, found.remote, found.holes) == ("cache", False, ())
    assert found.name in ("cache", "self.kept")


@pytest.mark.parametrize(
    "code",
    [
        "def f(k):\n    v = client.get(k)\n    cache[k] = v\n    return v",
        "def f(k):\n    v = client.get(k)\n    if k in cache:\n        return cache[k]\n    return v",
        "def f(k):\n    cache = {}\n    if k in cache:\n        return cache[k]\n    v = client.get(k)\n    cache[k] = v\n    return v",
        "def f(k):\n    if k in LIMITS:\n        return LIMITS[k]\n    return client.get(k)\nLIMITS = {}",
        "def f(k, cache):\n    if k in cache:\n        return cache[k]\n    v = client.get(k)\n    cache[k] = v\n    return v",
        "def f(k):\n    if k in cache:\n        print(k)\n    v = client.get(k)\n    other[k] = v\n    return v\nother = {}",
        "def f(k):\n    return client.get(k)",
    ],
)
def test_what_keeps_nothing_or_asks_too_late_is_no_guard(code):
    assert kind(code) is None


def test_a_return_after_the_call_that_stores_nothing_is_a_hole():
    code = """
        def f(k):
            if k in cache:
                return cache[k]
            v = client.get(k)
            if v is None:
                return None
            cache[k] = v
            return v
    """
    found = guard(code)
    assert (found.kind, len(found.holes)) == ("cache", 1)


def test_a_return_of_an_error_is_no_hole():
    code = """
        def f(k):
            if k in cache:
                return cache[k]
            try:
                v = client.get(k)
            except redis.RedisError:
                return None
            cache[k] = v
            return v
    """
    assert guard(code).holes == ()


def test_a_cache_in_a_shared_store_is_told_apart():
    code = "def f(k):\n    hit = client.get(k)\n    if hit:\n        return hit\n    v = load(k)\n    client.set(k, v)\n    return v"
    found = guard(code, call="load")
    assert (found.kind, found.name, found.remote) == ("cache", "client", True)


def test_a_function_with_cache_in_its_name_is_a_cache_local_or_shared_by_what_it_does():
    code = """
        def f(k):
            hit = from_cache(k)
            if hit:
                return hit
            v = load(k)
            to_cache(k, v)
            return v
        def from_cache(k): return X.get(k)
        def to_cache(k, v): X.set(k, v)
    """
    local = code.replace("X.set(k, v)", "cache[k] = v").replace("X.get", "cache.get")
    assert guard(local, call="load") == ("cache", "from_cache", False, (), None, None, "app.py", 2, 0, "")
    assert guard(code.replace("X", "client"), call="load").remote is True


def test_a_cache_that_nothing_is_stored_in_afterwards_is_none():
    code = "def f(k):\n    hit = from_cache(k)\n    if hit:\n        return hit\n    return load(k)\ndef from_cache(k): return cache.get(k)"
    assert kind(code, call="load") is None


def test_a_local_cache_in_front_of_a_shared_one_is_the_guard():
    code = """
        def f(k):
            hit = client.get(k)
            if hit:
                return hit
            if k in cache:
                return cache[k]
            v = load(k)
            cache[k] = v
            return v
    """
    found = guard(code, call="load")
    assert (found.name, found.remote) == ("cache", False)


# --- gates -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test",
    [
        "now - last_sync > 30",
        "now - last_sync >= INTERVAL",
        "30 < now - last_sync",
        "time.time() - self.last > 1",
        "now > self.next_sync",
        "enabled and now - last_sync > 30",
        "not now - last_sync < 30",
        "not (now - last_sync < 30 or disabled)",
    ],
)
def test_a_test_that_time_has_passed_is_a_gate(test):
    code = (
        f"class A:\n    def f(self, now):\n        global last_sync\n        if {test}:\n            client.get('k')\n"
    )
    code += "            last_sync = self.last = now\n            self.next_sync = now + 30"
    assert kind(code) == "gate"


@pytest.mark.parametrize("leaves", ["now - last_sync < 30", "now < self.next_sync", "now - last_sync < 30 or disabled"])
def test_leaving_before_time_has_passed_is_a_gate(leaves):
    code = f"class A:\n    def f(self, now):\n        global last_sync\n        if {leaves}:\n            return\n"
    code += "        last_sync = now\n        client.get('k')\n        self.next_sync = now + 30"
    assert kind(code) == "gate"


@pytest.mark.parametrize(
    "test",
    [
        "now - last_sync > 30 or force",
        "now - last_sync < 30",
        "count > 30",
        "attempts_since_last > 3",
        "now == last_sync",
        "enabled",
        "not (now - last_sync < 30 and enabled)",
    ],
)
def test_a_disjunction_a_count_and_the_wrong_way_round_are_no_gates(test):
    code = (
        f"class A:\n    def f(self, now):\n        global last_sync\n        if {test}:\n            client.get('k')\n"
    )
    code += "            last_sync = self.last = now\n            self.next_sync = now + 30"
    assert kind(code) is None


def test_leaving_under_a_disjunction_that_includes_time_is_a_gate_and_under_a_conjunction_is_not():
    code = "def f(now):\n    global last_sync\n    if {}:\n        return\n    last_sync = now\n    client.get('k')"
    assert kind(code.format("now - last_sync < 30 or not enabled")) == "gate"
    assert kind(code.format("now - last_sync < 30 and enabled")) is None


def test_a_gate_behind_a_local_name_counts():
    code = "def f(now):\n    global last_sync\n    due = now - last_sync > 30\n    if due:\n        client.get('k')\n        last_sync = now"
    assert kind(code) == "gate"


# --- once --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "class A:\n    def f(self):\n        if self.v is None:\n            self.v = client.get('k')\n        return self.v",
        "class A:\n    def f(self):\n        if not self.loaded:\n            client.get('k')\n            self.loaded = True",
        "value = None\ndef f():\n    global value\n    if value is None:\n        value = client.get('k')\n    return value",
        "class A:\n    def f(self):\n        if self.v is not None:\n            return self.v\n        self.v = client.get('k')\n        return self.v",
    ],
)
def test_a_value_that_is_kept_where_the_test_looks_is_made_once(code):
    assert kind(code) == "once"


@pytest.mark.parametrize(
    "code",
    [
        "def f(v=None):\n    if v is None:\n        v = client.get('k')\n    return v",
        "class A:\n    def f(self):\n        if self.v is None:\n            client.get('k')",
        "class A:\n    def f(self):\n        if self.v:\n            self.v = client.get('k')",
    ],
)
def test_a_value_that_does_not_outlive_the_call_is_made_every_time(code):
    assert kind(code) is None


# --- decorators --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "remote"),
    [
        ("@functools.lru_cache\ndef f(k): return client.get(k)", False),
        ("@functools.lru_cache(maxsize=9)\ndef f(k): return client.get(k)", False),
        ("from cachetools import TTLCache, cached\n@cached(TTLCache(9, 60))\ndef f(k): return client.get(k)", False),
        ("from async_lru import alru_cache\n@alru_cache(ttl=60)\nasync def f(k): return await client.get(k)", False),
        ("from fastapi_cache.decorator import cache as kept\n@kept(expire=60)\ndef f(k): return client.get(k)", True),
        ("@functools.cache\ndef f(k):\n    def inner(): return client.get(k)\n    return inner()", False),
        ("@my_cached(60)\ndef f(k): return client.get(k)\ndef my_cached(n): return lambda g: Cached(g)", False),
        ("def redis_cached(g): return client.get('a')\n@redis_cached\ndef f(k): return client.get(k)", True),
    ],
)
def test_a_function_that_a_decorator_caches_is_guarded(code, remote):
    found = guard(code)
    assert (found.kind, found.remote) == ("decorator", remote)


@pytest.mark.parametrize(
    "decorator",
    [
        "functools.lru_cache(maxsize=0)",
        "cached(TTLCache(0, 60))",
        "cached(TTLCache(9, 0))",
        "cached(TTLCache(9, ttl=0.001))",
        "cached(cache=LRUCache(maxsize=0))",
    ],
)
def test_a_cache_for_no_entries_or_no_time_is_no_guard(decorator):
    code = f"from cachetools import LRUCache, TTLCache, cached\n@{decorator}\ndef f(k): return client.get(k)"
    assert kind(code) is None


@pytest.mark.parametrize(
    "code",
    [
        "from cacheout import LRUCache\nkept = LRUCache(maxsize=0)",
        "class LRUCache(dict):\n    def __init__(self, maxsize): pass\nkept = LRUCache(maxsize=0)",
        "import os\nfrom cachetools import TTLCache\nkept = TTLCache(int(os.getenv('SIZE', '0')), 60)",
        "import os\nfrom cachetools import TTLCache\nkept = TTLCache(0, 60) if os.getenv('TESTING') else TTLCache(9, 60)",
        "from cachetools import TTLCache\nkept = TTLCache(9, 0, timer=hours)",
        "from diskcache import FanoutCache\nkept = FanoutCache('place', timeout=0.01)",
    ],
)
def test_what_may_have_room_and_time_is_a_cache(code):
    found = guard(
        f"{code}\ndef f(k):\n    if k in kept:\n        return kept[k]\n    v = kept[k] = client.get(k)\n    return v"
    )
    assert (found.kind, found.holes) == ("cache", ())


def test_another_decorator_is_no_guard():
    assert kind("@functools.wraps(f)\ndef g(k): return client.get(k)\ndef f(k): pass") is None


# --- conditions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("test", "conditional"),
    [
        ("x > 1", True),
        ("self.client", False),
        ("redis_client is not None and self.enabled", False),
        ("user.is_admin", True),
    ],
)
def test_a_branch_makes_a_call_conditional_unless_it_asks_whether_the_client_is_there(test, conditional):
    index = index_of({"app.py": f"{HEAD}def f(self, x, user):\n    if {test}:\n        client.get('k')"})
    assert (
        index.project.guards.conditional("app.py", len(index.project.linker.table("app.py").facts.calls) - 1)
        is conditional
    )


def test_a_call_in_a_handler_runs_on_error_only():
    index = index_of(
        {"app.py": f"{HEAD}def f():\n    try: a()\n    except ValueError: client.get('k')\n    finally: b()"}
    )
    calls = index.project.linker.table("app.py").facts.calls
    on_error = {str(c.callee): index.project.guards.on_error("app.py", n) for n, c in enumerate(calls)}
    assert (on_error["a"], on_error["client.get"], on_error["b"]) == (False, True, False)


def test_a_number_is_no_call_that_looks_at_the_path() -> None:
    source = textwrap.dedent("""
    def f(k):
        most = 5000
        if most is None:
            return None
        return client.get(k)
    """)
    index = index_of({"app.py": HEAD + source})
    calls = index.project.linker.table("app.py").facts.calls
    ordinal = next(n for n, record in enumerate(calls) if record.callee == "client.get")
    assert not index.project.guards.chosen("app.py", ordinal)


def test_a_test_that_a_function_of_another_file_makes_is_read_in_that_file() -> None:
    filler = "".join(f"print({n})\n" for n in range(30))
    tokens = f"""
import redis

client = redis.Redis(host="cache")
{filler}

class Tokens:
    @classmethod
    def key_of(cls, token):
        return f"token:{{token}}"

    @classmethod
    def is_valid(cls, token):
        data = client.get(cls.key_of(token))
        return data is not None
"""
    app = """
from fastapi import FastAPI
from tokens import Tokens, client

app = FastAPI()


@app.middleware("http")
async def invite(request, call_next):
    if Tokens.is_valid(request.headers["x-token"]):
        return None
    seen = client.get("seen")
    client.set("last", seen)
    return await call_next(request)
"""
    report = check_files({"app.py": app, "tokens.py": tokens}, select=("redis",), confidence="low")
    assert not report.errors
    assert any(finding.rule == "redis-per-request" for finding in report.findings)


@pytest.mark.parametrize(
    ("taken", "chosen"),
    [
        ("session.info.pop('jobs', None)", True),
        ("session.info.get('jobs', [])", True),
        ("session.info.get('jobs')", False),
        ("session.info.get('jobs', 1)", False),
        ("stack.pop()", False),
    ],
)
def test_what_is_taken_out_of_a_queue_that_may_be_empty_is_there_in_some_requests(taken: str, chosen: bool) -> None:
    source = textwrap.dedent(f"""
    def flush(session, stack):
        jobs = {taken}
        if not jobs:
            return
        client.publish('jobs', jobs)
    """)
    index = index_of({"app.py": HEAD + source})
    calls = index.project.linker.table("app.py").facts.calls
    ordinal = next(n for n, record in enumerate(calls) if record.callee == "client.publish")
    assert index.project.guards.chosen("app.py", ordinal) is chosen


@pytest.mark.parametrize(("looped", "chosen"), [("jobs", True), ("session.all()", False)])
def test_what_is_gone_through_behind_a_look_whether_it_is_empty_is_there_in_some_requests(
    looped: str, chosen: bool
) -> None:
    source = textwrap.dedent(f"""
    def flush(session, jobs):
        if not jobs:
            return
        for job in {looped}:
            client.publish('jobs', job)
    """)
    index = index_of({"app.py": HEAD + source})
    calls = index.project.linker.table("app.py").facts.calls
    ordinal = next(n for n, record in enumerate(calls) if record.callee == "client.publish")
    assert index.project.guards.chosen("app.py", ordinal) is chosen


WRAPPED = """
def remember(seconds):
    def decorate(function):
        memory = {}
        def wrapper(*args):
            found = memory.get(args)
            if found is not None and time.time() - found[0] < seconds:
                return found[1]
            value = function(*args)
            STORE
            return value
        return wrapper
    return decorate

@remember(30)
def f(k):
    return client.get(k)
"""


@pytest.mark.parametrize(
    ("store", "found"),
    [("memory[args] = (time.time(), value)", "decorator"), ("print(value)", None)],
)
def test_a_decorator_that_keeps_answers_is_a_cache_whatever_it_is_called(store: str, found: str | None) -> None:
    assert kind(WRAPPED.replace("STORE", store)) == found


def test_a_function_that_hands_what_it_is_given_to_itself_ends():
    code = """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app, db = Flask(__name__), SQLAlchemy()

class Tenant(db.Model):
    slug = db.Column(db.String)

def again(load, left=3):
    return again(lambda: load(), left - 1) if left else load()

@app.before_request
def who():
    again(lambda: Tenant.query.filter_by(slug="a").first())
"""
    assert len(check_files({"app.py": code}, select=("tenant-uncached-lookup",)).findings) == 1
