"""What is never reached, because what stands before it certainly raises."""

from __future__ import annotations

import pytest
from index_project import index_of

from atomlint.index.value import Value

SERVICE = """
class Service:
    limit = 10

    def __init__(self):
        self.seen = {}

    def find(self, key):
        return self.seen.get(key)

    async def load(self, key, *, deep=False):
        return key

    def refuse(self):
        raise PermissionError

    @staticmethod
    def parse(text): return text

service = Service()
"""
SESSIONS = """
from contextlib import asynccontextmanager
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_async_engine("postgresql+asyncpg://")
Local = async_sessionmaker(engine)
Old = sessionmaker(engine, class_=AsyncSession)
Sync = sessionmaker()

async def get_db():
    async with Local() as session:
        yield session

@asynccontextmanager
async def opened():
    async with Old() as session:
        yield session

async def get_old():
    async with opened() as session:
        yield session

def get_sync():
    with Sync() as session:
        yield session

async def get_either():
    async with (Local() if engine else Sync()) as session:
        yield session
"""


def unreached(code: str, before: str = SERVICE, **files: str) -> set[str]:
    """Callees of the calls in ``f`` that never run."""
    index = index_of({"app.py": before + code, **{f"{path}.py": text for path, text in files.items()}})
    table = index.table("app.py")
    scope = next(n for n, scope in enumerate(table.facts.scopes) if scope.name == "f")
    return {str(table.facts.calls[call].callee) for call in index.project.calls.raises.unreached("app.py", scope)}


def is_cut(statement: str, before: str = SERVICE, **files: str) -> bool:
    """Whether what follows a statement is never reached."""
    return "after" in unreached(f"async def f(key=None):\n    {statement}\n    after()\n", before, **files)


@pytest.mark.parametrize(
    "statement",
    [
        "service.search(key)",
        "found = service.search(key).first()",
        "send(service.search(key))",
        "send(service.name)",
        "x = service.limits",
        "x = service.limits or 3",
        "x = [1, service.limits]",
        "x = f'{service.limits} at most'",
        "Service().search(key)",
        "Service.search(key)",
        "service.seen_by.get(key)",
        "mine = service\n    mine.search(key)",
    ],
)
def test_an_attribute_that_a_class_has_not_ends_the_way(statement):
    assert is_cut(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "service.find()",
        "service.find(key, 1)",
        "service.find(name=key)",
        "service.find(key, key=key)",
        "await service.load(key, True)",
        "service.parse()",
        "Service(key)",
        "Service.find(key)",
    ],
)
def test_arguments_that_a_function_does_not_take_end_the_way(statement):
    assert is_cut(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "service.find(key)",
        "service.find(*key)",
        "service.find(**key)",
        "await service.load(key, deep=True)",
        "service.parse(key)",
        "Service.find(service, key)",
        "Service()",
        "service.limit",
        "x = key or service.search(key)",
        "x = service.search(key) if key else None",
        "x = key and service.limits",
        "x = 1 < key < service.search(key)",
        "assert key, service.search(key)",
        "x = lambda: service.search(key)",
        "x = [service.search(one) for one in key]",
        "unknown.search(key)",
        "key.search(1)",
    ],
)
def test_what_may_go_well_ends_nothing(statement):
    assert not is_cut(statement)


@pytest.mark.parametrize(
    "written",
    [
        "class Service(Unknown): pass\nservice = Service()",
        "class Service(dict): pass\nservice = Service()",
        "@register\nclass Service: pass\nservice = Service()",
        "class Service(metaclass=Meta): pass\nservice = Service()",
        "class Service:\n    def __getattr__(self, name): return 1\nservice = Service()",
        "class Service:\n    def __new__(cls): return Other()\nservice = Service()",
        "class Service:\n    def __init__(self, **given): self.__dict__.update(given)\nservice = Service()",
        "class Service:\n    def __init__(self, given):\n        for k in given: setattr(self, k, 1)\nservice = Service({})",
        "class Service: pass\nservice = Service()\nservice.search = print",
        "class Service: pass\nservice = Service()\nsetattr(Service, 'search', print)",
        "class Service: pass\nservice = Service()\nfor name in names: setattr(service, name, print)",
        "class Service: pass\nservice = Service()\nservice = wrap(service)",
        "class Service: pass\nservice = Service() if x else other()",
        "class Service: pass\nclass More(Service):\n    def search(self, key): pass\nservice = Service()",
        "try:\n    from services import Service\nexcept ImportError:\n    class Service: pass\nservice = Service()",
        "class Service: pass\nservice = Service()\nfrom other import *",
    ],
)
def test_a_class_of_which_something_is_not_known_may_have_everything(written):
    assert not is_cut("service.search(key)", f"{written}\n", other="x = 1")


