"""An application whose middleware asks Redis on every request."""

from __future__ import annotations

APP = """
import redis
from fastapi import FastAPI, Request

app = FastAPI()
client = redis.Redis()

@app.middleware("http")
async def limit(request: Request, call_next):
    if client.incr(request.url.path) > 100:
        raise RuntimeError
    return await call_next(request)
"""
