"""What the project writes to caches: containers of the process, Redis, Django's cache, and its own wrappers of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Function, dotted

from ._helpers import FACTORIES, seconds_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Index, Span
    from atomlint.index.containers import Container
    from atomlint.index.value import Value

    Expr = Any

SETS = {"set": 1, "setex": 2, "psetex": 2, "hset": 2, "setnx": 1, "set_many": 0, "getset": 1}
"""Methods of shared stores that write, with the place of the value."""
LIBRARIES = ("django.core.cache.", "flask_caching.", "aiocache.", "cashews.", "diskcache.")
TTLS = frozenset(
    {"ttl", "ex", "px", "expire", "timeout", "expiry", "ttl_seconds", "expire_seconds", "expires_in", "cache_ttl"}
    | {"time"}
)
DEFAULTS = {"django.core.cache.": 300.0, "flask_caching.": 300.0}
"""Seconds that libraries keep what is given no expiry."""
TIMES = frozenset({"time", "monotonic", "now", "utcnow", "perf_counter", "timestamp", "timedelta"})
UNKNOWN = -1.0
"""There is an expiry, and nobody knows how long."""


class CacheWrite(NamedTuple):
    """One place that puts a value into a cache."""

    path: str
    function: Value
    call: int
    assign: int
    """Ordinal of the call, or place of the assignment; the other one is -1, and both are for a decorated function."""
    key: Expr
    """None for a decorated function."""
    value: Expr
    seconds: float | None
    """How long it is kept: None for ever, `UNKNOWN` when only that it expires is known."""
    name: str
    container: Container | None
    frame: int

    def span(self, index: Index) -> Span:
        """Where it stands."""
        if self.call >= 0:
            return index.call(self.path, self.call).span
        if self.assign < 0:
            return index.function(self.function).span
        spans = index.project.spans(self.path)
        four = spans.assigns[4 * self.assign : 4 * self.assign + 4] if spans is not None else [1, 0, 1, 0]
        return index.span(self.path, (four[0], four[1], four[2], four[3]))


def cache_writes(index: Index) -> tuple[CacheWrite, ...]:
    """Every place that puts a value into a cache that outlives the request, in file order; wrappers where they are called."""
    found: tuple[CacheWrite, ...] = index.keep("cache-writes", lambda: tuple(_writes(index)))
    return found


def _writes(index: Index) -> Iterator[CacheWrite]:
    direct = [*_local(index), *_shared(index), *_decorated(index)]
    setters = {write.function: found for write in direct if (found := _setter(index, write)) is not None}
    wrapped = [write for function, given in setters.items() for write in _called(index, function, *given)]
    kept = [write for write in direct if write.function not in setters]
    yield from sorted([*kept, *wrapped], key=lambda w: (w.path, w.function, w.call, w.assign))


# --- containers --------------------------------------------------------------------------------------------------------


def _local(index: Index) -> Iterator[CacheWrite]:
    for container in index.containers.all:
        if container.kind not in ("dict", "ttl", "lru"):
            continue
        stores = [use for use in index.containers.uses(container) if use.kind == "store" and use.scope]
        if not stores or not index.containers.outlives(container):
            continue
        seconds = _kept_for(index, container)
        for use in stores:
            yield CacheWrite(
                use.path,
                use.function,
                use.call,
                use.assign,
                use.key,
                use.value,
                seconds,
                container.name,
                container,
                use.frame,
            )


def _kept_for(index: Index, container: Container) -> float | None:
    """Seconds that a container keeps an entry."""
    table = index.project.linker.table(container.path)
    assign = table.facts.assigns[container.assign]
    if container.kind == "ttl":
        call = index.call(container.path, int(assign.value[1:]))
        seconds = seconds_of(index, container.path, assign.scope, call.argument(1, "ttl"))
        return UNKNOWN if seconds is None else seconds
    uses = index.containers.uses(container)
    timed = any(
        leaf.kind == "call" and leaf.name in TIMES
        for use in uses
        if use.kind == "store"
        for leaf in index.provenance.leaves(use.path, use.scope, use.value)
    )
    functions = {(use.path, use.scope) for use in uses if use.scope}
    compared = [n for path, scope in functions for n in _intervals(index, path, scope)]
    if timed or compared:
        return max(compared, default=UNKNOWN)
    return None


def _intervals(index: Index, path: str, scope: int) -> Iterator[float]:
    """Constants that a function compares times with: ``time.time() - at < 300``; UNKNOWN for what is no constant."""
    table = index.project.linker.table(path)
    frames = {f for n in table.calls_in.get(scope, ()) for f in table.frames(table.facts.calls[n].frame)}
    frames |= {f for exit_ in table.exits.get(scope, ()) for f in table.frames(exit_.frame)}
    for frame in frames:
        for part in _comparisons(table.facts.frames[frame].test):
            leaves = index.provenance.leaves(path, scope, part)
            if any(leaf.kind == "call" and leaf.name in TIMES for leaf in leaves):
                numbers = [s for side in (part[1], part[3]) if (s := seconds_of(index, path, scope, side)) is not None]
                yield max(numbers, default=UNKNOWN)


def _comparisons(test: Expr) -> Iterator[list[Expr]]:
    if type(test) is list and test:
        if test[0] == "cmp" and len(test) == 4:
            yield test
        elif test[0] in ("and", "or", "not"):
            for part in test[1:]:
                yield from _comparisons(part)


# --- shared stores -----------------------------------------------------------------------------------------------------


def _shared(index: Index) -> Iterator[CacheWrite]:
    linker = index.project.linker
    for method, at in SETS.items():
        for path, ordinal in linker.call_sites(method):
            if path in index.tests:
                continue
            call = index.call(path, ordinal)
            effect = call.effect
            library = next((place for place in call.external if place.startswith(LIBRARIES)), None)
            if library is None and (effect is None or effect.operation.resource != "redis" or len(call.args) <= at):
                continue
            key = call.argument(0, "key")
            value = call.argument(at, "value")
            if key is None or value is None:
                continue
            if method == "hset":
                key = ["[]", key, call.args[1]]
            seconds = _expiry(index, call, library or "")
            name = dotted(call.callee) or method
            yield CacheWrite(
                path, call.function.value, ordinal, -1, key, value, seconds, name.rpartition(".")[0] or name, None,
                call.table.facts.calls[ordinal].frame,
            )  # fmt: skip


def _expiry(index: Index, call: Call, library: str) -> float | None:
    given = next((value for name, value in call.keywords.items() if name in TTLS), None)
    if given is None and call.name in ("setex", "psetex") and len(call.args) > 1:
        given = call.args[1]
    if given is None and library and len(call.args) > 2:
        given = call.args[2]
    if given is None or given == "#None":
        if _expires_beside(call):
            return UNKNOWN
        return None if given is not None else next((s for p, s in DEFAULTS.items() if library.startswith(p)), None)
    seconds = seconds_of(index, call.path, call.scope, given)
    return UNKNOWN if seconds is None else seconds


def _expires_beside(call: Call) -> bool:
    """Whether the function sets expiries by a command of its own."""
    return any(other.name in ("expire", "pexpire", "expireat", "touch") for other in call.function.calls)


# --- decorators --------------------------------------------------------------------------------------------------------


def _decorated(index: Index) -> Iterator[CacheWrite]:
    """Functions whose results a catalogued decorator keeps; those of ``functools`` are another rule's."""
    linker = index.project.linker
    for path in index.paths:
        table = linker.table(path)
        for ordinal, scope in enumerate(table.facts.scopes) if path not in index.tests else ():
            for decorator in scope.decorators if scope.kind == "function" else ():
                is_call = type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdigit()
                call = index.call(path, int(decorator[1:])) if is_call else None
                expr = call.callee if call is not None else decorator
                for value in linker.evaluate(path, scope.parent, expr):
                    row = linker.catalog.cache_decorator(linker.name_of(value)) if value.kind == "ext" else None
                    if row is None or value.place in FACTORIES or value.place.endswith("cached_property"):
                        continue
                    results = ["[]", *(exit_.value for exit_ in table.exits.get(ordinal, ()) if exit_.kind == "return")]
                    seconds = _of_decorator(index, path, scope.parent, call, row)
                    owner = Function(index, path, ordinal).value
                    yield CacheWrite(path, owner, -1, -1, None, results, seconds, f"@{dotted(expr)}", None, 0)


