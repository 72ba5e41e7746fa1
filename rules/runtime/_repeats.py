"""Remote work that a start of the process repeats in loops, by the function that holds the outermost loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function
    from atomlint.index.loops import Loop
    from atomlint.index.startup import StartUse

RESTARTS = 1440
"""Starts a day of a process that lives for 50 s and is started again after 10."""
DATA = ("each", "batch", "paging")


class Repeats(NamedTuple):
    """What one function repeats at every start."""

    resource: str
    calls: tuple[Call, ...]
    """Calls in the function that lead to the work, in source order."""
    least: int
    """Commands that the source says for sure: turns of constant loops, multiplied."""
    over_data: str
    """What a loop of unknown length goes through; empty when all are constant."""
    per_item: int
    """Commands for each of those items."""
    steps: tuple[Note, ...]
    """From the start-up handler to the function."""
    sure: bool = True
    """Whether the calls lead to that work, and not to one of several implementations."""


def repeats(function: Function) -> Iterator[Repeats]:
    """Repeated work of a start-up handler; nothing for any other function."""
    groups: dict[tuple[Any, str], list[tuple[Call, int, str, int]]] = {}
    chains: dict[tuple[Any, str], StartUse] = {}
    certain: dict[tuple[object, str], bool] = {}
    for use in function.index.project.startup.get(function.value, ()):
        loops = _loops(function, use)
        outermost = next((number for number, around in enumerate(loops) if around), None)
        if outermost is None or any(loop.kind == "forever" for around in loops for loop in around):
            continue
        step = use.chain[outermost]
        key = (step.function, use.resource)
        chains.setdefault(key, use)
        call = function.index.call(step.function.place, step.call)
        groups.setdefault(key, []).append((call, *_times(use, loops)))
        certain[key] = certain.get(key, False) or use.sure
    for key, parts in groups.items():
        calls = tuple(dict.fromkeys(call for call, *_ in parts))
        data = next((name for _, _, name, _ in parts if name), "")
        least = sum(commands for _, commands, name, _ in parts if not name)
        per_item = sum(each for _, _, name, each in parts if name == data) if data else 0
        yield Repeats(key[1], calls, least, data, per_item, _steps(function, chains[key], calls[0]), certain[key])


def _loops(function: Function, use: StartUse) -> list[list[Loop]]:
    loops = function.index.project.loops
    return [loops.around(step.function.place, step.call) for step in use.chain]


def _times(use: StartUse, loops: list[list[Loop]]) -> tuple[int, str, int]:
    """Commands for sure, the data that a loop of unknown length goes through, and commands for each of it."""
    commands = use.commands
    data = ""
    for around in loops:
        for loop in around:
            if loop.kind == "constant" and loop.count is not None:
                commands *= loop.count
            elif loop.kind in DATA:
                data = data or loop.name or "what a loop goes through"
    return (0, data, commands) if data else (commands, "", 0)


def _steps(function: Function, use: StartUse, last: Call) -> tuple[Note, ...]:
    notes = []
    for step in use.chain:
        call = function.index.call(step.function.place, step.call)
        notes.append(Note(call.span, f"{function.index.function(step.function).qualname} calls {call.name or 'this'}"))
        if call == last:
            break
    return tuple(notes) if len(notes) > 1 else ()
