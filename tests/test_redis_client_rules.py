"""What the rules about Redis clients say: numbers, confidence and repairs."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from atomlint.finding import Confidence
from atomlint.testing import check_files

if TYPE_CHECKING:
    from atomlint.finding import Finding

HEAD = """
import redis
from fastapi import FastAPI

app = FastAPI()
"""


def findings(rule: str, text: str, **files: str) -> list[Finding]:
    texts: dict[str, str | bytes] = {"app.py": HEAD + textwrap.dedent(text)}
    texts.update({name.replace("_txt", ".txt"): content for name, content in files.items()})
    return list(check_files(texts, select=(rule,)).findings)


MADE = """
def make():
    return redis.Redis()

@app.get("/a")
def a():
    return make().get("a")

@app.get("/b")
def b():
    client = make()
    try:
        return client.get("b")
    finally:
        {end}
"""


def test_a_client_per_call_counts_routes_and_calls_and_says_that_nothing_closes_it() -> None:
    (found,) = findings("redis-client-per-call", MADE.format(end="pass"))
    assert "2 routes" in found.message
    assert "never closed" in found.message
    assert "2 calls get one" in found.message
    assert [note.span.start.line for note in found.related] == [12, 16]
    assert found.confidence is Confidence.HIGH


def test_a_client_that_someone_closes_is_not_said_to_stay_open() -> None:
    (found,) = findings("redis-client-per-call", MADE.format(end="client.close()"))
    assert "never closed" not in found.message


USED = """
client = redis.Redis()

@app.get("/a")
def a(): return client.get("a")

@app.get("/b")
def b(): return client.get("b")

@app.get("/c")
def c(): return client.get("c")
"""


def test_a_missing_timeout_is_certain_with_an_old_release_open_without_one_and_none_with_a_new_one() -> None:
    (old,) = findings("redis-no-timeout", USED, requirements_txt="redis==5.0.1\n")
    assert old.confidence is Confidence.HIGH
    (unknown,) = findings("redis-no-timeout", USED, requirements_txt="redis>=5\n")
    assert unknown.confidence is Confidence.LOW
    assert findings("redis-no-timeout", USED, requirements_txt="redis==8.0.0\n") == []


def test_a_lock_file_outweighs_an_open_requirement() -> None:
    texts: dict[str, str | bytes] = {
        "app.py": HEAD + USED,
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["redis>=5"]\n',
        "uv.lock": 'version = 1\n\n[[package]]\nname = "redis"\nversion = "7.4.0"\n',
    }
    (found,) = check_files(texts, select=("redis-no-timeout",)).findings
    assert found.confidence is Confidence.HIGH


def test_a_declared_switch_is_certain_and_needs_no_other_client_that_asks() -> None:
    texts: dict[str, str | bytes] = {"app.py": "import redis\n\nclient = redis.Redis()\n"}
    assert list(check_files(texts, select=("redis-kill-switch",)).findings) == []
    rules = {"redis-kill-switch": {"switch": "SUSPEND_REDIS"}}
    (found,) = check_files(texts, select=("redis-kill-switch",), rules=rules).findings
    assert "SUSPEND_REDIS" in found.message
    assert found.confidence is Confidence.HIGH


def test_deleting_a_temporary_key_somewhere_lowers_the_claim() -> None:
    text = """
    client = redis.Redis()

    def login(token):
        client.set(f"session:{token}", "1")
    """
    (kept,) = findings("redis-set-without-ttl", text)
    assert kept.confidence is Confidence.HIGH
    logout = '\n    def logout(token):\n        client.delete(f"session:{token}")\n'
    (removed,) = findings("redis-set-without-ttl", text + logout)
    assert removed.confidence is Confidence.MEDIUM


def test_the_time_to_live_of_the_fix_is_an_option() -> None:
    texts: dict[str, str | bytes] = {
        "app.py": 'import redis\n\nclient = redis.Redis()\n\ndef f(a):\n    client.set(f"cache:{a}", "1")\n'
    }
    rules = {"redis-set-without-ttl": {"default-ttl": 60}}
    (found,) = check_files(texts, select=("redis-set-without-ttl",), rules=rules).findings
    assert found.fixes[0].edits[0].text == ", ex=60"
    assert found.fixes[0].applicability == "unsafe"


def test_a_permanent_counter_is_certain_and_a_second_round_trip_is_likely() -> None:
    once = (
        'client = redis.Redis()\n\ndef f(a):\n    if client.incr(f"n:{a}") == 1:\n        client.expire(f"n:{a}", 60)\n'
    )
    (conditional,) = findings("redis-check-then-get", once)
    assert conditional.confidence is Confidence.HIGH
    always = 'client = redis.Redis()\n\ndef f(a):\n    client.incr(f"n:{a}")\n    client.expire(f"n:{a}", 60)\n'
    (each_time,) = findings("redis-check-then-get", always)
    assert each_time.confidence is Confidence.MEDIUM
