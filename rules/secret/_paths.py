"""Which files are not read for secrets, and in which a value may stand bare."""

from __future__ import annotations

import re

LARGE_JSON = 1_000_000
"""Bytes; larger JSON is data."""
SKIPPED = re.compile(
    r"(?:^|[/.-])(?:package-lock\.json|npm-shrinkwrap\.json|packages\.lock\.json|pnpm-lock\.yaml|Package\.resolved|Cartfile\.resolved|go\.sum)$"
    r"|\.(?:lock|sum|svg|map|ipynb|snap|css|scss|po|pot|csv|tsv|min\.js|min\.mjs|bundle\.js|woff2?|pyc)$|(?:^|/)(?:node_modules|\.git|__snapshots__|cassettes)/"
)
QUOTED_ONLY = re.compile(
    r"\.(?:pyi?|jsx?|tsx?|mjs|cjs|json5?|jsonc|rs|go|java|kt|cs|cpp|c|h|swift|rb|php|vue|svelte|html?|sql|j2)$"
)


def skipped(path: str, size: int) -> bool:
    """Whether a file's random-looking strings are digests, drawings or recorded output, not credentials."""
    return bool(SKIPPED.search(path)) or (size > LARGE_JSON and path.endswith(".json"))


def values_may_be_bare(path: str) -> bool:
    """Whether ``KEY=value`` without quotes is a value here; in programming languages it names a variable."""
    return QUOTED_ONLY.search(path) is None
