"""What the rules about reads of customers say: of how many reads, of which routes, by which path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from atomlint.testing import check_files

if TYPE_CHECKING:
    from atomlint import Finding

HEAD = """
import time

from fastapi import Depends, FastAPI
from sqlalchemy import Column, String
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()
app = FastAPI()


class Workspace(Base):
    __tablename__ = "workspaces"
    id = Column(String, primary_key=True)
    name = Column(String)
    open = Column(String)


def get_db(): ...


def load(db: Session, workspace_id: str) -> Workspace:
    return db.query(Workspace).filter(Workspace.id == workspace_id).first()

"""


def found(code: str, rule: str) -> list[Finding]:
    """Findings of a rule below the head, of every confidence."""
    report = check_files({"app/main.py": HEAD + code}, select=(rule,), confidence="low")
    return [finding for finding in report.findings if finding.rule == rule]


# --- twice in a request -----------------------------------------------------------------------------------------------


def test_the_path_of_a_second_read_starts_at_a_route_that_reads_twice() -> None:
    (finding,) = found(
        """
def check(db: Session, workspace_id: str) -> None:
    if load(db, workspace_id) is None:
        raise LookupError


@app.get("/a/{workspace_id}")
def a_once(workspace_id: str, db: Session = Depends(get_db)):
    check(db, workspace_id)


@app.get("/b/{workspace_id}")
def b_twice(workspace_id: str, db: Session = Depends(get_db)):
    before = db.query(Workspace).filter(Workspace.id == workspace_id).first()
    check(db, workspace_id)
    return before
""",
        "tenant-duplicate-lookup",
    )
    assert "twice in a request to b_twice" in finding.message
    assert [note.message for note in finding.trace][:2] == ["b_twice handles requests", "b_twice calls check"]


def test_a_read_behind_a_cache_of_its_caller_is_not_made_again() -> None:
    code = """
flags: dict[str, tuple[bool, float]] = {}


def read_flag(db: Session, workspace_id: str) -> bool:
    return bool(db.query(Workspace).filter(Workspace.id == workspace_id).first().open)


def is_open(db: Session, workspace_id: str) -> bool:
    cached = flags.get(workspace_id)
    if cached and cached[1] > time.monotonic():
        return cached[0]
    value = read_flag(db, workspace_id)
    flags[workspace_id] = (value, time.monotonic() + 30)
    return value


@app.get("/{workspace_id}")
def show(workspace_id: str, db: Session = Depends(get_db)):
    row = load(db, workspace_id)
    return row if is_open(db, workspace_id) else None
"""
    assert found(code, "tenant-duplicate-lookup") == []


def test_a_branch_makes_it_up_to_twice() -> None:
    (finding,) = found(
        """
@app.get("/{workspace_id}")
def show(workspace_id: str, full: bool, db: Session = Depends(get_db)):
    row = load(db, workspace_id)
    if full:
        return db.query(Workspace).filter(Workspace.id == workspace_id).first().name
    return row
""",
        "tenant-duplicate-lookup",
    )
    assert "by the same id up to twice in a request to show" in finding.message


def test_routes_that_read_it_more_often_than_others_make_it_up_to() -> None:
    (first, second) = found(
        """
def check(db: Session, workspace_id: str) -> None:
    if db.query(Workspace).filter(Workspace.id == workspace_id).first() is None:
        raise LookupError


@app.get("/a/{workspace_id}")
def twice(workspace_id: str, db: Session = Depends(get_db)):
    load(db, workspace_id)
    check(db, workspace_id)


@app.get("/b/{workspace_id}")
def three(workspace_id: str, db: Session = Depends(get_db)):
    db.query(Workspace).filter(Workspace.id == workspace_id).one()
    load(db, workspace_id)
    check(db, workspace_id)
""",
        "tenant-duplicate-lookup",
    )
    assert "three times in a request to three" in first.message
    assert "up to three times in requests of 2 routes: 2 queries saved" in second.message


# --- never cached -----------------------------------------------------------------------------------------------------

ROUTES = "\n".join(
    f'@app.get("/{n}/{{workspace_id}}")\ndef route_{n}(workspace_id: str, kind: str, db: Session = Depends(get_db)):\n'
    f"    return helper(db, workspace_id, kind)\n"
    for n in range(6)
)


def test_a_helper_of_many_routes_is_reported() -> None:
    (finding,) = found(
        f"""
