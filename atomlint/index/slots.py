"""What is set where: whether a slot is written behind a test, by another function of its class, or nowhere at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Assign
    from .bodies import Bodies, Body
    from .tables import Table

MUTATORS = frozenset({"clear", "pop", "popitem", "update", "reset", "setdefault", "popleft"})
STARTERS = frozenset({"__init__", "__new__", "__post_init__", "init", "setup", "_initialize"})
HELPERS = 2
"""Calls deep that what a gate sets is looked for."""


class Site(NamedTuple):
    """A call and the frame of the test around it that is looked at."""

    body: Body
    frame: int
    call: int


class Slots:
    """Finds what sets a slot; see `Body.slot`."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self._setters: dict[str, set[str]] | None = None

    def written(self, at: Site, slot: str, *, inside: bool = False, kept: bool = False) -> bool:
        """Whether a slot is set behind a gate, or after it in the same function (not with ``inside``).

        With ``kept``, setting it to nothing does not count.
        """
        body, frame, call = at
        table = body.table
        calls = body.table.facts.calls
        ours = call < len(calls) and calls[call].scope == body.scope
        around = set(table.frames(table.facts.calls[call].frame)) if ours else set()
        for assign in body.assigns:
            if (assign.kind == "+=" and inside) or handles(table, assign.frame, around):
                continue
            if kept and assign.value in ("#None", "#False", "#0", ["[]"], ["{}"]):
                continue
            if assign.kind not in ("=", "with", "del", "+=") or not covers(body.slot(assign.target), slot):
                continue
            if frame in table.frames(assign.frame) or (not inside and assign.after >= call) or not ours:
                return True
        for ordinal in table.calls_in.get(body.scope, ()):
            record = table.facts.calls[ordinal]
            if (frame not in table.frames(record.frame) and ours) or handles(table, record.frame, around):
                continue
            if self._mutates(body, ordinal, slot):
                return True
            if slot[0] not in "$~" and self._sets(body, ordinal, slot, HELPERS, inside=inside):
                return True
        return False

    def _mutates(self, body: Body, ordinal: int, slot: str) -> bool:
        callee = body.table.facts.calls[ordinal].callee
        if callee == "setattr":
            args = body.table.facts.calls[ordinal].args
            return len(args) == 3 and slot.endswith("." + str(args[1])[1:])
        if type(callee) is not str or callee.rpartition(".")[2] not in MUTATORS:
            return False
        return covers(body.slot(callee.rpartition(".")[0], ordinal), slot)

    def _sets(self, body: Body, ordinal: int, slot: str, depth: int, *, inside: bool) -> bool:
        """Whether a function that a call runs sets a slot."""
        if not depth:
            return False
        for called in self.bodies.called(body, ordinal):
            if any(
                assign.kind in ("=", "del") + (() if inside else ("+=",)) and covers(called.slot(assign.target), slot)
                for assign in called.assigns
            ):
                return True
            for inner in called.table.calls_in.get(called.scope, ()):
                if self._mutates(called, inner, slot) or self._sets(called, inner, slot, depth - 1, inside=inside):
                    return True
        return False

    def sets(self, body: Body, slot: str) -> bool:
        """Whether a function sets a slot itself: one that is asked for the time, and notes it.

        What it reads of one into a variable, ``start = self.last``, sets none.
        """
        return any(
            assign.kind in ("=", "del")
            and not (type(assign.target) is str and "." not in assign.target and body.is_local(assign.target))
            and covers(body.slot(assign.target), slot)
            for assign in body.assigns
        )

    def set_elsewhere(self, body: Body, slot: str) -> bool:
        """Whether another function of the file, no initialiser, sets a slot."""
        scopes = body.table.facts.scopes
        return any(
            assign.kind != "+=" and covers(other.slot(assign.target), slot)
            for other, assign in self.assigns(body, slot)
            if other.scope not in (0, body.scope) and scopes[other.scope].name not in STARTERS
        )

    def assigns(self, body: Body, slot: str) -> Iterator[tuple[Body, Assign]]:
        """The assignments of a file that can mean a slot: those of one class for an attribute."""
        table = body.table
        owner = class_of(table, body.scope) if slot[0] == "." else 0
        for scope, places in table.assigns_in.items():
            if table.facts.scopes[scope].kind == "class" or (owner and class_of(table, scope) != owner):
                continue
            other = self.bodies.of(table, scope)
            yield from ((other, table.facts.assigns[place]) for place in places)

    def made_here(self, body: Body, slot: str) -> bool:
        """Whether a slot is an attribute or a global that this file makes: what nobody sets here then stays as it was made."""
        table = body.table
        if slot[0] == ".":
            name = slot[1:].partition("[")[0].partition(".")[0]
            if self.setters(name) - {table.path}:
                return False
            return any(attribute == name for _, attribute in (*table.attributes, *table.class_attributes))
        return slot.startswith(f"{table.path}:")

    def setters(self, attribute: str) -> set[str]:
        """Files that assign to an attribute of that name on anything."""
        if self._setters is None:
            self._setters = {}
            linker = self.bodies.linker
            for path in linker.linked:
                for assign in linker.table(path).facts.assigns:
                    if type(assign.target) is str and "." in assign.target:
                        self._setters.setdefault(assign.target.rpartition(".")[2], set()).add(path)
        return self._setters.get(attribute, set())

    def grows(self, body: Body, slot: str) -> bool:
        """Whether something counts a slot up."""
        return any(
            (assign.kind == "+=" or (type(assign.value) is list and assign.value[:2] == ["bin", "+"]))
            and other.slot(assign.target) == slot
            for other, assign in self.assigns(body, slot)
        )


def handles(table: Table, frame: int, around: set[int]) -> bool:
    """Whether something only happens after an exception, while the call that it is about does not."""
    return any(table.facts.frames[f].kind == "except" for f in table.frames(frame) if f not in around)


def class_of(table: Table, scope: int) -> int:
    """The class around a function; 0 for none."""
    while scope and table.facts.scopes[scope].kind != "class":
        scope = table.facts.scopes[scope].parent
    return scope


def covers(target: str | None, slot: str) -> bool:
    """Whether setting one slot sets another: the same, or a container of it."""
    if target is None or not slot.startswith(target):
        return False
    return len(target) == len(slot) or slot[len(target)] in ".["
