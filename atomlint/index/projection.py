"""The call graph as it is printed, made of the index's edges over facts: for projects too large to be run.

The index hangs edges where rules want them: what a decorator puts around a function is an edge of that function, a callable
that is handed to something is an edge of who hands it on. Here they hang where the call stands in the source.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from .entries import called_functions
from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .calls import Calls
    from .tables import Table

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


class Projection:
    """Names functions and turns the edges of an index into callees by caller."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.linker = calls.linker
        self._names: dict[str, dict[int, str]] = {}

    def graph(self, paths: Sequence[str]) -> dict[str, set[str]]:
        """Callees by caller of everything in some files."""
        found: dict[str, set[str]] = {}
        for path in paths:
            for name in self.names(path).values():
                found.setdefault(name, set())
        for path in paths:
            table = self.linker.table(path)
            for scope in range(len(table.facts.scopes)):
                for caller, callee in self.edges(table, Value("def", path, scope)):
                    found.setdefault(caller, set()).add(callee)
        return found

    # --- names -----------------------------------------------------------------------------------------------------

    def names(self, path: str) -> dict[int, str]:
        """Names of the module, functions and lambdas of a file by scope; lambdas are counted in what they stand in."""
        known = self._names.get(path)
        if known is None:
            scopes = self.linker.table(path).facts.scopes
            prefixes: list[str] = []
            counts: dict[str, int] = {}
            for scope in scopes:
                prefix = prefixes[scope.parent] if prefixes else ""
                if scope.kind == "module":
                    prefixes.append(self.linker.modules.name(path))
                elif scope.kind == "lambda":
                    counts[prefix] = counts.get(prefix, 0) + 1
                    prefixes.append(f"{prefix}.<lambda{counts[prefix]}>")
                else:
                    prefixes.append(f"{prefix}.{scope.name}")
            known = {place: name for place, name in enumerate(prefixes) if scopes[place].kind != "class"}
            self._names[path] = known
        return known

    def name(self, function: Value) -> str:
        """What a function is called."""
        return self.names(function.place)[function.scope]

    # --- edges -----------------------------------------------------------------------------------------------------

    def edges(self, table: Table, function: Value) -> Iterator[tuple[str, str]]:
        """Who calls whom because of what stands in a function."""
        own = self.names(table.path)[table.enclosing_function(function.scope)]
        for edge in self.calls.edges(function):
            if edge.kind == "decorator":
                continue
            callers = self.calls.through.get((function, edge.call, edge.target), ())
            for caller in [self.name(c) for c in callers] or [own]:
                yield from self._called(caller, edge.target)
        yield from self._outside(table, function, own)
        yield from self._applied(table, function.scope, own)

    def _called(self, caller: str, target: Value) -> Iterator[tuple[str, str]]:
        """A call of a function, through what its decorators put around it."""
        for layer in self.calls.layers(target):
            names = [self.name(wrapper) for wrapper in layer]
            yield from ((caller, name) for name in names)
            caller = names[0]
        yield caller, self.name(target)

    def _applied(self, table: Table, scope: int, own: str) -> Iterator[tuple[str, str]]:
        """Decorators, which are called where they stand."""
        for record in table.facts.scopes[1:]:
            if record.decorators and record.parent == scope:
                for decorator in record.decorators:
                    for value in self.linker.evaluate(table.path, record.parent, decorator):
                        if value.kind == "ext" and not value.place.startswith("builtins.") and "()" not in value.place:
                            yield own, value.place
                        for target in called_functions(self.linker, value):
                            yield own, self.name(target)

    def _outside(self, table: Table, function: Value, own: str) -> Iterator[tuple[str, str]]:
        """Calls of builtins and libraries."""
        for ordinal in table.calls_in.get(function.scope, ()):
            values = self.linker.values.callee(table.path, ordinal)
            for value in values:
                if value.kind == "ext" and "()" not in value.place and "[]" not in value.place:
                    module, _, name = value.place.rpartition(".")
                    yield own, f"<builtin>.{name}" if module == "builtins" else value.place
            callee = dotted(table.facts.calls[ordinal].callee)
            if not values and callee in BUILTINS and not table.lookup(function.scope, callee):
                yield own, f"<builtin>.{callee}"
