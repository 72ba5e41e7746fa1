"""Redis clients, keys and requests of which little is to be won: each beside its like that is worth mending."""

from __future__ import annotations

import textwrap

import pytest

from atomlint.testing import check_files

HEAD = """
import redis
from fastapi import Depends, FastAPI, Request
from sqlalchemy.orm import Session

app = FastAPI()
client = redis.Redis()
"""


def levels(rule: str, text: str, head: str = HEAD) -> list[str]:
    report = check_files({"app.py": head + textwrap.dedent(text)}, select=(rule,))
    assert not report.errors
    return [finding.confidence.value for finding in report.findings]


# --- clients -------------------------------------------------------------------------------------------------------------

SHARD = """
def address(shard):
    url = f"redis://{{shard}}.cache:6379"
    return url

def connect(shard):
    return redis.from_url({url})

@app.get("/a/{{shard}}")
def a(shard: str):
    return connect(shard).get("a")

@app.get("/b/{{shard}}")
def b(shard: str):
    return connect(shard).get("b")

@app.get("/c/{{shard}}")
def c(shard: str):
    return connect(shard).get("c")
"""


@pytest.mark.parametrize(
    ("url", "level"),
    [("address(shard)", "low"), ('f"redis://{shard}.cache"', "low"), ('"redis://cache"', "medium")],
)
def test_a_server_that_the_request_names_has_no_client_to_share(url: str, level: str) -> None:
    assert levels("redis-client-per-call", SHARD.format(url=url)) == [level]


STORE = """
from shop.state import state

def make():
    return redis.Redis(host="other")

def get():
    {store}
    client = make()
    store["client"] = (1, client)
    return client

@app.get("/a")
def a(): return get().get("a")

@app.get("/b")
def b(): return get().get("b")

@app.get("/c")
def c(): return get().get("c")
"""


@pytest.mark.parametrize(("store", "level"), [("store = state()", "low"), ("store = {}", "medium")])
def test_for_how_long_a_container_of_elsewhere_keeps_a_client_is_not_known(store: str, level: str) -> None:
    assert levels("redis-client-per-call", STORE.format(store=store)) == [level]


PROBED = """
def beat():
    return redis.Redis().get("beat")

@app.get("{0}")
def first(): return beat()

@app.get("{1}")
def second(): return beat()
"""


@pytest.mark.parametrize(
    ("first", "second", "level"),
    [
        ("/healthz", "/metrics", "low"),
        ("/api/v1/health/ready", "/api/v1/version/", "low"),
        ("/system/status", "/health/redis", "low"),
        ("/health-check", "/ping", "low"),
        ("/healthz", "/orders", "medium"),
        ("/healthz", "/jobs/{job}/status", "medium"),
        ("/healthz", "/matches/live", "medium"),
        ("/healthz", "/public/demo-metrics", "medium"),
    ],
)
def test_a_client_that_only_probes_make_is_made_a_few_times_a_minute(first: str, second: str, level: str) -> None:
    assert levels("redis-client-per-call", PROBED.format(first, second)) == [level]


# --- keys ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("write", "level"),
    [
        ('client.sadd(f"jobs|{file_hash}", tag)', "low"),
        ('client.hset(f"jobs|{file_hash}", "tag", tag)', "low"),
        ('client.rpush(f"jobs|{file_hash}", tag)', "medium"),
        ('client.set(f"jobs|{file_hash}", tag)', "medium"),
    ],
)
def test_sets_and_hashes_may_be_the_data(write: str, level: str) -> None:
    code = f"""
    @app.post("/tags")
    def tags(file_hash: str, tag: str):
        {write}
    """
    assert levels("redis-set-without-ttl", code) == [level]


@pytest.mark.parametrize(("of", "level"), [("run_id", "low"), ("'main'", "medium")])
def test_a_server_that_a_key_names_goes_with_the_key(of: str, level: str) -> None:
    code = f"""
    def connect(name):
        return redis.Redis(host=name)

    @app.post("/tell")
    def tell(run_id: str, text: str):
        server = connect({of})
        server.rpush(f"messages:{{run_id}}", text)
    """
    assert levels("redis-set-without-ttl", code) == [level]


@pytest.mark.parametrize(("key", "level"), [("roles:{user_id}", "low"), ("cache:roles:{user_id}", "medium")])
def test_a_copy_of_a_row_may_be_meant_to_stay_unless_its_key_says_cache(key: str, level: str) -> None:
    code = f"""
    def keep(session: Session, user_id: int):
        row = session.get(User, user_id)
        client.set(f"{key}", row.roles)
    """
    assert levels("redis-set-without-ttl", code) == [level]


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ("message:{message_id}", "medium"),
        ("message:{user_id}", "low"),
        ("sequence:event:{board_id}", "low"),
        ("sequence:event:{run_id}", "medium"),
        ("last-message:{user_id}", "low"),
        ("current:run:{user_id}", "low"),
        ("newest_event:{user_id}", "low"),
        ("blast:message:{message_id}", "medium"),
        ("cache:last-message:{user_id}", "medium"),
    ],
)
def test_a_key_of_the_last_or_current_one_of_something_is_written_over_and_does_not_grow(key: str, level: str) -> None:
    code = f"""
    def keep(user_id: str, text: str):
        client.set(f"{key}", text)
    """
    assert levels("redis-set-without-ttl", code) == [level]


@pytest.mark.parametrize(
    ("part", "level"), [("user_id", "medium"), ("name", "low"), ("provider_id", "low"), ("provider", "low")]
)
def test_a_key_that_says_cache_is_likely_to_pile_up_only_where_what_varies_in_it_has_no_end(
    part: str, level: str
) -> None:
    code = f"""
    def keep({part}: str, text: str):
        client.set(f"cache:{{{part}}}", text)
    """
    assert levels("redis-set-without-ttl", code) == [level]


