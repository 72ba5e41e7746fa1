"""Relationships that are read of a row which an asynchronous session loaded without them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .._readings import readings
from .._schemas import fields, schema_readings
from ._direct_reads import direct_readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function, Index
    from atomlint.index.asyncrows import Loaded
    from atomlint.index.mapping.records import Mapped, Relationship

    from .._schemas import SchemaReading
    from ._direct_reads import DirectReading

SESSIONS = frozenset({"AsyncSession", "async_sessionmaker", "async_scoped_session"})
HANDLED = re.compile(r"\b(?:run_sync|greenlet_spawn|sync_session|MissingGreenlet|unloaded|make_transient)\b")
"""What a function says that knows of the matter."""
ASKING = ("refresh", "hasattr", "getattr", "set_committed_value", "attribute_names", "inspect", "__dict__")
"""Before the attribute's name as a text: it is loaded, given, or looked for."""
DEPTH = 2
"""Functions of the project that a row is followed into."""


class Step(NamedTuple):
    """A function on the way to the reading, and what it does with the row: ``order.items``, ``order.total``, ``shown(order)``."""

    function: Function
    name: str


class AsyncRead(NamedTuple):
    """One such reading."""

    steps: tuple[Step, ...]
    """From the function that has the row to the one that reads the attribute."""
    relationship: Relationship
    rows: Loaded
    sure: bool
    direct: DirectReading | SchemaReading | None = None
    """The reading, where it is none of a name."""


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
        if not is_asynchronous(index) or not lazily_loaded(index):
            return []
        paths = {path for path, _ in index.async_rows.holders} - set(index.tests)
        ways = (_of_file, _of_no_name, _of_schemas)
        return [read for path in index.paths if path in paths for way in ways for read in way(index, path)]

    found: list[AsyncRead] = index.keep("lazy-load-in-async", find)
    return found


def lazily_loaded(index: Index) -> dict[str, list[Relationship]]:
    """Relationships whose first reading sends a query, by name."""

    def find() -> dict[str, list[Relationship]]:
        found: dict[str, list[Relationship]] = {}
        for made in index.mapping.relationships:
            if made.configured and not made.failed and not made.open and index.mapping.lazy(made) == "select":
                found.setdefault(made.name, []).append(made)
        return found

    found: dict[str, list[Relationship]] = index.keep("lazily-loaded", find)
    return found


def _of_file(index: Index, path: str) -> Iterator[AsyncRead]:
    members = _members_of_models(index)
    holders = index.async_rows.holders
    for function in index.functions(path):
        if (path, function.ordinal) not in holders:
            continue
        names = {
            head
            for head, attribute, *_ in (reading.name.split(".") for reading in readings(function))
            if attribute in lazily_loaded(index) or attribute in members
        }
        if function.is_async:
            names |= {arg for call in function.calls for arg in (*call.args, *call.keywords.values()) if _is_name(arg)}
        seen: set[tuple[str, str]] = set()
        for name in sorted(names):
            rows = index.async_rows.of(path, function.ordinal, name)
            if rows is None or rows.kind != "one" or rows.model is None:
                continue
            for steps, made in _reads(function, name, rows, DEPTH, ()):
                key = (steps[0].name, made.name)
                if key not in seen and not any(_is_handled(step.function, made, rows.model) for step in steps):
                    seen.add(key)
                    yield AsyncRead(steps, made, rows, rows.proven and bool(made.uselist))


def _of_no_name(index: Index, path: str) -> Iterator[AsyncRead]:
    """Readings of rows that have no name, one for each attribute of a function."""
    lazy = lazily_loaded(index)
    seen: set[tuple[int, str]] = set()
    for reading in direct_readings(index, path, lazy):
        function = reading.function
        if (path, function.ordinal) not in index.async_rows.holders or (function.ordinal, reading.attribute) in seen:
            continue
        rows = index.async_rows.of(path, reading.scope, reading.row)
        if rows is None or rows.kind != "one" or rows.model is None or reading.attribute in rows.loaded:
            continue
        found = rows.model.find(reading.attribute)
        made = found.relationship if found is not None else None
        if made in lazy[reading.attribute] and made is not None and not _is_handled(function, made, rows.model):
            seen.add((function.ordinal, reading.attribute))
            yield AsyncRead(
                (Step(function, reading.name),), made, rows, rows.proven and bool(made.uselist), direct=reading
            )


