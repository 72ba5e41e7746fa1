"""Caches in front of remote calls, as people write them, and their near twins that keep nothing."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

HEAD = """
import threading, time, uuid
from collections import OrderedDict
from cachetools import TTLCache
import redis
client = redis.Redis()
cache = {}
other = {}
ttl = TTLCache(maxsize=100, ttl=60)
lock = threading.Lock()
"""


def guard(code: str, call: str = "client.get", **files: str):
    """The guard of the last call of a name."""
    index = index_of({"app.py": HEAD + textwrap.dedent(code), **{f"{name}.py": text for name, text in files.items()}})
    calls = index.project.linker.table("app.py").facts.calls
    return index.project.guards.of("app.py", max(n for n, record in enumerate(calls) if record.callee == call))


WHOLE = {
    "try and except KeyError": """
        def f(k):
            try:
                return cache[k]
            except KeyError:
                v = cache[k] = client.get(k)
                return v
    """,
    "a value and its expiry": """
        def f(k):
            value, expires = cache.get(k, (None, 0))
            if value is not None and time.time() < expires:
                return value
            value = client.get(k)
            cache[k] = (value, time.time() + 60)
            return value
    """,
    "an entry that is looked into": """
        def f(k):
            entry = cache.get(k)
            if entry:
                if time.time() - entry["at"] < 60:
                    return entry["value"]
            value = client.get(k)
            cache[k] = {"value": value, "at": time.time()}
            return value
    """,
    "least recently used": """
        class A:
            def __init__(self): self.kept = OrderedDict()
            def f(self, k):
                if k in self.kept:
                    self.kept.move_to_end(k)
                    return self.kept[k]
                v = client.get(k)
                self.kept[k] = v
                if len(self.kept) > 100:
                    self.kept.popitem(last=False)
                return v
    """,
    "an attribute of the class": """
        class A:
            kept = {}
            @classmethod
            def f(cls, k):
                if k not in cls.kept:
                    cls.kept[k] = client.get(k)
                return cls.kept[k]
    """,
    "under a lock, twice": """
        def f(k):
            with lock:
                known = cache.get(k)
            if known is not None:
                return known
            v = client.get(k)
            with lock:
                cache[k] = v
            return v
    """,
    "double-checked": """
        def f(k):
            if k not in cache:
                with lock:
                    if k not in cache:
                        cache[k] = client.get(k)
            return cache[k]
    """,
    "methods of one's own": """
        class A:
            def __init__(self): self._kept = {}
            def _cache_get(self, k): return self._kept.get(k)
            def _store(self, k, v): self._kept[k] = v
            def f(self, k):
                hit = self._cache_get(k)
                if hit is not None:
                    return hit
                v = client.get(k)
                self._store(k, v)
                return v
    """,
    "an object of one's own": """
        class Local:
            def __init__(self): self.values = {}
            def get(self, k): return self.values.get(k)
            def set(self, k, v): self.values[k] = v
        local = Local()
        def f(k):
            hit = local.get(k)
            if hit is not None:
                return hit
            v = client.get(k)
            local.set(k, v)
            return v
    """,
    "a key of its own name": """
        def f(tenant, name):
            key = f"{tenant}:{name}"
            if key in cache:
                return cache[key]
            v = client.get(name)
            cache[f"{tenant}:{name}"] = v
            return v
    """,
    "a default that skips it": """
        def f(k, fresh=False):
            if not fresh and k in cache:
                return cache[k]
            v = client.get(k)
            cache[k] = v
            return v
    """,
    "an alias": """
        class A:
            def __init__(self): self.kept = {}
            def f(self, k):
                kept = self.kept
                if k in kept:
                    return kept[k]
                v = kept[k] = client.get(k)
                return v
    """,
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_cache_however_it_is_written_spares_the_call(name):
    found = guard(WHOLE[name])
    assert (found.kind, found.remote, found.holes) == ("cache", False, ())


def test_the_lifetime_of_a_cachetools_cache_is_told():
    found = guard("def f(k):\n    if k in ttl:\n        return ttl[k]\n    v = ttl[k] = client.get(k)\n    return v")
    assert (found.name, found.interval) == ("ttl", 60)


def test_helpers_in_another_module_count():
    helpers = "_rows = {}\ndef get_cached(k):\n    return _rows.get(k)\ndef put_cached(k, v):\n    _rows[k] = v\n"
    code = """
        from rows import get_cached, put_cached
        def f(k):
            hit = get_cached(k)
            if hit is not None:
                return hit
            v = client.get(k)
            put_cached(k, v)
            return v
    """
    assert guard(code, rows=helpers).holes == ()
    assert guard(code.replace("put_cached(k, v)", "print(k, v)"), rows=helpers) is None


NONE = {
    "the hit leads to the call": "def f(k):\n    if k in cache:\n        cache[k] = client.get(k)\n    return cache.get(k)",
    "a local dict": "def f(k):\n    kept = {}\n    if k in kept:\n        return kept[k]\n    v = kept[k] = client.get(k)\n    return v",
    "another container": "def f(k):\n    if k in cache:\n        return cache[k]\n    v = other[k] = client.get(k)\n    return v",
    "asked too late": "def f(k):\n    v = client.get(k)\n    if k in cache:\n        return cache[k]\n    cache[k] = v\n    return v",
    "of the request": (
        "def f(request, k):\n    if k in request.state.kept:\n        return request.state.kept[k]\n"
        "    v = request.state.kept[k] = client.get(k)\n    return v"
    ),
    "the database session": (
        "def f(session, k):\n    row = session.get(k)\n    if row:\n        return row\n    v = client.get(k)\n"
        "    session.add(v)\n    return v"
    ),
    "a key builder": (
        "class Keys:\n    def cache_key(self, k): return k\nkeys = Keys()\ndef f(k):\n    key = keys.cache_key(k)\n    if key:\n"
        "        return None\n    return client.get(k)"
    ),
}


@pytest.mark.parametrize("name", NONE)
def test_what_looks_like_a_cache_and_is_none(name):
    assert guard(NONE[name]) is None


HOLES = {
    "early return": "    if k == 'system':\n        return 1\n    cache[k] = v\n    return v",
    "negative result": "    if not v:\n        return None\n    cache[k] = v\n    return v",
    "stored at times": "    if wanted():\n        cache[k] = v\n    return v",
    "another key": "    cache[name] = v\n    return v",
}


@pytest.mark.parametrize(
    ("lookup", "reasons"),
    [
        ("if kept and time.time() - kept[1] < 60: return kept[0]", []),
        ("if kept and time.time() < kept[1] + 60: return kept[0]", []),
        ("if kept and time.time() - kept[1] > 60: return kept[0]", ["only old"]),
        ("if kept is not None and kept[1] + 60 < time.time(): return kept[0]", ["only old"]),
        ("if kept:\n        age = time.time() - kept[1]\n        if age >= 60: return kept[0]", ["only old"]),
        ("if kept:\n        age = time.time() - kept[1]\n        if age < 60: return kept[0]", []),
        ("if kept and time.time() - started > 60: return kept[0]", []),
        ("age = time.time() - kept[1] if kept else 0\n    if kept and age >= 0 and age < 60: return kept[0]", []),
        ("if kept and time.time() - kept[1] >= 0 and time.time() - kept[1] < 60: return kept[0]", []),
        ("if kept and kept.valid_from <= time.time(): return kept[0]", []),
        ("if kept and kept.expires_at <= time.time(): return kept[0]", ["only old"]),
    ],
)
def test_a_hit_that_is_only_one_once_it_is_old_leaves_the_fresh_to_be_asked_again(lookup, reasons):
    code = f"""
