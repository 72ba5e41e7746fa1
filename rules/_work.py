"""Shared by rules about work on request paths: how often, from where, the call path, and what a repair would save."""

from __future__ import annotations

from itertools import combinations, product
from math import prod
from typing import TYPE_CHECKING

from atomlint import Confidence, Note, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from atomlint import Index
    from atomlint.index.requestwork import RequestWork, Use

SHARED = 3
"""Routes that make a dependency one that nearly every request pays for."""
ALWAYS = ("router-dependency", "auth-dependency")
"""Kinds of dependencies that stand in front of many routes, however few functions register them."""
FEW = 5
"""Routes behind a router from which on its hooks are what requests in general pay for."""
SOME = 3
"""Routes from which on a middleware works for more than what one of them is about."""
RANK = {"every-request": 0, "dependency": 1, "route": 2}
"""Frequencies, most requests first."""
MANY = 8
"""Uses of one function beyond which branches are not told apart."""
HOUR = 3_600
DAY = 86_400
REQUESTS = Option("requests-per-hour", 733_000, "requests an hour, for the saving that the message names", minimum=1)
IDENTIFIERS = Option(
    "identifiers", 200, "different keys (tenants, users, addresses) among those requests, for the saving", minimum=1
)
INTERVAL = Option("sync-interval", 30, "seconds that the suggested local cache or sync interval lasts", minimum=1)
READS = (
    "get",
    "mget",
    "exists",
    "hget",
    "hgetall",
    "hmget",
    "ttl",
    "sismember",
    "smembers",
    "lrange",
    "zscore",
    "hexists",
    "ping",
)


def base_confidence(index: Index, work: RequestWork) -> Confidence:
    """High when every edge is proven and the entry runs on every request or is shared by several routes.

    The hook of a router with a few routes is of medium confidence, as a dependency of these would be. What waits for a
    reader, ``request.tenant = SimpleLazyObject(load)``, is of medium confidence: see `is_held`. What runs for none, one or
    two of the routes that are known is of low, as is the hook of a router without any, and what only settings
    for other places than production install.
    """
    if work.share is not None and work.share[0] < min(SOME, work.share[1]):
        return Confidence.LOW
    entries = index.project.reach.entries.get(work.path.entry.function, ())
    if entries and all(index.settings.modules.is_elsewhere(entry.path) for entry in entries):
        return Confidence.LOW
    level = min(Confidence(work.confidence), _of_entry(work), key=lambda level: level.rank)
    entry = work.path.entry
    if entry.kind == "router-dependency" and (entry.on or entry.call >= 0):
        routes = index.project.routes
        behind = routes.share(entry.function)[1] if entry.on else routes.behind((entry.path, entry.call))
        if not behind and not index.project.mounts.takes_unknown:
            return Confidence.LOW
        return min(level, Confidence.MEDIUM, key=lambda level: level.rank) if 0 < behind < FEW else level
    return level


