"""Managers of Django: what they load with each query."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .linker import Linker
    from .value import Value

EAGERLY = ("select_related", "prefetch_related")


def manager_loads(linker: Linker, manager: Iterable[Value]) -> bool:
    """Whether a manager of Django loads related rows with each query, by its own ``get_queryset``."""
    for value in manager:
        for cls in linker.mro(value.place, value.scope) if value.kind == "inst" else ():
            table = linker.table(cls.place) if cls.kind == "def" else None
            method = table.members.get((cls.scope, "get_queryset")) if table is not None else None
            if table is not None and method is not None:
                return any(
                    str(call.callee).endswith(EAGERLY)
                    for call in (table.facts.calls[n] for n in table.calls_in.get(method, ()))
                )
    return False
