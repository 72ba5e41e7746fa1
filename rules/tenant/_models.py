"""Which mapped classes stand for a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

ALWAYS = frozenset(
    {
        "Tenant",
        "Organization",
        "Organisation",
        "Org",
        "Workspace",
        "TenantModel",
        "TenantORM",
        "OrganizationModel",
        "WorkspaceModel",
    }
)
ORGANIZATIONS = frozenset({"Organization", "Organisation", "Org"})
SOMETIMES = frozenset({"Account", "Company", "Team", "Customer", "Site"})
TELLING = frozenset({"ApiKey", "APIKey", "ApiToken", "APIToken", "Domain", "CustomDomain"})
"""Classes whose rows say which customer a request is for."""
LOWER = frozenset(name.lower() for name in SOMETIMES)
OWNED = 3
"""Other mapped classes with a ``<name>_id`` column that make a class of the second set a tenant."""


def tenant_models(index: Index) -> frozenset[str]:
    """Names of the classes: configured, else recognised by name, or by how many other classes belong to them."""
    if index.tenant_models:
        return frozenset(index.tenant_models)
    names: frozenset[str] = index.keep("tenant-models", lambda: _recognised(index))
    return names


def telling_models(index: Index) -> frozenset[str]:
    """Names of the classes that lead from what a request brings to its tenant: ``TenantApiKey``, ``ApiKey`` with its id."""
    tenants = tenant_models(index)
    names: frozenset[str] = index.keep(("telling models", tenants), lambda: frozenset(_telling(index, tenants)))
    return names


def _telling(index: Index, tenants: frozenset[str]) -> Iterator[str]:
    owners = {f"{name.lower()}_id" for name in tenants} | ({"org_id"} if tenants & ORGANIZATIONS else set())
    for cls in index.mapped if tenants else ():
        is_of_tenant = any(cls.name == f"{tenant}{kind}" for tenant in ALWAYS | tenants for kind in TELLING)
        if is_of_tenant or (cls.name in TELLING and not owners.isdisjoint(_columns(cls))):
            yield cls.name


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


def _recognised(index: Index) -> frozenset[str]:
    owners: dict[str, int] = {}
    mapped = list(index.mapped)
    names = {cls.name for cls in mapped}
    for cls in mapped if names & SOMETIMES and not names & ALWAYS else ():
        for name in {name for name in _columns(cls) if name.removesuffix("_id") in LOWER}:
            owners[name] = owners.get(name, 0) + 1
    sometimes = {name for name in SOMETIMES & names if owners.get(f"{name.lower()}_id", 0) >= OWNED}
    if names & ALWAYS:
        sometimes.clear()  # a product with tenants calls other things accounts and teams
    return frozenset((names & ALWAYS) | sometimes)