started = time.time()
def f(k):
    kept = cache.get(k)
    {lookup}
    v = client.get(k)
    cache[k] = (v, time.time())
    return v
"""
    assert [hole.reason for hole in guard(code).holes] == reasons


@pytest.mark.parametrize("made", ["TTLCache(100, 60)", "OrderedDict()", "{}"])
def test_what_is_made_anew_in_each_call_is_no_cache(made):
    code = f"""
def f(k):
    kept = {made}
    if k in kept:
        return kept[k]
    v = kept[k] = client.get(k)
    return v
"""
    assert guard(code) is None


@pytest.mark.parametrize("reason", HOLES)
def test_the_reason_of_a_hole_is_told(reason):
    code = "def f(k, name=None):\n    if k in cache:\n        return cache[k]\n    v = client.get(k)\n" + HOLES[reason]
    (hole,) = guard(code).holes
    assert hole.reason == reason


def test_an_answer_that_is_only_stored_when_there_is_one_leaves_a_hole():
    code = "def f(k):\n    if k in cache:\n        return cache[k]\n    v = client.get(k)\n    if v:\n        cache[k] = v\n    return v"
    assert [hole.reason for hole in guard(code).holes] == ["negative result"]


@pytest.mark.parametrize("key", ["f'{k}:{uuid.uuid4()}'", "f'{k}:{time.time()}'"])
def test_a_key_that_is_new_every_time_is_a_hole(key):
    code = f"def f(k):\n    key = {key}\n    if key in cache:\n        return cache[key]\n    v = cache[key] = client.get(k)\n    return v"
    assert [hole.reason for hole in guard(code).holes] == ["key never repeats"]


def test_a_key_with_the_minute_in_it_repeats():
    code = "def f(k):\n    key = f'{k}:{int(time.time() // 60)}'\n    if key in cache:\n        return cache[key]\n    v = cache[key] = client.get(k)\n    return v"
    assert guard(code).holes == ()
