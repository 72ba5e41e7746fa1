"""The call graph: which functions of the project each function calls, and through which call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .entries import called_functions
from .tables import Table, dotted

if TYPE_CHECKING:
    from .linker import Linker
    from .values import Value


class Edge(NamedTuple):
    """One call from a function to another.

    Kinds: ``call``, ``carried`` (passed to something that calls it), ``dependency`` (injected by FastAPI), ``decorator``.
    """

    call: int
    """Ordinal of the call in the caller's file; -1 for a decorator."""
    target: Value
    kind: str
    phase: str = "request"


class Calls:
    """Edges of the call graph, made on demand."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._edges: dict[Value, list[Edge]] = {}
        self._called_params: dict[Value, frozenset[str]] = {}
        self.unresolved: dict[Value, int] = {}
        """Calls by function whose callee the index does not know."""

    def edges(self, function: Value) -> list[Edge]:
        """The calls that leave a function, in source order."""
        known = self._edges.get(function)
        if known is None:
            known = self._edges[function] = self._make(function)
        return known

    def _make(self, function: Value) -> list[Edge]:
        linker = self.linker
        table = linker.table(function.place)
        edges: list[Edge] = []
        unresolved = 0
        for ordinal in table.calls_in.get(function.scope, ()):
            callee = linker.values.callee(function.place, ordinal)
            if not callee:
                unresolved += 1
            carried: set[Value] = set()
            for value in callee:
                if value.kind == "def" and linker.stated(value) is not None:
                    continue  # the catalog says what it costs
                targets = called_functions(linker, value)
                edges += [Edge(ordinal, target, "call") for target in targets]
                for target in targets:
                    carried |= self._handed_on(table, ordinal, target)
                if value.kind == "ext":
                    edges += self._carried(table, ordinal, value)
            edges += [Edge(ordinal, target, "carried") for target in sorted(carried)]
        edges += self._dependencies(table, function)
        edges += self._wrappers(table, function)
        self.unresolved[function] = unresolved
        return list(dict.fromkeys(edge for edge in edges if edge.target != function))

    def _carried(self, table: Table, ordinal: int, value: Value) -> list[Edge]:
        """Functions handed to a carrier of the catalog; lambdas handed to anything are taken to be called."""
        call = table.facts.calls[ordinal]
        carrier = self.linker.catalog.carrier(value.place)
        given = []
        if carrier is not None:
            if len(call.args) > carrier.argument:
                given.append(call.args[carrier.argument])
            given += [v for name, v in call.keywords if name == carrier.keyword]
        else:
            handed = (*call.args, *(v for _, v in call.keywords))
            given = [expr for expr in handed if type(expr) is list and expr[:1] == ["lambda"]]
        phase = carrier.phase if carrier is not None else "request"
        return [
            Edge(ordinal, target, "carried", phase)
            for expr in given
            for v in self.linker.evaluate(table.path, call.scope, expr)
            for target in called_functions(self.linker, v)
        ]

    def _handed_on(self, table: Table, ordinal: int, target: Value) -> set[Value]:
        """Functions passed to a function of the project that calls that parameter."""
        names = self.called_params(target)
        if not names:
            return set()
        call = table.facts.calls[ordinal]
        record = self.linker.table(target.place).facts.scopes[target.scope]
        owner = self.linker.table(target.place).facts.scopes[record.parent]
        params = [p.name for p in record.params if p.kind == "p"][1 if owner.kind == "class" else 0 :]
        given = [value for name, value in zip(params, call.args, strict=False) if name in names]
        given += [value for name, value in call.keywords if name in names]
        return {
            function
            for expr in given
            for value in self.linker.evaluate(table.path, call.scope, expr)
            for function in called_functions(self.linker, value)
        }

    def called_params(self, function: Value) -> frozenset[str]:
        """Parameters that a function calls itself: what makes ``breaker.call(fn)`` a carrier."""
        known = self._called_params.get(function)
        if known is None:
            table = self.linker.table(function.place)
            params = {param.name for param in table.facts.scopes[function.scope].params}
            inner = [s for s, record in enumerate(table.facts.scopes) if record.parent == function.scope and s]
            names = {
                table.facts.calls[ordinal].callee
                for scope in (function.scope, *inner)
                for ordinal in table.calls_in.get(scope, ())
                if type(table.facts.calls[ordinal].callee) is str
            }
            known = self._called_params[function] = frozenset(names & params)
        return known

    def _dependencies(self, table: Table, function: Value) -> list[Edge]:
        record = table.facts.scopes[function.scope]
        edges = []
        for param in record.params:
            if param.default is None and param.annotation is None:
                continue
            for value in self.linker.values.parameters.injected(table.path, record.parent, param):
                call = int(param.default[1:]) if type(param.default) is str and param.default[:1] == "@" else -1
                edges += [Edge(call, target, "dependency") for target in called_functions(self.linker, value)]
        return edges

    def _wrappers(self, table: Table, function: Value) -> list[Edge]:
        """Functions of the project that a decorator puts around this one."""
        record = table.facts.scopes[function.scope]
        edges = []
        for decorator in record.decorators:
            call = -1
            expr = decorator
            if type(decorator) is str and decorator[:1] == "@" and "." not in decorator:
                call = int(decorator[1:])
                expr = table.facts.calls[call].callee
            if dotted(expr) is None:
                continue
            for value in self.linker.evaluate(table.path, record.parent, expr):
                if value.kind != "def" or self.linker.table(value.place).facts.scopes[value.scope].kind == "class":
                    continue
                edges += [
                    Edge(call, inner, "decorator") for inner in self._returned_functions(value, 2 if call >= 0 else 1)
                ]
        return edges

    def _returned_functions(self, function: Value, levels: int) -> list[Value]:
        """The innermost functions that a decorator (of one or two levels) returns."""
        current = [function]
        for _ in range(levels):
            current = [
                v
                for f in current
                for v in self.linker.values.returned(f)
                if v.kind == "def"
                and v.place == f.place
                and self.linker.table(v.place).facts.scopes[v.scope].parent == f.scope
            ] or current
        return [value for value in current if value != function]
