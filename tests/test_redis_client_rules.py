"""What the rules about Redis clients say: numbers, confidence and repairs."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

import pytest

from atomlint.finding import Confidence
from atomlint.testing import check_directory, check_files

if TYPE_CHECKING:
    from pathlib import Path

    from atomlint.finding import Finding

HEAD = """
import redis
from fastapi import FastAPI

app = FastAPI()
"""


def findings(rule: str, text: str, **files: str) -> list[Finding]:
    texts: dict[str, str | bytes] = {"app.py": HEAD + textwrap.dedent(text)}
    texts.update({name.replace("_txt", ".txt"): content for name, content in files.items()})
    return list(check_files(texts, select=(rule,)).findings)


MADE = """
def make():
    return redis.Redis()

@app.get("/a")
def a():
    return make().get("a")

@app.get("/b")
def b():
    client = make()
    try:
        return client.get("b")
    finally:
        {end}

@app.get("/c")
def c():
    return make().get("c")
"""


def test_a_client_per_call_counts_routes_and_calls_and_says_that_nothing_closes_it() -> None:
    (found,) = findings("redis-client-per-call", MADE.format(end="pass"))
    assert "3 routes" in found.message
    assert "never closed" in found.message
    assert "3 calls get one" in found.message
    assert [note.span.start.line for note in found.related] == [12, 16, 24]
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("rule", "made"),
    [
        ("redis-client-per-call", "redis.Redis()"),
        ("database-engine-per-call", "create_engine('postgresql://db/shop')"),
    ],
)
@pytest.mark.parametrize("routes", [1, 30])
def test_what_routes_make_is_of_medium_confidence_however_many_they_are(rule: str, made: str, routes: int) -> None:
    text = f"from sqlalchemy import create_engine\n\ndef make():\n    return {made}\n"
    text += "".join(f"\n@app.get('/{n}')\ndef f{n}():\n    return make().get('a')\n" for n in range(routes))
    (found,) = findings(rule, text)
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("rule", "made"),
    [
        ("redis-client-per-call", "redis.Redis().incr('hits')"),
        ("database-engine-per-call", "create_engine('postgresql://db/shop').connect()"),
    ],
)
@pytest.mark.parametrize(
    ("caller", "level"),
    [
        ("@app.middleware('http')\nasync def count(request, call_next):\n    work()", "high"),
        ("shop = FastAPI(dependencies=[Depends(work)])\n\n@shop.get('/a')\ndef a(): ...", "high"),
        ("@app.get('/a')\ndef a():\n    work()", "medium"),
    ],
    ids=["middleware", "dependency of the application", "route"],
)
def test_what_every_request_makes_anew_is_certain_and_needs_no_other_route(
    rule: str, made: str, caller: str, level: str
) -> None:
    text = f"from fastapi import Depends\nfrom sqlalchemy import create_engine\n\ndef work():\n    return {made}\n\n{caller}\n"
    (found,) = findings(rule, text)
    assert found.confidence.value == level


OWNED = """
class Store:
    def __init__(self):
        self.client = None

    def get(self):
        if self.client is None:
            self.client = redis.Redis()
        return self.client.get("a")
"""


@pytest.mark.parametrize(
    "caller", ["@app.get('/a')\ndef a():", "@app.middleware('http')\nasync def count(request, call_next):"]
)
def test_a_client_of_an_object_that_requests_make_is_of_medium_confidence_even_on_every_one(caller: str) -> None:
    (found,) = findings("redis-client-per-call", f"{OWNED}\n{caller}\n    return Store().get()\n")
    assert found.confidence is Confidence.MEDIUM


def test_a_client_that_someone_closes_is_not_said_to_stay_open() -> None:
    (found,) = findings("redis-client-per-call", MADE.format(end="client.close()"))
    assert "never closed" not in found.message


USED = """
client = redis.Redis()

@app.get("/a")
def a(): return client.get("a")

@app.get("/b")
def b(): return client.get("b")

@app.get("/c")
def c(): return client.get("c")
"""


def test_a_missing_timeout_is_certain_with_an_old_release_open_without_one_and_none_with_a_new_one() -> None:
    (old,) = findings("redis-no-timeout", USED, requirements_txt="redis==5.0.1\n")
    assert old.confidence is Confidence.HIGH
    (unknown,) = findings("redis-no-timeout", USED, requirements_txt="redis>=5\n")
    assert unknown.confidence is Confidence.LOW
    assert findings("redis-no-timeout", USED, requirements_txt="redis==8.0.0\n") == []


@pytest.mark.parametrize(
    ("name", "routes", "level"),
    [
        ("f", 1, "medium"),
        ("f", 2, "medium"),
        ("f", 3, "high"),
        ("health_", 1, "low"),
        ("status_", 2, "low"),
        ("health_", 3, "low"),
    ],
)
def test_a_missing_timeout_that_a_route_or_two_wait_for_is_likely_and_only_possible_of_operators(
    name: str, routes: int, level: str
) -> None:
    text = "client = redis.Redis()\n"
    text += "".join(f"\n@app.get('/{n}')\ndef {name}{n}():\n    return client.get('a')\n" for n in range(routes))
    (found,) = findings("redis-no-timeout", text, requirements_txt="redis==5.0.1\n")
    assert found.confidence.value == level


def test_a_missing_timeout_that_every_request_waits_for_needs_no_other_route() -> None:
    text = """
    client = redis.Redis()

    @app.middleware("http")
    async def count(request, call_next):
        client.incr("hits")
        return await call_next(request)
    """
    (found,) = findings("redis-no-timeout", text, requirements_txt="redis==5.0.1\n")
    assert found.confidence is Confidence.HIGH


HELD_UP = """
    import asyncio
    import threading
    {made}
    from fastapi import BackgroundTasks, FastAPI, Request
    app = FastAPI()
    client = redis.Redis()
    {tell}tell(name):
        {wait}client.set(name, "1", ex=5)
    @app.middleware("http")
    async def start(request: Request, call_next, background: BackgroundTasks = None):
        {work}
        return await call_next(request)
    @app.get("/all")
    async def all_of_them(): ...
