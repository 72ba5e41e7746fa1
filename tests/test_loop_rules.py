"""How sure the rules about loops are of what a turn does."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.testing import check_files

HEAD = """
from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import Session, declarative_base

app = FastAPI()
Base = declarative_base()

class Folder(Base):
    __tablename__ = "folders"
    id = Column(Integer, primary_key=True)
    name = Column(String)

class Note(Base):
    __tablename__ = "notes"
    title = Column(String, primary_key=True)

def get_db() -> Session: ...
"""
READS = "def find(db, name):\n    return db.query(Folder).filter(Folder.name == name).first()\n"


def claims(text: str, path: str = "app.py") -> list[str]:
    """The confidences of what is said of one module."""
    source = HEAD + textwrap.dedent(text)
    report = check_files({path: source}, select=("database-query-in-loop",))
    assert not report.errors
    return [finding.confidence.name.lower() for finding in report.findings]


def test_a_read_of_every_turn_is_likely_for_nothing_tells_how_many_there_are() -> None:
    handler = """
    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return [find(db, item) for item in items]
    """
    assert claims(READS + textwrap.dedent(handler)) == ["medium"]


@pytest.mark.parametrize("write", ["db.delete(folder)", "db.commit()"])
def test_a_turn_that_writes_its_row_too_is_only_possible(write: str) -> None:
    text = f"""
    def drop(db, name):
        folder = db.query(Folder).filter(Folder.name == name).first()
        {write}

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        for item in items:
            drop(db, item)
    """
    assert claims(text) == ["low"]


def test_a_read_of_some_turns_is_possible() -> None:
    loop = """
    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        for item in items:
            if item.startswith("x"):
                {read}
    """
    here = loop.format(read="db.query(Folder).filter(Folder.name == item).first()")
    assert claims(here) == ["low"]
    assert claims(READS + textwrap.dedent(loop.format(read="find(db, item)"))) == ["low"]


def test_a_call_that_may_mean_several_functions_is_only_possible() -> None:
    text = """
    class Plain:
        def find(self, db, name):
            return db.query(Folder).filter(Folder.name == name).first()

    class Careful:
        def find(self, db, name):
            return db.query(Folder).filter(Folder.name == name.strip()).first()

    def finder(careful: bool) -> Plain | Careful:
        return Careful() if careful else Plain()

    @app.post("/names")
    def names(items: list[str], careful: bool, page: int = 1, db: Session = Depends(get_db)):
        found = finder(careful)
        return [found.find(db, item) for item in items]
    """
    assert claims(text) == ["low"]


def test_the_parents_of_rows_may_be_one() -> None:
    text = """
    @app.post("/names")
    def names(items: list[Folder], page: int = 1, db: Session = Depends(get_db)):
        return [find(db, parent) for parent in {item.parent_id for item in items}]
    """
    assert claims(READS + textwrap.dedent(text)) == ["low"]


def test_a_turn_that_deletes_the_row_that_it_read_is_only_possible() -> None:
    text = """
    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        for item in items:
            if folder := db.query(Folder).filter(Folder.name == item).first():
                db.delete(folder)
    """
    assert claims(text) == ["low"]


def test_a_turn_in_a_transaction_of_its_own_is_only_possible() -> None:
    text = """
    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        for item in items:
            with db.begin_nested():
                db.query(Folder).filter(Folder.name == item).first()
    """
    assert claims(text) == ["low"]


DJANGO = """
from django.db import models
from django.urls import path

class Folder(models.Model):
    name = models.CharField(max_length=9)
    made = models.DateField()

class File(models.Model):
    name = models.CharField(max_length=9)

def view(request):
    names = request.GET.getlist("names")
    number = request.GET.get("page")
{body}

