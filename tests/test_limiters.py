"""Which limiter of slowapi counts: the one whose decorator a function has, or the application's for its middlewares."""

from __future__ import annotations

import pytest

from atomlint.testing import check_files

MADE = """
from slowapi import Limiter
from slowapi.util import get_remote_address

def create_limiter(settings):
    if settings.production:
        return Limiter(key_func=get_remote_address, storage_uri="redis://cache:6379", default_limits=["9/minute"])
    return Limiter(key_func=get_remote_address)

{limiter}
"""
MAIN = """
from fastapi import FastAPI
from limiting import create_limiter
import pages

app = FastAPI()
app.state.limiter = create_limiter(1)
app.include_router(pages.router)
{middleware}
"""
PAGES = """
from fastapi import APIRouter, Request
from limiting import limiter

router = APIRouter()

def latest(query):
    return query.limit(5).all()
""" + "".join(f'@router.get("/{n}")\n@limiter.limit("5/minute")\ndef f{n}(request: Request): ...\n' for n in range(6))
OWN = "limiter = Limiter(key_func=get_remote_address)"


@pytest.mark.parametrize(
    ("limiter", "middleware", "number"),
    [
        (OWN, "", 0),
        (OWN, "from slowapi.middleware import SlowAPIMiddleware\napp.add_middleware(SlowAPIMiddleware)", 1),
        ("limiter = create_limiter(1)", "", 1),
    ],
    ids=["another's decorators", "a middleware", "its decorators"],
)
def test_a_limiter_that_only_the_state_has_waits_for_redis_where_something_counts_with_it(
    limiter: str, middleware: str, number: int
) -> None:
    files = {
        "limiting.py": MADE.format(limiter=limiter),
        "main.py": MAIN.format(middleware=middleware),
        "pages.py": PAGES,
        "requirements.txt": "redis==5.0.1\nslowapi\nfastapi\n",
    }
    report = check_files(files, select=("redis-no-timeout", "redis-per-request"))
    assert [finding.rule for finding in report.findings].count("redis-no-timeout") == number
