"""The cache that the whole process shares: one Redis client behind a few methods."""

from __future__ import annotations

import json
from typing import Any

import redis

from core import config


class CacheService:
    """One instance a process; values are stored as JSON."""

    _instance: CacheService | None = None
    client: redis.Redis

    def __new__(cls) -> CacheService:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
            cls._instance._connect()
        return cls._instance

    def _connect(self) -> None:
        self.client = redis.from_url(  # expect: redis-kill-switch
            config.REDIS_URL,
            decode_responses=True,
            socket_timeout=5,
            socket_connect_timeout=5,
        )

    def get(self, key: str) -> Any:
        """The value under a key, or None."""
        value = self.client.get(key)
        return json.loads(value) if value is not None else None

    def set(self, key: str, value: Any, ttl: int) -> None:
        """Store a value for some seconds."""
        self.client.set(key, json.dumps(value), ex=ttl)

    def increment(self, key: str, ttl: int) -> int:
        """Count one up; the first count starts the time to live."""
        count = self.client.incr(key)  # expect: redis-check-then-get
        if count == 1:
            self.client.expire(key, ttl)
        return count

    def ping(self) -> bool:
        """Whether Redis answers."""
        return bool(self.client.ping())
