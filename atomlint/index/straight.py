"""Where control comes in a function's body, when some places of it certainly raise.

What is left open counts as reached: loops go on behind them, a handler may run, and an object of the project that a
``with`` leaves may keep the exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Union

from .flow import LOOPS, Leave

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeGuard

    from ..facts.records import Expr, Frame
    from .linker import Linker
    from .tables import Table


class Death(NamedTuple):
    """A place that certainly raises."""

    call: int
    """The call that does not come to run; -1 for a mere expression."""
    frame: int
    after: int
    """Calls of the file that stand before it, or are evaluated before it raises."""


class Part:
    """What stands in one frame, in source order."""

    __slots__ = ("frame", "items")

    def __init__(self, frame: int) -> None:
        self.frame = frame
        self.items: list[Item] = []


Item = Union[int, Leave, Death, Part]  # noqa: UP007 - evaluated at run time on 3.10


class Straight:
    """Walks one function."""

    def __init__(self, table: Table, linker: Linker, deaths: Iterable[Death]) -> None:
        self.table = table
        self.frames = table.facts.frames
        self.linker = linker
        self.deaths = list(deaths)
        self.scope = 0
        self.reached: set[int] = set()
        self.returns = False

    def walk(self, scope: int) -> tuple[frozenset[int], bool]:
        """The calls of a function that never run, and whether it may return."""
        self.scope = scope
        calls = self.table.calls_in.get(scope, ())
        on = self._part(self._tree(scope, calls), on=True)
        never = {call for call in calls if call not in self.reached} | {d.call for d in self.deaths if d.call >= 0}
        return frozenset(self._around(never, calls)), on or self.returns

    def _around(self, never: set[int], calls: Iterable[int]) -> set[int]:
        """With calls that never run those that need what they give: the rest of a chain, what they are an argument of."""
        for ordinal in reversed(list(calls)):
            if ordinal in never:
                continue
            record = self.table.facts.calls[ordinal]
            parts = (record.callee, *record.args, *(value for _, value in record.keywords))
            if any(inner in never and not sometimes(self.table, inner) for part in parts for inner in _results(part)):
                never.add(ordinal)
        return never

    def _tree(self, scope: int, calls: Iterable[int]) -> Part:
        items: list[tuple[int, int, int, Item]] = [(n, 2, self.table.facts.calls[n].frame, n) for n in calls]
        items += [(death.after, 0, death.frame, death) for death in self.deaths]
        for exit_ in self.table.exits.get(scope, ()):
            if exit_.kind in ("return", "raise"):
                items.append((exit_.after, 1, exit_.frame, Leave(exit_.kind == "raise", exit_.value)))
        items.sort(key=lambda item: item[:2])
        root = Part(0)
        parts = {0: root}
        for _, _, frame, item in items:
            for missing in reversed(self.table.frames(frame)):
                if missing not in parts:
                    parts[missing] = Part(missing)
                    parts[self.frames[missing].parent].items.append(parts[missing])
            parts[frame].items.append(item)
        return root

    def _part(self, part: Part, *, on: bool) -> bool:
        """Whether control comes to the end of a block that it begins, or does not begin."""
        began = on
        place = 0
        while place < len(part.items):
            item = part.items[place]
            place += 1
            if type(item) is int:
                if on:
                    self.reached.add(item)
            elif type(item) is Part:
                group = [item]
                while place < len(part.items) and self._belongs(following := part.items[place], item):
                    group.append(following)
                    place += 1
                is_finally = self.frames[item.frame].kind == "finally"
                on = self._part(item, on=began) and on if is_finally else self._group(group, on=on)
            else:
                self.returns = self.returns or (on and type(item) is Leave and not item.raises)
                on = False
        return on

    def _belongs(self, item: Item, first: Part) -> TypeGuard[Part]:
        """Whether a block is another side of the statement that a first one begins."""
        if type(item) is not Part:
            return False
        one, other = self.frames[first.frame], self.frames[item.frame]
        if one.parent != other.parent:
            return False
        if one.kind == "if":
            return other.kind == "else" and other.test == one.test
        return one.kind == "try" and other.kind == "except"

    def _group(self, group: list[Part], *, on: bool) -> bool:
        entry = self.frames[group[0].frame]
        ends = [self._part(part, on=on) for part in group]
        if not on or any(ends):
            return on
        if entry.kind == "after":
            return False
        if entry.kind == "if":
            return len(group) == 1
        if entry.kind == "try":  # a handler that holds nothing goes on
            seen = sum(_types(self.frames[part.frame].test) for part in group[1:])
            return seen < _types(entry.test)
        return entry.kind in LOOPS or entry.kind != "with" or self._may_hold(entry)

    def _may_hold(self, entry: Frame) -> bool:
        """Whether what a ``with`` enters may keep an exception from going further: anything but a library's own object."""
        values = self.linker.evaluate(self.table.path, self.scope, entry.test)
        return not values or any(
            value.kind != "ext" or any(word in value.place for word in ("suppress", "Stack", "raises"))
            for value in values
        )


def sometimes(table: Table, call: int) -> bool:
    """Whether an expression makes a call only sometimes: ``found or load()``."""
    return any(first <= call < end for first, end in table.facts.perhaps)


def _types(caught: Expr) -> int:
    """How many types of exceptions are named."""
    return len(caught) - 1 if type(caught) is list and caught[:1] == ["[]"] else 1


def _results(expr: Expr) -> Iterable[int]:
    """The calls whose results an expression always evaluates."""
    if type(expr) is str:
        if expr[:1] == "@" and len(expr) > 1:
            yield int(expr[1:].partition(".")[0])
    elif type(expr) is list and expr and expr[0] not in ("comp", "lambda"):
        for part in expr[1:]:
            yield from _results(part)
