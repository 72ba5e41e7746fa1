"""What fixes make of models, held against SQLAlchemy: a repaired mapping is one that configures."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

from atomlint.testing import strip_marks
from tests.index_project import index_of

from .agreement import kind
from .judge import Judge

FIXTURES = Path(__file__).parents[1] / "fixtures" / "orm"
FIXED = sorted(FIXTURES.glob("*/fixed*.py"))
REPAIRED = {"ambiguous-fk", "back-populates-missing", "delete-orphan", "overlaps", "same-direction"}
"""Kinds with fixes."""
MORE = {"fixed_missing.py": {"overlaps"}}
"""Warnings about what the fixture is not about."""
pytestmark = [
    pytest.mark.needs("sqlalchemy"),
    pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork"),
]


@cache
def judge() -> Judge:
    return Judge(sys.executable)


def said_of(path: Path) -> set[str]:
    """Kinds of what SQLAlchemy says of a module."""
    return {kind(one) for one in judge().verdict({"models.py": strip_marks(path.read_bytes())}).outcomes}


def test_every_kind_that_has_a_fix_has_a_fixture_of_it():
    assert {path.parent.name.removeprefix("orm-") for path in FIXED} == REPAIRED


@pytest.mark.parametrize("path", FIXED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_sqlalchemy_refuses_the_models_before_and_configures_them_after(path):
    subject = path.parent.name.removeprefix("orm-")
    assert subject in said_of(path.with_name(path.name.replace("fixed", "bad", 1)))
    assert said_of(path) <= MORE.get(path.name, set())


SQLMODEL = """\
from sqlmodel import Field, Relationship, SQLModel

class Customer(SQLModel, table=True):
    id: int = Field(primary_key=True)

class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    customer_id: int = Field(foreign_key="customer.id")
    payer_id: int = Field(foreign_key="customer.id")
    customer: Customer = Relationship()
"""


def test_arguments_that_sqlmodel_does_not_take_are_not_offered():
    [problem] = index_of({"models.py": SQLMODEL}).mapping.problems
    assert (problem.kind, problem.fixes) == ("ambiguous-fk", [])
    assert "foreign_keys" in problem.repair


DOUBTFUL = """\
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()

class Customer(Base):
    __tablename__ = "customers"
    id = Column(Integer, primary_key=True)

class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    customer_id = Column(ForeignKey("customers.id"))
    payer_id = Column(ForeignKey("customers.id"))
    giver_id = Column(ForeignKey("customers.id"))
    options = {"lazy": "joined"}
    customer = relationship(("Customer"))
    payer = relationship("Customer", **options)
    giver = relationship("Customer", lazy=("joined"))
"""


def test_a_call_in_which_nothing_tells_where_an_argument_may_stand_is_left_alone():
    found = {problem.attribute: problem.fixes for problem in index_of({"models.py": DOUBTFUL}).mapping.problems}
    assert found["customer"] == found["payer"] == []
    [fix] = found["giver"]
    [edit] = fix.edits
    line = DOUBTFUL.splitlines()[edit.span.start.line - 1]
    assert line[edit.span.start.column - 1 :] == ")"
    assert edit.text == ", foreign_keys=[giver_id]"
