"""How often one identifier may ask in a minute, over all machines."""

from __future__ import annotations

import threading
import time
from collections import Counter

import redis

from core.cache import redis_client

WINDOW_SECONDS = 60
SYNC_SECONDS = 30


class RateLimiter:
    """Fixed windows of a minute, counted in local memory; the machines tell each other every ``SYNC_SECONDS``."""

    def __init__(self, requests_per_minute: int) -> None:
        self.requests_per_minute = requests_per_minute
        self._lock = threading.Lock()
        self._window = 0
        self._unsent: Counter[str] = Counter()
        self._known: Counter[str] = Counter()
        self._last_sync = time.monotonic()

    def allow(self, identifier: str) -> bool:
        """Whether this request still fits in the current minute."""
        window = int(time.time() // WINDOW_SECONDS)
        with self._lock:
            if window != self._window:
                self._window = window
                self._unsent.clear()
                self._known.clear()
            self._unsent[identifier] += 1
            used = self._known[identifier] + self._unsent[identifier]
        now = time.monotonic()
        if now - self._last_sync >= SYNC_SECONDS:
            self._last_sync = now
            self._sync()
        return used <= self.requests_per_minute

    def _sync(self) -> None:
        """Send what was counted here, learn what all machines counted: one round trip, two commands an identifier."""
        client = redis_client()
        if client is None:
            return
        with self._lock:
            window = self._window
            sent = dict(self._unsent)
            self._known.update(sent)
            self._unsent.clear()
        pipe = client.pipeline(transaction=False)
        for identifier, count in sent.items():
            key = f"ratelimit:{identifier}:{window}"
            pipe.incrby(key, count)
            pipe.expire(key, 2 * WINDOW_SECONDS)
        try:
            totals = pipe.execute()[::2]
        except redis.RedisError:
            return  # what was counted here goes on to count here
        with self._lock:
            if window == self._window:
                for identifier, total in zip(sent, totals):
                    self._known[identifier] = total