WELCOME = """
OWNER = "7"

@app.post("/welcome")
def welcome(request: Request, code: str):
    user = signed_in(code)
    named = {{app.bot.login.lower(): ["read"], app.streamer.login: ["write"]}}
    theirs = [user.id, request.session["of"]]
    {test}
        client.set(f"access-token:{{user.id}}", code)
"""


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("if user.login in named:", "low"),
        ("if user.login not in named:", "medium"),
        ("if user.login in theirs:", "medium"),
        ("if user.login in unknown:", "medium"),
        ("if user.id == OWNER and code:", "low"),
        ("if user.id == OWNER or code:", "medium"),
        ("if user.login != app.bot.login:\n        return\n    if code:", "low"),
        ("if user.id == request.session['of']:", "medium"),
        ("if user.state in ['new', 'old']:", "medium"),
        ("if code in named:", "medium"),
    ],
)
def test_keys_of_those_whom_the_program_names_are_few(test: str, level: str) -> None:
    assert levels("redis-set-without-ttl", WELCOME.format(test=test)) == [level]


@pytest.mark.parametrize("word", ["cache", "session", "lock", "rate-limit", "otp", "token"])
@pytest.mark.parametrize("part", ["user_id", "email", "digest"])
def test_a_key_without_an_expiry_is_of_medium_confidence_at_most_whatever_it_says(word: str, part: str) -> None:
    code = f"""
    def keep({part}: str, text: str):
        client.set(f"{word}:{{{part}}}", text)

    @app.middleware("http")
    async def kept(request, call_next):
        keep(request.headers["x-who"], "1")
        return await call_next(request)
    """
    assert levels("redis-set-without-ttl", code) == ["medium"]


# --- requests ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "level"), [('client.rpush("times", 1)', "low"), ('client.incr("times")', "medium")]
)
def test_what_some_requests_write_without_a_count_is_only_possible(command: str, level: str) -> None:
    code = f"""
    @app.middleware("http")
    async def measure(request: Request, call_next):
        if request.user.is_authenticated:
            {command}
        return await call_next(request)
    """
    assert levels("redis-per-request", code) == [level]


@pytest.mark.parametrize(
    ("before", "level"),
    [
        (
            "key = request.headers.get('Idempotency-Key')\n        if not key:\n            return await call_next(request)",
            "low",
        ),
        (
            (
                "key = request.headers.get('Idempotency-Key', '').strip()\n        if not key or not own_check(request.url):\n"
                "            return await call_next(request)"
            ),
            "low",
        ),
        ("key = own_header(request, b'x')\n        if not key:\n            return await call_next(request)", "high"),
        (
            "idem_key = own_header(request, b'x')\n        if not idem_key:\n            return await call_next(request)",
            "low",
        ),
        ("if not (key := request.headers.get('X-Impersonate')):\n            return await call_next(request)", "low"),
        (
            "key = request.query_params.get('preview')\n        if key is None:\n            return await call_next(request)",
            "low",
        ),
        (
            "key = request.headers.get('Authorization')\n        if not key:\n            return await call_next(request)",
            "high",
        ),
        (
            "key = request.headers.get('X-Tenant')\n        if key is None:\n            return await call_next(request)",
            "high",
        ),
        (
            "key = request.query_params.get('page', '1')\n        if not key:\n            return await call_next(request)",
            "high",
        ),
    ],
)
def test_what_few_requests_bring_keeps_the_others_away(before: str, level: str) -> None:
    code = f"""
    @app.middleware("http")
    async def measure(request: Request, call_next):
        {before}
        client.incr("requests")
        return await call_next(request)
    """
    assert levels("redis-per-request", code) == [level]


COUNTED = "if token and {}:\n            client.incr('failed')"
LEFT = "if {}:\n            return response\n        client.incr('failed')"


@pytest.mark.parametrize(
    ("form", "test", "level"),
    [
        (COUNTED, "response.status_code >= 500", "low"),
        (COUNTED, "response.status_code == 429 and allowed", "low"),
        (COUNTED, "response.status_code > 399", "low"),
        (COUNTED, "response.status_code < 400", "medium"),
        (COUNTED, "response.status_code >= 200", "medium"),
        (LEFT, "response.status_code < 500", "low"),
        (LEFT, "response.status_code <= 399", "low"),
        (LEFT, "response.status_code >= 500", "high"),
        (LEFT, "response.status_code < 200", "high"),
    ],
)
def test_responses_that_are_errors_are_few(form: str, test: str, level: str) -> None:
    code = f"""
    @app.middleware("http")
    async def measure(request: Request, call_next):
        response = await call_next(request)
        allowed = decided(request)
        token = decoded(request)
        {form.format(test)}
        return response
    """
    assert levels("redis-per-request", code) == [level]


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("payload is not None", "medium"),
        ("jwt_payload is not None", "medium"),
        ("token", "medium"),
        ("payload and token", "medium"),
        ("special is not None", "low"),
        ("request.state.user", "medium"),
    ],
)
def test_a_branch_of_those_who_say_who_they_are_is_of_most_requests(test: str, level: str) -> None:
    code = f"""
    @app.middleware("http")
    async def measure(request: Request, call_next):
        if request.url.path == "/docs":
            return await call_next(request)
        payload = jwt_payload = token = special = decoded(request)
        if {test}:
            client.exists("revoked")
        return await call_next(request)
    """
    assert levels("redis-per-request", code) == [level]


@pytest.mark.parametrize(
    ("read", "level"),
    [("tenant_var.get()", "low"), ("current()", "low"), ("own_var.get()", "medium"), ("current() or 1", "medium")],
)
@pytest.mark.parametrize("test", ["if kept:", "if kept is not None:"])
def test_what_a_context_variable_holds_is_not_asked_for_again(read: str, test: str, level: str) -> None:
    code = f"""
    tenant_var = ContextVar("tenant", default=None)

    def current():
        return tenant_var.get()

    def look_up():
        kept = {read}
        {test}
            return kept
        return client.get("tenant")

    @app.middleware("http")
    async def tenant(request: Request, call_next):
        look_up()
        return await call_next(request)
    """
    head = "from contextvars import ContextVar\n" + HEAD
    assert levels("redis-per-request", code, head) == [level]


@pytest.mark.parametrize(("on", "level"), [("app", "medium"), ("pages", "low")])
def test_a_blueprint_has_pages_of_its_own_alone(on: str, level: str) -> None:
    head = """
import redis
from flask import Blueprint, Flask

app = Flask(__name__)
pages = Blueprint("pages", __name__)
client = redis.Redis()
"""
    code = f"""
    @{on}.context_processor
    def counts():
        return dict(jobs=client.get("jobs"))
    """
    assert levels("redis-per-request", code, head) == [level]


