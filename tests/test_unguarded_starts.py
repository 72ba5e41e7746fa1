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
    client.ASK
    yield


app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("first", "ask", "level"),
    [
        ("pass", "get('plans')", "medium"),
        ("pass", "set('started', 1)", "medium"),
        ("pass", "ping()", "low"),
        ("wait()", "get('plans')", "low"),
    ],
)
def test_a_start_is_likely_to_go_on_without_what_it_asks_unless_it_waits_or_only_looks_for_it(
    first: str, ask: str, level: str
) -> None:
    code = CODE.replace("FIRST", first).replace("ASK", ask)
    report = check_files({"main.py": code}, select=("runtime-unguarded-startup",))
    assert [finding.confidence.value for finding in report.findings] == [level]


STORE = """
import sys
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import create_engine, select, text

engine = create_engine("postgresql://db/shop")


def NAME():
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


@asynccontextmanager
async def lifespan(app: FastAPI):
    if TEST:
        NAME()
    yield


app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("name", "test", "levels"),
    [
        ("run_seed", "True", ["medium"]),
        ("warm_prices", "True", ["medium"]),
        ("read_owner", "True", ["low"]),
        ("run_seed", '"runserver" in sys.argv', []),
        ("run_seed", '"worker" in sys.argv', ["medium"]),
    ],
)
def test_a_database_is_likely_to_be_missed_only_by_what_prepares_something(
    name: str, test: str, levels: list[str]
) -> None:
    code = STORE.replace("NAME", name).replace("TEST", test)
    report = check_files({"main.py": code}, select=("runtime-unguarded-startup",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == levels


BESIDE = """
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import MetaData, create_engine, text
from sqlalchemy.exc import OperationalError

engine = create_engine("postgresql://db/shop")
metadata = MetaData()


def run_seed():
    with engine.connect() as connection:
        connection.execute(text("INSERT INTO plans VALUES ('free') ON CONFLICT DO NOTHING"))


def read_owner():
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def look():
    try:
        read_owner()
    except OperationalError:
        print("no owner yet")


@asynccontextmanager
async def lifespan(app: FastAPI):
    BESIDE
    run_seed()
    yield


app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("beside", "level"),
    [("pass", "medium"), ("look()", "medium"), ("metadata.create_all(engine)", "low"), ("read_owner()", "low")],
)
def test_a_database_that_another_step_needs_in_any_case_is_not_likely_to_be_missed(beside: str, level: str) -> None:
    code = BESIDE.replace("    BESIDE", f"    {beside}")
    report = check_files({"main.py": code}, select=("runtime-unguarded-startup",), confidence="low")
    assert [finding.confidence.value for finding in report.findings][:1] == [level]
