"""One-row reads: which statement a call runs, and who decides on it where layers lie between."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

MODELS = """
    from sqlalchemy import select
    from sqlalchemy.orm import DeclarativeBase
    class Base(DeclarativeBase): pass
    class Tenant(Base):
        __tablename__ = "tenants"
    class User(Base):
        __tablename__ = "users"
"""
REPOSITORY = """
    from models import *
    class Repository:
        model = None
        def __init__(self, session): self.session = session
        async def get_one(self, statement):
            result = await self.run(statement)
            return result.scalars().first()
        async def get_all(self, statement):
            result = await self.run(statement)
            return result.scalars().all()
        async def run(self, statement): return await self.session.execute(statement)
    class ById:
        async def get(self, id):
            statement = select(self.model).where(self.model.id == id)
            return await self.get_one(statement)
    class Tenants(Repository, ById):
        model = Tenant
    class Users(Repository, ById):
        model = User
"""


def lookups(code: str, base: str = "from models import *") -> list[tuple[str, str, tuple[str, ...]]]:
    """The function, the model and the keys of every read."""
    text = textwrap.dedent(base) + textwrap.dedent(code)
    index = index_of({"models.py": textwrap.dedent(MODELS), "app.py": text})
    calls = [call for call in index.calls("app.py") if call.lookup is not None]
    return [(call.function.qualname, call.lookup.model_name, call.lookup.keys) for call in calls]


# --- the statement that reaches the call ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reads"),
    [
        (
            """
            q = select(Tenant).where(Tenant.slug == s)
            a = db.scalar(q)
            q = select(User).where(User.mail == s)
            b = db.scalar(q)
            """,
            [("Tenant", ("slug",)), ("User", ("mail",))],
        ),
        (
            """
            q = select(Tenant).where(Tenant.slug == s)
            q = q.where(Tenant.plan == 1)
            return db.scalar(q)
            """,
            [("Tenant", ("slug", "plan"))],
        ),
        (
            """
            q = db.query(Tenant)
            q = q.filter(Tenant.slug == s)
            return q.first()
            """,
            [("Tenant", ("slug",))],
        ),
        (
            """
            q = select(Tenant)
            if s:
                q = q.where(Tenant.slug == s)
            else:
                q = q.where(Tenant.default == True)
            return db.scalar(q)
            """,
            [("Tenant", ("slug", "default"))],
        ),
        (
            """
            if s:
                q = select(User).where(User.mail == s)
                return db.scalar(q)
            q = select(Tenant).where(Tenant.slug == s)
            return db.scalar(q)
            """,
            [("User", ("mail",)), ("Tenant", ("slug",))],
        ),
        (
            """
            q = select(User).where(User.mail == s)
            if s:
                q = select(Tenant).where(Tenant.slug == s)
                return db.scalar(q)
            return db.scalar(q)
            """,
            [("Tenant", ("slug",)), ("User", ("mail",))],
        ),
        (
            """
            q = select(Tenant).where(Tenant.slug == s) if s else select(Tenant).where(Tenant.host == s)
            return db.scalar(q)
            """,
            [("Tenant", ("host", "slug"))],
        ),
    ],
)
def test_a_call_runs_the_statement_that_reaches_it(body, reads):
    found = lookups("def f(db, s):\n" + textwrap.indent(textwrap.dedent(body), "    "), "from models import *\n")
    assert [(model, keys) for _, model, keys in found] == reads


@pytest.mark.parametrize(
    "body",
    [
        "q = select(Tenant) if s else select(User)\ndb.scalar(q)",
        "q = select(User)\nif s:\n    q = select(Tenant)\ndb.scalar(q)",
        "q = select(Tenant)\nq = s(q)\ndb.scalar(q)",
        "q = select(Tenant)\nfor q in s: pass\ndb.scalar(q)",
    ],
)
def test_a_statement_that_may_be_one_of_several_models_is_none(body):
    assert lookups("def f(db, s):\n" + textwrap.indent(body, "    "), "from models import *\n") == []


@pytest.mark.parametrize(
    "code",
    [
        "r = db.execute(select(Tenant).where(Tenant.plan == 1))\nrows = r.scalars().all()",
        "for row in db.scalars(select(Tenant).where(Tenant.plan == 1)): print(row)",
        "rows = list(db.scalars(select(Tenant).where(Tenant.plan == 1)))",
        "db.scalar(select(Tenant).where(Tenant.name.ilike(s)))",
    ],
)
def test_many_rows_and_searches_are_no_lookup(code):
    assert lookups(code, "from models import *\n") == []


# --- layers ----------------------------------------------------------------------------------------------------------


def test_a_statement_that_is_handed_down_is_decided_where_it_is_made():
    code = """
    class Hosts(Tenants):
        async def by_host(self, host):
            statement = select(Tenant).where(Tenant.host == host)
            return await self.get_one(statement)
        async def all(self):
            return await self.get_all(select(Tenant))
    """
    assert lookups(code, REPOSITORY) == [("Hosts.by_host", "Tenant", ("host",))]


def test_the_way_down_is_told():
    code = """
    async def f(tenants: Tenants): return await tenants.get(1)
    """
    index = index_of(
        {"models.py": textwrap.dedent(MODELS), "app.py": textwrap.dedent(REPOSITORY) + textwrap.dedent(code)}
    )
    (call,) = [call for call in index.calls("app.py") if call.lookup is not None]
    steps = [(index.function(function).qualname, index.call("app.py", n).name) for function, n in call.lookup.below]
    assert steps == [("ById.get", "get_one"), ("Repository.get_one", "run"), ("Repository.run", "execute")]
    assert (call.lookup.call, call.lookup.start) == (call.ordinal, call.ordinal)


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("async def f(r: Tenants): await r.get(1)", [("f", "Tenant", ("id",))]),
        ("async def f(r: Users): await r.get(1)", [("f", "User", ("id",))]),
        ("async def f(r: Tenants, u: Users):\n    await u.get(1)\n    await r.get(1)", [("f", "User", ("id",)), ("f", "Tenant", ("id",))]),
        ("async def f(r): await r.get(1)", []),
        ("async def f(r: Repository): await r.get(1)", []),
        ("async def f(a: Tenants, b: Users, x):\n    r = a if x else b\n    await r.get(1)", []),
        (
            "class Service:\n    def __init__(self, r: Tenants): self.r = r\n    async def one(self, id): return await self.r.get(id)",
            [("Service.one", "Tenant", ("id",))],
        ),
        (
            "class Own(Tenants):\n    async def mine(self): return await self.get(1)",
            [("Own.mine", "Tenant", ("id",))],
        ),
        (
            "class Own(Tenants):\n    async def mine(self): return await self.get(1)\nclass Other(Own):\n    model = User",
            [],
        ),
        (
            ("class Kind(Repository, ById):\n    async def mine(self): return await self.get(1)\n"
            "class A(Kind):\n    model = Tenant\nclass B(Kind):\n    model = User\nasync def f(r: B): await r.mine()"),
            [("f", "User", ("id",))],
        ),
    ],
)  # fmt: skip
def test_what_a_method_reads_is_known_by_what_it_is_called_on(code, reads):
    assert lookups(code, textwrap.dedent(REPOSITORY)) == reads


CRUD = """
    from models import *
    class CRUD:
        def __init__(self, model): self.model = model
        def get(self, db, id): return db.query(self.model).filter(self.model.id == id).first()
        def by(self, db, **columns): return db.scalars(select(self.model).filter_by(**columns)).one_or_none()
        def search(self, db, name): return db.query(self.model).filter(getattr(self.model, name) == 1).first()
        def many(self, db): return db.query(self.model).all()
    class Made(CRUD):
        def __init__(self, model, extra):
            super().__init__(model)
    tenants = CRUD(Tenant)
    users = Made(User, 1)
    def make(): return CRUD(Tenant)