@pytest.mark.parametrize(
    "given",
    ['unix_socket_path="/run/redis.sock"', '"unix:///run/redis.sock"', "connection_class=UnixDomainSocketConnection"],
)
@pytest.mark.parametrize(("rule", "elsewhere"), [("redis-no-timeout", "high"), ("redis-client-per-call", "medium")])
def test_a_server_on_the_same_machine_is_of_low_confidence(rule: str, elsewhere: str, given: str) -> None:
    made = f"redis.Redis.from_url({given})" if "unix:" in given else f"redis.Redis({given})"
    source = f"""
import redis
from fastapi import FastAPI
from redis import UnixDomainSocketConnection
app = FastAPI()

def client():
    return {made}

@app.get("/a")
def a():
    return client().get("a")

@app.get("/b")
def b():
    return client().get("b")

@app.get("/c")
def c():
    return client().get("c")
"""
    files: dict[str, str | bytes] = {"requirements.txt": "redis==5.0.8\n", "shop/app.py": source}
    report = check_files(files, select=[rule])
    assert {finding.confidence.name.lower() for finding in report.findings} == {"low"}
    assert not any("TCP" in finding.message for finding in report.findings)
    files["shop/app.py"] = source.replace(made, "redis.Redis('cache')")
    assert {finding.confidence.name.lower() for finding in check_files(files, select=[rule]).findings} == {elsewhere}


KEPT = """
@app.middleware("http")
async def about(request: Request, call_next):
    request.state.about = described(request.headers["x-who"])
    return await call_next(request)

def described(who):
    {before}
    found = look_up(who)
    client.hset(who, mapping=found)
    client.expire({key}, 60)
    return found
"""


@pytest.mark.parametrize(
    ("before", "key", "sent"),
    [
        ("if kept := client.hgetall(who):\n        return kept", "who", {"hgetall"}),
        (
            "kept = client.hgetall(who)\n    if kept:\n        if fresh(kept):\n            return kept",
            "who",
            {"hgetall"},
        ),
        ("if kept := client.hgetall(who):\n        return kept", "'all'", {"hgetall", "expire"}),
        ("if kept := client.hgetall(who):\n        print(kept)", "who", {"hgetall", "hset", "expire"}),
        ("if who == 'me':\n        return who\n    kept = client.hgetall(who)", "who", {"hgetall", "hset", "expire"}),
        ("n = int(client.hget(who, 'n') or 0)\n    if n > 5:\n        return None", "who", {"hget", "hset", "expire"}),
    ],
    ids=["found", "found and fresh", "another key", "goes on", "leaves before it asks", "too many"],
)
def test_what_follows_a_miss_of_the_same_key_is_not_sent_on_every_request(
    before: str, key: str, sent: set[str]
) -> None:
    files: dict[str, str | bytes] = {"app.py": HEAD + KEPT.format(before=before, key=key)}
    messages = [finding.message for finding in check_files(files, select=("redis-per-request",)).findings]
    assert {name for text in messages for name in text.partition("(")[2].partition(")")[0].split(", ")} == sent


def test_who_calls_is_asked_where_a_route_wants_to_know_and_a_session_is_no_copy() -> None:
    source = """
import redis
from flask import Flask
from flask.sessions import SessionInterface
from flask_jwt_extended import JWTManager

client = redis.Redis(socket_timeout=1)
app = Flask(__name__)
jwt = JWTManager(app)

class Sessions(SessionInterface):
    def open_session(self, app, request):
        return client.get(request.cookies["sid"])

    def save_session(self, app, session, response):
        client.set(session["sid"], "x", ex=60)

app.session_interface = Sessions()

@jwt.token_in_blocklist_loader
def is_revoked(header, payload):
    return client.get(payload["jti"]) is not None

@app.route("/")
def home(): ...
"""
    report = check_files({"shop/app.py": source}, select=["redis-per-request"])
    levels = {finding.symbol: finding.confidence.name.lower() for finding in report.findings}
    assert levels == {"Sessions.open_session": "low", "Sessions.save_session": "medium", "is_revoked": "medium"}


@pytest.mark.parametrize(("name", "level"), [("is_revoked", "medium"), ("session_guard", "medium"), ("flags", "high")])
def test_a_copy_of_who_is_locked_out_lets_them_in_for_a_while(name: str, level: str) -> None:
    code = f"""
    def {name}(token):
        return client.get(f"kept:{{token}}")

    @app.middleware("http")
    async def check(request, call_next):
        request.state.kept = {name}(request.headers["x-token"])
        return await call_next(request)
    """
    assert levels("redis-per-request", code) == [level]


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ('f"blacklist:{token}"', "medium"),
        ('f"token:{jti}"', "medium"),
        ('"revoked:" + token', "medium"),
        ('f"to:{token}"', "high"),
    ],
)
def test_so_does_one_whose_key_says_so_and_the_message_says_for_how_long(key: str, level: str) -> None:
    code = f"""
    def held(name):
        return client.get(name)

    @app.middleware("http")
    async def check(request, call_next):
        token = request.headers["x-token"]
        jti = read(token).get("jti")
        request.state.held = held({key})
        return await call_next(request)
    """
    source = HEAD + textwrap.dedent(code)
    found = check_files({"app.py": source}, select=("redis-per-request",)).findings
    assert [one.confidence.value for one in found] == [level]
    assert ("a local copy of 5 s, by which who is locked out" in found[0].message) is (level == "medium")
    assert ("cache locally for 30 s" in found[0].message) is (level == "high")


@pytest.mark.parametrize("key", ['f"session:{token}"', 'f"auth:token:{token}"', "token_key(token)", 'f"kept:{token}"'])
def test_a_session_that_redis_keeps_is_read_there_on_purpose(key: str) -> None:
    code = f"""
    def token_key(token):
        return "t" + token

    @app.middleware("http")
    async def check(request, call_next):
        token = request.headers["x-token"]
        request.state.user = client.get({key})
        return await call_next(request)
    """
    assert levels("redis-per-request", code) == ["high" if "kept" in key else "low"]


