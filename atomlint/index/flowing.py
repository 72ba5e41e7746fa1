"""Which of several bindings of a name can be meant at a place: those that no later one on every way there replaces."""

from __future__ import annotations

from bisect import bisect_left
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from .looptables import LOOPS

if TYPE_CHECKING:
    from ..facts.records import Assign
    from .tables import Binding, Table

MAX_BINDINGS = 40
"""More bindings of a name than this are generated code: all of them are meant."""
END = 1 << 60
_after = attrgetter("after")


class Spot(NamedTuple):
    """A place in a scope: calls before it, place among the file's assignments, frame."""

    after: int
    order: int
    frame: int


LAST = Spot(END, END, 0)
"""The end of a module's body: what functions see that are called later."""


def of_assign(table: Table, assign: Assign) -> Spot:
    """Where the value of an assignment is evaluated."""
    return Spot(assign.after, _order(table, assign), assign.frame)


def _order(table: Table, assign: Assign) -> int:
    """The place of an assignment among those of its file, which stand in source order."""
    assigns = table.facts.assigns
    place = bisect_left(assigns, assign.after, key=_after)
    while place < len(assigns) and assigns[place].after == assign.after:
        if assigns[place] is assign:
            return place
        place += 1
    return END


def reaching(table: Table, owner: int, bindings: list[Binding], spot: Spot) -> list[Binding]:
    """The bindings of a name in a scope that can be meant at a spot of that scope, in their order."""
    frames = table.frames(spot.frame)
    inside = (*frames, 0)
    if len(bindings) > MAX_BINDINGS:
        return bindings
    placed: list[tuple[tuple[int, int], int, Binding]] = []
    killer: tuple[tuple[int, int], int] | None = None
    for binding in bindings:
        if binding.scope != owner or binding.param is not None:
            continue
        at, frame = _place(table, binding)
        if _hidden(table, binding, frames):
            continue
        placed.append((at, frame, binding))
        if at <= (spot.after, spot.order) and _settles(table, binding, frame, inside):
            killer = (at, frame) if killer is None or at >= killer[0] else killer
    around = {frame for frame in frames if table.facts.frames[frame].kind in LOOPS}
    if killer is not None:
        around -= set(table.frames(killer[1]))
    kept = []
    for at, frame, binding in placed:
        if at > (spot.after, spot.order):  # comes round again in a loop, or not at all
            if around.isdisjoint(table.frames(frame)):
                continue
        elif killer is not None and at < killer[0] and not (at[0] == killer[0][0] and END in (at[1], killer[0][1])):
            continue
        kept.append(binding)
    chosen = {id(binding) for binding in kept}
    return [
        b for b in bindings if id(b) in chosen or b.scope != owner or (b.param is not None and killer is None)
    ] or bindings


def _place(table: Table, binding: Binding) -> tuple[tuple[int, int], int]:
    if binding.definition is not None:
        scope = table.facts.scopes[binding.definition]
        return (scope.end_call, END), scope.frame
    if binding.imported is not None:
        return (binding.imported.after, END), binding.imported.frame
    assign = binding.assign
    if assign is None:
        return (0, 0), 0
    return (assign.after, _order(table, assign)), assign.frame


def _settles(table: Table, binding: Binding, frame: int, inside: tuple[int, ...]) -> bool:
    """Whether a name has this binding's value when control has passed it on the way to a place in these frames."""
    if frame not in inside:
        return False
    assign = binding.assign
    if assign is None:
        return True
    if assign.kind == ":":
        return False
    if assign.kind != "for":
        return True
    if frame and table.facts.frames[frame].kind == "comp":
        return True
    iterable = assign.value[1] if type(assign.value) is list and assign.value[:1] == ["sub"] else None
    return any(
        table.facts.frames[f].kind == "for" and table.facts.frames[f].parent == frame
        and table.facts.frames[f].test == iterable
        for f in inside
    )  # fmt: skip


def _hidden(table: Table, binding: Binding, frames: list[int]) -> bool:
    """Whether a binding is the variable of a comprehension that the place is not in."""
    assign = binding.assign
    return (
        assign is not None
        and assign.kind == "for"
        and assign.frame not in (0, *frames)
        and table.facts.frames[assign.frame].kind == "comp"
    )
