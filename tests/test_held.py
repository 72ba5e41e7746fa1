"""What a request keeps on itself: who puts it there, which calls only run where it is missing, and who reads it."""

from __future__ import annotations

import textwrap

import pytest
from index_project import index_of

HEAD = """
from flask import Flask, g, request, session
from flask import g as _g
from flask_login import current_user
from flask_sqlalchemy import SQLAlchemy
from elsewhere import load, ask
app = Flask(__name__)
db = SQLAlchemy()
class Tenant(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    slug = db.Column(db.String)
"""
GIVES = "@app.before_request\ndef gives():\n    g.tenant = load()\n"


def index(code: str, head: str = HEAD):
    return index_of({"app.py": head + textwrap.dedent(code)})


def last(project, name: str) -> int:
    calls = project.linker.table("app.py").facts.calls
    return max(n for n, call in enumerate(calls) if call.callee == name)


def missing(body: str) -> set[str]:
    """Where the request has nothing when ``ask`` is called."""
    project = index("def f(request):\n" + textwrap.indent(textwrap.dedent(body), "    ")).project
    return set(project.held.missing("app.py", last(project, "ask")))


def spared(code: str, head: str = HEAD):
    """What spares the shortest path to the last ``ask``."""
    project = index(code, head).project
    table = project.linker.table("app.py")
    call = last(project, "ask")
    function = next(
        f for f in project.reach.reached if f.place == "app.py" and f.scope == table.facts.calls[call].scope
    )
    path = project.reach.paths(function)[0]
    sites = [(f.place, edge.call) for f, edge in path.steps if edge.call >= 0]
    return project.held.spared(path, [*sites, ("app.py", call)])


# --- what asks first -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "if getattr(g, 'tenant', None) is None:\n    ask()",
        "if not getattr(g, 'tenant', None):\n    ask()",
        "if not hasattr(g, 'tenant'):\n    ask()",
        "if not hasattr(g, 'tenant') or g.tenant is None:\n    ask()",
        "if g.get('tenant') is None:\n    ask()",
        "if 'tenant' not in g:\n    ask()",
        "if 'tenant' in g:\n    return\nask()",
        "if getattr(g, 'tenant', None):\n    return\nask()",
        "tenant = g.get('tenant')\nif tenant is None:\n    tenant = ask()",
        "if (tenant := g.get('tenant')):\n    return tenant\nask()",
        "if _g.tenant is None and session:\n    _g.tenant = None\n    ask()",
        "if not g.tenant or g.tenant.id != current_user.tenant_id:\n    ask()",
    ],
)
def test_a_call_behind_a_look_at_the_request_only_runs_where_nothing_is_there(body):
    assert missing(body) == {"g.tenant"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("if request.state.tenant is None:\n    ask()", "request.state.tenant"),
        ("if not hasattr(request.state, 'tenant'):\n    ask()", "request.state.tenant"),
        ("if getattr(request, 'tenant', None) is None:\n    ask()", "request.tenant"),
    ],
)
def test_the_request_and_its_state_are_places_too(body, place):
    assert missing(body) == {place}


@pytest.mark.parametrize(
    "body",
    [
        "ask()",
        "if g.tenant:\n    ask()",
        "if not g.tenant or session:\n    ask()",
        "if g.tenant.id != current_user.tenant_id:\n    ask()",
        "if g.tenant is None:\n    return\nask()",
        "if not g.tenant.plan:\n    ask()",
        "g.tenant = None\nif g.tenant is None:\n    ask()",
        "if session:\n    g.tenant = load()\nif not g.tenant:\n    ask()",
    ],
)
def test_other_tests_do_not_say_that_nothing_was_there(body):
    assert missing(body) == set()


# --- who gives -----------------------------------------------------------------------------------------------------------

ASKS = "@app.before_request\ndef asks():\n    if not g.get('tenant'):\n        g.tenant = ask()\n"