PUT = """
class Counter:
    async def count(self, request):
        client.incr("all")

@app.on_event("startup")
async def start():
    app.state.count = Counter().count

@app.middleware("http")
async def tell(request: Request, call_next):
    {}
    if {}:
        await count(request)
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("found", "test", "level"),
    [
        ("count = getattr(request.app.state, 'count', None)", "count is not None", "high"),
        ("count = request.app.state.count", "count", "high"),
        ("count = request.app.state.count", "asks(request)", "low"),
    ],
)
def test_a_method_that_start_up_puts_on_the_application_is_called_on_every_request(
    found: str, test: str, level: str
) -> None:
    assert levels("redis-per-request", PUT.format(found, test)) == [level]


def test_a_branch_for_a_path_that_has_a_name_is_counted_by_its_routes() -> None:
    code = """
    @app.middleware("http")
    async def tell(request: Request, call_next):
        path = request.url.path
        if path.startswith("/api"):
            client.incr("all")
        return await call_next(request)
    """
    routes = "".join(f"\n@app.get('/api/{name}')\ndef {name}(): ...\n" for name in ("a", "b", "c"))
    assert levels("redis-per-request", textwrap.dedent(code) + routes) == ["high"]


REFUSING = """
from starlette.responses import JSONResponse

def refuse(wait):
    return JSONResponse({{"wait": wait}}, status_code=429)

def note():
    client.incr("refused")

@app.middleware("http")
async def limit(request: Request, call_next):
    user = over(request)
    if user:
        note()
        return {answer}
    return await call_next(request)

@app.get("/")
def home(): ...
"""


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        ("JSONResponse({}, status_code=429)", "low"),
        ("refuse(60)", "low"),
        ("await call_next(request)", "medium"),
    ],
)
def test_what_is_counted_of_requests_that_are_refused_is_of_few(answer: str, level: str) -> None:
    assert levels("redis-per-request", REFUSING.format(answer=answer)) == [level]


PICKED = """
import os, re
LISTED = os.environ["LISTED"].split(",")

def of_list(path):
    for one in LISTED:
        if path.startswith(one):
            return True
    return False

def but_list(path):
    for one in LISTED:
        if path.startswith(one):
            return False
    return True

def any_of(path):
    return any(path.startswith(one) for one in LISTED)

def kind_of(request):
    if "sum" in request.url_rule.endpoint:
        return "sums"
    return None

@app.middleware("http")
async def tell(request: Request, call_next):
    {body}
    return await call_next(request)

@app.get("/a")
def a(): ...
@app.get("/b")
def b(): ...
@app.get("/c")
def c(): ...
"""
SEND = "client.incr('all')"
LEAVE = "return await call_next(request)"


@pytest.mark.parametrize(
    ("body", "level"),
    [
        (f"if not of_list(request.url.path): {LEAVE}\n    {SEND}", "low"),
        (f"if not any_of(request.url.path): {LEAVE}\n    {SEND}", "low"),
        (f"if request.url.path not in LISTED: {LEAVE}\n    {SEND}", "low"),
        (f"kind = kind_of(request)\n    if not kind: {LEAVE}\n    {SEND}", "low"),
        (f"if any_of(request.url.path): {SEND}", "low"),
        (f"if unknown(request.url.path): {SEND}", "low"),
        (f"if unknown.asks(request.url.path): {SEND}", "low"),
        (f"if not but_list(request.url.path): {LEAVE}\n    {SEND}", "high"),
        (f"if of_list(request.url.path): {LEAVE}\n    {SEND}", "high"),
        (f"if request.url.path in LISTED: {LEAVE}\n    {SEND}", "high"),
    ],
)
def test_routes_that_a_list_names_which_nobody_knows_are_few(body: str, level: str) -> None:
    assert levels("redis-per-request", PICKED.format(body=body)) == [level]


@pytest.mark.parametrize(("others", "level"), [(5, "high"), (35, "low")])
def test_a_middleware_for_fewer_than_a_tenth_of_the_routes_is_none_of_every_request(others: int, level: str) -> None:
    code = """
    @app.middleware("http")
    async def tell(request: Request, call_next):
        if request.url.path.startswith("/other"):
            return await call_next(request)
        client.incr("sign-ins")
        return await call_next(request)

    @app.get("/sign-in")
    def sign_in(): ...
    @app.get("/sign-out")
    def sign_out(): ...
    @app.get("/sign-up")
    def sign_up(): ...
    """
    routes = "".join(f"\n@app.get('/other/{n}')\ndef other_{n}(): ...\n" for n in range(others))
    assert levels("redis-per-request", textwrap.dedent(code) + routes) == [level]
    alone = textwrap.dedent(code.replace("/sign-out", "/other/out").replace("/sign-up", "/other/up"))
    assert levels("redis-per-request", alone + routes) == ["low"]


LIMITED = """
from fastapi import FastAPI
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware

limiter = Limiter(key_func=str, storage_uri="redis://cache", default_limits=["9/second"])
app = FastAPI()
app.add_middleware(SlowAPIMiddleware)
"""


def test_counts_of_a_limiter_of_a_library_may_be_wanted_by_all_processes() -> None:
    assert levels("redis-per-request", "", LIMITED) == ["medium"]


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ('return "redis://cache"', ["medium"]),
        ('if app_is_large():\n        return "redis://cache"\n    return "memory://"', ["medium"]),
        ('return "memory://"', []),
    ],
)
def test_the_storage_that_a_function_gives_to_a_limiter_is_that_of_what_it_returns(
    returned: str, expected: list[str]
) -> None:
    head = LIMITED.replace('"redis://cache"', "get_storage_uri()")
    head = head.replace("\nlimiter", f"\ndef get_storage_uri():\n    {returned}\n\nlimiter")
    assert levels("redis-per-request", "", head) == expected


@pytest.mark.parametrize(
    ("name", "work", "level"),
    [
        ("tell", "incr('a')", "high"),
        ("use_quota", "incr('a')", "low"),
        ("IdempotencyMiddleware_call", "incr('a')", "low"),
        ("limit_concurrency", "incr('a')", "low"),
        ("load_session", "set('a', 1)", "medium"),
        ("tell", "eval('return 1', 0)", "medium"),
    ],
)
def test_what_all_processes_may_have_to_share_is_likely_at_most(name: str, work: str, level: str) -> None:
    code = f"""
    @app.middleware("http")
    async def {name}(request: Request, call_next):
        client.{work}
        return await call_next(request)

    @app.get("/")
    def home(): ...
    """
    assert levels("redis-per-request", code) == [level]


@pytest.mark.parametrize("declared", ["dependencies=[Depends(tell)]", "dependencies=TELLS"])
def test_a_dependency_that_decorators_declare_counts_their_routes(declared):
    text = (
        "import redis\nfrom fastapi import Depends, FastAPI\n\napp = FastAPI()\nclient = redis.Redis()\n\n"
        "def tell():\n    client.incr('a')\n\nTELLS = [Depends(tell)]\n"
        + "".join(f"\n@app.get('/{n}', {declared})\ndef f{n}(): ...\n" for n in range(12))
    )
    (found,) = check_files({"app.py": text}, select=("redis-per-request",)).findings
    assert "12 routes that share a dependency" in found.message
    assert found.confidence.value == "high"


@pytest.mark.parametrize(
    ("limits", "number"),
    [
        ('default_limits=["9/minute"]', "1 Redis command"),
        ('default_limits=["9/minute", "99/hour"]', "2 Redis commands"),
        ('default_limits=["9/minute"], application_limits=["99/hour"]', "2 Redis commands"),
        ('application_limits=["99/hour"]', "1 Redis command"),
        ('default_limits=["5/second;1000/hour"]', "2 Redis commands"),
        ('default_limits=["5/second, 60/minute", "1000/hour"]', "3 Redis commands"),
    ],
)
def test_a_limiter_of_a_library_sends_a_command_for_each_of_its_limits(limits: str, number: str) -> None:
    code = f"""
