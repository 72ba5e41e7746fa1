"""Path patterns, as gitignore understands them: ``tests/``, ``*.py``, ``/scripts/**``, ``!keep.py``."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pathspec

PLAIN = re.compile(r"[A-Za-z0-9_.*/-]*[A-Za-z0-9_][A-Za-z0-9_.*/-]*")
"""Patterns that cannot be wrong, so that checking a usual configuration imports nothing."""


def match_any(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A function that tells whether a path (relative to the root, with ``/``) matches; the last pattern wins.

    Raises:
        ValueError: a pattern is no gitignore pattern; see ``wrong``.
    """
    patterns = tuple(patterns)
    return _compile(patterns).match_file if patterns else lambda _path: False


def wrong(pattern: str) -> str | None:
    """Why a pattern is no pattern or can match nothing; None when it is good."""
    if PLAIN.fullmatch(pattern):
        return None
    try:
        spec = _compile((pattern,))
    except ValueError as error:
        return str(error)
    if all(part.include is None for part in spec.patterns):
        return "matches nothing: it is blank, a comment, or has an open bracket"
    return None


@lru_cache(maxsize=256)
def _compile(patterns: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    import warnings

    import pathspec

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # `[[:alpha:]]` makes `re` warn of set operations
            return pathspec.GitIgnoreSpec.from_lines(patterns)
    except (ValueError, re.error):
        raise ValueError("is not a gitignore pattern") from None
