"""Remote work on request paths: how often it runs, what stands in front of it, and what is said when it stays open."""

from __future__ import annotations

import pytest
from index_project import index_of

HEAD = """
import time
import redis
from fastapi import BackgroundTasks, Depends, FastAPI, Request
app = FastAPI()
client = redis.Redis()
kept = {}
state = {"last": 0, "count": 0}
"""


def work(code: str):
    """The only work on Redis, and the index."""
    index = index_of({"app.py": HEAD + code})
    (found,) = index.redis_work().values()
    return found


def statuses(code: str) -> list[tuple[str, str]]:
    return [(use.command.operation.name, use.status) for use in work(code).uses]


MIDDLEWARE = "@app.middleware('http')\nasync def m(request: Request, call_next):\n    k = request.headers['x']\n"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("    client.get(k)", "open"),
        ("    if k not in kept:\n        kept[k] = client.get(k)", "guarded"),
        ("    if k in kept:\n        return kept[k]\n    v = client.get(k)\n    if v:\n        kept[k] = v\n    return v", "leaky"),
        (("    now = time.time()\n    state['count'] += 1\n    if now - state['last'] > 9 or state['count'] > 3:\n"
          "        client.get(k)\n        state['last'] = now"), "stuck"),
    ],
)  # fmt: skip
def test_each_use_says_what_keeps_it_back(body, status):
    assert statuses(MIDDLEWARE + body) == [("get", status)]


def test_uses_of_one_function_are_judged_apart():
    body = "    client.incr('all')\n    if k not in kept:\n        kept[k] = client.get(k)\n    return await call_next(request)"
    found = work(MIDDLEWARE + body)
    assert [(use.command.operation.name, use.status) for use in found.uses] == [("incr", "open"), ("get", "guarded")]
    assert [use.command.operation.name for use in found.of("open")] == ["incr"]
    assert found.guard is None


def test_the_path_shown_is_one_on_which_nothing_keeps_the_work_back():
    code = """
def load(k):
    return client.get(k)

@app.middleware("http")
async def cached(request: Request, call_next):
    k = request.headers["x"]
    if k not in kept:
        kept[k] = load(k)
    return await call_next(request)

def plain(k: str):
    return load(k)

@app.get("/a")
def a(v=Depends(plain)): ...
"""
    index = index_of({"app.py": HEAD + code})
    (found,) = [w for w in index.redis_work().values() if w.of("open")]
    assert (found.frequency, [use.status for use in found.uses]) == ("dependency", ["open"])


CLASSES = """
class Near:
    def find(self, key):
        return client.get(f"near:{key}")
class Far:
    def find(self, key):
        return client.get(f"far:{key}")
"""


@pytest.mark.parametrize(
    ("store", "levels"),
    [("Near()", {"high"}), ("Near() if request.url.port else Far()", {"medium"}), ("made(request)", set())],
)
def test_work_is_as_sure_as_the_weakest_call_that_leads_to_it(store, levels):
    body = f"    store = {store}\n    store.find(k)\n    return await call_next(request)"
    index = index_of({"app.py": HEAD + CLASSES + "from elsewhere import made\n" + MIDDLEWARE + body})
    assert {w.confidence for w in index.redis_work().values()} == levels


def test_a_helper_that_passes_the_key_on_is_as_sure_as_the_call_of_it():
    code = CLASSES.replace("self, key", "self, name").replace('f"near:{key}"', "name").replace('f"far:{key}"', "name")
    body = "    store = Near() if k else Far()\n    store.find('rates:' + k)\n    return await call_next(request)"
    found = work(code + MIDDLEWARE + body)
    assert (found.path.confidence, found.confidence) == ("high", "medium")


def test_routes_that_hardly_reach_it_are_not_counted_beside_those_that_do():
    names = ("rates", "save", "drop", "move", "send")
    code = "def run(function):\n    function()\n"
    for name in names:
        body = "client.get('rates')" if name == "rates" else "..."
        code += f"def {name}(): {body}\n@app.get('/{name}')\ndef at_{name}():\n    run({name})\n"
    found = work(code)
    assert (found.path.confidence, found.routes) == ("high", 1)
    assert sorted(path.confidence for path in found.paths) == ["high", "low", "low", "low", "low"]


def test_work_after_the_response_is_told_apart():
    code = """
def note():
    client.incr("seen")

@app.get("/a")
def a(tasks: BackgroundTasks):
    tasks.add_task(note)
"""
    assert work(code).after_response is True
    assert work(code.replace("tasks.add_task(note)", "note()")).after_response is False


