"""Guards on the request's path and method, evaluated against the table of routes."""

from __future__ import annotations

import pytest
from index_project import index_of

APP = """\
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
import re
app = FastAPI()
EXEMPT = {"/health", "/docs"}
PREFIXES = ("/static", "/docs")
PATTERN = re.compile(r"^/(health|docs)$")
@app.get("/health")
def health(): pass
@app.get("/docs")
def docs(): pass
@app.get("/static/x.js")
def static(): pass
@app.get("/api/users/{id}")
def user(): pass
@app.post("/api/users")
def create(): pass
def is_exempt(path):
    if path in EXEMPT:
        return True
    return path.startswith("/static")
def loops(path):
    for prefix in PREFIXES:
        if path.startswith(prefix):
            return True
    return False
def limit(*a): pass
"""
CREATE, DOCS, HEALTH, STATIC, USER = (
    "POST /api/users",
    "GET /docs",
    "GET /health",
    "GET /static/x.js",
    "GET /api/users/{id}",
)
EVERYTHING = {CREATE, DOCS, HEALTH, STATIC, USER}


def runs(
    body: str, *, extra: str = "", head: str = "async def dispatch(self, request, call_next):"
) -> dict[str, bool | None]:
    """For each route, whether ``limit()`` in the middleware runs."""
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    code = f"{APP}{extra}class M(BaseHTTPMiddleware):\n    SKIP = ['/health']\n    {head}\n{lines}\napp.add_middleware(M)\n"
    index = index_of({"app.py": code})
    routes = index.project.routes
    (function,) = [e.function for e in index.project.entries if e.kind == "every-request"]
    (call,) = [c for c in index.calls("app.py") if c.name == "limit" and c.ordinal > 0]
    answers = {str(route): routes.exempt.runs(function, call.ordinal, route) for route in routes.all}
    count = sum(answer is not False for answer in answers.values())
    assert routes.share(function, call.ordinal) == (count, len(answers))
    return answers


NEXT = "return await call_next(request)"


@pytest.mark.parametrize(
    ("body", "exempt"),
    [
        (f"if request.url.path.startswith('/static'): {NEXT}\nlimit()", {STATIC}),
        (f"path = request.url.path\nif path == '/health' or path.startswith('/docs'):\n    {NEXT}\nlimit()", {HEALTH, DOCS}),
        (f"if request.url.path in EXEMPT: {NEXT}\nlimit()", {HEALTH, DOCS}),
        (f"if request.url.path in self.SKIP: {NEXT}\nlimit()", {HEALTH}),
        (f"skip = ['/health', '/docs']\nif request.url.path in skip: {NEXT}\nlimit()", {HEALTH, DOCS}),
        (f"if request.url.path.startswith(PREFIXES): {NEXT}\nlimit()", {STATIC, DOCS}),
        (f"if request.url.path.startswith(('/static', '/docs')): {NEXT}\nlimit()", {STATIC, DOCS}),
        (f"if any(request.url.path.startswith(p) for p in PREFIXES): {NEXT}\nlimit()", {STATIC, DOCS}),
        (f"for p in PREFIXES:\n    if request.url.path.startswith(p):\n        {NEXT}\nlimit()", {STATIC, DOCS}),
        (f"if is_exempt(request.url.path): {NEXT}\nlimit()", {HEALTH, DOCS, STATIC}),
        (f"path = request.url.path\nif path and path in EXEMPT: {NEXT}\nlimit()", {HEALTH, DOCS}),
        (f"path = request.url.path or ''\nif not path or is_exempt(path): {NEXT}\nlimit()", {HEALTH, DOCS, STATIC}),
        (f"path = getattr(request.url, 'path', '')\nif is_exempt(path): {NEXT}\nlimit()", {HEALTH, DOCS, STATIC}),
        (f"path = getattr(request.url, 'host', '')\nif is_exempt(path): {NEXT}\nlimit()", set()),
        (f"if loops(request.url.path): {NEXT}\nlimit()", {DOCS, STATIC}),
        (f"skip = is_exempt(request.url.path)\nif skip: {NEXT}\nlimit()", {HEALTH, DOCS, STATIC}),
        (f"if request.method == 'POST': {NEXT}\nlimit()", {CREATE}),
        (f"if request.method in ('GET', 'HEAD'): {NEXT}\nlimit()", EVERYTHING - {CREATE}),
        (f"if request.method not in {{'POST'}}: {NEXT}\nlimit()", EVERYTHING - {CREATE}),
        (f"if not request.url.path.startswith('/api/'): {NEXT}\nlimit()", {HEALTH, DOCS, STATIC}),
        ("if request.url.path.startswith('/api'):\n    limit()", {HEALTH, DOCS, STATIC}),
        ("api = request.url.path.startswith('/api')\nif api and request.method == 'POST':\n    limit()", EVERYTHING - {CREATE}),
        ("if request.url.path.startswith('/api'):\n    pass\nelse:\n    limit()", {CREATE, USER}),
        (f"if request.url.path == '/health':\n    {NEXT}\nelif request.url.path == '/docs':\n    {NEXT}\nlimit()", {HEALTH, DOCS}),
        (f"if PATTERN.match(request.url.path): {NEXT}\nlimit()", {HEALTH, DOCS}),
        (f"if request.url.path.endswith('.js'): {NEXT}\nlimit()", {STATIC}),
        (f"if '/users' in request.url.path: {NEXT}\nlimit()", {CREATE, USER}),
        (f"if request.url.path.rstrip('/').lower() == '/health': {NEXT}\nlimit()", {HEALTH}),
        (f"if request.method == 'OPTIONS': {NEXT}\nlimit()", set()),
        (f"try:\n    {NEXT}\nexcept ValueError:\n    limit()", set()),
        ("limit()", set()),
    ],
)  # fmt: skip
def test_a_call_behind_a_guard_does_not_run_for_exempt_routes(body, exempt):
    answers = runs(body)
    assert {route for route, answer in answers.items() if answer is False} == exempt


