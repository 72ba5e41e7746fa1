"""How `runtime-unbounded-local-cache` names what a cache has an entry for."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

TEXT = """
from flask import Flask, g, request

app = Flask(__name__)
CACHE = {}


@app.before_request
def size():
    key = request.headers["x-who"]
    if key not in CACHE:
        CACHE[key] = len(key)
    g.size = CACHE[key]
"""


def test_entries_are_for_the_values_of_headers_and_not_for_the_headers() -> None:
    (found,) = check_files({"app.py": TEXT}, select=("runtime-unbounded-local-cache",)).findings
    assert "keeps an entry for every value of request.headers" in found.message


STORED = """
from fastapi import Depends, FastAPI

CACHE = {{}}


def keep({name}: str):
    CACHE[{name}] = 1


app = FastAPI(dependencies=[Depends(keep)])


@app.get("/a")
def a(): ...
"""


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("thread_id", "low"),
        ("thread_ids", "low"),
        ("user_id", "low"),
        ("network_code", "low"),
        ("auth_code", "medium"),
        ("email", "medium"),
        ("address", "medium"),
        ("hashes", "medium"),
    ],
)
def test_of_ids_there_are_as_many_as_rows_and_no_end_of_what_anyone_may_send(name: str, level: str) -> None:
    report = check_files({"app.py": STORED.format(name=name)}, select=("runtime-unbounded-local-cache",))
    assert [finding.confidence.value for finding in report.findings] == [level]


def test_a_dict_that_is_made_with_its_keys_may_never_get_another() -> None:
    filled = TEXT.replace("CACHE = {}", 'PLAIN = "plain"\nSEEN = {}\nCACHE = {PLAIN: None}')
    levels = [
        finding.confidence.value
        for text in (TEXT, filled)
        for finding in check_files({"app.py": text}, select=("runtime-unbounded-local-cache",)).findings
    ]
    assert levels == ["medium", "low"]


def test_what_was_found_by_its_key_may_be_few() -> None:
    kept = """
from flask import Flask, request

app = Flask(__name__)
CACHE = {{}}


@app.before_request
def known():
    key = request.headers["x-who"]
    if key in CACHE:
        return
    {find}
        CACHE[key] = row
"""
    levels = [
        finding.confidence.value
        for find in (
            "if row := find(key):",
            "row = find(key)\n    if row:",
            "row = find(key)\n    with app.app_context():",
        )
        for finding in check_files(
            {"app.py": kept.format(find=find)}, select=("runtime-unbounded-local-cache",)
        ).findings
    ]
    assert levels == ["low", "low", "medium"]


def test_a_key_that_something_else_has_is_one_of_a_few() -> None:
    known = TEXT.replace("CACHE = {}", "SHOPS = {}\nCACHE = {}").replace(
        "        CACHE[key] = len(key)", "        shop = SHOPS[key]\n        CACHE[key] = len(shop)"
    )
    assert not check_files({"app.py": known}, select=("runtime-unbounded-local-cache",)).findings
    own = known.replace("SHOPS[key]", "CACHE[key]")
    assert check_files({"app.py": own}, select=("runtime-unbounded-local-cache",)).findings


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ("shop = SHOPS[key]", 0),
        ("if request.args:\n        shop = SHOPS[key]", 1),
        ("try:\n        shop = SHOPS[key]\n    except KeyError:\n        shop = None", 1),
        ("shop = HITS[key]", 2),  # asked for what it has not, it has it from then on
    ],
)
def test_what_is_taken_by_the_key_bounds_it_where_it_surely_raises(before: str, found: int) -> None:
    known = TEXT.replace(
        "CACHE = {}", "from collections import defaultdict\nSHOPS = {}\nHITS = defaultdict(int)\nCACHE = {}"
    )
    known = known.replace("    if key not in CACHE:", f"    {before}\n    if key not in CACHE:")
    assert len(check_files({"app.py": known}, select=("runtime-unbounded-local-cache",)).findings) == found


@pytest.mark.parametrize("store", ["CACHE[hash(key) % 64] = 1", "if key in SHOPS:\n            CACHE[key] = 1"])
def test_keys_of_which_there_are_only_so_many_are_not_reported(store: str) -> None:
    known = TEXT.replace("CACHE = {}", 'SHOPS = {"a", "b"}\nCACHE = {}').replace("CACHE[key] = len(key)", store)
    known = known.replace("g.size = CACHE[key]", "g.size = key")
    assert not check_files({"app.py": known}, select=("runtime-unbounded-local-cache",)).findings


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("USERS_DB", "low"),
        ("jobs_table", "low"),
        ("user_repository", "low"),
        ("database", "low"),
        ("JOB_STORE", "medium"),
        ("records", "medium"),
        ("db_cache", "medium"),
    ],
)
def test_a_dict_that_stands_for_a_table_by_its_name_is_of_low_confidence(name: str, level: str) -> None:
    report = check_files({"app.py": TEXT.replace("CACHE", name)}, select=("runtime-unbounded-local-cache",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("made", "fill", "level"),
    [("[]", "append(key)", "low"), ("set()", "add(key)", "medium"), ("{}", "setdefault(key, 1)", "medium")],
)
def test_a_list_may_be_the_data_and_is_of_low_confidence(made: str, fill: str, level: str) -> None:
    text = TEXT.replace("CACHE = {}", f"HISTORY = {made}").partition("    if key not in")[0]
    text += f"    HISTORY.{fill}\n"
    report = check_files({"app.py": text}, select=("runtime-unbounded-local-cache",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("if key not in CACHE:", "medium"),
        ("kept = CACHE.get(key)\n    if kept is None:", "medium"),
        ("if not (kept := CACHE.get(key)):", "medium"),
        ("if request.args:", "low"),
        ("if key not in CACHE and request.args:", "medium"),
        ("if key in CACHE:\n        pass\n    elif request.args:", "low"),
    ],
)
def test_what_only_some_requests_fill_is_of_low_confidence_unless_the_cache_decides(test: str, level: str) -> None:
    text = TEXT.replace("if key not in CACHE:", test).replace("g.size = CACHE[key]", "g.size = 1")
    report = check_files({"app.py": text}, select=("runtime-unbounded-local-cache",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("on", "level"), [("app.before_request", "medium"), ('app.get("/a")', "low"), ('app.post("/a")', "low")]
)
def test_what_single_routes_fill_is_of_low_confidence_and_what_every_request_fills_of_medium(
    on: str, level: str
) -> None:
    report = check_files({"app.py": TEXT.replace("app.before_request", on)}, select=("runtime-unbounded-local-cache",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("before", "after", "level"),
    [
        ("", "", "medium"),
        ("if not key.isalnum():\n        raise ValueError(key)", "", "low"),
        ("", "if not key.isalnum():\n        raise ValueError(key)", "medium"),
        ("row = session.scalars(select(User).where(User.name == key)).one()", "", "low"),
        ("", "row = session.scalars(select(User).where(User.name == key)).one()", "medium"),
    ],
    ids=["nothing", "refused before", "refused after", "asked before", "asked after"],
)
def test_what_is_refused_or_asked_of_a_database_first_may_leave_few_keys(before: str, after: str, level: str) -> None:
    text = f"""
