"""Feature flags."""

from cachetools import TTLCache, cached

from .cache import get_cache


@cached(TTLCache(maxsize=256, ttl=30))
def enabled(flag: str) -> bool:
    return get_cache().redis.sismember("flags", flag) == 1
