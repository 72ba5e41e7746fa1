"""Which class the rows of an expression are of, and what the query loads with them."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

from atomlint.index.rowsets import Rows

HEAD = """
from django.db import models
from sqlalchemy import Column, Integer, select
from sqlalchemy.orm import Session, declarative_base, joinedload, selectinload
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
class Team(Base):
    __tablename__ = "teams"
class Order(models.Model):
    pass
def users(db: Session):
    return db.query(User).options(selectinload(User.roles)).all()
"""


def rows(body: str) -> Rows | None:
    """The rows that the loop in a function goes through."""
    index = index_of({"m.py": HEAD + "async def g(db: Session, x, n):\n" + textwrap.indent(body, "    ") + "\n"})
    table = index.project.linker.table("m.py")
    frame = next(f for f in table.facts.frames if f.kind in ("for", "comp"))
    scope = next(s for s, record in enumerate(table.facts.scopes) if record.name == "g")
    return index.project.rowsets.of("m.py", scope, frame.test)


QUERIES = [
    "for u in db.query(User): pass",
    "for u in db.query(User).filter(User.id == n).order_by(User.id).all(): pass",
    "for u in db.execute(select(User)).scalars().all(): pass",
    "for u in db.scalars(select(User).where(User.id == n)): pass",
    "q = select(User)\nif n:\n    q = q.where(User.id == n)\nresult = db.execute(q)\nfor u in result.scalars(): pass",
    "us = db.query(User).all()\nfor i, u in enumerate(us): pass",
    "for u in list(db.query(User))[:10]: pass",
    "for u in User.query.filter_by(id=n): pass",
    "for u in users(db): pass",
    "found = users(db)\ny = [u for u in found if u]",
]


@pytest.mark.parametrize("body", QUERIES)
def test_a_query_gives_rows_of_its_class(body: str):
    found = rows(body)
    assert found is not None
    assert found.model.scope == 1


OTHERS = [
    "for u in db.query(User.id).all(): pass",
    "for u in db.query(User, Team).all(): pass",
    "for u in db.query(User).with_entities(User.id): pass",
    "for u in db.query(User).first().roles: pass",
    "for u in x: pass",
    "for u in [1, 2]: pass",
    "us = db.query(User).all() if n else db.query(Team).all()\nfor u in us: pass",
    "for o in Order.objects.values_list('id'): pass",
]


@pytest.mark.parametrize("body", OTHERS)
def test_what_is_no_row_of_one_class_gives_none(body: str):
    assert rows(body) is None


LOADED = {
    "for u in db.query(User): pass": set(),
    "for u in db.query(User).options(selectinload(User.roles), joinedload(User.team)): pass": {"roles", "team"},
    "for u in db.query(User).options(selectinload(User.roles).joinedload(Role.rights)): pass": {"roles"},
    "for u in db.query(User).options(*x): pass": {"*"},
    "q = select(User)\nif n:\n    q = q.options(selectinload(User.roles))\nfor u in db.scalars(q): pass": {"roles"},
    "for u in users(db): pass": {"roles"},
    "for o in Order.objects.select_related('customer__country').prefetch_related('tags'): pass": {"customer", "tags"},
    "for o in Order.objects.select_related(): pass": {"*"},
}


@pytest.mark.parametrize("body", LOADED)
def test_options_say_which_attributes_are_loaded(body: str):
    found = rows(body)
    assert found is not None
    assert found.loaded == LOADED[body]


def test_what_is_compared_is_the_same_for_all_rows():
    found = rows("for u in db.query(User).filter(User.team_id == n).filter_by(kind=n): pass")
    assert found is not None
    assert found.filters == {"team_id", "kind"}


@pytest.mark.parametrize(
    ("asked", "empty"),
    [
        ("User.team_id.is_(None)", {"team_id"}),
        ("User.team_id.is_(x)", set()),
        ("User.team_id.in_([None])", set()),
        ("x.is_active(None)", set()),
    ],
)
def test_what_is_asked_to_be_empty_is_the_same_for_all_rows(asked: str, empty: set[str]):
    found = rows(f"for u in db.query(User).filter({asked}): pass")
    assert found is not None
    assert found.filters == empty


@pytest.mark.parametrize(
    ("option", "loaded"),
    [
        ("selectinload(User.roles)", {"roles"}),
        ("joinedload('roles')", {"roles"}),
        ("selectinload(x)", {"*"}),
        ("selectinload(getattr(User, n))", {"*"}),
        ("*x", {"*"}),
        ("x", {"*"}),
    ],
)
def test_an_option_whose_attribute_is_not_known_may_load_anything(option: str, loaded: set[str]):
    found = rows(f"for u in db.query(User).options({option}): pass")
    assert found is not None
    assert found.loaded == loaded


def test_a_coroutine_sends_it():
    found = rows("for u in (await db.execute(select(User))).scalars(): pass")
    assert found is not None
    assert found.awaited


KEYED = [
    "for u in db.query(User).filter(User.id == n): pass",
    "for u in db.scalars(select(User).where(User.id == n, User.name == x)): pass",
    "for u in User.query.filter_by(id=n): pass",
    "for o in Order.objects.filter(pk=n).order_by('day'): pass",
]


@pytest.mark.parametrize("body", KEYED)
def test_a_query_for_one_key_gives_one_row_at_most(body: str):
    found = rows(body)
    assert found is not None
    assert found.most == 1


NOT_KEYED = [
    "for u in db.query(User).join(Team).filter(Team.id == n): pass",
    "for u in db.query(User).filter(User.id == Team.owner_id): pass",
    "for u in db.query(User).filter(User.id != n): pass",
    "for u in db.query(User).filter(User.team_id == n): pass",
    "q = select(User)\nif n:\n    q = q.where(User.id == n)\nfor u in db.scalars(q): pass",
    "for o in Order.objects.filter(id__in=n): pass",
    "for o in Order.objects.filter(customer__id=n): pass",
    "for o in Order.objects.exclude(id=n): pass",
]


@pytest.mark.parametrize("body", NOT_KEYED)
def test_a_query_for_another_key_or_for_several_may_give_many_rows(body: str):
    found = rows(body)
    assert found is not None
    assert found.most == 0


PUT_IN = """
r = []
for o in Order.objects.filter(id=n).select_related("user"):
    if o.is_open:
        r.append({})
others = Order.objects.filter(id=n)
if x:
    others = r[:10]
y = [o for o in others]
"""


@pytest.mark.parametrize(("put", "is_known"), [("o", True), ("o.user", False), ("o, 1", False)])
def test_rows_that_a_list_takes_are_those_that_the_loop_goes_through(put: str, *, is_known: bool):
    index = index_of({"m.py": HEAD + "async def g(db: Session, x, n):\n" + textwrap.indent(PUT_IN.format(put), "    ")})
    table = index.project.linker.table("m.py")
    frame = next(f for f in table.facts.frames if f.kind == "comp")
    scope = next(s for s, record in enumerate(table.facts.scopes) if record.name == "g")
    found = index.project.rowsets.of("m.py", scope, frame.test)
    assert (found is not None) is is_known
    if found is not None:
        assert "user" in found.loaded


def test_an_empty_list_that_nothing_is_put_in_stands_for_no_rows():
    assert rows("us = []\nif x:\n    us = db.query(User).all()\nfor u in us: pass") is not None
