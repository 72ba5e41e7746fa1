"""What something outside calls, what that reaches, and along which calls."""

from __future__ import annotations

import pytest
from index_project import index_of

from atomlint.index.value import Value

FASTAPI = "from fastapi import APIRouter, Depends, FastAPI, Request\napp = FastAPI()\n"


def entries(code: str, **files: str) -> set[tuple[str, str]]:
    """Kind and name of every entry point, dependencies that are declared on apps, routers and routes among them."""
    index = index_of({"app.py": code, **{f"{path}.py": text for path, text in files.items()}})
    reach = index.project.reach
    found = {(entry.kind, index.function(entry.function).qualname) for entry in index.project.entries}
    return found | {(e.kind, index.function(f).qualname) for f, listed in reach.entries.items() for e in listed}


def reached(code: str, **files: str) -> set[str]:
    index = index_of({"app.py": code, **{f"{path}.py": text for path, text in files.items()}})
    return {index.function(function).qualname for function in index.project.reach.reached}


def path_to(name: str, code: str, **files: str) -> list[tuple[str, str]]:
    """The shortest path to a function: how each step is taken, and where it leads."""
    index = index_of({"app.py": code, **{f"{path}.py": text for path, text in files.items()}})
    reach = index.project.reach
    (function,) = [f for f in reach.reached if index.function(f).name == name]
    first = min(reach.paths(function), key=lambda path: path.length)
    start = ("entry", index.function(first.entry.function).qualname)
    return [start, *((edge.kind, index.function(edge.target).qualname) for _, edge in first.steps)]


# --- entry points ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("@app.get('/')\ndef f(): pass", ("route", "f")),
        ("@app.websocket('/')\nasync def f(): pass", ("connection", "f")),
        ("router = APIRouter()\n@router.post('/')\ndef f(): pass", ("route", "f")),
        ("def f(): pass\napp.add_api_route('/', f)", ("route", "f")),
        ("def f(): pass\napp.add_api_route('/', endpoint=f)", ("route", "f")),
        ("@app.middleware('http')\nasync def f(request, call_next): pass", ("every-request", "f")),
        ("class M:\n    async def dispatch(self, request, call_next): pass\napp.add_middleware(M)", ("every-request", "M.dispatch")),
        (("class M:\n    def __init__(self, app): self.app = app\n    async def __call__(self, scope, receive, send): pass\n"
         "app.add_middleware(M, limit=3)"), ("every-request", "M.__call__")),
        (("from starlette.middleware import Middleware\nclass M:\n    async def dispatch(self, r, n): pass\n"
         "other = FastAPI(middleware=[Middleware(M)])"), ("every-request", "M.dispatch")),
        ("def f(): pass\nother = FastAPI(dependencies=[Depends(f)])", ("every-request", "f")),
        ("def f(): pass\nrouter = APIRouter(dependencies=[Depends(f)])", ("router-dependency", "f")),
        ("def f(): pass\nrouter = APIRouter()\napp.include_router(router, dependencies=[Depends(f)])", ("router-dependency", "f")),
        ("def f(): pass\n@app.get('/', dependencies=[Depends(f)])\ndef g(): pass", ("route-dependency", "f")),
        ("class API(FastAPI): pass\napi = API()\n@api.get('/')\ndef f(): pass", ("route", "f")),
        ("def make():\n    return FastAPI()\nweb = make()\n@web.get('/')\ndef f(): pass", ("route", "f")),
        ("def make(app: FastAPI):\n    @app.middleware('http')\n    async def f(request, call_next): pass", ("every-request", "make.f")),
        (("class M:\n    def setup(self):\n        self.app = FastAPI()\n        self.app.get('/')(self.f)\n"
         "        self.app.add_api_route('/', self.f)\n    def f(self): pass"), ("route", "M.f")),
        ("from celery import Celery\nworker = Celery()\n@worker.task\ndef f(): pass", ("task", "f")),
        ("from celery import shared_task\n@shared_task(bind=True)\ndef f(self): pass", ("task", "f")),
    ],
)  # fmt: skip
def test_fastapi_and_its_like_register_entry_points(code, entry):
    assert entry in entries(FASTAPI + code)


FLASK = "from flask import Blueprint, Flask\napp = Flask(__name__)\n"


