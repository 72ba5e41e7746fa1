"""A query on rows that belong to tenants does not ask for the tenant that the function knows.

## Why
The function is told for whom it works, and reads or changes rows of anyone. With an id that came from outside, one
customer reaches another's rows.

## Bad
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()

    class Tenant(Base):
        __tablename__ = "tenants"
        id = Column(String, primary_key=True)

    class Invoice(Base):
        __tablename__ = "invoices"
        id = Column(String, primary_key=True)
        tenant_id = Column(String)

    def invoice(tenant_id: str, invoice_id: str, session: Session):
        return session.query(Invoice).filter(Invoice.id == invoice_id).first()

## Good
    from sqlalchemy import Column, String
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()

    class Tenant(Base):
        __tablename__ = "tenants"
        id = Column(String, primary_key=True)

    class Invoice(Base):
        __tablename__ = "invoices"
        id = Column(String, primary_key=True)
        tenant_id = Column(String)

    def invoice(tenant_id: str, invoice_id: str, session: Session):
        return (
            session.query(Invoice)
            .filter(Invoice.id == invoice_id, Invoice.tenant_id == tenant_id)
            .first()
        )

## Configuration
Off by default, because row-level security and checks after the query are not seen: `select = ["tenant-unscoped-query"]`.
Tenant models are recognised by name or base, or set by `tenant-models` in `[tool.atomlint]`.

## For agents
Filter every query on a tenant's data by the tenant.

## Limits
A function knows a tenant when a parameter tells it by its name. One that compares the row's tenant afterwards, or gives
the tenant to anything else than a log, is not reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, inside, rule

from ._helpers import ONE_OFF, tells_tenant, tenant_columns, tenant_words, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Function
    from atomlint.index.value import Value

STARTS = frozenset({"query", "select", "get", "get_one"})
SAYS = frozenset({"print", "debug", "info", "warning", "error", "exception", "critical", "log"})
"""Calls that only tell what they are given."""


@rule(
    "tenant-unscoped-query",
    needs=(".query(", ".query.", "select(", ".get(", ".objects."),
    severity="warning",
    confidence="medium",
    status="preview",
    since="0.1",
    only_running=True,
)
def asks_without_tenant(call: Call) -> bool:
    """A query on rows of tenants, in a function that knows one and never compares it with the rows."""
    if call.in_test or any(part in f"/{call.path}" for part in ONE_OFF):
        return False
    if call.name not in STARTS and ".objects." not in str(call.callee):
        return False
    function = call.function
    model = model_of(call)
    return (
        model is not None
        and function.ordinal != 0
        and known(function) is not None
        and not is_scoped(function, call, tenant_columns(call.index)[model])
        and not follows_a_row(function, call)
    )


@asks_without_tenant.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    model = model_of(call)
    if model is None:
        return
    name, column = ctx.index.function(model).name, tenant_columns(ctx.index)[model]
    text = f"{name} is asked for without {column}, and {call.function.name} knows {known(call.function)}"
    yield ctx.finding(call, text, confidence=Confidence.MEDIUM).with_help(f"filter by {name}.{column} too")


def model_of(call: Call) -> Value | None:
    """The mapped class with a tenant column that a call starts a query on."""
    model = call.index.writers.queried(call.table, call.table.facts.calls[call.ordinal])
    return model if model is not None and model in tenant_columns(call.index) else None


def known(function: Function) -> str | None:
    """The parameter, or attribute of one, that tells the function its tenant."""
    words = tenant_words(function.index)
    record = function.table.facts.scopes[function.ordinal]
    for param in record.params:
        if words_of(param.name) & words and words_of(param.name) <= words | {"id", "uuid", "current", "slug"}:
            return str(param.name)
    return None


def is_scoped(function: Function, call: Call, column: str) -> bool:
    """Whether the query, what it depends on, or anything that is done with its rows, mentions the tenant."""
    words = tenant_words(function.index)
    provenance = function.index.provenance
    table = function.table
    # Whatever compares the column, in this function, may be about this query.
    for place in table.calls_in.get(function.ordinal, ()):
        record = table.facts.calls[place]
        if any(name == column for name, _ in record.keywords) and record.callee != "print":
            return True
        by_name = [value for _, value in record.keywords] if last(record.callee) == "filter_by" else []
        for given in (*record.args, *by_name):
            if any(type(part) is str and part.endswith(f".{column}") for part in inside(given)):
                return True
            if place == call.ordinal or last(record.callee) in SAYS:
                continue
            leaves = provenance.leaves(function.path, function.ordinal, given)
            if any(tells_tenant(leaf, words) and leaf.kind == "param" for leaf in leaves):
                return True
    tests = (frame.test for frame in table.facts.frames if frame.test is not None)
    return any(type(part) is str and part.endswith(f".{column}") for test in tests for part in inside(test))


def follows_a_row(function: Function, call: Call) -> bool:
    """Whether what the query is filtered by was read by another query of the function."""
    provenance = function.index.provenance
    for other in function.calls:
        above = other.callee.rpartition(".")[0] if type(other.callee) is str else ""
        if other.name not in ("where", "filter", "filter_by") or not above:
            continue
        before = provenance.leaves(function.path, function.ordinal, above)
        if not any(leaf.call == call.ordinal for leaf in before):
            continue
        for given in (*other.args, *other.keywords.values()):
            for leaf in provenance.leaves(function.path, function.ordinal, given):
                if leaf.kind == "call" and leaf.call != call.ordinal:
                    record = function.table.facts.calls[leaf.call]
                    if function.index.writers.queried(function.table, record) is not None:
                        return True
    return False


def last(callee: object) -> str:
    """The last part of a callee."""
    return str(callee).rpartition(".")[2]
