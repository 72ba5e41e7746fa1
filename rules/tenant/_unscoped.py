"""Cache entries of one tenant that all tenants share."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from atomlint import Confidence, Function, dotted, text_of

from ._caches import cache_writes
from ._helpers import tells_tenant, tenant_words, words_of
from ._models import is_said
from ._schemas import has_own_people, schema_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.provenance import Leaf
    from atomlint.index.value import Value

    from ._caches import CacheWrite

SHARED = frozenset(
    {"period", "page", "limit", "offset", "per", "size", "days", "day", "hours", "hour", "start", "end", "date"}
    | {"month", "year", "sort", "order", "lang", "language", "locale", "status", "since", "until", "week", "range"}
    | {"interval", "skip", "count", "from", "to", "window", "granularity", "format", "currency", "timezone", "tz"}
    | {"version", "filters", "by", "role"}
)
"""Words of variables that are the same for many customers."""
PERSON = re.compile(r"(?:^|\.|_)user(?:\.(?:id|pk)|_id|_pk)$")
"""The key of who asks."""
TIMES = frozenset(
    {"today", "now", "utcnow", "date", "strftime", "isoformat", "time", "monthrange"}
    | {"str", "int", "format", "join", "lower"}
)
"""Calls whose result is the same for many customers, when what they are given is."""
ASKS = frozenset(
    {"filter", "where", "filter_by", "get", "execute", "fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all"}
    | {"find_one"}
)
"""Methods that read what they are given the key of."""


class Leak(NamedTuple):
    """A write to a cache whose key tells no tenant, with what tells that the value is one's."""

    write: CacheWrite
    tenant: str
    key: str
    sure: Confidence
    query: int | None
    """Ordinal of the call that is given the tenant."""
    is_of_schema: bool = False
    """Whether it is read from a table that each tenant has in a schema of its own."""
    has_person: bool = False
    """Whether the key holds the id of a user, of whom each schema has its own."""


class Memo(NamedTuple):
    """A cached function that reads the tenant from somewhere else than its arguments."""

    decorator: str
    tenant: str
    call: int


def leaks(index: Index) -> dict[Value, list[Leak]]:
    """Shared entries by the function that writes them."""
    found: dict[Value, list[Leak]] = index.keep("tenant-leaks", lambda: _leaks(index))
    return found


def _leaks(index: Index) -> dict[Value, list[Leak]]:
    words = tenant_words(index)
    result: dict[Value, list[Leak]] = {}
    for write in cache_writes(index) if words else ():
        if write.path not in index.tests and write.function.scope:
            leak = _leak(index, write, words)
            if leak is not None:
                result.setdefault(write.function, []).append(leak)
    return result


def _leak(index: Index, write: CacheWrite, words: frozenset[str]) -> Leak | None:
    scope = write.function.scope
    keys = index.provenance.leaves(write.path, scope, write.key)
    shared = [leaf for leaf in keys if leaf.kind in ("param", "free")]
    people = [leaf for leaf in keys if PERSON.search(leaf.text)] if has_own_people(index) else []
    if not keys or any(leaf not in people and not _is_shared(index, write, leaf) for leaf in keys):
        return None
    if not any(leaf.kind == "const" and any(map(str.isalpha, text_of(leaf.text) or "")) for leaf in keys):
        return None  # an index, not a key
    query = _made_for(index, write, words) if not people else None
    model = "" if query is not None else schema_model(index, write)
    if (query is None and not model) or _is_scoped_elsewhere(index, write, words):
        return None
    key = describe(write.key, keys)
    if query is None:  # a task has the schema that whoever started it set
        asked = write.function in index.project.reach.reached
        sure = Confidence.MEDIUM if asked else Confidence.LOW
        return Leak(write, model, key, sure, None, is_of_schema=True, has_person=bool(people))
    sure = Confidence.HIGH if not shared and is_said(index) else Confidence.MEDIUM
    return Leak(write, query[1], key, sure, query[0])


def _is_shared(index: Index, write: CacheWrite, leaf: Leaf) -> bool:
    """Whether a part of a key is the same for many customers."""
    if leaf.kind == "const":
        return True
    if leaf.kind == "call":
        callees = index.project.linker.values.callee(write.path, leaf.call)
        return leaf.name in TIMES and not any(value.kind == "def" for value in callees)
    if leaf.kind == "unknown":
        return leaf.text in ("str", "int", "datetime", "date", "time", "json")
    if leaf.text.partition(".")[0] in ("datetime", "date", "time", "timezone", "json"):
        return True
    return bool(words_of(leaf.name)) and words_of(leaf.name) <= SHARED


def _made_for(index: Index, write: CacheWrite, words: frozenset[str]) -> tuple[int, str] | None:
    """The call that makes the value for one tenant, and what tells the tenant."""
    scope = write.function.scope
    for leaf in sorted(index.provenance.leaves(write.path, scope, write.value)):
        if leaf.kind != "call":
            continue
        record = index.project.linker.table(write.path).facts.calls[leaf.call]
        given = [*record.args, *(value for _, value in record.keywords)]
        for expr in given:
            for inner in sorted(index.provenance.leaves(write.path, scope, expr)):
                if tells_tenant(inner, words) and _is_identity(inner, words) and _asks(index, write, leaf):
                    return leaf.call, inner.text
    return None


