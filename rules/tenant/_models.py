"""Which mapped classes stand for a customer."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from atomlint import Class

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atomlint import Index

ALWAYS = frozenset({"Tenant", "Organization", "Organisation", "Org", "Workspace"})
ORGANIZATIONS = frozenset({"Organization", "Organisation", "Org"})
SOMETIMES = frozenset(
    {
        *("Account", "Company", "Team", "Customer", "Site"),
        *("Agency", "Business", "Clinic", "Firm", "Merchant", "Restaurant", "School", "Shop", "Store"),
    }
)
AROUND = re.compile(
    r"(?:DB|Db|Platform|Saas|SaaS|App|Core|System|Main)?(.+?)(?:Model|ORM|Orm|DB|Db|Table|Entity|Record|Row)?"
)
"""What projects write around the name of a mapped class, to tell it from the schema of the same name."""
PLURALS = (("ies", "y"), ("es", ""), ("s", ""))
TELLING = frozenset({"ApiKey", "APIKey", "ApiToken", "APIToken", "Domain", "CustomDomain"})
"""Classes whose rows say which customer a request is for."""
BASES = frozenset(
    {
        *("django_tenants.models.TenantMixin", "tenant_schemas.models.TenantMixin"),
        "tenant_users.tenants.models.TenantBase",
    }
)
"""Bases of the one model of a project whose rows are customers with a schema each."""
DOMAINS = frozenset({"django_tenants.models.DomainMixin"})
"""Bases of the model that says which customer a host name belongs to."""
PEOPLE = frozenset({"user", "member", "person", "profile", "owner", "author"})
"""Those who have keys of their own: these say who asks, not for which customer."""
OWNERS = frozenset({"tenant_id", "organization_id", "organisation_id", "org_id", "workspace_id"})
"""Columns of what belongs to a customer: a ``Customer`` with one is a customer's customer."""
WHOSE = frozenset({"tenant", "organization", "organisation", "workspace"})
HOLDERS = re.compile(r"(?:^|\.)(?:request|req|g)(?:\.state)?$")
"""Where a request keeps whose it is: ``request.tenant``, ``request.state.organization``, ``g.workspace``."""
HAD = frozenset(
    {"branding", "configuration", "config", "entitlement", "feature", "licence", "license", "module", "package", "plan"}
    | {"setting", "subscription"}
)
"""Last words of classes of what a customer has one of, or a few: it changes as seldom as the customer does."""
PARTS = ("App", "Applet", "Addon", "Service")
"""What a customer has switched on, where the class says whose: ``TenantApp``."""
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
OWNED = 3
"""Other mapped classes with a ``<name>_id`` column that make a class of the second set a tenant."""


def meant(name: str) -> str:
    """What the name of a mapped class means, ``Tenant`` of ``TenantsDB``: itself when it is no word for customers."""
    core = meant_without(name)
    singular = [core.removesuffix(ending) + instead for ending, instead in PLURALS if core.endswith(ending)]
    return next((word for word in (core, *singular) if word in ALWAYS | SOMETIMES), name)


def meant_without(name: str) -> str:
    """The name of a mapped class without what projects write around it."""
    whole = AROUND.fullmatch(name)
    return whole[1] if whole else name


def tenant_models(index: Index) -> frozenset[str]:
    """Names of the classes: configured, else recognised by a base, by name, or by how many other classes belong to them."""
    if index.tenant_models:
        return frozenset(index.tenant_models)
    names: frozenset[str] = index.keep("tenant-models", lambda: _recognised(index))
    return names


def telling_models(index: Index) -> frozenset[str]:
    """Names of the classes that lead from what a request brings to its tenant: ``TenantApiKey``, ``ApiKey`` with its id."""
    tenants = tenant_models(index)
    names: frozenset[str] = index.keep(("telling models", tenants), lambda: frozenset(_telling(index, tenants)))
    return names


def had_models(index: Index) -> dict[str, frozenset[str]]:
    """Classes of what a customer has, ``TenantSubscription``, ``License`` with its id: by name, with what says whose it is."""
    tenants = tenant_models(index)
    found: dict[str, frozenset[str]] = index.keep(("had models", tenants), lambda: dict(_had(index, tenants)))
    return found


def _had(index: Index, tenants: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    words = {meant(name) for name in tenants}
    owners = {f"{word.lower()}_id" for word in words} | ({"org_id"} if words & ORGANIZATIONS else set())
    for cls in index.mapped if tenants else ():
        own = owners.intersection(_columns(cls))
        last = (WORDS.findall(meant_without(cls.name)) or [""])[-1].lower()
        is_part = any(cls.name == f"{word}{part}" for word in words for part in PARTS)
        if own and cls.name not in tenants and (is_part or last.removesuffix("s") in HAD):
            yield cls.name, frozenset(own | {name.removesuffix("_id") for name in own})


def _telling(index: Index, tenants: frozenset[str]) -> Iterator[str]:
    words = {meant(name) for name in tenants}
    owners = {f"{word.lower()}_id" for word in words} | ({"org_id"} if words & ORGANIZATIONS else set())
    columns = {cls.name: frozenset(_columns(cls)) for cls in index.mapped} if tenants else {}
    between = {f"{name.lower()}_id" for name, own in columns.items() if not owners.isdisjoint(own)}
    between -= {f"{person}_id" for person in PEOPLE}
    yield from _based(index.mapped if tenants else (), DOMAINS)
    for name, own in columns.items():
        is_of_tenant = any(name == f"{tenant}{kind}" for tenant in ALWAYS | tenants for kind in TELLING)
        if is_of_tenant or (name in TELLING and not own.isdisjoint(owners | between)):
            yield name


def _columns(cls: Class) -> Iterator[str]:
    """Names of a class's columns, those of its bases in the project among them; a foreign key of Django as its column."""
    for base in cls.mro:
        if base.kind != "def":
            continue
        owner = Class(cls.index, base.place, base.scope)
        for name, assign in owner.attributes:
            made = assign.value if type(assign.value) is str and assign.value[1:].isdigit() else ""
            maker = owner.table.facts.calls[int(made[1:])].callee if made[:1] == "@" else ""
            yield f"{name}_id" if str(maker).endswith("ForeignKey") and not name.endswith("_id") else name


def _based(classes: Iterable[Class], bases: frozenset[str]) -> Iterator[str]:
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


def _recognised(index: Index) -> frozenset[str]:
    mapped = list(index.mapped)
    based = frozenset(_based(mapped, BASES))
    if based:
        return based  # what else is called one is a row of a tenant's own schema
    words = {cls.name: meant(cls.name) for cls in mapped}
    always = frozenset(name for name, word in words.items() if word in ALWAYS) | frozenset(_put_on_requests(index))
    perhaps = {f"{word.lower()}_id": name for name, word in words.items() if word in SOMETIMES}
    if always or not perhaps:
        return always  # a product with tenants calls other things accounts and teams
    columns = {cls.name: set(_columns(cls)) for cls in mapped}
    owners = Counter(column for own in columns.values() for column in perhaps.keys() & own)
    return frozenset(
        name for column, name in perhaps.items() if owners[column] >= OWNED and OWNERS.isdisjoint(columns[name])
    )