"""
SYNC = {"made": "import redis", "tell": "def ", "wait": ""}
ASYNC = {"made": "import redis.asyncio as redis", "tell": "async def ", "wait": "await "}


@pytest.mark.parametrize(
    ("app", "work", "level"),
    [
        (SYNC, "tell('a')", Confidence.HIGH),
        (SYNC, "threading.Thread(target=tell, args=('a',)).start()", Confidence.LOW),
        (SYNC, "background.add_task(tell, 'a')", Confidence.LOW),
        (SYNC | {"tell": "async def "}, "asyncio.create_task(tell('a'))", Confidence.HIGH),  # the loop waits
        (ASYNC, "await tell('a')", Confidence.HIGH),
        (ASYNC, "asyncio.create_task(tell('a'))", Confidence.LOW),
        (ASYNC, "if request.headers.get('Idempotency-Key'): await tell('a')", Confidence.LOW),
        (
            ASYNC,
            (
                "key = request.headers.get('Idempotency-Key')\n    if key is None:\n"
                "        return await call_next(request)\n    await tell(key)"
            ),
            Confidence.LOW,
        ),
    ],
)
def test_a_missing_timeout_holds_up_whoever_waits(app: dict[str, str], work: str, level: Confidence) -> None:
    project = {"app.py": textwrap.dedent(HELD_UP).format(**app, work=work), "requirements.txt": "redis==5.0.1\n"}
    report = check_files(project, select=("redis-no-timeout",))
    assert [finding.confidence for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("test", "level"), [("not key", Confidence.LOW), ("request.method == 'HEAD'", Confidence.HIGH)]
)
def test_a_client_that_few_requests_make_is_a_weak_claim(test: str, level: Confidence) -> None:
    text = f"""
    def made():
        return redis.Redis()

    @app.middleware("http")
    async def once(request, call_next):
        key = request.headers.get("X-Idempotency-Key")
        if {test}:
            return await call_next(request)
        made().get(key)
        return await call_next(request)
    """
    (found,) = findings("redis-client-per-call", text)
    assert found.confidence is level


def test_a_lock_file_outweighs_an_open_requirement() -> None:
    texts: dict[str, str | bytes] = {
        "app.py": HEAD + USED,
        "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["redis>=5"]\n',
        "uv.lock": 'version = 1\n\n[[package]]\nname = "redis"\nversion = "7.4.0"\n',
    }
    (found,) = check_files(texts, select=("redis-no-timeout",)).findings
    assert found.confidence is Confidence.HIGH


def test_a_declared_switch_is_certain_and_needs_no_other_client_that_asks() -> None:
    texts: dict[str, str | bytes] = {"app.py": "import redis\n\nclient = redis.Redis()\n"}
    assert list(check_files(texts, select=("redis-kill-switch",)).findings) == []
    rules = {"redis-kill-switch": {"switch": "SUSPEND_REDIS"}}
    (found,) = check_files(texts, select=("redis-kill-switch",), rules=rules).findings
    assert "SUSPEND_REDIS" in found.message
    assert found.confidence is Confidence.HIGH


def test_deleting_a_temporary_key_somewhere_lowers_the_claim() -> None:
    text = """
    client = redis.Redis()

    def login(token):
        client.set(f"session:{token}", "1")
    """
    (kept,) = findings("redis-set-without-ttl", text)
    assert kept.confidence is Confidence.MEDIUM
    logout = '\n    def logout(token):\n        client.delete(f"session:{token}")\n'
    (removed,) = findings("redis-set-without-ttl", text + logout)
    assert removed.confidence is Confidence.LOW


def test_the_time_to_live_of_the_fix_is_an_option() -> None:
    texts: dict[str, str | bytes] = {
        "app.py": 'import redis\n\nclient = redis.Redis()\n\ndef f(a):\n    client.set(f"cache:{a}", "1")\n'
    }
    rules = {"redis-set-without-ttl": {"default-ttl": 60}}
    (found,) = check_files(texts, select=("redis-set-without-ttl",), rules=rules).findings
    assert found.fixes[0].edits[0].text == ", ex=60"
    assert found.fixes[0].applicability == "unsafe"


def test_a_counter_that_may_stay_is_likely_and_a_lock_that_may_is_certain() -> None:
    head = 'client = redis.Redis()\n\n@app.get("/n")\ndef f(a):\n'
    once = f'{head}    if client.incr(f"n:{{a}}") == 1:\n        client.expire(f"n:{{a}}", 60)\n'
    (conditional,) = findings("redis-check-then-get", once)
    assert "a counter for ever" in conditional.message
    assert conditional.confidence is Confidence.MEDIUM
    (lock,) = findings("redis-check-then-get", once.replace("incr(", "setnx(").replace('") == 1', '", 1)'))
    assert lock.confidence is Confidence.HIGH
    always = f'{head}    client.incr(f"n:{{a}}")\n    client.expire(f"n:{{a}}", 60)\n'
    (each_time,) = findings("redis-check-then-get", always)
    assert each_time.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("end", "level"),
    [
        ("if count >= 5:\n        client.delete(key)", "low"),
        ("if count >= 5:\n        client.expire(key, 900)", "low"),
        ("if count >= 5:\n        client.setex(f'locked:{a}', 900, '1')\n        client.delete(key)", "low"),
        ("if count == 1:\n        client.expire(key, 900)", "medium"),
        ("if count >= 5:\n        client.delete(f'other:{a}')", "medium"),
        ("if a == 'admin':\n        client.delete(key)", "medium"),
        ("try:\n        work()\n    except ValueError:\n        client.delete(key)", "medium"),
    ],
)
def test_a_counter_that_ends_at_its_limit_does_not_stay_for_ever(end: str, level: str) -> None:
    text = f"""
client = redis.Redis()

@app.get("/n")
def f(a):
    key = f"n:{{a}}"
    count = client.incr(key)
    if count == 1:
        client.expire(key, 60)
    {end}
    return count
"""
    (found,) = findings("redis-check-then-get", text)
    assert found.confidence.value == level
    assert ("for ever" in found.message) is (level == "medium")


def blocking(functions: int, **more: str) -> list[Finding]:
    routes = "".join(
        f"\n@app.get('/{number}')\nasync def f{number}():\n    return client.get('{number}')\n"
        for number in range(functions)
    )
    return findings("redis-blocking-in-async", f"\nclient = redis.Redis()\n{routes}", **more)


def test_functions_that_hold_the_loop_with_one_client_are_one_finding_where_it_is_made() -> None:
    (found,) = blocking(5)
    assert found.span.start.line == 7
    assert (
        "5 coroutine functions wait for this synchronous client on the event loop, in 5 functions (get)"
        in found.message
    )
    assert [note.message for note in found.related] == [
        f"f{n}: get, on behalf of 1 coroutine function" for n in range(5)
    ]
    assert found.confidence is Confidence.MEDIUM


def test_one_of_them_that_every_request_comes_to_makes_the_client_certain() -> None:
    text = "\nclient = redis.Redis()\n"
    text += "".join(f"\n@app.get('/{n}')\nasync def f{n}():\n    return client.get('a')\n" for n in range(4))
    text += "\n@app.middleware('http')\nasync def count(request, call_next):\n    client.incr('hits')\n"
    (found,) = findings("redis-blocking-in-async", text)
    assert found.span.start.line == 7
    assert found.confidence is Confidence.HIGH


def test_a_few_functions_that_hold_the_loop_are_reported_where_they_wait() -> None:
    assert [found.symbol for found in blocking(4)] == ["f0", "f1", "f2", "f3"]


def test_with_no_places_every_function_that_holds_the_loop_is_reported(tmp_path: Path) -> None:
    routes = "".join(
        f"\n@app.get('/{number}')\nasync def f{number}():\n    return client.get('{number}')\n" for number in range(6)
    )
    (tmp_path / "app.py").write_text(f"{HEAD}client = redis.Redis()\n{routes}", "utf-8")
    (tmp_path / "atomlint.toml").write_text("[rules.redis-blocking-in-async]\nplaces = 0\n", "utf-8")
    found = check_directory(tmp_path, select=("redis-blocking-in-async",)).findings
    assert [one.symbol for one in found] == [f"f{number}" for number in range(6)]


def test_a_middleware_that_looks_the_path_up_first_asks_on_a_branch() -> None:
    text = """
    client = redis.Redis()

    def needed(path):
        for prefix in sorted(["/admin"]):
            if path.startswith(prefix):
                return 2
        return None

    @app.middleware("http")
    async def gate(request, call_next):
        tier = needed(request.url.path)
        if {test}:
            return await call_next(request)
        client.get("tier")
        return await call_next(request)
    """
    for test in ("tier is None", "not tier"):
        (found,) = findings("redis-per-request", text.format(test=test))
        assert "on every request that takes this branch" in found.message
        assert found.confidence is Confidence.LOW  # how many routes the table names is not known
    (found,) = findings("redis-per-request", text.format(test="tier is not None"))
    assert "on every request (" in found.message


@pytest.mark.parametrize(
    ("last", "routes"),
    [("def last(): ...", 6), ("def last(_=Depends(limit)): ...", 7)],
    ids=["routers", "a route, too"],
)
def test_a_dependency_of_routers_counts_the_routes_below_them(last: str, routes: int) -> None:
    text = """
    from fastapi import APIRouter, Depends
    client = redis.Redis()

    def limit():
        client.incr("hits")

    inner, other, api = APIRouter(prefix="/inner"), APIRouter(), APIRouter(prefix="/api")
    outer = APIRouter(prefix="/outer", dependencies=[Depends(limit)])
    """
    text = textwrap.dedent(text)
    text += "".join(
        f"@{router}.get('/{name}')\ndef {router}_{name}(): ...\n"
        for router in ("inner", "other", "outer")
        for name in "ab"
    )
    text += "outer.include_router(inner)\napi.include_router(outer)\n"
    text += "api.include_router(other, dependencies=[Depends(limit)])\napp.include_router(api)\n"
    (found,) = findings("redis-per-request", f"{text}@app.get('/last')\n{last}\n")
    assert f"of {routes} routes that share a dependency" in found.message


def test_a_shared_dependency_counts_all_of_its_routes() -> None:
    routes = "".join(f"\n@app.get('/{n}')\ndef f{n}(user=Depends(user)): ...\n" for n in range(210))
    text = f"\nfrom fastapi import Depends\nclient = redis.Redis()\ndef user():\n    return client.get('a')\n{routes}"
    (found,) = findings("redis-per-request", text)
    assert "for every request of 210 routes" in found.message


@pytest.mark.parametrize(
    ("number", "method", "level"),
    [
        (1, "incr", Confidence.MEDIUM),
        (9, "incr", Confidence.MEDIUM),
        (10, "incr", Confidence.HIGH),
        (10, "get", Confidence.MEDIUM),
    ],
)
def test_a_dependency_of_fewer_than_ten_routes_is_likely_and_of_more_certain_unless_it_only_reads(
    number: int, method: str, level: Confidence
) -> None:
    routes = "".join(f"\n@app.get('/{n}')\ndef f{n}(user=Depends(user)): ...\n" for n in range(number))
    text = (
        f"\nfrom fastapi import Depends\nclient = redis.Redis()\ndef user():\n    return client.{method}('a')\n{routes}"
    )
    (found,) = findings("redis-per-request", text)
    assert found.confidence is level


BRANCH = """
from fastapi import Depends, Request
client = redis.Redis()