from fastapi import FastAPI
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware

app = FastAPI()
app.state.limiter = Limiter(key_func=print, storage_uri="redis://cache", {limits})
app.add_middleware(SlowAPIMiddleware)
"""
    (finding,) = check_files({"app.py": code}, select=("redis-per-request",)).findings
    assert finding.message.startswith(f"{number} on every request, sent by SlowAPIMiddleware")


@pytest.mark.parametrize(("held", "found"), [("plain", 0), ("other", 1), ("plain if app.debug else make()", 1)])
def test_the_middleware_of_slowapi_counts_with_the_limiter_of_the_state(held: str, found: int) -> None:
    code = f"""
from fastapi import FastAPI
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware

app = FastAPI()
plain = Limiter(key_func=print, storage_uri="redis://cache")
other = Limiter(key_func=print, storage_uri="redis://cache", default_limits=["9/minute"])
app.state.limiter = {held}
app.add_middleware(SlowAPIMiddleware)
"""
    assert len(check_files({"app.py": code}, select=("redis-per-request",)).findings) == found


def test_a_limiter_beside_that_of_the_state_is_asked_by_its_own_routes_alone() -> None:
    code = """
from fastapi import FastAPI, Request
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware

app = FastAPI()
light = Limiter(key_func=print, default_limits=["9/minute"])
heavy = Limiter(key_func=print, storage_uri="redis://cache")
app.state.limiter = light
app.add_middleware(SlowAPIMiddleware)

@app.get("/heavy")
@heavy.limit("1/minute")
def costly(request: Request): ...
"""
    report = check_files({"app.py": code}, select=("redis-per-request", "redis-blocking-in-async"))
    assert [finding.message for finding in report.findings if finding.confidence.value != "low"] == []


@pytest.mark.parametrize(
    ("name", "level"), [("check_admin_lockout", "low"), ("check_lockout", "high"), ("admin_or_member", "high")]
)
def test_what_only_those_who_run_the_service_pass_is_of_few_requests(name: str, level: str) -> None:
    code = f"""
    async def {name}():
        client.incr("failures")

    async def checked():
        await {name}()

    """
    routes = "".join(f'@app.get("/r{n}", dependencies=[Depends(checked)])\ndef r{n}(): ...\n\n' for n in range(12))
    assert levels("redis-per-request", textwrap.dedent(code) + routes) == [level]


SOME = """
    @app.middleware("http")
    async def measure(request: Request, call_next):
        {first}
            client.get("flag")
        client.incr("requests")
        return await call_next(request)

    @app.get("/a")
    def a(): ...

    @app.get("/b")
    def b(): ...
"""


@pytest.mark.parametrize(
    "first",
    [
        'if request.url.path == "/nope":',
        'if request.url.path == "/a":',
        'if request.method == "OPTIONS":',
        'if request.headers.get("X-Special"):',
    ],
)
def test_a_command_of_some_requests_hides_none_of_every_request(first: str) -> None:
    report = check_files({"app.py": HEAD + textwrap.dedent(SOME.format(first=first))}, select=("redis-per-request",))
    (finding,) = report.findings
    assert finding.confidence.value == "high"
    assert "on every request" in finding.message
    assert "routes" not in finding.message
    assert "incr" in report.sources.source("app.py").lines[finding.span.start.line - 1]


@pytest.mark.parametrize(
    ("made", "number"),
    [
        ("app = SlowAPIMiddleware(app)", 1),
        ("app.add_middleware(SlowAPIMiddleware)", 1),
        ("made = SlowAPIMiddleware(app)", 0),
    ],
)
def test_a_middleware_that_is_only_made_runs_for_no_request(made: str, number: int) -> None:
    code = f"""
from fastapi import FastAPI
from slowapi import Limiter
from slowapi.middleware import SlowAPIMiddleware

app = FastAPI()
limiter = Limiter(key_func=print, storage_uri="redis://cache", default_limits=["9/minute"])
{made}
"""
    assert len(check_files({"app.py": code}, select=("redis-per-request",), confidence="low").findings) == number


DRF = """
import redis
from rest_framework import permissions, viewsets
from rest_framework.routers import DefaultRouter
from django.urls import include, path

client = redis.Redis()

class Owns(permissions.BasePermission):
    def has_permission(self, request, view):
        if {}:
            return True
        return client.get(f"owner:{{request.user.id}}") is not None

class Orders(viewsets.ModelViewSet):
    permission_classes = [Owns]

class Items(viewsets.ModelViewSet):
    permission_classes = [Owns]

