"""Hooks of view classes that several routes share: what a base view does before each handler."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .entries import Entry
    from .linker import Linker
    from .value import Value

HOOKS = frozenset({"setup", "dispatch", "initial"})
"""Methods of a view that run before whichever of its handlers the request asks for."""


def with_shared_hooks(linker: Linker, entries: Iterable[Entry]) -> list[Entry]:
    """The entries, those of hooks that views inherit from a common base as what runs before the routes that declare it."""
    found = list(entries)
    places: defaultdict[Value, set[tuple[str, int]]] = defaultdict(set)
    for entry in found:
        function = entry.function
        if entry.kind == "route" and linker.table(function.place).facts.scopes[function.scope].name in HOOKS:
            places[function].add((entry.path, entry.call))
    return [
        entry._replace(kind="route-dependency")
        if entry.kind == "route" and len(places.get(entry.function, ())) > 1
        else entry
        for entry in found
    ]
