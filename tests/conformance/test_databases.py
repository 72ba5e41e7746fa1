"""Databases: methods of sessions, queries and connections one by one, and what programs do with them, statement by statement."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import warnings

import msgspec
import pytest
from index_project import index_of
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from atomlint.index.catalog import Catalog

from .clients import disagreements, settled
from .database_subjects import SUBJECTS
from .observed import APPS, files_of
from .statements import django_statements, sqlalchemy_statements

pytestmark = [pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: f"{subject.name}-{len(subject.methods)}")
def test_each_method_sends_as_many_statements_as_its_row_says(bench, django_tables, catalog, subject):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = asyncio.run(disagreements(bench, subject, catalog))
    assert not wrong, "\n".join(wrong)


def test_a_wrong_row_is_noticed(bench, rows):
    wrong = msgspec.convert(msgspec.to_builtins(rows), type=list[type(rows[0])])
    broken = {client.type: client for part in wrong for client in part.client}
    broken["sqlalchemy.orm.Session"].free.append("scalar")
    session = next(subject for subject in SUBJECTS if subject.name == "sqlalchemy.orm.Session")
    told = asyncio.run(disagreements(bench, session, Catalog(wrong)))
    assert [line.partition(" commands")[0] for line in told] == [
        "sqlalchemy.orm.Session.scalar: the catalog says free, seen 1 trips, 1"
    ]


# --- programs --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def index():
    return index_of(files_of("deeds", "desk"))


def predicted(index):
    """Bounds of the functions of ``apps/deeds`` by module and name."""
    found = {}
    for path in index.paths:
        for function in index.functions(path) if path.startswith("deeds/") else ():
            found[path.removeprefix("deeds/").removesuffix(".py"), function.qualname] = index.project.costs.of(
                function.value
            ).database
    return found


async def deeds_of(module):
    """(name, statements) of every function of a module of ``apps/deeds``, each on a database of its own."""
    there = importlib.import_module(f"deeds.{module}")
    names = [n for n, f in inspect.getmembers(there, inspect.isfunction) if f.__module__ == there.__name__]
    for name in names:
        deed = getattr(there, name)
        if module == "relational":
            fill_django()
            with django_statements() as sent:
                await settled(deed())
        elif module == "asynchronous":
            engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
            async with engine.begin() as connection:
                await connection.run_sync(fill)
            async with AsyncSession(engine, expire_on_commit=False) as session:
                with sqlalchemy_statements() as sent:
                    await settled(deed(session))
            await engine.dispose()
        else:
            engine = create_engine("sqlite://", poolclass=StaticPool)
            with engine.begin() as connection:
                fill(connection)
            make = importlib.import_module("sqlmodel").Session if module == "modelled" else Session
            with make(engine, expire_on_commit=False) as session, sqlalchemy_statements() as sent:
                deed(session)
            engine.dispose()
        yield name, list(sent)


def fill(connection):
    models, modelled = importlib.import_module("deeds.models"), importlib.import_module("deeds.modelled")
    models.Base.metadata.create_all(connection)
    modelled.SQLModel.metadata.create_all(connection)
    with Session(connection) as session:
        for number in range(1, 11):
            session.add(models.Parent(id=number, name=f"p{number}", children=[models.Child(id=number, name="c")]))
        session.commit()


def fill_django():
    from desk.tickets.models import Queue, Ticket

    Queue.objects.all().delete()
    for number, name in enumerate(("first", "second"), 1):
        queue = Queue.objects.create(pk=number, name=name)
        for ticket in (number, number + 2):
            Ticket.objects.create(pk=ticket, title=f"t{ticket}", queue=queue)


MODULES = ("classic", "asynchronous", "modelled", "relational")


@pytest.mark.parametrize("module", MODULES)
def test_what_a_program_sends_lies_within_what_is_said_of_it(django_tables, index, module):
    bounds = predicted(index)

    async def compare():
        return [(name, bounds[module, name], sent) async for name, sent in deeds_of(module)]

    found = asyncio.run(compare())
    wrong = [f"{name}: said {said}, sent {len(sent)}" for name, said, sent in found if not said.encloses(len(sent))]
    exact = [name for name, said, sent in found if said.exact == len(sent)]
    assert not wrong, "\n".join(wrong)
    assert len(exact) >= 0.6 * len(found), {name: str(said) for name, said, _ in found if name not in exact}


def test_every_method_of_several_statements_is_in_a_program(rows):
    """Of the table ``query.costs``: those are no client's methods, so that nothing above tries them one by one."""
    texts = "".join(files_of("deeds", "blog").values())
    named = {method for part in rows for row in part.query for method in row.costs}
    assert sorted(method for method in named if f".{method}(" not in texts) == []


def test_every_program_is_looked_at():
    assert {path.stem for path in (APPS / "deeds").glob("*.py")} == {*MODULES, "__init__", "models"}