router = DefaultRouter()
router.register("orders", Orders)
router.register("items", Items)
urlpatterns = [path("", include(router.urls))]
"""


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ('view.action != "create"', "low"),
        ('view.action not in ("create", "update")', "low"),
        ('view.action == "create"', "medium"),
        ("request.user is None", "medium"),
    ],
)
def test_a_permission_that_asks_for_one_action_alone_is_of_few_requests(test: str, level: str) -> None:
    files: dict[str, str | bytes] = {"app.py": DRF.format(test), "settings.py": 'ROOT_URLCONF = "app"\n'}
    (finding,) = check_files(files, select=("redis-per-request",), confidence="low").findings
    assert finding.confidence.value == level


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("special", "medium"),
        ("known.role == 'owner'", "medium"),
        ("known is not None", "medium"),
        ("request.url.path in OPEN", "high"),
        ("is_public(request.url.path)", "high"),
        ("request.method == 'OPTIONS'", "high"),
        ("known is None", "high"),
    ],
)
@pytest.mark.parametrize("answer", ["await call_next(request)", "JSONResponse({}, status_code=403)", "({}, 401)"])
def test_what_leaves_before_for_reasons_of_its_own_makes_it_less_sure(answer: str, test: str, level: str) -> None:
    level = level if "call_next" in answer else "high"  # those who are refused are few
    code = f"""
    @app.middleware("http")
    async def measure(request: Request, call_next):
        known = special = decoded(request)
        if {test}:
            return {answer}
        client.incr("requests")
        return await call_next(request)

    @app.get("/")
    def home(): ...
    """
    assert levels("redis-per-request", code) == [level]


STATE = """
import redis
from flask import Flask, g

app = Flask(__name__)
client = redis.Redis(host="cache")

@app.after_request
def track(response):
    who = getattr(g, "_active", None)
    if not who:
        return response
    client.zadd("active", {{who: 1}})
    return response

def mark(who):
    g._active = who

@app.route("/login")
def login():
    {}
    return "in"

@app.before_request
def load():
    {}
"""


@pytest.mark.parametrize(
    ("login", "load", "level"), [("mark(1)", "pass", "low"), ("pass", "mark(1)", "high"), ("pass", "pass", "high")]
)
def test_what_only_a_route_puts_on_the_request_is_there_for_few(login: str, load: str, level: str) -> None:
    text = STATE.format(login, load)
    (finding,) = check_files({"app.py": text}, select=("redis-per-request",), confidence="low").findings
    assert finding.confidence.value == level


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ("v = client.get('a') if request.user else client.get('b')", "1 Redis command"),
        ("v = (client.get('a'), client.get('c')) if request.user else client.get('b')", "2 Redis commands"),
        (
            "match request.method:\n            case 'GET': client.get('a')\n            case _: client.get('b')",
            "1 Redis",
        ),
        ("if request.user: client.get('a')\n        else: client.get('b')", "1 Redis command"),
        ("v = client.get('a'), client.get('b')", "2 Redis commands"),
    ],
)
def test_of_two_sides_of_a_choice_the_dearer_one_counts(body: str, number: str) -> None:
    code = f"""
    @app.middleware("http")
    async def measure(request: Request, call_next):
        {body}
        return await call_next(request)

    @app.get("/")
    def home(): ...
    """
    (finding,) = check_files({"app.py": HEAD + textwrap.dedent(code)}, select=("redis-per-request",)).findings
    assert number in finding.message


@pytest.mark.parametrize(
    ("body", "stores", "level"),
    [
        ("if kept: return Response(kept)", "client.setex(key, 60, response.body)", "low"),
        (
            "if kept: return Response(content=json.loads(kept)['body'], headers={'X-Cache': 'hit'})",
            "client.setex(key, 60, response.body)",
            "low",
        ),
        (
            "data = json.loads(kept) if kept else None\n        if data: return JSONResponse(data['body'])",
            "client.setex(key, 60, response.body)",
            "low",
        ),
        ("if kept: return Response(kept)", "pass", "high"),
        ("if kept: return JSONResponse({'detail': kept}, status_code=403)", "pass", "high"),
        ("request.state.plan = kept", "pass", "high"),
    ],
)
def test_a_middleware_that_answers_with_what_it_kept_in_redis_is_there_for_that(
    body: str, stores: str, level: str
) -> None:
    code = f"""
    import json
    from starlette.responses import JSONResponse, Response

    @app.middleware("http")
    async def answer(request: Request, call_next):
        key = f"answers:{{request.url}}"
        kept = client.get(key)
        {body}
        response = await call_next(request)
        {stores}
        return response

    @app.get("/")
    def home(): ...
    """
    assert levels("redis-per-request", code) == [level]


@pytest.mark.parametrize(
    ("guarded", "others", "command", "level"),
    [
        (4, 40, "incr", "low"),
        (4, 4, "incr", "medium"),
        (20, 80, "incr", "high"),
        (4, 40, "get", "medium"),
    ],
)
def test_a_limiter_of_a_few_routes_among_many_has_to_count_for_all_processes(
    guarded: int, others: int, command: str, level: str
) -> None:
    route = '@app.get("/{name}"{given})\ndef {name}(): ...\n'
    code = f"""
    def limited(request: Request):
        if (client.{command}(f"hits:{{request.client.host}}") or 0) > 5:
            raise PermissionError
    """
    routes = [route.format(name=f"a{at}", given=", dependencies=[Depends(limited)]") for at in range(guarded)]
    routes += [route.format(name=f"b{at}", given="") for at in range(others)]
    text = HEAD + textwrap.dedent(code) + "".join(routes)
    (finding,) = check_files({"app.py": text}, select=("redis-per-request",), confidence="low").findings
    assert finding.confidence.value == level


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("request.state.user.is_superuser", "low"),
        ("request.state.user.role in ('superadmin', 'staff')", "low"),
        ("request.state.user.is_superuser or request.state.user.is_staff", "low"),
        ("request.state.user.is_superuser or request.state.user.tenant_id", "medium"),
        ("not request.state.user.is_superuser", "medium"),
        ("(tenant := request.query_params.get('tenant'))", "low"),
        ("(tenant := request.headers.get('x-tenant'))", "medium"),
    ],
)
def test_what_a_branch_for_staff_or_for_a_part_of_the_address_asks_is_of_few_requests(test: str, level: str) -> None:
    code = f"""
    from sqlalchemy import Column, Integer
    from sqlalchemy.orm import declarative_base

    Base = declarative_base()

    class Tenant(Base):
        __tablename__ = "tenants"
        id = Column(Integer, primary_key=True)

    @app.middleware("http")
    async def attach(request: Request, call_next):
        if {test}:
            request.state.tenant = Session().get(Tenant, request.headers["x-id"])
        return await call_next(request)

    @app.get("/")
    def home(): ...
    """
    assert levels("tenant-uncached-lookup", code) == [level]


CONNECTED = """
import redis.asyncio as redis
from fastapi import FastAPI