@pytest.mark.parametrize(
    ("code", "entry"),
    [
        ("@app.route('/')\ndef f(): pass", ("route", "f")),
        ("bp = Blueprint('b', __name__)\n@bp.get('/')\ndef f(): pass", ("route", "f")),
        ("@app.before_request\ndef f(): pass", ("every-request", "f")),
        ("def f(): pass\napp.before_request(f)", ("every-request", "f")),
        (
            "class L:\n    def __init__(self, app): app.before_request(self.f)\n    def f(self): pass\nL(app)",
            ("every-request", "L.f"),
        ),
        ("@app.teardown_request\ndef f(error): pass", ("every-request", "f")),
    ],
)
def test_flask_registers_by_decorator_and_by_call(code, entry):
    assert entry in entries(FLASK + code)


def test_django_names_its_middleware_in_a_setting():
    middleware = "class M:\n    def __call__(self, request): pass\n    def process_view(self, request): pass"
    found = entries("MIDDLEWARE = ['core.middleware.M', 'django.middleware.X']", **{"core/middleware": middleware})
    assert found == {("every-request", "M.__call__"), ("every-request", "M.process_view")}


def test_django_names_its_middleware_in_a_setting_that_is_not_beside_the_package():
    middleware = "class M:\n    def __call__(self, request): pass"
    settings = {"shop/config/settings": "MIDDLEWARE = ['web.middleware.M']", "shop/web/middleware": middleware}
    assert entries("", **settings) == {("every-request", "M.__call__")}


def test_what_registers_nothing_is_no_entry_point():
    code = "cache = {}\n@cache.get('x')\ndef f(): pass\nimport x\n@x.route('/')\ndef g(): pass\ndef app_get(): pass\n"
    assert entries(FASTAPI + code) == set()


def test_a_receiver_that_is_known_by_its_name_alone_is_not_proven():
    index = index_of({"app.py": "def setup(app):\n    @app.get('/')\n    def f(): pass\n"})
    assert [(entry.kind, entry.proven) for entry in index.project.entries] == [("route", False)]


# --- the call graph ----------------------------------------------------------------------------------------------------

ROUTE = f"{FASTAPI}import asyncio, functools, threading\n@app.get('/')\nasync def route():\n"


@pytest.mark.parametrize(
    "body",
    [
        "    target()",
        "    await target()",
        "    return [target() for _ in range(3)]",
        "    x = yes and target()",
        "    await asyncio.to_thread(target, 1)",
        "    await asyncio.gather(target())",
        "    asyncio.create_task(target())",
        "    await asyncio.get_running_loop().run_in_executor(None, target)",
        "    threading.Thread(target=target).start()",
        "    await asyncio.to_thread(lambda: target())",
        "    f = functools.partial(target, 1)\n    f()",
        "    g = target\n    g()",
        "    TABLE['k']()\nTABLE = {'k': lambda: target()}",
        "    await breaker.call(target)\nclass Breaker:\n    async def call(self, fn):\n        return await fn()\nbreaker = Breaker()",
        "    retry(fn=target)\ndef retry(times=3, fn=None):\n    def inner():\n        return fn()\n    return inner()",
        "    A()\nclass A:\n    def __init__(self): target()",
        "    A().m()\nclass B:\n    def m(self): target()\nclass A(B): pass",
        "    A().m()\nclass B:\n    def m(self): target()\nclass A(B):\n    def m(self): super().m()",
        "    a()\nclass A:\n    def __call__(self): target()\na = A()",
        "    def inner(): target()\n    inner()",
        "    if x: return target()",
        "    try: pass\n    except ValueError: target()",
    ],
)
def test_a_function_is_reached_through_what_calls_it(body):
    assert "target" in reached(f"{ROUTE}{body}\ndef target(*a): pass\n")


@pytest.mark.parametrize(
    "code",
    [
        "def check(): target()\n@app.get('/')\ndef route(x=Depends(check)): pass",
        "class Check:\n    def __call__(self): target()\n@app.get('/')\ndef route(x=Depends(Check())): pass",
        "class Check:\n    def __init__(self): target()\n@app.get('/')\ndef route(x: Check = Depends()): pass",
        "def inner(): target()\ndef check(x=Depends(inner)): pass\n@app.get('/')\ndef route(x=Depends(check)): pass",
        "from typing import Annotated\ndef check(): target()\nDep = Annotated[int, Depends(check)]\n@app.get('/')\ndef route(x: Dep): pass",
        "def wrap(f):\n    def inner():\n        target()\n        return f()\n    return inner\n@app.get('/')\n@wrap\ndef route(): pass",
        (
            "def wrap(n):\n    def outer(f):\n        def inner():\n            target()\n        return inner\n    return outer\n"
            "@app.get('/')\n@wrap(3)\ndef route(): pass"
        ),
    ],
)
def test_dependencies_and_decorators_run_with_their_route(code):
    assert "target" in reached(f"{FASTAPI}def target(): pass\n{code}")


