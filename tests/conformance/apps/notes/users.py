"""Who asks: a session in Redis."""

from typing import Annotated

import redis.asyncio as redis
from fastapi import Depends, Header, HTTPException

from .connection import get_redis


async def current_user(
    authorization: Annotated[str, Header()] = "",
    store: redis.Redis = Depends(get_redis),
) -> str:
    user = await store.get(f"session:{authorization}")
    if user is None:
        raise HTTPException(401)
    return user


async def admin(user: Annotated[str, Depends(current_user)], store: Annotated[redis.Redis, Depends(get_redis)]) -> str:
    if not await store.sismember("admins", user):
        raise HTTPException(403)
    return user
