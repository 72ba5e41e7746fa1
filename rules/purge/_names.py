"""Names that mean a tenant, names that mean a removal, and values that mean nobody in particular."""

from __future__ import annotations

import re

TENANT = (
    r"tenants?|organi[sz]ations?|orgs?|workspaces?|customers?|accounts?|compan(?:y|ies)|subdomains?|merchants?|teams?"
)
TENANT_WORD = re.compile(rf"(?:^|[^a-zA-Z])(?:{TENANT})(?:[^a-zA-Z]|$)", re.IGNORECASE)
TENANT_COLUMN = re.compile(
    rf"(?:(?:{TENANT})(?:_?(?:id|ids|uuid|slug|slugs|name|names|key|code|domain|email|subdomain|schema))?|custom_domain|owner_email|"
    r"schema_name|email|user_email|email_address)\Z",
    re.IGNORECASE,
)
OWN_COLUMN = frozenset(
    {
        "id",
        "pk",
        "uuid",
        "slug",
        "name",
        "domain",
        "email",
        "key",
        "code",
        "identifier",
        "external_id",
        "display_name",
        "schema",
    }
)
"""Columns that name a row of a tenant's own table."""
ACCOUNTING = re.compile(r"account(?:ing)?_?(?:type|number|code|status|kind)\Z", re.IGNORECASE)

REMOVAL = re.compile(
    r"(?:^|[^a-z])(?:purge|cleanup|clean|cleaner|delete|deletes|remove|removal|reset|wipe|clear|drop|truncate|erase|destroy|nuke|prune|teardown|offboard|"
    r"deprovision|forget|reseed|unseed)(?:[^a-z]|$)",
    re.IGNORECASE,
)
PURGE = re.compile(
    r"(?:^|[^a-z])(?:purge|cleanup|clean_?up|wipe|reset|truncate|erase|nuke|prune|destroy|offboard|deprovision)(?:[^a-z]|$)",
    re.IGNORECASE,
)
STAND_IN = (
    r"tests?|test(?:er|ing|ed|user|tenant|org|company|account|corp|co)\d*|test\d+|demos?|demo(?:tenant|org|account|user|company|corp)?\d*|e2e|samples?|"
    r"dummy|fake|mock(?:ed)?|fixtures?|smoke|canary|playground|loadtest|placeholder|foo|bar|baz|examples?|invalid|changeme"
)
SENTINEL = re.compile(
    rf"(?:^|[^a-z])(?:{STAND_IN}|default|dev|development|local(?:host|dev)?|sandbox|staging|tmp|temp|seed(?:ed|er|s)?|ci|qa|none|null|unknown|system|root|"
    r"admin|anonymous|public|guest|your\w*|my(?:[^a-z]|company|org|tenant|workspace|app|team|account)|xxx+|todo|all)(?:[^a-z]|$)",
    re.IGNORECASE,
)
INVENTED = re.compile(rf"(?:^|[^a-z])(?:{STAND_IN})(?:[^a-z]|$)", re.IGNORECASE)
FOR_EVERYBODY = re.compile(r"(?:^|_)(?:single|default|system|platform|internal|null|public)(?:_|$)", re.IGNORECASE)
"""Variables that hold what is nobody's: ``SINGLE_TENANT_ID``."""
NOBODY = re.compile(r"[0-]*\Z|[%*?_ ]*\Z|.*[{}<>$].*|:\w+\Z|%s\Z|\?\Z|[0-9a-f]{8}-0000-.*", re.DOTALL)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def words(name: str) -> str:
    """A name with its parts apart: ``purgeOldTenants`` and ``purge_old_tenants`` read the same."""
    return CAMEL.sub("_", name)


def is_tenant_column(column: str, model: str = "") -> bool:
    """Whether a column names a tenant: by its own name, or as the key of a tenant's table."""
    column = (
        column.rpartition(".")[2].rpartition("__")[0]
        if column.endswith(("__in", "__iexact", "__icontains", "__exact"))
        else column
    )
    last = column.rpartition(".")[2]
    if ACCOUNTING.match(last):
        return False
    if TENANT_COLUMN.match(last):
        return True
    return last in OWN_COLUMN and bool(model) and is_tenant_model(model)


def is_tenant_model(model: str) -> bool:
    """Whether a class or table holds tenants: ``Tenant``, ``organizations``."""
    return re.fullmatch(TENANT, model.rpartition(".")[2], re.IGNORECASE) is not None


def is_somebody(value: str, variable: str = "") -> bool:
    """Whether a literal names one particular tenant: no placeholder, no stand-in such as ``demo`` or a zero UUID."""
    plain = value.strip("%* ")
    if not plain or NOBODY.match(value) or FOR_EVERYBODY.search(words(variable)):
        return False
    local, at, domain = plain.rpartition("@")
    if at:  # an administrator of a real domain is somebody
        return not INVENTED.search(local) and SENTINEL.search(words(domain)) is None and bool(local or domain)
    return not SENTINEL.search(words(plain))


def says_removal(name: str) -> bool:
    """Whether a path or a function name says that something is removed."""
    return REMOVAL.search(words(name)) is not None


def says_purge(name: str) -> bool:
    """Whether a name speaks of removal for maintenance, which an application's own ``delete_user`` does not."""
    return PURGE.search(words(name)) is not None
