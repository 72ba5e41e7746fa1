"""The engine and its sessions: Postgres in production, a local file for development."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

ENVIRONMENT = os.getenv("ENVIRONMENT", "development")


def database_url() -> str:
    """Where this process keeps its data."""
    if ENVIRONMENT == "production":
        return os.environ["NEON_DATABASE_URL"]
    return os.getenv("DATABASE_URL", "sqlite:///./tidewater_dev.db")  # expect: database-sqlite-default


engine = create_engine(  # expect: database-sqlite-no-abort
    database_url(),
    pool_size=int(os.getenv("DB_POOL_SIZE", "15")),
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
