"""Small applications, driven for real: what was said of each route encloses what its requests send."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from index_project import index_of

from atomlint.index.catalog import Catalog

from .observed import ALL, files_of, observe

pytestmark = [pytest.mark.filterwarnings("ignore")]
MOST = 0.8
"""The share of routes whose bounds must be exactly what was observed."""


class Compared(NamedTuple):
    """A route's bounds beside what its requests sent, for one resource."""

    app: str
    route: str
    resource: str
    low: int
    high: int | None
    observed: tuple[int, ...]
    refused: tuple[int, ...] = ()

    @property
    def encloses(self) -> bool:
        most = max((*self.observed, *self.refused))
        return self.low <= min(self.observed) and (self.high is None or most <= self.high)

    @property
    def is_exact(self) -> bool:
        return (self.low, self.high) == (min(self.observed), max(self.observed))

    def __str__(self) -> str:
        said = str(self.low) if self.low == self.high else f"{self.low}..{'' if self.high is None else self.high}"
        seen = ",".join(map(str, sorted(set(self.observed))))
        mark = "=" if self.is_exact else "<" if self.encloses else "WRONG"
        return f"{self.app:8} {self.route:36} {self.resource:9} {mark:5} said {said:6} seen {seen}"


def compare(server, app) -> list[Compared]:
    """Both resources of every route of an application."""
    index = index_of(files_of(app.name))
    said = {(cost.method, cost.path): cost for cost in index.project.costs.routes()}
    found = []
    for drive in app.drives:
        cost = said.get((drive.method, drive.path)) or said.get(("*", drive.path))
        seen = observe(server, app, drive)
        if cost is None:  # a route that is in no table is told to send less than nothing
            found.append(Compared(app.name, str(drive), "redis", 0, -1, tuple(seen.redis)))
            continue
        for place, (resource, during) in enumerate((("redis", cost.redis), ("database", cost.database))):
            after = cost.after[place]
            high = None if during.upper is None or after.upper is None else during.upper + after.upper
            refused = tuple(numbers[place] for numbers in seen.refused)
            observed = tuple((seen.redis, seen.database)[place])
            found.append(Compared(app.name, str(drive), resource, during.lower + after.lower, high, observed, refused))
    return found


@pytest.fixture(scope="module")
def compared(server, environment, django_ready):
    """Every route of every application, once."""
    return [one for make in ALL for one in compare(server, make())]


def exact_routes(compared):
    """(routes whose bounds are exactly what was seen for both resources, all routes)."""
    routes = {}
    for one in compared:
        routes.setdefault((one.app, one.route), []).append(one.is_exact)
    return sum(map(all, routes.values())), len(routes)


def test_bounds_enclose_what_every_route_sends_and_are_exact_for_most(compared, record_property):
    exact, routes = exact_routes(compared)
    wrong = [str(one) for one in compared if not one.encloses]
    record_property(
        "summary", "\n".join(["Small applications, commands and statements a request:", *map(str, compared)])
    )
    record_property(
        "summary",
        f"{exact} of {routes} routes ({exact / routes:.0%}): bounds exactly as observed; {len(wrong)} not enclosed",
    )
    assert not wrong, "\n".join(wrong)
    assert routes >= 40
    assert exact >= MOST * routes, "\n".join(str(one) for one in compared if not one.is_exact)


def test_a_wrong_row_is_noticed(server, environment, django_ready, monkeypatch):
    """``get`` free of charge: routes that send one are told to cost less than they do."""
    import index_project

    rows = index_project.rows.__wrapped__()
    for row in rows:
        for client in row.client:
            if client.type == "redis.client.Redis":
                client.free.append("get")
    broken = Catalog(list(rows))
    monkeypatch.setattr(index_project, "builtin", lambda: broken)
    edge = next(make for make in ALL if make.__name__ == "edge")()
    edge = edge._replace(drives=tuple(drive for drive in edge.drives if drive.path == "/links/{name}"))
    wrong = [str(one).split() for one in compare(server, edge) if not one.encloses]
    assert [words[1:6] for words in wrong] == [["GET", "/links/{name}", "redis", "WRONG", "said"]]