def ask(request: Request):
    if request.query_params.get("beta"):
        client.get("a")
"""


@pytest.mark.parametrize(
    ("caller", "level"),
    [
        ("@app.get('/a')\ndef a(flag=Depends(ask)): ...", Confidence.MEDIUM),
        ("@app.middleware('http')\nasync def each(request, call_next):\n    ask(request)", Confidence.LOW),
    ],
    ids=["dependency", "middleware"],
)
def test_a_branch_that_requests_may_not_take_is_likely_in_a_dependency_alone(caller: str, level: Confidence) -> None:
    (found,) = findings("redis-per-request", f"{BRANCH}\n{caller}\n")
    assert found.confidence is level


@pytest.mark.parametrize(
    ("after", "level"),
    [
        ("raise PermissionError", Confidence.LOW),
        ("if count > 10:\n            raise PermissionError", Confidence.MEDIUM),
        ("if count < 10:\n            return\n        raise PermissionError", Confidence.MEDIUM),
    ],
    ids=["always", "too many", "unless few"],
)
def test_what_is_counted_of_requests_that_are_refused_is_only_possible(after: str, level: Confidence) -> None:
    code = f"{BRANCH}\ndef fail():\n    return client.incr('failed')\n\ndef user(request: Request):\n"
    code += f"    if not request.headers.get('x-key'):\n        count = fail()\n        {after}\n"
    code += "".join(f"\n@app.get('/{n}')\ndef f{n}(user=Depends(user)): ...\n" for n in range(12))
    (found,) = findings("redis-per-request", code)
    assert found.confidence is level


def test_a_command_behind_a_guard_that_no_route_passes_costs_nothing() -> None:
    text = """
    client = redis.Redis()

    @app.get("/{path}")
    def root(): ...

    @app.middleware("http")
    async def count(request, call_next):
        if request.url.path.startswith("/api/"):
            client.incr("hits")
        return await call_next(request)
    """
    assert findings("redis-per-request", text.format(path="")) == []
    (found,) = findings("redis-per-request", text.format(path="api/orders"))
    assert "every request" in found.message


def test_scan_says_how_many_keys_a_command_looks_at() -> None:
    text = "client = redis.Redis()\n\n@app.get('/a')\ndef a():\n    return list(client.scan_iter('a:*'{count}))"
    for count, said in (("", "10 keys"), (", count=500", "500 keys")):
        (found,) = findings("redis-scan-in-request", text.format(count=count))
        assert f"about one command for every {said}" in found.message
    (found,) = findings("redis-scan-in-request", text.format(count=", count=5000"))
    assert found.confidence is Confidence.LOW
    (found,) = findings("redis-scan-in-request", text.format(count=", count=unknown()"))
    assert "one command for every" not in found.message


def test_work_that_the_usual_way_does_too_is_no_error_path() -> None:
    text = """
    client = redis.Redis()

    def count():
        client.incr("hits")

    @app.middleware("http")
    async def each(request, call_next):
        if request.state.queue:
            try:
                request.state.queue.push("hit")
            except OSError:
                count()
        {other}
        return await call_next(request)
    """
    assert findings("redis-per-request", text.format(other="pass")) == []
    assert len(findings("redis-per-request", text.format(other="count()"))) == 1


def test_one_of_two_dependencies_that_a_factory_picks_is_a_branch() -> None:
    text = """
    from fastapi import Depends
    client = redis.Redis()

    def anyone():
        return client.get("open")

    def member(): ...

    def require(right, anonymous=False):
        base = anyone if anonymous else member

        def inner(user=Depends(base)):
            return user

        return inner

    @app.get("/open")
    def opened(user=Depends(require("x", anonymous=True))): ...
    """
    routes = "".join(f"\n@app.get('/{n}')\ndef f{n}(user=Depends(require('x'))): ...\n" for n in range(9))
    (found,) = findings("redis-per-request", textwrap.dedent(text) + routes)
    assert "for requests that take this branch, of 10 routes that share a dependency (require.inner" in found.message
    assert found.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    ("on", "level"), [("get", Confidence.MEDIUM), ("websocket", Confidence.LOW), ("post", Confidence.MEDIUM)]
)
def test_a_client_that_sockets_hold_open_is_a_weaker_claim(on: str, level: Confidence) -> None:
    text = "def make():\n    return redis.Redis()\n"
    text += "".join(f'\n@app.{on}("/{n}")\nasync def f{n}(socket):\n    return make().get("a")\n' for n in range(3))
    (found,) = findings("redis-client-per-call", text)
    assert found.confidence is level


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("state", Confidence.MEDIUM),
        ("is_ready", Confidence.LOW),
        ("system", Confidence.LOW),
        ("test", Confidence.LOW),
        ("celery_queue", Confidence.LOW),
    ],
)
def test_a_client_of_status_pages_is_a_weaker_claim(name: str, level: Confidence) -> None:
    text = "def make():\n    return redis.Redis()\n"
    text += "".join(
        f'\n@app.get("/{n}/{name}")\ndef {name}_{n}():\n    return make().ping()\n' for n in ("one", "two", "three")
    )
    (found,) = findings("redis-client-per-call", text)
    assert found.confidence is level


def test_no_timeout_at_all_can_be_said_outright() -> None:
    text = USED.replace("redis.Redis()", "redis.Redis(socket_timeout={given})")
    (found,) = findings("redis-no-timeout", text.format(given="None"), requirements_txt="redis==5.0.1\n")
    assert found.confidence is Confidence.HIGH
    assert findings("redis-no-timeout", text.format(given="5"), requirements_txt="redis==5.0.1\n") == []


@pytest.mark.parametrize(
    ("has", "level"), [('hasattr(request.app, "redis")', "low"), ("request.query_params", "medium")]
)
def test_a_client_for_an_application_that_has_none_is_a_weaker_claim(has: str, level: str) -> None:
    text = f"def make(request):\n    if {has}:\n        return request.app.redis\n    return redis.Redis()\n"
    text += "".join(f"\n@app.get('/{n}')\ndef f{n}(request):\n    return make(request).get('a')\n" for n in range(3))
    (found,) = findings("redis-client-per-call", text)
    assert found.confidence.value == level


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ('not request.session.get("pending")', Confidence.LOW),
        ("request.state.kept == sent", Confidence.LOW),
        ("settings.service_key == sent", Confidence.MEDIUM),
    ],
)
def test_what_only_some_requests_of_a_session_do_is_a_weak_claim(test: str, level: Confidence) -> None:
    text = """
    @app.middleware("http")
    async def middleware(request, call_next):
        response = await call_next(request)
        sent = request.cookies.get("key")
        if {test}:
            return response
        client.get("pair")
        return response

    client = redis.Redis()
    """
    (always,) = findings("redis-per-request", text.format(test="not sent"))
    assert always.confidence is Confidence.HIGH
    (seldom,) = findings("redis-per-request", text.format(test=test))
    assert seldom.confidence is level


@pytest.mark.parametrize(("answer", "level"), [('"free"', Confidence.MEDIUM), ("None", Confidence.LOW)])
def test_who_gets_nothing_may_store_what_it_finds_elsewhere(answer: str, level: Confidence) -> None:
    text = f"""
    client = redis.Redis()
    plans = {{}}

    def plan_of(tenant_id):
        if tenant_id in plans:
            return plans[tenant_id]
        plan = client.get(f"plan:{{tenant_id}}")
        if plan is None:
            return {answer}
        plans[tenant_id] = plan
        return plan

    @app.middleware("http")
    async def attach_plan(request, call_next):
        request.state.plan = plan_of(request.headers.get("x-tenant-id"))
        return await call_next(request)
    """
    (found,) = findings("redis-cache-hole", text)
    assert found.confidence is level


def test_to_empty_everything_is_what_operators_ask_for() -> None:
    text = "client = redis.Redis()\n\n@app.get('/b')\n@app.get('/a')\ndef {name}():\n    return client.flushdb()"
    text += "\n\n@app.get('/others/{name}')\ndef {name}_others():\n    return {name}()\n"
    (found,) = findings("redis-scan-in-request", text.format(name="celery_queue"))
    assert found.confidence is Confidence.LOW
    (found,) = findings("redis-scan-in-request", text.format(name="orders"))
    assert found.confidence is Confidence.MEDIUM
    (found,) = findings("redis-scan-in-request", text.format(name="rebuild_index"))
    assert found.confidence is Confidence.LOW
    (found,) = findings("redis-scan-in-request", text.replace("flushdb()", "keys('a:*')").format(name="celery_queue"))
    assert found.confidence is Confidence.HIGH


def test_a_command_of_one_of_several_clients_is_a_weak_claim() -> None:
    text = """
    from django.core.cache import caches

    def client_of(name):
        return redis.Redis() if name else caches["default"]

    @app.post("/a")
    def a(keys: list[str], name: str):
        client = client_of(name)
        for key in keys:
            client.delete(key)
    """
    (found,) = findings("redis-command-in-loop", text)
    assert found.confidence is not Confidence.HIGH


def confidence_behind(test: str) -> str:
    app = f"""
