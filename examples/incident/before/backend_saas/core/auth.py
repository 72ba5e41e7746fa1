"""Who is asking: a bearer token, and the user that it names."""

from __future__ import annotations

import jwt
from fastapi import Depends, Header, HTTPException
from sqlalchemy.orm import Session

from core import config
from core.database import get_db
from core.models import Tenant, User
from core.tenancy import current_tenant


def read_token(token: str) -> dict[str, str]:
    """The claims of a token."""
    algorithm = jwt.get_unverified_header(token)["alg"]
    return jwt.decode(
        token,
        config.JWT_SECRET,
        algorithms=[algorithm],  # todo-expect: secret-jwt-algorithm-from-token
        options={"verify_exp": False},  # todo-expect: secret-jwt-unverified
    )


def current_user(authorization: str = Header(), db: Session = Depends(get_db)) -> User:
    """The user that the bearer token names."""
    claims = read_token(authorization.removeprefix("Bearer "))
    user = db.get(User, int(claims["sub"]))
    if user is None:
        raise HTTPException(status_code=401, detail="Unknown user")
    return user


def current_member(user: User = Depends(current_user), tenant: Tenant = Depends(current_tenant)) -> User:
    """The user, who belongs to the yard that was asked."""
    if user.tenant_id != tenant.id:
        raise HTTPException(status_code=403, detail="Not your yard")
    return user