@pytest.mark.parametrize(
    "body",
    [
        "g.tenant = load()",
        "g.tenant = None\nkey = session.get('key')\nif key:\n    g.tenant = load(key)",
        "key = session.get('key')\nif not key:\n    return\ntenant = load(key)\nif tenant:\n    setattr(g, 'tenant', tenant)",
        "if request.path.startswith('/static'):\n    return\ng.tenant = load()",
        "if request.endpoint != 'static':\n    g.tenant = load()",
    ],
)
def test_what_every_request_sets_without_looking_spares_those_who_look(body):
    gives = "@app.before_request\ndef gives():\n" + textwrap.indent(body, "    ") + "\n"
    assert spared(gives + ASKS) == ("g.tenant", True)


def test_a_helper_may_set_it():
    code = "@app.before_request\ndef gives():\n    keep(load())\ndef keep(tenant):\n    g.tenant = tenant\n"
    assert spared(code + ASKS) == ("g.tenant", True)


def test_what_is_only_set_for_who_is_signed_in_is_not_sure():
    code = "@app.before_request\ndef gives():\n    if current_user.is_authenticated:\n        g.tenant = load()\n"
    assert spared(code + ASKS) == ("g.tenant", False)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "def gives():\n    g.tenant = load()\n",
        "@app.before_request\ndef gives():\n    g.tenant = None\n",
        "@app.before_request\ndef gives():\n    g.other = load()\n",
        "@app.after_request\ndef gives(response):\n    g.tenant = load()\n",
        "@app.before_request\ndef gives():\n    if request.path.startswith('/api'):\n        g.tenant = load()\n",
        "@app.before_request\ndef gives():\n    if not request.path.startswith('/api'):\n        return\n    g.tenant = load()\n",
        "@app.before_request\ndef gives():\n    if not hasattr(g, 'tenant'):\n        g.tenant = load()\n",
        "@app.before_request\ndef gives():\n    g.tenant = g.get('tenant') or load()\n",
        "@app.before_request\ndef gives():\n    try:\n        load()\n    except KeyError:\n        g.tenant = load()\n",
        "@app.route('/')\ndef gives():\n    g.tenant = load()\n",
    ],
)
def test_nobody_is_spared_by_what_few_requests_set_or_by_who_looks_too(code):
    assert spared(code + ASKS) is None


def test_who_sets_what_a_helper_finds_does_not_spare_the_helper():
    code = """
@app.before_request
def gives():
    g.tenant = current()

def current():
    if "tenant" in g:
        return g.tenant
    return ask()
"""
    assert spared(code) is None


FASTAPI = """
import redis
from fastapi import Depends, FastAPI, Request
from elsewhere import load, ask
app = FastAPI()
client = redis.Redis()
"""
MIDDLEWARE = "@app.middleware('http')\nasync def gives(request: Request, call_next):\n"
DEPENDENCY = """
def asks(req: Request):
    if req.state.plan is None:
        req.state.plan = client.get("plan")
@app.get("/")
def read(plan=Depends(asks)): ...
"""


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        ("    request.state.plan = load()\n    return await call_next(request)\n", ["guarded"]),
        ("    response = await call_next(request)\n    request.state.plan = load()\n    return response\n", ["open"]),
    ],
)
def test_commands_behind_what_a_middleware_fills_are_guarded(body, statuses):
    found = index(MIDDLEWARE + body + DEPENDENCY, FASTAPI).redis_work().values()
    assert [use.status for work in found for use in work.uses] == statuses
    kinds = [use.guard and (use.guard.kind, use.guard.name) for work in found for use in work.uses]
    assert kinds == [("held", "request.state.plan") if statuses == ["guarded"] else None]


@pytest.mark.parametrize(("on", "found"), [("app", ("g.tenant", True)), ("other", None)])
def test_a_hook_of_another_application_spares_nobody(on, found):
    blueprint = "from flask import Blueprint\nbp = Blueprint('bp', __name__)\nother = Flask('other')\n"
    gives = "@bp.before_app_request\ndef gives():\n    g.tenant = load()\n"
    assert spared(f"{blueprint}{gives}{on}.register_blueprint(bp)\n{ASKS}") == found


