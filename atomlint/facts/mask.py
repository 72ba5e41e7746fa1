"""Facts are cached on disk, and a string constant can be a secret: what looks like one is not kept."""

from __future__ import annotations

import re

MAX_LENGTH = 200
"""Longer strings are prose, SQL or templates: their head is enough."""

CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
TOKEN = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[A-Za-z0-9+/=_.~:\-]{20,}")
PEM = "-----BEGIN"


def mask(value: str) -> str:
    """The string with credentials in URLs and long tokens of letters and digits replaced by ``***``, cut at 200 characters."""
    if len(value) > MAX_LENGTH:
        value = value[:MAX_LENGTH]
    if len(value) < 8:
        return value
    if "://" in value:
        return CREDENTIALS.sub("***:***", value)
    if PEM in value:
        return "***"
    if len(value) >= 20 and " " not in value and TOKEN.fullmatch(value) and not _is_path(value):
        return "***"
    return value


def _is_path(value: str) -> bool:
    """A route, module or file path: short words between separators."""
    parts = re.split(r"[/.:_\-]", value)
    return (
        len(parts) > 1
        and max(map(len, parts)) < 20
        and sum(part.isalpha() or not part for part in parts) * 2 > len(parts)
    )
