"""A session on a database that exists only for the tests. They refuse to run in production."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

if os.environ.get("ENVIRONMENT", "test") != "test":
    pytest.exit(f"ENVIRONMENT is {os.environ['ENVIRONMENT']}; the tests run only with test, or unset", returncode=2)

# Set before the application is imported, whatever the shell had: nothing here can reach another database.
_directory = tempfile.TemporaryDirectory(prefix="tidewater-")
os.environ["ENVIRONMENT"] = "test"
os.environ["DATABASE_URL"] = f"sqlite:///{Path(_directory.name, 'test.db').as_posix()}"
os.environ["JWT_SECRET"] = secrets.token_hex(32)
os.environ["SUSPEND_REDIS"] = "true"

from sqlalchemy.orm import Session  # noqa: E402

from core import models  # noqa: E402, F401
from core.database import Base, SessionLocal, engine  # noqa: E402


@pytest.fixture
def session() -> Iterator[Session]:
    """A session on tables that are made for one test."""
    assert engine.url.get_backend_name() == "sqlite"
    Base.metadata.create_all(engine)
    with SessionLocal() as session:
        yield session
    Base.metadata.drop_all(engine)