import redis
from flask import Flask
app = Flask(__name__)
client = redis.Redis()
def current_user(): ...
@app.before_request
def ask():
    user = current_user()
    if {test}:
        client.get("key")
"""
    report = check_files({"app.py": app}, select=["redis-per-request"])
    return report.findings[0].confidence.value


def test_a_branch_for_those_that_are_marked_is_none_that_most_requests_take() -> None:
    assert confidence_behind("user and user.change_password") == "low"
    assert confidence_behind("user and user.is_authenticated") == "medium"


def test_a_client_for_when_there_is_no_pool_is_only_possible() -> None:
    text = """
    POOL = None

    def make():
        if POOL is not None:
            return redis.Redis(connection_pool=POOL)
        {other}return redis.Redis()

    @app.get("/a")
    def a():
        return make().get("a")

    @app.get("/b")
    def b():
        return make().get("b")

    @app.get("/c")
    def c():
        return make().get("c")
    """
    (always,) = findings("redis-client-per-call", text.format(other="").replace("POOL is not None", "app.debug"))
    assert always.confidence is Confidence.MEDIUM
    for other in ("", "else:\n            "):
        (found,) = findings("redis-client-per-call", text.format(other=other))
        assert found.confidence is Confidence.LOW


def test_a_client_that_waits_for_a_stream_has_a_connection_of_its_own() -> None:
    text = """
    def follow(name):
        client = redis.Redis()
        return client.xread({name: "$"}{block})

    @app.get("/a")
    def a():
        return follow("a")

    @app.get("/b")
    def b():
        return follow("b")

    @app.get("/c")
    def c():
        return follow("c")
    """
    assert findings("redis-client-per-call", text.replace("{block}", ", block=1000")) == []
    (found,) = findings("redis-client-per-call", text.replace("{block}", ""))
    assert found.confidence is Confidence.MEDIUM


def test_a_probe_that_takes_back_what_it_has_set_is_no_pair() -> None:
    text = """
    client = redis.Redis()

    @app.get("/ready")
    def ready():
        {first}
        value = client.get("probe")
        client.delete("probe")
        return value
    """
    assert findings("redis-check-then-get", text.format(first='client.set("probe", "1", ex=5)')) == []
    assert len(findings("redis-check-then-get", text.format(first="pass"))) == 1


@pytest.mark.parametrize(("command", "said"), [("get", "cache locally"), ("incr", "count locally"), ("rpush", "")])
def test_the_repair_of_work_on_every_request_hangs_on_what_the_commands_do(command: str, said: str) -> None:
    text = f"""
    client = redis.Redis()

    @app.middleware("http")
    async def told(request, call_next):
        client.{command}("log", 1)
        return await call_next(request)
    """
    (found,) = findings("redis-per-request", text)
    assert said in found.message
    assert ("locally" in found.message) == bool(said)


STORED = """
client = redis.Redis()

@app.middleware("http")
async def known(request, call_next):
    key = f"seen:{request.client.host}"
    found = client.get(key)
    BODY
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("client.set(key, request.url.path, ex=60)", "2 Redis commands (get, set) on every request (known -> redis.get): cache"),
        ("client.delete(key)", "2 Redis commands (get, delete) on every request (known -> redis.get): cache"),
        ("client.set(key, int(found or 0) + 1)", "2 Redis commands (get, set) on every request (known -> redis.get): count"),
        ("count = int(found or 0)\n    client.set(key, value=count + 1)", "2 Redis commands (get, set) on every request (known -> redis.get): count"),
        ("if found:\n        pass\n    else:\n        client.set(key, request.url.path, ex=60)", "1 Redis command (get) on every request (known -> redis.get): cache"),
        ("if found is None:\n        client.set(key, request.url.path, ex=60)", "1 Redis command (get) on every request (known -> redis.get): cache"),
        ("if not found and request.url:\n        client.set(key, request.url.path, ex=60)", "1 Redis command (get) on every request (known -> redis.get): cache"),
        ("if found:\n        client.set(key, request.url.path, ex=60)", "2 Redis commands (get, set) on every request (known -> redis.get): cache"),
    ],
)  # fmt: skip
def test_what_is_stored_beside_a_read_is_kept_for_the_next_one_unless_it_counts_on(body: str, said: str) -> None:
    (found,) = findings("redis-per-request", STORED.replace("BODY", body))
    assert said in found.message


def test_a_page_of_operators_is_a_weak_claim_by_its_route_alone() -> None:
    made = "def make():\n    return redis.Redis()\n\n"
    uses = '@app.get("/{where}/{name}")\ndef {name}():\n    return make().get("a")\n'
    for where, level in (("control-panel", Confidence.LOW), ("orders", Confidence.MEDIUM)):
        text = made + "".join(uses.format(where=where, name=name) for name in "abc")
        (found,) = findings("redis-client-per-call", text)
        assert found.confidence is level


@pytest.mark.parametrize(("command", "level"), [("smembers", Confidence.LOW), ("keys", Confidence.HIGH)])
def test_how_many_entries_a_collection_has_is_not_known(command: str, level: Confidence) -> None:
    text = f"""
    client = redis.Redis()

    @app.post("/a/{{name}}")
    def add(name):
        client.sadd("visitors", name)

    def visitors():
        return client.{command}("visitors")

    @app.get("/a")
    def a():
        return visitors()

    @app.get("/b")
    def b():
        return visitors()
    """
    (found,) = findings("redis-scan-in-request", text)
    assert found.confidence is level


