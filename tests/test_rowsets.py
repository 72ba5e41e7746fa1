"""Which class the rows of an expression are of, and what the query loads with them."""

from __future__ import annotations

import textwrap
import time

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


OFFERED = {
    "q = db.query(User).filter(User.team_id == n)\nif x:\n    q = q.filter(User.kind == x)": ({"team_id"}, {"kind"}),
    "q = db.query(User)\nq = q.filter(User.team_id == n)\nif x:\n    q = q.filter(User.kind == x)": (
        {"team_id"},
        {"kind"},
    ),
    "if not n:\n    return\nq = db.query(User)\nq = q.filter(User.team_id == n)": ({"team_id"}, set()),
    "if x:\n    q = db.query(User).filter(User.kind == x)\nelse:\n    q = db.query(User)": (set(), {"kind"}),
    "q = db.query(User)\nq = q.filter(User.kind == x) if x else q.filter(User.team_id == n)": (
        set(),
        {"kind", "team_id"},
    ),
    "q = db.query(User)\nfor k in x:\n    q = q.filter(User.kind == k)\nq = q.filter(User.team_id == n)": (
        {"team_id"},
        {"kind"},
    ),
}


@pytest.mark.parametrize("steps", OFFERED)
def test_what_a_step_adds_in_a_branch_may_be_left_out(steps: str):
    index = index_of({"m.py": HEAD + "def g(db: Session, x, n):\n" + textwrap.indent(steps, "    ")})
    scope = next(s for s, record in enumerate(index.project.linker.table("m.py").facts.scopes) if record.name == "g")
    found = index.project.rowsets.of("m.py", scope, "q")
    assert found is not None
    assert (set(found.filters), set(found.offered)) == OFFERED[steps]


MANAGED = """
from django.core.paginator import Paginator
from django.db import models
class Paid(models.QuerySet):
    def paid(self):
        if not self:
            return self.none()
        return self.filter(state="paid")
    def of(self, shop):
        mine = self
        if shop:
            mine = mine.filter(shop=shop)
        return mine.paid()
    def loaded(self):
        return self.prefetch_related("lines")
    def away(self):
        return elsewhere(self)
class Bills(models.Manager):
    def get_queryset(self):
        return Paid(self.model, using=self._db)
    def late(self):
        return self.get_queryset().filter(late=True)
class Joined(models.Manager.from_queryset(Paid)):
    def late(self):
        return super().get_queryset().filter(late=True)
class Kept(models.Model):
    objects = Bills()
    class Meta:
        abstract = True
class Bill(Kept):
    pass
class Note(models.Model):
    objects = Joined()
class Order(models.Model):
    objects = Paid.as_manager()
def g(n):
    found = %s
"""
BY_METHODS = {
    "Order.objects.paid()": {"state"},
    "Order.objects.filter(day=n).of(n).order_by('day')": {"day", "state"},
    "Bill.objects.late().paid()": {"late", "state"},
    "Note.objects.late()": {"late"},
    "Note.objects.paid()[:n]": {"state"},
    "Paginator(Note.objects.paid(), n).get_page(1)": {"state"},
}


@pytest.mark.parametrize("query", BY_METHODS)
def test_methods_of_the_project_s_managers_and_querysets_are_looked_into(query: str):
    index = index_of({"m.py": MANAGED % query})
    scopes = index.project.linker.table("m.py").facts.scopes
    found = index.project.rowsets.of("m.py", len(scopes) - 1, "found")
    assert found is not None
    assert scopes[found.model.scope].name == query.removeprefix("Paginator(").partition(".")[0]
    assert (found.filters, found.loaded, found.most) == (BY_METHODS[query], set(), 0)


def test_what_a_manager_s_method_loads_is_loaded_and_what_it_hands_on_may_be():
    found = []
    for query in ("Order.objects.loaded()", "Order.objects.away()"):
        index = index_of({"m.py": MANAGED % query})
        last = len(index.project.linker.table("m.py").facts.scopes) - 1
        found.append(index.project.rowsets.of("m.py", last, "found"))
    loaded, away = found
    assert loaded is not None
    assert loaded.loaded == {"lines"}
    assert away is None or away.loaded == {"*"}


@pytest.mark.parametrize(
    ("held", "is_manager"),
    [
        ("Bills()", True),
        ("models.Manager()", True),
        ("Paid.as_manager()", True),
        ("Joined()", True),
        ("models.TextField()", False),
        ("dict()", False),
    ],
)
def test_a_manager_may_have_any_name(held: str, is_manager: bool):
    code = (
        MANAGED.replace("    objects = Paid.as_manager()", f"    everything = {held}")
        % "Order.everything.filter(day=n)"
    )
    index = index_of({"m.py": code})
    scopes = index.project.linker.table("m.py").facts.scopes
    found = index.project.rowsets.of("m.py", len(scopes) - 1, "found")
    assert (found is not None) is is_manager
    assert found is None or (scopes[found.model.scope].name, found.filters) == ("Order", {"day"})


def test_a_page_has_as_many_rows_as_its_paginator_says():
    index = index_of({"m.py": MANAGED % "Paginator(Order.objects.all(), 25).page(n)"})
    last = len(index.project.linker.table("m.py").facts.scopes) - 1
    found = index.project.rowsets.of("m.py", last, [".", "found", "object_list"])
    assert found is not None
    assert (found.most, found.sliced) == (25, False)


def test_long_chains_of_methods_that_managers_have_too_take_no_time():
    links = "".join(f".paid().of({n})" for n in range(30))
    index = index_of({"m.py": MANAGED % f"Order.objects{links}"})
    last = len(index.project.linker.table("m.py").facts.scopes) - 1
    start = time.process_time()
    found = [index.project.rowsets.of("m.py", last, "found")]
    index = index_of({"m.py": MANAGED % f"unknown(Order){links}"})
    found.append(index.project.rowsets.of("m.py", last, "found"))
    assert time.process_time() - start < 10
    assert found[1] is None
