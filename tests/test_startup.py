"""What a process does when it starts, and what catches its errors."""

from __future__ import annotations

import pytest
from index_project import index_of

HEAD = """
import asyncio
import contextlib
import redis
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

client = redis.Redis()
"""


def uses(code: str, **files: str) -> list[tuple[str, bool]]:
    """Operations of every start, and whether their errors are caught."""
    texts = {"app.py": HEAD + code, **{f"{name}.py": text for name, text in files.items()}}
    startup = index_of(texts).project.startup
    return [(use.operation, use.handled) for found in startup.values() for use in found]


def lifespan(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"@asynccontextmanager\nasync def lifespan(app):\n{lines}\napp = FastAPI(lifespan=lifespan)\n"


def test_what_stands_before_the_yield_of_a_lifespan_is_the_start():
    assert uses(lifespan("client.ping()\nyield\nclient.delete('leader')")) == [("ping", False)]


def test_a_handler_for_shutdown_is_no_start():
    code = "app = FastAPI()\n@app.on_event('shutdown')\ndef stop():\n    client.delete('a')\n"
    assert uses(code) == []
    assert uses(code.replace("shutdown", "startup")) == [("delete", False)]


@pytest.mark.parametrize(
    ("caught", "handled"),
    [
        ("except Exception:", True),
        ("except:", True),
        ("except redis.RedisError:", True),
        ("except (ValueError, redis.ConnectionError):", True),
        ("except ConnectionError:", True),
        ("except ValueError:", False),
        ("except KeyError as error:", False),
        ("finally:", False),
    ],
)
def test_a_handler_counts_when_it_catches_what_a_service_that_is_away_raises(caught: str, handled: bool):
    assert uses(lifespan(f"try:\n    client.ping()\n{caught}\n    pass\nyield")) == [("ping", handled)]


PROBE = """
def is_there(service, {answer}):
    try:
        service.ping()
        return True
    except Exception:
        {failed}
"""


@pytest.mark.parametrize(
    ("body", "handled"),
    [
        ("ok = is_there(client)\nif ok:\n    client.get('a')", True),
        ("if is_there(client):\n    client.get('a')", True),
        ("ok = is_there(client)\nif ok and not client.closed:\n    client.get('a')", True),
        ("ok = is_there(client)\nif not ok:\n    client.get('a')", False),
        ("ok = True\ntry:\n    client.ping()\nexcept Exception:\n    ok = False\nif ok:\n    client.get('a')", True),
        ("ok = settings.redis\nif ok:\n    client.get('a')", False),
    ],
)
def test_what_needs_a_service_that_was_found_to_answer_is_not_done_without_it(body: str, *, handled: bool):
    probe = PROBE.format(answer="timeout=2", failed="return False")
    assert uses(probe + lifespan(f"{body}\nyield"))[-1] == ("get", handled)


def test_a_probe_that_raises_again_answers_nothing():
    probe = PROBE.format(answer="timeout=2", failed="raise")
    assert uses(probe + lifespan("if is_there(client):\n    client.get('a')\nyield"))[-1] == ("get", False)


def test_a_handler_counts_anywhere_on_the_way():
    code = "def warm():\n    client.ping()\n" + lifespan("try:\n    warm()\nexcept Exception:\n    pass\nyield")
    assert uses(code) == [("ping", True)]
    inner = "def warm():\n    try:\n        client.ping()\n    except redis.RedisError:\n        pass\n" + lifespan(
        "warm()\nyield"
    )
    assert uses(inner) == [("ping", True)]


def test_suppress_is_a_handler():
    assert uses(lifespan("with contextlib.suppress(redis.RedisError):\n    client.ping()\nyield")) == [("ping", True)]
    assert uses(lifespan("with contextlib.suppress(KeyError):\n    client.ping()\nyield")) == [("ping", False)]


def test_a_task_that_is_only_created_belongs_to_no_start():
    code = "async def poll():\n    client.ping()\n"
    assert uses(code + lifespan("asyncio.create_task(poll())\nyield")) == []
    assert uses(code + lifespan("await poll()\nyield")) == [("ping", False)]
    assert uses(code + lifespan("await asyncio.gather(poll())\nyield")) == [("ping", False)]


def test_what_only_runs_after_an_error_is_left_out():
    body = "try:\n    pass\nexcept ValueError:\n    client.set('failed', 1)\nyield"
    assert uses(lifespan(body)) == []


def test_tables_and_pools_count_though_no_client_asks():
    models = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase):\n    pass\n"
    code = "from models import Base\nimport arq\nengine = None\n" + lifespan(
        "Base.metadata.create_all(engine)\nawait arq.create_pool()\nyield"
    )
    assert uses(code, models=models) == [("create_all", False), ("arq.create_pool", False)]
