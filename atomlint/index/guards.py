"""What keeps a call from running every time: a cache in front of it, a gate around it, or a value computed once.

A cache counts when its lookup comes first, a hit leaves without the call, and what the call finds is stored under the
same key; a gate, when its test implies that time has passed and the clock is set again behind it. See `caches`,
`stores` and `gates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .backends import Backends
from .bodies import Bodies
from .caches import Caches, is_miss
from .choices import is_arm, on_two_sides
from .conditions import atoms, availability, branches
from .decorated import Decorated
from .gates import Gate, Gates
from .guard import Guard
from .pathtexts import ENDS
from .routetests import PATTERNS
from .routetexts import asks_for_route
from .sends import says_kind
from .settled import Settled
from .slots import class_of, covers
from .stores import Hole, Stores
from .tables import Table, call_number, dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Call, Expr
    from .bodies import Body
    from .calls import Calls, Edge
    from .linker import Linker

HANDED = 3
"""Functions that may hand a function on, one to the other."""


class Guards:
    """Finds guards; needs the call graph to tell a shared cache from a local one."""

    def __init__(self, linker: Linker, calls: Calls, backends: Backends | None = None) -> None:
        self.linker = linker
        self.calls = calls
        self.backends = backends or Backends(linker)
        self.bodies = Bodies(linker)
        self.gates = Gates(self.bodies)
        self.caches = Caches(self.bodies)
        self.stores = Stores(self.caches)
        self.decorated = Decorated(self)
        self.settled = Settled(linker, calls.raises.exactly.classes)
        self._found: dict[tuple[str, int], Guard | None] = {}

    def of(self, path: str, call: int) -> Guard | None:
        """The strongest guard of a call inside its own function, or None."""
        key = (path, call)
        if key not in self._found:
            self._found[key] = self._find(self.linker.table(path), call)
        return self._found[key]

    def marked(self, path: str, call: int) -> bool:
        """Whether a call only runs on a miss of a cache that is filled before it: once in the time that the mark lives."""
        body = self.body(path, call)
        return any(
            lookup.call != call
            and any(store.after <= call and store.key == lookup.key for store in self.stores.after(body, lookup))
            for lookup in self.caches.lookups(body, call)
        )

    def open_gate(self, path: str, call: int) -> Gate | None:
        """The gate around a call that was meant to hold it back and does not: some part of its test stays true."""
        if self.of(path, call) is not None:
            return None
        body = self.body(path, call)
        for gate in self.gates.around(body, call):
            if gate.stuck and any(part.kind == "time" for part in gate.parts):
                return gate
        return None

    def body(self, path: str, call: int) -> Body:
        """The body of the function that holds a call."""
        table = self.linker.table(path)
        return self.bodies.of(table, table.enclosing_function(table.facts.calls[call].scope))

    def conditional(self, path: str, call: int, ignore: frozenset[int] = frozenset()) -> bool:
        """Whether the call is in a branch that a request may not take.

        Checks whether a client is there do not count, nor tests that settings decide so by default.
        ``ignore`` names frames that do not count either, such as a gate's.
        """
        table = self.linker.table(path)
        record = table.facts.calls[call]
        return any(
            frame not in ignore and self.holds_back(path, record.scope, frame) for frame in table.frames(record.frame)
        )

    def holds_back(self, path: str, scope: int, frame: int) -> bool:
        """Whether a frame is a branch that a request may not take."""
        table = self.linker.table(path)
        kind, test = table.facts.frames[frame].kind, table.facts.frames[frame].test
        return (
            kind in ("if", "else")
            and not availability(test)
            and not self._is_at_hand(table, scope, test)
            and not self._is_of_route(table, scope, test)
            and not self._usual(table, scope, kind, test)
            and self.settled.holds(path, scope, test) is not (kind == "if")
        )

    def _is_at_hand(self, table: Table, scope: int, test: Expr) -> bool:
        """Whether a test only asks if what start-up put on the application is there: ``if app.state.limiter is not None:``."""
        asked = [part[1] if type(part) is list and part[:1] == ["cmp"] else part for part in atoms(test)]
        return bool(asked) and all(self._is_of_app(table, scope, dotted(part)) for part in asked)

    def _is_of_app(self, table: Table, scope: int, name: str | None) -> bool:
        assign = table.only_assign(scope, name) if name is not None else None
        value = name if assign is None else assign.value
        call = call_number(value)
        given = table.facts.calls[call] if call is not None else None
        if given is not None and given.callee == "getattr" and len(given.args) > 1:
            owner, last = dotted(given.args[0]), text_of(given.args[1]) or ""
        else:
            owner, _, last = (dotted(value) or "").rpartition(".")
        return f".{owner}".endswith(".app.state") and bool(self.linker.carried(last))

    def _is_of_route(self, table: Table, scope: int, test: Expr) -> bool:
        """Whether a test asks for nothing but the path or the method of a request: for which routes it holds is counted."""
        number = call_number(test)
        if number is not None:
            call = table.facts.calls[number]
            owner, _, name = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
            asked = owner if name in ENDS else call.args[-1] if name in PATTERNS and call.args else None
            return asked is not None and asks_for_route(table, scope, asked)
        if type(test) is not list or test[:1] != ["cmp"] or len(test) != 4:
            return False
        return any(asks_for_route(table, scope, side) for side in (test[1], test[3]))

    def chosen(self, path: str, call: int) -> bool:
        """Whether the function leaves before a call unless it finds something that most requests have not.

        By their path, or in a queue of what they have done: ``jobs = session.info.pop("jobs", None)``, ``info.get("jobs", [])``.
        """
        table = self.linker.table(path)
        frames = [table.facts.frames[frame] for frame in table.frames(table.facts.calls[call].frame)]
        looped = [frame.test for frame in frames if frame.kind == "for" and type(frame.test) is str]
        for number, entry in zip(table.frames(table.facts.calls[call].frame), frames, strict=True):
            test = entry.test
            if entry.kind != "after" or type(test) is not list or test[:1] != ["not"]:
                continue
            left = test[1][1] if type(test[1]) is list and test[1][:1] in (["cmp"], ["not"]) else None
            if type(test[1]) is list and test[1][:1] == ["cmp"] and test[1][2:] != ["is", "#None"]:
                continue
            if left in looped:
                return True  # if not pending: return; for item in pending: ...
            value = (
                self.body(path, call).value(left, call, outside=number) if type(left) is str and dotted(left) else None
            )
            made = call_number(value.value) if value is not None else None
            if made is None:
                continue
            looked = table.facts.calls[made]
            if len(looked.args) == 2 and (table.lasts[made] == "pop" or looked.args[1] in (["[]"], ["{}"])):
                return True
            if any((dotted(arg) or "").rpartition(".")[2] == "path" for arg in looked.args):
                return True
        return False

    @staticmethod
    def _usual(table: Table, scope: int, kind: str, test: Expr) -> bool:
        """Whether a test is of a parameter whose default takes this branch, ``shared: bool = True``, or of a message's kind."""
        if says_kind(test):
            return True
        wanted = "#True" if kind == "if" else "#False"
        name = dotted(test)
        return name is not None and any(
            p.name == name and p.default == wanted for p in table.facts.scopes[scope].params
        )

    def exclusive(self, path: str, one: int, other: int) -> bool:
        """Whether two calls of a function stand in two branches of one test, or on the two sides of a conditional."""
        table = self.linker.table(path)
        first, second = (table.facts.calls[call] for call in (one, other))
        if first.scope != second.scope:
            return False
        if on_two_sides(table, one, other):
            return True
        mine = list(branches(table, first.frame))
        for frame, test, positive in branches(table, second.frame):
            for around, opposite, sign in mine:
                if around == frame or table.facts.frames[around].parent != table.facts.frames[frame].parent:
                    continue
                if opposite == test and (sign is not positive or is_arm(test)):
                    return True
                if positive and sign and (opposite == ["not", test] or test == ["not", opposite]):
                    return True
        return False

    def on_error(self, path: str, call: int) -> bool:
        """Whether the call only runs after an exception, other than that of a key that is not there, or makes one."""
        table = self.linker.table(path)
        exits = table.exits.get(table.facts.calls[call].scope, ())
        if any(exit_.kind == "raise" and exit_.value == f"@{call}" for exit_ in exits):
            return True
        entries = [table.facts.frames[f] for f in table.frames(table.facts.calls[call].frame)]
        return any(entry.kind == "except" and not is_miss(entry.test) for entry in entries)

    def _find(self, table: Table, call: int) -> Guard | None:
        body = self.body(table.path, call)
        decorated = self.decorated.of(table, body.scope) or self.decorated.loader(table, call)
        if decorated is not None:
            return decorated
        cache, slots = self._cache(body, call)
        if cache is not None and not cache.remote and not cache.holes:
            return cache
        for gate in self.gates.around(body, call):
            if (
                gate.holds
                and gate.kind != "item"
                and not any(covers(s, part.slot) for part in gate.parts for s in slots)
            ):
                kind = "once" if gate.kind == "once" else "gate"
                name = gate.parts[0].name if kind == "once" else gate.text
                owner, place = self._keeper(gate)
                return Guard(kind, name, False, (), gate.interval, gate.rate, table.path, call, owner, place)
        return cache

    def loading(self, function: Value, edge: Edge, depth: int = HANDED) -> Guard | None:
        """What keeps a function of the project from calling what a call hands to it, ``cached(key, load)``; None for nothing.

        What hands it on in its turn counts like what calls it: ``to_thread(load)``, ``cached(key, lambda: load())``.
        """
        given = {name for name, _ in self.linker.table(function.place).facts.calls[edge.call].keywords}
        handed = sorted(self.calls.handed.get((function, edge.call, edge.target), ()))
        found = [self._handed(taker, name, given, depth) for taker, name in handed]
        return max(filter(None, found), key=rank) if found and all(found) else None

    def _handed(self, taker: Value, name: str, given: set[str], depth: int) -> Guard | None:
        """What keeps a function from calling one of its parameters; ``given`` are the arguments that it has by name."""
        table = self.linker.table(taker.place)
        found: list[Guard | None] = []
        for scope in (taker.scope, *self._inner(table, taker.scope)):
            for call in table.calls_in.get(scope, ()):
                record = table.facts.calls[call]
                used = name in (record.callee, *record.args) or any(value == name for _, value in record.keywords)
                if used and not self._is_for_others(table, taker.scope, record, given):
                    guard = self.of(taker.place, call)
                    if guard is None and depth:
                        guard = self._around(table, taker, scope, depth - 1) or self._further(
                            table, call, name, depth - 1
                        )
                    found.append(guard)
        return max(filter(None, found), key=rank) if found and all(found) else None

    def _further(self, table: Table, call: int, name: str, depth: int) -> Guard | None:
        """What keeps the functions that a call hands a parameter on to from calling it."""
        record = table.facts.calls[call]
        given = {keyword for keyword, _ in record.keywords}
        found = [
            self._handed(target, param, given, depth)
            for target in sorted(self.linker.values.callee(table.path, call))
            if target.kind == "def" and self.linker.table(target.place).facts.scopes[target.scope].kind == "function"
            for param, value in self.calls.given(record, target, self.calls.called_params(target))
            if value == name
        ]
        return found[0] if found and all(found) else None

    def _around(self, table: Table, taker: Value, scope: int, depth: int) -> Guard | None:
        """What stands before a function inside of another that hands it on."""
        inner = Value("def", table.path, scope)
        edges = [edge for edge in self.calls.edges(taker) if edge.target == inner and edge.call >= 0]
        if scope == taker.scope or not edges:
            return None
        found = [self.of(table.path, edge.call) or self.loading(taker, edge, depth) for edge in edges]
        return found[0] if all(found) else None

    @staticmethod
    def _inner(table: Table, scope: int) -> Iterator[int]:
        """Functions and lambdas inside of a function."""
        scopes = table.facts.scopes
        inside = {scope}
        for number in range(scope + 1, len(scopes)):
            if scopes[number].parent in inside and scopes[number].kind in ("function", "lambda"):
                inside.add(number)
                yield number

    @staticmethod
    def _is_for_others(table: Table, scope: int, record: Call, given: set[str]) -> bool:
        """Whether a call stands in a branch of an argument that its caller leaves at its default: ``if not use_cache:``."""
        for param in table.facts.scopes[scope].params:
            tests = {"#True": (["not", param.name],), "#False": (param.name,)}.get(str(param.default), ())
            if param.name not in given and any(
                table.facts.frames[frame].kind == "if" and table.facts.frames[frame].test in tests
                for frame in table.frames(record.frame)
            ):
                return True
        return False

    def decorator(self, table: Table, scope: int) -> Guard | None:
        """The cache decorator on a function, or on one that it is nested in."""
        return self.decorated.of(table, scope)

    # --- caches ----------------------------------------------------------------------------------------------------

    def _cache(self, body: Body, call: int) -> tuple[Guard | None, frozenset[str]]:
        """The best cache in front of a call (local before shared, whole before one with holes), and its containers."""
        best: Guard | None = None
        slots: frozenset[str] = frozenset()
        callee = body.table.facts.calls[call].callee
        receiver = callee.rpartition(".")[0] if type(callee) is str else ""
        for lookup in self.caches.lookups(body, call):
            if lookup.call == call:
                continue
            stores = [store for store in self.stores.after(body, lookup) if store.after > call]
            if not stores and (lookup.slots or not lookup.helper):
                continue
            remote = lookup.remote or lookup.name == receiver
            holes = tuple(self.stores.holes(body, call, lookup, stores)) if stores else ()
            if lookup.helper and any(hole.reason == "another key" for hole in holes):
                continue  # nothing says that it keeps what this function stores
            made = list(self._made(body, lookup.name))
            known = [one for one in made if one is not None]
            if stores and known == made != [] and all(self.decorated.keeping.keeps_nothing(*one) for one in known):
                holes = (Hole(body.table.path, -1, "nothing kept", stores[0].call, stores[0].assign),)
            interval = next(
                (found for one in known if (found := self.decorated.keeping.lifetime(*one)) is not None), None
            )
            owner = 0 if lookup.remote else self._owner(body, lookup.slots)  # each client asks the same store
            guard = Guard("cache", lookup.name, remote, holes, interval, None, body.table.path, call, owner)
            if best is None or rank(guard) < rank(best):
                best, slots = guard, lookup.slots
        return best, slots

    def _keeper(self, gate: Gate) -> tuple[int, str]:
        """The class whose instances keep what a gate looks at, and its file; it may ask another's: ``Gate().due()``."""
        for part in gate.parts:
            path, scope = part.asks
            owner = self._owner(self.bodies.of(self.linker.table(path), scope), (part.slot,))
            if owner:
                return owner, path
        return 0, ""

    @staticmethod
    def _owner(body: Body, slots: Iterable[str]) -> int:
        """The class whose instances keep slots of their own; one that sets an attribute in its body shares it."""
        table = body.table
        owner = class_of(table, body.scope)
        for slot in slots:
            name = slot[1:].partition("[")[0].partition(".")[0] if slot[:1] == "." else ""
            assigns = table.attributes.get((owner, name), ()) if owner and name else ()
            if any(type(a.target) is str and not a.target.startswith("cls.") for a in assigns):
                return owner
        return 0

    @staticmethod
    def _made(body: Body, name: str) -> Iterator[tuple[Table, int] | None]:
        """The calls that a container is made by; None for anything else that it is bound to."""
        table = body.table
        owner, _, attribute = name.rpartition(".")
        cls = table.receiver_class(body.scope, owner) if owner else None
        assigns = []
        if cls is not None:
            assigns = [*table.attributes.get((cls, attribute), ()), *table.class_attributes.get((cls, attribute), ())]
        elif not owner:
            assigns = [b.assign for b in table.lookup(body.scope, name) if b.assign is not None]
        for assign in assigns:
            call = call_number(assign.value)
            yield None if call is None else (table, call)


def rank(guard: Guard) -> tuple[bool, bool]:
    """What sorts guards: whole local ones first."""
    return (guard.remote, bool(guard.holes))