def _of_decorator(index: Index, path: str, scope: int, call: Call | None, row: Any) -> float | None:
    """Seconds that a decorator keeps a result."""
    given = next((v for name, v in call.keywords.items() if name in TTLS), None) if call is not None else None
    if given is None and call is not None:
        places = [int(place) for place in row.ttl if place.isdigit()]
        given = next((call.args[place] for place in places if place < len(call.args)), None)
    if given is not None:
        seconds = seconds_of(index, path, scope, given)
        return UNKNOWN if seconds is None else seconds
    held = call.argument(0, "cache") if call is not None else None
    for container in index.containers.of(path, scope, held) if held is not None else ():
        return _kept_for(index, container)
    if type(held) is str and held[:1] == "@" and held[1:].isdigit():
        inner = index.call(path, int(held[1:]))
        if inner.name in ("LRUCache", "LFUCache", "dict"):
            return None
        seconds = seconds_of(index, path, scope, inner.argument(1, "ttl"))
        return UNKNOWN if seconds is None else seconds
    if row.default_ttl is not None:
        return float(row.default_ttl)
    return None if row.ttl else UNKNOWN


# --- wrappers ----------------------------------------------------------------------------------------------------------


def _setter(index: Index, write: CacheWrite) -> tuple[str, str, float | None, str] | None:
    """The parameters of a function that it hands on as key and value: (key, value, seconds, the ttl's parameter)."""
    leaves = index.provenance.leaves(write.path, write.function.scope, write.key, direct=True)
    keys = {leaf.text for leaf in leaves if leaf.kind == "param"}
    values = index.provenance.leaves(write.path, write.function.scope, write.value)
    given = {leaf.text for leaf in values if leaf.kind == "param" and "." not in leaf.text} - {"self", "cls"}
    names = [p.name for p in index.project.linker.table(write.path).facts.scopes[write.function.scope].params]
    if (
        len(keys) != 1
        or not keys <= set(names)
        or ("value" not in given and not given & {"data", "obj", "payload", "result"})
    ):
        return None
    value = next(name for name in ("value", "data", "obj", "payload", "result") if name in given)
    (key,) = keys
    ttl = next((name for name in names if name in TTLS), "")
    seconds = UNKNOWN if write.seconds is None and _expires_itself(index, write.function) else write.seconds
    return None if key == value else (key, value, seconds, ttl)


