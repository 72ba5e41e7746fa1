"""A wrapper around Redis that the whole shop uses."""

import json
import os
from functools import lru_cache

import redis


class Cache:
    def __init__(self, url: str) -> None:
        self.redis = redis.Redis.from_url(url, decode_responses=True)

    def load(self, key: str):
        raw = self.redis.get(key)
        return None if raw is None else json.loads(raw)

    def store(self, key: str, value, ttl: int = 300) -> None:
        self.redis.setex(key, ttl, json.dumps(value))

    def remember(self, key: str, make, ttl: int = 300):
        value = self.load(key)
        if value is None:
            value = make()
            self.store(key, value, ttl)
        return value


@lru_cache
def get_cache() -> Cache:
    return Cache(os.environ["REDIS_URL"])