def test_a_middleware_that_leaves_routes_out_says_for_how_many_it_works():
    code = """
@app.middleware("http")
async def m(request: Request, call_next):
    if request.url.path.startswith("/health"):
        return await call_next(request)
    client.incr("all")
    return await call_next(request)

@app.get("/health")
def health(): ...
@app.get("/a")
def a(): ...
@app.get("/b")
def b(): ...
"""
    assert work(code).share == (2, 3)
    assert work(code.replace('if request.url.path.startswith("/health")', "if not request")).share is None


def test_a_cache_that_every_request_makes_for_itself_keeps_nothing_back():
    code = """
class Plans:
    def __init__(self):
        self.known = {}
    def of(self, k):
        if k not in self.known:
            self.known[k] = client.get(k)
        return self.known[k]

@app.middleware("http")
async def m(request: Request, call_next):
    plans = Plans()
    plans.of(request.headers["x"])
    return await call_next(request)
"""
    assert statuses(code) == [("get", "open")]
    shared = code.replace("    plans = Plans()\n", "").replace("@app.middleware", "plans = Plans()\n\n@app.middleware")
    assert statuses(shared) == [("get", "guarded")]


def test_what_a_shared_cache_does_on_a_miss_is_not_paid_every_time():
    body = "    v = client.get(k)\n    if v is None:\n        v = 'free'\n        client.set(k, v)\n    return v"
    assert statuses(MIDDLEWARE + body) == [("get", "open"), ("set", "guarded")]


def test_a_branch_that_a_default_takes_is_no_condition():
    code = """
def load(k, shared: bool = True):
    if shared:
        return client.get(k)

@app.middleware("http")
async def m(request: Request, call_next):
    load(request.headers["x"])
    return await call_next(request)
"""
    assert work(code).conditional is False
    assert work(code.replace("= True", "= False")).conditional is True


def test_the_function_that_makes_the_key_decides_also_through_a_helper():
    code = """
class Keys:
    @staticmethod
    def plan(tenant):
        return f"plan:{tenant}"

def fetch(key):
    return client.get(key)

def plan_of(tenant):
    return fetch(Keys.plan(tenant))

@app.middleware("http")
async def m(request: Request, call_next):
    plan_of(request.headers["x"])
    return await call_next(request)
"""
    index = index_of({"app.py": HEAD + code})
    assert [index.function(function).qualname for function in index.redis_work()] == ["plan_of"]


def test_what_a_miss_stores_is_spared_by_a_hit_of_a_client_that_each_request_makes():
    code = """
class Store:
    def __init__(self):
        self.client = redis.Redis()

    def plan(self, k):
        found = self.client.get(k)
        if found is not None:
            return found
        found = name_of(k)
        self.client.set(k, found, ex=60)
        return found

@app.middleware("http")
async def m(request: Request, call_next):
    Store().plan(request.headers["x"])
"""
    assert statuses(code) == [("get", "open"), ("set", "guarded")]


BRANCHES = """
def count(k):
    return client.incr(f"hits:{{k}}")

def other(k):
    {other}

@app.get("/hooks/a")
def a(): ...
@app.get("/items")
def b(): ...
@app.get("/login")
def c(): ...

@app.middleware("http")
async def m(request: Request, call_next):
    path = request.url.path
    {body}
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("body", "other", "conditional"),
    [
        ("if k: count(1)", "pass", True),
        ("if k: count(1)\n    else: count(2)", "pass", False),
        ("if k: count(1)\n    elif q: count(2)", "pass", True),
        ("if k: count(1)\n    elif q: count(2)\n    else: count(3)", "pass", False),
        ("if k:\n        if q: count(1)\n    else: count(2)", "pass", True),
        ("if k: count(1)\n    elif q:\n        with lock: count(2)\n    else: count(3)", "pass", False),
        ("if k: count(1)\n    else:\n        for q in k: count(2)", "pass", True),
        ("if k: count(1)\n    else:\n        if q not in kept: kept[q] = count(2)", "pass", True),
        ("if k:\n        count(1)\n        return\n    count(2)", "pass", False),
        ("if k: count(1)\n    else: other(2)", "pass", True),
        ("if k: count(1)\n    else: other(2)", "count(k)", False),
        ("if k: count(1)\n    else: other(2)", "if k: count(k)", True),
        ("if k: count(1)\n    else: other(2)", "for q in k: count(q)", True),
    ],
)
def test_work_in_each_branch_is_done_whichever_is_taken(body, other, conditional):
    code = BRANCHES.format(body=body, other=other)
    assert work(code).conditional is conditional


def test_a_middleware_works_for_the_routes_of_all_branches_that_surely_do_it():
    body = "if path.startswith('/hooks'): count(1)\n    elif path == '/items': {}"
    assert work(BRANCHES.format(body=body.format("count(2)"), other="pass")).share == (2, 3)
    assert work(BRANCHES.format(body=body.format("pass"), other="pass")).share == (1, 3)
    assert work(BRANCHES.format(body=body.format("count(2)\n    else: count(3)"), other="pass")).share is None