def helper(db: Session, workspace_id: str, kind: str) -> str:
    if not workspace_id:
        return ""
    return db.query(Workspace).filter(Workspace.id == workspace_id).first().name

{ROUTES}
""",
        "tenant-uncached-lookup",
    )
    assert finding.confidence.name == "MEDIUM"
    assert "in the requests of 6 routes" in finding.message


def test_a_helper_of_few_routes_out_of_many_is_a_weak_claim() -> None:
    others = "".join(f'@app.get("/other/{n}")\ndef other_{n}():\n    return {n}\n\n\n' for n in range(30))
    code = f"""
def helper(db: Session, workspace_id: str, kind: str) -> str:
    return db.query(Workspace).filter(Workspace.id == workspace_id).first().name

{ROUTES}
"""
    (finding,) = found(code, "tenant-uncached-lookup")
    assert finding.confidence.name == "MEDIUM"
    (finding,) = found(code + others, "tenant-uncached-lookup")
    assert finding.confidence.name == "LOW"


@pytest.mark.parametrize(("callers", "level"), [(19, "LOW"), (20, "MEDIUM")])
def test_a_helper_of_fewer_than_twenty_routes_is_a_weak_claim_where_there_are_many(callers: int, level: str) -> None:
    code = """
def current() -> str: ...


def helper(db: Session, workspace_id: str) -> str:
    return db.query(Workspace).filter(Workspace.id == workspace_id).first().name


"""
    code += "".join(
        f'@app.get("/{n}")\ndef route_{n}(db: Session = Depends(get_db)):\n    return helper(db, current())\n\n\n'
        for n in range(callers)
    )
    code += "".join(f'@app.get("/other/{n}")\ndef other_{n}():\n    return {n}\n\n\n' for n in range(80))
    (finding,) = found(code, "tenant-uncached-lookup")
    assert finding.confidence.name == level


@pytest.mark.parametrize(("sharing", "others", "level"), [(4, 60, "low"), (6, 60, "medium"), (4, 10, "medium")])
def test_a_dependency_of_very_few_routes_out_of_many_is_a_weak_claim(sharing: int, others: int, level: str) -> None:
    code = """
from fastapi import Request

def current(request: Request, db: Session = Depends(get_db)) -> Workspace:
    return load(db, request.headers["x-workspace"])
"""
    code += "\n".join(
        f"@app.get('/own/{n}')\ndef own{n}(workspace: Workspace = Depends(current)):\n    return workspace.name\n"
        for n in range(sharing)
    )
    code += "\n".join(f"@app.get('/other/{n}')\ndef other{n}(): ...\n" for n in range(others))
    (one,) = found(code, "tenant-uncached-lookup")
    assert one.confidence.value == level


@pytest.mark.parametrize(("given", "level"), [("workspace_id", "LOW"), ("current()", "MEDIUM")])
def test_what_the_addresses_of_some_routes_name_is_what_their_pages_are_about(given: str, level: str) -> None:
    routes = "".join(
        f'@app.get("/{n}/{{workspace_id}}")\ndef route_{n}(workspace_id: str, db: Session = Depends(get_db)):\n'
        f"    return helper(db, {given})\n\n\n"
        for n in range(12)
    )
    others = "".join(f'@app.get("/other/{n}")\ndef other_{n}():\n    return {n}\n\n\n' for n in range(15))
    code = f"""
def current() -> str: ...


def helper(db: Session, id: str) -> str:
    return db.query(Workspace).filter(Workspace.id == id).first().name

{routes}
"""
    (finding,) = found(code + others, "tenant-uncached-lookup")
    assert finding.confidence.name == level
    (finding,) = found(code, "tenant-uncached-lookup")
    assert finding.confidence.name == "MEDIUM"


@pytest.mark.parametrize(
    ("asked", "number", "level"),
    [
        ("store.cache.read(workspace_id)", 12, "LOW"),
        ("store.rows.read(workspace_id)", 1, "MEDIUM"),
        ("store.rows.read(workspace_id)", 30, "MEDIUM"),
    ],
)
def test_a_read_behind_a_cache_is_a_weak_claim_and_one_in_a_branch_likely_however_many_routes_depend_on_it(
    asked: str, number: int, level: str
) -> None:
    routes = "".join(
        f'@app.get("/{n}")\ndef route_{n}(flag=Depends(flag_of)):\n    return flag\n\n\n' for n in range(number)
    )
    code = f"""
