"""Requests that machines make to see whether a service works: a few a minute, whatever its users do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.index.reach import Path

SURE = frozenset({"health", "healthz", "healthcheck", "livez", "liveness", "readyz", "readiness"})
"""Parts of paths that nothing but a probe has."""
PERHAPS = frozenset({"live", "ready", "ping", "status", "metrics", "version"})
"""Those that users may ask for as well, ``/orders/{id}/status``, unless they are about the service as a whole."""
WHOLE = frozenset({"", "api", "internal", "system", "service", "server", "app", "monitoring", "actuator", "-", "_"})
NUMBER = re.compile(r"v\d[\d.]*")
PARTS = frozenset({"redis", "cache", "db", "database", "deep", "detailed", "full", "dependencies", "worker", "workers"})
"""What a probe may be told to look at: ``/health/redis``."""


def is_probe(index: Index, path: Path) -> bool:
    """Whether every route of a path's entry point is a probe."""
    routes = index.project.routes.of(path.entry.function)
    return bool(routes) and all(is_probed(route.path) for route in routes)


def is_probed(path: str) -> bool:
    """Whether a route is a probe by its last parts: ``/healthz``, ``/api/v1/health/redis``, ``/metrics``."""
    parts = [part.lower().replace("-", "").replace("_", "") or part for part in path.strip("/").split("/")]
    if len(parts) > 1 and parts[-1] in PARTS:
        parts.pop()
        return parts[-1] in SURE
    *before, last = parts
    return last in SURE or (last in PERHAPS and all(map(_is_of_all, before)))


def _is_of_all(part: str) -> bool:
    return part in WHOLE or part in SURE or NUMBER.fullmatch(part) is not None
