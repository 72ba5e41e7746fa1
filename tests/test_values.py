"""What an expression can be: through names, imports, classes, factories, attributes, parameters, and in circles."""

from __future__ import annotations

import pytest
from index_project import index_of

from atomlint.index.value import Value

CLIENT = "import redis\nclient = redis.Redis()\n"
REDIS = {"redis.client.Redis()"}


def values(files: dict[str, str], path: str = "app.py") -> set[str]:
    """What the last assignment to ``x`` of a file can be: library names as they are, of the project ``kind path:name``."""
    index = index_of(files)
    linker = index.project.linker
    assign = [a for a in linker.table(path).facts.assigns if a.target == "x"][-1]
    found = set()
    for value in linker.values.assigned(path, assign):
        if value.kind in ("ext", "const"):
            found.add(value.place)
        else:
            name = linker.table(value.place).qualname(value.scope) if value.place.endswith(".py") else ""
            found.add(f"{value.kind} {value.place}" + (f":{name}" if name else ""))
    return found


def of(code: str, **files: str) -> set[str]:
    return values({"app.py": code, **{f"{path}.py": text for path, text in files.items()}})


# --- names and imports -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import redis\nx = redis.Redis", {"redis.Redis"}),
        ("import redis\nx = redis.Redis()", REDIS),
        ("import redis as r\nx = r.from_url('')", REDIS),
        ("import redis\nwith redis.Redis().client() as x: pass", REDIS),
        (
            "import redis.asyncio as r\nasync def f():\n  async with r.from_url('').client() as x: pass",
            {"redis.asyncio.client.Redis()"},
        ),
        ("from redis import Redis as R\nx = R(host='a')", REDIS),
        ("from redis.asyncio import from_url\nx = from_url('')", {"redis.asyncio.client.Redis()"}),
        ("import a.b.c\nx = a.b.c.d()", {"a.b.c.d()"}),
        ("import a.b as b\nx = b.c", {"a.b.c"}),
        ("try:\n  import orjson as json\nexcept ImportError:\n  import json\nx = json.loads", {"orjson.loads", "json.loads"}),
        ("import redis\ny = redis.Redis()\nz = y\nx = z", REDIS),
        ("x = 'text'", {"'text"}),
        ("x = None", set()),
        ("import a, b\nx = a.f() or b.g()", {"a.f()", "b.g()"}),
        ("import a, b\nx = a.f() if t else b.g()", {"a.f()", "b.g()"}),
        ("import a\nx = a.f().g(1).h", {"a.f().g().h"}),
        ("import a\nx = a.f()['k']", {"a.f()[]"}),
        ("import a\nTABLE = {'k': a.f, 'l': a.g}\nx = TABLE[k]", {"a.f", "a.g"}),
        ("import a\nTABLE = [a.f, a.g]\nx = TABLE[0]()", {"a.f()"}),
        ("import a\ny, x = a.f(), a.g()", {"a.g()"}),
        ("import a\nx = (y := a.f())", {"a.f()"}),
        ("import a\nwith a.f() as x: pass", {"a.f()"}),
        ("import a, contextlib\nwith contextlib.closing(a.f()) as x: pass", {"a.f()"}),
        ("import a, typing\nx = typing.cast('Client', a.f())", {"a.f()"}),
        ("x = unknown.thing()", set()),
    ],
)  # fmt: skip
def test_names_lead_to_what_they_were_bound_to(code, found):
    assert of(code) == found


def test_an_import_in_a_function_counts_in_it_alone():
    code = "def f():\n    import redis\n    x = redis.Redis()\ndef g():\n    redis.Redis()"
    assert of(code) == REDIS
    assert index_of({"app.py": code}).project.linker.values.callee("app.py", 1) == frozenset()


