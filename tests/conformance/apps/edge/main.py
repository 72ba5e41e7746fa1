"""A gateway in plain Starlette: routes in a list, a pure ASGI middleware."""

import os

import redis.asyncio as redis
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route

store = redis.Redis.from_url(os.environ["REDIS_URL"], decode_responses=True)


class KeyCheck:
    """Knows callers by their key; health checks need none."""

    def __init__(self, app, header: bytes = b"x-key") -> None:
        self.app = app
        self.header = header

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http" or scope["path"] == "/healthz":
            await self.app(scope, receive, send)
            return
        key = dict(scope["headers"]).get(self.header, b"").decode()
        owner = await store.hget("keys", key)
        if owner is None:
            await PlainTextResponse("no key", status_code=401)(scope, receive, send)
            return
        scope["owner"] = owner
        await self.app(scope, receive, send)


async def healthz(_: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


async def whoami(request: Request) -> JSONResponse:
    return JSONResponse({"owner": request.scope["owner"]})


class Link(HTTPEndpoint):
    async def get(self, request: Request) -> JSONResponse:
        target = await store.get(f"link:{request.path_params['name']}")
        return JSONResponse({"target": target})

    async def put(self, request: Request) -> JSONResponse:
        name = request.path_params["name"]
        await store.set(f"link:{name}", (await request.body()).decode(), ex=3600)
        await store.sadd("links", name)
        return JSONResponse({"name": name})


async def usage(request: Request) -> JSONResponse:
    hits = await store.incr(f"hits:{request.scope['owner']}")
    return JSONResponse({"hits": hits})


app = Starlette(
    routes=[
        Route("/healthz", healthz),
        Route("/whoami", whoami),
        Route("/links/{name}", Link),
        Mount("/v1", routes=[Route("/usage", usage, methods=["POST"])]),
    ],
    middleware=[Middleware(KeyCheck)],
)
