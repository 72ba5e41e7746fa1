"""What is sent to databases: statements as SQLAlchemy's and Django's own hooks see them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from sqlalchemy import event
from sqlalchemy.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator

UNCOUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")
"""What a connection does for itself."""


def counted(statement: str) -> bool:
    return not statement.lstrip().upper().startswith(UNCOUNTED)


@contextlib.contextmanager
def sqlalchemy_statements() -> Iterator[list[str]]:
    """Statements of every engine of the process, asynchronous ones among them."""
    found: list[str] = []

    def note(conn, cursor, statement, parameters, context, executemany):
        if counted(statement):
            found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@contextlib.contextmanager
def django_statements() -> Iterator[list[str]]:
    """Statements of every connection of Django's: those of coroutines have one in a thread of their own."""
    from django.db.backends.utils import CursorWrapper

    found: list[str] = []
    real = CursorWrapper._execute_with_wrappers

    def note(self, sql, params, many, executor):
        if counted(sql):
            found.append(sql)
        return real(self, sql, params, many, executor)

    CursorWrapper._execute_with_wrappers = note
    try:
        yield found
    finally:
        CursorWrapper._execute_with_wrappers = real
