"""Local copies that are asked too late: after the shared store missed, or only when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .conditions import branches
from .touching import REMOTE, STORES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .bodies import Body
    from .caches import Lookup
    from .project import Project
    from .tables import Table

READS = frozenset({"get", "mget", "hget", "hmget", "hgetall", "exists", "getex", "json"})
WRITES = frozenset({"set", "setex", "psetex", "hset", "hmset", "mset", "setnx", "pipeline"})


class Fallback(NamedTuple):
    """A local read behind a remote one."""

    path: str
    call: int
    """The remote read."""
    name: str
    """The local container, as it is written."""
    read: int
    """The call that reads it; -1 for a subscript or a membership test."""
    on_error: bool
    """Whether it is only asked when the remote read fails."""
    filled: tuple[str, int]
    """A remote write beside which it is filled: (path, call)."""


class Fallbacks:
    """Finds local copies behind remote reads; every answer is kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.guards = project.guards
        self._found: dict[tuple[str, int], Fallback | None] = {}
        self._sources: dict[tuple[str, int], list[tuple[int, int, bool, Lookup]]] = {}

    def behind(self, path: str, call: int) -> Fallback | None:
        """The local copy that is asked after a remote read, though it was filled along with the store; None for neither."""
        key = (path, call)
        if key not in self._found:
            effect = self.project.effects.remote(path, call)
            reads = effect is not None and effect.operation.resource == "redis" and effect.operation.name in READS
            self._found[key] = self._find(path, call) if reads else None
        return self._found[key]

    def _find(self, path: str, call: int) -> Fallback | None:
        guard = self.guards.of(path, call)
        if guard is not None and not guard.remote:
            return None
        body = self.guards.body(path, call)
        keys = self._keys(body, call)
        for lookup, on_error in self._after(body, call):
            slot = next((s for s in lookup.slots if s != REMOTE), None)
            if slot is None or lookup.remote or slot[0] in "$~":
                continue
            if not keys & body.variables(lookup.key, lookup.before):
                continue
            filled = self._filled(body.table, slot)
            if filled is not None:
                read = -1 if lookup.call is None else lookup.call
                return Fallback(path, call, lookup.name, read, on_error, filled)
        return None

    @staticmethod
    def _keys(body: Body, call: int) -> frozenset[str]:
        """The variables of the keys that a command is given, itself or through what calls it."""
        record = body.table.facts.calls[call]
        found: frozenset[str] = frozenset()
        for given in record.args[:2]:
            names = body.variables(given, call)
            found |= frozenset(name for name in names if not name.startswith(("self.", "cls.")))
        return found

    def _after(self, body: Body, call: int) -> Iterator[tuple[Lookup, bool]]:
        """Lookups behind a call that the call's answer does not spare, and whether only an error leads to them."""
        for after, frame, is_exit, lookup in self._lookups(body):
            behind = (lookup.call is None and is_exit) or (lookup.call is not None and lookup.call > call)
            if after > call and behind:
                yield lookup, self._handles(body.table, frame, call)

    def _lookups(self, body: Body) -> list[tuple[int, int, bool, Lookup]]:
        """Lookups of what a function returns or assigns: the call that each comes after, its frame, and whether it returns."""
        key = (body.table.path, body.scope)
        if key not in self._sources:
            returns = [exit_ for exit_ in body.table.exits.get(body.scope, ()) if exit_.kind == "return"]
            assigns = [assign for assign in body.assigns if assign.kind == "=" and assign.value is not None]
            self._sources[key] = [
                (one.after, one.frame, is_exit, lookup)
                for ones, is_exit in ((returns, True), (assigns, False))
                for one in ones
                for lookup in self.guards.caches.sources(body, one.value, one.after, one.frame)
            ]
        return self._sources[key]

    @staticmethod
    def _handles(table: Table, frame: int, call: int) -> bool:
        around = set(table.frames(table.facts.calls[call].frame))
        return any(table.facts.frames[f].kind == "except" for f in table.frames(frame) if f not in around)

    def _filled(self, table: Table, slot: str) -> tuple[str, int] | None:
        """A remote write in the same file that a store into the local copy accompanies, rather than stands in for."""
        for scope in table.calls_in:
            body = self.guards.bodies.of(table, scope)
            writes = [call for call in table.calls_in[scope] if self._writes(table.path, call)]
            if not writes:
                continue
            for frame in self._stores(body, slot):
                for write in writes:
                    if not excludes(table, frame, table.facts.calls[write].frame) and not leaves(table, frame, write):
                        return table.path, write
        return None

    def _writes(self, path: str, call: int) -> bool:
        effect = self.project.effects.remote(path, call)
        return effect is not None and effect.operation.resource == "redis" and effect.operation.name in WRITES

    @staticmethod
    def _stores(body: Body, slot: str) -> Iterator[int]:
        """Frames of the stores into a slot."""
        for assign in body.assigns:
            target = assign.target
            if type(target) is list and target[:1] == ["sub"] and body.slot(target[1], assign.after) == slot:
                yield assign.frame
        for call in body.table.calls_in.get(body.scope, ()):
            record = body.table.facts.calls[call]
            owner, _, method = record.callee.rpartition(".") if type(record.callee) is str else ("", "", "")
            if owner and method.lstrip("_").startswith(STORES) and body.slot(owner, call) == slot:
                yield record.frame


def leaves(table: Table, local: int, write: int) -> bool:
    """Whether a remote write that worked ends the function before the local store: ``try: set(key); return``."""
    record = table.facts.calls[write]
    if record.frame in table.frames(local):
        return False
    return any(
        exit_.kind == "return" and exit_.frame == record.frame and exit_.after > write
        for exit_ in table.exits.get(record.scope, ())
    )


def excludes(table: Table, local: int, remote: int) -> bool:
    """Whether a local store only happens where the remote write does not: in its ``except`` or its ``else``."""
    frames = table.facts.frames
    theirs = set(table.frames(remote))
    if any(frames[f].kind == "except" for f in table.frames(local) if f not in theirs):
        return True
    mine = [(t, p) for f, t, p in branches(table, local) if f not in theirs]
    for frame, test, positive in branches(table, remote):
        if frame not in table.frames(local) and any(
            (other == test and sign is not positive) or (other == ["not", test] and positive and sign)
            for other, sign in mine
        ):
            return True
    return False
