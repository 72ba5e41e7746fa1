"""Data of one tenant is cached under a key that is the same for all of them: the next customer gets it.

## Why
The first customer to ask fills the entry, and everybody who asks before it expires reads that customer's data. It is a leak
that no test with one tenant sees.

## Bad
    import json

    import redis
    from fastapi import FastAPI
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()
    app = FastAPI()
    client = redis.Redis()

    class Tenant(Base):
        __tablename__ = "tenants"
        id = Column(String, primary_key=True)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(String, primary_key=True)
        tenant_id = Column(String)

    def statistics(tenant_id: str, db: Session):
        count = db.query(Order).filter(Order.tenant_id == tenant_id).count()
        client.set("dashboard:stats", json.dumps({"orders": count}), ex=60)
        return count

## Good
    import json

    import redis
    from fastapi import FastAPI
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()
    app = FastAPI()
    client = redis.Redis()

    class Tenant(Base):
        __tablename__ = "tenants"
        id = Column(String, primary_key=True)

    class Order(Base):
        __tablename__ = "orders"
        id = Column(String, primary_key=True)
        tenant_id = Column(String)

    def statistics(tenant_id: str, db: Session):
        count = db.query(Order).filter(Order.tenant_id == tenant_id).count()
        client.set(f"dashboard:stats:{tenant_id}", json.dumps({"orders": count}), ex=60)
        return count

## Configuration
The tenant is recognised by the names of the tenant models (`tenant-models` in `[tool.atomlint]`): `tenant_id`,
`workspace`, `org_id`.

## For agents
Put the tenant's id into the key of everything that is cached for a tenant.

## Limits
Reported is a key of constants, or of constants and words that tell no customer (a period, a page, a language). Any
other variable in a key is taken to tell the customer: an id, a user, a host. A key that a function of the project
makes is not judged.

Where customers have a schema each (models with `TenantMixin` of django-tenants), what is read of a model in `TENANT_APPS`
is one customer's, and a key tells whose only by `KEY_FUNCTION`: where some cache has one, nothing of this kind is
reported. It is of medium confidence on request paths and of low confidence elsewhere. Functions that set a schema
themselves are left out, and so are ids in a key, though each schema has its own `1`: other than those of users, where
`AUTH_USER_MODEL` is a model in `TENANT_APPS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Confidence, Context, Finding, Function, Note, rule

from ._unscoped import leaks, memos

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_SCHEMA = (
    'give the cache `"KEY_FUNCTION": "django_tenants.cache.make_key"` in `CACHES`, or put `connection.schema_name` into '
    "the key"
)


@rule(
    "tenant-cache-key-unscoped",
    needs=("cache", "Cache", "redis", "= {}", "__tablename__", "table=True", "models.Model", "db.Model"),
    reach=True,
    shares="requests",
    anywhere=True,
    severity="error",
    since="0.1",
)
def shares_a_key(function: Function) -> bool:
    """A function that keeps a tenant's data where other tenants find it."""
    return function.value in leaks(function.index) or function.value in memos(function.index)


@shares_a_key.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    for leak in leaks(ctx.index).get(function.value, ()):
        write = leak.write
        whose = f"{leak.tenant}, which each has in a schema of its own" if leak.is_of_schema else leak.tenant
        same = "which is the same for every tenant"
        if leak.has_person:
            same = "and the user's id, by which each tenant numbers its own users: one key for several tenants"
        text = f"data of one tenant ({whose}) is kept in {write.name} under {leak.key}, {same}"
        finding = ctx.finding(write.span(ctx.index), text, confidence=leak.sure)
        if leak.query is not None:
            call = ctx.index.call(write.path, leak.query)
            finding = finding.with_related(Note(call.span, f"it is made for {leak.tenant} here"))
        yield finding.with_help(BY_SCHEMA if leak.is_of_schema else f"put {leak.tenant} into the key")
    for memo in memos(ctx.index).get(function.value, ()):
        text = f"{memo.decorator} keeps one result for all tenants: {function.name} reads {memo.tenant}, which is no argument"
        yield (
            ctx.finding(function, text, confidence=Confidence.MEDIUM)
            .with_related(Note(ctx.index.call(function.path, memo.call).span, "the tenant is read here"))
            .with_help("take the tenant as an argument, so that it is part of the key")
        )
