"""Rows that a handler of FastAPI answers with, and the relationships that its ``response_model`` reads of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .._schemas import answer_readings
from ._lazy import schema_relationships

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Function
    from atomlint.index.relationships import Relationship
    from atomlint.index.rowsets import Rows

    from .._schemas import SchemaReading


class Answer(NamedTuple):
    """Many rows that a schema reads one by one."""

    reading: SchemaReading
    rows: Rows
    relationships: tuple[Relationship, ...]


def answers(function: Function) -> Iterator[Answer]:
    """Those of one handler; none of a coroutine's, where reading them is an error."""
    if function.is_async:
        return
    for reading in answer_readings(function):
        rows = function.index.project.rowsets.of(function.path, function.ordinal, reading.row)
        if rows is None or rows.awaited or "*" in rows.loaded or rows.model.scope == 0:
            continue
        found = schema_relationships(function.index, reading.schema, rows)
        if found:
            yield Answer(reading, rows, tuple(found))
