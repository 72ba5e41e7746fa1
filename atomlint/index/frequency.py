"""How often an entry point runs, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .entries import Entry
    from .project import Project

ORDER = (
    "every-request", "router-dependency", "auth-dependency", "route-dependency", "route", "page", "render", "connection",
    "message", "after-response", "interval", "task", "signal", "error", "start", "stop", "script",
)  # fmt: skip
"""Kinds from the most frequent to the rarest."""
WORDS = {
    "auth-dependency": "on requests that ask who calls",
    "route-dependency": "before the routes that declare it",
    "page": "on every page that is rendered",
    "render": "for every template that is rendered",
    "connection": "on every connection",
    "message": "on every message",
    "after-response": "after the response (background)",
    "task": "for every job (worker)",
    "signal": "on every signal",
    "error": "on errors",
    "start": "at process start",
    "stop": "at process stop",
    "script": "from the command line",
}
SHOWN = 3
"""Routes that are named."""


def rank(entry: Entry) -> int:
    """Position in the order of frequencies."""
    return ORDER.index(entry.kind) if entry.kind in ORDER else len(ORDER)


def every(seconds: float) -> str:
    """``every 30 s``, ``every 5 min``; on a schedule when it is not known."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"every {seconds / size:g} {unit}"
    return f"every {seconds:g} s" if seconds else "on a schedule"


def frequency(project: Project, entry: Entry, call: int = -1) -> str:
    """How often an entry point runs; with the call that the path leaves it by, for how many routes that runs."""
    if entry.kind == "every-request":
        scope = project.linker.table(entry.function.place).facts.scopes[entry.function.scope]
        declared = any(d.function == entry.function and d.kind == "every-request" for d in project.dependencies)
        name = (
            "dependency" if declared else "middleware" if scope.name in MIDDLEWARES or _wraps(scope.params) else "hook"
        )
        runs, total = project.routes.share(entry.function, call) if call >= 0 else (0, 0)
        return f"on requests to {runs:,} of {total:,} routes ({name})" if runs < total else f"on every request ({name})"
    if entry.kind == "router-dependency":
        covered = sum(entry in project.routes.hooks(route) for route in project.routes.all)
        covered = covered or sum(entry.function in project.routes.dependencies(route) for route in project.routes.all)
        return f"before {covered:,} route{'s' * (covered != 1)}" if covered else "before the routes of its router"
    if entry.kind in ("route", "connection"):
        routes = [str(route) for route in project.routes.of(entry.function)]
        if routes:
            more = len(routes) - SHOWN
            return ", ".join(routes[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        return "on requests to a route" if entry.kind == "route" else WORDS["connection"]
    return every(entry.seconds) if entry.kind == "interval" else WORDS.get(entry.kind, entry.kind)


MIDDLEWARES = ("dispatch", "__call__", "process_request", "process_view", "process_response", "authenticate")


def _wraps(params: object) -> bool:
    return isinstance(params, list) and any(param.name in ("call_next", "handler", "get_response") for param in params)
