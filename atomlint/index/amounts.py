"""Amounts of effects and edges, and what caches and circles make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terms import INFINITE, WIDTH, Amount, added, amount_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .calls import Edge
    from .effects import Effect
    from .project import Project
    from .rows import CacheDecorator


CERTAINTY = {"proven": "high", "union": "medium", "possible": "low"}
"""How sure an edge of the call graph is."""


def amount(effect: Effect) -> Amount:
    """The amount of an effect."""
    low, high = effect.operation.lower, effect.operation.upper
    least = 0 if effect.certainty == "medium" and effect.operation.resource == "redis" else 1
    return amount_of(effect.operation.resource, (low[0] * least, high[0]), (low[1] * least, high[1]))


def alternatives(project: Project, edges: list[Edge]) -> list[list[Edge]]:
    """Edges of one call, those together that run together: ``__new__`` and ``__init__`` of one class."""
    groups: dict[object, list[Edge]] = {}
    for edge in edges:
        name = project.linker.table(edge.target.place).facts.scopes[edge.target.scope].name
        which = "constructor" if name in ("__new__", "__init__") else edge.target
        groups.setdefault((edge.kind, edge.phase, which), []).append(edge)
    return list(groups.values())


def optional(found: Amount) -> Amount:
    """The same, or nothing."""
    return (*(0.0,) * WIDTH, *found[WIDTH:])


def behind_cache(row: CacheDecorator, local: bool | None, total: Amount) -> Amount:
    """What a function costs behind a catalogued cache: a hit at best, a miss and the function at worst."""
    if local:
        return optional(total)
    hit = amount_of("redis", *_both(row.hit))
    miss = added(amount_of("redis", *_both(row.miss)), total)
    lower = hit[:WIDTH] if local is False else (0.0,) * WIDTH
    return (*lower, *map(max, hit[WIDTH:], miss[WIDTH:]))


def _both(cost: dict[str, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    trips = cost.get("trips", 0)
    commands = cost.get("commands", trips)
    return (trips, trips), (commands, commands)


def unbounded(found: Amount, among: tuple[float, ...]) -> Amount:
    """An amount of a circle of functions: without upper bounds on what any of them costs."""
    return (*found[:WIDTH], *(INFINITE if high else 0.0 for high in among))


def star(expr: Expr) -> Expr:
    """What ``*x`` unpacks, or the expression itself."""
    return expr[1] if type(expr) is list and expr[:1] == ["*"] else expr
