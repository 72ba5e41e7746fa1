"""Database work is found by the type of the session, connection or cursor, and by the shape of a query."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from atomlint.facts.extract import extract
from atomlint.index.catalog import Catalog
from atomlint.index.project import Project
from atomlint.registry import Registry

if TYPE_CHECKING:
    from atomlint.index.queries import DatabaseCall

CATALOG = Catalog(Registry().catalog_rows())
HEAD = """
    from sqlalchemy import create_engine, select, text, update
    from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

    class Base(DeclarativeBase):
        pass

    class Job(Base):
        __tablename__ = "jobs"

    SessionLocal = sessionmaker(bind=create_engine(""))

    def get_db():
        with SessionLocal() as session:
            yield session
"""


def database_calls(code: str, head: str = HEAD) -> list[DatabaseCall]:
    """The database calls of a module that starts with ``head``, in source order."""
    facts, spans = extract(textwrap.dedent(head) + textwrap.dedent(code))
    before = len(extract(textwrap.dedent(head))[0].calls)
    project = Project(["app.py"], {"app.py": facts}.get, {"app.py": spans}.get, ["app.py"], CATALOG)
    found = (project.effects.database("app.py", ordinal) for ordinal in range(before, len(facts.calls)))
    return [call for call in found if call is not None]


@pytest.mark.parametrize(
    ("code", "operation", "receiver"),
    [
        ("def f(session: Session):\n    session.get(Job, 1)", "get", "sqlalchemy.orm.Session"),
        ("def f(session: Session):\n    session.query(Job).filter().first()", "first", "sqlalchemy.orm.Query"),
        ("with SessionLocal() as s:\n    s.refresh(job)", "refresh", "sqlalchemy.orm.Session"),
        ("with SessionLocal.begin() as s:\n    s.scalars(select(Job))", "scalars", "sqlalchemy.orm.Session"),
        ("with create_engine('').begin() as c:\n    c.execute(x)", "execute", "sqlalchemy.engine.Connection"),
        ("def f(db):\n    db.execute(update(Job).values(id=1))", "execute", "statement"),
        ("def f(db):\n    db.query(Job).all()", "all", "query"),
        ("def f(db):\n    for job in db.query(Job).filter(Job.id > 1):\n        print(job)", "iterate", "query"),
        ("import psycopg\npsycopg.connect('').cursor().execute('SELECT 1')", "execute", "psycopg.Cursor"),
    ],
)  # fmt: skip
def test_a_statement_that_is_sent_is_a_proven_database_call(code: str, operation: str, receiver: str) -> None:
    assert (operation, receiver, True) in [
        (call.operation, call.receiver, call.proven) for call in database_calls(code)
    ]


def test_sql_text_on_an_unknown_cursor_is_a_database_call_by_its_shape() -> None:
    (call,) = database_calls("def f(cursor):\n    cursor.execute('SELECT id FROM jobs')")
    assert (call.receiver, call.proven) == ("sql", False)


@pytest.mark.parametrize(
    "code",
    [
        "def f(session: Session):\n    session.add(Job())",
        "def f(session: Session):\n    session.query(Job).filter(Job.id == 1)",
        "def f(items):\n    items.all()\n    items.first()",
        "def f(shell):\n    shell.execute('ls')",
        "import sqlite3\nsqlite3.connect('a').execute('SELECT 1')",
        "select(Job).where(Job.id == 1)",
    ],
)
def test_what_sends_nothing_is_no_database_call(code: str) -> None:
    assert database_calls(code) == []


def test_a_django_manager_queries_when_it_is_run_or_iterated_and_not_before() -> None:
    head = "from django.db import models\nclass Job(models.Model):\n    pass\n"
    code = "Job.objects.filter(done=True)\nJob.objects.count()\nfor job in Job.objects.all():\n    print(job)\n"
    assert [call.operation for call in database_calls(code, head)] == ["count", "iterate"]


@pytest.mark.parametrize(
    ("code", "operations"),
    [
        ("jobs = Job.objects.in_bulk([1, 2])\njobs.get(1) or jobs.get(2)", ["in_bulk"]),
        ("Job.objects.exclude(done=True).in_bulk().get(1)", ["in_bulk"]),
        ("async def f():\n    jobs = await Job.objects.ain_bulk()\n    return jobs.get(1)", ["ain_bulk"]),
        ("sums = Job.objects.aggregate(done=1)\nsums.get('done')", ["aggregate"]),
        ("job = Job.objects.values('id').first()\njob.get('id')", ["first"]),
        ("jobs = Job.objects.filter(done=True)\njobs.get(id=1)", ["get"]),
        ("jobs = Job.objects.all()\njobs.filter(done=True).get(id=1)", ["get"]),
    ],
)
def test_what_a_query_of_django_has_given_sends_no_other(code: str, operations: list[str]) -> None:
    head = "from django.db import models\nclass Job(models.Model):\n    pass\n"
    assert [call.operation for call in database_calls(code, head)] == operations


def test_a_database_session_is_no_redis_effect() -> None:
    facts, spans = extract(textwrap.dedent(HEAD) + "def f(session: Session):\n    session.get(Job, 1)\n")
    project = Project(["app.py"], {"app.py": facts}.get, {"app.py": spans}.get, ["app.py"], CATALOG)
    assert [project.effects.remote("app.py", ordinal) for ordinal in range(len(facts.calls))] == [None] * len(
        facts.calls
    )
