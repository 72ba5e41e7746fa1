"""Where findings point: the test of a gate, the way out that stores nothing, the calls of a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..finding import Note
from . import locate
from .expressions import frame_scopes
from .modes import statement_number
from .settings import header
from .value import Value

if TYPE_CHECKING:
    from ..finding import Span
    from .facade import Index
    from .gates import Gate
    from .guard import Guard
    from .reach import Path
    from .stores import Hole


def gate_span(index: Index, gate: Gate) -> Span:
    """The test of a gate: the assignment that names it, else what stands behind ``if``."""
    if gate.named is not None:
        return assign_span(index, gate.path, gate.named)
    number = statement_number(index.project.linker.table(gate.path), gate.frame)
    found = None if number is None else locate.test(index, gate.path, number)
    return found or header(index, gate.path, gate_function(index, gate).scope)


def gate_function(index: Index, gate: Gate) -> Value:
    """The function that a gate stands in."""
    table = index.project.linker.table(gate.path)
    return Value("def", gate.path, table.enclosing_function(frame_scopes(table).get(gate.frame, 0)))


def hole_span(index: Index, hole: Hole, guard: Guard) -> Span:
    """The way out, or the store under another key; else the call that the cache should have spared."""
    if hole.exit >= 0:
        return index.exit_span(hole.path, hole.exit)
    if hole.assign >= 0:
        return assign_span(index, hole.path, hole.assign)
    return index.call(hole.path, hole.call if hole.call >= 0 else guard.call).span


def assign_span(index: Index, path: str, place: int) -> Span:
    """The n-th assignment of a file."""
    spans = index.project.spans(path)
    four = spans.assigns[4 * place : 4 * place + 4] if spans is not None else [1, 0, 1, 0]
    return index.span(path, (four[0], four[1], four[2], four[3]))


def steps(index: Index, path: Path) -> tuple[Note, ...]:
    """A call path as notes: where the entry point is registered, then every call taken."""
    entry = path.entry
    label = {"every-request": "runs on every request", "route": "handles requests"}.get(
        entry.kind, "runs for every request of its routes"
    )
    if entry.call >= 0:
        notes = [Note(index.call(entry.path, entry.call).span, f"{index.function(entry.function).qualname} {label}")]
    else:
        function = index.function(entry.function)
        notes = [Note(function.span, f"{function.qualname} {label}")]
    for caller, edge in path.steps:
        target = index.function(edge.target).qualname
        place = index.call(caller.place, edge.call).span if edge.call >= 0 else index.function(caller).span
        verb = {"dependency": "depends on", "decorator": "is wrapped by", "carried": "hands over"}.get(
            edge.kind, "calls"
        )
        notes.append(Note(place, f"{index.function(caller).qualname} {verb} {target}"))
    return tuple(notes)
