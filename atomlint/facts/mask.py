"""Facts are cached on disk, and a string constant can be a secret: what looks like one is not kept."""

from __future__ import annotations

import re
from functools import lru_cache

MAX_LENGTH = 200
"""Longer strings are prose, SQL or templates: their head is enough."""
MASK = "***"

CREDENTIALS = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
LONE_CREDENTIAL = re.compile(r"(?<=://)[^/\s:@]{8,}(?=@)")
TOKEN = re.compile(r"(?<![A-Za-z0-9+/=_.~:\-])(?=[^\s\d]*\d)(?=[^\sA-Za-z]*[A-Za-z])[A-Za-z0-9+/=_.~:\-]{20,}")
DIGIT = re.compile(r"\d")
PEM = "-----BEGIN"
SHORT = 8
"""Characters from which on a string may hold a credential."""
SECRET_NAME = re.compile(
    r"password|passwd|passphrase|(?<![a-z])pass(?![a-z])|pwd|secret|token|credential|api_?key|private_?key|signing_?key|encryption_?key",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Z]?[a-z]*(?:[A-Z][a-z]+)*|[A-Z]+")
NUMBERED = re.compile(rf"(?:{WORD.pattern})\d{{0,2}}")
SEPARATOR = re.compile(r"[/.:_\-]")
CLASS = re.compile(r"(?:[a-z_]+\d{0,2}[a-z_]*\.){2,}(?=\D*(?:\d\D*){0,3}$)(?:[A-Z][a-z]*\d{0,2})+")
"""The dotted name of a class, as settings name it: ``shop.api.authentication.OAuth2Authentication``."""


def mask(value: str) -> str:
    """The string with credentials in URLs and long tokens of letters and digits as ``***``, cut at 200 characters."""
    if len(value) > MAX_LENGTH:
        value = value[:MAX_LENGTH]
    if not value.isascii():  # lone surrogates cannot be written down
        value = value.encode("utf-8", "replace").decode("utf-8")
    if len(value) < SHORT:
        return value
    if "://" in value:
        value = LONE_CREDENTIAL.sub(MASK, CREDENTIALS.sub(f"{MASK}:{MASK}", value))
    if PEM in value:
        return MASK
    return TOKEN.sub(_token, value) if len(value) >= 20 and DIGIT.search(value) else value


def mask_named(name: str, value: str) -> str:
    """A string that a name such as ``api_key`` gives away: kept when it is words, as defaults and prefixes are."""
    if len(value) < 4 or " " in value or not _gives_away(name) or _is_words(value):
        return value
    return MASK


@lru_cache(4096)
def _gives_away(name: str) -> bool:
    return SECRET_NAME.search(name) is not None


def _token(match: re.Match[str]) -> str:
    return match[0] if _is_path(match[0]) or CLASS.fullmatch(match[0]) else MASK


def _is_path(value: str) -> bool:
    """A route, module, host or file path: short words between separators, few and short ones with digits."""
    parts = SEPARATOR.split(value)
    others = [part for part in parts if not NUMBERED.fullmatch(part)]
    mixed = [part for part in others if not part.isdigit()]
    return max(map(len, parts)) < 20 and len(others) * 2 < len(parts) and all(len(part) < 10 for part in mixed)


def _is_words(value: str) -> bool:
    return all(WORD.fullmatch(part) for part in SEPARATOR.split(value))
