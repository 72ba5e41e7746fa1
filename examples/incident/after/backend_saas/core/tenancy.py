"""Which yard a request is for: its subdomain names it, and a local cache remembers it for five minutes."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from cachetools import TTLCache
from fastapi import Depends, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.database import get_db
from core.models import Tenant

CACHE_SECONDS = 300


@dataclass(frozen=True)
class TenantInfo:
    """What requests need to know of a tenant; bound to no session, so it may outlive one."""

    id: int
    name: str
    subdomain: str
    plan: str
    logo_url: str | None
    primary_color: str | None


NOBODY = TenantInfo(id=0, name="", subdomain="", plan="", logo_url=None, primary_color=None)

_tenants: TTLCache[str, TenantInfo] = TTLCache(maxsize=10_000, ttl=CACHE_SECONDS)
_lock = threading.Lock()


def find_tenant(subdomain: str, db: Session) -> TenantInfo:
    """The tenant with a subdomain, or ``NOBODY``, which is remembered as well."""
    with _lock:
        known = _tenants.get(subdomain)
    if known is not None:
        return known
    tenant = db.scalars(select(Tenant).where(Tenant.subdomain == subdomain)).first()
    found = NOBODY
    if tenant is not None:
        found = TenantInfo(
            tenant.id, tenant.name, tenant.subdomain, tenant.plan, tenant.logo_url, tenant.primary_color
        )
    with _lock:
        _tenants[subdomain] = found
    return found


def forget_tenant(subdomain: str) -> None:
    """Call after every change of a tenant; other machines follow within ``CACHE_SECONDS``."""
    with _lock:
        _tenants.pop(subdomain, None)


def subdomain_of(request: Request) -> str:
    """The first label of the host that was asked."""
    return request.headers.get("host", "").split(":")[0].split(".")[0]


def current_tenant(request: Request, db: Session = Depends(get_db)) -> TenantInfo:
    """The tenant that the request's host names."""
    tenant = find_tenant(subdomain_of(request), db)
    if tenant is NOBODY:
        raise HTTPException(status_code=404, detail="Unknown yard")
    return tenant