@pytest.mark.parametrize(
    ("names", "level"),
    [
        (("pages", "all_pages"), Confidence.HIGH),
        (("cache_entries", "find_in_redis"), Confidence.LOW),
        (("cache_entries", "pages"), Confidence.HIGH),
    ],
)
def test_routes_that_show_the_cache_itself_are_those_of_operators(names: tuple[str, ...], level: Confidence) -> None:
    text = "client = redis.Redis()\ndef find():\n    return client.keys('page:*')\n"
    text += "".join(f'@app.get("/{name}")\ndef {name}():\n    return find()\n' for name in names)
    (found,) = findings("redis-scan-in-request", text)
    assert found.confidence is level


@pytest.mark.parametrize(("on", "level"), [('get("/a")', Confidence.MEDIUM), ('middleware("http")', Confidence.HIGH)])
def test_keys_of_a_single_route_are_likely_and_those_of_every_request_certain(on: str, level: Confidence) -> None:
    text = f"""
    client = redis.Redis()

    @app.{on}
    async def a(request, call_next):
        client.keys("seen:*")
        return await call_next(request)
    """
    (found,) = findings("redis-scan-in-request", text)
    assert found.confidence is level


@pytest.mark.parametrize(("method", "level"), [("post", Confidence.LOW), ("get", Confidence.HIGH)])
def test_a_walk_for_what_a_writing_route_deletes_is_a_weak_claim(method: str, level: Confidence) -> None:
    text = f"""
    client = redis.Redis()

    def forget():
        for key in client.keys("session:*"):
            client.delete(key)

    @app.{method}("/logout")
    def leave():
        forget()

    @app.{method}("/switch")
    def switch():
        forget()
    """
    (found,) = findings("redis-scan-in-request", text)
    assert found.confidence is level


WALK = """
client = redis.Redis()

@app.get("/words")
def words(sent):
    data = {{"user": sent, "words": [sent]}}
    return {call}

def listed(data):
    if "words" not in data.keys():
        return read([])
    return read(data["words"])

def kept(data):
    if "words" in data:
        return read(data["words"])
    return read(None)

def read(names, *, every=True):
    if not names and every:
        names = client.keys("word:*")
    return client.mget(names)
"""


@pytest.mark.parametrize(
    ("call", "is_reported"),
    [
        ("read(['word:a'])", False),
        ("read(names=f(), every=False)", False),
        ("read([*sent])", True),
        ("read([])", True),
        ("read(None)", True),
        ("read(sent)", True),
        ("read(['word:a']) or read(None)", True),
        ("kept({'words': ['word:a'], **sent})", True),
        ("kept({'user': sent})", True),
    ],
)
def test_a_walk_is_reported_where_what_callers_give_leads_to_it(call: str, *, is_reported: bool) -> None:
    assert bool(findings("redis-scan-in-request", WALK.format(call=call))) is is_reported


@pytest.mark.parametrize(
    ("call", "is_reported"), [("listed(data)", False), ("listed(sent)", True), ("listed({})", True)]
)
def test_a_dict_that_has_a_key_does_not_lead_to_a_walk_for_those_without_it(call: str, *, is_reported: bool) -> None:
    text = WALK.replace('    return read(data["words"])\n\ndef kept', '    return data["words"]\n\ndef kept')
    assert bool(findings("redis-scan-in-request", text.format(call=call))) is is_reported


LOOP = """
client = redis.Redis()

def of(name):
    return client.{command}(f"rates:{{name}}")

@app.{method}("/a")
def a(names: list[str], page: int = 1):
    {kinds} = client.smembers("names")
    return [of(name) for name in {kinds}]
"""


@pytest.mark.parametrize(
    ("method", "command", "kinds", "level"),
    [
        ("get", "get", "known", Confidence.MEDIUM),
        ("get", "incr", "known", Confidence.MEDIUM),
        ("get", "get", "roles", Confidence.LOW),
        ("post", "get", "known", Confidence.MEDIUM),
        ("post", "incr", "known", Confidence.LOW),
    ],
)
def test_a_loop_over_few_keys_or_that_writes_what_a_request_changes_is_a_weak_claim(
    method: str, command: str, kinds: str, level: Confidence
) -> None:
    (found,) = findings("redis-command-in-loop", LOOP.format(method=method, command=command, kinds=kinds))
    assert found.confidence is level


@pytest.mark.parametrize(
    ("run", "level"), [("asyncio.run(load(name))", Confidence.LOW), ("run.run(load(name))", Confidence.MEDIUM)]
)
def test_an_event_loop_of_its_own_needs_a_client_of_its_own(run: str, level: Confidence) -> None:
    text = f"""
    import asyncio
    from redis.asyncio import Redis

    async def load(name):
        client = Redis()
        return await client.get(name)

    @app.get("/a")
    def a(name: str, run=None):
        return {run}

    @app.get("/b")
    def b(name: str, run=None):
        return {run}

    @app.get("/c")
    def c(name: str, run=None):
        return {run}
    """
    (found,) = findings("redis-client-per-call", text)
    assert found.confidence is level


@pytest.mark.parametrize(("part", "level"), [("job_id", Confidence.MEDIUM), ("module", Confidence.LOW)])
def test_a_key_for_each_of_a_few_names_is_a_weak_claim(part: str, level: Confidence) -> None:
    text = f"""
    client = redis.Redis()

    def note({part}):
        client.set(f"jobs:{{{part}}}", 1)
    """
    (found,) = findings("redis-set-without-ttl", text)
    assert found.confidence is level


SESSIONS = """
import redis
from flask import Flask
from flask_session import Session

app = Flask(__name__)
app.config["SESSION_TYPE"] = {kind}
app.config["SESSION_REDIS"] = redis.from_url("redis://sessions")
Session(app)
"""


@pytest.mark.parametrize(
    ("kind", "redis", "confidence"),
    [
        ('"redis"', "5.0.1", Confidence.HIGH),
        ("KIND", "5.0.1", Confidence.MEDIUM),
        ('"redis"', "", Confidence.LOW),
        ('"redis"', "8.0.0", None),
        ('"filesystem"', "5.0.1", None),
    ],
)
def test_a_client_of_sessions_is_as_sure_as_their_kind_and_the_release(
    kind: str, redis: str, confidence: Confidence | None
) -> None:
    texts: dict[str, str | bytes] = {"app.py": SESSIONS.format(kind=kind)}
    if redis:
        texts["requirements.txt"] = f"redis=={redis}\n"
    found = list(check_files(texts, select=("redis-no-timeout",)).findings)
    assert [finding.confidence for finding in found] == ([] if confidence is None else [confidence])
    for finding in found:
        assert "every request that has a session" in finding.message
        assert [note.span.start.line for note in finding.related] == [9]


@pytest.mark.parametrize(
    ("key", "same"), [('"rates"', True), ("KEY", True), ("name", False), ('f"rates:{name}"', False)]
)
def test_one_key_for_all_turns_is_read_once_before_the_loop(key: str, same: bool) -> None:
    text = f"""
    client = redis.Redis()
    KEY = "rates"

    def rate(name):
        return client.get({key})

    @app.get("/a")
    def a():
        return [rate(name) for name in client.smembers("names")]
    """
    (found,) = findings("redis-command-in-loop", text)
    assert ("once before the loop" in found.message) == same
    assert ("MGET" in found.message) != same


PAIRS = """
client = redis.Redis()

{code}

@app.get("/a")
def a(name: str):
    return {call}
"""


