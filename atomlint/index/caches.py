"""Caches in front of calls: what is looked up before, and that a hit leaves without the call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .bodies import outlives
from .clocks import Elapsed, elapsed, words
from .conditions import Leaf, absent, branches, inverse, leaves, short, tree
from .containers import KINDS
from .seconds import number
from .tables import dotted
from .touching import LOOKUPS, REMOTE, STORES, Touching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Exit, Expr
    from .bodies import Bodies, Body
    from .tables import Table

    Looked = tuple[frozenset[str], int | None]

SESSIONS = re.compile(r"(^|[._])(session|db|conn|connection|cursor|engine)$", re.IGNORECASE)
"""What reads and writes a database is no cache of it."""
CACHING = re.compile(r"cache|memo(?!r[yi])|remember")
LOOKS = re.compile(r"^cached|^cache_?(get|look|fetch|read|load|find|hit|peek)")
NO_LOOKUP = re.compile(r"_key$|_key_|^key_|_ttl|_stats|_size|_client$|_control|invalidat|clear|evict|delete|flush|warm")
"""Functions with a cache in their name that look nothing up."""
EXPIRES = frozenset({"deadline", "expire", "expires", "expiry", "expiration", "stale", "until"})
"""Words of when something is no longer good."""
MISSES = frozenset({"KeyError", "LookupError", "IndexError", "AttributeError", "NameError"})
"""What a lookup raises for a key that is not there: its handler is no error path."""


class Lookup(NamedTuple):
    """A value that is looked for where an earlier call may have left it."""

    name: str
    """As it is written: ``self._cache``, or the function that looks."""
    slots: frozenset[str]
    """Containers that it reads; ``remote`` for a shared store."""
    key: Expr
    call: int | None
    before: int
    helper: bool = False
    """Whether a function of the project looks."""
    late: bool = False
    """Whether only what is old is found: ``if kept and now - kept.at > 30: return kept``."""

    @property
    def remote(self) -> bool:
        """Whether it asks a shared store."""
        return REMOTE in self.slots


class Leaving(NamedTuple):
    """A ``return``, and what is looked up before it."""

    exit: Exit
    tests: list[tuple[int, list[Lookup]]]
    """Branches around it, each with the lookups whose hit its test finds."""
    given: list[Lookup]
    """Lookups that what it returns can come from."""


class Caches:
    """Finds lookups whose hit spares a call."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.linker = bodies.linker
        self.touching = Touching(bodies)
        self._left: dict[tuple[str, int], list[Leaving]] = {}
        self._ors: dict[tuple[str, int], list[tuple[list[Expr], int]]] = {}

    def lookups(self, body: Body, call: int) -> Iterator[Lookup]:
        """Lookups whose hit leaves the function, or the branch, without the call."""
        table = body.table
        at = table.facts.calls[call].frame
        around = set(table.frames(at))
        missed = [
            one
            for frame, test, positive in branches(table, at)
            for one in self._tested(body, test, positive, call, frame, hit=False)
        ]
        timed = self._timed(body, at, call, hit=False) if missed else frozenset()
        yield from (_marked(one, timed) for one in missed)
        for frame in around:
            if table.facts.frames[frame].kind == "except" and is_miss(table.facts.frames[frame].test):
                yield from self._tried(body, frame, call)
        for leaving in self._leavings(body):
            if leaving.exit.after > call:
                continue
            for frame, found in leaving.tests:
                if frame not in around:
                    yield from found
            if not self._same(body, leaving.exit.frame, around):
                yield from leaving.given
        yield from self._before_or(body, call)

    def _leavings(self, body: Body) -> list[Leaving]:
        """The ways out of a function with what is looked up for them: the same for all calls that they spare."""
        key = (body.table.path, body.scope)
        known = self._left.get(key)
        if known is None:
            exits = (exit_ for exit_ in body.table.exits.get(body.scope, ()) if exit_.kind == "return")
            known = self._left[key] = [self._leaving(body, exit_) for exit_ in exits]
        return known

    def _leaving(self, body: Body, exit_: Exit) -> Leaving:
        tests = [
            (frame, list(self._tested(body, test, positive, exit_.after, frame, hit=True)))
            for frame, test, positive in branches(body.table, exit_.frame)
        ]
        found = self.sources(body, exit_.value, exit_.after, exit_.frame)
        given = [one for one in found if self._can_fail(body.table, one, exit_.frame)]
        if not given and not any(looked for _, looked in tests):
            return Leaving(exit_, tests, given)  # most look nothing up
        timed = self._timed(body, exit_.frame, exit_.after, hit=True)
        marked = [(frame, [_marked(one, timed) for one in looked]) for frame, looked in tests]
        return Leaving(exit_, marked, [_marked(one, timed) for one in given])

    def _timed(self, body: Body, frame: int, before: int, *, hit: bool) -> frozenset[Looked]:
        """The lookups whose entries a frame is only entered for once they are old (``hit``), or while they are fresh.

        Not those that are to be fresh, too: ``if age >= 0 and age < ttl: return kept[0]``.
        """
        parts = [
            leaf
            for at, test, positive in branches(body.table, frame)
            for leaf in leaves(tree(self.bodies, Leaf(body, test, positive, before, at)))
        ]
        late, fresh = (
            {
                (one.slots, one.call)
                for leaf in parts
                if (when := elapsed(inverse(leaf) if turned else leaf)) is not None and _is_expiry(leaf.body, when)
                for one in self.sources(leaf.body, _root(when.last), leaf.before, outside=leaf.frame)
            }
            for turned in (not hit, hit)
        )
        return frozenset(late - fresh)

    @staticmethod
    def _can_fail(table: Table, lookup: Lookup, frame: int) -> bool:
        """Whether what is looked up on the way out was tested: what a branch returns in any case has no miss to go on from."""
        if not lookup.helper or lookup.call is None or table.facts.frames[frame].kind == "try":
            return True
        return table.facts.calls[lookup.call].frame != frame

    def _before_or(self, body: Body, call: int) -> Iterator[Lookup]:
        """``cache.get(k) or load(k)``: what stands in front of the call in an ``or``."""
        for value, frame in self._alternatives(body):
            parts = value[1:]
            at = next(
                (n for n, part in enumerate(parts) if type(part) is str and part.partition(".")[0] == f"@{call}"), 0
            )
            for part in parts[:at]:
                yield from self.sources(body, part, call, frame)

    def _alternatives(self, body: Body) -> list[tuple[list[Expr], int]]:
        """What a function assigns or returns that is an ``or``, each with its frame."""
        key = (body.table.path, body.scope)
        known = self._ors.get(key)
        if known is None:
            places = [*body.assigns, *body.table.exits.get(body.scope, ())]
            known = self._ors[key] = [
                (place.value, place.frame)
                for place in places
                if type(place.value) is list and place.value[:1] == ["or"]
            ]
        return known

    def _same(self, body: Body, frame: int, around: set[int]) -> bool:
        return all(f in around for f in body.table.frames(frame))

    def _tried(self, body: Body, handler: int, call: int) -> Iterator[Lookup]:
        """``try: v = cache[k]`` with the call in ``except KeyError``."""
        frames = body.table.facts.frames
        tried = next(
            (
                f
                for f in range(handler - 1, 0, -1)
                if frames[f].kind == "try" and frames[f].parent == frames[handler].parent
            ),
            0,
        )
        if not tried:
            return
        for assign in body.assigns:
            if tried in body.table.frames(assign.frame) and assign.after <= call:
                yield from self.sources(body, assign.value, assign.after, assign.frame)
        for exit_ in body.table.exits.get(body.scope, ()):
            if tried in body.table.frames(exit_.frame):
                yield from self.sources(body, exit_.value, exit_.after, exit_.frame)

    def _tested(
        self, body: Body, test: Expr, positive: bool, before: int, frame: int, *, hit: bool
    ) -> Iterator[Lookup]:
        """Lookups that a test finds (``hit``) or misses."""
        for leaf in leaves(tree(self.bodies, Leaf(body, test, positive, before, frame))):
            found = self._subject(leaf)
            if found is None:
                continue
            subject, key, says = found
            if says is not hit:
                continue
            if key is not None:
                lookups = self._container(leaf.body, subject, key, leaf.before)
            else:
                lookups = self.sources(leaf.body, subject, leaf.before, outside=leaf.frame)
            elsewhere = leaf.body.table is not body.table  # a test that a function of another file makes
            yield from (one._replace(key=None, call=None, before=before) if elsewhere else one for one in lookups)

    @staticmethod
    def _subject(leaf: Leaf) -> tuple[Expr, Expr, bool] | None:
        """What a leaf says is there or not: (value, None, says) or (container, key, says); None when it says neither."""
        expr = leaf.expr
        if type(expr) is list and expr[:1] == ["cmp"]:
            if len(expr) != 4:
                return None
            if expr[2] in ("in", "not in"):
                return (expr[3], expr[1], (expr[2] == "in") is leaf.positive) if dotted(expr[3]) else None
            if expr[2] in ("is", "is not", "==", "!=") and type(expr[3]) is str and expr[3][:1] not in ("'", "@"):
                return expr[1], None, (expr[2] in ("is not", "!=")) is leaf.positive
            if expr[2] in (">", ">=") and expr[3] in ("#0", "#1"):
                return expr[1], None, leaf.positive
            return None
        missing = absent(leaf)
        return (expr, None, True) if missing is None else (missing, None, False)

    # --- where a value comes from ----------------------------------------------------------------------------------

    def sources(
        self, body: Body, expr: Expr, before: int, frame: int | None = None, depth: int = 6, outside: int = 0
    ) -> Iterator[Lookup]:
        """The lookups that a value can come from."""
        if depth == 0:
            return
        if type(expr) is list and expr:
            if expr[0] == "sub":
                yield from self._container(body, expr[1], expr[2], before)
                yield from self.sources(body, expr[1], before, frame, depth - 1)
            elif expr[0] in ("or", "if", "bin", ".", "and", "*", "[]"):
                for part in expr[1:]:
                    yield from self.sources(body, part, before, frame, depth - 1)
            return
        if type(expr) is not str or not expr:
            return
        if expr[0] == "@":
            yield from self._called(body, int(expr[1:].partition(".")[0]), before, depth)
            return
        name = dotted(expr)
        if name is None:
            return
        head = name.partition(".")[0]
        if body.is_local(head):
            for assign in body.values(head, before, frame, outside):
                yield from self.sources(body, assign.value, min(before, assign.after), assign.frame, depth - 1)

    def _called(self, body: Body, ordinal: int, before: int, depth: int) -> Iterator[Lookup]:
        record = body.table.facts.calls[ordinal]
        if ordinal >= before:
            return
        callee = record.callee
        if type(callee) is str:
            owner, _, method = callee.rpartition(".")
            if record.args and method.lstrip("_").startswith(LOOKUPS) and self._is_object(body, owner):
                yield from self._container(body, owner, record.args[0], before, ordinal)
            else:
                yield from self._helper(body, ordinal, callee, before)
        for given in record.args[:2]:  # json.loads(raw), run_in_threadpool(client.get, key)
            yield from self.sources(body, given, before, None, depth - 1)

    def _helper(self, body: Body, ordinal: int, callee: str, before: int) -> Iterator[Lookup]:
        """A function of the project that looks, or one that nothing is known of but its name."""
        record = body.table.facts.calls[ordinal]
        owner, _, method = callee.rpartition(".")
        name = method.lower().lstrip("_")
        if callee[:1] == "@" or not (name.startswith(LOOKUPS) or CACHING.search(name)):
            return
        if body.is_local(owner.partition(".")[0]):
            return
        if NO_LOOKUP.search(name) or (name.startswith(STORES) and not LOOKS.search(name)):
            return
        key = ["[]", *record.args, *(value for _, value in record.keywords)]
        if self._makes(body, ordinal):
            return
        called = self.bodies.called(body, ordinal)
        reads: frozenset[str] = frozenset().union(*(self._looked_in(inner) for inner in called))
        if len(key) == 1 and not CACHING.search(name):
            reads -= {REMOTE}  # what is looked up without a key is no answer of a shared store
        if reads:
            yield Lookup(callee, reads, key, ordinal, before, helper=True)
        elif CACHING.search(callee.lower()):
            slots = frozenset({REMOTE}) if self.touching.reaches_remote(body, callee) else frozenset()
            yield Lookup(callee, slots, key, ordinal, before, helper=True)

    def _makes(self, body: Body, ordinal: int) -> bool:
        """Whether a call makes an object: of a class of the project, ``CachedAnswer``, or a container, ``TTLCache(9, 60)``."""
        return any(
            (value.kind == "def" and self.linker.table(value.place).facts.scopes[value.scope].kind == "class")
            or (value.kind == "ext" and value.place.rpartition(".")[2] in KINDS)
            for value in self.linker.values.callee(body.table.path, ordinal)
        )

    def _looked_in(self, body: Body) -> frozenset[str]:
        """Containers that a helper looks in for its caller; what a getter makes on a miss, it keeps for itself."""
        touched = self.touching.of(body)
        if not self._always_gives(body):
            return touched.reads
        return touched.reads - self.touching.of(body, 0).stores

    @staticmethod
    def _always_gives(body: Body) -> bool:
        """Whether a function never answers that there is nothing: ``if x is None: x = make()``, then ``return x``."""
        frames = body.table.facts.frames
        exits = [exit_ for exit_ in body.table.exits.get(body.scope, ()) if exit_.kind == "return"]
        last = any(all(frames[f].kind in ("with", "after") for f in body.table.frames(e.frame)) for e in exits)
        return last and all(exit_.value not in (None, "#None", "#False") for exit_ in exits)

    def _is_object(self, body: Body, owner: str) -> bool:
        """Whether a method is called on something that can hold values: not on ``self``, a module or a call's result."""
        if not owner or owner[:1] == "@" or (
            "." not in owner and body.table.receiver_class(body.scope, owner) is not None
        ):  # fmt: skip
            return False
        return not any(v.kind == "module" for v in self.linker.evaluate(body.table.path, body.scope, owner))

    def _container(
        self, body: Body, container: Expr, key: Expr, before: int, call: int | None = None
    ) -> Iterator[Lookup]:
        slot = body.slot(container, before)
        if slot is None or not outlives(slot):
            return
        name = dotted(container)
        if SESSIONS.search(name or slot) or (call is not None and self.touching.resource(body, call) == "database"):
            return
        slots = {slot}
        if (call is not None and self.touching.reaches_remote(body, body.table.facts.calls[call].callee)) or (
            call is None and name is not None and self._is_client(body, name)
        ):
            slots.add(REMOTE)
        yield Lookup(name or slot, frozenset(slots), key, call, before)

    def _is_client(self, body: Body, name: str) -> bool:
        values = self.linker.evaluate(body.table.path, body.scope, name)
        return any(v.kind == "ext" and self.linker.catalog.client_of(v.place) is not None for v in values)


def is_miss(types: Expr) -> bool:
    """Whether a handler is for keys that are not there, and nothing else."""
    names = types[1:] if type(types) is list and types[:1] == ["[]"] else [types]
    return bool(names) and all(type(name) is str and name.rpartition(".")[2] in MISSES for name in names)


def _is_expiry(body: Body, when: Elapsed) -> bool:
    """Whether a test of time is about an age, or a deadline by its name: ``valid_from <= now`` is about neither."""
    if when.limit is None:
        return bool(EXPIRES & words(short(when.last)))
    return number(body.linker, body.table.path, body.scope, when.limit) != 0


def _marked(lookup: Lookup, timed: frozenset[Looked]) -> Lookup:
    """A lookup, late if it is among those."""
    return lookup._replace(late=True) if (lookup.slots, lookup.call) in timed else lookup


def _root(expr: Expr) -> str:
    """What an expression begins with: ``kept`` of ``kept[1]`` and of ``kept.at``; empty for anything else."""
    while type(expr) is list and expr[:1] in (["sub"], ["."]):
        expr = expr[1]
    return expr.partition(".")[0] if type(expr) is str else ""
