"""The one Redis client of the service."""

import os

import redis.asyncio as redis

client = redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


def get_redis() -> redis.Redis:
    return client
