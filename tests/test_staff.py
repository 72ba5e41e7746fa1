"""Routes that only those who run a service take: by permissions, roles, paths and names."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

APP = """
from enum import Enum
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import Column, Integer
from sqlalchemy.orm import Session, declarative_base

app = FastAPI()
Base = declarative_base()

class Role(Enum):
    ADMIN = "admin"
    MEMBER = "member"

class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    owner = Column(Integer)

def get_db(): ...

def require(*roles, minimum=None):
    def check(): ...
    return check

{}
def orders(db: Session = Depends(get_db)):
    return [db.query(Order).filter(Order.owner == row.id).count() for row in db.query(Order).all()]
"""


def is_reported(route: str) -> bool:
    """Whether a query for each row of the route is reported."""
    return bool(
        check_files({"app.py": APP.format(route)}, select=("database-query-in-loop",), confidence="low").findings
    )


@pytest.mark.parametrize(
    "route",
    [
        '@app.get("/orders", dependencies=[Depends(require("admin"))])',
        '@app.get("/orders", dependencies=[Depends(require("Super Admin"))])',
        '@app.get("/orders", dependencies=[Depends(require(Role.ADMIN))])',
        '@app.get("/orders", dependencies=[Depends(require(["admin", "superadmin"]))])',
        '@app.get("/orders", dependencies=[Depends(require(minimum="admin"))])',
        '@app.get("/admin/orders")',
        '@app.get("/api/v1/super-admin/orders")',
        'router = APIRouter(prefix="/admin")\napp.include_router(router)\n\n@router.get("/orders")',
    ],
)
def test_what_only_staff_ask_for_is_of_few_requests(route: str) -> None:
    assert not is_reported(route)


@pytest.mark.parametrize(("others", "level"), [("admin", "high"), ("shop", "low")])
def test_where_nearly_all_routes_are_of_administrators_these_are_the_users(others: str, level: str) -> None:
    text = """
import redis
from fastapi import Depends, FastAPI

app = FastAPI()
client = redis.Redis()

def current():
    return client.incr("user")
"""
    text += "".join(f"\n@app.get('/admin/{n}')\ndef f{n}(user=Depends(current)): ...\n" for n in range(12))
    text += "".join(f"\n@app.get('/{others}/o{n}')\ndef o{n}(): ...\n" for n in range(20))
    (finding,) = check_files({"app.py": text}, select=("redis-per-request",), confidence="low").findings
    assert finding.confidence.value == level


@pytest.mark.parametrize(
    "route",
    [
        '@app.get("/orders", dependencies=[Depends(require("admin", "member"))])',
        '@app.get("/orders", dependencies=[Depends(require([Role.ADMIN, Role.MEMBER]))])',
        '@app.get("/orders", dependencies=[Depends(require("member"))])',
        '@app.get("/orders", dependencies=[Depends(require("tenant_admin"))])',
        '@app.get("/administrators-of-estates")\n@app.get("/orders")',
        '@app.get("/health-records")',
        '@app.get("/orders")',
    ],
)
def test_what_others_ask_for_too_is_not(route: str) -> None:
    assert is_reported(route)