from shop import store

def flag_of(workspace_id: str, db: Session = Depends(get_db)):
    workspace = {asked}
    if not workspace:
        workspace = db.query(Workspace).filter(Workspace.id == workspace_id).first()
    return workspace.name


{routes}
"""
    (finding,) = found(code, "tenant-uncached-lookup")
    assert finding.confidence.name == level


def test_a_helper_that_leaves_before_the_read_for_some_says_so() -> None:
    (finding,) = found(
        f"""
def helper(db: Session, workspace_id: str, kind: str) -> str:
    if kind == "user":
        return kind
    return db.query(Workspace).filter(Workspace.id == workspace_id).first().name

{ROUTES}
""",
        "tenant-uncached-lookup",
    )
    assert "in requests of 6 routes that take this branch" in finding.message
    assert finding.confidence.name == "MEDIUM"


def test_routes_that_leave_before_the_read_do_not_count() -> None:
    code = """
import enum


class Kind(enum.Enum):
    USER = "user"
    TEAM = "team"


def plain(kind: Kind | str) -> Kind:
    return kind if isinstance(kind, Kind) else Kind(kind)


def helper(db: Session, workspace_id: str, kind: Kind | str) -> str:
    plainly = plain(kind)
    if plainly is Kind.USER:
        return workspace_id
    return db.query(Workspace).filter(Workspace.id == workspace_id).first().name


def read(db: Session, workspace_id: str, kind: Kind | str) -> str:
    return helper(db, workspace_id, kind=plain(kind))


"""
    routes = "".join(
        f'@app.get("/{kind}/{n}/{{workspace_id}}")\ndef {kind}_{n}(workspace_id: str, db: Session = Depends(get_db)):\n'
        f"    return read(db, workspace_id, Kind.{kind.upper()})\n\n\n"
        for kind in ("user", "team")
        for n in range(5)
    )
    (finding,) = found(code + routes, "tenant-uncached-lookup")
    assert "of 5 routes" in finding.message
    assert finding.trace[0].message == "team_0 handles requests"


def test_a_row_that_nobody_gives_is_read_for_all() -> None:
    (finding,) = found(
        f"""
def gate(db: Session, workspace_id: str, workspace: Workspace | None = None) -> Workspace:
    if workspace is None:
        workspace = db.query(Workspace).filter(Workspace.id == workspace_id).first()
    return workspace


def helper(db: Session, workspace_id: str, kind: str) -> str:
    return gate(db, workspace_id).name

{ROUTES}
""",
        "tenant-uncached-lookup",
    )
    assert finding.confidence.name == "MEDIUM"
    assert "in the requests of 6 routes" in finding.message


def test_what_a_caller_leaves_out_is_read_each_time() -> None:
    (finding,) = found(
        """
def gate(db: Session, workspace_id: str, workspace: Workspace | None = None) -> Workspace:
    if workspace is None:
        workspace = db.query(Workspace).filter(Workspace.id == workspace_id).first()
    return workspace


@app.get("/{workspace_id}")
def show(workspace_id: str, db: Session = Depends(get_db)):
    gate(db, workspace_id)
    return load(db, workspace_id)
""",
        "tenant-duplicate-lookup",
    )
    assert "by the same id twice in a request to show" in finding.message


@pytest.mark.parametrize(("number", "level"), [(1, "LOW"), (9, "LOW"), (10, "HIGH")])
def test_a_second_read_that_fewer_than_ten_routes_make_is_of_low_confidence(number: int, level: str) -> None:
    routes = "".join(
        f'@app.get("/{n}/{{workspace_id}}")\ndef route_{n}(workspace_id: str, db: Session = Depends(get_db)):\n'
        f"    return both(db, workspace_id)\n\n\n"
        for n in range(number)
    )
    code = """
def both(db: Session, workspace_id: str):
    load(db, workspace_id)
    {test}return db.query(Workspace).filter(Workspace.id == workspace_id).first().name