urlpatterns = [path("names/", view)]
"""


@pytest.mark.parametrize(
    "body",
    [
        "for name in names:\n    Folder.objects.filter(made__gte=name, made__lt=name).count()",
        "for model in (Folder, File, *request.models):\n    model.objects.filter(name=names[0]).first()",
        "for name in names:\n    row, made = Folder.objects.get_or_create(name=name)\n    row.save()",
        "for name in names:\n    row = Folder.objects.get(name=name)\n    Form(row).save()",
    ],
)
def test_a_turn_of_its_own_is_only_possible(body: str) -> None:
    source = DJANGO.format(body=textwrap.indent(body, "    "))
    report = check_files({"shop/urls.py": source}, select=("database-query-in-loop",))
    assert [finding.confidence.name.lower() for finding in report.findings] == ["low"]
    assert not report.errors


def test_a_turn_that_finds_a_row_or_makes_it_is_only_possible() -> None:
    source = DJANGO.format(body="    for name in names:\n        Folder.objects.get_or_create(name=name)")
    report = check_files({"shop/urls.py": source}, select=("database-query-in-loop",))
    assert [finding.confidence.name.lower() for finding in report.findings] == ["low"]


def test_a_turn_that_asks_a_table_of_its_own_is_only_possible() -> None:
    text = """
    from sqlalchemy import text

    @app.post("/names")
    def names(tables: list[str], page: int = 1, db: Session = Depends(get_db)):
        found = []
        for table in tables:
            statement = text(f"SELECT * FROM {table} WHERE user_id = :user")
            found += db.execute(statement, {"user": 1}).all()
        return found
    """
    assert claims(text) == ["low"]


@pytest.mark.parametrize(("given", "level"), [("(one, other)", "low"), ("rest", "medium")])
def test_a_few_items_that_the_caller_writes_out_are_only_possible(given: str, level: str) -> None:
    text = f"""
    def both(db, names, limit=100):
        for name in names:
            db.query(Folder).filter(Folder.name == name).first()

    @app.get("/names")
    def names(one: str, other: str, db: Session = Depends(get_db)):
        rest = [row.title for row in db.query(Note)]
        both(db, {given})
    """
    assert claims(text) == [level]


def test_a_turn_that_hands_its_row_to_what_writes_is_only_possible() -> None:
    text = """
    def rename(db, folder_id, name):
        db.query(Folder).filter(Folder.id == folder_id).update({"name": name})
        db.commit()

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        for item in items:
            known = find(db, item)
            if known:
                rename(db, known.id, item)
    """
    assert claims(READS + textwrap.dedent(text)) == ["low"]


@pytest.mark.parametrize(("turn", "level"), [("cancel(db, item)", "low"), ("done.append(cancel(db, item))", "medium")])
def test_a_turn_that_is_called_for_what_it_does_is_only_possible(turn: str, level: str) -> None:
    text = f"""
    def cancel(db, name):
        folder = db.query(Folder).filter(Folder.name == name).one()
        folder.name = ""
        return folder.name

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        done = []
        for item in items:
            {turn}
        return done
    """
    assert claims(text) == [level]


@pytest.mark.parametrize(("calls", "level"), [(0, "medium"), (1, "medium"), (3, "medium"), (4, "low")])
def test_a_loop_far_from_its_route_is_only_possible(calls: int, level: str) -> None:
    between = "".join(f"def step{n}(db, items):\n    return step{n + 1}(db, items)\n\n" for n in range(calls))
    text = f"""
    def step{calls}(db, items, limit=100):
        return [db.query(Folder).filter(Folder.name == item).first() for item in items]

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return step0(db, items)
    """
    assert claims(between + textwrap.dedent(text)) == [level]


def test_of_what_a_method_keeps_nobody_knows_how_many_far_from_the_loop() -> None:
    text = """
    class Parser:
        def __init__(self, text):
            self.names = tuple(text.partition(","))

        def folders(self, db, limit=100):
            return [find(db, name) for name in self.names]

    @app.post("/names")
    def names(text: str, db: Session = Depends(get_db)):
        return Parser(text).folders(db)
    """
    assert claims(READS + textwrap.dedent(text)) == ["low"]


def test_a_slice_says_that_there_are_few() -> None:
    text = """
    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return [db.query(Folder).filter(Folder.name == item).first() for item in items[:5]]
    """
    assert claims(text) == ["low"]


@pytest.mark.parametrize(
    "asked",
    [
        'db.query(Folder).filter(Folder.name.ilike(f"%{item}%")).count()',
        'db.query(Folder).filter(or_(Folder.name == "", Folder.name.startswith(item))).first()',
        'db.execute(text("SELECT id FROM folders ORDER BY place <-> :place LIMIT 5"), {"place": item}).all()',
    ],
)
def test_likeness_and_nearness_are_asked_one_by_one(asked: str) -> None:
    text = f"""
    from sqlalchemy import or_, text

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return [{asked} for item in items]
    """
    assert claims(text) == ["low"]


@pytest.mark.parametrize(("turn", "level"), [("file.save()", "low"), ("pass", "medium")])
def test_a_relationship_of_a_row_that_each_turn_saves_is_only_possible(turn: str, level: str) -> None:
    source = DJANGO.format(body=f"    for file in File.objects.all():\n        print(file.place())\n        {turn}")
    folder = "    folder = models.ForeignKey(Folder, models.CASCADE)\n\n    def place(self):\n        return self.folder.name\n"
    source = source.replace("class File(models.Model):", f"class File(models.Model):\n{folder}")
    report = check_files({"shop/urls.py": source}, select=("database-query-in-loop",))
    assert [finding.confidence.name.lower() for finding in report.findings] == [level]


@pytest.mark.parametrize(("path", "level"), [("workers/digest.py", "low"), ("api/workers.py", "medium")])
def test_a_worker_that_a_route_starts_by_hand_works_at_its_own_pace(path: str, level: str) -> None:
    text = """
    @app.post("/tick")
    def tick(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return [find(db, item) for item in items]
    """
    assert claims(READS + textwrap.dedent(text), path) == [level]


def test_a_script_is_called_so() -> None:
    text = """
    import redis
    from fastapi import FastAPI

    app = FastAPI()
    client = redis.Redis()
    take = client.register_script("return redis.call('GETDEL', KEYS[1])")

    @app.post("/names")
    def names(items: list[str]):
        return [take(keys=[item]) for item in items]
    """
    report = check_files({"app.py": textwrap.dedent(text)}, select=("redis-command-in-loop",))
    (finding,) = report.findings
    assert "(script)" in finding.message


@pytest.mark.parametrize(
    "turn",
    [
        "folder = find(db, item)\n            folder.name = item\n            db.merge(folder)",
        "for old in db.query(Folder).filter(Folder.name == item).all():\n                db.delete(old)",
    ],
)
def test_a_turn_that_writes_anything_is_only_possible(turn: str) -> None:
    text = f"""
    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        for item in items:
            {turn}
    """
    assert claims(READS + textwrap.dedent(text)) == ["low"]


def test_a_turn_in_a_schema_of_its_own_is_only_possible() -> None:
    text = """
    from shop.schemas import schema_context

    def of_schema(db, name):
        with schema_context(name):
            return db.query(Folder).filter(Folder.name == name).first()

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return [of_schema(db, item) for item in items]
    """
    assert claims(text) == ["low"]


def test_a_repair_is_only_possible() -> None:
    text = """
    def fix_bindings(db, name):
        return db.query(Folder).filter(Folder.name == name).first().name

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return [fix_bindings(db, item) for item in items]
    """
    assert claims(text) == ["low"]


def test_a_task_that_a_route_starts_too_is_only_possible() -> None:
    text = """
    from celery import shared_task

    @shared_task
    def refresh(db, items, limit=100):
        return [find(db, item) for item in items]

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        return refresh(db, items)
    """
    assert claims(READS + textwrap.dedent(text)) == ["low"]


def test_what_is_read_for_the_message_of_an_error_is_nothing() -> None:
    text = """
    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        if len(items) > 9:
            found = [find(db, item).name for item in items]
            raise ValueError(", ".join(found))
    """
    assert claims(READS + textwrap.dedent(text)) == []


def test_a_table_that_a_turn_hands_down_is_one_of_its_own() -> None:
    text = """
    from sqlalchemy import text

    def rows(db, meta):
        statement = f"SELECT id FROM {meta.table} WHERE user_id = :user"
        return db.execute(text(statement), {"user": 1}).all()

    @app.post("/names")
    def names(metas: list[str], page: int = 1, db: Session = Depends(get_db)):
        return [rows(db, meta) for meta in metas]
    """
    assert claims(text) == ["low"]


def test_what_a_turn_only_starts_is_none_of_its_work() -> None:
    text = """
    import asyncio

    class Service:
        def _fire_and_forget(self, work):
            asyncio.get_event_loop().create_task(work)

        async def forget(self, db, name):
            return db.query(Folder).filter(Folder.name == name).first()

        def all(self, db, items, limit=100):
            for item in items:
                self._fire_and_forget(self.forget(db, item))

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        items = [row.title for row in db.query(Note)]
        Service().all(db, items)
    """
    assert claims(text) == []


def test_rows_that_are_handed_to_what_acts_on_them_are_read_by_that() -> None:
    source = DJANGO.format(body="    for file in File.objects.all():\n        announce(file)")
    source = source.replace(
        "class File(models.Model):", "class File(models.Model):\n    folder = models.ForeignKey(Folder, models.CASCADE)"
    ).replace("def view(", "def announce(file):\n    print(file.folder.name)\n\ndef view(")
    report = check_files({"shop/urls.py": source}, select=("database-query-in-loop",))
    assert [finding.confidence.name.lower() for finding in report.findings] == ["low"]


@pytest.mark.parametrize(
    ("rows", "level"),
    [("store.rows(db)", "low"), ("db.query(Folder).filter(Folder.name == store)", "medium")],
)
def test_a_query_that_the_item_gives_is_one_of_its_own(rows: str, level: str) -> None:
    text = f"""
    class Store:
        def rows(self, db: Session):
            return db.query(Folder)

    @app.post("/names")
    def names(page: int = 1, db: Session = Depends(get_db)):
        found = []
        stores = [Store(row) for row in db.query(Note)]
        for store in stores:
            rows = {rows}
            found.append(rows.count())
        return found
    """
    assert claims(text) == [level]
