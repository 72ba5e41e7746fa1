"""How sure it is that a start repeats work on a store."""

from __future__ import annotations

from atomlint.testing import check_files

CODE = """
from abc import ABC, abstractmethod
from contextlib import asynccontextmanager

import redis
from fastapi import FastAPI


class Store(ABC):
    @abstractmethod
    def is_open(self, key: str) -> bool: ...


class RedisStore(Store):
    def __init__(self) -> None:
        self.client = redis.Redis()

    def is_open(self, key: str) -> bool:
        return bool(self.client.exists(key))


class MemoryStore(Store):
    def is_open(self, key: str) -> bool:
        return False


def names() -> list[str]: ...


@asynccontextmanager
async def lifespan(app: FastAPI):
    store: STORE = make()
    for name in names():
        store.is_open(name)
    yield


def make() -> STORE: ...


app = FastAPI(lifespan=lifespan)
"""


def confidences(store: str) -> list[str]:
    """Those of the findings when the start is given a store of a class."""
    files = {"app/main.py": CODE.replace("STORE", store)}
    report = check_files(files, select=("runtime-startup-reads",), confidence="low")
    return [finding.confidence.name for finding in report.findings]


def test_a_start_that_asks_for_each_of_some_data_is_of_low_confidence() -> None:
    assert confidences("RedisStore") == ["LOW"]


def test_a_start_that_asks_one_of_two_stores_is_not_sure() -> None:
    assert confidences("Store") == ["LOW"]


COUNTED = """
import redis
from fastapi import FastAPI
from sqlalchemy import create_engine, text

app = FastAPI()
client = redis.Redis()
connection = create_engine("postgresql://db/shop").connect()


@app.on_event("startup")
def start():
    for number in range(100):
        {work}
"""


def test_a_start_that_asks_redis_a_hundred_times_is_certain_and_one_that_asks_a_database_only_possible() -> None:
    found = []
    for work in ('client.get(f"plan:{number}")', 'connection.execute(text("SELECT 1"))'):
        files = {"app/main.py": COUNTED.replace("{work}", work)}
        report = check_files(files, select=("runtime-startup-reads",), confidence="low")
        found.append([finding.confidence.name for finding in report.findings])
    assert found == [["HIGH"], ["LOW"]]
