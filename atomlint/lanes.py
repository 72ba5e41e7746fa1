"""Which files are tests. They are a lane of their own: read for what their own bytes need, never part of production."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TESTS = re.compile(r"(^|/)(tests?|testing|e2e|__tests__)/|(^|/)(test_[^/]*|[^/]*_tests?|conftest|tests)\.py$")


def test_matcher(patterns: Sequence[str] | None) -> Callable[[str], bool]:
    """A predicate over root-relative paths: by the configured patterns, else by name and place."""
    if patterns is None:
        return lambda path: TESTS.search(path) is not None
    from .config import match_any

    return match_any(patterns)