"""


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("def f(db): tenants.get(db, 1)", [("f", "Tenant", ("id",))]),
        ("def f(db): users.get(db, id=1)", [("f", "User", ("id",))]),
        ("def f(db): CRUD(User).get(db, 1)", [("f", "User", ("id",))]),
        ("def f(db): make().get(db, 1)", [("f", "Tenant", ("id",))]),
        ("def f(db): tenants.by(db, slug=1)", [("f", "Tenant", ("slug",))]),
        ("def f(db, columns): tenants.by(db, **columns)", []),
        ("def f(db): tenants.search(db, 'name')", []),
        ("def f(db): tenants.many(db)", []),
        ("def f(db, model): CRUD(model).get(db, 1)", []),
        ("def f(db, x):\n    crud = CRUD(User)\n    if x:\n        crud = CRUD(Tenant)\n    crud.get(db, 1)", []),
    ],
)
def test_what_a_constructor_was_given_is_the_model(code, reads):
    assert lookups(code, textwrap.dedent(CRUD)) == reads


def test_a_class_method_reads_the_class_that_it_is_called_on():
    found = lookups(
        """
        class Finds:
            @classmethod
            def find(cls, db, id): return db.query(cls).filter(cls.id == id).first()
            @classmethod
            def by(cls, db, **columns): return db.execute(select(cls).filter_by(**columns)).scalar()
        class Shop(Finds, Base):
            __tablename__ = "shops"
        class Plain(Finds): pass
        def f(db): return Shop.find(db, 1)
        def g(db): return Shop.by(db, slug=1)
        def h(db): return Plain.find(db, 1)
        """
    )
    assert found == [("f", "Shop", ("id",)), ("g", "Shop", ("slug",))]


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("def one(db, model, id): return db.get(model, id)\ndef f(db): one(db, Tenant, 1)", [("f", "Tenant", ("id",))]),
        ("def one(cache, model, id): return cache.get(model, id)\ndef f(db): one(db, Tenant, 1)", []),
        ("def one(db, model, id): return db.get(model, id)\ndef f(db, m): one(db, m, 1)", []),
        (
            "def base(): return select(Tenant)\ndef f(db, s): return db.scalar(base().where(Tenant.slug == s))",
            [("f", "Tenant", ("slug",))],
        ),
        (
            (
                "def run(db, statement): return db.execute(statement)\n"
                "def one(db, s): return run(db, select(Tenant).where(Tenant.slug == s)).scalar_one()\n"
                "def all_(db, s): return run(db, select(Tenant).where(Tenant.slug == s)).scalars().all()\n"
            ),
            [("one", "Tenant", ("slug",))],
        ),
        (
            (
                "def count(db, statement): return db.scalar(statement.with_only_columns(1))\n"
                "def f(db, s): return count(db, select(Tenant).where(Tenant.slug == s))"
            ),
            [],
        ),
        (
            (
                "def either(db, statement, x):\n    r = db.execute(statement)\n    if x:\n        return r.scalar_one()\n    return r.all()\n"
                "def f(db, s): return either(db, select(Tenant).where(Tenant.slug == s), 1)"
            ),
            [],
        ),
    ],
)
def test_functions_that_are_given_the_model_or_the_statement_decide_on_nothing(code, reads):
    assert lookups(code, "from models import *\n") == reads


def test_a_base_statement_of_a_repository_is_of_the_class_that_it_is_called_on():
    code = """
    class Deleted(Repository):
        def base(self):
            statement = select(self.model)
            return statement.where(self.model.deleted_at.is_(None))
        async def by_slug(self, slug): return await self.get_one(self.base().where(self.model.slug == slug))
    class Shops(Deleted):
        model = Tenant
    class Guests(Deleted):
        model = User
    async def f(r: Shops): await r.by_slug("a")
    """
    assert lookups(code, REPOSITORY) == [("f", "Tenant", ("slug",))]


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("crud = FastCRUD(Tenant)\nasync def f(db): await crud.get(db=db, slug=1)", [("f", "Tenant", ("slug",))]),
        ("Kind = FastCRUD[Tenant, int]\ncrud = Kind(Tenant)\nasync def f(db): await crud.get(db, id=1)", [("f", "Tenant", ("id",))]),
        ("async def f(db, m): await FastCRUD(m).get(db, id=1)", []),
        (
            ("class Kind(FastCRUD):\n    async def by_slug(self, db, s): return await self.get(db, slug=s)\n"
            "crud = Kind(Tenant)\nasync def f(db): await crud.by_slug(db, 1)"),
            [("f", "Tenant", ("slug",))],
        ),
    ],
)  # fmt: skip
def test_a_library_object_made_with_a_model_reads_that(code, reads):
    assert lookups(code, "from fastcrud import FastCRUD\nfrom models import *\n") == reads


def test_a_mixin_that_says_what_it_is_mixed_into_reads_through_its_heirs():
    code = """
    from typing import Protocol
    class Likes(Protocol):
        model: type
        async def get_one(self, statement): ...
    class ByName:
        async def named(self: Likes, name): return await self.get_one(select(self.model).where(self.model.name == name))
    class Shops(Repository, ByName):
        model = Tenant
    class Guests(Repository, ByName):
        model = User
    async def f(r: Shops): await r.named("a")
    """
    assert lookups(code, REPOSITORY) == [("f", "Tenant", ("name",))]


# --- Flask-SQLAlchemy ----------------------------------------------------------------------------------------------------

FLASK = """
    from flask_sqlalchemy import SQLAlchemy
    db = SQLAlchemy()
    class Named:
        @classmethod
        def by_slug(cls, slug):
            return cls.query.filter(cls.slug == slug).first()
    class Tenant(Named, db.Model):
        slug = db.Column(db.String)
    class User(db.Model):
        mail = db.Column(db.String)
    class Plain:
        query = None
