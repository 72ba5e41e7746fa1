"""Tidewater Desk's API: bookings and service tickets for boatyards."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api.routes import calendar_routes, health_routes, tenant_routes, ticket_routes
from core import config
from core.database import Base, engine
from core.security.middleware import RateLimitMiddleware
from core.startup import start_services

logging.basicConfig(level=config.LOG_LEVEL)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Create what is missing in the database, then start the background services."""
    await run_in_threadpool(Base.metadata.create_all, engine)  # expect: runtime-unguarded-startup
    await run_in_threadpool(start_services)
    yield


app = FastAPI(title="Tidewater Desk", version="4.8.1", lifespan=lifespan)

app.add_middleware(RateLimitMiddleware, requests_per_minute=config.REQUESTS_PER_MINUTE)

app.include_router(health_routes.router)
app.include_router(tenant_routes.router, prefix="/api")
app.include_router(ticket_routes.router, prefix="/api")
app.include_router(calendar_routes.router, prefix="/api")
