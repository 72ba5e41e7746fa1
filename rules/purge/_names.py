"""Names that mean a tenant, names that mean a removal, and values that mean nobody in particular."""

from __future__ import annotations

import re

TENANT = r"tenants?|organi[sz]ations?|orgs?|workspaces?|customers?|accounts?|compan(?:y|ies)|subdomains?|clients?|merchants?|teams?"
TENANT_WORD = re.compile(rf"(?:^|[^a-zA-Z])(?:{TENANT})(?:[^a-zA-Z]|$)", re.IGNORECASE)
TENANT_COLUMN = re.compile(
    rf"(?:(?:{TENANT})(?:_?(?:id|ids|uuid|slug|slugs|name|names|key|code|domain|email|subdomain|schema))?|custom_domain|owner_email|"
    r"schema_name|email|user_email|email_address)\Z",
    re.IGNORECASE,
)
OWN_COLUMN = frozenset({"id", "pk", "uuid", "slug", "name", "domain", "email", "key", "code", "identifier", "external_id", "display_name", "schema"})
"""Columns that name a row of a tenant's own table."""
ACCOUNTING = re.compile(r"account(?:ing)?_?(?:type|number|code|status|kind)\Z", re.IGNORECASE)

REMOVAL = re.compile(
    r"(?:^|[^a-z])(?:purge|cleanup|clean|cleaner|delete|deletes|remove|removal|reset|wipe|clear|drop|truncate|erase|destroy|nuke|prune|teardown|offboard|"
    r"deprovision|forget|reseed|unseed)(?:[^a-z]|$)",
    re.IGNORECASE,
)
SENTINEL = re.compile(
    r"(?:^|[^a-z])(?:test\w*|demo\w*|examples?|e2e|default|samples?|dummy|fake|mock\w*|dev|development|local\w*|fixtures?|sandbox|staging|tmp|temp|"
    r"placeholder|seed\w*|smoke|canary|playground|loadtest|ci|qa|none|null|unknown|system|root|admin|anonymous|public|guest|your\w*|my\w*|foo|bar|baz|xxx+|"
    r"todo|all|invalid|changeme)(?:[^a-z]|$)",
    re.IGNORECASE,
)
NOBODY = re.compile(r"[0-]*\Z|[%*?_ ]*\Z|.*[{}<>$].*|:\w+\Z|%s\Z|\?\Z|[0-9a-f]{8}-0000-.*", re.DOTALL)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(name: str) -> str:
    """A name with its parts apart: ``purgeOldTenants`` and ``purge_old_tenants`` read the same."""
    return CAMEL.sub("_", name)


def is_tenant_column(column: str, model: str = "") -> bool:
    """Whether a column names a tenant: by its own name, or as the key of a tenant's table."""
    column = column.rpartition(".")[2].rpartition("__")[0] if column.endswith(("__in", "__iexact", "__icontains", "__exact")) else column
    last = column.rpartition(".")[2]
    if ACCOUNTING.match(last):
        return False
    if TENANT_COLUMN.match(last):
        return True
    return last in OWN_COLUMN and bool(model) and is_tenant_model(model)


def is_tenant_model(model: str) -> bool:
    """Whether a class or table holds tenants: ``Tenant``, ``organizations``."""
    return re.fullmatch(TENANT, model.rpartition(".")[2], re.IGNORECASE) is not None


def is_somebody(value: str) -> bool:
    """Whether a literal names one particular tenant: no placeholder, no stand-in such as ``demo`` or a zero UUID."""
    return len(value.strip("%* ")) > 0 and not NOBODY.match(value) and not SENTINEL.search(words(value))


def says_removal(name: str) -> bool:
    """Whether a path or a function name says that something is removed."""
    return REMOVAL.search(words(name)) is not None
