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


TENANTS = """
from fastapi import Depends, FastAPI, Request
from sqlalchemy import Column, String
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()


class Tenant(Base):
    __tablename__ = "tenants"
    slug = Column(String, primary_key=True)


def get_db() -> Session: ...


def by_slug(db: Session, slug: str):
    return db.query(Tenant).filter(Tenant.slug == slug).first()


def by_slug_or_raise(db: Session, slug: str):
    tenant = by_slug(db, slug)
    if tenant is None:
        raise LookupError(slug)
    return tenant


def current(request: Request, db: Session = Depends(get_db)):
    slug = request.headers["x-tenant"]
    FIRST
    return by_slug(db, slug)


app = FastAPI(dependencies=[Depends(current)])


@app.get("/orders")
def orders():
    return []
"""


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("by_slug_or_raise(db, slug)", ["current comes here again, by by_slug_or_raise"]),
        ("pass", []),
    ],
)
def test_a_function_that_comes_to_a_lookup_a_second_time_is_told(first: str, told: list[str]) -> None:
    code = TENANTS.replace("FIRST", first)
    report = check_files({"app/main.py": code}, select=("tenant-uncached-lookup",), confidence="low")
    (finding,) = report.findings
    notes = [note for note in finding.related if "again" in note.message]
    assert [note.message for note in notes] == told
    assert all(note.span.start.line == line_of(code, f"    {first}\n    return") for note in notes)


def test_other_callers_of_a_lookup_are_named_where_requests_reach_them() -> None:
    more = """

@app.get("/tenants/{slug}")
def shown(slug: str, db: Session = Depends(get_db)):
    return by_slug(db, slug)


def unused(db: Session):
    return by_slug(db, "a")
"""
    code = TENANTS.replace("FIRST", "pass") + more
    report = check_files({"app/main.py": code}, select=("tenant-uncached-lookup",), confidence="low")
    (finding,) = report.findings
    assert [note.message for note in finding.related] == ["shown comes here too"]
