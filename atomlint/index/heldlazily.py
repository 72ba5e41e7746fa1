"""What is put on the request and only made when something reads it: ``request.tenant = SimpleLazyObject(load)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .expressions import inside
from .held import HOLDERS
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .project import Project
    from .reach import Path
    from .tables import Table

LOOKS = frozenset({"getattr", "hasattr"})
UNSURE = frozenset({"if", "else", "except", "for", "while", "comp"})
STEPS = 3
"""Calls from a function that runs on every request to one that reads a place there."""


class HeldLazily:
    """Finds places that are filled when they are read, and who reads them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._read: dict[str, str] = {}

    def awaited(self, path: Path) -> str | None:
        """The place whose first reader takes a call path; None for none, and for one that every request reads."""
        place = self.place(path)
        return None if place is None or self.read(place) == "every" else place

    def place(self, path: Path) -> str | None:
        """The place that a call path is only taken to fill."""
        for function, edge in path.steps:
            if edge.kind == "carried" and edge.call >= 0 and self.is_lazy(function.place, edge.call):
                return self._place(function, edge.call)
        return None

    def is_lazy(self, path: str, call: int) -> bool:
        """Whether what a call is given runs when its result is read."""
        catalog = self.project.linker.catalog
        rows = (catalog.carrier(v.place) for v in self.project.linker.values.callee(path, call) if v.kind == "ext")
        return any(row is not None and row.lazy for row in rows)

    def _place(self, function: Value, call: int) -> str | None:
        kept = (kept for group in self.project.held.kept.values() for kept in group)
        return next((k.place for k in kept if k.function.place == function.place and k.value == f"@{call}"), None)

    def read(self, place: str) -> str:
        """On which requests a place is read: ``every``, ``some``, or ``none`` where no Python file of the project does."""
        if place not in self._read:
            found = list(self._readers(place))
            self._read[place] = "every" if any(found) else "some" if found else "none"
        return self._read[place]

    def _readers(self, place: str) -> Iterator[bool]:
        """For each place in the code that may read it, whether every request comes there."""
        holder, _, name = place.rpartition(".")
        own = HOLDERS - {"state"} if holder != "request.state" else {"state"}
        named = re.compile(rf"(?:^|\.)(?:{'|'.join(sorted(own))}|context)\.{name}(?:\.|$)")
        for path in self.project.linked:
            if path in self.project.tests:
                continue
            table = self.project.linker.table(path)
            for scope, frame, expr in expressions(table):
                if any(_reads(table, part, named, name) for part in inside(expr)):
                    yield self._is_of_all(table, scope, frame)

    def _is_of_all(self, table: Table, scope: int, frame: int) -> bool:
        if any(table.facts.frames[f].kind in UNSURE for f in table.frames(frame)):
            return False
        guards = self.project.guards
        for path in self.project.reach.paths(Value("def", table.path, scope)):
            if path.entry.kind == "every-request" and path.length <= STEPS and self.place(path) is None:
                sites = [(f.place, edge.call) for f, edge in path.steps if edge.call >= 0]
                if not any(guards.conditional(*site) for site in sites):
                    return True
        return False


def expressions(table: Table) -> Iterator[tuple[int, int, Expr]]:
    """Everything that a file reads, with its scope and its frame."""
    facts = table.facts
    for assign in facts.assigns:
        target = dotted(assign.target)
        if target is not None:
            yield assign.scope, assign.frame, target.rpartition(".")[0]
        else:
            yield assign.scope, assign.frame, assign.target
        yield assign.scope, assign.frame, assign.value
    scopes: dict[int, int] = {}
    """The scope of each frame, as far as something stands in it."""
    for call in facts.calls:
        yield call.scope, call.frame, call.callee
        yield from ((call.scope, call.frame, given) for given in (*call.args, *(value for _, value in call.keywords)))
        if (
            type(call.callee) is str
            and call.callee in LOOKS
            and len(call.args) > 1
            and dotted(call.args[0])
            and text_of(call.args[1])
        ):
            yield call.scope, call.frame, f"{call.args[0]}.{text_of(call.args[1])}"
    for exit_ in facts.exits:
        yield exit_.scope, exit_.frame, exit_.value
    records = [(r.scope, r.frame) for group in (facts.assigns, facts.calls, facts.exits) for r in group]
    for scope, frame_of in records:
        for around in table.frames(frame_of):
            scopes.setdefault(around, scope)
    for ordinal, frame in enumerate(facts.frames):
        if frame.test is not None:
            yield scopes.get(ordinal, 0), frame.parent, frame.test


def _reads(table: Table, part: Expr, named: re.Pattern[str], name: str) -> bool:
    if type(part) is list:  # self.context["request"].tenant
        return part[:1] == ["."] and part[2] == name and type(part[1]) is list and part[1][2:] == ["'request"]
    if type(part) is not str or part[:1] in ("'", "#", "?"):
        return False
    if part[:1] == "@":  # get_request().tenant, g.get("tenant")
        head, _, rest = part.partition(".")
        call = table.facts.calls[int(head[1:])]
        callee = (dotted(call.callee) or "").lower()
        if rest.partition(".")[0] == name:
            return "request" in callee
        owner, _, method = callee.rpartition(".")
        return method in ("get", "pop") and call.args[:1] == [f"'{name}"] and owner.rpartition(".")[2] in HOLDERS
    return named.search(part) is not None