def test_who_asks_whether_an_attribute_is_there_knows_more():
    assert not is_cut("if not hasattr(service, 'search'): service.set_up()\n    service.search(key)")


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("if key:\n        service.search()", True),
        ("if key:\n        service.search()\n    else:\n        other()", True),
        ("if key:\n        service.search()\n    else:\n        service.limits()", False),
        ("if key:\n        return None\n    service.search()", False),
        ("for one in key:\n        service.search()", True),
        ("while key:\n        service.search()", True),
        ("try:\n        service.search()\n    except Exception:\n        pass", True),
        ("try:\n        service.search()\n    except Exception:\n        log()", True),
        ("try:\n        service.search()\n    except ValueError:\n        raise", False),
        ("try:\n        service.search()\n    except Exception:\n        raise Http(500)", False),
        (
            "try:\n        service.search()\n    except ValueError:\n        pass\n    except Exception:\n        raise",
            True,
        ),
        ("try:\n        service.search()\n    finally:\n        close()", False),
        ("with unknown():\n        service.search()", True),
        ("with suppress(AttributeError):\n        service.search()", True),
        ("match key:\n        case 1:\n            service.search()", True),
    ],
)
def test_control_goes_on_where_something_takes_the_exception(body, reached):
    before = f"from contextlib import suppress\n{SERVICE}"
    assert is_cut(body, before) is not reached


def test_the_rest_of_a_try_is_not_reached_but_its_handler_and_its_end_are():
    code = """
def f(key):
    first()
    try:
        service.search(key)
        rest()
    except Exception:
        handled()
    finally:
        closed()
    after()
"""
    assert unreached(code) == {"service.search", "rest"}


def test_arguments_of_a_method_that_is_not_there_are_not_evaluated_and_those_of_a_wrong_call_are():
    assert unreached("def f(): service.search(one(), two())") == {"service.search", "one", "two"}
    assert unreached("def f(): service.find(one(), two())") == {"service.find"}


def test_what_a_call_would_have_been_given_to_does_not_run():
    assert unreached("def f(): send(one(), service.search())") == {"send", "service.search"}


@pytest.mark.parametrize(
    ("called", "ends"),
    [
        ("def g(): service.search()", True),
        ("def g():\n    if x: raise A\n    raise B", True),
        ("def g():\n    if x: return 1\n    raise B", False),
        ("def g():\n    yield service.search()", False),
        ("async def g(): service.search()", False),
        ("@retry\ndef g(): service.search()", False),
        ("def g(): h()\ndef h(): service.search()", True),
        ("def g(): return h()\ndef h(): return f() or g()", False),
    ],
)
def test_a_function_that_never_returns_ends_the_way_of_its_caller(called, ends):
    assert is_cut("g()", f"{SERVICE}{called}\n") is ends


def test_a_method_that_heirs_replace_may_return():
    assert is_cut("service.refuse()")
    assert not is_cut("service.refuse()", f"{SERVICE}class Kind(Service):\n    def refuse(self): return 1\n")


@pytest.mark.parametrize("given", ["get_db", "get_old"])
def test_an_asynchronous_session_has_no_query_whatever_the_annotation_says(given):
    code = f"def f(db: Session = Depends({given})):\n    db.query(User).first()\n    after()\n"
    assert unreached(code, SESSIONS) == {"db.query", first_of(code), "after"}


def first_of(code: str) -> str:
    """The callee of ``first`` as the facts write it."""
    table = index_of({"app.py": SESSIONS + code}).table("app.py")
    return next(str(call.callee) for call in table.facts.calls if str(call.callee).endswith(".first"))


@pytest.mark.parametrize("given", ["get_sync", "get_either", "unknown"])
def test_a_session_that_may_be_another_one_has_everything(given):
    assert not unreached(f"def f(db: AsyncSession = Depends({given})):\n    db.query(User)\n    after()\n", SESSIONS)


def test_an_annotation_counts_where_the_callers_that_are_known_give_the_same():
    repository = "class Repository:\n    def __init__(self, db: AsyncSession): self.db = db\n"
    code = "    def f(self):\n        self.db.query(User)\n        after()\n"
    made = "def make(db=Depends(get_db)): return Repository(db)\n"
    assert unreached(repository + code + made, SESSIONS) == {"self.db.query", "after"}
    assert not unreached(repository + code, SESSIONS)
    assert not unreached(repository + code + made + "def other(db): return Repository(db)\n", SESSIONS)


SETTINGS = """
from pydantic_settings import BaseSettings, SettingsConfigDict
class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env"{extra})
    REDIS_URL: str = ""
settings = Settings()
"""


def test_settings_have_the_fields_that_they_name():
    plain = SETTINGS.format(extra="")
    assert is_cut("connect(settings.REDIS_HOST)", plain)
    assert not is_cut("connect(settings.REDIS_URL)", plain)
    assert not is_cut("connect(settings.model_dump())", plain)
    assert not is_cut("connect(settings.REDIS_HOST)", SETTINGS.format(extra=', extra="allow"'))


