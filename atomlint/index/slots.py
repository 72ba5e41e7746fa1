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


class Changed(NamedTuple):
    """What some code changes."""

    slots: frozenset[str]
    attributes: frozenset[str]
    """Attributes that it sets on whatever it was given, each behind a dot: ``setattr(it, "last", now)``."""

    def sets(self, slot: str) -> bool:
        """Whether a slot, or a container of it, is among it."""
        return not self.slots.isdisjoint(holders(slot)) or slot.endswith(tuple(self.attributes))


UNCHANGED = Changed(frozenset(), frozenset())


class Slots:
    """Finds what sets a slot; see `Body.slot`."""

    def __init__(self, bodies: Bodies) -> None:
        self.bodies = bodies
        self._setters: dict[str, set[str]] | None = None
        self._changes: dict[tuple[str, int, int, bool], Changed] = {}

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
            if self._mutated(body, ordinal).sets(slot):
                return True
            if slot[0] not in "$~" and self._sets(body, ordinal, slot, inside=inside):
                return True
        return False

    @staticmethod
    def _mutated(body: Body, ordinal: int) -> Changed:
        """What a call of ``setattr``, or of a method that changes what it is called on, changes."""
        call = body.table.facts.calls[ordinal]
        if call.callee == "setattr":
            return Changed(frozenset(), frozenset({"." + str(call.args[1])[1:]})) if len(call.args) == 3 else UNCHANGED
        if type(call.callee) is not str or call.callee.rpartition(".")[2] not in MUTATORS:
            return UNCHANGED
        slot = body.slot(call.callee.rpartition(".")[0], ordinal)
        return UNCHANGED if slot is None else Changed(frozenset({slot}), frozenset())

    def _sets(self, body: Body, ordinal: int, slot: str, *, inside: bool) -> bool:
        """Whether a function that a call runs sets a slot."""
        called = self.bodies.called(body, ordinal)
        return any(self._changed(inner, HELPERS, inside=inside).sets(slot) for inner in called)

    def _changed(self, body: Body, depth: int, *, inside: bool) -> Changed:
        """What a function changes itself, and by what it calls so many calls deep; every answer is kept."""
        key = (body.table.path, body.scope, depth, inside)
        known = self._changes.get(key)
        if known is None:
            kinds = ("=", "del") if inside else ("=", "del", "+=")
            targets = (body.slot(assign.target) for assign in body.assigns if assign.kind in kinds)
            found = [Changed(frozenset(slot for slot in targets if slot is not None), frozenset())]
            for ordinal in body.table.calls_in.get(body.scope, ()):
                found.append(self._mutated(body, ordinal))
                if depth > 1:
                    called = self.bodies.called(body, ordinal)
                    found += (self._changed(inner, depth - 1, inside=inside) for inner in called)
            slots, attributes = zip(*found, strict=True)
            known = self._changes[key] = Changed(frozenset().union(*slots), frozenset().union(*attributes))
        return known

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


def holders(slot: str) -> set[str]:
    """The slots that cover one: itself, and the containers that it lies in."""
    return {slot} | {slot[:at] for at, sign in enumerate(slot) if sign in ".["}
