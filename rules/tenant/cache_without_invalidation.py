"""A cache keeps rows of the tenant, the project writes them, and no writer drops what is kept.

## Why
A customer changes a plan or a domain, or is locked out, and goes on being served from the cache: until the process restarts,
when nothing expires. A short expiry bounds that; dropping the key where the row is written ends it.

## Bad
    from fastapi import FastAPI
    from sqlalchemy import Column, String, create_engine
    from sqlalchemy.orm import declarative_base, sessionmaker

    Base = declarative_base()
    SessionLocal = sessionmaker(bind=create_engine(""))
    app = FastAPI()
    tenants = {}

    class Tenant(Base):
        __tablename__ = "tenants"
        slug = Column(String, primary_key=True)
        plan = Column(String)

    @app.get("/{slug}")
    def show(slug: str):
        if slug not in tenants:
            tenants[slug] = SessionLocal().query(Tenant).filter(Tenant.slug == slug).first()
        return tenants[slug]

    @app.put("/{slug}")
    def change(slug: str, plan: str):
        with SessionLocal() as session:
            tenant = session.query(Tenant).filter(Tenant.slug == slug).one()
            tenant.plan = plan
            session.commit()

## Good
    from fastapi import FastAPI
    from sqlalchemy import Column, String, create_engine
    from sqlalchemy.orm import declarative_base, sessionmaker

    Base = declarative_base()
    SessionLocal = sessionmaker(bind=create_engine(""))
    app = FastAPI()
    tenants = {}

    class Tenant(Base):
        __tablename__ = "tenants"
        slug = Column(String, primary_key=True)
        plan = Column(String)

    @app.get("/{slug}")
    def show(slug: str):
        if slug not in tenants:
            tenants[slug] = SessionLocal().query(Tenant).filter(Tenant.slug == slug).first()
        return tenants[slug]

    @app.put("/{slug}")
    def change(slug: str, plan: str):
        with SessionLocal() as session:
            tenant = session.query(Tenant).filter(Tenant.slug == slug).one()
            tenant.plan = plan
            session.commit()
        tenants.pop(slug, None)

## Configuration
`ttl` is the longest expiry, in seconds, that needs no invalidation; the default is 300.

## For agents
Whoever writes what is cached drops the cached copy in the same change.

## Limits
One writer that drops anything from the cache is enough, and so is an event listener that does. An expiry that is no constant is
taken to be short. A process does not see what another one drops from its own memory. Rows that are only ever added are
passed over: a new row is in no cache yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, Option, rule

from ._caches import cache_writes
from ._helpers import tenant_classes
from ._stale import drops, reaches, writers_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Class, Index
    from atomlint.index.value import Value

    from ._caches import CacheWrite

TTL = Option("ttl", 300, "longest expiry in seconds that needs no invalidation", minimum=0)


@rule(
    "tenant-cache-without-invalidation",
    needs=("cache", "Cache", "redis", "= {}", "__tablename__", "table=True", "models.Model", "db.Model"),
    reach=True,
    shares="requests",
    severity="warning",
    options=(TTL,),
    since="0.1",
)
def keeps_tenants(function: Function) -> bool:
    """A function on request paths that puts tenants into a cache."""
    return function.value in kept(function.index)


@keeps_tenants.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    for write, model in kept(ctx.index)[function.value]:
        if write.seconds is not None and write.seconds <= ctx.option(TTL):
            continue
        writers = writers_of(ctx.index, model)
        dropping = drops(ctx.index, write)
        if not writers or dropping is None or reaches(ctx.index, writers, dropping):
            continue
        yield finding(ctx, write, model, writers, dropping)


def finding(
    ctx: Context, write: CacheWrite, model: Class, writers: list[Function], dropping: frozenset[Value]
) -> Finding:
    long = "until the process ends" if write.container is not None else "with no expiry"
    if write.seconds is not None:
        long = f"for {write.seconds:g} s"
    count = f"{len(writers)} functions change" if len(writers) > 1 else "1 function changes"
    rest = "calls what drops them" if dropping else "drops them"
    certain = not dropping and write.seconds is None and write.container is not None
    result = ctx.finding(
        write.span(ctx.index),
        f"{write.name} keeps {model.name} rows {long}; {count} them and none {rest}",
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
    )
    for writer in writers[:2]:
        result = result.with_related(Note(writer.span, f"{writer.qualname} writes {model.name}"))
    for value in sorted(dropping)[:1]:
        dropper = ctx.index.function(value)
        result = result.with_related(Note(dropper.span, f"{dropper.qualname} drops entries, and no writer calls it"))
    return result.with_help(f"drop the key where the row is written, or let it expire within {ctx.option(TTL)} s")


def kept(index: Index) -> dict[Value, list[tuple[CacheWrite, Class]]]:
    """Writes of tenants to caches by function, the first of each cache."""
    found: dict[Value, list[tuple[CacheWrite, Class]]] = index.keep("kept-tenants", lambda: _kept(index))
    return found


def _kept(index: Index) -> dict[Value, list[tuple[CacheWrite, Class]]]:
    tenants = {cls.value: cls for cls in tenant_classes(index)}
    result: dict[Value, list[tuple[CacheWrite, Class]]] = {}
    seen = set()
    for write in cache_writes(index) if tenants else ():
        if write.function not in index.project.reach.reached or write.function.place in index.tests:
            continue
        for model in index.writers.rows(write.path, write.function.scope, write.value) & tenants.keys():
            if (write.container or write.name, model) not in seen:
                seen.add((write.container or write.name, model))
                result.setdefault(write.function, []).append((write, tenants[model]))
    return result
