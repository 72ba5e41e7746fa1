"""Which mapped classes stand for a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._names import ALWAYS, ORGANIZATIONS, column_of, meant, meant_without, words_of
from ._recognised import PEOPLE, Recognised, based, columns_of, recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index

TELLING = frozenset({"ApiKey", "APIKey", "ApiToken", "APIToken", "Domain", "CustomDomain"})
"""Classes whose rows say which customer a request is for."""
DOMAINS = frozenset({"django_tenants.models.DomainMixin"})
"""Bases of the model that says which customer a host name belongs to."""
HAD = frozenset(
    {"branding", "configuration", "config", "entitlement", "feature", "licence", "license", "module", "package", "plan"}
    | {"setting", "subscription"}
)
"""Last words of classes of what a customer has one of, or a few: it changes as seldom as the customer does."""
PARTS = ("App", "Applet", "Addon", "Service")
"""What a customer has switched on, where the class says whose: ``TenantApp``."""


def tenant_models(index: Index) -> frozenset[str]:
    """Names of the classes: configured, else recognised by a base, by name, or by how many other classes belong to them."""
    if index.tenant_models:
        index.keep("tenant-models-known", lambda: _say_unknown(index))
        return frozenset(index.tenant_models)
    return _recognised(index).names


def _say_unknown(index: Index) -> None:
    """A name that is misspelt would silently turn off what is said of tenants."""
    known = frozenset(cls.name for cls in index.mapped)
    for name in index.tenant_models:
        if name not in known:
            index.unknown[f"tenant-models: no mapped class is called {name}"] = (name, known)


def is_said(index: Index) -> bool:
    """Whether the configuration or the code calls them customers, and it is not only counted what belongs to them."""
    return bool(index.tenant_models) or _recognised(index).is_said


def _recognised(index: Index) -> Recognised:
    found: Recognised = index.keep("tenant-models", lambda: recognised(index))
    return found


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
    whose = owners(tenants)
    for cls in index.mapped if tenants else ():
        own = whose.intersection(columns_of(cls))
        last = next(reversed(words_of(meant_without(cls.name))), "").lower()
        is_part = any(cls.name == f"{word}{part}" for word in words for part in PARTS)
        if own and cls.name not in tenants and (is_part or last.removesuffix("s") in HAD):
            yield cls.name, frozenset(own | {name.removesuffix("_id") for name in own})


def _telling(index: Index, tenants: frozenset[str]) -> Iterator[str]:
    whose = owners(tenants)
    columns = {cls.name: frozenset(columns_of(cls)) for cls in index.mapped} if tenants else {}
    between = {f"{name.lower()}_id" for name, own in columns.items() if not whose.isdisjoint(own)}
    between -= {f"{person}_id" for person in PEOPLE}
    yield from based(index.mapped if tenants else (), DOMAINS)
    for name, own in columns.items():
        is_of_tenant = any(name == f"{tenant}{kind}" for tenant in ALWAYS | tenants for kind in TELLING)
        if is_of_tenant or (name in TELLING and not own.isdisjoint(whose | between)):
            yield name


def owners(tenants: frozenset[str]) -> set[str]:
    """Columns that say of which customer a row is."""
    found = {f"{column_of(name)}_id" for name in tenants}
    return found | {"org_id"} if ORGANIZATIONS.intersection(map(meant, tenants)) else found
