"""Coroutines that a call only starts: nobody waits for them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call

BACKGROUND = ("create_task", "ensure_future", "add_task", "start_soon", "run_coroutine_threadsafe")
"""Ends of names of what starts a coroutine and does not wait for it; projects wrap it, as in ``safe_create_task``."""
STARTERS = frozenset({"submit", "spawn"})
WAITS = frozenset({"gather", "wait", "wait_for", "as_completed", "shield", "TaskGroup"})
"""Calls by which a function waits for what it has started."""
FORGETS = ("fire_and_forget", "in_background")
"""Ends of names of what a project does that with."""


HANDS_ON = re.compile(r"fire|start|spawn|launch|schedul|background|detach|forget", re.IGNORECASE)
"""In names of functions of a project that start the coroutine which they are given."""


def is_started(call: Call, ends: tuple[str, ...] = BACKGROUND) -> bool:
    """Whether a call only makes a coroutine that runs by itself: ``create_task(f(x))``."""
    started: frozenset[int] = call.index.keep(("started", call.path, ends), lambda: frozenset(_started(call, ends)))
    return call.ordinal in started


def is_left(call: Call) -> bool:
    """Whether a call's coroutine is started, and its function waits for nothing that it has started."""
    return is_started(call) and WAITS.isdisjoint(other.name for other in call.function.calls)


def _hands_on(call: Call, ordinal: int, ends: tuple[str, ...]) -> bool:
    """Whether a call is of a function that starts its first argument: ``def fire(coro): create_task(coro)``."""
    values = call.index.project.linker.values.callee(call.path, ordinal)
    functions = [call.index.function(value) for value in values if value.kind == "def"]
    return len(functions) == 1 and any(
        other.name.endswith(ends) and other.args[:1] == [param.name]
        for param in functions[0].table.facts.scopes[functions[0].ordinal].params[:2]
        for other in functions[0].calls
    )


def _started(call: Call, ends: tuple[str, ...]) -> Iterator[int]:
    waited = call.table.waited
    for ordinal, other in enumerate(call.table.facts.calls):
        if ordinal in waited:
            continue  # t = create_task(f(x)); await t
        name = other.callee.rpartition(".")[2] if type(other.callee) is str else ""
        if name.endswith(ends) or name in STARTERS or (HANDS_ON.search(name) and _hands_on(call, ordinal, ends)):
            yield from (
                int(arg[1:]) for arg in other.args if type(arg) is str and arg[:1] == "@" and arg[1:].isdecimal()
            )
