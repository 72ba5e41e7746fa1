"""The engine and its sessions. SQLite is for development and tests that say so."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from core import config

LOCAL_ENVIRONMENTS = ("development", "test")


def database_url() -> str:
    """Where this process keeps its data.

    Raises:
        RuntimeError: SQLite outside development and tests.
    """
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite") and config.ENVIRONMENT not in LOCAL_ENVIRONMENTS:
        raise RuntimeError(f"DATABASE_URL is SQLite while ENVIRONMENT is {config.ENVIRONMENT}: refusing to start")
    return url


engine = create_engine(
    database_url(),
    pool_size=int(os.getenv("DB_POOL_SIZE", "12")),
    max_overflow=int(os.getenv("DATABASE_MAX_OVERFLOW", "0")),
    pool_pre_ping=True,
)

SessionLocal = sessionmaker(bind=engine, expire_on_commit=False)


class Base(DeclarativeBase):
    """The base of every mapped class."""


def get_db() -> Iterator[Session]:
    """One session a request."""
    session = SessionLocal()
    try:
        yield session
    finally:
        session.close()