app = FastAPI()

class Cache:
    def __init__(self):
        self.client = redis.Redis(host="cache")
        self.connected = False

    async def connect(self):
        await self.client.ping()
        {}

cache = Cache()

@app.middleware("http")
async def count(request, call_next):
    if not cache.connected:
        await cache.connect()
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("sets", "is_seldom"), [("self.connected = True", True), ("pass", False), ("self.connected = False", False)]
)
def test_what_sets_the_flag_that_its_branch_asks_for_runs_once(sets: str, *, is_seldom: bool) -> None:
    files = {"app.py": CONNECTED.format(sets)}
    found = check_files(files, select=("redis-per-request",), confidence="low").findings
    assert {finding.confidence.value for finding in found} <= {"low"} if is_seldom else found


@pytest.mark.parametrize(
    ("include", "told"),
    [
        ('app.include_router(FastAPIUsers(None, []).get_auth_router(None), prefix="/v1/auth")', True),
        ('app.include_router(importlib.import_module(name).router, prefix="/v1")', True),
        ("", False),
    ],
)
def test_routes_that_are_not_known_may_be_those_that_a_middleware_is_for(include: str, *, told: bool) -> None:
    code = f"""
import importlib
import redis
from fastapi import FastAPI
from fastapi_users import FastAPIUsers
from settings import name

app = FastAPI()
client = redis.Redis(host="cache")

@app.middleware("http")
async def count(request, call_next):
    if not request.url.path.startswith("/v1"):
        return await call_next(request)
    client.incr("hits")
    return await call_next(request)

@app.get("/home")
def home(): ...

{include}
"""
    found = check_files({"app.py": code}, select=("redis-per-request",), confidence="low").findings
    assert [finding.confidence.value for finding in found] == ["low"] * told
    assert all("of routes that are not known" in finding.message for finding in found)


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("request.method != 'OPTIONS'", "high"),
        ("request.url.path not in ('/health',)", "high"),
        ("request.url.path.startswith('/a')", "high"),
        ("request.url.path == '/none'", ""),
        ("request.query_params.get('x')", "low"),
    ],
)
def test_a_branch_for_routes_is_as_sure_as_leaving_for_the_others(test: str, level: str) -> None:
    code = f"""
    @app.middleware("http")
    async def measure(request: Request, call_next):
        if {test}:
            client.incr("requests")
        return await call_next(request)

    @app.get("/a")
    def a(): ...
    """
    assert levels("redis-per-request", code) == ([level] if level else [])


@pytest.mark.parametrize(("views", "level"), [(2, "low"), (12, "high")])
def test_a_throttle_that_few_views_choose_is_there_for_what_they_are(views: int, level: str) -> None:
    app = """
import redis
from django.urls import path
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

class Burst(UserRateThrottle):
    def allow_request(self, request, view):
        return super().allow_request(request, view)
"""
    names = [f"View{n}" for n in range(views)]
    app += "".join(
        f"\nclass {name}(APIView):\n    throttle_classes = [Burst]\n    def get(self, request): ...\n" for name in names
    )
    app += "".join(("\nurlpatterns = [", *(f"path('{name}', {name}.as_view())," for name in names), "]\n"))
    cache = 'CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://cache"}}\n'
    files: dict[str, str | bytes] = {"app.py": app, "settings.py": f'ROOT_URLCONF = "app"\n{cache}'}
    (finding,) = check_files(files, select=("redis-per-request",), confidence="low").findings
    assert finding.confidence.value == level


LEFT = """
from fastapi import APIRouter, FastAPI
import redis
app = FastAPI()
router = APIRouter()
@router.get("/jobs/{job}")
def job(job: str):
    return redis.Redis(socket_timeout=1).get(job)
def more(): return names
for name in more(): app.include_router(name)
"""


