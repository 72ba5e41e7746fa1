"""What a function puts into a cache after a call, under which key, and the ways out that put nothing there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .bodies import END
from .caches import is_miss
from .conditions import branches
from .expressions import references
from .slots import covers
from .tables import dotted, text_of
from .touching import REMOTE, STORES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Exit, Expr
    from .bodies import Body
    from .caches import Caches, Lookup

VOLATILE = frozenset({"uuid4", "uuid1", "token_hex", "token_urlsafe", "random", "time_ns", "getrandbits"})
VOLATILE_NAMES = frozenset({"request_id", "correlation_id", "trace_id"})


STARTED = frozenset({"Thread", "Timer", "submit"})
"""Calls that have work done beside the one who asks."""


class Hole(NamedTuple):
    """A way out after the call that leaves nothing in the cache, so that the call comes again for that key.

    Reasons: ``early return`` (decided without the call's answer), ``negative result`` (the answer was empty, or one that
    is not kept), ``stored at times`` (another condition decides), ``another key`` (what is stored is not what is looked
    up), ``key never repeats``, ``only old`` (what is fresh is no hit), ``nothing kept`` (a cache for no entries or no time).
    """

    path: str
    exit: int
    """Place in the list of exits; -1 for one about keys."""
    reason: str
    call: int = -1
    """For one about keys: the call or the place of the assignment that stores; -1 otherwise."""
    assign: int = -1
    fixed: bool = False
    """For an early return: whether the key alone decides on it, so that it always happens for that key."""


class Store(NamedTuple):
    """One store into a cache."""

    frame: int
    after: int
    key: Expr
    before: int
    call: int = -1
    assign: int = -1
    helper: bool = False


class Stores:
    """Finds stores that belong to a lookup."""

    def __init__(self, caches: Caches) -> None:
        self.caches = caches
        self.bodies = caches.bodies
        self._after: dict[tuple[str, int, frozenset[str]], list[Store]] = {}
        self._helped: dict[tuple[str, int], frozenset[str]] = {}

    def after(self, body: Body, lookup: Lookup) -> list[Store]:
        """Stores of a function, closures included, into what a lookup reads."""
        key = (body.table.path, body.scope, lookup.slots)
        if key not in self._after:
            self._after[key] = self._find(body, lookup)
        return self._after[key]

    def _find(self, body: Body, lookup: Lookup) -> list[Store]:
        found = list(self._in(body, lookup))
        if not found:
            for scope, record in enumerate(body.table.facts.scopes):
                if record.parent == body.scope and scope and record.kind in ("function", "lambda"):
                    inner = self._in(self.bodies.of(body.table, scope), lookup)
                    found += [store._replace(frame=0, after=record.end_call) for store in inner]
        return found

    def _by_helper(self, body: Body, ordinal: int) -> frozenset[str]:
        """What the project's functions that a call runs store into."""
        key = (body.table.path, ordinal)
        known = self._helped.get(key)
        if known is None:
            called = self.bodies.called(body, ordinal)
            known = frozenset().union(*(self.caches.touching.of(inner).stores for inner in called))
            self._helped[key] = known
        return known

    def _in(self, body: Body, lookup: Lookup) -> Iterator[Store]:
        table = body.table
        for place in table.assigns_in.get(body.scope, ()):
            assign = table.facts.assigns[place]
            target = assign.target
            if assign.kind not in ("=", "+="):
                continue
            if type(target) is list and target[:1] == ["sub"] and self._is(body.slot(target[1], assign.after), lookup):
                yield Store(assign.frame, assign.after, target[2], assign.after, assign=place)
            elif type(target) is str and self._is(
                body.slot(target, assign.after) if "." in target or not body.is_local(target) else None, lookup
            ):
                yield Store(assign.frame, assign.after, None, assign.after, assign=place)
        for ordinal in table.calls_in.get(body.scope, ()):
            record = table.facts.calls[ordinal]
            owner, _, method = record.callee.rpartition(".") if type(record.callee) is str else ("", "", "")
            given = [int(arg[1:].partition(".")[0]) for arg in record.args if type(arg) is str and arg[:1] == "@"]
            after = max([ordinal, *given]) + 1
            if owner and method.lstrip("_").startswith(STORES) and self._is(body.slot(owner, ordinal), lookup):
                key = record.args[0] if record.args and method not in ("update", "append") else None
                yield Store(record.frame, after, key, ordinal, call=ordinal)
                continue
            stores = self._by_helper(body, ordinal)
            if (
                REMOTE in lookup.slots
                and not stores
                and self.caches.touching.resource(body, ordinal) == "redis"
                and self._hands_store(record.args, method)
            ):
                stores = frozenset({REMOTE})
            if stores & lookup.slots or (
                not lookup.slots and "cache" in method.lower() and method.lstrip("_").startswith(STORES)
            ):
                yield Store(
                    record.frame,
                    after,
                    ["[]", *record.args, *(v for _, v in record.keywords)],
                    ordinal,
                    call=ordinal,
                    helper=True,
                )

    @staticmethod
    def _hands_store(args: list[Expr], method: str) -> bool:
        """Whether a command of a shared store stores: by its own name, or by that of the method handed over."""
        names = [method, *(arg.rpartition(".")[2] for arg in args[:2] if type(arg) is str and "." in arg)]
        return any(name.startswith(STORES) for name in names)

    @staticmethod
    def _is(slot: str | None, lookup: Lookup) -> bool:
        return slot is not None and any(slot == s or covers(s, slot) for s in lookup.slots)

    # --- holes -----------------------------------------------------------------------------------------------------

    def holes(self, body: Body, call: int, lookup: Lookup, stores: list[Store]) -> Iterator[Hole]:
        """Ways out after a call that leave nothing for the next lookup."""
        table = body.table
        if table.lasts[call] in STARTED:
            return  # what is started stores for itself, while this one answers with what is old
        if self._never_repeats(body, lookup):
            yield Hole(table.path, -1, "key never repeats", call=-1 if lookup.call is None else lookup.call)
            return
        if lookup.late:
            yield Hole(table.path, -1, "only old", stores[0].call, stores[0].assign)
            return
        same = [store for store in stores if not self._differs(body, lookup, store)]
        if stores and not same:
            yield Hole(table.path, -1, "another key", stores[0].call, stores[0].assign)
            return
        answers = derived(body, call)
        around = table.frames(table.facts.calls[call].frame)
        for place, exit_ in enumerate(table.facts.exits):
            if exit_.scope != body.scope or exit_.kind != "return" or exit_.after <= call:
                continue
            if not self._can_follow(body, around, exit_):
                continue
            chain = table.frames(exit_.frame)
            passed = {0, *chain, *around}
            if any(
                self._through(body, store.frame) in passed and call < store.after and store.before <= exit_.after
                for store in same
            ):
                continue
            yield self._hole(body, call, exit_, place, lookup, answers, same)

    @staticmethod
    def _through(body: Body, frame: int) -> int:
        """The frame that decides whether something runs: ``with`` and ``try`` always let through what succeeds."""
        frames = body.table.facts.frames
        while frame and frames[frame].kind in ("with", "try", "finally"):
            frame = frames[frame].parent
        return frame

    def _can_follow(self, body: Body, around: list[int], exit_: Exit) -> bool:
        """Whether a way out can come after the call, and not because of an error."""
        frames = body.table.facts.frames
        chain = body.table.frames(exit_.frame)
        for frame in chain:
            if frames[frame].kind == "except" and frame not in around and not is_miss(frames[frame].test):
                return False
            if frames[frame].kind == "else" and any(
                frames[other].kind == "if"
                and frames[other].parent == frames[frame].parent
                and frames[other].test == frames[frame].test
                for other in around
            ):
                return False
        return True

    def _hole(
        self, body: Body, call: int, exit_: Exit, place: int, lookup: Lookup, answers: set[str], stores: list[Store]
    ) -> Hole:
        table = body.table
        ours = [
            (f, t) for f, t, _ in branches(table, exit_.frame) if f not in table.frames(table.facts.calls[call].frame)
        ]
        theirs = [(f, t) for store in stores for f, t, _ in branches(table, store.frame)]
        inside = [t for f, t in ours if table.facts.frames[f].kind != "after"]
        tests = inside or [t for _, t in (*ours, *theirs)]
        if any(answers & heads(test) for test in tests):
            return Hole(table.path, place, "negative result")
        if not inside:
            return Hole(table.path, place, "stored at times")
        keys = body.variables(lookup.key, lookup.before)
        fixed = all(body.variables(test, exit_.after) <= keys for test in inside)
        return Hole(table.path, place, "early return", fixed=fixed)

    def _differs(self, body: Body, lookup: Lookup, store: Store) -> bool:
        """Whether what is stored is surely not found by a lookup: keys of other variables, or with other text."""
        if store.key is None or lookup.key is None:
            return False
        looked, stored = body.variables(lookup.key, lookup.before), body.variables(store.key, store.before)
        if not looked or not stored:
            return False
        if lookup.helper or store.helper:
            return not looked & stored
        first, second = self._shape(body, lookup.key, lookup.before), self._shape(body, store.key, store.before)
        if first is not None and second is not None and looked == stored:
            return first != second
        return not looked & stored

    def _shape(self, body: Body, key: Expr, before: int) -> tuple[str, ...] | None:
        """The fixed text of a key that is an f-string."""
        name = dotted(key)
        if name is not None and "." not in name:
            value = body.value(name, before)
            key = value.value if value is not None else None
        if type(key) is not list or key[:1] != ["f"]:
            return None
        return tuple(text for part in key[1:] if (text := text_of(part)) is not None)

    def _never_repeats(self, body: Body, lookup: Lookup) -> bool:
        """Whether a key holds what is new every time: a random id, the time of day."""
        work, seen = [(lookup.key, lookup.before)], 0
        while work and seen < 40:
            seen += 1
            expr, before = work.pop()
            if type(expr) is list:
                if expr[:2] in (["bin", "//"], ["bin", "%"], ["bin", "/"]):
                    continue
                work += [(part, before) for part in expr[1:]]
            elif type(expr) is str and expr[:1] == "@":
                record = body.table.facts.calls[int(expr[1:].partition(".")[0])]
                last = record.callee.rpartition(".")[2] if type(record.callee) is str else ""
                if last in VOLATILE or record.callee in ("time.time", "time.monotonic", "datetime.utcnow"):
                    return True
                if last in ("int", "str", "float") or "cache" in last or "key" in last:
                    work += [(arg, before) for arg in record.args]
            elif (name := dotted(expr)) is not None and "." not in name:
                value = body.value(name, before)
                if value is not None and value.after < END:
                    work.append((value.value, min(before, value.after)))
            elif name is not None and name.rpartition(".")[2] in VOLATILE_NAMES:
                return True
        return False


def derived(body: Body, call: int) -> set[str]:
    """The call's answer and the local names that are made of it."""
    names = {f"@{call}"}
    table = body.table
    for _ in range(4):
        before = len(names)
        for ordinal in table.calls_in.get(body.scope, ()):
            record = table.facts.calls[ordinal]
            given = [record.callee, *record.args, *(v for _, v in record.keywords)]
            if ordinal > call - 3 and any(names & heads(value) for value in given):
                names.add(f"@{ordinal}")
        for assign in body.assigns:
            local = type(assign.target) is str and "." not in assign.target and assign.after > call
            if local and assign.value is not None and names & heads(assign.value):
                names.add(assign.target)
        if len(names) == before:
            break
    return names


def heads(expr: Expr) -> set[str]:
    """The names and calls that an expression begins from."""
    return {reference.partition(".")[0] for reference in references(expr)}
