"""A library's middleware reads the tenant from the database on every request.

## Why
The middlewares of django-tenants ask for the domain of each request, joined with its tenant, and keep nothing: every
request, to static pages and health checks of load balancers as well, begins with a query, though which customer a host
belongs to hardly ever changes.

## Bad
    --- shop/settings.py
    ROOT_URLCONF = "shop.urls"
    TENANT_MODEL = "shop.Store"
    TENANT_DOMAIN_MODEL = "shop.Host"
    MIDDLEWARE = [
        "django_tenants.middleware.main.TenantMainMiddleware",
        "django.middleware.common.CommonMiddleware",
    ]
    --- shop/models.py
    from django_tenants.models import DomainMixin, TenantMixin

    class Store(TenantMixin): ...

    class Host(DomainMixin): ...

## Good
    --- shop/settings.py
    ROOT_URLCONF = "shop.urls"
    TENANT_MODEL = "shop.Store"
    TENANT_DOMAIN_MODEL = "shop.Host"
    MIDDLEWARE = [
        "shop.middleware.StoreMiddleware",
        "django.middleware.common.CommonMiddleware",
    ]
    --- shop/middleware.py
    from cachetools import TTLCache
    from django_tenants.middleware.main import TenantMainMiddleware

    stores = TTLCache(maxsize=1000, ttl=300)

    class StoreMiddleware(TenantMainMiddleware):
        def get_tenant(self, domain_model, hostname):
            store = stores.get(hostname)
            if store is None:
                store = stores[hostname] = super().get_tenant(domain_model, hostname)
            return store
    --- shop/models.py
    from django_tenants.models import DomainMixin, TenantMixin

    class Store(TenantMixin): ...

    class Host(DomainMixin): ...

## Configuration
`ttl` and `requests-per-day` are what the message's saving is made of.

## For agents
Put a subclass whose `get_tenant` asks a local cache first in the place of `TenantMainMiddleware`.

## Limits
Reported is a middleware of django-tenants itself that a list called `MIDDLEWARE` names, in settings that are served: not
those of tests or of developers' machines. So is a class of the project that inherits from one and leaves the reading to
it: with a `get_tenant` of its own, or a `process_request` that asks the inherited one in a branch, it is taken to keep
what it reads. A domain that nobody has is asked for each time, too; keep such answers as well where requests bring any host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import Class, Confidence, Context, Finding, Index, Option, Place, rule, text_of

from .._settings import is_served
from .._work import DAY, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

TTL = Option("ttl", 300, "seconds that the suggested local cache lasts", minimum=1)
REQUESTS = Option(
    "requests-per-day", 144_000, "requests a day for one tenant, for the saving that the message names", minimum=1
)


STRAIGHT = frozenset({"try", "with"})
"""Blocks that run whenever what stands around them does."""


class Listed(NamedTuple):
    """A middleware that reads the tenant, where a setting lists it."""

    path: str
    place: Place
    name: str


@rule(
    "tenant-middleware-lookup",
    needs=("django_tenants.middleware",),
    reach=True,
    severity="warning",
    options=(TTL, REQUESTS),
    since="0.1",
)
def lists_one(index: Index) -> bool:
    """A project whose settings list such a middleware."""
    return bool(listed(index))


@lists_one.on("*")
def report(ctx: Context, index: Index) -> Iterator[Finding]:
    """Each once."""
    loads, requests = max(DAY // ctx.option(TTL), 1), ctx.option(REQUESTS)
    queries = "1 query" if loads == 1 else f"{loads:,} queries"
    for found in listed(index):
        name = found.name.rpartition(".")[2]
        text = f"{name} reads the tenant from the database on every request, and keeps nothing"
        if loads < requests:
            text += (
                f": {ctx.option(TTL)} s in a local cache make it {queries} a day per tenant at most; "
                f"-{percent(1 - loads / requests)} at {requests:,} requests"
            )
        span = index.place_span(found.path, found.place, found.name.lower())
        yield ctx.finding(span, text, confidence=Confidence.MEDIUM).with_help(
            "list a subclass whose `get_tenant` keeps what it finds for a while, and forgets it when a domain changes"
        )


def listed(index: Index) -> list[Listed]:
    """Those of the catalog that a ``MIDDLEWARE`` of served settings names."""
    found: list[Listed] = index.keep("tenant-middlewares", lambda: list(_listed(index)))
    return found


def _listed(index: Index) -> Iterator[Listed]:
    rows = [row for row in index.project.catalog.works if row.tenant]
    names = {name for row in rows for name in row.names}
    settings = {setting for row in rows for setting in row.settings}
    told: set[str] = set()
    for path in index.paths if names else ():
        if path in index.tests or not is_served(path) or index.settings.modules.is_unloaded(path):
            continue
        for ordinal, assign in enumerate(index.table(path).facts.assigns):
            if type(assign.target) is str and assign.target in settings and type(assign.value) is list:
                texts = [text for part in parts(assign.value) if (text := text_of(part))]
                name = next((text for text in texts if text in names or _reads_as_well(index, path, text, names)), None)
                if name is not None and name not in told:
                    told.add(name)  # other settings may list it anew
                    yield Listed(path, Place("assign", ordinal, assign.scope, assign.frame), name)


def _reads_as_well(index: Index, path: str, name: str, names: set[str]) -> bool:
    """Whether a name is of a class of the project that leaves it to one of these to read the tenant."""
    linker = index.project.linker
    module, _, last = name.rpartition(".")
    target = linker.modules.absolute(path, module) if module else None
    if target is None or not target.endswith(".py"):
        return False
    for value in sorted(linker.evaluate(target, 0, last)):
        own: list[Class] = []
        for cls in linker.mro(value.place, value.scope) if value.kind == "def" else ():
            if cls.kind == "ext" and cls.place in names:
                return not any(map(_keeps, own))
            own.append(Class(index, cls.place, cls.scope))
    return False


def _keeps(cls: Class) -> bool:
    """Whether a class may answer for what it inherits: by a ``get_tenant``, or a hook that asks it only sometimes."""
    methods = {method.name: method for method in cls.methods}
    if "get_tenant" in methods:
        return True
    return any(
        not any(call.name == name and {kind for kind, _ in call.frames} <= STRAIGHT for call in methods[name].calls)
        for name in ("__call__", "process_request")
        if name in methods
    )


def parts(expr: object) -> Iterator[object]:
    """The items of a list, and of lists that it is added together of."""
    if type(expr) is list:
        for part in expr[1:]:
            yield from parts(part)
    else:
        yield expr