@pytest.mark.parametrize(
    ("app", "files"),
    [
        ("from core.cache import client\nx = client", {"core/cache": CLIENT}),
        ("import core.cache\nx = core.cache.client", {"core/cache": CLIENT}),
        ("from core import cache\nx = cache.client", {"core/cache": CLIENT}),
        ("from core import cache as c\nx = c.client", {"core/__init__": "", "core/cache": CLIENT}),
        ("from core import client\nx = client", {"core/__init__": "from .cache import client", "core/cache": CLIENT}),
        ("from core import kept\nx = kept", {"core/__init__": "from .cache import client as kept", "core/cache": CLIENT}),
        ("from core import client\nx = client", {"core/__init__": "from core.cache import *", "core/cache": CLIENT}),
        ("from core import *\nx = client", {"core/__init__": "from .cache import *", "core/cache": CLIENT}),
        ("from core import *\nx = _client",
         {"core": "import redis\n__all__ = ['_client']\n_client = redis.Redis()"}),
        ("from core import get\nx = get()", {"core": f"{CLIENT}def get():\n    return client"}),
        ("import core\nx = core.get()", {"core": f"{CLIENT}def get():\n    global client\n    return client"}),
    ],
)  # fmt: skip
def test_imports_lead_through_packages_and_re_exports(app, files):
    assert of(app, **files) == REDIS


def test_a_name_that_a_module_binds_anew_is_for_others_what_it_is_in_the_end():
    base = "def f(): pass\ndef g(): pass"
    assert of("from core import f\nx = f", core="from base import f\nprint()\ndef f(): pass", base=base) == {
        "def core.py:f"
    }
    assert of("import core\nx = core.f", core="def f(): pass\nprint()\nfrom base import f", base=base) == {
        "def base.py:f"
    }
    either = "try:\n    from base import f\nexcept ImportError:\n    def f(): print()"
    assert of("from core import f\nx = f", core=either, base=base) == {"def base.py:f", "def core.py:f"}


@pytest.mark.parametrize("core", [f"__all__ = ['other']\n{CLIENT}", CLIENT.replace("client", "_client")])
def test_a_star_import_brings_only_what_is_exported(core):
    assert of("from core import *\nx = client or _client", core=core) == set()


def test_a_function_and_a_class_are_themselves():
    assert of("def f(): pass\nx = f") == {"def app.py:f"}
    assert of("class A: pass\nx = A") == {"def app.py:A"}
    assert of("from core import A\nx = A()", core="class A: pass") == {"inst core.py:A"}
    assert of("import core\nx = core", core="") == {"module core.py"}


def test_what_could_be_too_many_things_is_nothing():
    code = "import a\n" + "".join(f"if t{n}: y = a.f{n}()\n" for n in range(9)) + "x = y"
    assert of(code) == set()


# --- classes and instances ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "class A:\n    def __init__(self):\n        self.c = redis.Redis()\nx = A().c",
        "class A:\n    def connect(self):\n        self.c = redis.Redis()\n    def use(self):\n        x = self.c",
        "class A:\n    c = redis.Redis()\nx = A().c",
        "class A:\n    c = redis.Redis()\nx = A.c",
        "class A:\n    c: redis.Redis\nx = A().c",
        "class A:\n    def __init__(self):\n        self.c = None\n        self.c = redis.Redis()\nx = A().c",
        "class A:\n    @property\n    def c(self): return redis.Redis()\nx = A().c",
        "class A:\n    @functools.cached_property\n    def c(self): return redis.Redis()\nx = A().c",
        "class A:\n    def get(self): return redis.Redis()\nx = A().get()",
        "class B:\n    def get(self): return redis.Redis()\nclass A(B): pass\nx = A().get()",
        "class B:\n    def __init__(self): self.c = redis.Redis()\nclass A(B):\n    def m(self):\n        x = self.c",
        "class A:\n    def m(self):\n        def inner():\n            x = self.c\n        self.c = redis.Redis()",
        "class A:\n    @classmethod\n    def make(cls): return cls()\n    def get(self): return redis.Redis()\nx = A.make().get()",
        "class A:\n    @staticmethod\n    def get(): return redis.Redis()\nx = A.get()",
        "class A:\n    def __call__(self): return redis.Redis()\na = A()\nx = a()",
        "class A:\n    def __enter__(self): return redis.Redis()\nwith A() as x: pass",
        "class A:\n    async def __aenter__(self): return redis.Redis()\nasync def f():\n    async with A() as x: pass",
        ("class A:\n    def __getattr__(self, name): return getattr(self._c, name)\n"
        "    def __init__(self): self._c = B()\nclass B:\n    def get(self): return redis.Redis()\nx = A().get()"),
        "class A:\n    def get(self): return redis.Redis()\nx = getattr(A(), 'get')()",
        "class A:\n    def __init__(self): self.c = redis.Redis()\na = A()\nx = getattr(a, 'c', None)",
        ("class A:\n    _instance = None\n    def __new__(cls):\n        if cls._instance is None:\n"
        "            cls._instance = super().__new__(cls)\n            cls._instance.c = redis.Redis()\n        return cls._instance\n"
        "x = A().c"),
        ("class A:\n    c = None\n    @classmethod\n    def get(cls):\n        if cls.c is None: cls.c = redis.Redis()\n"
        "        return cls.c\nx = A.get()"),
        "_c = None\ndef get():\n    global _c\n    if _c is None: _c = redis.Redis()\n    return _c\nx = get()",
        "def get():\n    with make() as c:\n        yield c\ndef make(): return redis.Redis()\nfor x in (get(),): pass\nx = get()",
        "async def get() -> redis.Redis: ...\nasync def f():\n    x = await get()",
        "def get() -> 'redis.Redis | None': ...\nx = get()",
        "class B(Generic[T]):\n    def get(self): return redis.Redis()\nclass A(B[int]): pass\nx = A().get()",
        "class A:\n    class B:\n        def get(self): return redis.Redis()\nx = A.B().get()",
        "get = lambda: redis.Redis()\nx = get()",
    ],
)  # fmt: skip
def test_a_client_is_found_behind_what_programs_put_around_it(body):
    assert of(f"import functools, redis\n{body}") == REDIS


