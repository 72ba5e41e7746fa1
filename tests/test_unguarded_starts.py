"""How sure it is that a start should go on without what does not answer."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

CODE = """
import time
from contextlib import asynccontextmanager

import redis
from fastapi import FastAPI

client = redis.Redis()
ready = False


def wait():
    while not ready:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(1)


@asynccontextmanager
async def lifespan(app: FastAPI):
    FIRST
    for name in range(40):
        TURN
    yield


app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("first", "turn", "level"),
    [
        ("pass", 'client.get(f"item:{name}")', "medium"),
        ("pass", 'client.set(f"item:{name}", 1)', "low"),
        ("wait()", 'client.get(f"item:{name}")', "low"),
    ],
)
def test_reads_in_loops_are_likely_to_be_done_without_unless_the_start_waits(first: str, turn: str, level: str) -> None:
    code = CODE.replace("FIRST", first).replace("TURN", turn)
    report = check_files({"main.py": code}, select=("runtime-unguarded-startup",))
    assert [finding.confidence.value for finding in report.findings] == [level]
