"""How often the paths from entry points are taken, and which of them go through one dependency."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reach import Path

CONNECTIONS = frozenset({"connection", "message"})
"""Kinds of entries that a websocket takes, once or for each message."""
RANK = {"every-request": 0, "dependency": 1, "route": 2}


def frequency(path: Path) -> str:
    """How often a path is taken."""
    if path.entry.kind == "every-request":
        return "every-request"
    if path.entry.kind in CONNECTIONS:
        return "route"  # once a connection, however many messages it carries
    if (
        path.is_decorated
        or path.entry.kind == "page"
        or path.entry.kind.endswith("dependency")
        or any(edge.kind == "dependency" for _, edge in path.steps)
    ):
        return "dependency"
    return "route"


def shares(path: Path, shown: Path) -> bool:
    """Whether a path goes through the dependency of another one, where that has one."""
    if frequency(shown) != "dependency":
        return True
    wanted = shown.dependency
    return path.entry.function == wanted or any(
        edge.kind in ("dependency", "decorator") and edge.target == wanted for _, edge in path.steps
    )