def test_methods_of_a_librarys_class_are_the_librarys():
    assert of("import redis\nclass A(redis.Redis):\n    def m(self):\n        x = self.get") == {
        "redis.client.Redis().get"
    }
    assert of("import redis\nclass A(redis.Redis):\n    def get(self): pass\nx = A().get") == {"def app.py:A.get"}
    code = "import redis\nclass A(redis.Redis):\n    def get(self):\n        x = super().get()"
    assert of(code) == {"redis.client.Redis().get()"}


def test_super_is_the_next_class():
    code = "import redis\nclass B:\n    def get(self): return redis.Redis()\nclass A(B):\n    def get(self):\n        x = super().get()"
    assert of(code) == REDIS


def test_a_setter_is_not_what_a_property_returns():
    code = "import redis\nclass A:\n    @property\n    def c(self): return redis.Redis()\n    @c.setter\n    def c(self, v): pass\nx = A().c"
    assert of(code) == REDIS


@pytest.mark.parametrize(
    "made",
    [
        "app.add_middleware(Limit, client=redis.Redis())",
        "app.add_middleware(Limit, redis.Redis())",
        "app = Starlette(middleware=[Middleware(Limit, client=redis.Redis())])",
        "app.add_middleware(Limit, **{'client': redis.Redis()})",
    ],
)
def test_a_middleware_is_made_with_what_is_given_after_its_class(made):
    code = """
import redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
app = Starlette()
class Limit:
    def __init__(self, app, client=None):
        self.app = app
        self.client = client
    async def __call__(self, scope, receive, send):
        x = self.{attribute}
{made}
"""
    assert of(code.format(attribute="client", made=made)) == REDIS
    assert of(code.format(attribute="app", made=made)) == set()


def test_a_middleware_is_not_made_with_what_another_one_is_given():
    code = "import redis\nclass A:\n    def __init__(self, app, client): self.client = client\n    def f(self):\n        x = self.client\n"
    assert of(f"{code}class B: pass\napp.add_middleware(B, client=redis.Redis())") == set()
    assert of(f"{code}add(A, client=redis.Redis())") == set()


# --- parameters --------------------------------------------------------------------------------------------------------

HEAD = "import redis\nfrom typing import Annotated, Optional\nfrom fastapi import Depends\ndef get(): return redis.Redis()\n"


