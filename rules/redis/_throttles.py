"""Throttles of Django REST framework that ask Redis, and how many views each of them limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import Place

if TYPE_CHECKING:
    from atomlint import Effect, Index, Span
    from atomlint.index.listings import Listed
    from atomlint.index.value import Value


class Throttle(NamedTuple):
    """A throttle, and the views whose requests pass it."""

    listed: Listed
    effect: Effect
    """What it costs a request to the first of them."""
    views: int
    always: int
    """Views of which every request that is handled pays."""

    @property
    def name(self) -> str:
        """The class, without its module."""
        return self.listed.name.rpartition(".")[2]

    def span(self, index: Index) -> Span:
        """The class of the project, or the setting that lists one of the library."""
        value = self.listed.value
        if value.kind == "def":
            return next(cls.span for cls in index.classes(value.place) if cls.ordinal == value.scope)
        table = index.table(self.listed.path)
        assign = table.facts.assigns[self.listed.assign]
        place = Place("assign", self.listed.assign, assign.scope, assign.frame)
        return index.place_span(self.listed.path, place, self.listed.name.lower())


def throttles(index: Index) -> list[Throttle]:
    """Those that do the library's own work: what a class of the project does itself instead is work like any other's."""
    found: list[Throttle] = index.keep("redis-throttles", lambda: _throttles(index))
    return found


def _throttles(index: Index) -> list[Throttle]:
    listings = index.project.effects.libraries.listings
    found: dict[Value, list[tuple[Listed, Effect]]] = {}
    views = sorted(index.project.requests.views.values()) if listings.rows else []
    for view in (view for view in views if view.place not in index.tests):
        for listed, row in listings.of(view):
            if listed.value.kind == "ext" and not listed.of_all:
                continue
            if listings.overrides(listed.value, row) is None:
                for effect in listings.work(listed, row, view):
                    found.setdefault(listed.value, []).append((listed, effect))
    return [_throttle(index, uses) for uses in found.values()]


def _throttle(index: Index, uses: list[tuple[Listed, Effect]]) -> Throttle:
    listed = next((listed for listed, _ in uses if listed.of_all), uses[0][0])
    if not listed.name:
        listed = listed._replace(name=index.project.linker.name_of(listed.value))
    always = sum(effect.operation.lower[1] > 0 for _, effect in uses)
    return Throttle(listed, uses[0][1], len(uses), always)
