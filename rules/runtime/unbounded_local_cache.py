"""A dict, list or set of the process that grows by what requests carry, and that nothing empties.

## Why
Every new address, user or input leaves an entry for the life of the process. A million keys take 100 MB and more, so
memory climbs until the process is killed, and whoever can choose the key can make that happen at will.

## Bad
    from fastapi import FastAPI, Request

    app = FastAPI()
    hits: dict[str, int] = {}

    @app.middleware("http")
    async def count(request: Request, call_next):
        caller = request.headers.get("x-api-key", "")
        hits[caller] = hits.get(caller, 0) + 1
        return await call_next(request)

## Good
    from cachetools import TTLCache
    from fastapi import FastAPI, Request

    app = FastAPI()
    hits: TTLCache[str, int] = TTLCache(maxsize=10_000, ttl=60)

    @app.middleware("http")
    async def count(request: Request, call_next):
        caller = request.headers.get("x-api-key", "")
        hits[caller] = hits.get(caller, 0) + 1
        return await call_next(request)

## For agents
Bound every dict, list or set that lives as long as the process: a maximum, or a time to live.

## Limits
Reported are containers of a module or a class, and of instances that live as long as the process. Anything that takes
entries out (and does not put them back at once), looks at the size, or gets the container handed counts as a bound,
wherever it stands. Keys that there are few of by their name (a provider, a language, an enum) and routes that only
staff pass are passed over; keys that name a customer or the id of a row (as many as there are rows), dicts that are
made with entries, what stands for a table by its name (`users_db`), lists, and what is filled by single routes, in a
branch, after a refusal or a query, or when Redis has failed, are of low confidence, and so is what is kept for each
address that a connection comes from (behind a proxy that is the proxy's) or each user; what every request fills by
what clients choose at will (a header, a path) is of medium.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import Context, Finding, Function, Note, rule

from ._growth import growths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Span
    from atomlint.index.containers import Use

    from ._growth import Growth


@rule(
    "runtime-unbounded-local-cache",
    needs=("= {}", "= []", "= dict(", "= set(", "defaultdict(", "OrderedDict(", "deque("),
    reach=True,
    shares="requests",
    severity="warning",
    since="0.1",
)
def fills_a_container(function: Function) -> bool:
    """A function on request paths that puts request data into a container of the process."""
    return function.value in growths(function.index)


@fills_a_container.on("*")
def report(ctx: Context, function: Function) -> Iterator[Finding]:
    for growth in growths(ctx.index)[function.value]:
        container = growth.container
        finding = ctx.finding(place(ctx, growth.use), message(growth), confidence=growth.confidence)
        made = ctx.index.project.spans(container.path)
        if made is not None:
            four = made.assigns[4 * container.assign : 4 * container.assign + 4]
            span = ctx.index.span(container.path, (four[0], four[1], four[2], four[3]))
            finding = finding.with_related(Note(span, f"{container.name} lives as long as the process"))
        yield finding.with_trace(*ctx.index.steps(growth.path)).with_help(
            "bound it: a TTLCache or LRUCache with maxsize, or drop old entries when it is filled"
        )


def message(growth: Growth) -> str:
    name, source = growth.container.name, growth.source
    if growth.container.kind == "list":
        return f"{name} gets an item at every call ({source}) and nothing takes one out: it grows until restart"
    if growth.fresh:
        return (
            f"{name} gets a key of its own at every call ({source}) and nothing takes one out: it grows until restart"
        )
    source = f"value of {source}" if source.endswith((".headers", ".cookies", ".query_params")) else source
    return f"{name} keeps an entry for every {source} and nothing takes one out: a million of them take 100 MB and more"


def place(ctx: Context, use: Use) -> Span:
    """Where a use stands."""
    if use.call >= 0:
        return ctx.index.call(use.path, use.call).span
    spans = ctx.index.project.spans(use.path)
    four = spans.assigns[4 * use.assign : 4 * use.assign + 4] if spans is not None else [1, 0, 1, 0]
    return ctx.index.span(use.path, (four[0], four[1], four[2], four[3]))
