"""Settings that rarely change, kept for a minute."""

import time

from .connection import client

TTL = 60
_kept: dict[str, tuple[float, dict]] = {}


async def tenant_settings(tenant: str) -> dict:
    now = time.monotonic()
    known = _kept.get(tenant)
    if known is not None and now < known[0]:
        return known[1]
    found = await client.hgetall(f"settings:{tenant}")
    _kept[tenant] = (now + TTL, found)
    return found