@pytest.mark.parametrize(
    "function",
    [
        "def f(c: redis.Redis):\n    x = c",
        "def f(c: 'redis.Redis'):\n    x = c",
        "def f(c: Optional[redis.Redis] = None):\n    x = c",
        "def f(c: 'Optional[redis.Redis]' = None):\n    x = c",
        "def f(c: redis.Redis | None):\n    x = c",
        "def f(c: Annotated[redis.Redis, 'the cache']):\n    x = c",
        "def f(c=Depends(get)):\n    x = c",
        "def f(c: object = Depends(dependency=get)):\n    x = c",
        "def f(c: Annotated[object, Depends(get)]):\n    x = c",
        "Dep = Annotated[object, Depends(get)]\ndef f(c: Dep):\n    x = c",
        "def f(c=redis.Redis()):\n    x = c",
        "def f(c):\n    x = c\nf(get())",
        "def f(a, c=None):\n    x = c\nf(1, c=redis.Redis())",
        "class A:\n    def __init__(self, c): self.c = c\n    def m(self):\n        x = self.c\nA(redis.Redis())",
        "class A:\n    def m(self, c):\n        x = c\nA().m(get())",
        "class A:\n    def __init__(self, c):\n        x = c\n    @classmethod\n    def make(cls): return cls(get())",
        "class A:\n    def __init__(self, c):\n        x = c\n    @classmethod\n    def make(cls): return cls(c=get())",
        "class A:\n    def __init__(self, c=Depends(get)): self.c = c\n    def m(self):\n        x = self.c",
        "async def make():\n    yield redis.Redis()\ndef f(c=Depends(make)):\n    x = c",
        "class Box:\n    def __call__(self): return redis.Redis()\nbox = Box()\ndef f(c=Depends(box)):\n    x = c",
    ],
)
def test_a_parameter_is_what_is_injected_annotated_or_passed(function):
    assert of(HEAD + function) == REDIS


def test_a_base_without_attributes_hides_neither_heirs_nor_annotations():
    """What a registry returns is what its getter is annotated with, when the registry's own classes do not say."""
    code = """
import redis
from abc import ABC
from typing import Generic, TypeVar
T = TypeVar("T")
class Context(ABC, Generic[T]):
    _instance = None
    def get(self) -> T:
        if self._instance is None:
            self._instance = self.start()
        return self._instance
class Registry:
    def of(self, name: str):
        return self.contexts[name].get()
    def context(self, name: str) -> Context:
        return self.contexts[name]
registry = Registry()
def client() -> redis.Redis:
    return registry.context("redis").get()
x = client()
"""
    assert of(code) == REDIS
    assert of("from abc import ABC\nclass A(ABC):\n    pass\nx = A().nothing") == set()


MODELS = """
from django.db import models
from sqlalchemy import func, select
from sqlalchemy.orm import Session, declarative_base
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
class Org(models.Model):
    name = models.TextField()
class Plain:
    pass
def session() -> Session: ...
db = session()
"""


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("x = db.query(User).filter(User.id == 1).first()", {"inst app.py:User"}),
        ("x = db.execute(select(User).where(User.id == 1)).scalar_one_or_none()", {"inst app.py:User"}),
        ("q = select(User)\nq = q.where(User.id == 1)\nx = db.scalars(q).first()", {"inst app.py:User"}),
        ("x = db.get(User, 1)", {"inst app.py:User"}),
        ("x = Org.objects.filter(id=1).select_related('owner').first()", {"inst app.py:Org"}),
        ("x = Org.objects.create(name='a')", {"inst app.py:Org"}),
    ],
)
def test_the_one_row_of_a_query_is_of_the_class_that_it_names(code, found):
    assert of(MODELS + code) == found


@pytest.mark.parametrize(
    "code",
    [
        "x = db.query(User.id, User.name).first()",
        "x = db.execute(select(func.count())).scalar_one()",
        "x = Org.objects.values('name').first()",
        "x = {}.get(User, 1)",
    ],
)
def test_what_is_no_whole_row_is_of_no_class(code):
    assert not any(name.startswith("inst ") for name in of(MODELS + code))


