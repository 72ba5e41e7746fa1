"""Which entry points are pages of operators: their route, function or file says so, and few requests take them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from atomlint import Index
    from atomlint.index.reach import Path

PAGES = re.compile(
    r"(?:^|_)(?:(?:super)?admins?|administration|monitor(?:ing)?|debug(?:ging)?|health(?:z|check)?|diagnostics?|internal"
    r"|control_?panel)(?:_|$)"
)
APART = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")


def is_of_operators(index: Index, path: Path) -> bool:
    """Whether a path begins at a page of operators: ``/admin/jobs``, ``MonitorView.get``, ``api/health.py``."""
    entry = path.entry.function
    stem = entry.place.removesuffix(".py")
    names = [stem, index.function(entry).qualname, *(route.path for route in index.project.routes.of(entry))]
    return any(PAGES.search(APART.sub("_", name).lower()) for name in names)


def only_operators(index: Index, paths: Iterable[Path]) -> bool:
    """Whether every path begins at such a page."""
    return all(is_of_operators(index, path) for path in paths)
