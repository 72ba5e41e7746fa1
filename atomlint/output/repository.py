"""Paths as a CI service wants them: relative to the checkout, which may lie above the project's root."""

from __future__ import annotations

import os
from pathlib import Path


def prefix(root: str, variable: str) -> str:
    """What leads from the checkout to the project's root, with ``/`` at its end; empty when they are one.

    ``variable`` names the environment variable in which the service tells the checkout's directory. Empty also when
    it is unset, or the root lies elsewhere.
    """
    checkout = os.environ.get(variable)
    if not checkout:
        return ""
    try:
        below = Path(root).resolve().relative_to(Path(checkout).resolve()).as_posix()
    except (ValueError, OSError):
        return ""
    return "" if below == "." else f"{below}/"