@pytest.mark.parametrize(
    ("code", "call", "levels"),
    [
        (
            "def put(key, ttl=None):\n    client.set(key, 1)\n    if ttl:\n        client.expire(key, ttl)",
            "put(name, 60)",
            ["high"],
        ),
        (
            "def put(key, ttl=None):\n    client.set(key, 1)\n    if ttl:\n        client.expire(key, ttl)",
            "put(name)",
            [],
        ),
        ("def put(key):\n    client.set(key, 1)\n    client.expire(key, 60)", "put(name)", ["high"]),
        ("def put(key):\n    client.set(key, 1)\n    client.expire(key, 60)", "name", ["low"]),
        (
            "def put(code):\n    seen = client.get(code)\n    client.delete(code)\n    return seen",
            "put(name)",
            ["medium"],
        ),
        (
            "def put(code):\n    seen = client.get(code)\n    return seen if client.delete(code) else None",
            "put(name)",
            [],
        ),
        ("def put(key):\n    seen = client.get(key)\n    if seen:\n        client.incr(key)", "put(name)", []),
        (
            "def put(key):\n    seen = int(client.get(key))\n    if seen > 5:\n        return\n    client.incr(key)",
            "put(name)",
            ["low"],
        ),
        (
            "def put(key):\n    seen = int(client.get(key))\n    client.set(key, seen + 1)",
            "put(name)",
            ["medium"],
        ),
        (
            "def put(version_key):\n    seen = client.get(version_key)\n    client.set(version_key, int(seen) + 1)",
            "put(name)",
            ["low"],
        ),
    ],
)
def test_pairs_that_nothing_sends_or_that_lose_nothing_are_left_out(code: str, call: str, levels: list[str]) -> None:
    found = findings("redis-check-then-get", PAIRS.format(code=code, call=call))
    assert [finding.confidence.value for finding in found] == levels


@pytest.mark.parametrize(("given", "found"), [('"c", 6379, 0, None', 1), ('"c", 6379, 0, None, 2, 2', 0)])
def test_a_timeout_may_be_given_by_its_place(given: str, found: int) -> None:
    text = f"""
    client = redis.Redis({given})

    @app.get("/a")
    def a():
        return client.get("a")
    """
    assert len(findings("redis-no-timeout", text, requirements_txt="redis==5.0.1\n")) == found


HOLDS = """
client = redis.Redis()

async def work():
    return client.get("a")
"""


@pytest.mark.parametrize("routes", [1, 9])
@pytest.mark.parametrize("body", ['client.get("a")', 'client.get("a"), client.get("b")'])
def test_one_function_that_only_routes_come_to_holds_the_loop_with_low_confidence(routes: int, body: str) -> None:
    source = HOLDS.replace('client.get("a")', body)
    source += "".join(f"\n@app.get('/{n}')\nasync def f{n}():\n    await work()\n" for n in range(routes))
    (found,) = findings("redis-blocking-in-async", source)
    assert found.confidence is Confidence.LOW


@pytest.mark.parametrize(
    ("caller", "level"),
    [
        ('@app.middleware("http")\nasync def ask(request, call_next):\n    await work()', "high"),
        ('@app.websocket("/items")\nasync def ask(socket):\n    await work()', "medium"),
        (
            "from fastapi import Depends\nshop = FastAPI(dependencies=[Depends(work)])\n@shop.get('/a')\nasync def a(): ...",
            "high",
        ),
        ('@app.get("/items")\nasync def ask():\n    await work()', "low"),
    ],
)
def test_what_every_request_waits_for_surely_holds_the_loop_and_what_a_socket_waits_for_likely(
    caller: str, level: str
) -> None:
    (found,) = findings("redis-blocking-in-async", f"{HOLDS}\n{caller}\n")
    assert found.confidence.value == level


@pytest.mark.parametrize(("routes", "level"), [(1, "low"), (9, "low"), (10, "medium"), (40, "medium")])
def test_a_dependency_of_ten_routes_holds_the_loop_for_requests_in_general(routes: int, level: str) -> None:
    source = f"from fastapi import Depends\n{HOLDS}"
    source += "".join(f"\n@app.get('/{n}')\nasync def f{n}(item=Depends(work)): ...\n" for n in range(routes))
    (found,) = findings("redis-blocking-in-async", source)
    assert found.confidence.value == level


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("subscribe('news')", 0),
        ("psubscribe('news:*')", 0),
        ("unsubscribe('news')", 0),
        ("punsubscribe()", 0),
        ("ping()", 1),
    ],
)
def test_to_subscribe_waits_for_no_answer_as_other_commands_do(command: str, found: int) -> None:
    text = f"""
    client = redis.Redis()

    @app.middleware("http")
    async def tell(request, call_next):
        channel = client.pubsub()
        channel.{command}
        return await call_next(request)
    """
    assert len(findings("redis-blocking-in-async", text)) == found


def test_pages_of_operators_hold_the_loop_for_few_also_with_a_client_that_they_share() -> None:
    source = "\nclient = redis.Redis()\n"
    source += "".join(f"\n@app.get('/{{where}}/{n}')\nasync def f{n}():\n    client.ping()\n" for n in range(5))
    for where, level in (("orders", Confidence.MEDIUM), ("health", Confidence.LOW)):
        (found,) = findings("redis-blocking-in-async", source.format(where=where))
        assert found.confidence is level


@pytest.mark.parametrize(
    ("made", "level"),
    [
        ('redis.Redis(host="cache.internal")', "high"),
        ('redis.Redis(host="127.0.0.1")', "low"),
        ('redis.Redis("localhost")', "low"),
        ("redis.Redis(host=os.environ['CACHE_HOST'])", "high"),
        ("redis.Redis.from_url('redis://localhost:6379/0')", "low"),
        ("redis.Redis.from_url('redis://:key@127.0.0.1/0')", "low"),
        ("redis.Redis.from_url('redis://localhost.shop.example/0')", "high"),
    ],
)
def test_a_server_on_the_same_machine_is_of_low_confidence(made: str, level: str) -> None:
    routes = "".join(f"@app.get('/{n}')\ndef r{n}():\n    return client.get('{n}')\n" for n in range(4))
    text = f"import os\nclient = {made}\n{routes}"
    found = findings("redis-no-timeout", text, requirements_txt="redis==5.0.8\n")
    assert [finding.confidence.value for finding in found] == [level]


def test_a_thousand_clients_in_one_scope_take_the_switch_no_minutes() -> None:
    made = "".join(f"c{n} = redis.Redis()\n" for n in range(1000))
    chosen = "".join(f"d{n} = redis.Redis() if REDIS_ENABLED else None\n" for n in range(1000))
    text = f"import os\nimport redis\nREDIS_ENABLED = os.getenv('REDIS_ENABLED') == 'true'\n{chosen}{made}"
    start = time.process_time()
    found = list(check_files({"app.py": text}, select=("redis-kill-switch",)).findings)
    assert len(found) == 1000
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("made", "number"),
    [
        ("if not hasattr(cls, 'kept'):\n                cls.kept = Service(make())", 0),
        ("if not hasattr(cls, 'kept'):\n                cls.kept = Service(1, client=make().client())", 0),
        ("cls.kept = Service(make())", 1),
        ("if not hasattr(cls, 'kept'):\n                cls.kept = Service(1)\n            make()", 1),
    ],
)
def test_what_is_made_for_an_object_that_a_class_keeps_is_kept_with_it(made: str, number: int) -> None:
    text = f"""
    def make():
        return redis.Redis()

    class Service:
        def __init__(self, client):
            self.client = client

    class Provider:
        def __new__(cls):
            {made}
            return cls.kept

    @app.get("/a")
    def a():
        return Provider().client.get("a")
    """
    assert len(findings("redis-client-per-call", text)) == number


@pytest.mark.parametrize(("then", "number"), [("client.connection_pool = POOL", 0), ("client.pool = POOL", 1)])
def test_a_client_that_is_put_on_a_pool_is_not_made_anew(then: str, number: int) -> None:
    text = f"""
    POOL = redis.ConnectionPool()

    @app.get("/a")
    def a():
        client = redis.Redis()
        {then}
        return client.get("a")
    """
    assert len(findings("redis-client-per-call", text)) == number


@pytest.mark.parametrize(
    ("assigned", "number"),
    [("_kept = _kept or make()", 0), ("_kept = _kept if _kept else make()", 0), ("_kept = other or make()", 1)],
)
def test_a_global_that_is_taken_before_what_is_made_keeps_it(assigned: str, number: int) -> None:
    text = f"""
    _kept = None
    other = None

    def make():
        return redis.Redis()

    def client():
        global _kept
        {assigned}
        return _kept

    @app.get("/a")
    def a():
        return client().get("a")
    """
    assert len(findings("redis-client-per-call", text)) == number


