"""Counts requests in the process and tells Redis every half minute."""

import threading
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from .cache import get_cache

INTERVAL = 30.0


class Metrics:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.count = 0
        self.last = 0.0
        self.lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self.note()
        await self.app(scope, receive, send)

    def note(self) -> None:
        with self.lock:
            self.count += 1
            now = time.monotonic()
            if now - self.last >= INTERVAL:
                self.last = now
                self.flush()

    def flush(self) -> None:
        get_cache().redis.incrby("requests", self.count)
        self.count = 0
