"""Small invented reports that the output tests render."""

from __future__ import annotations

import io
from dataclasses import dataclass

from atomlint.finding import Confidence, Edit, Finding, Note, Position, Severity, Span, Suppression
from atomlint.output import render
from atomlint.report import Looked, Report, Trouble
from atomlint.source import Files

CACHE = """\
import redis.asyncio as redis

client = redis.Redis()


class Cache:
    async def get(self, key: str) -> bytes | None:
        return await client.get(key)
"""
APP = """\
from fastapi import FastAPI, Request

from .cache import Cache

app = FastAPI()


@app.get("/items")
async def items(request: Request) -> list[str]:
    return await Cache().get("items")
"""


@dataclass(frozen=True)
class Rule:
    """What a report knows of a rule."""

    id: str
    summary: str = "A summary"
    why: str = ""
    url: str = ""
    severity: Severity = Severity.ERROR


RULES = {
    "redis-per-request": Rule(
        "redis-per-request",
        "A Redis command on every request",
        "Each request pays a round trip, e.g. 733K an hour. The bill follows.",
        "https://example.com/rules/redis-per-request",
    ),
    "secret-hardcoded": Rule("secret-hardcoded", "A secret in the code", "Whoever reads the code has the key."),
}


def span(path: str, line: int, column: int, end_line: int, end_column: int) -> Span:
    return Span(path, Position(line, column), Position(end_line, end_column))


def located(path: str, text: str, what: str, nth: int = 0) -> Span:
    """The span of the n-th occurrence of a text."""
    offset = -1
    for _ in range(nth + 1):
        offset = text.index(what, offset + 1)
    return Files("", {path: text.encode("utf-8", "surrogatepass")}).source(path).span(offset, offset + len(what))


def finding(
    where: Span, rule: str = "redis-per-request", message: str = "Redis GET on every request", **more
) -> Finding:
    more = {"severity": Severity.ERROR, "confidence": Confidence.HIGH, "fingerprint": "f00d", **more}
    return Finding(rule=rule, message=message, span=where, **more)


def report(*findings: Finding, files: dict[str, str | bytes] | None = None, errors=(), **more) -> Report:
    overlay = {path: text if isinstance(text, bytes) else text.encode() for path, text in (files or {}).items()}
    looked = more.pop("looked", Looked(files=41, read=40, parsed=12, unresolved=3, rules=9))
    return Report(
        root="/nowhere",
        findings=findings,
        errors=errors,
        looked=looked,
        sources=Files("/nowhere", overlay),
        rules=more.pop("rules", RULES),
        **more,
    )


def rendered(name: str, of: Report, **options) -> str:
    stream = io.StringIO()
    render(name, of, stream, **options)
    return stream.getvalue()


GET = finding(
    located("app/cache.py", CACHE, "client.get(key)"),
    related=(
        Note(located("app/cache.py", CACHE, "redis.Redis()"), "the client"),
        Note(located("app/app.py", APP, '@app.get("/items")'), "each request enters here"),
    ),
    trace=(
        Note(located("app/app.py", APP, "async def items"), "request handler `items`"),
        Note(located("app/app.py", APP, 'Cache().get("items")'), "calls `Cache.get`"),
        Note(located("app/cache.py", CACHE, "client.get(key)"), "Redis GET"),
    ),
    help="Keep the value in memory for a while.",
    symbol="app.cache.Cache.get",
).with_fix("Cache the value", Edit(span("app/cache.py", 8, 16, 8, 37), "await cached(key)"))

LIKELY = finding(
    span("fly.toml", 1, 1, 1, 6),
    rule="fly-mode-variable-missing",
    message="ENVIRONMENT is not set",
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    fingerprint="beef",
)
SILENCED = finding(
    located("app/cache.py", CACHE, "redis.Redis()"),
    message="Pool without a limit",
    suppressed=Suppression("app/cache.py", 3, "one worker only"),
    fingerprint="cafe",
)
KNOWN = finding(span("app/app.py", 5, 1, 5, 4), message="Known since long", baselined=True, fingerprint="d00d")
GONE = Trouble("path", "app/gone.py", "no such file")
BROKEN = Trouble("config", "", "pyproject.toml: unknown key `tool.atomlint.selekt`")
FILES = {"app/cache.py": CACHE, "app/app.py": APP, "fly.toml": 'app = "shop"\n'}


def everything() -> Report:
    """One of each: failing, likely, suppressed and baselined findings, and errors."""
    looked = Looked(
        files=41, read=40, parsed=12, out_of_reach=1, unresolved=3, hidden=2, suppressed=1, baselined=1, rules=9
    )
    return report(KNOWN, SILENCED, GET, LIKELY, files=FILES, errors=[BROKEN, GONE], looked=looked)
