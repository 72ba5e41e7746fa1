"""What fixes make of models, held against SQLAlchemy: a repaired mapping is one that configures."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

from atomlint.splice import apply
from atomlint.testing import strip_marks
from tests.index_project import index_of

from .agreement import kind
from .judge import Judge
from .messages import Told

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


def test_a_call_of_a_mixin_that_other_classes_share_is_left_alone():
    fixture = FIXTURES / "orm-ambiguous-fk" / "bad_a_mixin_of_two_classes.py"
    [problem] = index_of({"models.py": fixture.read_text("utf-8")}).mapping.problems
    assert (problem.kind, problem.fixes) == ("ambiguous-fk", [])


@pytest.mark.needs("hypothesis")
def test_fixes_of_generated_models_repair_what_they_are_offered_for_and_break_nothing():
    from .generated import drawn
    from .specs import written

    made = 0
    for graph in drawn(400, start=2):
        files = {path: text.lstrip("\n") for path, text in written(graph).items()}
        for problem in index_of(files).mapping.problems:
            for fix in problem.fixes:
                before, after = judge().verdict(files).outcomes, judge().verdict(fixed(files, fix)).outcomes
                assert (problem.kind, problem.owner, problem.attribute) not in {place(one) for one in after}, fix.title
                assert errors(after) <= errors(before), fix.title
                made += 1
    assert made >= 10


def place(one: Told) -> tuple[str, str, str]:
    return kind(one), one.owner, one.attribute


def errors(outcomes: tuple[Told, ...]) -> set[tuple[str, str]]:
    """Where errors are: when one is repaired, the next one of the same relationship shows."""
    return {(one.owner, one.attribute) for one in outcomes if one.severity == "error"}


def fixed(files, fix):
    touched = {edit.span.path for edit in fix.edits}
    return {
        path: apply(text, [edit for edit in fix.edits if edit.span.path == path]) if path in touched else text
        for path, text in files.items()
    }


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
