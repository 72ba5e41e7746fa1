"""TOML to Python values, by whichever reader this interpreter has."""

from __future__ import annotations

import sys
from typing import Any


def loads(text: str) -> dict[str, Any]:
    """Parse a TOML text.

    Raises:
        ValueError: it is malformed (``tomllib.TOMLDecodeError`` is one).
    """
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)
