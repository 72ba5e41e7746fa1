"""Routes that an earlier one of their router answers for: ``/{id}`` before ``/feed``, where the first that matches counts."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .registering import VERBS
from .tables import dotted, text_of

if TYPE_CHECKING:
    from .entries import Entry
    from .mounts import Place
    from .project import Project


class Declared(NamedTuple):
    """A route as its decorator says it."""

    call: int
    frames: tuple[int, ...]
    scope: int
    segments: tuple[str, ...]


class Shadowed:
    """Compares the routes of each router, in the order in which decorators declare them.

    Starlette asks them one by one (``starlette.routing.Router.app``), and a parameter without a converter takes any segment,
    also where the handler wants a number: FastAPI answers 422 then.
    """

    def __init__(self, project: Project) -> None:
        self.project = project

    def holds(self, entry: Entry) -> bool:
        """Whether no request comes to a route, because an earlier one of the same router takes it."""
        if entry.kind == "route" and entry.call >= 0 and not entry.on:
            return self.project.mounts.urlconf.is_taken((entry.path, entry.call))
        own = self._declared(entry)
        if own is None:
            return False
        verb, on, route = own
        return any(_covers(earlier, route) for earlier in self._routes.get((entry.path, on, verb), ()))

    @cached_property
    def _routes(self) -> dict[tuple[str, Place, str], list[Declared]]:
        found: defaultdict[tuple[str, Place, str], list[Declared]] = defaultdict(list)
        for entry in self.project.registrations:
            own = self._declared(entry)
            if own is not None:
                verb, on, route = own
                found[entry.path, on, verb].append(route)
        return dict(found)

    def _declared(self, entry: Entry) -> tuple[str, Place, Declared] | None:
        """Verb, router and path of a route; None for what is no decorator with a text, or of a library that asks differently."""
        if entry.kind != "route" or entry.call < 0 or len(entry.on) != 1:
            return None
        table = self.project.linker.table(entry.path)
        call = table.facts.calls[entry.call]
        verb = (dotted(call.callee) or "").rpartition(".")[2]
        router = self.project.mounts.row(entry.on[0]) if verb in VERBS else None
        given = call.args[0] if call.args else dict(call.keywords).get("path")
        text = text_of(given) if router is not None and router.in_order else None
        if text is None:
            return None
        return (
            verb,
            entry.on[0],
            Declared(entry.call, tuple(table.frames(call.frame)), call.scope, tuple(text.split("/"))),
        )


def _covers(earlier: Declared, route: Declared) -> bool:
    """Whether whatever asks for a route matches an earlier one, which is declared wherever the route is."""
    if earlier.call >= route.call or earlier.scope != route.scope or len(earlier.segments) != len(route.segments):
        return False
    if not set(earlier.frames) <= set(route.frames):
        return False
    return all(
        one == other or (_is_any(one) and (other[:1] != "{" or _is_any(other)))
        for one, other in zip(earlier.segments, route.segments, strict=True)
    )


def _is_any(segment: str) -> bool:
    """Whether a segment is a parameter without a converter."""
    return segment[:1] == "{" and segment[-1:] == "}" and segment.count("{") == 1 and ":" not in segment
