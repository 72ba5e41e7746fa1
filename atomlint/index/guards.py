"""What keeps a call from running every time: a cache in front of it, a time gate around it, or a value computed once.

A cache counts when its lookup comes first and a hit leaves without the call; a gate counts when the guard implies that
time has passed. A disjunction is as weak as its weakest part, so it never makes a gate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .conditions import absent, atoms, availability, describe, implies_time_passed
from .tables import Table, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Assign, Expr
    from .calls import Calls
    from .linker import Linker
    from .values import Value

STORES = ("set", "put", "add", "setdefault", "update", "store", "setex", "save", "append", "insert", "__setitem__")
LOOKUPS = ("get", "lookup", "fetch", "load", "peek", "pop")


class Guard(NamedTuple):
    """Why a call does not run every time.

    Kinds: ``decorator`` (its function is cached), ``cache`` (a hit in ``name`` leaves first), ``gate`` (time has passed),
    ``once`` (the result is kept where the guard looks).
    """

    kind: str
    name: str
    remote: bool = False
    """Whether the cache itself is a shared store."""
    holes: tuple[int, ...] = ()
    """Places in the list of exits: successful returns after the call that store nothing."""


class Guards:
    """Finds guards; needs the call graph to tell a shared cache from a local one."""

    def __init__(self, linker: Linker, calls: Calls) -> None:
        self.linker = linker
        self.calls = calls
        self._found: dict[tuple[str, int], Guard | None] = {}

    def of(self, path: str, call: int) -> Guard | None:
        """The strongest guard of a call inside its own function, or None."""
        key = (path, call)
        if key not in self._found:
            self._found[key] = self._find(self.linker.table(path), call)
        return self._found[key]

    def conditional(self, path: str, call: int) -> bool:
        """Whether the call is in a branch that a request may not take (availability checks of a client do not count)."""
        table = self.linker.table(path)
        record = table.facts.calls[call]
        for frame in table.frames(record.frame):
            kind, test = table.facts.frames[frame].kind, table.facts.frames[frame].test
            if kind in ("if", "else") and not availability(test):
                return True
        return False

    def on_error(self, path: str, call: int) -> bool:
        """Whether the call only runs after an exception."""
        table = self.linker.table(path)
        return any(table.facts.frames[f].kind == "except" for f in table.frames(table.facts.calls[call].frame))

    def _find(self, table: Table, call: int) -> Guard | None:
        record = table.facts.calls[call]
        scope = table.enclosing_function(record.scope)
        decorated = self.decorator(table, scope)
        if decorated is not None:
            return decorated
        for frame in table.frames(record.frame):
            entry = table.facts.frames[frame]
            if entry.kind not in ("if", "after"):
                continue
            test = self._resolved(table, scope, entry.test)
            if implies_time_passed(test):
                return Guard("gate", describe(test))
            kept = self._kept_once(table, scope, test, call)
            if kept is not None:
                return Guard("once", kept)
        return self._cache(table, scope, call)

    def decorator(self, table: Table, scope: int) -> Guard | None:
        """The cache decorator on a function, or on one that it is nested in."""
        while scope:
            record = table.facts.scopes[scope]
            for decorator in record.decorators:
                expr = decorator
                if type(decorator) is str and decorator[:1] == "@" and "." not in decorator:
                    expr = table.facts.calls[int(decorator[1:])].callee
                name = dotted(expr)
                if name is None:
                    continue
                for value in self.linker.evaluate(table.path, record.parent, expr):
                    row = self.linker.catalog.cache_decorator(self.linker.name_of(value))
                    if row is not None:
                        return Guard("decorator", name, row.store == "remote")
                if "cache" in name.lower() or "memoize" in name.lower():
                    return Guard("decorator", name, self._reaches_remote(table, record.parent, expr))
            scope = record.parent
        return None

    def _resolved(self, table: Table, scope: int, test: Expr, depth: int = 0) -> Expr:
        """A test with local variables replaced by what they were assigned, one level of names at a time."""
        if depth > 4:
            return test
        if type(test) is str and dotted(test) and "." not in test:
            values = [a.value for a in self._assigns(table, scope) if a.target == test and a.kind == "="]
            return (
                self._resolved(table, scope, values[-1], depth + 1)
                if len(values) == 1 and type(values[0]) is list
                else test
            )
        if type(test) is list and test and test[0] in ("and", "or", "not"):
            return [test[0], *(self._resolved(table, scope, part, depth + 1) for part in test[1:])]
        return test

    @staticmethod
    def _assigns(table: Table, scope: int) -> list[Assign]:
        return [table.facts.assigns[place] for place in table.assigns_in.get(scope, ())]

    def _kept_once(self, table: Table, scope: int, test: Expr, call: int) -> str | None:
        """``if self._x is None: self._x = ...`` and ``if not self._loaded``: what is kept, when it outlives the call."""
        for name in absent(test):
            outlives = "." in name or name in table.facts.scopes[scope].globals
            for assign in self._assigns(table, scope):
                if (
                    assign.target == name
                    and assign.kind == "="
                    and outlives
                    and (assign.after > call or assign.value == f"@{call}")
                ):
                    return name
        return None

    # --- caches ----------------------------------------------------------------------------------------------------

    def _cache(self, table: Table, scope: int, call: int) -> Guard | None:
        shared = None
        callee = table.facts.calls[call].callee
        receiver = callee.rpartition(".")[0] if type(callee) is str else ""
        for name, lookup in self._hits(table, scope, call):
            if name.startswith("@"):
                called = table.facts.calls[int(name[1:])].callee
                guard = Guard("cache", dotted(called) or "cache", self._reaches_remote(table, scope, called))
            elif self._outlives(table, scope, name) and self._stored(table, name):
                remote = name == receiver or (
                    lookup is not None and self._reaches_remote(table, scope, table.facts.calls[lookup].callee)
                )
                guard = Guard("cache", name, remote, tuple(self._holes(table, scope, call, name)))
            else:
                continue
            if not guard.remote:
                return guard
            shared = shared or guard
        return shared

    def _hits(self, table: Table, scope: int, call: int) -> Iterator[tuple[str, int | None]]:
        """Caches whose hit leaves the function before the call: a container's name, or ``@n`` for a call to a cache function."""
        record = table.facts.calls[call]
        around = set(table.frames(record.frame))
        for frame in sorted(around):
            entry = table.facts.frames[frame]
            if entry.kind in ("after", "if", "else") and entry.test is not None:
                yield from self._looked_up(table, scope, entry.test, call)
        for exit_ in table.exits.get(scope, ()):
            if exit_.kind != "return" or exit_.after > call:
                continue
            for frame in table.frames(exit_.frame):
                entry = table.facts.frames[frame]
                if frame not in around and entry.kind in ("if", "after", "try") and entry.test is not None:
                    yield from self._looked_up(table, scope, entry.test, call)
            if type(exit_.value) is list and exit_.value[:1] == ["sub"]:
                name = dotted(exit_.value[1])
                if name:
                    yield name, None

    def _looked_up(self, table: Table, scope: int, test: Expr, call: int) -> Iterator[tuple[str, int | None]]:
        for part in atoms(test):
            if type(part) is list and part[0] == "cmp" and part[2] in ("in", "not in"):
                container = dotted(part[3])
                if container:
                    yield container, None
                continue
            names = [part[1]] if type(part) is list and part[0] == "cmp" else [part]
            for name in names:
                yield from self._source(table, scope, name, call)

    def _source(self, table: Table, scope: int, name: Expr, call: int) -> Iterator[tuple[str, int | None]]:
        """Where a tested value was taken from: a container, or a function with ``cache`` in its name."""
        values: list[Expr] = [name]
        plain = dotted(name)
        if plain is not None:
            values = [
                a.value for a in self._assigns(table, scope) if a.target == plain.partition(".")[0] and a.after <= call
            ]
        for value in values:
            if type(value) is list and value[:1] == ["sub"] and dotted(value[1]):
                yield value[1], None
            elif type(value) is str and value[:1] == "@":
                ordinal = int(value[1:].partition(".")[0])
                if ordinal >= call:
                    continue
                callee = dotted(table.facts.calls[ordinal].callee)
                if callee is None:
                    continue
                receiver, _, method = callee.rpartition(".")
                if method.startswith(LOOKUPS) and receiver and "cache" not in method.lower():
                    yield receiver, ordinal
                elif "cache" in callee.lower():
                    yield f"@{ordinal}", ordinal

    def _outlives(self, table: Table, scope: int, name: str) -> bool:
        """Whether a container is still there at the next request: an attribute of ``self`` or a module's, not a local."""
        head = name.partition(".")[0]
        bindings = table.lookup(scope, head)
        if table.receiver_class(scope, head) is not None:
            return "." in name
        return bool(bindings) and not any(
            b.param is not None or (b.assign is not None and table.owner(b.scope, head) == scope != 0) for b in bindings
        )

    def _stored(self, table: Table, name: str) -> bool:
        """Whether anything in the file stores into a container."""
        last = name.rpartition(".")[2]
        for assign in table.facts.assigns:
            target = assign.target
            if (
                type(target) is list
                and target[:1] == ["sub"]
                and type(target[1]) is str
                and target[1].rpartition(".")[2] == last
            ):
                return True
        return any(
            type(c.callee) is str
            and c.callee.rpartition(".")[2].startswith(STORES)
            and c.callee.rpartition(".")[0].rpartition(".")[2] == last
            for c in table.facts.calls
        )

    def _holes(self, table: Table, scope: int, call: int, name: str) -> Iterator[int]:
        """Returns after the call, outside of error handling, that no store into the cache precedes on their path."""
        last = name.rpartition(".")[2]
        stores = []
        for assign in self._assigns(table, scope):
            target = assign.target[1] if type(assign.target) is list and assign.target[:1] == ["sub"] else None
            if type(target) is str and target.rpartition(".")[2] == last:
                stores.append((assign.frame, assign.after))
        for ordinal in table.calls_in.get(scope, ()):
            record = table.facts.calls[ordinal]
            owner, _, method = record.callee.rpartition(".") if type(record.callee) is str else ("", "", "")
            if owner.rpartition(".")[2] == last and method.startswith(STORES):
                given = [int(arg[1:].partition(".")[0]) for arg in record.args if type(arg) is str and arg[:1] == "@"]
                stores.append((record.frame, max([ordinal, *given]) + 1))
        for place, exit_ in enumerate(table.facts.exits):
            if exit_.scope != scope or exit_.kind != "return" or exit_.after <= call:
                continue
            chain = table.frames(exit_.frame)
            if any(table.facts.frames[f].kind == "except" for f in chain):
                continue
            passed = {0, *chain, *table.frames(table.facts.calls[call].frame)}
            if not any(frame in passed and call < after <= exit_.after for frame, after in stores):
                yield place

    def _reaches_remote(self, table: Table, scope: int, callee: Expr, depth: int = 3) -> bool:
        """Whether calling something talks to a catalogued client within a few calls."""
        work = [(value, depth) for value in self.linker.evaluate(table.path, scope, callee)]
        seen: set[Value] = set()
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