def test_what_tests_set_spares_nobody():
    files = {
        "app.py": HEAD + ASKS,
        "test_app.py": "from app import app\nfrom flask import g\nfrom elsewhere import load\n" + GIVES,
    }
    project = index_of(files).project
    assert list(project.held.givers("g.tenant").values()) == [True]
    project = index_of(files).project
    project.tests = frozenset({"test_app.py"})
    assert project.held.givers("g.tenant") == {}


# --- rows ----------------------------------------------------------------------------------------------------------------

HOOK = "@app.before_request\ndef gives():\n    g.tenant = {read}\n"
LATER = "@app.before_request\ndef asks():\n    check()\ndef check():\n    return {read}\n"
OWN = "@app.before_request\ndef asks():\n    if not g.get('tenant'):\n        g.tenant = Tenant.query.get(1)\n    check()\n"


def statuses(code: str, head: str = HEAD) -> list[str]:
    found = index(code, head).lookup_work(frozenset({"Tenant"}))
    table = index(code, head).project.linker.table("app.py")
    return [use.status for f, w in found.items() for use in w.uses if table.facts.scopes[f.scope].name == "check"]


@pytest.mark.parametrize("read", ["Tenant.query.get(2)", "db.session.get(Tenant, 2)", "Tenant.query.get_or_404(2)"])
def test_a_session_answers_what_the_hook_before_has_put_on_the_request(read):
    assert statuses(OWN + f"def check():\n    return {read}\n") == ["guarded"]


@pytest.mark.parametrize("read", ["Tenant.query.get(1)", "db.session.get(Tenant, 1)"])
def test_what_a_hook_has_read_is_there_for_who_comes_after_all_hooks(read):
    code = HOOK.format(read=read) + "@app.context_processor\ndef page():\n    return check()\n"
    assert statuses(code + "def check():\n    return Tenant.query.get(2)\n") == ["guarded"]


@pytest.mark.parametrize(
    ("first", "read"),
    [
        ("Tenant.query.get(1)", "Tenant.query.get(2)"),  # which hook is the first is not known
        ("load()", "Tenant.query.get(2)"),
        ("Tenant.query.get(1)", "Tenant.query.filter_by(slug='a').first()"),
    ],
)
def test_other_reads_are_open(first, read):
    assert statuses(HOOK.format(read=first) + LATER.format(read=read)) == ["open"]


def test_a_read_that_is_told_to_ask_again_is_open():
    code = OWN + "def check():\n    return db.session.get(Tenant, 2, populate_existing=True)\n"
    assert statuses(code) == ["open"]


SESSIONS = """
from fastapi import Depends, FastAPI, Request
from sqlalchemy import Column, String
from sqlalchemy.orm import Session, declarative_base
from elsewhere import sessions
Base = declarative_base()
app = FastAPI()
class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(String, primary_key=True)
"""
READS = (
    "\ndef check(request: Request, db: Session = Depends(sessions)):\n    return {session}.get(Tenant, 2)\n"
    + "".join(f"@app.get('/{name}')\ndef {name}(tenant=Depends(check)): ...\n" for name in "abc")
)


@pytest.mark.parametrize(
    ("body", "session", "status"),
    [
        ("    request.state.tenant = request.state.db.get(Tenant, 1)\n", "request.state.db", "guarded"),
        ("    request.state.tenant = request.state.db.get(Tenant, 1)\n", "db", "open"),
        ("    with Session() as db:\n        request.state.tenant = db.get(Tenant, 1)\n", "db", "open"),
    ],
)
def test_another_session_has_not_read_it(body, session, status):
    code = MIDDLEWARE + body + "    return await call_next(request)\n" + READS.format(session=session)
    assert statuses(code, SESSIONS) == [status]


# --- what is made when it is read ------------------------------------------------------------------------------------------

