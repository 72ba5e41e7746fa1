"""The processes of a deployment can open more connections than the database has.

## Why
A pool's limit holds for one engine in one process. What the database sees is the sum: machines x processes x engines x
(pool size + overflow), twice that while a bluegreen deployment runs, one machine more in each group with canary, and
one connection more for a `release_command` that migrates. Each factor stands in another file, so that nobody sees it
grow. Under load, or in the minute of a deployment, the database refuses the connection that is one too many: first to
whoever asks, often migrations and health checks.

## Bad
    import os
    from sqlalchemy import create_engine

    engine = create_engine(os.environ["DATABASE_URL"], pool_size=20, max_overflow=30)

    --- fly.toml
    app = "harbour-desk"

    [processes]
      web = "gunicorn app:app --workers 4"

    [http_service]
      internal_port = 8000
      processes = ["web"]

    --- requirements.txt
    psycopg==3.2.1

## Good
    import os
    from sqlalchemy import create_engine

    engine = create_engine(os.environ["DATABASE_URL"], pool_size=5, max_overflow=5)

    --- fly.toml
    app = "harbour-desk"

    [processes]
      web = "gunicorn app:app --workers 4"

    [http_service]
      internal_port = 8000
      processes = ["web"]

    --- requirements.txt
    psycopg==3.2.1

## Configuration
`connection-limit` is what the plan leaves to the application, the pooler's limit where it goes through one. Without it
the limit is taken to be 97, which is what a stock Postgres (`max_connections` 100, 3 reserved) and the smallest compute
of Neon (104, 7 reserved; August 2026) leave, if the project requires a driver of Postgres and of no other server; the
finding then has medium confidence. `machines` says how many there are of each process group, as fly.toml does not; the
block for coding agents may declare both (`budget`, `groups`). Otherwise they are what `fly scale count` in a comment, a
script or Markdown says, or what a first deployment makes: two with a service and no volume, else one. A declared budget
is for all configurations that the block names in `config` or under `apps`: their apps are summed. Without one each
deployment is looked at alone, as nothing says which of them share a database.

## Limits
Known are the pools of SQLAlchemy, asyncpg, psycopg and databases, the commands of uvicorn, gunicorn, hypercorn,
granian, fastapi, celery, dramatiq and taskiq, and Fly.io's configurations; without any, one process is looked at. A
term that cannot be evaluated is called unknown and counts as its least, so that the sum is a lower bound. Django's
connections, one for each thread, are not counted. An engine counts in a process one of whose files imports it, or what
is made of it, from its module. Engines of one process may be for different databases; they are summed, as their URLs
are not in the repository. An engine of the deployed code that no process is seen to import and use is named beside the
sum and is not in it; one behind a question for a field that pydantic's settings have not is never made. Of what
runs beside the machines, only a `release_command` that migrates is counted, as one connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, Option, Span, rule

from ._terms import notes, shown, sum_of, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.connections import Connections

LIMIT = Option(
    "connection-limit",
    0,
    "connections that the database leaves to the application; 0: 97, those of the smallest Postgres",
    minimum=0,
    declared="budget.database-connections",
)
RESERVED = Option(
    "reserved",
    0,
    "connections of the limit that are kept free for migrations and people",
    minimum=0,
    declared="budget.database-connections-reserved",
)
MACHINES: Option[list[str]] = Option("machines", [], "machines of each process group, as `group=count`")
SMALLEST = 97
NAMES = frozenset(
    [
        "create_engine", "create_async_engine", "engine_from_config", "async_engine_from_config", "create_pool", "ConnectionPool",
        "AsyncConnectionPool", "SimpleConnectionPool", "ThreadedConnectionPool", "Database",
    ]
)  # fmt: skip
POSTGRES = (
    "psycopg2",
    "psycopg2-binary",
    "psycopg",
    "psycopg-binary",
    "psycopg-c",
    "psycopg-pool",
    "asyncpg",
    "pg8000",
)
OTHERS = (
    "pymysql",
    "mysqlclient",
    "aiomysql",
    "asyncmy",
    "mysql-connector-python",
    "cx-oracle",
    "oracledb",
    "pyodbc",
    "pymssql",
)


@rule(
    "database-pool-budget",
    needs=(
        "create_engine",
        "create_async_engine",
        "create_pool",
        "ConnectionPool",
        "engine_from_config",
        "import databases",
        "from databases",
    ),
    options=(LIMIT, RESERVED, MACHINES),
    since="0.1",
)
def makes_the_first_engine(call: Call) -> bool:
    """The first engine of the project: it stands for all of them."""
    return call.name in NAMES and call == next(iter(call.index.pools.calls), None)


@makes_the_first_engine.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """One finding for each deployment whose sum is over the limit."""
    limit = ctx.option(LIMIT)
    if not limit and not is_postgres(call.index):
        return
    free = (limit or SMALLEST) - ctx.option(RESERVED)
    declaration = ctx.index.declaration
    is_declared = bool(limit) and ctx.options.get(LIMIT.name, LIMIT.default) == LIMIT.default
    sums = call.index.pools.connections(machines(ctx.option(MACHINES)))
    if is_declared and declaration is not None:
        sums = call.index.pools.together(sums, declaration.configs)
    for found in sums:
        if found.least > free:
            made = finding(ctx, found, free, is_told=bool(limit))
            if is_declared and declaration is not None:
                made = made.with_related(Note(declaration.span("budget", "database-connections"), "declares the limit"))
            yield made


def is_postgres(index: Index) -> bool:
    """Whether the project requires a driver of Postgres and none of another server."""
    return index.pools.requires(POSTGRES) and not index.pools.requires(OTHERS)


def machines(given: list[str]) -> dict[str, int]:
    """Counts by group; items of another form are passed over."""
    pairs = [item.partition("=") for item in given]
    return {group.strip(): int(count) for group, _, count in pairs if count.strip().isdigit()}


def finding(ctx: Context, found: Connections, limit: int, *, is_told: bool) -> Finding:
    """On a variable of ``[env]`` that sizes a pool, else on the largest engine."""
    at_least = "" if found.is_known else "at least "
    root = found.shares[0].programs[0].name
    of = " and ".join(deployment.path for deployment in found.deployments) or f"one process of {root}"
    allowed = f"the limit is {limit}" if is_told else f"the smallest Postgres allows {limit}"
    text = f"{of} can open {at_least}{found.least} database connections, and {allowed}: {sum_of(found)}"
    sure = is_told and all(share.machines.source != "what a first deployment makes" for share in found.shares)
    made = ctx.finding(place(found), text, confidence=Confidence.HIGH if sure else Confidence.MEDIUM)
    made = made.with_related(*(note for note in notes(found) if note.span != made.span))
    return made.with_help(f"{table(found)}. {advice(found, limit)}")


def place(found: Connections) -> Span:
    """What to change: the variable that sizes the largest pool, else the call that makes it."""
    engines = sorted(found.engines, key=lambda one: -(one.most or 0))
    for one in engines:
        if one.size.is_set and one.size.span is not None:
            return one.size.span
    return engines[0].call.span


def advice(found: Connections, limit: int) -> str:
    """The largest pool that fits, where there is one engine to size."""
    factor = sum(
        share.standing * (program.processes.value or 1)
        for share in found.shares
        for program in share.programs
        if program.engines
    )
    if len(found.engines) == 1 and found.is_known and factor:
        fits = int((limit - found.released) // factor - (found.engines[0].overflow.value or 0))
        if fits > 0:
            total = factor * (fits + (found.engines[0].overflow.value or 0)) + found.released
            return f"A pool of {fits} fits: {shown(total)} of {limit}."
    return "Make the pools smaller, or raise the limit with a pooler in front of the database."