"""


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("def f(s): return Tenant.query.filter_by(slug=s).first()", [("f", "Tenant", ("slug",))]),
        ("def f(s): return Tenant.query.filter(Tenant.slug == s).one_or_none()", [("f", "Tenant", ("slug",))]),
        ("def f(s):\n    q = Tenant.query.filter_by(slug=s)\n    return q.first()", [("f", "Tenant", ("slug",))]),
        ("def f(i): return Tenant.query.get(i)", [("f", "Tenant", ("id",))]),
        ("def f(i): return Tenant.query.get_or_404(i)", [("f", "Tenant", ("id",))]),
        ("def f(s): return Tenant.by_slug(s)", [("f", "Tenant", ("slug",))]),
        ("def f(s): return Tenant.query.filter_by(slug=s).all()", []),
        ("def f(s): return Plain.query.filter_by(slug=s).first()", []),
        ("def f(request): return request.query.get('slug')", []),
        ("def f(self): return self.query.first()", []),
    ],
)
def test_the_query_of_a_class_is_of_that_class(code, reads):
    text = textwrap.dedent(code)
    index = index_of({"models.py": textwrap.dedent(FLASK), "app.py": f"from models import *\n{text}\n"})
    calls = [call for call in index.calls("app.py") if call.lookup is not None]
    assert [(call.function.qualname, call.lookup.model_name, call.lookup.keys) for call in calls] == reads