from flask import Flask, request
from sqlalchemy import Column, String, create_engine, select
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()
session = Session(create_engine("postgresql://db/shop"))
app = Flask(__name__)
CACHE = {{}}


class User(Base):
    __tablename__ = "users"
    name = Column(String, primary_key=True)


@app.before_request
def size():
    key = request.headers["x-who"]
    {before}
    CACHE[key] = len(key)
    {after}
"""
    report = check_files({"app.py": text}, select=("runtime-unbounded-local-cache",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(("tried", "level"), [('client.incr(f"seen:{who}")', "low"), ("len(who) // 0", "medium")])
def test_what_is_kept_for_when_redis_fails_is_of_low_confidence(tried: str, level: str) -> None:
    code = f"""
from collections import defaultdict

import redis
from fastapi import FastAPI, Request

app = FastAPI()
client = redis.Redis(host="cache", socket_timeout=2)
seen = defaultdict(int)


def count(who: str) -> int:
    try:
        return {tried}
    except Exception:
        pass
    seen[who] += 1
    return seen[who]


@app.middleware("http")
async def counted(request: Request, call_next):
    count(request.headers["x-forwarded-for"])
    return await call_next(request)
"""
    report = check_files({"app.py": code}, select=("runtime-unbounded-local-cache",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("key", "call", "level"),
    [
        ('request.headers["x-forwarded-for"]', "count(key)", "medium"),
        ("request.url.path", "count(key)", "medium"),
        ("request.client.host", "count(key)", "low"),
        ('request.headers["x-forwarded-for"]', "if response.status_code == 401: count(key)", "low"),
        ('request.headers["x-forwarded-for"]', 'if request.url.path.startswith("/api"): count(key)', "medium"),
    ],
)
def test_what_clients_choose_at_will_has_no_end_where_every_request_keeps_it(key: str, call: str, level: str) -> None:
    code = f"""
from fastapi import FastAPI, Request

app = FastAPI()
seen = {{}}


def count(who: str) -> None:
    seen[who] = 1


@app.middleware("http")
async def counted(request: Request, call_next):
    key = {key}
    response = await call_next(request)
    {call}
    return response
"""
    report = check_files({"app.py": code}, select=("runtime-unbounded-local-cache",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    "route",
    [
        "@app.get('/a', dependencies=[Depends(note)])\ndef a(): ...",
        "@app.get('/a')\ndef a(noted=Depends(note)): ...",
        "@app.get('/a')\ndef a(noted: Annotated[None, Depends(note)]): ...",
    ],
)
def test_what_a_dependency_is_given_is_of_the_request_however_it_is_declared(route: str) -> None:
    head = "from typing import Annotated\nfrom fastapi import Depends, FastAPI, Request\napp = FastAPI()\nseen = {}\n"
    fill = "def note(request: Request):\n    seen[request.headers.get('x-caller')] = 1\n"
    report = check_files(
        {"app.py": f"{head}{fill}{route}\n"}, select=("runtime-unbounded-local-cache",), confidence="low"
    )
    assert [finding.confidence.value for finding in report.findings] == ["low"]
