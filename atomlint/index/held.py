"""What a request keeps on itself: who puts it there on every request, and which calls only run where it is missing.

``g.tenant`` and ``request.state.tenant`` are there until the response is sent: where one function that runs on every
request sets such a place without looking, what others do where they find it empty does not run.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .conditions import Joined, Leaf, absent, branches, leaves, tree
from .contexts import is_of_context
from .expressions import inside
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Expr
    from .bodies import Body
    from .conditions import Node
    from .entries import Entry
    from .mounts import Place
    from .project import Project
    from .reach import Path
    from .tables import Table

    Sites = Iterable[tuple[str, int]]

PLACE = re.compile(
    r"(?:(?:[^$~]*:)?(?:flask|quart)\.(?P<g>g)(?:\.|\[')"
    r"|(?:\$|\.|(?:[^$~]*:)?(?:flask|quart)\.)(?:request|req)\.(?P<state>state\.)?)(?P<name>\w+)(?P<rest>.*)"
)
"""A slot of `Body.slot` that a request has to itself."""
HOLDERS = frozenset({"g", "_g", "request", "_request", "req", "state"})
"""Last names of what such places are on."""
ADDRESS = frozenset(
    {"path", "endpoint", "blueprint", "blueprints", "url", "url_rule", "path_info", "full_path", "method", "view_name"}
)
"""What tells one request's route from another's."""
LATE = ("after_", "teardown_")
"""How decorators begin whose functions run once there is a response."""
LATE_NAMES = frozenset({"process_response", "process_template_response", "process_exception", "save_session"})
GO_ON = frozenset({"call_next", "get_response"})
"""What a middleware calls for the response."""
NOTHING = ("#None", "#False", "#0", "''", ["[]"], ["{}"])
DIFFERENT = ("!=", "is not", "not in")
STEPS = 2
"""Calls from a function that runs on every request to the one that sets a place for it."""


class Kept(NamedTuple):
    """One statement that puts something on the request."""

    place: str
    """``g.tenant``, ``request.tenant`` or ``request.state.tenant``, whatever the names in that file."""
    function: Value
    value: Expr
    frame: int
    after: int
    """Number of calls before it in its file."""

    @property
    def is_empty(self) -> bool:
        """Whether it leaves nothing there."""
        return self.value in NOTHING


class Held:
    """Finds what sets places on the request, and what runs only where they are empty."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.bodies = project.guards.bodies
        self._missing: dict[tuple[str, int], frozenset[str]] = {}
        self._givers: dict[str, dict[Value, bool]] = {}

    # --- places ----------------------------------------------------------------------------------------------------

    def place(self, body: Body, expr: Expr, before: int, frame: int = 0) -> str | None:
        """The place on the request that an expression is: ``getattr(g, "tenant", None)``, ``g.tenant``, or a local of it."""
        match = self._match(body, expr, before, frame)
        return None if match is None or match["rest"].strip("']") else _name(match)

    def _match(self, body: Body, expr: Expr, before: int, frame: int) -> re.Match[str] | None:
        name = dotted(expr)
        if name is not None and "." not in name and body.is_local(name):
            assign = body.value(name, before, outside=frame)
            if assign is None or assign.value == name:
                return None
            expr, before = assign.value, min(before, assign.after)
        slot = body.slot(expr, before)
        match = PLACE.fullmatch(slot) if slot is not None else None
        return None if match is None or (match["name"] == "state" and not match["state"]) else match

    @cached_property
    def kept(self) -> dict[str, list[Kept]]:
        """Every statement that sets a place, by the place; tests left out."""
        found: dict[str, list[Kept]] = {}
        for path in self.project.linked:
            if path not in self.project.tests:
                for kept in self._kept(self.project.linker.table(path)):
                    found.setdefault(kept.place, []).append(kept)
        return found

    def _kept(self, table: Table) -> Iterator[Kept]:
        for assign in table.facts.assigns:
            target = dotted(assign.target)
            if assign.kind == "=" and target is not None and _holder(target) in HOLDERS:
                place = self.place(self.bodies.of(table, assign.scope), target, assign.after)
                if place is not None:
                    yield Kept(place, Value("def", table.path, assign.scope), assign.value, assign.frame, assign.after)
        for ordinal, call in enumerate(table.facts.calls):
            if call.callee == "setattr" and len(call.args) == 3 and text_of(call.args[1]):
                owner = dotted(call.args[0])
                if owner is not None and owner.rpartition(".")[2] in HOLDERS:
                    body = self.bodies.of(table, call.scope)
                    place = self.place(body, f"{owner}.{text_of(call.args[1])}", ordinal)
                    if place is not None:
                        yield Kept(place, Value("def", table.path, call.scope), call.args[2], call.frame, ordinal + 1)

    def is_of_context(self, table: Table, scope: int, name: str) -> bool:
        """Whether a local name holds what a context variable gave, which lives as long as the request."""
        return is_of_context(self.project.linker, table, scope, name)

    # --- what asks first -------------------------------------------------------------------------------------------

    def missing(self, path: str, call: int) -> frozenset[str]:
        """Places that a call only runs for where the request has nothing in them, as its function finds them."""
        key = (path, call)
        if key not in self._missing:
            self._missing[key] = frozenset(self._asked(path, call))
        return self._missing[key]

    def _asked(self, path: str, call: int) -> Iterator[str]:
        table = self.project.linker.table(path)
        record = table.facts.calls[call]
        function = Value("def", path, record.scope)
        for place in self._at(self.bodies.of(table, record.scope), record.frame, call):
            before = (k for k in self.kept.get(place, ()) if k.function == function and k.after <= call)
            if not any(place not in self._around(kept) for kept in before):  # else it looks at what it has set
                yield place

    def _around(self, kept: Kept) -> set[str]:
        body = self.bodies.of(self.project.linker.table(kept.function.place), kept.function.scope)
        return self._at(body, kept.frame, kept.after)

    def _at(self, body: Body, frame: int, before: int) -> set[str]:
        """Places that are empty where a frame is entered."""
        found: set[str] = set()
        for around, test, positive in branches(body.table, frame):
            found |= self._empty(tree(self.bodies, Leaf(body, test, positive, before, around)))
        return found

    def _empty(self, node: Node) -> set[str]:
        """Places that are empty when a test holds."""
        if isinstance(node, Joined):
            parts = [self._empty(part) for part in node.parts]
            if node.kind == "and":
                return set().union(*parts)
            differs = [{self._other(part)} if isinstance(part, Leaf) else set() for part in node.parts]
            return {
                p for p in set().union(*parts) if all(p in e or p in d for e, d in zip(parts, differs, strict=True))
            }
        place = self._absent(node)
        return set() if place is None else {place}

    def _absent(self, leaf: Leaf) -> str | None:
        expr = absent(leaf)
        table = leaf.body.table
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdecimal():
            call = table.facts.calls[int(expr[1:])]
            if call.callee == "hasattr" and len(call.args) == 2 and text_of(call.args[1]) and dotted(call.args[0]):
                expr = f"{call.args[0]}.{text_of(call.args[1])}"
        elif type(leaf.expr) is list and leaf.expr[:1] == ["cmp"] and len(leaf.expr) == 4 and leaf.positive:
            named, owner = text_of(leaf.expr[1]), dotted(leaf.expr[3])
            if leaf.expr[2] == "not in" and named and owner:  # "tenant" not in g
                expr = f"{owner}.{named}"
        return None if expr is None else self.place(leaf.body, expr, leaf.before, leaf.frame)

    def _other(self, leaf: Leaf) -> str | None:
        """The place whose content a test finds to be another: ``g.tenant.id != user.tenant_id``."""
        expr = leaf.expr
        if type(expr) is not list or expr[:1] != ["cmp"] or len(expr) != 4 or expr[2] != "!=" or not leaf.positive:
            return None
        matches = (self._match(leaf.body, side, leaf.before, leaf.frame) for side in (expr[1], expr[3]))
        return next((_name(match) for match in matches if match is not None), None)

    # --- who gives -------------------------------------------------------------------------------------------------

    def spared(self, path: Path, sites: Sites) -> tuple[str, bool] | None:
        """The place for which a call path is not taken, as another function fills it on every request.

        With whether that is sure: else it fills it for some of the requests alone, such as those of who is signed in.
        """
        found: tuple[str, bool] | None = None
        for place, call in sites:
            for held in sorted(self.missing(place, call)):
                givers = {
                    function: sure
                    for function, sure in self.givers(held).items()
                    if function not in path.functions
                    and not self.is_apart(path, function)
                    and not self.project.held_seldom.comes_later(path.entry, function)
                }
                if givers and (found is None or (any(givers.values()) and not found[1])):
                    found = (held, any(givers.values()))
        return found

    def own_looks(self, path: Path, place: str, call: int) -> frozenset[int]:
        """Frames around a call that are entered on every request: what they look for, a hook alone puts there, once.

        ``if not hasattr(g, "plan"): g.plan = load()`` in a hook spares nothing, as nothing has filled it before.
        """
        entry = path.entry
        if entry.kind != "every-request" or self.is_late(entry.function, entry.path, entry.call):
            return frozenset()
        own = frozenset(held for held in self.missing(place, call) if self._is_own(path, held))
        table = self.project.linker.table(place)
        record = table.facts.calls[call]
        body = self.bodies.of(table, record.scope)
        return frozenset(
            around
            for around, test, positive in branches(table, record.frame)
            if own
            and all(
                self._absent(leaf) in own
                for leaf in leaves(tree(self.bodies, Leaf(body, test, positive, call, around)))
            )
        )

    def _is_own(self, path: Path, held: str) -> bool:
        """Whether a path fills a place that nothing else fills which may run before it."""
        if not held.startswith(("g.", "request.state.")):
            return False  # libraries put much else on a request
        kept = [kept for kept in self.kept.get(held, ()) if not kept.is_empty]
        others = {one.function for one in kept} - set(path.functions)
        return len(others) < len({one.function for one in kept}) and not any(
            way.entry.kind != "route" for other in others for way in self.project.reach.paths(other)
        )

    def is_apart(self, path: Path, giver: Value) -> bool:
        """Whether a function only runs for requests of another application than those of a path."""
        own = self._applications(path.entry)
        entries = [way.entry for way in self.project.reach.paths(giver) if way.entry.kind == "every-request"]
        others = [self._applications(entry) for entry in entries]
        return bool(own) and all(others) and own.isdisjoint(frozenset().union(*others))

    def _applications(self, entry: Entry) -> frozenset[Place]:
        """The calls that make the applications that an entry point belongs to; none when they are not known."""
        mounts = self.project.mounts
        tops = (place for on in entry.on for chain in mounts.chains(on) for place in chain.places[:1])
        return frozenset(top for top in tops if (row := mounts.row(top)) is not None and row.served)

    def givers(self, place: str) -> dict[Value, bool]:
        """Functions that set a place on every request without looking at it, each with whether it always does."""
        known = self._givers.get(place)
        if known is None:
            known = self._givers[place] = {}
            for kept in self.kept.get(place, ()):
                sure = None if kept.is_empty or place in self._around(kept) else self.fills(kept)
                if sure is not None:
                    known[kept.function] = known.get(kept.function, False) or sure
        return known

    def fills(self, kept: Kept) -> bool | None:
        """Whether a statement sets its place on all requests (True), on those of some people (False), or of few (None)."""
        table = self.project.linker.table(kept.function.place)
        body = self.bodies.of(table, kept.function.scope)
        before = (table.facts.calls[n].callee for n in table.calls_in.get(kept.function.scope, ()) if n < kept.after)
        if any((dotted(callee) or "").rpartition(".")[2] in GO_ON for callee in before) or self._reads(body, kept):
            return None
        own = self._passed(body, kept.frame, kept.after)
        if own is None:
            return None
        ways = [way for path in self.project.reach.paths(kept.function) if (way := self._way(path, kept)) is not None]
        return own and any(ways) if ways else None

    def _reads(self, body: Body, kept: Kept) -> bool:
        """Whether what is set is, at times, what was there: ``g.tenant = g.get("tenant") or load()``."""
        parts = inside(kept.value) if type(kept.value) is list else ()
        return any(type(part) is str and self.place(body, part, kept.after) == kept.place for part in parts)

    def _way(self, path: Path, kept: Kept) -> bool | None:
        """The same of the calls that lead to a statement."""
        entry = path.entry
        if entry.kind != "every-request" or path.length > STEPS or self.is_late(entry.function, entry.path, entry.call):
            return None
        if path.confidence == "low" or any(e.kind != "call" or e.phase != "request" for _, e in path.steps):
            return None
        sure = True
        for function, edge in path.steps:
            table = self.project.linker.table(function.place)
            frame = table.facts.calls[edge.call].frame
            body = self.bodies.of(table, function.scope)
            passed = self._passed(body, frame, edge.call)
            if passed is None or kept.place in self._at(body, frame, edge.call):
                return None
            sure = sure and passed
        return sure

    def is_late(self, function: Value, path: str, call: int) -> bool:
        """Whether an entry point runs once there is a response."""
        scope = self.project.linker.table(function.place).facts.scopes[function.scope]
        names = [dotted(decorator) or "" for decorator in scope.decorators]
        if call >= 0:
            names.append(dotted(self.project.linker.table(path).facts.calls[call].callee) or "")
        return scope.name in LATE_NAMES or any(name.rpartition(".")[2].startswith(LATE) for name in names)

    def _passed(self, body: Body, frame: int, before: int) -> bool | None:
        """Whether a frame is entered on all requests but some addresses' (True), on some (False), or on few (None)."""
        if any(body.table.facts.frames[f].kind in ("except", "for", "while") for f in body.table.frames(frame)):
            return None
        sure = True
        for around, test, positive in branches(body.table, frame):
            for leaf in leaves(tree(self.bodies, Leaf(body, test, positive, before, around))):
                if _names_address(leaf):
                    expr = leaf.expr
                    differs = type(expr) is list and expr[:1] == ["cmp"] and expr[2] in DIFFERENT
                    if leaf.positive and not differs:
                        return None
                else:
                    sure = sure and (_is_local(leaf) or bool(self._empty(leaf)))
        return sure


def _name(match: re.Match[str]) -> str:
    return f"{'g' if match['g'] else 'request'}.{match['state'] or ''}{match['name']}"


def _holder(target: str) -> str:
    return target.rpartition(".")[0].rpartition(".")[2]


def _names_address(leaf: Leaf) -> bool:
    """Whether a part of a test is about which route a request is for."""
    calls = leaf.body.table.facts.calls
    for part in inside(leaf.expr):
        name = part if type(part) is str else ""
        if name[:1] == "@":
            name = dotted(calls[int(name[1:].partition(".")[0])].callee) or ""
        if dotted(name) is not None and not ADDRESS.isdisjoint(name.split(".")):
            return True
    return False


def _is_local(leaf: Leaf) -> bool:
    """Whether a part of a test only asks for a variable: the key or the row that there is none of."""
    heads = {name.partition(".")[0] for name in map(dotted, inside(leaf.expr)) if name is not None}
    if any(type(part) is str and part[:1] == "@" for part in inside(leaf.expr)) or not heads:
        return False
    return all(leaf.body.is_local(head) or (head in leaf.body.params and head not in HOLDERS) for head in heads)