def test_what_nothing_calls_is_not_reached():
    code = f"{ROUTE}    pass\n    x = target\n    print('target()')\ndef target(): pass\ndef other(): target()\n"
    assert reached(code) == {"route"}


def test_a_worker_task_is_no_request():
    code = "from celery import shared_task\n@shared_task\ndef work(): target()\ndef target(): pass"
    assert reached(code) == set()


# --- paths -------------------------------------------------------------------------------------------------------------

LAYERS = {
    "app": f"{FASTAPI}from service import Service\n@app.get('/')\nasync def route(s: Service = Depends()):\n    return s.load()",
    "service": "from core.cache import get\nclass Service:\n    def load(self):\n        return get(1)",
    "core/cache": "def get(key):\n    return fetch(key)\ndef fetch(key): pass",
}


def test_a_path_names_every_call_from_the_entry_point_through_modules():
    files = {path: text for path, text in LAYERS.items() if path != "app"}
    assert path_to("fetch", LAYERS["app"], **files) == [
        ("entry", "route"), ("call", "Service.load"), ("call", "get"), ("call", "fetch"),
    ]  # fmt: skip


def test_the_shortest_path_is_taken_and_every_entry_point_has_one():
    code = f"{FASTAPI}@app.get('/a')\ndef a(): long()\n@app.get('/b')\ndef b(): target()\ndef long(): target()\ndef target(): long()"
    assert path_to("target", code) == [("entry", "b"), ("call", "target")]
    index = index_of({"app.py": code})
    (target,) = [f for f in index.project.reach.reached if index.function(f).name == "target"]
    lengths = {index.function(p.entry.function).name: p.length for p in index.project.reach.paths(target)}
    assert lengths == {"a": 2, "b": 1}


def test_recursion_ends():
    assert reached(f"{ROUTE}    f()\ndef f(): g()\ndef g(): f(); g(); route()\n") == {"route", "f", "g"}


def test_calls_whose_target_nobody_knows_are_counted():
    index = index_of({"app.py": f"{ROUTE}    unknown.thing()\n    print()\n    other()()\n"})
    assert index.project.reach.unresolved == 3


def test_a_step_is_told_with_the_place_of_its_call():
    index = index_of({"app.py": f"{FASTAPI}@app.get('/')\ndef route():\n    target()\ndef target(): pass"})
    (target,) = [f for f in index.project.reach.reached if index.function(f).name == "target"]
    (path,) = index.project.reach.paths(target)
    assert [(note.span.start.line, note.message) for note in index.steps(path)] == [
        (3, "route handles requests"), (5, "route calls target"),
    ]  # fmt: skip


def test_a_way_of_hundreds_of_calls_is_still_a_way() -> None:
    links = "".join(f"def f{n}():\n    return f{n + 1}()\n" for n in range(400))
    path = path_to("f400", f"{FASTAPI}{links}def f400(): pass\n@app.get('/x')\ndef x():\n    return f0()\n")
    assert path[:2] == [("entry", "x"), ("call", "f0")]
    assert path[-1] == ("call", "f400")
    assert len(path) == 402


def test_what_a_chain_of_thousands_hands_on_takes_nothing_down() -> None:
    links = "".join(f"def f{n}(x):\n    return f{n + 1}(x)\n" for n in range(3000))
    found = reached(f"{FASTAPI}{links}def f3000(x): return x()\n@app.get('/x')\ndef x():\n    return f0(x)\n")
    assert {"f0", "f2999", "f3000"} <= found


def test_what_a_call_may_mean_is_listed_in_one_order_in_every_run() -> None:
    names = ("Crane", "Barge", "Truck", "Wagon", "Plane", "Ferry")
    classes = "\n".join(f"class {name}:\n    def load(self): ..." for name in names)
    chosen = " or ".join(f"{name}()" for name in names)
    index = index_of({"m.py": f"{classes}\ndef f(x):\n    carrier = {chosen}\n    carrier.load()\n"})
    scopes = index.project.linker.table("m.py").facts.scopes
    function = Value("def", "m.py", next(s for s, record in enumerate(scopes) if record.name == "f"))
    targets = [edge.target for edge in index.project.calls.edges(function) if edge.kind == "call"]
    assert len(targets) == len(names)
    assert targets == sorted(targets)