@pytest.mark.parametrize(
    "body",
    [
        f"if request.headers.get('x'): {NEXT}\nlimit()",
        f"if request.url.path == '/api/users/me': {NEXT}\nlimit()",
        f"if request.url.path.startswith(load()): {NEXT}\nlimit()",
        f"if self.off and request.url.path.startswith('/health'): {NEXT}\nlimit()",
    ],
)
def test_what_only_the_request_or_the_process_knows_is_not_decided(body):
    answers = runs(body)
    assert False not in answers.values()
    assert None in answers.values()


def test_what_is_decided_for_a_route_with_a_parameter_is_what_its_literal_part_decides():
    answers = runs(f"if request.url.path.startswith('/api/users/1'): {NEXT}\nlimit()")
    assert answers == {HEALTH: True, DOCS: True, STATIC: True, USER: None, CREATE: True}


def test_a_text_of_several_segments_is_in_no_parameter_between_slashes():
    body = f"if '/password/reset/' in request.url.path:\n    limit()\n{NEXT}"
    extra = (
        "@app.get('/shops/{name}/items')\ndef items(): pass\n"
        "@app.get('/files/{rest:path}')\ndef files(): pass\n"
        "@app.get('/{part}/reset/now')\ndef reset(): pass\n"
    )
    answers = runs(body, extra=extra)
    undecided = {route for route, answer in answers.items() if answer is None}
    assert undecided == {USER, "GET /files/{rest}", "GET /{part}/reset/now"}
    assert {route for route, answer in answers.items() if answer} == set()


@pytest.mark.parametrize(
    ("body", "exempt"),
    [
        ("if scope['path'].startswith('/static'):\n    return await self.app(scope, receive, send)\nlimit()", {STATIC}),
        ("if scope['type'] != 'http':\n    return await self.app(scope, receive, send)\nlimit()", set()),
        (
            "path = scope.get('path', '')\nif path in EXEMPT:\n    await self.app(scope, receive, send)\n    return\nlimit()",
            {HEALTH, DOCS},
        ),
        ("if scope['method'] == 'POST':\n    limit()", EVERYTHING - {CREATE}),
    ],
)
def test_a_plain_asgi_middleware_reads_the_scope(body, exempt):
    answers = runs(body, head="async def __call__(self, scope, receive, send):")
    assert {route for route, answer in answers.items() if answer is False} == exempt


def test_a_hook_of_flask_reads_the_global_request():
    code = (
        "from flask import Flask, request\napp = Flask('a')\n@app.before_request\ndef hook():\n"
        "    if request.path.startswith('/static') or request.method == 'POST':\n        return\n    limit()\n"
        "@app.route('/static/<path:name>')\ndef static(name): pass\n@app.route('/x', methods=['GET', 'POST'])\ndef x(): pass\ndef limit(): pass\n"
    )
    index = index_of({"app.py": code})
    routes = index.project.routes
    (hook,) = [e.function for e in index.project.entries if e.kind == "every-request"]
    (call,) = [c.ordinal for c in index.calls("app.py") if c.name == "limit"]
    assert {str(r): routes.exempt.runs(hook, call, r) for r in routes.all} == {
        "GET /static/{name}": False, "GET /x": True, "POST /x": False,
    }  # fmt: skip
    assert routes.share(hook, call) == (1, 3)


@pytest.mark.parametrize(
    ("last", "exempt"),
    [
        ("return request.url.path in EXEMPT", EVERYTHING - {HEALTH, DOCS}),
        ("return request.url.path not in EXEMPT", {HEALTH, DOCS}),
        ("return load(request)", set()),
    ],
)
def test_what_every_way_out_of_a_helper_answers_is_its_answer(last, exempt):
    helper = f"def wanted(request):\n    if request.headers.get('x'):\n        return False\n    {last}\n"
    answers = runs(f"if not wanted(request): {NEXT}\nlimit()", extra=helper)
    assert {route for route, answer in answers.items() if answer is False} == exempt


@pytest.mark.parametrize(
    ("test", "answer"),
    [
        ("path == '/api/v1/orders/list'", None),
        ("path == '/api/v1/orders'", False),
        ("path in ('/a', '/b/c')", False),
        ("path.endswith('/list')", True),
        ("path.endswith('/all')", False),
        ("path.startswith('/api')", None),
    ],
)
def test_the_known_end_of_a_path_decides_what_it_can(test, answer):
    code = f"""
from fastapi import APIRouter, FastAPI
from settings import PREFIX
from starlette.middleware.base import BaseHTTPMiddleware
app = FastAPI()
router = APIRouter(prefix=PREFIX)
@router.get("/orders/list")
def orders(): pass
app.include_router(router)
class M(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        path = request.url.path
        if {test}:
            limit()
        return await call_next(request)
app.add_middleware(M)
"""
    index = index_of({"app.py": code})
    (function,) = [e.function for e in index.project.entries if e.kind == "every-request"]
    (call,) = [c for c in index.calls("app.py") if c.name == "limit"]
    (route,) = index.project.routes.all
    assert route.path == "{?}/orders/list"
    assert index.project.routes.exempt.runs(function, call.ordinal, route) is answer
