"""Decorators that choose a wrapper by what they are given: ``if iscoroutinefunction(function): return async_wrapper``."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .conditions import MAX_DEPTH, branches
from .tables import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr, Scope
    from .tables import Table

KINDS = {
    "iscoroutinefunction": (True, False),
    "isasyncgenfunction": (True, True),
    "isgeneratorfunction": (False, True),
}
"""Questions of ``inspect`` and ``asyncio``, with whether a function must be async and a generator for the answer yes."""
TURNS = frozenset(
    {"sync_to_async", "async_to_sync", "database_sync_to_async", "asynccontextmanager", "contextmanager", "coroutine"}
)
"""Decorators of libraries that make another kind of function of what they are given."""


class Kind(NamedTuple):
    """What kind of function a decorator is given."""

    is_async: bool
    yields: bool


def kind_of(scopes: list[Scope]) -> Kind | None:
    """The kind of some functions; None where they are of several."""
    kinds = {Kind(scope.is_async, scope.yields) for scope in scopes}
    return kinds.pop() if len(kinds) == 1 else None


def is_left_out(table: Table, wrapper: int, kind: Kind) -> bool:
    """Whether the decorator that a wrapper stands in gives another one back for a function of a kind."""
    return _Choice(table, table.facts.scopes[wrapper].parent, kind).leaves_out(wrapper)


class _Choice(NamedTuple):
    """A decorator's function, and the kind of what it is given."""

    table: Table
    scope: int
    kind: Kind

    def leaves_out(self, wrapper: int) -> bool:
        """Whether one of its inner functions is not what comes back for a function of that kind."""
        if self._never(self.table.facts.scopes[wrapper].frame):
            return True
        name = self.table.facts.scopes[wrapper].name
        ways = [exit_ for exit_ in self.table.exits.get(self.scope, ()) if exit_.kind == "return"]
        given = [exit_ for exit_ in ways if name in set(self._names(exit_.value))]
        chosen = [exit_ for exit_ in given if not self._never(exit_.frame) and name in self._taken(exit_.value)]
        return bool(given) and not chosen

    def _never(self, frame: int) -> bool:
        """Whether a place is not come to."""
        return any(self._answer(test) is (not holds) for _, test, holds in branches(self.table, frame))

    def _answer(self, test: Expr, depth: int = MAX_DEPTH) -> bool | None:
        """What a test says of the function that is given; None where that is not known."""
        if not depth:
            return None
        if type(test) is list and test[:1] == ["not"]:
            answer = self._answer(test[1], depth - 1)
            return None if answer is None else not answer
        if type(test) is list and test[:1] in (["and"], ["or"]):
            decides = test[0] == "or"
            parts = [self._answer(part, depth - 1) for part in test[1:]]
            return decides if decides in parts else None if None in parts else not decides
        if type(test) is not str or test == "" or test[0] in "#'?" or "." in test:
            return None
        if test[0] != "@":
            owner, found = self.table.find(self.scope, test)
            kept = found[0].assign if owner == self.scope and len(found) == 1 else None
            return self._answer(kept.value, depth - 1) if kept is not None and kept.kind == "=" else None
        call = self.table.facts.calls[int(test[1:])]
        asked = KINDS.get((dotted(call.callee) or "").rpartition(".")[2])
        params = {param.name for param in self.table.facts.scopes[self.scope].params}
        if asked is None or len(call.args) != 1 or dotted(call.args[0]) not in params:
            return None
        return asked == self.kind

    def _names(self, value: Expr) -> Iterator[str]:
        """Names that a value may be, or may be made of: ``cast(F, wrapper)``."""
        if type(value) is list and value[:1] == ["if"]:
            for part in value[2:]:
                yield from self._names(part)
        elif type(value) is list and value[:1] in (["or"], ["and"]):
            for part in value[1:]:
                yield from self._names(part)
        elif type(value) is str and value[:1] == "@" and "." not in value:
            for part in self.table.facts.calls[int(value[1:])].args:
                yield from self._names(part)
        elif type(value) is str:
            yield value

    def _taken(self, value: Expr) -> set[str]:
        """Names that a value may be for a function of that kind."""
        if type(value) is list and value[:1] == ["if"] and len(value) == 4:
            answer = self._answer(value[1])
            parts = value[2:] if answer is None else value[2:3] if answer else value[3:]
            return {name for part in parts for name in self._taken(part)}
        return set(self._names(value))