def _of_schemas(index: Index, path: str) -> Iterator[AsyncRead]:
    """What schemas read of rows, each relationship once for a function and a schema."""
    lazy = lazily_loaded(index)
    seen: set[tuple[int, str, str]] = set()
    for reading in schema_readings(index, path):
        function = reading.function
        if (path, function.ordinal) not in index.async_rows.holders:
            continue
        rows = index.async_rows.of(path, function.ordinal, reading.row)
        if rows is None or rows.kind not in ("one", "many", "entities") or rows.model is None:
            continue
        for name in sorted(fields(index, reading.schema) & lazy.keys() - rows.loaded):
            found = rows.model.find(name)
            made = found.relationship if found is not None else None
            key = (function.ordinal, reading.name, name)
            if made in lazy[name] and made is not None and key not in seen:
                seen.add(key)
                if not _is_handled(function, made, rows.model):
                    yield AsyncRead(
                        (Step(function, reading.name),), made, rows, rows.proven and bool(made.uselist), direct=reading
                    )


def _is_name(arg: object) -> bool:
    return type(arg) is str and arg.isidentifier()


def _members_of_models(index: Index) -> frozenset[str]:
    """Names of methods and properties of mapped classes."""

    def find() -> frozenset[str]:
        return frozenset(method.name for mapped in index.mapping.classes for method in mapped.cls.methods)

    found: frozenset[str] = index.keep("members-of-models", find)
    return found


def _reads(
    function: Function, name: str, rows: Loaded, depth: int, steps: tuple[Step, ...]
) -> Iterator[tuple[tuple[Step, ...], Relationship]]:
    """Relationships that a function, or what it calls with the row, reads of a row without them."""
    assert rows.model is not None
    for reading in readings(function):
        head, attribute, *rest = reading.name.split(".")
        if head != name or (steps and not (reading.sure and _is_always(function, reading.frame))):
            continue
        step = (*steps, Step(function, f"{name}.{attribute}"))
        found = rows.model.find(attribute)
        made = found.relationship if found is not None else None
        if made is not None:
            if attribute not in rows.loaded and made in lazily_loaded(function.index).get(attribute, ()):
                yield step, made
        elif depth:
            for method in _members(function, rows.model, attribute, called=reading.called and not rest):
                yield from _reads(method, _first(method), rows, depth - 1, step)
    for call in function.calls if depth else ():
        if steps and not _is_always(function, call.frame_ids[0] if call.frame_ids else 0):
            continue
        for target, param in _passed(call, name):
            if all(target.value != earlier.function.value for earlier in steps):
                yield from _reads(target, param, rows, depth - 1, (*steps, Step(function, f"{call.name}({name})")))


def _is_always(function: Function, frame: int) -> bool:
    """Whether a place is reached whenever its function runs to the end."""
    frames = function.table.facts.frames
    return all(frames[at].kind in ("with", "try", "comp") for at in function.table.frames(frame))


def _members(function: Function, model: Mapped, name: str, *, called: bool) -> Iterator[Function]:
    """The method that is called on a row, or the property that is read."""
    for cls in model.lineage:
        method = cls.cls.method(name)
        if method is not None:
            if (called and not method.is_async) or function.index.project.linker.is_property(method.value):
                yield method
            return


def _first(function: Function) -> str:
    params = function.table.facts.scopes[function.ordinal].params
    return params[0].name if params else "?"


def _passed(call: Call, name: str) -> Iterator[tuple[Function, str]]:
    """The function of the project that gets a row, with the name that it has there."""
    keywords = [keyword for keyword, arg in call.keywords.items() if arg == name]
    if name not in call.args and not keywords:
        return
    targets = [value for value in call.targets if value.kind == "def"]
    if len(targets) != 1:
        return
    function = call.index.function(targets[0])
    record = function.table.facts.scopes[function.ordinal]
    if record.kind != "function":
        return
    params = [param.name for param in record.params if param.kind in ("p", "k")]
    if function.table.facts.scopes[record.parent].kind == "class" and params[:1] in (["self"], ["cls"]):
        params = params[1:]
    for place, arg in enumerate(call.args):
        if arg == name and place < len(params):
            yield function, params[place]
    for keyword in keywords:
        if keyword in params:
            yield function, keyword


def _is_handled(function: Function, made: Relationship, model: Mapped) -> bool:
    """Whether a function may have loaded the attribute in another way, or asks whether it is loaded."""
    source, name = text(function), re.escape(made.name)
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


def text(function: Function) -> str:
    """The source of a function with its decorators; empty when it is not at hand."""
    spans = function.index.project.spans(function.path)
    source = function.index.sources.source(function.path)
    if spans is None or source is None or not function.ordinal:
        return ""
    first, last = spans.scopes[5 * function.ordinal + 3], spans.scopes[5 * function.ordinal + 4]
    return "\n".join(source.lines[first - 1 : last])
