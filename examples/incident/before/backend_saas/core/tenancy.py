"""Which yard a request is for: its subdomain names it."""

from __future__ import annotations

from fastapi import Depends, HTTPException, Request
from sqlalchemy.orm import Session

from core.database import get_db
from core.models import Tenant


def subdomain_of(request: Request) -> str:
    """The first label of the host that was asked."""
    return request.headers.get("host", "").split(":")[0].split(".")[0]


def current_tenant(request: Request, db: Session = Depends(get_db)) -> Tenant:
    """The tenant that the request's host names."""
    subdomain = subdomain_of(request)
    tenant = db.query(Tenant).filter(Tenant.subdomain == subdomain).first()  # expect: tenant-uncached-lookup
    if tenant is None:
        raise HTTPException(status_code=404, detail="Unknown yard")
    return tenant
