"""Relationships that are read of a row which an asynchronous session loaded without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .._readings import readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Function, Index
    from atomlint.index.asyncrows import Loaded
    from atomlint.index.mapping.records import Mapped, Relationship

SESSIONS = frozenset({"AsyncSession", "async_sessionmaker", "async_scoped_session"})
HANDLED = re.compile(r"\b(?:run_sync|greenlet_spawn|sync_session|MissingGreenlet|unloaded|no_load|make_transient)\b")
"""What a function says that knows of the matter."""
ASKING = ("refresh", "hasattr", "getattr", "set_committed_value", "attribute_names", "inspect", "__dict__")
"""Before the attribute's name as a text: it is loaded, given, or looked for."""


class AsyncRead(NamedTuple):
    """One such reading."""

    function: Function
    name: str
    """``order.items``, as the source has it."""
    relationship: Relationship
    rows: Loaded
    sure: bool


def is_asynchronous(index: Index) -> bool:
    """Whether a module outside of tests imports an asynchronous session."""
    return any(
        record.attribute in SESSIONS
        for path in index.paths
        if path not in index.tests
        for record in index.project.linker.table(path).facts.imports
    )


def async_reads(index: Index) -> list[AsyncRead]:
    """All of a project, one for each attribute that a function reads of a name."""

    def find() -> list[AsyncRead]:
        lazy = lazily_loaded(index) if is_asynchronous(index) else {}
        return [
            read for path in index.paths if lazy and path not in index.tests for read in _of_file(index, path, lazy)
        ]

    found: list[AsyncRead] = index.keep("lazy-load-in-async", find)
    return found


def lazily_loaded(index: Index) -> dict[str, list[Relationship]]:
    """Relationships whose first reading sends a query, by name."""
    found: dict[str, list[Relationship]] = {}
    for made in index.mapping.relationships:
        if made.configured and not made.failed and not made.open and index.mapping.lazy(made) == "select":
            found.setdefault(made.name, []).append(made)
    return found


def _of_file(index: Index, path: str, lazy: dict[str, list[Relationship]]) -> Iterator[AsyncRead]:
    for function in index.functions(path):
        seen: set[str] = set()
        for reading in readings(function):
            head, attribute, *rest = reading.name.split(".")
            name = f"{head}.{attribute}"
            if attribute not in lazy or name in seen or (reading.called and not rest):
                continue
            rows = index.async_rows.of(path, function.ordinal, head)
            if rows is None or rows.kind != "one" or rows.model is None or attribute in rows.loaded:
                continue
            found = rows.model.find(attribute)
            made = found.relationship if found is not None else None
            if made is None or made not in lazy[attribute] or rest[:1] == ["property"]:
                continue
            if _is_handled(index, function, made, rows):
                continue
            seen.add(name)
            yield AsyncRead(function, name, made, rows, _is_sure(made, rows))


def _is_sure(made: Relationship, rows: Loaded) -> bool:
    """Whether nothing else can have loaded it: the one side of a relationship may be in the session already."""
    return rows.proven and bool(made.uselist)


def _is_handled(index: Index, function: Function, made: Relationship, rows: Loaded) -> bool:
    """Whether a function on the way may have loaded the attribute, or does not want it."""
    assert rows.model is not None
    places = [(function.path, function.ordinal), *((path, _scope(index, path, call)) for path, call in rows.steps)]
    places.append((rows.path, _scope(index, rows.path, rows.call)))
    return any(_mentions(text(index, *place), made, rows.model) for place in dict.fromkeys(places))


def _mentions(source: str, made: Relationship, model: Mapped) -> bool:
    name = re.escape(made.name)
    ways = (
        rf"awaitable_attrs\.{name}\b", rf"load(?:_from)?\([^)]*\.{name}\b", rf"\b\w+\.{name}\s*=[^=]",
        rf"""["']{name}["'] (?:not )?in\b""",
        rf"""\b(?:{"|".join(ASKING)})\b[^"']{{0,80}}(?:["']\w+["'],\s*)*["']{name}["']""",
    )  # fmt: skip
    if HANDLED.search(source) or any(re.search(way, source) for way in ways):
        return True
    other = made.target.name if made.target is not None and not made.uselist else model.name
    loaded_too = rf"(?<![\w.]){re.escape(other)}\s*\(" if made.uselist else rf"\b{re.escape(other)}\b"
    return re.search(loaded_too, source) is not None


def _scope(index: Index, path: str, call: int) -> int:
    table = index.project.linker.table(path)
    return table.enclosing_function(table.facts.calls[call].scope)


def text(index: Index, path: str, scope: int) -> str:
    """The source of a function with its decorators; empty when it is not at hand."""
    spans = index.project.spans(path)
    source = index.sources.source(path)
    if spans is None or source is None or not scope:
        return ""
    first, last = spans.scopes[5 * scope + 3], spans.scopes[5 * scope + 4]
    return "\n".join(source.lines[first - 1 : last])
