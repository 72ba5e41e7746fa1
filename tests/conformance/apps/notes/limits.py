"""Rate limiting: a counter a minute and address."""

import time

from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .connection import client

EXEMPT = ("/health", "/version")
LIMIT = 1000


class RateLimitMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next) -> Response:
        if request.url.path in EXEMPT:
            return await call_next(request)
        address = request.client.host if request.client else "unknown"
        key = f"rate:{address}:{int(time.time() // 3600)}"
        count = await client.incr(key)
        if count == 1:
            await client.expire(key, 3600)
        if count > LIMIT:
            return JSONResponse({"detail": "too many requests"}, status_code=429)
        return await call_next(request)
