"""The same tenant is read from the database twice or more within one request.

## Why
A middleware reads the customer, a dependency reads it again, the handler a third time: each is a round trip before the
request does any work. FastAPI runs a dependency once per request, so sharing the first read costs nothing.

## Bad
    from fastapi import Depends, FastAPI
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()

    class Tenant(Base):
        __tablename__ = "tenants"
        slug = Column(String, primary_key=True)
        plan = Column(String)

    def get_db(): ...

    def current_tenant(slug: str, db: Session = Depends(get_db)):
        return db.query(Tenant).filter(Tenant.slug == slug).first()

    def paid(slug: str, tenant=Depends(current_tenant), db: Session = Depends(get_db)):
        return db.query(Tenant).filter(Tenant.slug == slug).one().plan

    app = FastAPI(dependencies=[Depends(paid)])

    @app.get("/{slug}/orders")
    def orders(slug: str): ...

## Good
    from fastapi import Depends, FastAPI
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()

    class Tenant(Base):
        __tablename__ = "tenants"
        slug = Column(String, primary_key=True)
        plan = Column(String)

    def get_db(): ...

    def current_tenant(slug: str, db: Session = Depends(get_db)):
        return db.query(Tenant).filter(Tenant.slug == slug).first()

    def paid(tenant=Depends(current_tenant)):
        return tenant.plan

    app = FastAPI(dependencies=[Depends(paid)])

    @app.get("/{slug}/orders")
    def orders(slug: str): ...

## Configuration
Which classes stand for a customer is recognised by name, or set once for all rules: `tenant-models = ["Account"]` in
`[tool.atomlint]`.

## For agents
Read the tenant once a request and hand it on.

## Limits
Two reads are the same when they filter one model by one column and the value comes from the same place: a path
parameter, the request, what a dependency gives. `session.get()` or `Tenant.query.get()` as the later one is not
reported: the session answers it while the first row is held. Of low confidence is what fewer than ten routes repeat, but
for a dependency of the application or a router. Not reported are reads behind a cache, for update, in loops, or in a
function that writes the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, rule

from .._work import ALWAYS
from ._models import is_said
from ._repeats import repeats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

    from ._repeats import Repeat


SHARED = 10
"""Routes from which a read is one that many requests repeat."""


@rule(
    "tenant-duplicate-lookup",
    needs=(".query(", ".query.", "select(", ".get(", ".objects."),
    reach=True,
    shares="requests",
    severity="warning",
    since="0.1",
)
def reads_again(function: Function) -> bool:
    """A function on request paths that reads a tenant that the same request has read."""
    return function.value in repeats(function.index)


@reads_again.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    for repeat in repeats(ctx.index)[function.value]:
        later, first = repeat.later, repeat.first
        finding = ctx.finding(
            ctx.index.call(later.lookup.path, later.lookup.call),
            message(ctx, repeat),
            confidence=confidence(ctx.index, repeat),
        )
        place = ctx.index.call(first.lookup.path, first.lookup.call).span
        reader = ctx.index.function(first.function).qualname
        yield (
            finding.with_related(Note(place, f"{reader} reads it first"))
            .with_trace(*ctx.index.steps(repeat.path))
            .with_help("read it in one dependency, and take the row from there")
        )


def message(ctx: Context, repeat: Repeat) -> str:
    lookup = repeat.later.lookup
    times = {2: "twice", 3: "three times"}.get(repeat.times, f"{repeat.times} times")
    routes = len(repeat.entries)
    where = (
        f"requests of {routes} routes"
        if routes > 1
        else f"a request to {ctx.index.function(repeat.entries[0]).qualname}"
    )
    if repeat.first.conditional or repeat.later.conditional or repeat.varies:
        times = f"up to {times}"
    saved = repeat.times - 1
    queries = "query" if saved == 1 else "queries"
    read = f"{lookup.model_name} is read by the same {repeat.later.key} {times} in {where}"
    return f"{read}: {saved} {queries} saved by sharing the row"


def confidence(index: Index, repeat: Repeat) -> Confidence:
    """Low unless many routes share the second read: what a few repeat is one query of many."""
    few = len(repeat.entries) < SHARED
    if few and repeat.path.entry.kind not in ("every-request", *ALWAYS):
        return Confidence.LOW
    level = Confidence(repeat.path.confidence)
    if repeat.first.conditional or repeat.later.conditional or few or not is_said(index):
        return min(level, Confidence.MEDIUM, key=lambda each: each.rank)
    return level
