"""Who is asking: a verified bearer token, and the user that it names."""

from __future__ import annotations

from typing import Any

import jwt
from fastapi import Depends, Header, HTTPException
from sqlalchemy.orm import Session

from core import config
from core.database import get_db
from core.models import User
from core.tenancy import TenantInfo, current_tenant

ALGORITHM = "HS256"
ISSUER = "tidewater-desk"


def read_token(token: str) -> dict[str, Any]:
    """The claims of a token that we signed, for us, and that has not expired.

    Raises:
        HTTPException: 401 for any other.
    """
    try:
        return jwt.decode(
            token,
            config.JWT_SECRET,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            options={"require": ["exp", "iss", "sub"]},
        )
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401, detail="Not signed in") from None


def current_user(authorization: str = Header(), db: Session = Depends(get_db)) -> User:
    """The user that the bearer token names."""
    claims = read_token(authorization.removeprefix("Bearer "))
    user = db.get(User, int(claims["sub"]))
    if user is None:
        raise HTTPException(status_code=401, detail="Unknown user")
    return user


def current_member(user: User = Depends(current_user), tenant: TenantInfo = Depends(current_tenant)) -> User:
    """The user, who belongs to the yard that was asked."""
    if user.tenant_id != tenant.id:
        raise HTTPException(status_code=403, detail="Not your yard")
    return user
