"""How often the paths from entry points are taken, and which of them go through one dependency."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reach import Path
    from .value import Value

CONNECTIONS = frozenset({"connection", "message"})
"""Kinds of entries that a websocket takes, once or for each message."""
RANK = {"every-request": 0, "dependency": 1, "route": 2}


def frequency(path: Path) -> str:
    """How often a path is taken."""
    if path.entry.kind == "every-request":
        return "every-request"
    if path.entry.kind in CONNECTIONS:
        return "route"  # once a connection, however many messages it carries
    if path.entry.kind.endswith("dependency") or any(edge.kind == "dependency" for _, edge in path.steps):
        return "dependency"
    return "route"


def dependency(path: Path) -> Value:
    """The first dependency on a path; the entry point where it is one itself, or where there is none."""
    if path.entry.kind.endswith("dependency"):
        return path.entry.function
    return next((edge.target for _, edge in path.steps if edge.kind == "dependency"), path.entry.function)


def shares(path: Path, shown: Path) -> bool:
    """Whether a path goes through the dependency of another one, where that has one."""
    if frequency(shown) != "dependency":
        return True
    wanted = dependency(shown)
    return path.entry.function == wanted or any(
        edge.kind == "dependency" and edge.target == wanted for _, edge in path.steps
    )
