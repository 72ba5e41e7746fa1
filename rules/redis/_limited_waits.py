"""Waits for Redis that end after a while, whatever the client has for a timeout: ``await wait_for(client.ping(), 2)``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import call_number

if TYPE_CHECKING:
    from atomlint import Call, Index
    from atomlint.index.reach import Path
    from atomlint.index.tables import Table

WAITS = frozenset({"wait_for"})
"""Functions that take a coroutine and a timeout."""
BLOCKS = frozenset({"timeout", "timeout_at", "fail_after", "move_on_after"})
"""Context managers of asyncio and anyio that end what runs in them."""


def is_limited(call: Call) -> bool:
    """Whether a call, or every call of the function inside of a function that it stands in, is waited for a while at most."""
    table = call.table
    if _is_limited(table, call.ordinal):
        return True
    scope = table.enclosing_function(call.scope)
    record = table.facts.scopes[scope]
    if table.facts.scopes[record.parent].kind != "function":
        return False
    own = [ordinal for path, ordinal in call.index.project.linker.call_sites(record.name) if path == call.path]
    sites = [ordinal for ordinal in own if table.facts.calls[ordinal].callee == record.name]
    return bool(sites) and all(_is_limited(table, ordinal) for ordinal in sites)


def leads_to_limited(index: Index, path: Path) -> bool:
    """Whether a call on a path is waited for a while at most: ``await wait_for(load(key), 2)``."""
    return any(edge.call >= 0 and is_limited(index.call(caller.place, edge.call)) for caller, edge in path.steps)


def _is_limited(table: Table, ordinal: int) -> bool:
    calls = table.facts.calls
    around = (table.facts.frames[frame] for frame in table.frames(calls[ordinal].frame))
    made = (call_number(frame.test) for frame in around if frame.kind == "with")
    if any(number is not None and table.lasts[number] in BLOCKS for number in made):
        return True
    value = f"@{ordinal}"
    return any(
        table.lasts[outer] in WAITS
        and calls[outer].args[:1] == [value]
        and _has_timeout(calls[outer].args, calls[outer].keywords)
        for outer in table.calls_in.get(calls[ordinal].scope, ())
    )


def _has_timeout(args: list[object], keywords: list[tuple[str, object]]) -> bool:
    given = dict(keywords).get("timeout", args[1] if len(args) > 1 else "#None")
    return given != "#None"