"""
    (finding,) = found(code.replace("{test}", "") + routes, "tenant-duplicate-lookup")
    assert finding.confidence.name == level
    (finding,) = found(code.replace("{test}", "if app.title:\n        ") + routes, "tenant-duplicate-lookup")
    assert finding.confidence.name == min(level, "MEDIUM", key=["LOW", "MEDIUM", "HIGH"].index)


def test_a_second_read_of_a_dependency_of_the_application_is_likely_with_any_number_of_routes() -> None:
    (finding,) = found(
        """
def both(workspace_id: str, db: Session = Depends(get_db)):
    load(db, workspace_id)
    return db.query(Workspace).filter(Workspace.id == workspace_id).first().name


shop = FastAPI(dependencies=[Depends(both)])


@shop.get("/{workspace_id}")
def show(workspace_id: str): ...
""",
        "tenant-duplicate-lookup",
    )
    assert finding.confidence.name == "MEDIUM"


def test_reads_of_branches_that_exclude_each_other_are_not_added_up() -> None:
    findings = found(
        """
def start(db: Session, workspace_id: str) -> None:
    load(db, workspace_id)


def resume(db: Session, workspace_id: str) -> None:
    db.query(Workspace).filter(Workspace.id == workspace_id).one()


@app.get("/{workspace_id}")
def show(workspace_id: str, kind: str, db: Session = Depends(get_db)):
    db.query(Workspace).filter(Workspace.id == workspace_id).first()
    if kind == "new":
        start(db, workspace_id)
        return "started"
    elif kind == "old":
        resume(db, workspace_id)
    return "resumed"
""",
        "tenant-duplicate-lookup",
    )
    assert [finding.message.partition(" in a request")[0] for finding in findings] == [
        "Workspace is read by the same id up to twice",
        "Workspace is read by the same id up to twice",
    ]
    assert all(note.message == "show reads it first" for finding in findings for note in finding.related)


def test_that_kept_rows_go_stale_is_only_possible() -> None:
    cached = """
from functools import lru_cache


def rename(db: Session, key: str):
    workspace = load(db, key)
    workspace.name = "new"


{name}
{indent}@lru_cache
{indent}def named({self}key: str):
{indent}    return next(get_db()).query(Workspace).filter(Workspace.id == key).first()
"""
    rule = "tenant-lru-cache"
    (plain,) = found(cached.format(name="", indent="", self=""), rule)
    (method,) = found(cached.format(name="class View:", indent="    ", self="self, "), rule)
    assert (plain.confidence.name, method.confidence.name) == ("LOW", "LOW")


# --- dependencies, and what a session may have ------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "level"), [(1, "medium"), (29, "medium"), (30, "high")])
def test_a_dependency_of_fewer_than_thirty_routes_is_likely_and_of_more_certain(number: int, level: str) -> None:
    code = """
def current(workspace_id: str, db: Session = Depends(get_db)):
    return load(db, workspace_id)
"""
    code += "".join(f"\n@app.get('/{n}')\ndef f{n}(workspace=Depends(current)): ...\n" for n in range(number))
    (finding,) = found(code, "tenant-uncached-lookup")
    assert finding.confidence.value == level


SESSION = """
from flask import Flask, g
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)


class Tenant(db.Model):
    id = db.Column(db.String, primary_key=True)
    host = db.Column(db.String)


@app.before_request
def identify():
    g.{kept} = described()


@app.before_request
def look_up():
    row = {read}
    print(row)
"""


@pytest.mark.parametrize(
    ("kept", "read", "level"),
    [
        ("tenant", "Tenant.query.get(1)", "low"),
        ("tenant", "db.session.get(Tenant, 1)", "low"),
        ("tenant", "Tenant.query.filter_by(id=1).first()", "high"),
        ("client", "Tenant.query.get(1)", "high"),
        ("client", "db.session.get(Tenant, 1)", "high"),
    ],
)
def test_a_row_that_a_session_gives_by_its_id_may_be_held_where_requests_keep_one_of_its_name(
    kept: str, read: str, level: str
) -> None:
    report = check_files({"app.py": SESSION.format(kept=kept, read=read)}, select=("tenant-uncached-lookup",))
    assert not report.errors
    assert [finding.confidence.value for finding in report.findings] == [level]


DJANGO: dict[str, str | bytes] = {
    "shop/__init__.py": "",
    "shop/models.py": """
