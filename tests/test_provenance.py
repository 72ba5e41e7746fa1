"""What expressions are made of, inside of a function and across calls."""

from __future__ import annotations

import pytest
from index_project import index_of

APP = """
    import hashlib, uuid
    from fastapi import FastAPI, Request
    from sqlalchemy import select
    from sqlalchemy.orm import Session, declarative_base

    app = FastAPI()
    Base = declarative_base()
    PREFIX = "stats"

    class Tenant(Base):
        __tablename__ = "tenants"

    def opaque(value):
        return lookup(value)

    def same(value):
        return f"k:{value.strip()}"

    def store(key):
        probe(key)

    @app.get("/")
    def handler(request: Request, name: str, db: Session):
        %s
"""


def leaves_of(code: str, *, direct: bool = False) -> set[tuple[str, str]]:
    """Kinds and texts of the leaves of what ``probe`` is given in the handler."""
    index = index_of({"app.py": APP % code.replace("\n", "\n        ")})
    ((path, ordinal),) = [
        site for site in index.project.linker.call_sites("probe") if index.call(*site).function.name == "handler"
    ]
    call = index.call(path, ordinal)
    return {(leaf.kind, leaf.text) for leaf in index.provenance.leaves(path, call.scope, call.args[0], direct=direct)}


@pytest.mark.parametrize(
    ("code", "leaves"),
    [
        ("probe('a')", {("const", "'a")}),
        ("probe(PREFIX)", {("const", "'stats")}),
        ("key = f'{PREFIX}:{name}'\nprobe(key)", {("const", "'stats"), ("const", "':"), ("param", "name")}),
        ("found = {}\nfound['a'] = name\nprobe(found)", {("const", "'a"), ("param", "name")}),
        ("found = []\nfound.append(name)\nprobe(found)", {("param", "name")}),
        ("total = 0\ntotal += len(name)\nprobe(total)", {("const", "#0"), ("call", "len"), ("param", "name")}),
        ("client = request.client\nprobe(client.host)", {("param", "request.client.host")}),
        ("for part in name:\n    probe(part)", {("param", "name")}),
    ],
)  # fmt: skip
def test_leaves_go_through_local_variables_and_what_is_put_into_them(code: str, leaves: set[tuple[str, str]]) -> None:
    assert {leaf for leaf in leaves_of(code) if leaf[0] != "unknown"} == leaves


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("probe(name.lower())", True),
        ("probe(hashlib.sha256(name.encode()).hexdigest())", True),
        ("probe(same(name))", True),
        ("probe(request.headers.get(name))", False),
        ("probe(opaque(name))", False),
        ("probe(db.query(name).one())", False),
        ("probe(1 if name else 2)", False),
    ],
)
def test_direct_leaves_are_what_an_expression_tells_apart(code: str, expected: bool) -> None:
    assert (("param", "name") in leaves_of(code, direct=True)) is expected


def test_a_key_is_followed_up_a_call_path_to_the_entry_point() -> None:
    index = index_of({"app.py": APP % "store(f'{request.client.host}:{uuid.uuid4()}')"})
    ((path, ordinal),) = [
        s for s in index.project.linker.call_sites("probe") if index.call(*s).function.name == "store"
    ]
    call = index.call(path, ordinal)
    (found,) = index.project.reach.paths(call.function.value)
    leaves = index.provenance.upward(found.steps, call.function.value, call.args[0])
    named = {(index.function(function).name, leaf.kind, leaf.text) for function, leaf in leaves}
    assert named >= {("handler", "param", "request.client.host"), ("handler", "call", "uuid.uuid4")}
    assert ("store", "param", "key") not in named


@pytest.mark.parametrize(
    ("code", "filters"),
    [
        ("db.query(Tenant).filter(Tenant.slug == name).first()", {"slug": "name"}),
        ("db.query(Tenant).filter_by(slug=name).first()", {"slug": "name"}),
        ("db.get(Tenant, name)", {"id": "name"}),
        ("q = select(Tenant).where(Tenant.slug == 'a')\nq = select(Tenant).where(Tenant.id == name)\ndb.execute(q)", {"id": "name"}),
        ("db.execute(select(Tenant).where(Tenant.id == name, Tenant.slug == 'a'))", {"id": "name", "slug": "'a"}),
    ],
)  # fmt: skip
def test_filters_are_those_of_the_statement_that_is_run(code: str, filters: dict[str, str]) -> None:
    index = index_of({"app.py": APP % code.replace("\n", "\n        ")})
    (lookup,) = [call.lookup for call in index.calls("app.py") if call.lookup is not None]
    assert index.provenance.filters(lookup) == filters
