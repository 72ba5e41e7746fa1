"""Who writes the rows that a cache keeps, who drops what it keeps, and whether the first call the second."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Function

from ._helpers import ONE_OFF

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atomlint import Class, Index
    from atomlint.index.value import Value

    from ._caches import CacheWrite

DROPS = (
    *("delete", "unlink", "delete_many", "delete_pattern", "clear", "flushdb", "invalidate", "hdel", "expire"),
    *("touch", "incr", "pop"),
    *("cache_clear", "cache_invalidate", "delete_memoized", "delete_cache", "remove", "evict", "forget", "refresh"),
)
DOWN, UP = 5, 4


def writers_of(index: Index, model: Class) -> list[Function]:
    """Functions that update or delete rows of a model; migrations and scripts left out."""
    functions = {
        write.function
        for write in index.writers.of(model.value)
        if write.kind != "insert" and not any(part in f"/{write.path}" for part in ONE_OFF)
    }
    return [index.function(value) for value in sorted(functions)]


def drops(index: Index, write: CacheWrite) -> frozenset[Value] | None:
    """Functions that take entries out of a cache or set them anew; None when that cannot be told."""
    if write.container is None:
        return frozenset(_remote_drops(index, write))
    uses = index.containers.uses(write.container)
    if any(use.kind == "escape" for use in uses):
        return None
    loaders = {use.function for use in uses if use.kind == "read"} & {
        use.function for use in uses if use.kind == "store"
    }
    dropping = {use.function for use in uses if use.kind in ("remove", "clear", "store")} - loaders - {write.function}
    return frozenset(dropping)


def _remote_drops(index: Index, write: CacheWrite) -> Iterable[Value]:
    for name in DROPS:
        for path, ordinal in index.project.linker.call_sites(name):
            call = index.call(path, ordinal)
            if path in index.tests or call.function.value == write.function:
                continue
            effect = call.effect
            is_cache = effect is not None and effect.operation.resource == "redis"
            text = str(call.callee).lower()
            if is_cache or "cache" in text or "redis" in text or text.rpartition(".")[0] == write.name.lower():
                yield call.function.value
    for path in index.paths:
        if path not in index.tests:
            yield from (f.value for f in index.functions(path) if "invalidate" in f.name and f.value != write.function)


def reaches(index: Index, writers: Iterable[Function], wanted: frozenset[Value]) -> bool:
    """Whether a writer, or what calls a writer, calls one of the wanted functions; or an event of the mapper does."""
    if not wanted:
        return False
    leading = _callers(index, wanted, DOWN)
    for value in leading:
        function = index.function(value)
        record = function.table.facts.scopes[value.scope]
        for decorator in record.decorators:
            text = str(decorator)
            if text[:1] == "@" and text[1:].isdigit():
                text = str(function.table.facts.calls[int(text[1:])].callee)
            if text.endswith(("listens_for", "receiver", "on_event", "subscribe")):
                return True
    around = _callers(index, {writer.value for writer in writers}, UP)
    return bool(around & leading)


def _callers(index: Index, start: Iterable[Value], depth: int) -> set[Value]:
    """Functions that lead to others within some calls, these included."""
    seen = set(start)
    level = set(seen)
    for _ in range(depth):
        level = {caller for value in level for caller in _calling(index).get(value, ())} - seen
        seen |= level
    return seen


def _calling(index: Index) -> dict[Value, list[Value]]:
    """Callers by function, those that no request reaches included."""
    found: dict[Value, list[Value]] = index.keep("all-callers", lambda: _all_callers(index))
    return found


def _all_callers(index: Index) -> dict[Value, list[Value]]:
    result: dict[Value, list[Value]] = {}
    for path in index.paths:
        if path in index.tests:
            continue
        for function in (Function(index, path, 0), *index.functions(path)):
            for edge in index.project.calls.edges(function.value):
                result.setdefault(edge.target, []).append(function.value)
    return result
