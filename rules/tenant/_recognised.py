"""Which mapped classes of a project stand for a customer, where its configuration does not say."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from atomlint import Class

from ._names import ALWAYS, SOMETIMES, column_of, meant, meant_without, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from atomlint import Index

BASES = frozenset(
    {
        *("django_tenants.models.TenantMixin", "tenant_schemas.models.TenantMixin"),
        "tenant_users.tenants.models.TenantBase",
    }
)
"""Bases of the one model of a project whose rows are customers with a schema each."""
PEOPLE = frozenset({"user", "member", "person", "profile", "owner", "author"})
"""Those who have keys of their own: these say who asks, not for which customer."""
OWNERS = frozenset({"tenant_id", "organization_id", "organisation_id", "org_id", "workspace_id"})
"""Columns of what belongs to a customer: a ``Customer`` with one is a customer's customer."""
WHOSE = frozenset({"tenant", "organization", "organisation", "workspace"})
HOLDERS = re.compile(r"(?:^|\.)(?:request|req|g)(?:\.state)?$")
"""Where a request keeps whose it is: ``request.tenant``, ``request.state.organization``, ``g.workspace``."""
OWNED = 3
"""Other mapped classes with a ``<name>_id`` column that make a class of the second set a tenant."""
USERS = frozenset({"User", "Member", "Membership", "Profile", "Staff"})
"""Last words of the classes of people, who each belong to a customer."""
NOBODY = PEOPLE | frozenset(
    {
        "employee",
        "staff",
        "membership",
        "account",
        "customer",
        "client",
        "patient",
        "student",
        "session",
        "role",
        "group",
    }
    | {
        "department",
        "category",
        "type",
        "status",
        "project",
        "course",
        "event",
        "channel",
        "game",
        "season",
        "room",
        "class",
    }
    | {
        "country",
        "city",
        "region",
        "location",
        "document",
        "file",
        "order",
        "product",
        "post",
        "thread",
        "conversation",
    }
)
"""Whose own much is, and what people are put into: no customers of whoever runs the service."""
BELONG = 5
"""Mapped classes that have a column for a class, whatever it is called, of which most else is a part."""
SHARE = 0.4
"""And the share of all that they are."""
APART = frozenset({"schema_name", "db_schema", "db_url", "database_url", "database_name", "db_name", "subdomain"})
"""Columns that say where a customer's own data, or site, is."""
SOURCE = frozenset({"host", "port", "password", "username", "dialect", "driver", "engine"})
"""Columns beside them of a database that people look at."""


class Recognised(NamedTuple):
    """What stands for a customer."""

    names: frozenset[str]
    """Of classes."""
    is_said: bool = True
    """Whether a base, a name or an attribute of requests says so; else it is counted: most other classes belong to it."""


def recognised(index: Index) -> Recognised:
    """By a base, by name, by what requests are given; else by how many other classes belong to them, or by their own data."""
    mapped = [cls for cls in index.mapped if not _is_abstract(cls)]
    found = frozenset(based(mapped, BASES))
    if found:
        return Recognised(found)  # what else is called one is a row of a tenant's own schema
    words = {cls.name: meant(cls.name) for cls in mapped}
    always = frozenset(name for name, word in words.items() if word in ALWAYS) | frozenset(_put_on_requests(index))
    if always or not mapped:
        return Recognised(always)  # a product with tenants calls other things accounts and teams
    columns = {cls.name: frozenset(columns_of(cls)) for cls in mapped}
    owners = Counter(column for own in columns.values() for column in own)
    perhaps = {
        name
        for name, word in words.items()
        if word in SOMETIMES and owners[f"{column_of(name)}_id"] >= OWNED and OWNERS.isdisjoint(columns[name])
    }
    most = _above_most(index, columns, owners)
    if most and not most <= perhaps:
        return Recognised(frozenset(most), is_said=False)
    return Recognised(frozenset(perhaps)) if perhaps else Recognised(frozenset(_apart(columns)), is_said=False)


def _above_most(index: Index, columns: Mapping[str, frozenset[str]], owners: Mapping[str, int]) -> set[str]:
    """Names of the class that people belong to, and much else: the ``Institute`` of a product for schools."""
    people = [cls for cls in index.all_classes() if _last(cls.name) in USERS and _is_stored(cls)]
    enough = max(BELONG, SHARE * len(columns))
    counts = {}
    for name in columns:
        key = f"{column_of(name)}_id"
        own = {column for cls in people if meant_without(name) not in cls.name for column in columns_of(cls)}
        if owners[key] >= enough and key in own and column_of(name) not in NOBODY:  # ProjectMember is one of many
            counts[name] = owners[key]
    most = max(counts.values(), default=0)
    return {name for name, count in counts.items() if count == most}


def _apart(columns: Mapping[str, frozenset[str]]) -> set[str]:
    """The name of the one class whose rows have their own data, or site, where it is the only one."""
    found = {name for name, own in columns.items() if not own.isdisjoint(APART) and own.isdisjoint(SOURCE)}
    return found if len(found) == 1 else set()


def _last(name: str) -> str:
    return next(reversed(words_of(meant_without(name))), "")


def _is_stored(cls: Class) -> bool:
    """Whether a class has a table, Django's own user as its base perhaps: no form of a request."""
    return cls.is_mapped or any(
        base.kind == "ext" and base.place.startswith("django.contrib.auth.") for base in cls.mro
    )


def _is_abstract(cls: Class) -> bool:
    """Whether a model of Django has no table of its own."""
    meta = cls.table.members.get((cls.ordinal, "Meta"), 0)
    return any(assign.value == "#True" for assign in cls.table.class_attributes.get((meta, "abstract"), ()))


def columns_of(cls: Class) -> Iterator[str]:
    """Names of a class's columns, those of its bases in the project among them; a foreign key of Django as its column."""
    for base in cls.mro:
        if base.kind != "def":
            continue
        owner = Class(cls.index, base.place, base.scope)
        for name, assign in owner.attributes:
            made = assign.value if type(assign.value) is str and assign.value[1:].isdigit() else ""
            maker = owner.table.facts.calls[int(made[1:])].callee if made[:1] == "@" else ""
            yield f"{name}_id" if str(maker).endswith("ForeignKey") and not name.endswith("_id") else name


def based(classes: Iterable[Class], bases: frozenset[str]) -> Iterator[str]:
    """Names of those that have one of the bases of other packages."""
    return (cls.name for cls in classes if any(base.kind == "ext" and base.place in bases for base in cls.mro))


def _put_on_requests(index: Index) -> Iterator[str]:
    """Names of the mapped classes whose rows requests are given as theirs: ``request.tenant = Marina.objects.get(slug=slug)``."""
    classes = {(cls.path, cls.ordinal): cls.name for cls in index.mapped}
    linker = index.project.linker
    for path in index.paths:
        for assign in index.table(path).facts.assigns:
            holder, _, name = assign.target.rpartition(".") if type(assign.target) is str else ("", "", "")
            if name not in WHOSE or not holder or assign.kind != "=" or HOLDERS.search(holder) is None:
                continue
            for value in linker.evaluate(path, assign.scope, assign.value):
                model = classes.get((value.place, value.scope)) if value.kind == "inst" else None
                if model is not None and model.lower() not in PEOPLE:
                    yield model
