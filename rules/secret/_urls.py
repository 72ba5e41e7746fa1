"""Passwords in URLs: ``postgresql://user:password@host/db``, ``redis://:password@host``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = re.compile(
    r"""(?P<scheme>[a-z][a-z0-9+.-]{1,30})://(?P<user>[^\s:/@"'`<>{}()]{0,80}):"""
    r"""(?P<value>[^\s@"'`<>/]{1,200})@(?P<host>[^\s/?#"'`<>,;)\\]{1,200})""",
    re.IGNORECASE,
)
NAMES = {
    "amqp": "AMQP",
    "mongodb": "MongoDB",
    "mysql": "MySQL",
    "postgres": "Postgres",
    "postgresql": "Postgres",
    "redis": "Redis",
    "rediss": "Redis",
}


def urls(line: str, start: int) -> Iterator[Hit]:
    """Every URL of a line with a user's password; ``start`` is the line's offset in the text."""
    if "://" not in line or "@" not in line:
        return
    for match in URL.finditer(line):
        name = NAMES.get(match["scheme"].lower().partition("+")[0])
        yield Hit(
            kind=f"password in a {name} URL" if name else "password in a URL",
            origin="url",
            start=start + match.start("value"),
            end=start + match.end("value"),
            value=match["value"],
            user=match["user"],
            host=match["host"],
        )
