"""Engines and connection pools of a project, and how many connections each opens at most.

Facts of the libraries: SQLAlchemy's ``pool/impl.py`` (5 and 10 more when nothing is given; ``pool_size=0`` and
``max_overflow=-1`` are without bound), asyncpg's ``create_pool`` (10), psycopg_pool (``max_size`` is ``min_size``, 4),
psycopg2's pools (the second argument), databases (10 of asyncpg).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from .dialects import is_for_sqlite
from .figures import Figure, Settler, unknown
from .keyword_arguments import Argument, arguments
from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facade import Index
    from .views import Call

ENGINES = {
    "create_engine": ("sqlalchemy", "sqlmodel"),
    "create_async_engine": ("sqlalchemy", "sqlmodel"),
    "engine_from_config": ("sqlalchemy",),
    "async_engine_from_config": ("sqlalchemy",),
    "create_pool": ("asyncpg",),
    "ConnectionPool": ("psycopg_pool",),
    "AsyncConnectionPool": ("psycopg_pool",),
    "SimpleConnectionPool": ("psycopg2",),
    "ThreadedConnectionPool": ("psycopg2",),
    "Database": ("databases",),
}
"""Callables, and the packages that they come from."""
Pool = Literal["queue", "none", "single", "unknown"]
POOLS: dict[str, Pool] = {
    "NullPool": "none", "StaticPool": "single", "SingletonThreadPool": "single", "AssertionPool": "single",
    "QueuePool": "queue", "AsyncAdaptedQueuePool": "queue", "FallbackAsyncAdaptedQueuePool": "queue",
}  # fmt: skip
DEFAULTS = {"asyncpg": 10, "psycopg_pool": 4, "databases": 10}


class Engine(NamedTuple):
    """One engine or pool under one environment."""

    call: Call
    pool: Pool
    size: Figure
    overflow: Figure
    target: str
    """What it is assigned to."""

    @property
    def most(self) -> float | None:
        """Connections that it opens at most in one process; None when that is not known or without bound."""
        if self.pool == "single":
            return 1
        if self.pool != "queue" or self.size.value is None or self.overflow.value is None or self.is_unbounded:
            return None
        return self.size.value + self.overflow.value

    @property
    def is_unbounded(self) -> bool:
        """Whether nothing limits it: ``pool_size=0`` or ``max_overflow=-1``."""
        return self.pool == "queue" and (self.size.value == 0 or (self.overflow.value or 0) < 0)


def engine_calls(index: Index) -> tuple[Call, ...]:
    """The calls that make engines and pools outside of tests, in file order; not those of SQLite alone, nor what never runs."""

    def find() -> tuple[Call, ...]:
        found = []
        for name, packages in ENGINES.items():
            for path, ordinal in index.project.linker.call_sites(name):
                call = index.call(path, ordinal)
                if path in index.tests or not any(e.partition(".")[0] in packages for e in call.external):
                    continue
                if index.project.calls.raises.never_runs(path, ordinal):
                    continue
                if not is_for_sqlite(call.table, frame_of(call)) and not is_sqlite_url(index, call):
                    found.append(call)
        return tuple(sorted(found, key=lambda call: (call.path, call.ordinal)))

    result: tuple[Call, ...] = index.keep("engine-calls", find)
    return result


def frame_of(call: Call) -> int:
    """The control frame that a call stands in."""
    frame: int = call.table.facts.calls[call.ordinal].frame
    return frame


def is_sqlite_url(index: Index, call: Call) -> bool:
    """Whether the URL is written out, and SQLite's: in the call, or as all that its name is bound to."""
    url = call.argument(0, "url")
    values = [url]
    if type(url) is str and dotted(url) and "." not in url:
        bindings = call.table.lookup(call.scope, url)
        values = [binding.assign.value if binding.assign is not None else None for binding in bindings]
    return bool(values) and all(_is_written_sqlite(index, call, value) for value in values)


