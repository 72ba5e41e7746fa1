"""A database session is kept open while a request waits for another service.

## Why
A session that has run a query holds a connection of the pool until it commits, rolls back or closes. An answer of a language
model takes seconds: with 15 connections, 15 such requests at once leave none for anybody else, and the next one fails with
`QueuePool limit ... connection timed out`.

## Bad
    import httpx
    from fastapi import Depends, FastAPI
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession

    app = FastAPI()

    async def get_db(): ...

    @app.post("/summary")
    async def summary(id: int, db: AsyncSession = Depends(get_db)):
        note = (await db.execute(text("SELECT body FROM notes WHERE id = :id"), {"id": id})).scalar_one()
        async with httpx.AsyncClient() as web:
            answer = await web.post("https://models.test/summary", json={"text": note})
        await db.execute(text("UPDATE notes SET summary = :s WHERE id = :id"), {"s": answer.text, "id": id})

## Good
    import httpx
    from fastapi import Depends, FastAPI
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession

    app = FastAPI()

    async def get_db(): ...

    @app.post("/summary")
    async def summary(id: int, db: AsyncSession = Depends(get_db)):
        note = (await db.execute(text("SELECT body FROM notes WHERE id = :id"), {"id": id})).scalar_one()
        await db.commit()
        async with httpx.AsyncClient() as web:
            answer = await web.post("https://models.test/summary", json={"text": note})
        await db.execute(text("UPDATE notes SET summary = :s WHERE id = :id"), {"s": answer.text, "id": id})

## Configuration
Off unless it is selected by its id: how long the other service takes decides whether it matters, and the code does not say.

## For agents
Close the session, or end its transaction, before a call to another service is awaited.

## Limits
Seen within one function. The wait is an awaited call of a known HTTP or model client, or `asyncio.sleep`; one that stands in
a function of the project is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Call, Confidence, Context, Finding, Note, dotted, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOW = (
    "httpx.", "aiohttp.", "openai.", "anthropic.", "litellm.", "cohere.", "mistralai.", "groq.", "google.genai.",
    "google.generativeai.", "aioboto3.", "aiobotocore.", "stripe.", "asyncio.sleep", "anyio.sleep",
)  # fmt: skip
"""Libraries whose awaited calls go over the network, and sleeps."""
ENDS = frozenset({"commit", "rollback", "close", "aclose", "remove", "release", "invalidate"})
"""Methods of a session that give its connection back."""
SESSIONS = ("Session", "AsyncSession", "Connection", "AsyncConnection")


@rule(
    "database-session-held-over-await-of-remote",
    needs=("await ",),
    reach=True,
    status="preview",
    confidence="medium",
    since="0.1",
)
def waits_with_a_session(call: Call) -> bool:
    """An awaited call of another service, with a session that was used before it and is still open."""
    return call.is_awaited and any(name.startswith(SLOW) for name in call.external) and held_since(call) is not None


@waits_with_a_session.on("*")
def report(ctx: Context, call: Call) -> Iterator[Finding]:
    """The wait, with the query that took the connection."""
    query = held_since(call)
    if query is None:
        return
    text = f"{call.name} is awaited while {session_of(query)} holds a database connection"
    level = Confidence.MEDIUM if call.function.is_reached else Confidence.LOW
    finding = ctx.finding(call, text, confidence=level).with_related(Note(query.span, "the connection is taken here"))
    yield finding.with_help("commit or close the session before waiting, and take a new one after")


def session_of(call: Call) -> str:
    """The name before the method: ``db`` in ``db.execute(...)``."""
    return (dotted(call.callee) or "").rpartition(".")[0]


def held_since(call: Call) -> Call | None:
    """The last query before a wait whose session nothing ended, and that is used again or left open; None for none."""
    found: Call | None = None
    for other in call.function.calls:
        if other.ordinal >= call.ordinal:
            break
        name = session_of(other)
        if found is not None and other.name in ENDS and name == session_of(found):
            found = None
        elif name and "." not in name and holds(other) and in_same_block(other, call):
            found = other
    return found


def holds(call: Call) -> bool:
    """Whether a call runs a statement on a session or a connection."""
    query = call.database
    return query is not None and query.proven and call.name not in ENDS and query.receiver.endswith(SESSIONS)


def in_same_block(query: Call, wait: Call) -> bool:
    """Whether a wait stands where the query's ``with`` blocks and branches are still open."""
    return set(query.frame_ids) <= set(wait.frame_ids)