from django.db import models


class Tenant(models.Model):
    host = models.CharField(max_length=80)
""",
    "shop/settings.py": 'MIDDLEWARE = ["shop.middleware.Identify", "shop.middleware.LookUp"]\nROOT_URLCONF = "shop.urls"\n',
    "shop/urls.py": "urlpatterns = []\n",
}


@pytest.mark.parametrize("kept", ["tenant", "client"])
def test_django_asks_for_an_object_again_whatever_a_request_keeps(kept: str) -> None:
    middleware = f"""
from shop.models import Tenant


class Identify:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.{kept} = described(request)
        return self.get_response(request)


class LookUp:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        print(Tenant.objects.get(id=1))
        return self.get_response(request)
"""
    report = check_files({**DJANGO, "shop/middleware.py": middleware}, select=("tenant-uncached-lookup",))
    assert not report.errors
    assert [finding.confidence.value for finding in report.findings] == ["high"]


def test_what_the_only_hook_keeps_itself_was_not_there_before():
    text = (
        "from flask import Flask, g, request\nfrom flask_sqlalchemy import SQLAlchemy\n\napp = Flask(__name__)\n"
        "db = SQLAlchemy()\n\nclass Tenant(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n\n"
        "@app.before_request\ndef load():\n    g.tenant = db.session.get(Tenant, request.headers.get('x'))\n"
    )
    (found,) = check_files({"app.py": text}, select=("tenant-uncached-lookup",)).findings
    assert found.confidence.value == "high"


ASKED = """
from functools import lru_cache

from fastapi import FastAPI, Request

app = FastAPI()

@lru_cache
def host(request: Request):
    return request.headers["host"]

@app.middleware("http")
async def tell(request: Request, call_next):
    {body}
    return await call_next(request)
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("print(host(request))", "high"),
        ("print(host(request), host(request))", "low"),
        ("print([host(request) for _ in range(2)])", "low"),
        ("pass", "low"),
    ],
)
def test_a_cache_that_one_request_asks_several_times_may_be_its_memory(body: str, expected: str) -> None:
    report = check_files({"app.py": ASKED.format(body=body)}, select=("tenant-lru-cache",), confidence="low")
    (found,) = report.findings
    assert found.confidence.value == expected
    assert "no other request hits" in found.message


def test_a_middleware_for_none_of_the_routes_does_not_hide_what_a_decorator_reads_for_all() -> None:
    code = """
from functools import wraps

from fastapi import Request

@app.middleware("http")
async def tools(request: Request, call_next):
    if not request.url.path.startswith("/tools/"):
        return await call_next(request)
    load(next(get_db()), request.headers["x-key"])
    return await call_next(request)

def asks(handler):
    @wraps(handler)
    def wrapper(*args, **kwargs):
        load(next(get_db()), "key")
        return handler(*args, **kwargs)
    return wrapper
"""
    routes = "".join(f"\n@app.get('/{n}')\n@asks\ndef f{n}(): ...\n" for n in range(12))
    (finding,) = found(code + routes, "tenant-uncached-lookup")
    assert "12 routes that share a decorator" in finding.message


@pytest.mark.parametrize(
    ("kept", "level"),
    [("user.workspace_id", "low"), ("request.state.workspace_id", "high"), ("user.other", "medium")],
)
def test_what_fills_a_row_once_is_no_read_of_every_request(kept: str, level: str) -> None:
    code = f"""
@app.middleware("http")
async def fill(request, call_next):
    db, user = opened(), signed_in(request)
    if not {kept}:
        found = db.query(Workspace).filter(Workspace.id == request.headers["x"]).first()
        user.workspace_id = request.state.workspace_id = found.id
        db.commit()
    return await call_next(request)
"""
    assert [finding.confidence.value for finding in found(code, "tenant-uncached-lookup")] == [level]


def test_what_every_page_reads_is_no_matter_of_few_routes() -> None:
    text = """
from flask import Flask, session
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Tenant(db.Model):
    id = db.Column(db.Integer, primary_key=True)

@app.context_processor
def current():
    return {"tenant": Tenant.query.filter_by(id=session["tenant"]).first()}
"""
    text += "".join(f"\n@app.route('/{n}')\ndef f{n}(): ...\n" for n in range(60))
    (one,) = check_files({"app.py": text}, select=("tenant-uncached-lookup",), confidence="low").findings
    assert one.confidence.value == "medium"


