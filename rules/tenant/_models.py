"""Which mapped classes stand for a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
SOMETIMES = frozenset({"Account", "Company", "Team", "Customer", "Site"})
OWNED = 3
"""Other mapped classes with a ``<name>_id`` column that make a class of the second set a tenant."""


def tenant_models(index: Index) -> frozenset[str]:
    """Names of the classes: configured, else recognised by name, or by how many other classes belong to them."""
    if index.tenant_models:
        return frozenset(index.tenant_models)
    names: frozenset[str] = index.keep("tenant-models", lambda: _recognised(index))
    return names


def _recognised(index: Index) -> frozenset[str]:
    owners: dict[str, int] = {}
    names = set()
    for cls in index.mapped:
        names.add(cls.name)
        for name in {name for name, _ in cls.attributes}:
            owners[name] = owners.get(name, 0) + 1
    sometimes = {name for name in SOMETIMES & names if owners.get(f"{name.lower()}_id", 0) >= OWNED}
    if names & ALWAYS:
        sometimes.clear()  # a product with tenants calls other things accounts and teams
    return frozenset((names & ALWAYS) | sometimes)