def test_a_dependency_that_decorators_declare_counts_its_routes_for_clients_too() -> None:
    text = "from fastapi import Depends\n\ndef ask():\n    redis.Redis().get('a')\n"
    text += "".join(f"\n@app.get('/{n}', dependencies=[Depends(ask)])\ndef f{n}(): ...\n" for n in range(4))
    (made,) = findings("redis-client-per-call", text)
    assert "on requests of 4 routes" in made.message
    assert made.confidence is Confidence.MEDIUM
    (waiting,) = findings("redis-no-timeout", text, requirements_txt="redis==5.0.1\n")
    assert "the requests of 4 routes" in waiting.message


@pytest.mark.parametrize(
    ("rule", "work"),
    [
        ("redis-client-per-call", "redis.Redis().get('a')"),
        ("redis-scan-in-request", "client.keys('*')"),
        ("redis-check-then-get", "client.exists('a') and client.get('a')"),
    ],
)
@pytest.mark.parametrize(("before", "number"), [("shop.nothing()", 0), ("shop.something()", 1)])
def test_what_stands_behind_what_certainly_raises_is_reported_by_no_rule(
    rule: str, work: str, before: str, number: int
) -> None:
    text = f"""
    client = redis.Redis()

    class Shop:
        def something(self):
            return 1

    shop = Shop()

    @app.get("/a")
    def a():
        {before}
        return {work}
    """
    assert len(findings(rule, text)) == number


REFILLS = """
import redis.asyncio as redis
from fastapi import FastAPI
from rows import count

app = FastAPI()

@app.get("/totals")
async def totals():
    key = "totals"
    client = redis.from_url("redis://cache")
    cached = await client.get(key)
    if cached:
        await client.close()
        return cached
    data = await count()
    client = redis.from_url("redis://cache")
    await client.setex({}, 60, data)
    {}
    await client.close()
    return data
"""
HELPERS = """
import redis.asyncio as redis
from fastapi import FastAPI
from rows import count

app = FastAPI()

async def load_cached(key):
    client = redis.from_url("redis://cache")
    found = await client.get(key)
    await client.aclose()
    return found

async def save_cached(key, data):
    client = redis.from_url("redis://cache")
    await client.set(key, data, ex=60)
    await client.aclose()

@app.get("/totals/{{name}}")
async def totals(name: str):
    cached = await load_cached(name)
    if {}:
        return cached
    data = await count(name)
    await save_cached({}, data)
    return data
"""


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        (REFILLS.format("key", ""), ["medium", "low"]),
        (REFILLS.format("'other'", ""), ["medium", "medium"]),
        (REFILLS.format("key", "await client.incr('stores')"), ["medium", "medium"]),
        (HELPERS.format("cached", "name"), ["medium", "low"]),
        (HELPERS.format("cached is not None", "name"), ["medium", "low"]),
        (HELPERS.format("cached", "name").replace("save_cached", "setc"), ["medium", "low"]),
        (HELPERS.format("cached is None", "name"), ["medium", "medium"]),
        (HELPERS.format("name == 'x'", "name"), ["medium", "medium"]),
        (HELPERS.format("cached", "f'last:{name}'"), ["medium", "medium"]),
    ],
)
def test_a_client_that_only_stores_after_a_miss_is_seldom_made(code: str, levels: list[str]) -> None:
    report = check_files({"app.py": code}, select=("redis-client-per-call",))
    assert [finding.confidence.value for finding in report.findings] == levels


ADDRESS = """
import os
import redis
from fastapi import FastAPI

app = FastAPI()

def connect(url="redis://cache:6379"):
    return redis.from_url(url)

client = connect({})

@app.middleware("http")
async def count(request, call_next):
    client.incr("hits")
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("given", "is_found"),
    [
        ("'redis://cache:6379?socket_timeout=3'", False),
        ("url='redis://cache:6379?socket_timeout=3'", False),
        ("os.getenv('URL', 'redis://cache:6379?socket_timeout=3')", False),
        ("'redis://cache:6379'", True),
        ("", True),
    ],
)
def test_a_timeout_in_an_address_that_a_caller_hands_in_is_one(given: str, *, is_found: bool) -> None:
    report = check_files(
        {"app.py": ADDRESS.format(given), "requirements.txt": "redis==5.0\n"}, select=("redis-no-timeout",)
    )
    assert bool(report.findings) is is_found


CHECKED = """
import redis
from fastapi import FastAPI

app = FastAPI()
client = redis.Redis(host="cache")

@app.middleware("http")
async def check(request, call_next):
    if {}:
        client.ping()
    return await call_next(request)
"""
CHECKED_ROUTES = "".join(f"\n@app.get('/{n}')\ndef f{n}(): ...\n" for n in range(12))


@pytest.mark.parametrize(
    ("test", "level", "who"),
    [
        ('request.url.path == "/health"', "low", "the requests of 1 route"),
        ('request.url.path == "/3"', "medium", "the requests of 1 route"),
        ('request.url.path != "/3"', "high", "every request"),
        ("request.user", "high", "every request"),
    ],
)
def test_a_middleware_that_asks_for_few_routes_holds_up_these(test: str, level: str, who: str) -> None:
    files: dict[str, str | bytes] = {
        "app.py": CHECKED.format(test) + CHECKED_ROUTES,
        "requirements.txt": "redis==5.0\n",
    }
    (finding,) = check_files(files, select=("redis-no-timeout",), confidence="low").findings
    assert finding.confidence.value == level
    assert who in finding.message


def test_a_client_made_to_connect_an_account_is_seldom_made() -> None:
    text = HEAD + "\n@app.get('/{}')\ndef handle(code):\n    redis.Redis().set(code, 1, ex=60)\n"
    for path, level in (("fitbit/callback", "low"), ("oauth/start", "low"), ("orders", "medium")):
        (finding,) = check_files({"app.py": text.format(path)}, select=("redis-client-per-call",)).findings
        assert finding.confidence.value == level


FIRED = """
import asyncio
import redis.asyncio as redis
from fastapi import FastAPI

app = FastAPI()
client = redis.Redis(host="cache")

def {}(work):
    {}

async def scan():
    await client.get("scan")

@app.get("/a")
async def a():
    {}(scan())

@app.get("/b")
async def b():
    {}(scan())

@app.get("/c")
async def c():
    {}(scan())
"""


@pytest.mark.parametrize(
    ("name", "body", "level"),
    [
        ("fire_scan", "task = asyncio.create_task(work)", "low"),
        ("fire_scan", "return work", "high"),
        ("asyncio.create_task", "", "low"),
    ],
)
def test_nobody_waits_for_what_a_function_of_the_project_starts(name: str, body: str, level: str) -> None:
    text = FIRED.format(name, body, name, name, name)
    if not body:
        text = text.replace("def asyncio.create_task(work):\n    \n", "")
    files: dict[str, str | bytes] = {"app.py": text, "requirements.txt": "redis==5.0\n"}
    (finding,) = check_files(files, select=("redis-no-timeout",), confidence="low").findings
    assert finding.confidence.value == level


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ("cache:blacklist:{user_id}", "low"),
        ("session:settings:{user_id}", "medium"),
        ("cache:settings:{user_id}", "low"),
        ("cache:orders:{user_id}", "medium"),
        ("token:blacklist:{token}", "medium"),
    ],
)
def test_what_somebody_chose_is_meant_to_stay(key: str, level: str) -> None:
    text = f"def keep(user_id, token):\n    redis.Redis().set(f'{key}', token)\n"
    (finding,) = findings("redis-set-without-ttl", text)
    assert finding.confidence.value == level


@pytest.mark.parametrize(
    ("test", "is_found"),
    [
        ("client.exists(key)", False),
        ("client.get(key) is not None", False),
        ("client.exists('x')", True),
        ("user_id", True),
    ],
)
def test_a_write_where_the_key_was_found_makes_none(test: str, *, is_found: bool) -> None:
    text = f"""
client = redis.Redis()

def add(user_id):
    key = f"cache:stock:{{user_id}}"
    if {test}:
        client.incrby(key, 2)
