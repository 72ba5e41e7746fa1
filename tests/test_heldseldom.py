"""What a request holds for few requests alone, or only later than somebody looks for it."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

APP = """
import redis.asyncio as redis
from fastapi import Depends, FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware

client = redis.Redis()

class Who(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request.state.user_id = None
        if token := request.headers.get("authorization"):
            request.state.user_id = token.partition(".")[0]
        return await call_next(request)

class Limit(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        {before}
        user_id = getattr(request.state, "user_id", None)
        if not user_id:
            return await call_next(request)
        if await client.incr(user_id) > 100:
            raise RuntimeError
        return await call_next(request)

app = FastAPI()
{added}
"""
BOTH = "app.add_middleware({})\napp.add_middleware({})"


def levels(added: str, before: str = "") -> list[str]:
    """Confidence of what is said of a limiter that looks for a user."""
    report = check_files({"app.py": APP.format(added=added, before=before)}, select=("redis-per-request",))
    assert not report.errors
    return [finding.confidence.value for finding in report.findings]


def test_a_middleware_that_is_added_last_runs_before_what_the_others_put_on_the_request() -> None:
    assert levels(BOTH.format("Who", "Limit")) == ["low"]
    assert levels(BOTH.format("Limit", "Who")) == ["high"]


def test_what_a_dependency_puts_there_is_there_after_all_middlewares() -> None:
    sets = """
async def who(request: Request):
    request.state.user_id = 1

@app.get("/", dependencies=[Depends(who)])
async def home(): ...

app.add_middleware(Limit)
"""
    assert levels(sets) == ["low"]


def test_after_the_response_everything_is_there() -> None:
    assert levels(BOTH.format("Who", "Limit"), before="response = await call_next(request)") == ["high"]


@pytest.mark.parametrize(
    "added",
    [
        "app.add_middleware(Limit)",
        "def install(app):\n    app.add_middleware(Who)\n\ninstall(app)\napp.add_middleware(Limit)",
    ],
)
def test_where_nothing_is_seen_to_set_it_or_the_order_is_not_known_nothing_is_said_of_it(added: str) -> None:
    assert levels(added) == ["high"]


def test_a_tenant_that_such_a_middleware_would_read_is_read_by_none() -> None:
    code = """
from fastapi import FastAPI
from sqlalchemy import Column, String
from sqlalchemy.orm import declarative_base, sessionmaker
from starlette.middleware.base import BaseHTTPMiddleware

Base = declarative_base()
Session = sessionmaker()

class Tenant(Base):
    __tablename__ = "tenants"
    id = Column(String, primary_key=True)

class Who(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request.state.who = request.headers.get("authorization")
        return await call_next(request)

class Tenants(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        who = getattr(request.state, "who", None)
        if who:
            request.state.tenant = Session().query(Tenant).filter(Tenant.id == who).first()
        return await call_next(request)

app = FastAPI()
"""
    for added, level in (("Who", "Tenants"), "low"), (("Tenants", "Who"), "medium"):
        report = check_files({"app.py": code + BOTH.format(*added)}, select=("tenant-uncached-lookup",))
        assert [finding.confidence.value for finding in report.findings] == [level]


@pytest.mark.parametrize(("order", "found"), [(("Sets", "Looks"), True), (("Looks", "Sets"), False)])
def test_what_a_middleware_sets_that_runs_later_spares_nothing(order: tuple[str, str], *, found: bool) -> None:
    code = """
import redis
from fastapi import FastAPI
from starlette.middleware.base import BaseHTTPMiddleware

client = redis.Redis()

class Sets(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        request.state.plan = "free"
        return await call_next(request)

class Looks(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if getattr(request.state, "plan", None) is None:
            client.get("plan")
        return await call_next(request)

app = FastAPI()
"""
    report = check_files({"app.py": code + BOTH.format(*order)}, select=("redis-per-request",))
    assert bool(report.findings) is found
