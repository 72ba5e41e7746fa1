"""Shared by rules about work on request paths: how often, from where, and the call path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Note

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.index.requests import RequestWork

SHARED = 3
"""Routes that make a dependency one that nearly every request pays for."""


def base_confidence(work: RequestWork) -> Confidence:
    """High when every edge is proven and the entry runs on every request or is shared by several routes."""
    if not work.path.entry.proven:
        return Confidence.MEDIUM
    if work.frequency == "every-request" or work.routes >= SHARED or work.path.entry.kind == "router-dependency":
        return Confidence.HIGH
    return Confidence.MEDIUM


def describe_frequency(work: RequestWork) -> str:
    """``on every request``, or for how many routes; a branch that a request may not take is said."""
    if work.frequency == "every-request":
        return "on every request that takes this branch" if work.conditional else "on every request"
    routes = f"{work.routes} route{'s' if work.routes > 1 else ''}"
    if work.frequency == "dependency":
        dependency = f"of {routes} that share a dependency" if work.routes > 1 else "of one route's dependency"
        if not work.conditional:
            return f"for every request {dependency}"
        if work.routes > 1:
            return f"for requests that take this branch, {dependency}"
        return f"for requests {dependency} that take this branch"
    return f"in the requests of {routes}"


def entry_name(index: Index, work: RequestWork) -> str:
    """The entry point to name in a message: the dependency where there is one, else the registered function."""
    for _, edge in work.path.steps:
        if edge.kind == "dependency":
            return index.function(edge.target).qualname
    return index.function(work.path.entry.function).qualname


def trace_of(index: Index, work: RequestWork) -> tuple[Note, ...]:
    """The call path from the entry point to the call with the effect."""
    notes = list(index.steps(work.path))
    for use in work.uses[:1]:
        for step, below in zip(use.chain, use.chain[1:], strict=False):
            caller, target = index.function(step.function).qualname, index.function(below.function).qualname
            notes.append(Note(index.call(step.function.place, step.call).span, f"{caller} calls {target}"))
        last = use.chain[-1]
        call = index.call(last.function.place, last.call)
        what = use.command.operation.name if use.is_command else f"reads {use.lookup.model_name}"
        notes.append(Note(call.span, f"{index.function(last.function).qualname}: {what}"))
        origin = index.receiver_origin(last.function.place, last.call)
        if origin is not None and origin.path != last.function.place:
            notes.append(Note(origin.span, "the client is made here"))
    return tuple(notes)