def test_who_calls_is_of_the_class_that_the_settings_or_the_loader_name():
    django = {
        "settings.py": "AUTH_USER_MODEL = 'people.Person'",
        "people/models.py": "from django.contrib.auth.models import AbstractUser\nclass Person(AbstractUser):\n    pass",
        "app.py": "def view(request):\n    x = request.user",
    }
    assert values(django) == {"inst people/models.py:Person"}
    assert values({**django, "app.py": "class V:\n    def get(self):\n        x = self.request.user"}) == {
        "inst people/models.py:Person"
    }
    flask = """
from flask_login import LoginManager, current_user
class User:
    def seen(self):
        return self
manager = LoginManager()
@manager.user_loader
def load(number):
    return User()
x = current_user.seen()
"""
    assert of(flask) == {"inst app.py:User"}
    assert of("def view(request):\n    x = request.user") == set()


def test_a_class_found_by_its_name_is_what_the_getter_is_annotated_with():
    code = """
class Robot: pass
class Tall(Robot): pass
class Small(Robot): pass
def made(module, name) -> Robot:
    kind = getattr(module, name)
    return kind()
x = made(robots, name)
"""
    assert of(code) == {"inst app.py:Robot"}


def test_depends_without_a_function_takes_the_annotation():
    assert of(HEAD + "class A: pass\ndef f(a: A = Depends()):\n    x = a") == {"inst app.py:A"}
    assert of(HEAD + "class A: pass\ndef f(a: Annotated[A, Depends()]):\n    x = a") == {"inst app.py:A"}


def test_an_injected_alias_may_come_from_another_module():
    deps = HEAD + "Dep = Annotated[object, Depends(get)]"
    assert of("from deps import Dep\ndef f(c: Dep):\n    x = c", deps=deps) == REDIS


@pytest.mark.parametrize("annotation", ["list[redis.Redis]", "dict[str, redis.Redis]", "'list[redis.Redis]'", "str"])
def test_a_container_promises_nothing_of_what_it_holds(annotation):
    assert of(f"{HEAD}def f(c: {annotation}):\n    x = c") == set()


def test_self_is_an_instance_and_cls_the_class():
    assert of("class A:\n    def m(self):\n        x = self") == {"inst app.py:A"}
    assert of("class A:\n    @classmethod\n    def m(cls):\n        x = cls") == {"def app.py:A"}


def test_a_loop_over_an_annotated_dict_gives_its_keys_and_a_look_up_its_values():
    head = (
        f"{CLIENT}class Loop: pass\nclients: dict[Loop, redis.Redis] = {{}}\ndef keep(loop): clients[loop] = client\n"
    )
    assert of(f"{head}for key in clients:\n    x = key") == {"inst app.py:Loop"}
    assert of(f"{head}def f(loop):\n    x = clients[loop]") == REDIS
    assert of(f"{head}for key, value in clients.items():\n    x = value") == REDIS


# --- circles -----------------------------------------------------------------------------------------------------------

CIRCLES = [
    {"app.py": "x = y\ny = x"},
    {"app.py": "def f(): return f()\nx = f()"},
    {"app.py": "def f(): return g()\ndef g(): return f()\nx = f()"},
    {"app.py": "class A(A): pass\nx = A().b"},
    {"app.py": "class A(B): pass\nclass B(A): pass\nx = A().b"},
    {"app.py": "from core import x", "core.py": "from app import x"},
    {"app.py": "from core import *\nx = y", "core.py": "from app import *"},
    {"app.py": "from core import *\nx = y", "core.py": "from core import *"},
    {"app.py": "def f(a): return f(a)\nx = f(x)"},
    {
        "app.py": "class A:\n    def m(self): return self.n\n    @property\n    def n(self): return self.m()\nx = A().m()"
    },
    {"app.py": "class A:\n    def __getattr__(self, k): return getattr(self, k)\nx = A().b"},
    {"app.py": "x = [x]\nx = x[0]"},
    {"app.py": "x = x.y.z"},
    {"app.py": "import tasks\ndef f(c: tasks.health):\n    x = c", "tasks.py": "from tasks import health"},
    {"app.py": "from tasks import health\ndef f(c: health):\n    x = c", "tasks.py": "from tasks import health"},
    {"app.py": "from a import T\ndef f(c: T):\n    x = c", "a.py": "from b import T", "b.py": "from a import T"},
]


