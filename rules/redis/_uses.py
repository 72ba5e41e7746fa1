"""Commands that requests run, by the client that they run on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._settings import is_served
from .._started import is_left
from .._taken import taken
from .._ways import number_of_routes
from ._django import MODES
from ._keys import commands
from ._limited_waits import is_limited, leads_to_limited
from ._quiet import is_aside

if TYPE_CHECKING:
    from atomlint import Call, Index
    from atomlint.index.clients import Construction, Site
    from atomlint.index.effects import Effect
    from atomlint.index.reach import Path

SUBSCRIBES = frozenset({"pubsub", "subscribe", "psubscribe", "unsubscribe", "punsubscribe", "get_message"})
WAITING = SUBSCRIBES | {"listen", "monitor"}
"""Methods of clients that wait for what others send."""


def uses_of(call: Call) -> list[Call]:
    """Commands that requests run on the client that a call makes."""
    made = call.index.project.clients.construction(call.path, call.ordinal)
    return [] if made is None else used(call.index).get(made.site, [])


def used(index: Index) -> dict[Site, list[Call]]:
    """Commands that requests reach, by the constructions they run on; without those that wait for work, or not for ever."""
    found: dict[Site, list[Call]] = index.keep("redis-uses", lambda: _used(index))
    return found


def waits_too(call: Call) -> bool:
    """Whether something waits for messages or for work on the client that a call makes."""
    index = call.index
    made = index.project.clients.construction(call.path, call.ordinal)
    waiting: frozenset[Site] = index.keep("redis-waiting", lambda: _waiting(index))
    return made is not None and made.site in waiting


def _waits(index: Index) -> frozenset[str]:
    return WAITING.union(*(row.blocking for row in index.project.catalog.clients.values()))


def _waiting(index: Index) -> frozenset[Site]:
    found: set[Site] = set()
    for name in sorted(_waits(index)):
        for path, ordinal in index.project.linker.call_sites(name):
            if commands(index).at(path, ordinal) is not None and not (
                name in SUBSCRIBES and _polls(index, path, ordinal)
            ):
                found.update(made.site for made in sources(index, path, ordinal))
    return frozenset(found)


def _used(index: Index) -> dict[Site, list[Call]]:
    waits = _waits(index)
    result: dict[Site, list[Call]] = {}
    for function, ordinal in index.project.reached_calls():
        path = function.place
        if path in index.tests or is_aside(path):
            continue
        command = commands(index).at(path, ordinal)
        if command is None or command.queued or command.method in waits:
            continue
        call = index.call(path, ordinal)
        if call.effect is None or is_limited(call):
            continue
        if all(leads_to_limited(index, path) for path in index.project.reach.paths(function)):
            continue
        for made in sources(index, path, ordinal):
            result.setdefault(made.site, []).append(call)
    return result


def _polls(index: Index, path: str, ordinal: int) -> bool:
    """Whether a function reads what it subscribes to a while at a time, which a timeout of the socket does not end."""
    reads = [call for call in index.call(path, ordinal).function.calls if call.name in ("get_message", "listen")]
    return bool(reads) and all(read.name == "get_message" and read.argument(1, "timeout") != "#None" for read in reads)


def asked_by(call: Call) -> Effect | None:
    """What a library does with the client that a call makes, for every request."""
    index = call.index
    made = index.project.clients.construction(call.path, call.ordinal)
    found: dict[Site, Effect] = index.keep("redis-asked", lambda: _asked(index))
    return None if made is None else found.get(made.site)


def _asked(index: Index) -> dict[Site, Effect]:
    found: dict[Site, Effect] = {}
    effects, clients = index.project.effects, index.project.clients
    for setting, effect in effects.libraries.working_with():
        for table, scope, expr in effects.backends.setting(setting):
            name = table.facts.scopes[scope].name if table.facts.scopes[scope].kind == "class" else ""
            if table.path in index.tests or not is_served(table.path) or MODES.search(name):
                continue
            for made in with_connections(index, clients.behind(table.path, scope, expr)):
                found.setdefault(made.site, effect)
    return found


def sources(index: Index, path: str, ordinal: int) -> list[Construction]:
    """Constructions with connections of their own behind a command: pools instead of the clients over them.

    Not those that only a command line makes, for a process of its own.
    """
    found = with_connections(index, index.project.clients.of_command(path, ordinal))
    return [made for made in found if not index.project.command_line.runs_alone(*made.site)]


def with_connections(index: Index, found: list[Construction]) -> list[Construction]:
    """Constructions, and the pools of those that have no connections of their own."""
    pools = index.project.clients.pools
    return [source for made in found for source in (pools(made) if made.kind == "view" else [made])]


def is_waited_for(index: Index, path: Path) -> bool:
    """Whether the request waits for what a path leads to: ``create_task(count())`` is only started."""
    started = (is_left(index.call(caller.place, edge.call)) for caller, edge in path.steps if edge.call >= 0)
    return path.phase == "request" and not any(started)


def shortest(index: Index, uses: list[Call]) -> tuple[Path, Call, int]:
    """The path of the most frequent entry point to any command, that command, and the number of entry points.

    Those that wait for the command: work that is only started, or done after the response, counts where nothing else is.
    """
    found = [(path, call) for call in uses for path in index.project.reach.paths(call.function.value)]
    ways = [
        (path, call) for path, call in found if not leads_to_limited(index, path) and taken(index, path, ())
    ] or found
    if not ways:
        raise LookupError("no request reaches a command")
    served = {entry: index.idle.registered.holds(entry) for entry in {path.entry for path, _ in ways}}
    ways = [(path, call) for path, call in ways if served[path.entry]] or ways
    waiting = [(path, call) for path, call in ways if is_waited_for(index, path)] or ways
    best = min(waiting, key=lambda way: (way[0].entry.kind != "every-request", way[0].length))
    return *best, number_of_routes(index, (path for path, _ in waiting))