DJANGO = """
from django.db import models
from django.utils.functional import SimpleLazyObject
MIDDLEWARE = ["app.Middleware"]
class Tenant(models.Model):
    slug = models.SlugField()
class Middleware:
    def __init__(self, get_response):
        self.get_response = get_response
    def __call__(self, request):
        request.tenant = {lazy}
        response = self.get_response(request)
        {then}
        return response
def load(request):
    return Tenant.objects.get(slug=request.headers["x"])
"""
LAMBDA = "SimpleLazyObject(lambda: Tenant.objects.get(slug=request.headers['x']))"


def lazily(lazy: str = LAMBDA, then: str = "pass", more: str = ""):
    found = index(more, DJANGO.format(lazy=lazy, then=then))
    (work,) = found.lookup_work(frozenset({"Tenant"})).values()
    return work.lazily, found.project.held_lazily.read("request.tenant")


def test_what_a_lazy_object_loads_waits_for_a_reader():
    assert lazily() == ("request.tenant", "none")
    assert lazily("SimpleLazyObject(lambda: load(request))") == ("request.tenant", "none")


@pytest.mark.parametrize(
    "reads",
    [
        "request.tenant", "request.tenant.slug.lower()", "getattr(request, 'tenant', None)", "[1 for _ in request.tenant.rows]",
        "self.context['request'].tenant", "self.request.tenant.slug", "info.context.tenant",
    ],
)  # fmt: skip
def test_readers_are_found_by_name(reads):
    assert lazily(more=f"def view(self, request, info):\n    return {reads}\n") == ("request.tenant", "some")


def test_a_test_is_a_reader():
    assert lazily(more="def view(request):\n    if request.tenant:\n        return 1\n") == ("request.tenant", "some")


def test_what_every_request_reads_waits_for_nobody():
    assert lazily(then="response.tenant = request.tenant.slug") == ("", "every")
    assert lazily(then="if response:\n            print(request.tenant.slug)") == ("request.tenant", "some")


def test_another_place_is_not_read():
    more = (
        "def view(request, row):\n    request.tenant = None\n    return row.tenant, request.tenants, 'request.tenant'\n"
    )
    assert lazily(more=more) == ("request.tenant", "none")


def test_what_is_called_out_of_a_list_is_no_reader():
    more = "def view(request, steps):\n    return steps[0](request, 'tenant')\n"
    assert lazily(more=more) == ("request.tenant", "none")


# --- what a hook looks for and only it fills -----------------------------------------------------------------------------

KEEPS = """
import redis
from flask import Flask, g, session
app = Flask(__name__)
r = redis.Redis()
{hook}
def load():
{body}
"""


def is_conditional(body: str, more: str = "", hook: str = "@app.before_request") -> bool:
    code = KEEPS.format(hook=hook, body=textwrap.indent(body, "    ")) + textwrap.dedent(more)
    (work,) = index_of({"app.py": code}).redis_work().values()
    return work.conditional


FILLS = "if not hasattr(g, 'plan'):\n    g.plan = r.get('plan')"
ROUTE = """
    @app.get("/")
    def show():
        g.plan = None
        g.plan = other()
    """


@pytest.mark.parametrize(
    "body",
    [
        FILLS,
        "if g.get('plan') is None:\n    g.plan = r.get('plan')",
        "if not hasattr(g, 'plan') or g.plan is None:\n    g.plan = r.get('plan')",
        "if hasattr(g, 'plan'):\n    return\ng.plan = r.get('plan')",
    ],
)
def test_a_hook_that_looks_for_what_only_it_fills_asks_on_every_request(body):
    assert not is_conditional(body)
    assert not is_conditional(body, ROUTE), "a route comes later"


def test_a_look_at_what_others_may_have_filled_spares_some_requests():
    assert is_conditional(FILLS, "@app.before_request\ndef first():\n    if session:\n        g.plan = other()\n")
    assert is_conditional(FILLS, ROUTE, "@app.after_request")
    assert is_conditional("if not hasattr(g, 'plan') and session:\n    g.plan = r.get('plan')")
    assert is_conditional("if not hasattr(g, 'plan'):\n    x = r.get('plan')")
