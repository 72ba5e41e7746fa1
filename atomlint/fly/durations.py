"""Durations and sizes as Go reads them: ``time.ParseDuration``, and the unit parsers of docker/go-units."""

from __future__ import annotations

import math
import re
from typing import Any

DURATION = re.compile(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)")
PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
SIZE = re.compile(r"(\d+\.?\d*|\.\d+) ?(?:([kmgtp])(?:i?b)?|b)?", re.IGNORECASE)
POWERS = "kmgtp"
PLAIN = re.compile(r"[+-]?\d{1,99}")
"""A whole number of no more digits than anything counts."""


def seconds(text: str) -> float | None:
    """The seconds of a Go duration such as ``1m30s``; None when Go rejects it."""
    if not DURATION.fullmatch(text):
        return None
    total = sum(float(number) * SECONDS[unit] for number, unit in PART.findall(text))
    return -total if text.startswith("-") else total


def megabytes(text: str) -> int | None:
    """The mebibytes of a memory size: a plain number counts them, a unit is binary. None when flyctl rejects it."""
    if PLAIN.fullmatch(text):
        return int(text)
    return _scaled(text, 1024, 1024**2)


def gigabytes(text: str) -> int | None:
    """The gigabytes of a volume size: a plain number counts them, a unit is decimal. None when flyctl rejects it."""
    if PLAIN.fullmatch(text):
        return int(text)
    return _scaled(text, 1000, 1000**3)


def _scaled(text: str, step: int, unit: int) -> int | None:
    match = SIZE.fullmatch(text)
    if match is None:
        return None
    power = POWERS.index(match[2].lower()) + 1 if match[2] else 0
    size = whole(float(match[1]) * step**power)
    return None if size is None else size // unit


def whole(value: Any) -> int | None:
    """The whole part of a number, and a whole number that is written as text; None for anything else, infinity too."""
    if isinstance(value, str):
        return int(value) if PLAIN.fullmatch(value) else None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return int(value) if is_number and math.isfinite(value) else None