def is_held(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether most requests have it already: another function puts it there for who is signed in, or nothing reads it."""
    spared = index.project.held.spared(work.path, work.sites(use))
    return spared is not None or (work.lazily != "" and index.project.held_lazily.read(work.lazily) == "none")


def _of_entry(work: RequestWork) -> Confidence:
    if not work.path.entry.proven or work.after_response or work.lazily:
        return Confidence.MEDIUM
    if work.path.entry.kind == "page":
        return Confidence.MEDIUM  # how many requests are answered with a page is not known
    if work.frequency == "every-request" or work.routes >= SHARED or work.path.entry.kind in ALWAYS:
        return Confidence.HIGH
    return Confidence.MEDIUM


def count_of_routes(index: Index) -> int:
    """Functions that handle the requests of routes."""
    entries = index.project.reach.entries
    routes: int = index.keep(
        "count of routes", lambda: sum(any(e.kind == "route" for e in at) for at in entries.values())
    )
    return routes


def describe_frequency(work: RequestWork, *, conditional: bool | None = None) -> str:
    """``on every request``, or for how many routes; a branch that a request may not take is said."""
    conditional = work.conditional if conditional is None else conditional
    if work.frequency == "every-request":
        when = "after the response to every request" if work.after_response else "on every request"
        if work.share is not None and not work.share[0]:
            when += " of routes that are not known"
        elif work.share is not None:
            when += f" to {work.share[0]} of {work.share[1]} routes"
        if work.lazily:
            when += f" that reads {work.lazily}"
        return f"{when}{' and' if work.lazily else ' that'} takes this branch" if conditional else when
    after = ", after the response" if work.after_response else ""
    routes = f"{work.routes} route{'s' if work.routes > 1 else ''}"
    which = " that takes this branch" if conditional else ""
    if work.path.entry.kind == "page":
        return f"on every page{which}{after}"
    if work.frequency == "dependency" and work.routes == 1 and work.path.entry.kind in ALWAYS:
        who = " to the routes behind it" if work.path.entry.kind == "router-dependency" else ", to find out who calls"
        return f"on every request{which}{who}{after}"
    if work.frequency == "dependency":
        what = "decorator" if work.path.is_decorated else "dependency"
        dependency = f"of {routes} that share a {what}" if work.routes > 1 else f"of one route's {what}"
        if not conditional:
            return f"for every request {dependency}{after}"
        if work.routes > 1:
            return f"for requests that take this branch, {dependency}{after}"
        return f"for requests {dependency} that take this branch{after}"
    return f"in the requests of {routes}{after}"


def entry_name(index: Index, work: RequestWork) -> str:
    """The entry point to name in a message: the dependency where there is one, else the registered function."""
    return index.function(work.path.dependency).qualname


def way(index: Index, work: RequestWork, use: Use) -> str:
    """The call path in short: ``RateLimitMiddleware.dispatch -> ... -> redis.get``."""
    start = entry_name(index, work)
    last = f"redis.{use.command.operation.name}" if use.is_command else use.lookup.model_name
    between = work.path.length + len(use.chain) - 1
    return f"{start} -> ... -> {last}" if between else f"{start} -> {last}"


def trace_of(index: Index, work: RequestWork, uses: Sequence[Use] = ()) -> tuple[Note, ...]:
    """The call path from the entry point to the call with the effect."""
    notes = list(index.steps(work.path))
    for use in (uses or work.uses)[:1]:
        for step, below in zip(use.chain, use.chain[1:], strict=False):
            caller, target = index.function(step.function).qualname, index.function(below.function).qualname
            notes.append(Note(index.call(step.function.place, step.call).span, f"{caller} calls {target}"))
        last = use.chain[-1]
        call = index.call(last.function.place, last.call)
        what = use.command.operation.name if use.is_command else f"reads {use.lookup.model_name}"
        notes.append(Note(call.span, f"{index.function(last.function).qualname}: {what}"))
        origin = index.receiver_origin(last.function.place, last.call)
        if origin is not None and origin.path != last.function.place:
            notes.append(Note(origin.span, "the client is made here"))
    return tuple(notes)


def commands(index: Index, uses: Sequence[Use]) -> int:
    """Commands on the wire at most: of branches that exclude each other, the dearer one counts."""
    if len(uses) > MANY:
        return sum(sent(index, use) for use in uses)
    best = 0
    for chosen in range(1, 1 << len(uses)):
        picked = [use for place, use in enumerate(uses) if chosen >> place & 1]
        if not any(exclude(index, a, b) for a, b in combinations(picked, 2)):
            best = max(best, sum(sent(index, use) for use in picked))
    return best


def sent(index: Index, use: Use) -> int:
    """Commands of one use: those of a loop as often as it says that it turns, ``for minute in range(5)``."""
    loops = [loop for step in use.chain for loop in index.project.loops.around(step.function.place, step.call)]
    return use.command.operation.commands * prod(loop.count or 1 for loop in loops if loop.kind == "constant")


def exclude(index: Index, one: Use, other: Use) -> bool:
    """Whether no request runs both uses: they stand in the two branches of one test."""
    for a, b in product(one.chain, other.chain):
        if a.function == b.function and index.project.guards.exclusive(a.function.place, a.call, b.call):
            return True
    return False


def counted(number: int, noun: str = "Redis command") -> str:
    """``1 Redis command``, ``2 Redis commands``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def names(uses: Sequence[Use]) -> str:
    """The operations, each once."""
    return ", ".join(dict.fromkeys(use.command.operation.name for use in uses))


def branches(index: Index, uses: Sequence[Use]) -> int:
    """Branches that the deciding calls stand in: one request may not take all of them."""

    def frames(use: Use) -> tuple[int, ...]:
        return tuple(f for step in use.chain for f in index.call(step.function.place, step.call).frame_ids)

    return len({frames(use) for use in uses})


def periodic(requests: float, identifiers: int, interval: int) -> float:
    """Share of the work that is spared by syncing every identifier once in an interval instead of at every request."""
    return max(0.0, 1 - identifiers * HOUR / interval / requests)


def kept(requests: float, identifiers: int, interval: int) -> float:
    """Share of the reads that an absolute time to live spares, for requests that arrive at random."""
    rate = requests / HOUR / identifiers
    return 1 - 1 / (1 + rate * interval)


def percent(share: float) -> str:
    """``96.7 %``; what leaves anything is never all of it, ``100.0 %``."""
    return f"{100 if share >= 1 else min(100 * share, 99.9):.1f} %"


def is_worth_saying(share: float) -> bool:
    """Whether a saving is one in a message's figures: no ``-0.0 %``."""
    return round(share, 3) > 0