@pytest.mark.parametrize(("end", "level"), [("raise PermissionError(row.name)", "low"), ("return row", "medium")])
def test_what_is_read_for_an_error_is_read_by_few(end: str, level: str) -> None:
    code = f"""
from fastapi import Request

def current(request: Request, db: Session = Depends(get_db)):
    user = request.state.user
    if user.may_pass:
        return user
    if user.is_owner:
        return user
    row = load(db, user.workspace_id)
    {end}
"""
    code += "".join(f"\n@app.get('/{n}')\ndef f{n}(who=Depends(current)): ...\n" for n in range(40))
    (one,) = found(code, "tenant-uncached-lookup")
    assert one.confidence.value == level


KEYED = """
from datetime import datetime
from fastapi import Depends, FastAPI, Request
from sqlalchemy import Column, DateTime, String
from sqlalchemy.orm import Session, declarative_base

Base = declarative_base()
app = FastAPI()

class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(String, primary_key=True)

class ApiKey(Base):
    __tablename__ = "keys"
    id = Column(String, primary_key=True)
    tenant_id = Column(String)
    key_hash = Column(String)
    last_used_at = Column(DateTime)

def get_db(): ...

def find(db, key):
    return db.query(ApiKey).filter(ApiKey.key_hash == key).first()

def current(request: Request, db: Session = Depends(get_db)):
    key = find(db, request.headers["x-api-key"])
    {}
    return key
"""


@pytest.mark.parametrize(
    ("noted", "level"),
    [
        ("pass", "medium"),
        ("key.last_used_at = datetime.now()", "low"),
        ("record_usage(key)", "low"),
        ("db.query(ApiKey).filter(ApiKey.id == key.id).update(last_used_at=1)", "low"),
        ("key.tenant_id = 'x'", "medium"),
    ],
)
def test_a_key_whose_use_is_noted_in_its_row_is_written_as_well(noted: str, level: str) -> None:
    text = KEYED.format(noted) + "".join(
        f"\n@app.get('/{n}')\ndef f{n}(who=Depends(current)): ...\n" for n in range(40)
    )
    (one,) = check_files({"app.py": text}, select=("tenant-uncached-lookup",), confidence="low").findings
    assert one.confidence.value == level


@pytest.mark.parametrize(("number", "level"), [(2, "medium"), (8, "high")])
def test_a_hook_of_a_router_is_as_sure_as_there_are_routes_behind_it(number: int, level: str) -> None:
    routes = "".join(f"\n@pages.get('/p{n}')\ndef p{n}(): ...\n" for n in range(number))
    code = f"""
from flask import Blueprint, Flask, request, session
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)
pages = Blueprint("pages", __name__)

class Organisation(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    slug = db.Column(db.String)

@pages.before_request
def organisation():
    found = Organisation.query.filter_by(slug=request.host).first()
    return None if found else ("unknown", 404)
{routes}
app.register_blueprint(pages)
"""
    report = check_files({"app.py": code}, select=("tenant-uncached-lookup",))
    assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(
    ("given", "many"),
    [
        ("", "on every request"),
        (", fallback=True", "on every request"),
        (", fallback=False", "in the requests of 6 routes"),
    ],
)
def test_a_path_that_gives_a_constant_goes_where_that_leads(given: str, many: str) -> None:
    code = f"""
from fastapi import Request


def resolve(db: Session, workspace_id: str | None = None, fallback: bool = True):
    if fallback:
        return load(db, workspace_id or "default")
    return None


@app.middleware("http")
async def note(request: Request, call_next):
    request.state.own = resolve(get_db(){given})
    return await call_next(request)
"""
    code += "".join(
        f"\n@app.get('/{n}')\ndef page{n}(db: Session = Depends(get_db)):\n    return resolve(db)\n" for n in range(6)
    )
    assert [many in finding.message for finding in found(code, "tenant-uncached-lookup")] == [True]


