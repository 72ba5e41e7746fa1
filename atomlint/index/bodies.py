"""One function's own records, and what its local names stand for: slots that outlive the call, and keys made of variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import Table, dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Assign, Expr
    from .linker import Linker
    from .value import Value

END = 1 << 60
"""After every call of a file."""
PER_REQUEST = ("$request.", "$req.", "flask.g", "flask.request", "flask.session", "quart.g", "quart.request")
"""Slots that one request has to itself."""
APPLICATION = (".app.", ".application.", ".state.app.")
GETTERS = ("get", "setdefault", "pop")


class Body:
    """Assignments of one function."""

    def __init__(self, linker: Linker, table: Table, scope: int) -> None:
        self.linker = linker
        self.table = table
        self.scope = scope
        self.assigns = [table.facts.assigns[place] for place in table.assigns_in.get(scope, ())]
        self.params = {param.name: param for param in table.facts.scopes[scope].params}
        self._named: dict[str, list[Assign]] = {}
        for assign in self.assigns:
            if type(assign.target) is str and assign.kind != ":":
                self._named.setdefault(assign.target, []).append(assign)

    def values(self, name: str, before: int = END, frame: int | None = None, outside: int = 0) -> list[Assign]:
        """What a local name can have been assigned up to a place, latest first.

        ``outside`` is a test's own frame: what is assigned behind the test does not count.
        """
        found: list[Assign] = []
        place = self.table.facts.frames[outside].parent if outside else frame
        around = {0, *self.table.frames(place)} if place is not None else {0}
        for assign in reversed(self._named.get(name, ())):
            if outside and outside in self.table.frames(assign.frame):
                continue
            if assign.after <= before and assign.kind in ("=", "with", "for", "except"):
                found.append(assign)
                if assign.frame in around:
                    break
        return found

    def value(self, name: str, before: int = END, frame: int | None = None, outside: int = 0) -> Assign | None:
        """The one assignment that a local name has its value from, or None."""
        if not self.is_local(name):
            return None
        found = self.values(name, before, frame, outside)
        return found[0] if len(found) == 1 and found[0].kind in ("=", "with") else None

    def is_local(self, name: str) -> bool:
        """Whether a name lives as long as the call."""
        return name in self._named and name not in self.table.facts.scopes[self.scope].globals and self.scope != 0

    # --- slots -----------------------------------------------------------------------------------------------------

    def slot(self, expr: Expr, before: int = END, depth: int = 6) -> str | None:
        """Where a value is kept, the same text for the same place: ``.last`` of an instance, ``app.py:counts[*]``.

        ``~`` stands before what is gone after the call, ``$`` before parameters.
        """
        if depth == 0:
            return None
        if type(expr) is list and expr:
            if expr[0] == "sub":
                base = self.slot(expr[1], before, depth - 1)
                return None if base is None else f"{base}[{self._index(expr[2])}]"
            if expr[0] == ".":
                base = self.slot(expr[1], before, depth - 1)
                return None if base is None else f"{base}.{expr[2]}"
            return None
        if type(expr) is not str or not expr:
            return None
        if expr[0] == "@":
            return self._made(expr, before, depth)
        name = dotted(expr)
        return None if name is None else self._name(name, before, depth)

    def _index(self, key: Expr) -> str:
        text = text_of(key)
        return f"'{text}'" if text is not None else "*"

    def _made(self, expr: str, before: int, depth: int) -> str | None:
        """``states.get("last", 0)``, ``getattr(self, "last", 0)`` and ``client.pipeline()`` name a place too."""
        head, dot, rest = expr.partition(".")
        call = self.table.facts.calls[int(head[1:])]
        if call.callee == "getattr" and len(call.args) >= 2 and text_of(call.args[1]):
            base = self.slot(call.args[0], before, depth - 1)
            return None if base is None else f"{base}.{text_of(call.args[1])}{dot}{rest}"
        if type(call.callee) is not str or "." not in call.callee:
            return None
        owner, _, method = call.callee.rpartition(".")
        base = self.slot(owner, before, depth - 1)
        if base is None:
            return None
        if method in GETTERS and call.args:
            return f"{base}[{self._index(call.args[0])}]{dot}{rest}"
        return base if method == "pipeline" and not rest else None

    def _name(self, name: str, before: int, depth: int) -> str:
        head, dot, rest = name.partition(".")
        table = self.table
        if self.is_local(head):
            value = self.value(head, before)
            if value is not None:
                inner = self.slot(value.value, min(before, value.after), depth - 1)
                if inner is not None:
                    return f"{inner}{dot}{rest}"
            return f"~{name}"
        if table.receiver_class(self.scope, head) is not None:
            return f".{rest}"
        owner, bindings = table.find(self.scope, head)
        for binding in bindings:
            if binding.param is not None:
                return f"${name}"
            if binding.definition is not None and table.facts.scopes[binding.definition].kind == "class" and rest:
                return f".{rest}"
            if binding.imported is not None and binding.imported.attribute:
                target = self.linker.modules.target(table.path, binding.imported)
                if target is not None and target.endswith(".py"):
                    return f"{target}:{binding.imported.attribute}{dot}{rest}"
                return f"{binding.imported.module}.{binding.imported.attribute}{dot}{rest}"
        return f"{table.path}:{f'{owner}:' if owner else ''}{name}"

    # --- variables -------------------------------------------------------------------------------------------------

    def variables(self, expr: Expr, before: int = END) -> frozenset[str]:
        """The parameters, attributes and other names that an expression is made of; local names are seen through."""
        return frozenset(self._variables(expr, before, 8))

    def _variables(self, expr: Expr, before: int, depth: int) -> Iterator[str]:
        if depth == 0:
            return
        if type(expr) is list:
            for part in expr[2:] if expr[:1] in (["bin"], ["cmp"]) else expr[1:]:
                yield from self._variables(part, before, depth - 1)
        elif type(expr) is str and expr[:1] == "@":
            call = self.table.facts.calls[int(expr[1:].partition(".")[0])]
            if type(call.callee) is list or "." in call.callee:
                yield from self._owner(call.callee, before, depth)
            for given in (*call.args, *(value for _, value in call.keywords)):
                yield from self._variables(given, before, depth - 1)
        elif (name := dotted(expr)) is not None:
            yield from self._variable(name, before, depth)

    def _owner(self, callee: Expr, before: int, depth: int) -> Iterator[str]:
        """Variables of what a method is called on; modules and instances are none."""
        owner = callee[1] if type(callee) is list else callee.rpartition(".")[0]
        name = dotted(owner)
        if name is not None:
            head = name.partition(".")[0]
            if self.table.receiver_class(self.scope, head) is not None or not (
                self.is_local(head) or head in self.params
            ):
                return
        yield from self._variables(owner, before, depth - 1)

    def _variable(self, name: str, before: int, depth: int) -> Iterator[str]:
        head = name.partition(".")[0]
        if self.is_local(head):
            found = self.values(head, before)
            if found and all(a.kind == "=" for a in found):
                for assign in found:
                    yield from self._variables(
                        assign.value, min(before, assign.after) - (assign.after == before), depth - 1
                    )
                if head not in self.params or any(a.frame == 0 for a in found):
                    return
        yield name


class Bodies:
    """Bodies by function, made once."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._made: dict[tuple[str, int], Body] = {}

    def of(self, table: Table, scope: int) -> Body:
        """The body of a function."""
        key = (table.path, scope)
        found = self._made.get(key)
        if found is None or found.table is not table:
            found = self._made[key] = Body(self.linker, table, scope)
        return found

    def at(self, function: Value) -> Body:
        """The body of a function's value."""
        return self.of(self.linker.table(function.place), function.scope)

    def called(self, body: Body, call: int) -> list[Body]:
        """Bodies of the project's functions that a call runs."""
        return [self.at(v) for v in self.linker.values.callee(body.table.path, call) if self._is_function(v)]

    def _is_function(self, value: Value) -> bool:
        return value.kind == "def" and self.linker.table(value.place).facts.scopes[value.scope].kind == "function"


def outlives(slot: str | None) -> bool:
    """Whether a slot is still there at the next request."""
    if slot is None or slot[0] == "~":
        return False
    if slot.startswith(PER_REQUEST):
        return shared(slot)
    return slot[0] != "$" or "." in slot


def shared(slot: str) -> bool:
    """Whether a parameter's slot belongs to the application: ``request.app.state.cache``."""
    return any(part in slot for part in APPLICATION)
