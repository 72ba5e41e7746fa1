"""A database engine that requests make anew each time.

## Why
An engine is the pool. One that is made for a call opens its own connection (TCP, TLS, authentication, and the dialect's
first queries), shares it with nobody and keeps it until the garbage collector comes by: under load the database runs out
of connections long before it runs out of work.

## Bad
    import os
    from fastapi import FastAPI
    from sqlalchemy import create_engine, text

    app = FastAPI()

    @app.middleware("http")
    async def announce(request, call_next):
        engine = create_engine(os.environ["DATABASE_URL"])
        with engine.connect() as connection:
            request.state.notices = connection.execute(text("SELECT * FROM notices")).all()
        return await call_next(request)

## Good
    import os
    from fastapi import FastAPI
    from sqlalchemy import create_engine, text

    app = FastAPI()
    engine = create_engine(os.environ["DATABASE_URL"])

    @app.middleware("http")
    async def announce(request, call_next):
        with engine.connect() as connection:
            request.state.notices = connection.execute(text("SELECT * FROM notices")).all()
        return await call_next(request)

## For agents
Make one engine a process, at the level of the module; never in a function that requests call.

## Limits
Quiet for an engine over a URL that the request itself brings (a customer's own database): there is nothing to keep it
under. Those with `NullPool` are of low confidence, as there is no pool to lose, and those with the isolation level
`AUTOCOMMIT`, which databases are created with, once for each. What keeps an engine, and how sure it is
that nothing does, is as with a client in `redis-client-per-call`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, dotted, rule, text_of

from .._made import closing, confidence, how_often, made_anew, with_callers

if TYPE_CHECKING:
    from collections.abc import Iterator

AUTOCOMMIT = "AUTOCOMMIT"


@rule(
    "database-engine-per-call",
    needs=("create_engine", "create_async_engine", "engine_from_config"),
    reach=True,
    since="0.1",
)
def makes_an_engine(call: Call) -> bool:
    """A factory of engines in a function that requests reach with nothing that keeps the result."""
    named = call.name in ("create_engine", "create_async_engine", "engine_from_config")
    return named and made_anew(call, "database") is not None


@makes_an_engine.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The construction, unless its URL comes with the request."""
    made = made_anew(call, "database")
    if made is None or not is_of_the_project(call) or "creator" in call.keywords:
        return  # of another URL than the process's, or over a connection that is there
    level = confidence(ctx.index, made)
    if (dotted(call.keywords.get("poolclass")) or "").endswith("NullPool"):
        level = Confidence.LOW
    if text_of(call.keywords.get("isolation_level")) == AUTOCOMMIT:
        level = Confidence.LOW  # to create databases with, once for each
    text = f"a new engine {how_often(made)}: its own pool and a fresh connection each time"
    closed = closing(call, made.life).replace("closed", "disposed of")
    finding = ctx.finding(call, ", ".join(part for part in (text, closed) if part), confidence=level)
    for maker in session_makers(call):
        finding = finding.with_related(Note(maker.span, "and a session factory over it"))
    yield with_callers(ctx, finding, made).with_help("make the engine once, at import or start-up, and share it")


def is_of_the_project(call: Call) -> bool:
    """Whether the URL is the process's own: a constant, a setting, or something of a module."""
    url = call.argument(0, "url")
    if url is None or call.index.settings_behind(call.path, call.scope, url):
        return True
    leaves = call.index.provenance.leaves(call.path, call.scope, url)
    return not any(leaf.kind in ("param", "unknown") for leaf in leaves)


def session_makers(call: Call) -> Iterator[Call]:
    """Calls of ``sessionmaker`` in the same function."""
    for other in call.function.calls:
        if other.ordinal > call.ordinal and other.name in ("sessionmaker", "async_sessionmaker"):
            yield other