@pytest.mark.parametrize("files", CIRCLES)
def test_definitions_that_go_round_in_circles_end_in_nothing(files):
    files = {"app.py": "", **files}
    if "x =" not in files["app.py"]:
        files["app.py"] += "\nx = x"
    assert values(files) == set()


def test_a_circle_with_a_way_out_takes_it():
    code = "import redis\ndef f(n):\n    if n: return f(n - 1)\n    return redis.Redis()\nx = f(3)"
    assert of(code) == REDIS
    code = "import redis\ndef f(): return g() or redis.Redis()\ndef g(): return f()\ny = g()\nx = f()"
    assert of(code) == REDIS


def test_an_answer_does_not_depend_on_what_was_asked_first():
    code = "import redis\ndef f(): return g() or redis.Redis()\ndef g(): return h()\ndef h(): return f()\na = f()\nb = g()\nc = h()\n"
    for first in "abc":
        assert of(f"{code}y = {first}\nx = a") == REDIS
        assert of(f"{code}y = {first}\nx = b") == REDIS
        assert of(f"{code}y = {first}\nx = c") == REDIS


# --- containers, hierarchies and what is handed on ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import a\nT = {'k': a.f, 'l': a.g}\nx = T['l']", {"a.g"}),
        ("import a\nT = {'k': a.f}\nx = T.get('k')", {"a.f"}),
        ("import a\nT = {'k': a.f}\nx = T.get(k, a.g)", {"a.f", "a.g"}),
        ("import a\nT = {'k': {'l': a.f, 'm': a.g}}\nx = T['k']['m']", {"a.g"}),
        ("import a\nT = {}\nT['k'] = a.f\nT['l'] = a.g\nx = T['k']", {"a.f"}),
        ("import a\nT = {'k': a.f}\nT.update({'l': a.g})\nx = T['l']", {"a.g"}),
        ("import a\nT = {**{'k': a.f}, 'l': a.g}\nx = T['k']", {"a.f"}),
        ("import a\nT = []\nT.append(a.f)\nfor x in T: pass", {"a.f"}),
        ("import a\nT = [a.f, a.g]\nx = T[-1]", {"a.g"}),
        ("import a\ndef pair(): return a.f, a.g\ny, x = pair()", {"a.g"}),
        ("import a\nx = [a.f(n) for n in b][0]", {"a.f()"}),
        ("import a, functools\nx = functools.partial(a.f, 1)()", {"a.f()"}),
        ("import a\ndef each():\n    yield a.f()\nfor x in each(): pass", {"a.f()"}),
        ("import a\ndef same(v): return v\nsame(a.g())\nx = same(a.f())", {"a.f()"}),
        ("import a\nclass B:\n    def __init__(self): self.t = {'k': a.f, 'l': a.g}\n    def m(self):\n        x = self.t['k']",
         {"a.f"}),
        ("import a\ndef m(items: list[a.Client]):\n    for x in items: pass", {"a.Client()"}),
        ("import a\nclass B:\n    items: dict[str, a.Client]\n    def m(self, k):\n        x = self.items[k]", {"a.Client()"}),
    ],
)  # fmt: skip
def test_elements_are_what_was_put_in(code, found):
    assert of(code) == found


def test_a_table_of_another_module_is_read_by_key():
    assert of("from core import T\nx = T['k']", core="import a\nT = {'k': a.f, 'l': a.g}") == {"a.f"}
    assert of("import core\nx = core.T['k']", core="import a\nT = {'k': a.f, 'l': a.g}") == {"a.f"}


def test_bases_are_ordered_as_python_orders_them():
    code = (
        "import a\nclass T:\n    def m(self): return a.t()\nclass L(T): pass\nclass R(T):\n    def m(self): return a.r()\n"
        "class B(L, R): pass\nx = B().m()"
    )
    assert of(code) == {"a.r()"}


def test_a_mixin_sees_what_its_heirs_hold():
    code = (
        "import redis\nclass Mixin:\n    def m(self):\n        x = self.client\n"
        "class A(Mixin):\n    def __init__(self): self.client = redis.Redis()"
    )
    assert of(code) == REDIS


