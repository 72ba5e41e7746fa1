"""Puts the service together."""

from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi_cache import FastAPICache
from fastapi_cache.backends.redis import RedisBackend
from fastapi_cache.decorator import cache
from redis import asyncio as aioredis
from slowapi import Limiter
from slowapi.util import get_remote_address

from .config import get_settings
from .routes import router

limiter = Limiter(key_func=get_remote_address, storage_uri=get_settings().redis_url)


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.redis = aioredis.from_url(get_settings().redis_url)
    FastAPICache.init(RedisBackend(app.state.redis), prefix="hub")
    yield
    await app.state.redis.aclose()


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.state.limiter = limiter
    app.include_router(router, prefix="/api")

    @app.get("/alive")
    def alive() -> dict:
        return {"alive": True}

    @app.get("/limited")
    @limiter.limit("1000/minute")
    async def limited(request: Request) -> dict:
        return {"limited": True}

    @app.get("/figures")
    @cache(expire=60)
    async def figures() -> dict:
        return {"figures": [1, 2, 3]}

    @app.get("/state")
    async def state(request: Request) -> dict:
        return {"size": await request.app.state.redis.dbsize()}

    return app


app = create_app()
