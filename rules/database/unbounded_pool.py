"""A connection pool has no upper bound.

## Why
With `max_overflow=-1` or `pool_size=0` every request that finds the pool empty opens one more connection. A slow query
is then enough: requests pile up, each with a connection of its own, until the database refuses all of them, those of
other applications among them. A bound makes requests wait for `pool_timeout` seconds instead.

## Bad
    import os
    from sqlalchemy import create_engine

    engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=-1)

## Good
    import os
    from sqlalchemy import create_engine

    engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=10, pool_timeout=5)

## Limits
`NullPool` keeps no connection and bounds none; it is right behind a pooler and is not reported. A size that comes from
a setting is reported when its default, or what fly.toml sets, is unbounded. Scripts, migrations and tests are passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Context, Finding, Note, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint.index.engines import Engine

ARGUMENTS = ("max_overflow", "pool_size", "**")


@rule("database-unbounded-pool", needs=("max_overflow", "pool_size"), since="0.1")
def makes_an_engine(call: Call) -> bool:
    """An engine of production that is given a size."""
    return any(name in call.keywords for name in ARGUMENTS) and call in call.index.pools.calls


@makes_an_engine.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """On the call, or on the variable of a deployment that takes the bound away."""
    pools = ctx.index.pools
    if pools.is_aside(call.path):
        return
    plain = pools.engine(call)
    if plain.is_unbounded:
        yield finding(ctx, plain)
        return
    for deployment in ctx.index.deployments.production:
        if deployment.builds(call.path):
            deployed = pools.engine(call, deployment)
            if deployed.is_unbounded:
                yield finding(ctx, deployed)
                return


def finding(ctx: Context, one: Engine) -> Finding:
    """What takes the bound away, and where it is written."""
    figure, name = (one.size, "pool_size") if one.size.value == 0 else (one.overflow, "max_overflow")
    span = figure.span if figure.is_set and figure.span is not None else one.call.span
    made = ctx.finding(span, f"{name} {figure.value:g} lets the pool open connections without bound")
    if span != one.call.span:
        made = made.with_related(Note(one.call.span, "the engine is made here"))
    elif figure.span is not None:
        made = made.with_related(Note(figure.span, f"{figure.value:g}: {figure.source}"))
    return made.with_help(
        "Set a bound: requests then wait for pool_timeout seconds instead of taking the database down."
    )
