"""Middleware that every request passes."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import ASGIApp

from core.security.limiter import RateLimiter

EXEMPT = ("/health",)


class RateLimitMiddleware(BaseHTTPMiddleware):
    """Answers 429 to a yard, or to an address, that asks too often."""

    def __init__(self, app: ASGIApp, requests_per_minute: int = 120) -> None:
        super().__init__(app)
        self.limiter = RateLimiter(requests_per_minute)

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Count the request, and refuse it when it is one too many."""
        if request.url.path in EXEMPT:
            return await call_next(request)
        address = request.client.host if request.client else "unknown"
        identifier = request.headers.get("x-tenant-id", address)
        if not await run_in_threadpool(self.limiter.allow, identifier):
            return JSONResponse({"detail": "Too many requests"}, status_code=429, headers={"Retry-After": "60"})
        return await call_next(request)
