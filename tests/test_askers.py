"""Who else asks for what a finding is about."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

CODE = """
import redis
from fastapi import FastAPI, Request

app = FastAPI()
client = redis.Redis()


def count(key):
    return client.incr("requests")


def limit(request):
    return count(request.client.host)


@app.middleware("http")
async def first(request: Request, call_next):
    limit(request)
    return await call_next(request)
"""
ROUTE = """

@app.get("/{0}")
def {0}(request: Request):
    {1}(request)
"""


def related(code: str) -> list[tuple[int, str]]:
    report = check_files({"app/main.py": code}, select=("redis-per-request",), confidence="low")
    (finding,) = report.findings
    return [(note.span.start.line, note.message) for note in finding.related]


def line_of(code: str, text: str) -> int:
    return code[: code.index(text)].count("\n") + 1


def test_a_finding_names_the_callers_that_its_call_path_leaves_out() -> None:
    code = CODE + ROUTE.format("items", "count") + ROUTE.format("orders", "limit")
    expected = [(line_of(code, "    count(request)\n"), "items comes here too")]
    expected.append((code.rstrip().count("\n") + 1, "orders comes here too"))
    assert sorted(related(code)) == sorted(expected)


def test_a_caller_that_others_go_through_is_named_once() -> None:
    code = (
        CODE + "\n\ndef check(request):\n    count(request)\n" + ROUTE.format("a", "check") + ROUTE.format("b", "check")
    )
    assert related(code) == [(line_of(code, "    count(request)\n"), "check comes here too")]


@pytest.mark.parametrize("number", [0, 1, 3, 5])
def test_three_are_named_at_most(number: int) -> None:
    code = CODE + "".join(ROUTE.format(f"r{n}", "count") for n in range(number))
    assert len(related(code)) == min(number, 3)