def test_a_constructor_is_given_what_its_heirs_pass_on():
    code = (
        "import redis\nclass Base:\n    def __init__(self, c): self.c = c\n    def m(self):\n        x = self.c\n"
        "class A(Base):\n    def __init__(self):\n        super().__init__(redis.Redis())\n"
    )
    assert of(code) == REDIS


@pytest.mark.parametrize("call", ["Box(redis.Redis())", "Box(client=redis.Redis())"])
def test_a_field_is_what_instances_are_given(call):
    code = f"import redis\nfrom dataclasses import dataclass\n@dataclass\nclass Box:\n    client: object\n{call}\nx = Box(1).client"
    assert of(code) == REDIS


# --- edges -------------------------------------------------------------------------------------------------------------


def edges(code: str, function: str) -> set[tuple[str, str, str]]:
    """(kind, callee, certainty) of the edges that leave a function."""
    project = index_of({"app.py": code}).project
    table = project.linker.table("app.py")
    (scope,) = [n for n in range(len(table.facts.scopes)) if table.qualname(n) == function]
    found = project.calls.edges(Value("def", "app.py", scope))
    return {(edge.kind, table.qualname(edge.target.scope), edge.certainty) for edge in found}


def test_an_edge_says_whether_it_is_one_of_several():
    code = "def a(): pass\ndef b(): pass\ndef f(t):\n    g = a if t else b\n    g()\n    a()"
    assert edges(code, "f") == {("call", "a", "union"), ("call", "b", "union"), ("call", "a", "proven")}


def test_an_abstract_method_stands_for_those_of_heirs():
    code = (
        "class B:\n    def run(self): self.step()\n    def step(self): raise NotImplementedError\n"
        "class C(B):\n    def step(self): pass\nclass D(B):\n    def step(self): pass\n"
    )
    assert edges(code, "B.run") == {
        ("call", "B.step", "proven"),
        ("call", "C.step", "union"),
        ("call", "D.step", "union"),
    }


def test_a_property_that_is_read_and_a_context_that_is_entered_are_called():
    code = (
        "class A:\n    @property\n    def p(self): pass\n    def __enter__(self): return self\n    def __exit__(self, *e): pass\n"
        "def f(a: A):\n    with a:\n        a.p.go()\n"
    )
    assert edges(code, "f") == {("protocol", f"A.{name}", "proven") for name in ("p", "__enter__", "__exit__")}


def test_a_function_handed_through_others_is_called():
    code = "def run(fn): again(fn)\ndef again(fn):\n    def inner(): fn()\n    inner()\ndef job(): pass\ndef f(): run(job)\n"
    assert ("carried", "job", "proven") in edges(code, "f")


def test_a_default_and_an_alias_of_another_file_are_each_looked_up_in_their_own_file():
    files = {
        "app.py": "from deps import Client\nfrom fastapi import Depends\ndef a(): ...\ndef b(): ...\n"
        "def f(first=Depends(a), c: Client = Depends(b)):\n    x = c\n",
        "deps.py": "import redis\nfrom typing import Annotated\nClient = Annotated[redis.Redis, 1]\n",
    }
    assert values(files) == REDIS
    files["app.py"] = files["app.py"].replace("first=Depends(a), c: Client = Depends(b)", "c: Client")
    files["deps.py"] += (
        "from fastapi import Depends\ndef get(): return redis.Redis()\nClient = Annotated[object, Depends(get)]\n"
    )
    assert values(files) == REDIS


# --- annotations that lead back to themselves ----------------------------------------------------------------------------


def test_a_type_that_names_itself_promises_what_else_it_names():
    code = "import redis\nfrom typing import Union\nKept = Union[redis.Redis, list, 'Kept']\ndef f(k: Kept):\n  x = k"
    assert of(code) == REDIS


def test_types_that_name_each_other_promise_what_either_names():
    code = "import redis\nfrom typing import Union\nA = Union['B', None]\nB = Union['A', redis.Redis]\ndef f(a: A):\n  x = a"
    assert of(code) == REDIS


