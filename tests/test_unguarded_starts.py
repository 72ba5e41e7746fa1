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
    client.ping()
    yield


app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(("first", "level"), [("pass", "medium"), ("wait()", "low")])
def test_a_start_is_likely_to_go_on_without_what_it_asks_unless_it_waits_for_it(first: str, level: str) -> None:
    report = check_files({"main.py": CODE.replace("FIRST", first)}, select=("runtime-unguarded-startup",))
    assert [finding.confidence.value for finding in report.findings] == [level]
