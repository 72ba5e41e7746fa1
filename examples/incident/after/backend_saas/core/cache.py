"""The only place that builds a Redis client, and that honours the kill switch ``SUSPEND_REDIS=true``."""

from __future__ import annotations

import os

import redis

_client: redis.Redis | None = None


def redis_client() -> redis.Redis | None:
    """The process's one client; None while Redis is suspended or not configured, and local memory has to do."""
    global _client
    url = os.getenv("REDIS_URL", "")
    if os.getenv("SUSPEND_REDIS", "").lower() == "true" or not url:
        return None
    if _client is None:
        _client = redis.from_url(url, decode_responses=True, socket_timeout=2, socket_connect_timeout=2)
    return _client
