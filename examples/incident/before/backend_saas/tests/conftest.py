"""A session on the application's database, emptied after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from core import models  # noqa: F401
from core.database import Base, SessionLocal, engine


@pytest.fixture
def session() -> Iterator[Session]:
    """A session; every table is empty again afterwards."""
    Base.metadata.create_all(engine)
    with SessionLocal() as session:
        yield session
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())  # todo-expect: testing-production-database
        session.commit()
