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

def get_db() -> Session: ...
"""
READS = "def find(db, name):\n    return db.query(Folder).filter(Folder.name == name).first()\n"


def claims(text: str) -> list[str]:
    """The confidences of what is said of one module."""
    source = HEAD + textwrap.dedent(text)
    report = check_files({"app.py": source}, select=("database-query-in-loop",))
    assert not report.errors
    return [finding.confidence.name.lower() for finding in report.findings]


def test_a_read_of_every_turn_is_sure() -> None:
    handler = """
    @app.post("/names")
    def names(items: list[str], db: Session = Depends(get_db)):
        return [find(db, item) for item in items]
    """
    assert claims(READS + textwrap.dedent(handler)) == ["high"]


@pytest.mark.parametrize("write", ["db.delete(folder)", "db.commit()"])
def test_a_turn_that_writes_its_row_too_is_only_possible(write: str) -> None:
    text = f"""
    def drop(db, name):
        folder = db.query(Folder).filter(Folder.name == name).first()
        {write}

    @app.post("/names")
    def names(items: list[str], db: Session = Depends(get_db)):
        for item in items:
            drop(db, item)
    """
    assert claims(text) == ["low"]


def test_a_read_of_some_turns_is_likely_near_the_route_and_possible_further_away() -> None:
    some = """
    for item in items:
        if item.startswith("x"):
            find(db, item)
    """
    handler = '@app.post("/names")\ndef names(items: list[str], db: Session = Depends(get_db)):\n'
    near = handler + textwrap.indent(textwrap.dedent(some), "    ")
    assert claims(READS + near) == ["medium"]
    far = (
        "def pick(db, items):\n"
        + textwrap.indent(textwrap.dedent(some), "    ")
        + "\n"
        + handler
        + "    pick(db, items)\n"
    )
    assert claims(READS + far) == ["low"]


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
    def names(items: list[str], careful: bool, db: Session = Depends(get_db)):
        found = finder(careful)
        return [found.find(db, item) for item in items]
    """
    assert claims(text) == ["low"]


def test_the_parents_of_rows_may_be_one() -> None:
    text = """
    @app.post("/names")
    def names(items: list[Folder], db: Session = Depends(get_db)):
        return [find(db, parent) for parent in {item.parent_id for item in items}]
    """
    assert claims(READS + textwrap.dedent(text)) == ["low"]


def test_a_turn_that_deletes_the_row_that_it_read_is_only_possible() -> None:
    text = """
    @app.post("/names")
    def names(items: list[str], db: Session = Depends(get_db)):
        for item in items:
            if folder := db.query(Folder).filter(Folder.name == item).first():
                db.delete(folder)
    """
    assert claims(text) == ["low"]


def test_a_turn_in_a_transaction_of_its_own_is_only_possible() -> None:
    text = """
    @app.post("/names")
    def names(items: list[str], db: Session = Depends(get_db)):
        for item in items:
            with db.begin_nested():
                db.query(Folder).filter(Folder.name == item).first()
    """
    assert claims(text) == ["low"]