def _is_identity(leaf: Leaf, words: frozenset[str]) -> bool:
    """``tenant_id``, ``tenant``, ``tenant.id``, ``user.org_id``; not ``Tenant.id`` or ``tenant_service``."""
    last = words_of(leaf.name)
    head = leaf.text.partition(".")[0]
    if head[:1].isupper() or leaf.kind == "free":
        return False
    if last & words:
        return last <= words | {"id", "uuid", "slug", "key", "current", "name"}
    return leaf.name in ("id", "uuid", "slug") and bool(
        words_of(leaf.text.rpartition(".")[0].rpartition(".")[2]) & words
    )


def _asks(index: Index, write: CacheWrite, leaf: Leaf) -> bool:
    """Whether a call reads something for what it is given: a query, or a function of the project."""
    if leaf.name in ASKS:
        return True
    return any(
        value.kind == "def" and index.project.linker.table(value.place).facts.scopes[value.scope].kind == "function"
        for value in index.project.linker.values.callee(write.path, leaf.call)
    )


def _is_scoped_elsewhere(index: Index, write: CacheWrite, words: frozenset[str]) -> bool:
    """Whether the cache itself is one tenant's: ``caches[tenant_id]["stats"]``, ``cache_of(tenant).set(...)``."""
    if write.container is not None and write.container.is_instance:
        table = index.project.linker.table(write.container.path)
        owner = write.container.owner
        if any(owner == cls and words_of(name) & words for cls, name in table.attributes):
            return True
    if write.call < 0:
        return False
    record = index.project.linker.table(write.path).facts.calls[write.call]
    receiver = record.callee if type(record.callee) is list else str(record.callee).rpartition(".")[0]
    leaves = index.provenance.leaves(write.path, write.function.scope, receiver)
    return any(tells_tenant(leaf, words) for leaf in leaves)


def describe(key: object, leaves: tuple[Leaf, ...]) -> str:
    """A key as it is written, short."""
    text = text_of(key)
    if text is not None:
        return f'"{text}"'
    name = dotted(key)
    constants = sorted(t for leaf in leaves if leaf.kind == "const" and (t := text_of(leaf.text)))
    if name is not None and len(constants) == 1:
        return f'"{constants[0]}"'
    return f'"{max(constants, key=len)}..."' if constants else "a key"


# --- functions that are cached -----------------------------------------------------------------------------------------


def memos(index: Index) -> dict[Value, list[Memo]]:
    """Cached functions that read the tenant from a context variable or from ``g``."""
    found: dict[Value, list[Memo]] = index.keep("tenant-memos", lambda: _memos(index))
    return found


def _memos(index: Index) -> dict[Value, list[Memo]]:
    words = tenant_words(index)
    result: dict[Value, list[Memo]] = {}
    for path in index.paths if words else ():
        if path in index.tests:
            continue
        for function in index.functions(path):
            record = function.table.facts.scopes[function.ordinal]
            if not record.decorators:
                continue
            names = [p.name for p in record.params if p.name not in ("self", "cls")]
            if any(not words_of(name) <= SHARED for name in names):
                continue
            decorator = _cache_decorator(function)
            read = next(_context_reads(function, words), None) if decorator else None
            if decorator and read is not None:
                result.setdefault(function.value, []).append(Memo(decorator, *read))
    return result


def _cache_decorator(function: Function) -> str | None:
    """The name of a catalogued cache decorator that makes its key of the arguments alone."""
    linker = function.index.project.linker
    record = function.table.facts.scopes[function.ordinal]
    for decorator in record.decorators:
        expr, keywords = decorator, {}
        if type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdigit():
            call = function.index.call(function.path, int(decorator[1:]))
            expr, keywords = call.callee, call.keywords
        name = dotted(expr)
        if name is None or any("key" in keyword or keyword == "unless" for keyword in keywords):
            continue
        for value in linker.evaluate(function.path, record.parent, expr):
            row = linker.catalog.cache_decorator(linker.name_of(value))
            if row is not None and not linker.name_of(value).endswith("cached_property"):
                return name
    return None


def _context_reads(function: Function, words: frozenset[str]) -> Iterator[tuple[str, int]]:
    """Calls that give the tenant of the request without being told it."""
    linker = function.index.project.linker
    for call in function.calls:
        if call.name == "get" and type(call.callee) is str and words_of(call.callee) & words:
            receiver = call.callee.rpartition(".")[0]
            values = linker.evaluate(call.path, call.scope, receiver)
            if any(value.kind == "ext" and value.place.startswith("contextvars.ContextVar()") for value in values):
                yield receiver, call.ordinal
        for given in (*call.args, *call.keywords.values()):
            for part in given[1:] if type(given) is list else [given]:
                name = dotted(part)
                if name is not None and "." in name and words_of(name) & words:
                    values = linker.evaluate(call.path, call.scope, name)
                    if any(value.kind == "ext" and value.place.startswith("flask.g.") for value in values):
                        yield name, call.ordinal
