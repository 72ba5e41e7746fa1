"""What requests wait for: not what they only start, nor what stands in a branch that no caller takes."""

from __future__ import annotations

import pytest
from index_project import index_of

from atomlint.testing import check_files

OLD = {"requirements.txt": b"redis==5.0.1\n"}
ROUTES = "".join(f"\n@app.get('/{n}')\nasync def f{n}():\n    {{call}}\n" for n in range(3))
COUNTS = (
    "import asyncio\n\nimport redis.asyncio\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
    "client = redis.asyncio.Redis()\n\nasync def count():\n    await client.incr('a')\n" + ROUTES
)
MADE = (
    "import redis\nfrom fastapi import FastAPI\n\napp = FastAPI()\npool = redis.ConnectionPool(socket_timeout=2)\n\n"
    "def make(private):\n    if private:\n        return redis.Redis()\n    return redis.Redis(connection_pool=pool)\n"
    + ROUTES
)


def levels(rule: str, text: str) -> list[str]:
    found = check_files({"app.py": text, **OLD}, select=(rule,)).findings
    return [finding.confidence.value for finding in found]


@pytest.mark.parametrize(("call", "level"), [("await count()", "high"), ("asyncio.create_task(count())", "low")])
def test_a_client_that_only_started_work_asks_hangs_nobody(call: str, level: str) -> None:
    assert levels("redis-no-timeout", COUNTS.format(call=call)) == [level]


def test_one_route_that_waits_is_what_counts() -> None:
    text = COUNTS.replace("{call}", "await count()", 1).format(call="asyncio.create_task(count())")
    (found,) = check_files({"app.py": text, **OLD}, select=("redis-no-timeout",)).findings
    assert "the requests of 1 route," in found.message


@pytest.mark.parametrize("rule", ["redis-client-per-call", "redis-no-timeout"])
def test_a_client_of_a_branch_that_no_caller_takes_is_of_low_confidence(rule: str) -> None:
    assert "low" not in levels(rule, MADE.format(call="return make(True).get('a')"))
    assert levels(rule, MADE.format(call="return make(False).get('a')")) == ["low"]


def test_a_hook_that_takes_itself_out_does_not_run_for_every_request() -> None:
    code = "from flask import Flask\napp = Flask(__name__)\n@app.before_request\ndef start():\n    {does}\n"
    stays, leaves = "pass", "app.before_request_funcs[None].remove(start)"
    assert [index_of({"app.py": code.format(does=does)}).project.entries[0].certainty for does in (stays, leaves)] == [
        "high",
        "low",
    ]


def test_a_blocking_client_hangs_everybody_whoever_started_the_work() -> None:
    text = COUNTS.replace("redis.asyncio", "redis").replace("await client.incr", "client.incr")
    assert levels("redis-no-timeout", text.format(call="asyncio.create_task(count())")) == ["high"]


def test_started_work_that_is_gathered_is_waited_for() -> None:
    assert levels("redis-no-timeout", COUNTS.format(call="await asyncio.gather(asyncio.create_task(count()))")) == [
        "high"
    ]


@pytest.mark.parametrize(
    ("call", "level"),
    [
        ("t = asyncio.create_task(count())\n    await t", "high"),
        ("t = asyncio.create_task(count())\n    try:\n        await t\n    except ValueError:\n        pass", "high"),
        ("if app:\n        t = asyncio.create_task(count())\n        await t", "high"),
        ("t = asyncio.create_task(count())\n    if app:\n        await t", "low"),
        ("t = asyncio.create_task(count())\n    if app:\n        return\n    await t", "low"),
        ("t = asyncio.create_task(count())\n    t = app.other()\n    await t", "low"),
        ("t = asyncio.create_task(count())\n    t.cancel()\n    await t", "low"),
        ("t = asyncio.create_task(count())\n    async def g(t):\n        await t", "low"),
    ],
)
def test_started_work_that_the_function_awaits_by_its_name_is_waited_for(call: str, level: str) -> None:
    assert levels("redis-no-timeout", COUNTS.format(call=call)) == [level]
