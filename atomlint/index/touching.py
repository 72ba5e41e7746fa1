"""What functions read from and store into: containers that outlive them, and shared stores."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .bodies import outlives

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .bodies import Bodies, Body

STORES = (
    "set", "put", "add", "setdefault", "update", "store", "setex", "psetex", "save", "append", "insert", "__setitem__",
    "hset", "hmset", "mset", "write", "remember", "cache", "sadd",
)  # fmt: skip
LOOKUPS = (
    "get", "lookup", "fetch", "load", "peek", "pop", "hget", "mget", "read", "find", "retrieve", "exists", "has", "contains",
    "__getitem__", "is_", "sismember", "ismember",
)  # fmt: skip
REMOTE = "remote"


class Touched(NamedTuple):
    """Containers that a function reads from and stores into; ``remote`` stands for any shared store."""

    reads: frozenset[str]
    stores: frozenset[str]


class Touching:
    """Looks at functions and at what they call; every answer is kept."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self.linker = bodies.linker
        self._kept: dict[tuple[str, int, int], Touched] = {}

    def of(self, body: Body, depth: int = 3) -> Touched:
        """Containers that a function, or what it calls, reads from and stores into."""
        key = (body.table.path, body.scope, depth)
        known = self._kept.get(key)
        if known is None:
            self._kept[key] = Touched(frozenset(), frozenset())  # a function that calls itself
            known = self._kept[key] = self._touch(body, depth)
        return known

    def _touch(self, body: Body, depth: int) -> Touched:
        reads: set[str] = set()
        stores: set[str] = set()
        table = body.table
        for exit_ in table.exits.get(body.scope, ()):
            if exit_.kind == "return" and type(exit_.value) is list and exit_.value[:1] in (["sub"], ["cmp"]):
                inner = exit_.value[1] if exit_.value[0] == "sub" else exit_.value[3]
                slot = body.slot(inner) if exit_.value[0] == "sub" or exit_.value[2] in ("in", "not in") else None
                reads |= {slot} if slot is not None and outlives(slot) and slot[0] != "$" else set()
        for assign in body.assigns:
            if type(assign.target) is list and assign.target[:1] == ["sub"]:
                stores |= self._shared(body.slot(assign.target[1]))
            elif type(assign.target) is str and "." in assign.target and assign.kind == "=":
                stores |= self._shared(body.slot(assign.target))
            if type(assign.value) is list and assign.value[:1] == ["sub"] and assign.kind == "=":
                reads |= self._shared(body.slot(assign.value[1]))
        for ordinal in table.calls_in.get(body.scope, ()):
            callee = table.facts.calls[ordinal].callee
            if type(callee) is str and "." in callee:
                owner, _, method = callee.rpartition(".")
                method = method.lstrip("_")
                resource = self.resource(body, ordinal)
                if resource == "database":
                    continue
                remote = resource == "redis"
                if method.startswith(LOOKUPS):
                    reads |= {REMOTE} if remote else self._shared(body.slot(owner, ordinal))
                if method.startswith(STORES):
                    stores |= {REMOTE} if remote else self._shared(body.slot(owner, ordinal))
            if depth:
                for called in self.bodies.called(body, ordinal):
                    inner = self.of(called, depth - 1)
                    reads |= inner.reads
                    stores |= inner.stores
        return Touched(frozenset(reads), frozenset(stores))

    @staticmethod
    def _shared(slot: str | None) -> set[str]:
        """A slot that other functions know by the same text."""
        return {slot} if slot is not None and len(slot) > 1 and (slot[0] == "." or ".py:" in slot) else set()

    def resource(self, body: Body, ordinal: int) -> str | None:
        """The kind of service that a call, or a method that it hands over, sends a command to; None for none."""
        record = body.table.facts.calls[ordinal]
        values = set(self.linker.values.callee(body.table.path, ordinal))
        for given in record.args[:2]:
            if type(given) is str and "." in given and given[0] not in "'#?":
                values |= self.linker.evaluate(body.table.path, record.scope, given)
        clients = [self.linker.catalog.client_of(v.place.rpartition(".")[0]) for v in values if v.kind == "ext"]
        return next((client.resource for client in clients if client is not None), None)

    def reaches_remote(self, body: Body, callee: Expr, depth: int = 3) -> bool:
        """Whether calling something talks to a catalogued client within a few calls."""
        work = [(value, depth) for value in self.linker.evaluate(body.table.path, body.scope, callee)]
        seen = set()
        while work:
            value, left = work.pop()
            if value in seen:
                continue
            seen.add(value)
            if value.kind == "ext" and self.linker.catalog.operation(value.place) is not None:
                return True
            if value.kind != "def" or left == 0:
                continue
            inner = self.linker.table(value.place)
            for ordinal in inner.calls_in.get(value.scope, ()):
                record = inner.facts.calls[ordinal]
                work += [(v, left - 1) for v in self.linker.values.callee(value.place, ordinal)]
                for given in record.args:
                    if type(given) is str and "." in given and given[0] not in "'#?":
                        work += [
                            (v, 0) for v in self.linker.evaluate(value.place, record.scope, given) if v.kind == "ext"
                        ]
        return False
