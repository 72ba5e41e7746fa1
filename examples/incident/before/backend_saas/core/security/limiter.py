"""How often one identifier may ask in a minute, over all machines."""

from __future__ import annotations

import time

from core.cache import CacheService

WINDOW_SECONDS = 60


class RateLimiter:
    """Fixed windows of a minute, counted in Redis."""

    def __init__(self, requests_per_minute: int) -> None:
        self.requests_per_minute = requests_per_minute
        self.cache = CacheService()

    def allow(self, identifier: str) -> bool:
        """Whether this request still fits in the current minute."""
        window = int(time.time() // WINDOW_SECONDS)
        key = f"ratelimit:{identifier}:{window}"
        used = self.cache.increment(key, ttl=2 * WINDOW_SECONDS)  # expect: redis-per-request
        return used <= self.requests_per_minute