def test_a_package_that_imports_from_itself_promises_nothing():
    app = "from shop.tasks import Cache\ndef f(c: Cache):\n  x = c"
    assert (
        values({"shop/__init__.py": "", "shop/tasks/__init__.py": "from shop.tasks import Cache\n", "app.py": app})
        == set()
    )


# --- long ways -----------------------------------------------------------------------------------------------------------


def chain(links: int) -> str:
    """Functions of which each hands on what the next one gives; the last one makes a client."""
    steps = [f"def f{n}():\n  made = f{n + 1}()\n  return made" for n in range(links)]
    return "\n".join(["import redis", *steps, f"def f{links}():\n  return redis.Redis()", "x = f0()"])


def test_a_long_way_is_gone_to_its_end():
    assert of(chain(150)) == REDIS


def test_of_a_way_without_end_nothing_is_known():
    assert of(chain(3000)) == set()


# --- classes that are handed on ----------------------------------------------------------------------------------------

CHECKS = """
class Check:
    def __init__(self, request): ...

class Admin(Check): ...

class Owner(Check): ...
"""


@pytest.mark.parametrize(
    ("annotation", "found"),
    [
        ("", {"inst app.py:Admin", "inst app.py:Owner"}),
        (": list", {"inst app.py:Admin", "inst app.py:Owner"}),
        (": typing.List", {"inst app.py:Admin", "inst app.py:Owner"}),
        (": typing.Sequence[typing.Any]", {"inst app.py:Admin", "inst app.py:Owner"}),
        (": list[type]", {"inst app.py:Admin", "inst app.py:Owner"}),
        (": list | None = None", {"inst app.py:Admin", "inst app.py:Owner"}),
        (": list[type[Check]]", {"inst app.py:Check"}),
        (": typing.List[typing.Type[Check]]", {"inst app.py:Check"}),
        (': list["type[Check]"]', {"inst app.py:Check"}),
    ],
)
def test_a_list_of_classes_is_looped_over_whatever_its_annotation_leaves_open(annotation: str, found: set[str]) -> None:
    code = f"""
class Checks:
    def __init__(self, classes{annotation}):
        self.classes = classes

    def run(self, request):
        for cls in self.classes:
            x = cls(request)

Checks([Admin, Owner])
"""
    assert of(f"import typing\n{CHECKS}{code}") == found


@pytest.mark.parametrize("annotation", ["type[Check]", "typing.Type[Check]", "typing.Type['Check']", "'type[Check]'"])
def test_an_annotation_may_promise_a_class_itself(annotation: str) -> None:
    assert of(f"import typing\n{CHECKS}\ndef f(cls: {annotation}):\n    x = cls\n") == {"def app.py:Check"}
    assert of(f"import typing\n{CHECKS}\ndef f(cls: {annotation}):\n    x = cls(1)\n") == {"inst app.py:Check"}


def test_a_class_of_a_library_that_an_annotation_promises_is_made_where_it_is_called() -> None:
    code = "import redis\n\ndef f(cls: type[redis.Redis]):\n    {}\n"
    assert of(code.format("x = cls")) == {"redis.Redis"}
    assert of(code.format("x = cls()")) == REDIS


@pytest.mark.parametrize(
    ("bases", "found"), [("Check", {"inst app.py:Check"}), ("object", set())], ids=["one base", "nothing in common"]
)
def test_more_classes_than_can_be_told_apart_are_what_they_have_in_common(bases: str, found: set[str]) -> None:
    many = "".join(f"class Check{n}({bases}): ...\n\nChecks([Check{n}])\n" for n in range(20))
    code = """
class Checks:
    def __init__(self, classes):
        self.classes = classes

    def run(self, request):
        for cls in self.classes:
            x = cls(request)
"""
    assert of(f"{CHECKS}{code}\n{many}") == found


@pytest.mark.parametrize("field", ["redis: redis.Redis", "other: str\n    redis: redis.Redis"])
def test_a_field_may_have_the_name_of_the_module_that_its_annotation_names(field: str) -> None:
    code = f"import redis\n\nclass Config:\n    {field}\n\nclass More(Config): ...\n\ndef f(config: More):\n    x = config.redis\n"
    assert of(code) == REDIS
