"""The nearest known name to one that nobody knows: what every message about a wrong name ends with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], *, count: int = 1) -> list[str]:
    """Up to ``count`` known names that resemble a name, best first; case does not matter."""
    from difflib import get_close_matches

    spelled = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    return [spelled[found] for found in get_close_matches(name.lower(), spelled, n=count)]


def suggestion(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` to append to a message, or an empty string when nothing resembles the name."""
    found = nearest(name, known)
    return f"; did you mean '{found[0]}'?" if found else ""
