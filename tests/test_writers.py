"""Which rows an expression holds, and who writes a mapped class."""

from __future__ import annotations

import pytest
from index_project import index_of

HEAD = """
    import json
    from sqlalchemy import delete, select, update
    from sqlalchemy.orm import Session, declarative_base

    Base = declarative_base()

    class Tenant(Base):
        __tablename__ = "tenants"

    class User(Base):
        __tablename__ = "users"

    class View:
        def __init__(self, tenant): ...

    def load(session, key):
        tenant = session.query(Tenant).filter(Tenant.id == key).first()
        return tenant

    def again(session, key):
        return again(session, key) or load(session, key)

    def f(session: Session, key, given: Tenant):
        %s
"""


def index_with(code: str):
    return index_of({"app.py": HEAD % code.replace("\n", "\n        ")})


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("probe(session.get(Tenant, key))", ["Tenant"]),
        ("probe(session.execute(select(Tenant)).scalars().all())", ["Tenant"]),
        ("probe(given.name)", ["Tenant"]),
        ("t = load(session, key)\nprobe({'plan': t.plan})", ["Tenant"]),
        ("probe(json.dumps(dict(load(session, key))))", ["Tenant"]),
        ("probe(View(tenant=load(session, key)))", ["Tenant"]),
        ("probe(again(session, key))", ["Tenant"]),
        ("for t in session.query(Tenant).all():\n    probe(t)", ["Tenant"]),
        ("probe(send(given.id))", []),
        ("probe(given.id == key)", []),
        ("probe(key)", []),
    ],
)
def test_rows_are_found_behind_what_holds_them(code: str, names: list[str]) -> None:
    index = index_with(code)
    ((path, ordinal),) = index.project.linker.call_sites("probe")
    call = index.call(path, ordinal)
    held = index.writers.rows(path, call.scope, call.args[0])
    assert sorted(index.function(model).name for model in held) == names


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("t = load(session, key)\nt.plan = 'pro'", ["update"]),
        ("given.plan = 'pro'", ["update"]),
        ("setattr(given, 'plan', 'pro')", ["update"]),
        ("session.query(Tenant).filter(Tenant.id == key).update({'plan': 'pro'})", ["update"]),
        ("session.execute(update(Tenant).values(plan='pro'))", ["update"]),
        ("session.execute(delete(Tenant).where(Tenant.id == key))", ["delete"]),
        ("session.delete(given)", ["delete"]),
        ("session.query(Tenant).filter(Tenant.id == key).delete()", ["delete"]),
        ("session.add(Tenant())", ["insert"]),
        ("t = Tenant()\nt.plan = 'pro'\nsession.add(t)", ["insert"]),
        ("plans = {}\nplans.update({'a': 1})", []),
        ("u = session.query(User).first()\nu.name = 'a'", []),
    ],
)
def test_a_write_is_an_assignment_to_a_stored_row_or_a_statement(code: str, kinds: list[str]) -> None:
    index = index_with(code)
    (tenant,) = [cls.value for cls in index.mapped if cls.name == "Tenant"]
    assert [write.kind for write in index.writers.of(tenant)] == kinds


def test_a_django_model_is_written_by_its_manager_and_by_save() -> None:
    code = """
        from django.db import models

        class Tenant(models.Model):
            pass

        def f(key):
            Tenant.objects.filter(id=key).update(plan="pro")
            tenant = Tenant.objects.get(id=key)
            tenant.save()
    """
    index = index_of({"app.py": code})
    (tenant,) = [cls.value for cls in index.mapped]
    assert [write.kind for write in index.writers.of(tenant)] == ["update", "update"]


def test_writes_of_ignored_files_do_not_count() -> None:
    from atomlint.index.writers import Writers

    index = index_with("session.delete(given)")
    (tenant,) = [cls.value for cls in index.mapped if cls.name == "Tenant"]
    assert Writers(index.project, ["app.py"]).of(tenant) == ()
