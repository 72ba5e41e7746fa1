"""Subjects: classes of client libraries, how each of their methods is called, and what it then sends beside what the catalog says."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .redis_arguments import ARGUMENTS, KEYWORDS, REFUSED_ARGUMENTS, SEED

if TYPE_CHECKING:
    from atomlint.index.catalog import Catalog
    from atomlint.index.rows import Operation

    from .server import Seen, Server
    from .upstash import Upstash


@dataclass
class Bench:
    """What a subject's objects talk to."""

    server: Server
    upstash: Upstash
    cluster: Server

    def seed(self, server: Server | None = None) -> None:
        for words in SEED:
            (server or self.server).command(*words)


@dataclass
class Subject:
    """A class whose objects the catalog speaks of."""

    name: str
    """The class as its users import it."""
    make: Callable[[Bench], Any]
    """A fresh object that has connected; it may be a coroutine."""
    methods: frozenset[str]
    """Methods to try one by one; ``()`` calls the object, ``with`` enters and leaves it."""
    arguments: Mapping[str, tuple[object, ...]] = field(default_factory=dict)
    """Arguments that differ from redis-py's."""
    keywords: Mapping[str, dict[str, object]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    """Methods whose commands must not reach the server."""
    watch: Callable[[Bench], AbstractContextManager[Seen]] = lambda bench: bench.server.watch()
    keeps: bool = False
    """Whether one object does for all methods."""
    is_clustered: bool = False
    """Whether it speaks to the cluster."""
    is_redis: bool = True
    """Whether methods that `arguments` leaves out are called as redis-py's are."""

    def call(self, method: str) -> tuple[tuple[object, ...], dict[str, object]]:
        given = self.arguments.get(method)
        if not self.is_redis:
            return given or (), self.keywords.get(method, {})
        if given is None:
            given = REFUSED_ARGUMENTS.get(method, ARGUMENTS.get(method, ()))
        return given, KEYWORDS.get(method, {}) if method not in self.arguments else {}

    def row(self, catalog: Catalog) -> str:
        """The row that the catalog leads this class to; empty when it knows none."""
        client = catalog.client_of(catalog.canonical(f"{self.name}()")) or catalog.client_of(self.name)
        return "" if client is None else client.type


@dataclass
class Observed:
    seen: Seen
    error: Exception | None = None
    answer: Any = None


async def settled(value: Any) -> Any:
    """A result, awaited or drained."""
    if inspect.isawaitable(value) and not hasattr(value, "execute_command"):
        value = await value
    if inspect.isasyncgen(value):
        return [one async for one in value]
    if inspect.isgenerator(value):
        return list(value)
    return value


async def observe(bench: Bench, subject: Subject, method: str) -> Observed:
    """Calls one method for real."""
    server = bench.cluster if subject.is_clustered else bench.server
    bench.seed(server)
    made = await settled(subject.make(bench))
    args, keywords = subject.call(method)
    error, answer = None, None
    with subject.watch(bench) as seen:
        server.relay.refuses = method in subject.refused
        try:
            if method == "with":
                answer = await within(made)
            else:
                called = made if method == "()" else getattr(made, method)
                answer = await settled(called(*args, **keywords))
        except Exception as raised:  # whatever a library raises: what counts is what it sent
            error = raised
        finally:
            server.relay.refuses = False
    if not subject.keeps:
        await close(made)
    return Observed(seen, error, answer)


async def within(made: Any) -> None:
    if hasattr(made, "__aenter__"):
        async with made:
            return
    with made:
        return


async def close(made: Any) -> None:
    for one in (getattr(made, "owner", None), made):
        closing = getattr(one, "aclose", None) or getattr(one, "close", None)
        pool = getattr(one, "connection_pool", None)
        try:
            if callable(closing):
                await settled(closing())
            if pool is not None:
                await settled(pool.disconnect())
        except Exception:  # a client that its test has ended already
            continue


async def disagreements(bench: Bench, subject: Subject, catalog: Catalog) -> list[str]:
    """What the catalog says otherwise than the wire, a line a method."""
    row = subject.row(catalog)
    if not row:
        return [f"{subject.name}: the catalog knows no such client"]
    found = []
    for method in sorted(subject.methods):
        observed = await observe(bench, subject, method)
        if isinstance(observed.error, NotImplementedError) and not observed.seen.sent:
            continue  # the library says itself that it has no such command
        if isinstance(observed.error, TypeError) and not observed.seen.sent:
            found.append(f"{subject.name}.{method}: called wrongly by its test: {observed.error}")
            continue
        line = judge(stated(catalog, row, method), observed.seen)
        if line:
            found.append(f"{subject.name}.{method}: {line}{f' ({observed.error!r})' if observed.error else ''}")
    return found


def stated(catalog: Catalog, row: str, method: str) -> Operation | None:
    """What the catalog says of a method."""
    from atomlint.index.rows import operation_from

    client = catalog.clients[row]
    if method == "with":
        return operation_from(client.resource, method, client.enters) if client.enters else None
    return catalog.operation(f"{row}()") if method == "()" else catalog.operation(f"{row}().{method}")


def judge(operation: Operation | None, seen: Seen) -> str:
    """How a row's figures differ from what was seen; empty when they do not."""
    if operation is None:
        return f"the catalog says free, seen {seen.trips} trips, {seen.count} commands {seen.sent}" if seen.sent else ""
    (low_trips, low), (high_trips, high) = operation.lower, operation.upper
    if between(low_trips, seen.trips, high_trips) and between(low, seen.count, high):
        return ""
    return (
        f"the catalog says {span(low_trips, high_trips)} trips and {span(low, high)} commands, "
        f"seen {seen.trips} and {seen.count} {seen.sent}"
    )


def between(low: int, value: int, high: int | None) -> bool:
    return low <= value and (high is None or value <= high)


def span(low: int, high: int | None) -> str:
    return str(low) if low == high else f"{low}..{'' if high is None else high}"


def public(cls: type, *, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """Names of a class's public methods."""
    return frozenset(
        name
        for name in dir(cls)
        if not name.startswith("_") and name not in without and callable(getattr(cls, name))
    )  # fmt: skip