BRANCHES = """
from fastapi import FastAPI, Request
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import Session, declarative_base

app = FastAPI()
Base = declarative_base()

class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(Integer, primary_key=True)
    slug = Column(String)

@app.middleware("http")
async def attach(request: Request, call_next):
    user = request.state.user
    if {test}:
        request.state.tenant = Session().query(Tenant).filter(Tenant.slug == request.headers["x-slug"]).first()
    else:
        request.state.tenant = Session().query(Tenant).filter(Tenant.id == user.tenant_id).first()
    return await call_next(request)

@app.get("/")
def home(): ...
"""


@pytest.mark.parametrize(("test", "key"), [("user.is_superuser", "id"), ("not user.is_superuser", "slug")])
def test_of_two_branches_the_one_that_most_requests_take_is_told(test: str, key: str) -> None:
    text = BRANCHES.format(test=test)
    (one,) = check_files({"app.py": text}, select=("tenant-uncached-lookup",), confidence="low").findings
    assert (one.confidence.value, f"by {key} " in one.message) == ("medium", True)


@pytest.mark.parametrize(
    ("test", "level"),
    [
        ("settings.USE_SQLITE", "low"),
        ("is_sqlite_mode()", "low"),
        ("settings.DEBUG", "low"),
        ("not settings.DEBUG", "medium"),
        ("settings.USE_POSTGRES", "medium"),
        ("request.url.hostname in DEV_HOSTS", "low"),
        ("request.url.hostname in ('localhost', 'testserver')", "low"),
        ("request.url.hostname == 'localhost'", "low"),
        ("request.url.hostname in HOSTS", "medium"),
        ("request.url.hostname != 'localhost'", "medium"),
    ],
)
def test_a_branch_for_where_a_service_is_developed_is_a_weak_claim(test: str, level: str) -> None:
    text = BRANCHES.format(test=test).replace("    else:\n", "    elif False:\n")
    hosts = "DEV_HOSTS = {'localhost', '127.0.0.1'}\nHOSTS = ['localhost', 'shop.example.com']"
    imports = "import os\nfrom settings import settings, is_sqlite_mode"
    text = text.replace("app = FastAPI()", f"{imports}\n{hosts}\napp = FastAPI()")
    (one,) = check_files({"app.py": text}, select=("tenant-uncached-lookup",), confidence="low").findings
    assert (one.confidence.value, "by slug " in one.message) == (level, True)


HELPER = """
from fastapi import Depends, FastAPI
from sqlalchemy import Column, Integer, String
from sqlalchemy.orm import Session, declarative_base

app = FastAPI()
Base = declarative_base()

class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(Integer, primary_key=True)
    name = Column(String)

def get_db(): ...

def tenant_of(db, number):
    tenant = db.get(Tenant, number)
    if tenant is None:
        raise LookupError
    return tenant.name
"""


@pytest.mark.parametrize(("method", "level"), [("get", "medium"), ("post", "low")])
def test_a_helper_that_only_requests_with_changes_call_wants_the_row_as_it_is(method: str, level: str) -> None:
    routes = "".join(
        f'\n@app.{method}("/r{n}")\ndef r{n}(number: int, db: Session = Depends(get_db)):\n    return tenant_of(db, number)\n'
        for n in range(24)
    )
    (one,) = check_files({"app.py": HELPER + routes}, select=("tenant-uncached-lookup",), confidence="low").findings
    assert one.confidence.value == level


FLASK = """
from flask import Flask, g, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Tenant(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    slug = db.Column(db.String)

@app.before_request
def find():
    g.tenant = {}

@app.get("/")
def home(): return g.tenant.slug
"""


@pytest.mark.parametrize(
    "read",
    [
        "db.session.execute(db.select(Tenant).filter_by(slug=request.host)).scalar_one()",
        "db.first_or_404(db.select(Tenant).filter_by(slug=request.host))",
        "db.one_or_404(db.select(Tenant).where(Tenant.slug == request.host))",
        "db.get_or_404(Tenant, request.headers['x-id'])",
        "Tenant.query.filter_by(slug=request.host).first_or_404()",
        "Tenant.query.get_or_404(request.headers['x-id'])",
    ],
)
def test_what_flask_sqlalchemy_reads_or_refuses_is_read(read: str) -> None:
    report = check_files({"app.py": FLASK.format(read)}, select=("tenant-uncached-lookup",))
    assert [finding.confidence.value for finding in report.findings] == ["high"]