"""
    assert bool(findings("redis-set-without-ttl", text)) is is_found


HANDED = """
import redis
from flask import Flask, current_app

app = Flask(__name__)
app.config["redis"] = redis.Redis(host="cache", socket_timeout=3)

def with_lock(client=None):
    if client is None:
        client = redis.Redis(host="cache")
    client.get("lock")

def caller():
    with_lock({})

@app.before_request
def check():
    caller()
"""


@pytest.mark.parametrize(
    ("given", "level"), [('current_app.config["redis"]', "low"), ("", "high"), ("None", "high"), ("find()", "high")]
)
def test_a_client_that_every_caller_brings_is_not_made(given: str, level: str) -> None:
    files: dict[str, str | bytes] = {"app.py": HANDED.format(given), "requirements.txt": "redis==5.0\n"}
    (finding,) = check_files(files, select=("redis-no-timeout",), confidence="low").findings
    assert finding.confidence.value == level


SLOWAPI = """
import os
from fastapi import FastAPI, Request
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware

app = FastAPI()
limiter = Limiter(key_func=str, {})
app.state.limiter = limiter
"""
COUNTED = "".join(
    f"\n@app.get('/{n}')\n@limiter.limit('5/minute')\ndef f{n}(request: Request): ...\n" for n in range(3)
)
EVERY = "\napp.add_middleware(SlowAPIMiddleware)\n"
FLASK = """
from flask import Flask
from flask_limiter import Limiter

app = Flask(__name__)
limiter = Limiter(str, app=app, default_limits=["9/minute"], {})
"""
URI = 'storage_uri="redis://cache:6379"'


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (SLOWAPI.format(URI) + COUNTED, ("medium", "the requests of 3 routes")),
        (SLOWAPI.format(f"{URI}, default_limits=['9/minute']") + EVERY, ("medium", "every request")),
        (FLASK.format(URI), ("medium", "every request")),
        (SLOWAPI.format('storage_uri=os.getenv("REDIS_URL", "redis://cache")') + COUNTED, ("medium", "3 routes")),
        (SLOWAPI.format('storage_uri="redis://localhost:6379"') + COUNTED, ("low", "3 routes")),
        (SLOWAPI.format(f"{URI}, storage_options={{}}") + COUNTED, ("medium", "3 routes")),
        (SLOWAPI.format(f"{URI}, storage_options={{'socket_timeout': 3}}") + COUNTED, None),
        (SLOWAPI.format(f"{URI}, storage_options=OPTIONS") + COUNTED, None),
        (SLOWAPI.format(f"{URI}, **OPTIONS") + COUNTED, None),
        (SLOWAPI.format('storage_uri="redis://cache?socket_timeout=3"') + COUNTED, None),
        (SLOWAPI.format('storage_uri="memory://"') + COUNTED, None),
        (SLOWAPI.format("default_limits=[]") + COUNTED, None),
        (SLOWAPI.format(URI), None),
        (FLASK.format(URI) + "\napp.config['RATELIMIT_STORAGE_OPTIONS'] = {'socket_timeout': 3}\n", None),
    ],
)
def test_a_limiter_of_a_library_waits_for_its_redis_as_long_as_it_takes(
    code: str, told: tuple[str, str] | None
) -> None:
    files: dict[str, str | bytes] = {"app.py": code, "requirements.txt": "redis==5.0\nslowapi\n"}
    found = check_files(files, select=("redis-no-timeout",), confidence="low").findings
    if told is None:
        assert not found
    else:
        (finding,) = found
        assert (finding.confidence.value, told[1] in finding.message) == (told[0], True)


@pytest.mark.parametrize(
    ("uses", "is_found"),
    [
        ("from limits_of import limiter\n", True),
        ("from slowapi import Limiter\nlimiter = Limiter(key_func=str)\n", False),
    ],
)
def test_a_limiter_that_no_file_uses_counts_nothing(uses: str, *, is_found: bool) -> None:
    app = f"from fastapi import FastAPI, Request\n{uses}\napp = FastAPI()\n{COUNTED}"
    own = f"from slowapi import Limiter\n\nlimiter = Limiter(key_func=str, {URI})\n"
    files: dict[str, str | bytes] = {"app.py": app, "limits_of.py": own, "requirements.txt": "redis==5.0\n"}
    assert bool(check_files(files, select=("redis-no-timeout",), confidence="low").findings) is is_found


def test_a_limiter_of_flask_needs_an_application() -> None:
    code = """
from flask import Flask
from flask_limiter import Limiter

limiter = Limiter(str, default_limits=["9/minute"], storage_uri="redis://cache")
app = Flask(__name__)
{}
"""
    for installed, is_found in (("limiter.init_app(app)", True), ("", False)):
        files: dict[str, str | bytes] = {"app.py": code.format(installed), "requirements.txt": "redis==5.0\n"}
        assert bool(check_files(files, select=("redis-no-timeout",), confidence="low").findings) is is_found


def test_a_limiter_waits_no_longer_than_the_default_of_its_client() -> None:
    for version, expected in (("8.0", []), ("5.0", ["medium"])):
        files: dict[str, str | bytes] = {
            "app.py": SLOWAPI.format(URI) + COUNTED,
            "requirements.txt": f"redis=={version}\n",
        }
        found = check_files(files, select=("redis-no-timeout",), confidence="low").findings
        assert [finding.confidence.value for finding in found] == expected


@pytest.mark.parametrize(("call", "level"), [("", "low"), ("connect()", "high")])
def test_a_client_that_a_function_makes_which_nothing_calls_is_never_made(call: str, level: str) -> None:
    code = f"""
import redis
from fastapi import FastAPI

app = FastAPI()
client = None

def connect():
    global client
    if client is None:
        client = redis.Redis(host="cache")
    return client

{call}

@app.middleware("http")
async def count(request, call_next):
    client.incr("hits")
    return await call_next(request)
"""
    files: dict[str, str | bytes] = {"app.py": code, "requirements.txt": "redis==5.0\n"}
    (finding,) = check_files(files, select=("redis-no-timeout",), confidence="low").findings
    assert finding.confidence.value == level


ARQ = """
    from arq.connections import ArqRedis
    from redis.asyncio.connection import ConnectionPool

    pool = ConnectionPool.from_url("redis://cache", socket_timeout=2)

    @app.post("/mail")
    async def mail():
        await ArqRedis({given}).enqueue_job("mail")
"""


@pytest.mark.parametrize(("given", "found"), [("pool_or_conn=pool", 0), ("pool", 0), ("host='cache'", 1)])
def test_a_client_on_a_pool_that_is_there_is_no_new_one(given: str, found: int) -> None:
    assert len(findings("redis-client-per-call", ARQ.format(given=given))) == found


HANDED_TO = """
import redis.asyncio as redis
from fastapi import FastAPI

class Accounts:
    def __init__(self, redis):
        self.redis = redis

    async def forget(self, key):
        await self.redis.delete(key)

app = FastAPI()
app.state.accounts = Accounts(redis.Redis(host="cache", socket_timeout=2))

@app.post("/forget")
async def forget(key: str):
    await app.state.accounts.forget(key)

@app.post("/all")
async def all_of_them():
    await Accounts(redis.Redis(host="cache", socket_timeout=2)).forget("all")
"""
WORKER = """
import redis.asyncio as redis

from app import Accounts

async def startup(ctx):
    ctx["accounts"] = Accounts(redis.Redis(host="cache"))

class {name}:
    on_startup = startup
"""


@pytest.mark.parametrize(("name", "found"), [("WorkerSettings", 0), ("Other", 1)])
def test_a_client_that_a_worker_makes_for_itself_holds_up_no_request(name: str, found: int) -> None:
    files: dict[str, str | bytes] = {
        "app.py": HANDED_TO,
        "worker.py": WORKER.format(name=name),
        "requirements.txt": "redis==5.0.1\n",
    }
    report = check_files(files, select=("redis-no-timeout",), confidence="low")
    assert len([one for one in report.findings if one.span.path == "worker.py"]) == found
