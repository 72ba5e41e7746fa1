"""A yard's own data, and the branding that its sign-in page shows."""

from __future__ import annotations

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.auth import current_member
from core.database import get_db
from core.models import Tenant
from core.tenancy import current_tenant

router = APIRouter(tags=["tenant"])


class Branding(BaseModel):
    """What a sign-in page needs to look like the yard's own."""

    logo_url: str | None = None
    primary_color: str | None = None


@router.get("/branding/{subdomain}")
def read_branding(subdomain: str, db: Session = Depends(get_db)) -> Branding:
    """Asked by every page load, before anyone has signed in."""
    tenant = db.scalars(select(Tenant).where(Tenant.subdomain == subdomain)).first()  # expect: tenant-uncached-lookup
    if tenant is None:
        raise HTTPException(status_code=404, detail="Unknown yard")
    return Branding(logo_url=tenant.logo_url, primary_color=tenant.primary_color)


@router.get("/tenant")
def read_tenant(tenant: Tenant = Depends(current_tenant)) -> dict[str, str]:
    """The yard that the host names."""
    return {"name": tenant.name, "subdomain": tenant.subdomain, "plan": tenant.plan}


@router.put("/tenant/branding", dependencies=[Depends(current_member)])
def update_branding(
    change: Branding,
    tenant: Tenant = Depends(current_tenant),
    db: Session = Depends(get_db),
) -> Branding:
    """Change the branding of one's own yard."""
    tenant.logo_url = change.logo_url
    tenant.primary_color = change.primary_color
    db.commit()
    return change