@pytest.mark.parametrize(("path", "level"), [("shop/jobs.py", "medium"), ("archive/shop/jobs.py", "low")])
def test_a_router_that_nothing_includes_is_surely_not_served_where_it_was_put_aside(path: str, level: str) -> None:
    report = check_files({path: LEFT}, select=("redis-client-per-call",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(("route", "level"), [("", "low"), ('@router.get("/a")\ndef a(): ...', "medium")])
def test_the_dependency_of_a_router_without_routes_is_of_no_request(route: str, level: str) -> None:
    code = """
    from fastapi import APIRouter

    def named(request: Request):
        return client.get(request.headers["x-name"])

    router = APIRouter(dependencies=[Depends(named)])
    app.include_router(router)

    @app.get("/b")
    def b(): ...
    """
    report = check_files(
        {"app.py": HEAD + textwrap.dedent(code) + route}, select=("redis-per-request",), confidence="low"
    )
    assert [finding.confidence.value for finding in report.findings] == [level]


SIGNED_IN = """
from django.core.cache import cache
class Plans:
    def __init__(self, get_response): self.get_response = get_response
    def __call__(self, request):
        if request.user.is_authenticated:
            request.plan = cache.get(f"plan:{request.user.id}")
        return self.get_response(request)
"""
CACHES = """
MIDDLEWARE = ["shop.plans.Plans"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://cache:6379"}}
"""
BY_TOKEN = 'REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"]}\n'


@pytest.mark.parametrize(
    ("settings", "views", "level"),
    [
        (BY_TOKEN, "", "low"),
        ("", "", "medium"),
        (BY_TOKEN + "LOGIN_URL = '/login'\n", "", "medium"),
        (
            BY_TOKEN,
            "from django.contrib.auth import login\ndef enter(request): login(request, cache.get('x'))",
            "medium",
        ),
        (BY_TOKEN, "def read(request):\n    request.user = cache.get('x')", "medium"),
        (BY_TOKEN.replace("]", ', "rest_framework.authentication.SessionAuthentication"]'), "", "low"),
        (
            BY_TOKEN.replace("rest_framework_simplejwt.authentication.JWT", "rest_framework.authentication.Session"),
            "",
            "medium",
        ),
    ],
    ids=["tokens", "default", "page", "login", "set", "both", "sessions"],
)
def test_a_middleware_finds_nobody_signed_in_where_users_are_known_by_tokens_alone(
    settings: str, views: str, level: str
) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/settings.py": CACHES + settings,
        "shop/plans.py": SIGNED_IN,
        "shop/views.py": "from django.core.cache import cache\n" + views,
    }
    report = check_files(files, select=("redis-per-request",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("name", "level"), [("development", "low"), ("local", "low"), ("production", "high"), ("localities", "high")]
)
def test_what_only_settings_for_developers_install_is_not_on_every_request(name: str, level: str) -> None:
    files = {
        "shop/settings/base.py": CACHES.replace("shop.plans.Plans", "shop.other.Other"),
        f"shop/settings/{name}.py": 'from .base import *\nMIDDLEWARE.append("shop.plans.Plans")\n',
        "shop/plans.py": "from django.core.cache import cache\n"
        "class Plans:\n"
        "    def __init__(self, get_response): self.get_response = get_response\n"
        "    def __call__(self, request):\n"
        '        cache.get("plans")\n'
        "        return self.get_response(request)\n",
    }
    report = check_files(files, select=("redis-per-request",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == [level]


def test_what_a_setting_lists_for_all_views_has_no_router_whose_routes_could_be_counted() -> None:
    files = {
        "shop/__init__.py": "",
        "shop/settings.py": CACHES + 'REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["shop.tokens.ByToken"]}\n',
        "shop/tokens.py": "from django.core.cache import cache\n"
        "from rest_framework.authentication import BaseAuthentication\n"
        "class ByToken(BaseAuthentication):\n"
        "    def authenticate(self, request):\n"
        '        return cache.get(request.META["HTTP_X_TOKEN"]), None\n',
    }
    report = check_files(files, select=("redis-per-request",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == ["medium"]


NOTIFIED = """
def tell(name):
    return redis.Redis().publish("events", name)

def log(name, notify=False):
    if notify:
        tell(name)

@app.post("/a")
def a(): log("a")

@app.post("/b")
def b(): log("b"{0})

@app.post("/c")
def c(): log("c")
"""


@pytest.mark.parametrize(("given", "routes"), [("", 0), (", notify=True", 1), (", True", 1)])
def test_a_client_that_an_argument_leads_to_is_made_by_those_who_give_it(given: str, routes: int) -> None:
    report = check_files({"app.py": HEAD + NOTIFIED.format(given)}, select=("redis-client-per-call",), confidence="low")
    assert [f"{routes} route:" in finding.message for finding in report.findings] == [True] * bool(routes)


EITHER = """
from limits import parse
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

storage = RedisStorage("redis://cache:6379")
item = parse("5/minute")

def made():
    if moving:
        return {0}(storage)
    return {1}(storage)

limiter = made()

@app.middleware("http")
async def count(request: Request, call_next):
    if not limiter.get_window_stats(item, request.client.host):
        raise PermissionError
    return await call_next(request)

@app.get("/")
def home(): ...
"""


def test_of_what_a_call_may_be_the_dearest_counts_whatever_the_order() -> None:
    names = ("FixedWindowRateLimiter", "MovingWindowRateLimiter")
    messages = {
        finding.message
        for order in (names, names[::-1])
        for finding in check_files({"app.py": HEAD + EITHER.format(*order)}, select=("redis-per-request",)).findings
    }
    alone = check_files({"app.py": HEAD + EITHER.format(*names[:1] * 2)}, select=("redis-per-request",)).findings
    assert len(messages) == 1
    assert {finding.message for finding in alone} == messages


@pytest.mark.parametrize(
    ("decorators", "told"),
    [
        ("", ["medium: to 12 of 12 routes"]),
        ("@limiter.limit('5/minute')", ["medium: to 6 of 12 routes"]),
        ("@limiter.exempt", ["medium: to 6 of 12 routes"]),
        ("@Limits.few", ["medium: to 6 of 12 routes"]),
    ],
)
def test_a_limiter_leaves_routes_alone_that_have_limits_of_their_own(decorators: str, told: list[str]) -> None:
    limits = "class Limits:\n    few = limiter.limit('5/minute')\n"
    own = "".join(f"@app.get('/own/{n}')\n{decorators}\ndef own{n}(request): ...\n" for n in range(6))
    plain = "".join(f"@app.get('/plain/{n}')\ndef plain{n}(request): ...\n" for n in range(6))
    report = check_files({"app.py": LIMITED + limits + own + plain}, select=("redis-per-request",), confidence="low")
    sent = [found for found in report.findings if "SlowAPIMiddleware" in found.message]
    said = [
        f"{one.confidence.value}: {'to 6 of 12 routes' if 'to 6 of 12 routes' in one.message else 'to 12 of 12 routes'}"
        for one in sent
    ]
    assert said == told
    every = check_files({"app.py": LIMITED + limits + own}, select=("redis-per-request",), confidence="low")
    assert any("SlowAPIMiddleware" in found.message for found in every.findings) is not bool(decorators)


TURNED_OFF = """
import redis
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware

app = FastAPI()

class Limiter:
    def __init__(self):
        try:
            self.client = redis.Redis(host="cache", socket_timeout=1)
            self.client.ping()
        except redis.RedisError:
            self.client = None

    def allows(self, key):
        return True if self.client is None else self.client.incr(key) < 9

class Limit(BaseHTTPMiddleware):
    def __init__(self, app, limiter=None):
        super().__init__(app)
        self.limiter = limiter or MADE

    async def dispatch(self, request, call_next):
        self.limiter.allows(request.url.path)
        return await call_next(request)
"""


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (TURNED_OFF.replace("MADE", "Limiter()") + "app.add_middleware(Limit)\n", ["medium"]),
        (TURNED_OFF.replace("MADE", "shared").replace("class Limit(", "shared = Limiter()\nclass Limit(") + "app.add_middleware(Limit)\n", ["medium"]),
        (TURNED_OFF.replace("MADE", "shared").replace("class Limit(", "shared = Limiter()\nclass Limit("), ["low"]),
        (TURNED_OFF.replace("MADE", "Limiter()") + "app.add_middleware(Limit)\n@app.get('/')\ndef page():\n    return Limiter()\n", []),
    ],
    ids=["of a middleware", "of a module", "that nothing asks for", "of requests"],
)  # fmt: skip
def test_an_object_of_a_middleware_keeps_a_failure_for_all_requests(code: str, found: list[str]) -> None:
    report = check_files({"app.py": code}, select=("redis-failure-kept",), confidence="low")
    assert [finding.confidence.value for finding in report.findings] == found
