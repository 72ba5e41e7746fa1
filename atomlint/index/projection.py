"""The call graph as it is printed, made of the index's edges over facts: for projects too large to be run.

The index hangs edges where rules want them: what a decorator puts around a function is an edge of that function, a callable
that is handed to something is an edge of who hands it on. Here they hang where the call stands in the source.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from typing import TYPE_CHECKING

from .entries import called_functions
from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..facts.records import Scope
    from .calls import Calls
    from .tables import Table

BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_"))


class Projection:
    """Names functions and turns the edges of an index into callees by caller."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.linker = calls.linker
        self._names: dict[str, dict[int, str]] = {}
        self._decorated: dict[str, dict[int, list[Scope]]] = {}

    def graph(self, paths: Sequence[str]) -> dict[str, set[str]]:
        """Callees by caller of everything in some files."""
        found: dict[str, set[str]] = {name: set() for path in paths for name in self.names(path).values()}
        for path in paths:
            table = self.linker.table(path)
            for scope in range(len(table.facts.scopes)):
                for caller, callee in self.edges(table, Value("def", path, scope)):
                    if caller in found:
                        found[caller].add(callee)
        return found

    def reached(self, paths: Sequence[str], entry: str) -> dict[str, set[str]]:
        """Callees by caller of what a function or module of some files reaches; other functions are not looked at."""
        places: dict[str, list[tuple[Table, int]]] = defaultdict(list)
        for path in paths:
            table, names = self.linker.table(path), self.names(path)
            for scope in range(len(table.facts.scopes)):
                places[names[table.enclosing_function(scope)]].append((table, scope))
        found: dict[str, set[str]] = {}
        seen = {entry}
        queue = [entry]
        while queue:
            name = queue.pop()
            for table, scope in places.get(name, ()):
                for caller, callee in self.edges(table, Value("def", table.path, scope)):
                    if caller in places:
                        found.setdefault(caller, set()).add(callee)
                    if callee not in seen:
                        seen.add(callee)
                        queue.append(callee)
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
        if function in self.calls.recursive:
            yield from self._called(own, function)
        layers = self.calls.layers(function) if table.facts.scopes[function.scope].decorators else []
        for place, layer in enumerate(layers):
            inner = layers[place + 1].wrappers if place + 1 < len(layers) else (function,)
            yield from ((self.name(caller), self.name(called)) for caller in layer.callers for called in inner)
        yield from self._outside(table, function, own)
        yield from self._applied(table, function.scope, own)

    def _called(self, caller: str, target: Value) -> Iterator[tuple[str, str]]:
        """A call of a function, through what its decorators put around it."""
        layers = self.calls.layers(target)
        yield from ((caller, self.name(called)) for called in (layers[0].wrappers if layers else (target,)))

    def _applied(self, table: Table, scope: int, own: str) -> Iterator[tuple[str, str]]:
        """Decorators, which are called where they stand."""
        known = self._decorated.get(table.path)
        if known is None:
            known = self._decorated[table.path] = defaultdict(list)
            for record in table.facts.scopes:
                if record.decorators:
                    known[record.parent].append(record)
        for record in known.get(scope, ()):
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
                if value.kind == "ext" and value.place.count("()") < 2 and not value.place.endswith(("()", "[]")):
                    place = value.place.replace("()", "").replace("[]", "")
                    module, _, name = place.rpartition(".")
                    yield own, f"<builtin>.{name}" if module == "builtins" else place
            callee = dotted(table.facts.calls[ordinal].callee)
            if not values and callee in BUILTINS and not table.lookup(function.scope, callee):
                yield own, f"<builtin>.{callee}"
