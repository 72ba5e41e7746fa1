"""Tidewater Desk's API: bookings and service tickets for boatyards."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.orm import configure_mappers
from starlette.concurrency import run_in_threadpool

from api.routes import calendar_routes, health_routes, tenant_routes, ticket_routes
from core import config
from core.security.middleware import RateLimitMiddleware
from core.startup import check_database, check_redis

logging.basicConfig(level=config.LOG_LEVEL)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Look at each dependency once; one that is away is logged and takes nothing else down."""
    configure_mappers()
    await run_in_threadpool(check_database)
    await run_in_threadpool(check_redis)
    yield


app = FastAPI(title="Tidewater Desk", version="4.9.0", lifespan=lifespan)

app.add_middleware(RateLimitMiddleware, requests_per_minute=config.REQUESTS_PER_MINUTE)

app.include_router(health_routes.router)
app.include_router(tenant_routes.router, prefix="/api")
app.include_router(ticket_routes.router, prefix="/api")
app.include_router(calendar_routes.router, prefix="/api")