def _expires_itself(index: Index, function: Value) -> bool:
    """Whether the class around a function looks at the time, or says how long it keeps things."""
    table = index.project.linker.table(function.place)
    cls = table.facts.scopes[function.scope].parent
    if any(
        owner == cls and words_of(name) & {"ttl", "expiry", "expires", "timeout"} for owner, name in table.attributes
    ):
        return cls != 0
    methods = (scope for (owner, _), scope in table.members.items() if owner == cls)
    callees = (table.facts.calls[n].callee for scope in methods for n in table.calls_in.get(scope, ()))
    return any(str(callee).rpartition(".")[2] in TIMES for callee in callees)


def _called(
    index: Index, function: Value, key: str, value: str, seconds: float | None, ttl: str
) -> Iterator[CacheWrite]:
    table = index.project.linker.table(function.place)
    scope = table.facts.scopes[function.scope]
    is_method = table.facts.scopes[scope.parent].kind == "class" and "staticmethod" not in scope.decorators
    names = [p.name for p in scope.params if p.kind == "p"][1 if is_method else 0 :]
    defaults = {p.name: p.default for p in scope.params}
    for path, ordinal in index.project.linker.call_sites(scope.name):
        call = index.call(path, ordinal)
        if path in index.tests or function not in call.targets:
            continue
        given = {**dict(zip(names, call.args, strict=False)), **call.keywords}
        if key not in given or value not in given:
            continue
        kept: float | None = seconds
        if ttl:
            expr = given.get(ttl)
            at = (path, call.scope) if expr is not None else (function.place, scope.parent)
            expr = defaults.get(ttl) if expr is None else expr
            number = seconds_of(index, *at, expr)
            kept = number if number is not None else UNKNOWN
        name = dotted(call.callee) or scope.name
        yield CacheWrite(
            path, call.function.value, ordinal, -1, given[key], given[value], kept, name.rpartition(".")[0] or name, None,
            call.table.facts.calls[ordinal].frame,
        )  # fmt: skip