def _is_written_sqlite(index: Index, call: Call, value: object) -> bool:
    if text_of(value) is None and not (type(value) is list and value[:1] == ["f"]):
        return False
    text = index.settings.text(call.path, call.scope, value)
    return text is not None and text.lower().startswith(("sqlite", "duckdb", "file:"))


def engine(settler: Settler, call: Call) -> Engine:
    """One call under an environment."""
    given = arguments(settler, call)
    target = target_of(call)
    if given is None:
        why = unknown("its arguments are handed in")
        return Engine(call, "unknown", why, why, target)
    package = next(iter(sorted({e.partition(".")[0] for e in call.external})), "")
    if package in ("asyncpg", "psycopg_pool", "psycopg2", "databases"):
        return Engine(call, "queue", _most(settler, call, package, given), Figure(0, "no overflow"), target)
    pools = {pool for argument in given.get("poolclass", ()) for pool in _pools(settler, argument)}
    pool: Pool = pools.pop() if len(pools) == 1 else "unknown" if pools else "queue"
    return Engine(
        call, pool, _number(settler, given, "pool_size", 5), _number(settler, given, "max_overflow", 10), target
    )


def _pools(settler: Settler, argument: Argument) -> Iterator[Pool]:
    """The classes that ``poolclass`` can be outside of SQLite's branches."""
    name = (dotted(argument.expr) or "").rpartition(".")[2]
    if name in POOLS:
        yield POOLS[name]
        return
    if not name or "." in str(argument.expr):
        if argument.expr != "#None":
            yield "unknown"
        return
    for binding in settler.linker.table(argument.path).lookup(argument.scope, name):
        assign = binding.assign
        if assign is None:
            yield "unknown"
        elif assign.value != "#None" and not settler.is_elsewhere(argument.path, binding.scope, assign.frame):
            last = (text_of(assign.value) or dotted(assign.value) or "").rpartition(".")[2]
            yield POOLS.get(last, "unknown")


def _number(settler: Settler, given: dict[str, list[Argument]], name: str, default: int) -> Figure:
    found = [settler.number(a.path, a.scope, a.expr) for a in given.get(name, ()) if a.expr != "#None"]
    if not found:
        return Figure(default, "SQLAlchemy's default")
    from .figures import largest

    figure = largest(found)
    if figure.span is not None or figure.setting or figure.value is None:
        return figure
    place = given[name][0]
    return figure._replace(source=f"{name}, {place.path}:{place.line(settler.index)}")


def _most(settler: Settler, call: Call, package: str, given: dict[str, list[Argument]]) -> Figure:
    names = {"psycopg2": ("maxconn",)}.get(package, ("max_size",))
    for name in names:
        for argument in given.get(name, ()):
            if argument.expr != "#None":
                return settler.number(argument.path, argument.scope, argument.expr)
    if package == "psycopg2" and len(call.args) > 1:
        return settler.number(call.path, call.scope, call.args[1])
    if package == "psycopg_pool":
        for argument in given.get("min_size", ()):
            return settler.number(argument.path, argument.scope, argument.expr)
    if package not in DEFAULTS:
        return unknown("no maximum is given")
    return Figure(DEFAULTS[package], f"{package}'s default")


def target_of(call: Call) -> str:
    """The name or attribute that a call's result is assigned to; empty when there is none."""
    for assign in call.table.facts.assigns:
        if assign.value == f"@{call.ordinal}" and dotted(assign.target):
            return str(assign.target)
    return ""


def place_of(one: Engine) -> object:
    """What an engine is for: the name it is assigned to in its scope, else the call itself."""
    return (one.call.path, one.call.scope, one.target) if one.target else one.call


def kept(engines: list[Engine]) -> Iterator[Engine]:
    """Those that stand beside each other: of several for one name in one scope, the largest."""
    groups: dict[object, list[Engine]] = {}
    for one in engines:
        groups.setdefault(place_of(one), []).append(one)
    for group in groups.values():
        yield max(group, key=lambda one: float("inf") if one.most is None else one.most)
