"""Columns that a tenant is looked up by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atomlint.index.requestwork import Use

KEYS = frozenset(
    (
        *(
            "id",
            "uuid",
            "slug",
            "subdomain",
            "domain",
            "custom_domain",
            "host",
            "hostname",
            "api_key",
            "key",
            "key_hash",
            "digest",
            "prefix",
            "token",
            "name",
        ),
        *("schema_name", "external_id", "tenant_id", "org_id", "organization_id", "organisation_id", "workspace_id"),
        *("org_slug", "tenant_slug", "org_uuid", "is_default", "default"),
    )
)
"""Columns that tell a customer: a lookup by others is a search."""
HOSTS = frozenset({"subdomain", "domain", "custom_domain", "host", "hostname"})
"""Columns that an address names: who asks by them wants to know for whom the request is."""
STATES = frozenset(
    {
        *(
            "active",
            "is_active",
            "enabled",
            "is_enabled",
            "disabled",
            "is_disabled",
            "deleted",
            "is_deleted",
            "deleted_at",
        ),
        *("disabled_at", "expired", "is_expired", "expires_at", "revoked", "is_revoked", "revoked_at"),
        *("archived", "is_archived", "archived_at", "status", "suspended", "is_suspended"),
    }
)
"""Columns that say how a customer is, not which."""
PEOPLE = frozenset({"user", "users", "owner", "owners", "member", "members"})
"""Who belongs to a customer: of whoever asks there is one user, and mostly one customer."""
COMPARES = re.compile(r"__(?:exact|iexact|isnull|gte?|lte?)$")
"""How Django compares a column, which says nothing of which one it is."""
TELLING = (
    "_id",
    "_uuid",
    "_slug",
    "_name",
    "_host",
    "_hostname",
    "_domain",
    "_url",
    "_key",
    "_prefix",
    "_hash",
    "_token",
)
"""How columns end that tell a customer to whatever reads it on every request."""


def tells_customer(columns: tuple[str, ...], keys: frozenset[str], frequency: str) -> bool:
    """Whether a lookup by some columns is for one customer; whether that one is active is no question of which.

    What every request looks up is its own customer, by whatever number, address or key the request brings, or by its
    user. A number says which one it is, whatever is asked of it besides.
    """
    if "id" in columns:
        return True
    plain = (COMPARES.sub("", column).rpartition(".")[2] for column in columns)
    named = [column for column in plain if column.rpartition("__")[2] not in STATES]
    if len(named) < len(columns) and not named:
        return False
    return all(column in keys or (frequency != "route" and _is_brought(column)) for column in named)


def is_of_person(columns: tuple[str, ...]) -> bool:
    """Whether a lookup is by who asks: there are as many answers as users."""
    return any(COMPARES.sub("", column).removesuffix("_id").rpartition("__")[2] in PEOPLE for column in columns)


def _is_brought(column: str) -> bool:
    """Whether a request brings what a column is compared with: an address, a key, or its user, ``memberships__user``."""
    return column.endswith(TELLING) or column.rpartition("__")[2] in PEOPLE


def is_of_tenant(use: Use, owners: frozenset[str]) -> bool:
    """Whether it reads what the tenant has: by whose it is, and perhaps by which."""
    return not owners.isdisjoint(use.lookup.keys)
