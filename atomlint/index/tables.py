"""Per-file lookup tables over facts: what a name means in a scope, what is assigned to an attribute."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from ..facts.records import Assign, Import, Param
from .looptables import LoopTable

if TYPE_CHECKING:
    from ..facts.records import Exit, Expr, Facts, Scope
    from .expressions import Place


MAX_KEPT = 64
"""Frames of a chain that is always kept."""
ROOM = 100_000
"""Frames of a file's longer chains that are kept: those of generated code would fill the memory."""


class Binding(msgspec.Struct, frozen=True, gc=False):
    """One thing that a name can mean: exactly one of the fields after ``scope`` is set.

    There is one for every definition of a project: a named tuple would take three times as long to make.
    """

    scope: int
    """Where the bound expression is evaluated."""
    imported: Import | None = None
    definition: int | None = None
    """Ordinal of the scope that a ``def`` or ``class`` made."""
    param: Param | None = None
    assign: Assign | None = None


class Table:
    """Facts of one file with the lookups that linking needs."""

    def __init__(self, path: str, facts: Facts) -> None:
        self.path = path
        self.facts = facts
        self._found: dict[tuple[int, str], tuple[int, list[Binding]]] = {}
        self._chains: dict[int, list[int]] = {}
        self._room = ROOM

    @cached_property
    def names(self) -> dict[tuple[int, str], list[Binding]]:
        """Bindings by (scope, name). ``global`` and ``nonlocal`` names are bound where they belong."""
        table: dict[tuple[int, str], list[Binding]] = defaultdict(list)
        scopes = self.facts.scopes
        elsewhere = {ordinal for ordinal, scope in enumerate(scopes) if scope.globals}
        for record in self.facts.imports:
            at = self.owner(record.scope, record.name) if record.scope in elsewhere else record.scope
            table[at, record.name].append(Binding(record.scope, record))
        for ordinal, scope in enumerate(scopes):
            if scope.kind in ("function", "class"):
                at = self.owner(scope.parent, scope.name) if scope.parent in elsewhere else scope.parent
                table[at, scope.name].append(Binding(scope.parent, None, ordinal))
            for param in scope.params:
                table[ordinal, param.name].append(Binding(ordinal, None, None, param))
        for assign in self.facts.assigns:
            target = assign.target
            if (
                type(target) is str
                and assign.kind in ("=", "for", "with", ":")
                and "." not in target
                and target[0] != "@"
                and not (assign.kind == ":" and scopes[assign.scope].kind == "class")  # it binds nothing there
            ):
                at = self.owner(assign.scope, target) if assign.scope in elsewhere else assign.scope
                table[at, target].append(Binding(assign.scope, None, None, None, assign))
        return dict(table)

    def owner(self, scope: int, name: str) -> int:
        """The scope that a binding of ``name`` made in ``scope`` belongs to."""
        if name in self.facts.scopes[scope].globals:
            parent = self.facts.scopes[scope].parent
            while parent and not any(p.name == name for p in self.facts.scopes[parent].params):
                parent = self.facts.scopes[parent].parent
            return parent
        return scope

    @cached_property
    def compounds(self) -> list[tuple[Place, list[Expr]]]:
        """The expressions that stand by themselves and are made of others, see `expressions`: most are plain names."""
        from .expressions import expressions

        return [(place, expr) for place, expr in expressions(self) if type(expr) is list]

    @cached_property
    def loops(self) -> LoopTable:
        """Look-ups by loop."""
        return LoopTable(self)

    @cached_property
    def stars(self) -> list[Import]:
        """Star imports of the module."""
        return [record for record in self.facts.imports if record.name == "*"]

    @cached_property
    def attributes(self) -> dict[tuple[int, str], list[Assign]]:
        """Assignments to instance or class attributes by (class scope, attribute): ``self.x = ...`` in any method."""
        table: dict[tuple[int, str], list[Assign]] = defaultdict(list)
        for assign in self.facts.assigns:
            target = assign.target
            if type(target) is not str or "." not in target or assign.kind not in ("=", ":", "with"):
                continue
            head, _, attribute = target.rpartition(".")
            owner = self.receiver_class(assign.scope, head)
            if owner is not None:
                table[owner, attribute].append(assign)
        return dict(table)

    def receiver_class(self, scope: int, name: str) -> int | None:
        """The class whose instance (or self) ``name`` is in a method or a function nested in one: ``self``, ``cls``,
        ``cls._instance``; the class's own name counts too."""
        head, _, rest = name.partition(".")
        if rest and rest not in ("_instance", "instance", "__class__"):
            return None
        at = scope
        scopes = self.facts.scopes
        while at:
            record = scopes[at]
            parent = scopes[record.parent]
            if parent.kind == "class":
                if record.kind == "function" and (
                    (record.params and record.params[0].name == head) or parent.name == head
                ):
                    return record.parent
                return None
            at = record.parent
        return None

    @cached_property
    def class_attributes(self) -> dict[tuple[int, str], list[Assign]]:
        """Assignments in class bodies by (class scope, name)."""
        table: dict[tuple[int, str], list[Assign]] = defaultdict(list)
        for assign in self.facts.assigns:
            if type(assign.target) is str and self.facts.scopes[assign.scope].kind == "class":
                table[assign.scope, assign.target].append(assign)
        return dict(table)

    @cached_property
    def members(self) -> dict[tuple[int, str], int]:
        """Methods and nested classes by (class scope, name); the last definition wins, setters do not."""
        table: dict[tuple[int, str], int] = {}
        for ordinal, scope in enumerate(self.facts.scopes):
            if scope.kind in ("function", "class") and self.facts.scopes[scope.parent].kind == "class":
                if any(type(d) is str and d.endswith((".setter", ".deleter")) for d in scope.decorators):
                    continue
                table[scope.parent, scope.name] = ordinal
        return table

    @cached_property
    def members_of(self) -> dict[int, dict[str, int]]:
        """Methods and nested classes by name, by class scope."""
        table: dict[int, dict[str, int]] = defaultdict(dict)
        for (scope, name), ordinal in self.members.items():
            table[scope][name] = ordinal
        return dict(table)

    @cached_property
    def bound_to(self) -> dict[int, str]:
        """The first name that an assignment gives to what a call makes, by the call's ordinal."""
        table: dict[int, str] = {}
        for assign in self.facts.assigns:
            value = assign.value
            if type(value) is str and value[:1] == "@" and value[1:].isdigit() and type(assign.target) is str:
                table.setdefault(int(value[1:]), assign.target)
        return table

    @cached_property
    def waited(self) -> frozenset[int]:
        """Calls whose result a later ``await`` of its name waits for, whenever they run: ``t = create_task(f()); await t``.

        Not those of a name that is cancelled: what is awaited then is its end.
        """
        cancelled = {
            (call.scope, call.callee.removesuffix(".cancel"))
            for call in self.facts.calls
            if type(call.callee) is str and call.callee.endswith(".cancel")
        }
        found: set[int] = set()
        for wait in self.facts.waits:
            made = [
                assign
                for binding in self.names.get((wait.scope, wait.name), ())
                if (assign := binding.assign) is not None and assign.after <= wait.after
            ]
            if made and (wait.scope, wait.name) not in cancelled and self._reaches(made[-1].frame, wait.frame):
                number = call_number(made[-1].value)
                found |= {number} if number is not None else set()
        return frozenset(found)

    def block(self, frame: int) -> int:
        """The frame of the block that a frame is in, without the ``with`` statements and the returns before it.

        What was returned before inside of a ``with`` is also behind it: there its test stands in a frame further out.
        """
        at = self.facts.frames[frame].parent
        while at and self.facts.frames[at].kind in ("with", "after"):
            at = self.facts.frames[at].parent
        return at

    def _reaches(self, before: int, after: int) -> bool:
        """Whether what runs in one frame always comes to a later place in another, unless it raises."""
        frames = self.facts.frames
        while after and frames[after].kind in ("try", "finally", "with"):
            after = frames[after].parent
        return not after or after in self.frames(before)

    @cached_property
    def exits(self) -> dict[int, list[Exit]]:
        """Exits by scope."""
        table: dict[int, list[Exit]] = defaultdict(list)
        for exit_ in self.facts.exits:
            table[exit_.scope].append(exit_)
        return dict(table)

    @cached_property
    def calls_in(self) -> dict[int, list[int]]:
        """Ordinals of the calls by scope."""
        table: dict[int, list[int]] = defaultdict(list)
        for ordinal, call in enumerate(self.facts.calls):
            table[call.scope].append(ordinal)
        return dict(table)

    @cached_property
    def lasts(self) -> list[str]:
        """The last part of each callee's name, by the call's ordinal; empty for what has none."""
        return [callee.rpartition(".")[2] if type(callee := call.callee) is str else "" for call in self.facts.calls]

    @cached_property
    def assigns_in(self) -> dict[int, list[int]]:
        """Places in the list of assignments by scope."""
        table: dict[int, list[int]] = defaultdict(list)
        for place, assign in enumerate(self.facts.assigns):
            table[assign.scope].append(place)
        return dict(table)

    @cached_property
    def made_by_calls(self) -> dict[tuple[int, str], str]:
        """The last result of a call that each name was assigned, by (scope, name)."""
        return {
            (assign.scope, assign.target): assign.value
            for assign in self.facts.assigns
            if assign.kind == "="
            and type(assign.target) is str
            and type(assign.value) is str
            and assign.value[:1] == "@"
        }

    def bound_later(self, name: str) -> list[Scope]:
        """Functions that bind a name of the module which the module itself only makes None; none where it does more."""
        assigns = [binding.assign for binding in self.find(0, name)[1]]
        own = [assign for assign in assigns if assign is None or not assign.scope]
        if not own or any(assign is None or assign.value != "#None" for assign in own):
            return []
        return [self.facts.scopes[assign.scope] for assign in assigns if assign is not None and assign.scope]

    def lookup(self, scope: int, name: str) -> list[Binding]:
        """What a name means seen from a scope, by Python's scoping: class bodies are skipped from inside functions."""
        return self.find(scope, name)[1]

    def find(self, scope: int, name: str) -> tuple[int, list[Binding]]:
        """The scope that a name belongs to, seen from another scope, and its bindings there; ``(0, [])`` for neither."""
        key = (scope, name)
        answer = self._found.get(key)
        if answer is None:
            answer = self._found[key] = self._find(scope, name)
        return answer

    def _find(self, scope: int, name: str) -> tuple[int, list[Binding]]:
        names = self.names
        scopes = self.facts.scopes
        found = names.get((scope, name))
        if found:
            return scope, found
        at = scope
        while at:
            at = scopes[at].parent
            found = names.get((at, name))
            if found and scopes[at].kind != "class":
                return at, found
        return 0, []

    def only_assign(self, scope: int, name: str) -> Assign | None:
        """The assignment that is all a plain name is ever bound by, seen from a scope; None when there is more, or less."""
        bindings = self.find(scope, name)[1] if "." not in name else []
        return bindings[0].assign if len(bindings) == 1 else None

    def qualname(self, scope: int) -> str:
        """Dotted name of a scope inside its module; ``""`` for the module."""
        parts: list[str] = []
        while scope:
            record: Scope = self.facts.scopes[scope]
            parts.append(record.name)
            scope = record.parent
        return ".".join(reversed(parts))

    def frames(self, frame: int) -> list[int]:
        """A frame and its parents, innermost first."""
        known = self._chains.get(frame)
        if known is not None:
            return known
        chain = []
        frames = self.facts.frames
        at = frame
        while at:
            chain.append(at)
            at = frames[at].parent
        if len(chain) >= MAX_KEPT:
            self._room -= len(chain)
        if len(chain) < MAX_KEPT or self._room >= 0:
            self._chains[frame] = chain
        return chain

    @cached_property
    def memberships(self) -> list[tuple[Expr, Expr] | None]:
        """By frame, the item and the container of the nearest test of membership, where it holds in that frame."""
        found: list[tuple[Expr, Expr] | None] = []
        for entry in self.facts.frames:  # parents come first
            test, positive = entry.test, entry.kind != "else"
            while type(test) is list and test[:1] == ["not"]:
                test, positive = test[1], not positive
            is_one = type(test) is list and test[:1] == ["cmp"] and len(test) == 4 and test[2] in ("in", "not in")
            if not is_one or entry.kind not in ("if", "else", "after"):
                found.append(found[entry.parent] if found else None)
            else:
                found.append((test[1], test[3]) if (test[2] == "in") is positive else None)
        return found

    def enclosing_function(self, scope: int) -> int:
        """The nearest function or module around a scope (classes and comprehensions are passed)."""
        while scope and self.facts.scopes[scope].kind == "class":
            scope = self.facts.scopes[scope].parent
        return scope


def dotted(expr: Expr) -> str | None:
    """The dotted name that an expression is, or None."""
    return expr if type(expr) is str and expr and expr[0] not in "@'#?" else None


def call_number(expr: Expr) -> int | None:
    """Which call of its file an expression is as a whole, or None: a number such as ``#5000`` is none."""
    is_call = type(expr) is str and expr[:1] == "@" and expr[1:].isdecimal()
    return int(expr[1:]) if is_call else None


def text_of(expr: Expr) -> str | None:
    """The string constant that an expression is, or None."""
    return expr[1:] if type(expr) is str and expr[:1] == "'" else None
