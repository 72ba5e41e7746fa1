"""A session's state is used through a pooler that hands the connection to somebody else after each transaction.

## Why
PgBouncer in transaction mode, and with it the pooled endpoints of Neon, Supabase and Fly.io's managed Postgres, gives a
connection to one transaction at a time. What belongs to a session is left behind for the next client, or is gone:
`LISTEN` hears nothing, an advisory lock is held by nobody or for ever, `SET search_path` shows one tenant another one's
tables. None of it raises.

## Bad
    import os
    from sqlalchemy import create_engine, text

    engine = create_engine(os.getenv("DATABASE_URL", "postgresql://app@ep-calm-pooler.eu.neon.tech/app"))

    def lock(connection):
        connection.execute(text("SELECT pg_advisory_lock(4711)"))

## Good
    import os
    from sqlalchemy import create_engine, text

    engine = create_engine(os.getenv("DATABASE_URL", "postgresql://app@ep-calm-pooler.eu.neon.tech/app"))

    def lock(connection):
        connection.execute(text("SELECT pg_advisory_xact_lock(4711)"))

## Configuration
`pooled` says that the application's URL is a pooler's where nothing in the repository does: `yes`, `no`, or `detect`,
which looks at hosts (`-pooler.`, `pgbouncer.`) and at port 6543 in the code, fly.toml, Dockerfiles, Compose files and
examples of dotenv files.

## Limits
Seen are advisory locks, `LISTEN`, `SET` without `LOCAL` of `search_path` and `role`, and temporary tables, where they
are written in a text that a call sends. Quiet in migrations and scripts, and where the code reads a URL for direct
connections beside the pooled one (`DIRECT_URL`, `DATABASE_URL_UNPOOLED`), as what goes over which is not followed.
Prepared statements are not looked at: poolers of today keep them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from atomlint import Call, Confidence, Context, Finding, Note, Option, Span, rule, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

POOLED = Option(
    "pooled",
    "detect",
    "whether the application connects through a pooler in transaction mode",
    choices=("detect", "yes", "no"),
)
HOST = re.compile(
    r"postgres(?:ql)?(?:\+\w+)?://[^\s\"'/]*?(?:-pooler\.|@pgbouncer\b|@[\w.-]*pgbouncer[\w.-]*|:6543\b|[?&]pgbouncer=true)"
)
DIRECT = re.compile(r"DIRECT|UNPOOLED|NON_?POOL|SESSION_(?:URL|DSN)|MIGRATION\w*_(?:URL|DSN)|LISTEN\w*_(?:URL|DSN)")
STATE = (
    (re.compile(r"\bpg_(?:try_)?advisory_lock(?:_shared)?\s*\(", re.IGNORECASE), "an advisory lock"),
    (re.compile(r"^\s*(?:UN)?LISTEN\s+\w", re.IGNORECASE), "LISTEN"),
    (re.compile(r"^\s*SET\s+(?!LOCAL\b)(?:SESSION\s+)?(?:search_path|role)\b", re.IGNORECASE), "SET without LOCAL"),
    (
        re.compile(r"^\s*CREATE\s+TEMP(?:ORARY)?\s+TABLE\b(?!.*ON\s+COMMIT\s+DROP)", re.IGNORECASE | re.DOTALL),
        "a temporary table",
    ),
)
SENDS = frozenset(
    {"execute", "exec", "text", "fetch", "fetchrow", "fetchval", "scalar", "scalars", "exec_driver_sql", "SQL"}
)


class Pooler(NamedTuple):
    """Where a pooler's address is written."""

    span: Span
    name: str


@rule(
    "database-pooler-misuse",
    needs=("advisory_lock", "LISTEN ", "search_path", "add_listener", "SET ROLE", "TEMP TABLE", "TEMPORARY TABLE"),
    options=(POOLED,),
    since="0.1",
)
def uses_a_session(call: Call) -> bool:
    """A call that sends a statement about the session, or listens."""
    return state_of(call) is not None


@uses_a_session.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """On the call, with the address of the pooler."""
    told = ctx.option(POOLED)
    index = ctx.index
    state = state_of(call)
    if state is None or told == "no" or index.pools.is_aside(call.path):
        return
    pooler = first_pooler(index)
    if (told == "detect" and pooler is None) or has_direct(index):
        return
    confidence = Confidence.HIGH if told == "yes" else Confidence.MEDIUM
    made = ctx.finding(
        call,
        f"{state} belongs to a session, and the pooler gives the connection to others after each transaction",
        confidence=confidence,
    )
    if pooler is not None:
        made = made.with_related(Note(pooler.span, f"{pooler.name} is a pooler's address"))
    yield made.with_help(
        "Keep it inside of one transaction (pg_advisory_xact_lock, SET LOCAL), or use a direct connection."
    )


def state_of(call: Call) -> str | None:
    """What of a session a call uses."""
    if call.name == "add_listener" and any("asyncpg" in name for name in call.external):
        return "LISTEN"
    if call.name not in SENDS:
        return None
    for argument in call.args[:1]:
        text = text_of(
            argument[1] if type(argument) is list and argument[:1] == ["f"] and len(argument) > 1 else argument
        )
        for pattern, name in STATE if text else ():
            if pattern.search(text or ""):
                return name
    return None


def first_pooler(index: Index) -> Pooler | None:
    """The first address of a pooler that the repository holds outside of tests."""

    def find() -> Pooler | None:
        for name, places in sorted(index.provided.items()):
            for place in places:
                if place.value is not None and HOST.search(place.value):
                    return Pooler(place.span, name)
        for path in index.paths:
            for read in index.settings.reads(path) if path not in index.tests else ():
                text = read.default_text
                if text is not None and HOST.search(text):
                    return Pooler(read.span, read.name)
        return None

    result: Pooler | None = index.keep("first-pooler", find)
    return result


def has_direct(index: Index) -> bool:
    """Whether the code reads a URL for direct connections."""

    def find() -> bool:
        names = (n for p in index.paths if p not in index.tests for r in index.settings.reads(p) for n in r.names)
        return any(DIRECT.search(name.upper()) for name in names)

    result: bool = index.keep("direct-url", find)
    return result
