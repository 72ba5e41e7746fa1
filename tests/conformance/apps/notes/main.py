"""Notes: a small asynchronous service that keeps everything in Redis."""

import asyncio
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException

from .boards import router as boards
from .connection import client
from .limits import RateLimitMiddleware
from .settings import tenant_settings
from .users import admin, current_user


@asynccontextmanager
async def lifespan(_: FastAPI):
    await client.ping()
    yield
    await client.aclose()


app = FastAPI(lifespan=lifespan)
app.add_middleware(RateLimitMiddleware)
app.include_router(boards, prefix="/boards")


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/version")
def version() -> dict:
    return {"version": "1"}


@app.get("/notes/{note}")
async def read_note(note: str) -> dict:
    text = await client.get(f"note:{note}")
    if text is None:
        raise HTTPException(404)
    return {"text": text}


@app.post("/notes")
async def write_note(text: str, user: Annotated[str, Depends(current_user)]) -> dict:
    number = await client.incr("notes")
    await client.set(f"note:{number}", text, ex=86400)
    await client.sadd(f"notes:{user}", number)
    return {"note": number}


@app.get("/notes")
async def list_notes(user: Annotated[str, Depends(current_user)]) -> list:
    return [await client.get(f"note:{number}") for number in await client.smembers(f"notes:{user}")]


@app.get("/notes-at-once")
async def list_at_once(user: str = Depends(current_user)) -> list:
    numbers = await client.smembers(f"notes:{user}")
    if not numbers:
        return []
    return await client.mget([f"note:{number}" for number in numbers])


@app.delete("/notes/{note}")
async def delete_note(note: str, _: Annotated[str, Depends(admin)]) -> dict:
    if await client.exists(f"note:{note}"):
        await client.delete(f"note:{note}")
        return {"deleted": True}
    return {"deleted": False}


@app.get("/me")
async def me(user: Annotated[str, Depends(current_user)], again: Annotated[str, Depends(current_user)]) -> dict:
    return {"user": user, "same": user == again}


@app.get("/settings/{tenant}")
async def settings(tenant: str) -> dict:
    return await tenant_settings(tenant)


@app.get("/overview")
async def overview() -> dict:
    notes, admins, boards = await asyncio.gather(client.get("notes"), client.scard("admins"), client.zcard("boards"))
    return {"notes": notes, "admins": admins, "boards": boards}


async def announce(text: str) -> None:
    await client.publish("notes", text)


@app.post("/announce")
async def announce_later(text: str, tasks: BackgroundTasks) -> dict:
    tasks.add_task(announce, text)
    return {"queued": True}


@app.post("/reindex")
async def reindex() -> dict:
    async with client.lock("reindex", timeout=10):
        await client.delete("index")
    return {"done": True}