def test_a_module_has_the_names_that_it_binds():
    before = "import helpers\nimport pack\n"
    files = {
        "helpers": "def find(): pass\ndef more():\n    global kept\n    kept = 1\n",
        "pack/__init__": "",
        "pack/part": "",
    }
    assert is_cut("helpers.search()", before, **files)
    assert not is_cut("helpers.find()", before, **files)
    assert not is_cut("x = helpers.kept", before, **files)
    assert not is_cut("pack.part.search", before, **files)
    assert not is_cut("helpers.search()", before, helpers="def __getattr__(name): return 1", **{"pack/__init__": ""})
    assert not is_cut("helpers.search()", before, helpers="globals().update(x=1)", **{"pack/__init__": ""})
    replaced = "import sys\nsys.modules[__name__] = object()"
    assert not is_cut("helpers.search()", before, helpers=replaced, **{"pack/__init__": ""})


def test_a_file_beside_that_is_named_like_a_standard_module_is_not_meant():
    files = {
        "app/__init__.py": "",
        "app/time.py": "x = 1",
        "app/use.py": "import time\ndef f():\n    time.time()\n    g()\n",
    }
    index = index_of(files)
    assert not index.project.calls.raises.unreached("app/use.py", 1)


def test_nothing_behind_it_is_reached_by_a_request():
    code = f"""
from fastapi import FastAPI
import redis
app = FastAPI()
client = redis.Redis()
{SERVICE}
def behind(): client.get("a")
@app.get("/")
def f(key):
    client.get("b")
    service.search(key)
    client.get("c")
    behind()
"""
    project = index_of({"app.py": code}).project
    table = project.linker.table("app.py")
    behind = next(n for n, scope in enumerate(table.facts.scopes) if scope.name == "behind")
    assert Value("def", "app.py", behind) not in project.reach.reached
    found = [call for f, call in project.reached_calls() if project.effects.remote(f.place, call) is not None]
    assert [table.facts.calls[call].args for call in found] == [["'b"]]


MAPPED = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, Session, declarative_base, relationship

Base = declarative_base()

class Named:
    label = Column(String)

class Shop(Base):
    __tablename__ = "shops"
    id = Column(Integer, primary_key=True)
    note: Mapped[str]
    sales = relationship("Sale", backref="shop")

class Sale(Named, Base):
    __tablename__ = "sales"
    id = Column(Integer, primary_key=True)
    shop_id = Column(ForeignKey("shops.id"))

    def total(self): ...

session = Session()
"""


@pytest.mark.parametrize(
    "statement",
    [
        "session.query(Sale).filter(Sale.buyer_id == key).all()",
        "session.query(Sale.buyer_id).all()",
        "session.query(Sale).filter_by(buyer_id=key).all()",
        "session.query(Sale).filter(Sale.id == key).order_by(Sale.id).filter_by(buyer_id=key).all()",
        "rows = [Sale.buyer_id, Sale.id]",
    ],
)
def test_a_query_by_a_column_that_a_mapped_class_has_not_ends_the_way(statement):
    assert is_cut(statement, MAPPED)


@pytest.mark.parametrize(
    "statement",
    [
        "session.query(Sale).filter(Sale.shop_id == key, Sale.label == key).all()",
        "session.query(Sale).filter_by(shop=key, id=1).all()",
        "session.query(Shop).filter_by(note=key, sales=None).all()",
        "session.query(Sale).join(Shop).filter_by(note=key).all()",
        "session.query(Sale, Shop).filter_by(note=key).all()",
        "rows = [Sale.metadata, Sale.__table__, Sale.total]",
        "session.query(Sale).first().buyer_id",
    ],
)
def test_a_mapped_class_has_what_its_bases_relationships_and_library_give_it(statement):
    assert not is_cut(statement, MAPPED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("declarative_base()", "declarative_base(cls=Named)"),
        ('__tablename__ = "sales"', "__table__ = sales"),
        ('__tablename__ = "sales"', '__table_args__ = {"autoload": True}'),
        ('backref="shop"', "backref=shop_of()"),
        ("session = Session()", "Sale.buyer_id = Column(Integer)"),
        ("class Sale(Named, Base)", "class Sale(Unknown, Base)"),
    ],
)
def test_one_of_which_not_all_is_known_may_have_any_column(old, new):
    assert old in MAPPED
    changed = MAPPED.replace(old, new) + "\nsession = Session()\n"
    assert not is_cut("session.query(Sale).filter(Sale.buyer_id == key).all()", changed)


@pytest.mark.parametrize(
    ("body", "reached"),
    [
        ("return before()\n    after()", {"before"}),
        ("raise ValueError(before())\n    after()", {"ValueError", "before"}),
        ("if key:\n        return before()\n        never()\n    after()", {"before", "after"}),
        ("try:\n        return before()\n        never()\n    finally:\n        after()", {"before", "after"}),
        ("for one in key:\n        before()\n        break\n    after()", {"before", "after"}),
        ("if key:\n        return before()\n    return after()", {"before", "after"}),
    ],
)
def test_what_a_block_does_behind_its_own_return_is_not_reached(body, reached):
    calls = {"before", "after", "never", "ValueError"}
    code = f"def f(key):\n    {body}\n"
    assert {name for name in calls if f"{name}(" in code} - unreached(code, "") == reached
