"""The call graph: which functions of the project each function calls, and through which call."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .coroutines import TURNS, is_left_out, kind_of
from .entries import called_functions
from .heirs import MAX_HEIRS
from .protocols import Protocols
from .proxies import Proxies
from .raising import Raises
from .sends import handed_on
from .tables import Table, dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..facts.records import Call, Expr
    from .coroutines import Kind
    from .linker import Linker
    from .value import Values


KEYED = frozenset({"sorted", "min", "max", "sort"})
"""Builtins that call what ``key`` names."""
CALL_BACK = KEYED | {"map", "filter"}
MAX_ASKING = 100
"""Functions that may hand a parameter on to each other: what a longer chain does with it is not known."""
"""Builtins that call what they are given."""


class Edge(NamedTuple):
    """One call from a function to another.

    Kinds: ``call``, ``carried`` (passed to something that calls it), ``dependency`` (injected by FastAPI), ``decorator``,
    ``protocol`` (a property or a proxy that is read, a context that is entered and left).
    """

    call: int
    """Ordinal of the call in the caller's file; -1 for a decorator."""
    target: Value
    kind: str
    phase: str = "request"
    certainty: str = "proven"
    """``proven``; ``union`` when it is one of at most three that the callee can be; ``possible`` when it is one of more."""


class Layer(NamedTuple):
    """What one decorator puts around a function."""

    wrappers: tuple[Value, ...]
    """What runs instead when the function is called."""
    callers: tuple[Value, ...]
    """What calls the function then."""


def certainty(count: int) -> str:
    """How certain an edge is that is one of so many."""
    return "proven" if count <= 1 else "union" if count <= MAX_HEIRS else "possible"


class Calls:
    """Edges of the call graph, made on demand."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self._edges: dict[Value, list[Edge]] = {}
        self.protocols = Protocols(linker)
        self.proxies = Proxies(linker)
        self.raises = Raises(linker)
        self._called_params: dict[Value, dict[str, frozenset[Value]]] = {}
        self._asking = 0
        """Functions whose parameters are being followed into one another."""
        self.through: dict[tuple[Value, int, Value], set[Value]] = {}
        """By (function, call, target) of a carried edge: the functions whose code calls what was handed on."""
        self.handed: dict[tuple[Value, int, Value], set[tuple[Value, str]]] = {}
        """By the same: the functions that it was handed to, with the parameters."""
        self.recursive: set[Value] = set()
        """Functions that call themselves: no edge says so."""
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
        scopes = table.facts.scopes
        stated = linker.catalog.states_project
        in_class = scopes[scopes[function.scope].parent].kind == "class"
        for ordinal in table.calls_in.get(function.scope, ()):
            callee = linker.values.callee(function.place, ordinal)
            if not callee:
                given = self._called_back(table, ordinal)
                unresolved += not given
                edges += [Edge(ordinal, target, "carried", certainty=certainty(len(given))) for target in given]
                continue
            carried: set[Value] = set()
            meant = self._of_heirs(table, function, ordinal, callee) if in_class else callee
            for value in sorted(meant) if len(meant) > 1 else meant:  # one order in every run
                if value.kind == "ext":
                    edges += self._carried(table, ordinal, value)
                    continue
                if stated and value.kind == "def" and linker.stated(value) is not None:
                    continue  # the catalog says what it costs
                targets = called_functions(linker, value)
                sure = certainty(len(meant))
                edges += [Edge(ordinal, target, "call", certainty=sure) for target in targets]
                for target in targets:
                    edges += self._overrides(ordinal, target)
                    carried |= self._handed_on(table, ordinal, target)
            edges += [Edge(ordinal, target, "carried", certainty=certainty(len(carried))) for target in sorted(carried)]
        edges += [
            Edge(ordinal, target, "protocol", certainty=certainty(count))
            for ordinal, target, count in self.protocols.used(table, function.scope)
        ]
        read = self.protocols.attributes(table, function.scope)
        edges += [
            Edge(ordinal, target, "protocol", certainty=certainty(count))
            for ordinal, target, count in self.proxies.used(table, function.scope, read)
        ]
        edges += [Edge(ordinal, target, "carried") for ordinal, target in handed_on(table, function.scope)]
        edges += self._dependencies(table, function)
        edges += self._wrappers(table, function)
        self.unresolved[function] = unresolved
        never = self.raises.unreached(function.place, function.scope)
        if never:
            edges = [edge for edge in edges if edge.call not in never or edge.kind in ("dependency", "decorator")]
        others = [edge for edge in edges if edge.target != function]
        if len(others) < len(edges):
            self.recursive.add(function)
        return list(dict.fromkeys(others))

    def _of_heirs(self, table: Table, function: Value, ordinal: int, callee: Values) -> Collection[Value]:
        """The callee of ``self.step()`` in a class that is never made itself: the methods of its heirs."""
        expr = table.facts.calls[ordinal].callee
        if len(callee) != 1 or type(expr) is not str or expr.count(".") != 1:
            return callee
        (target,) = callee
        record = table.facts.scopes[function.scope]
        if target.kind != "def" or self.linker.heirs.is_abstract(target):
            return callee
        if not record.params or table.receiver_class(function.scope, expr.partition(".")[0]) is None:
            return callee
        heirs = self.linker.heirs
        owner = Value("def", table.path, record.parent)
        found = heirs.overrides(target)
        if table.facts.scopes[record.parent].kind != "class" or not 0 < len(found) <= MAX_HEIRS or heirs.is_made(owner):
            return callee
        name = self.linker.table(target.place).facts.scopes[target.scope].name
        results: dict[Value, None] = {}
        for heir in heirs.below(owner):
            if heirs.is_made(heir) or not heirs.below(heir):
                results.update(dict.fromkeys(self.linker.values.attribute(Value("inst", heir.place, heir.scope), name)))
        return list(results) or callee

    def _overrides(self, ordinal: int, target: Value) -> list[Edge]:
        """Methods of heirs that an abstract method stands for."""
        if not self.linker.heirs.is_abstract(target):
            return []
        found = self.linker.heirs.overrides(target)
        if len(found) > MAX_HEIRS:
            return []
        return [Edge(ordinal, method, "call", certainty=certainty(max(2, len(found)))) for method in found]

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
            given = [expr for expr in call.args if type(expr) is list and expr[:1] == ["lambda"]]
            if call.keywords:
                given += [v for _, v in call.keywords if type(v) is list and v[:1] == ["lambda"]]
            if not given:
                return []
        phase = carrier.phase if carrier is not None else "request"
        return [
            Edge(ordinal, target, "carried", phase)
            for expr in given
            for v in self.linker.evaluate(table.path, call.scope, expr)
            for target in called_functions(self.linker, v)
        ]

    def _called_back(self, table: Table, ordinal: int) -> list[Value]:
        """Functions that a builtin calls: ``sorted(rows, key=f)``, ``map(f, rows)``."""
        name = table.lasts[ordinal]
        if name not in CALL_BACK:
            return []
        call = table.facts.calls[ordinal]
        base = call.callee.rpartition(".")[0]
        given: list[Expr] = []
        if name in KEYED and (name == "sort" if base else self.linker.values.is_builtin(table.path, call.scope, name)):
            given = [value for keyword, value in call.keywords if keyword == "key"]
        elif not base and name in ("map", "filter") and self.linker.values.is_builtin(table.path, call.scope, name):
            given = call.args[:1]
        found = [
            target
            for expr in given
            for value in sorted(self.linker.evaluate(table.path, call.scope, expr))
            for target in called_functions(self.linker, value)
        ]
        return list(dict.fromkeys(found))

    def _handed_on(self, table: Table, ordinal: int, target: Value) -> set[Value]:
        """Functions passed to a function of the project that calls that parameter."""
        names = self.called_params(target)
        if not names:
            return set()
        call = table.facts.calls[ordinal]
        found: set[Value] = set()
        here = Value("def", table.path, call.scope)
        for name, expr in self.given(call, target, names):
            for value in self.linker.evaluate(table.path, call.scope, expr):
                for function in called_functions(self.linker, value):
                    found.add(function)
                    self.through.setdefault((here, ordinal, function), set()).update(names[name])
                    self.handed.setdefault((here, ordinal, function), set()).add((target, name))
        return found

    def called_params(self, function: Value) -> dict[str, frozenset[Value]]:
        """Parameters that a function calls, or hands to one that does: what makes ``breaker.call(fn)`` a carrier.

        With each the functions in whose code it is called: itself, those inside of it, those that it hands it to.
        """
        known = self._called_params.get(function)
        if known is not None:
            return known
        if self._asking >= MAX_ASKING:
            return {}
        self._called_params[function] = {}  # recursion
        self._asking += 1
        table = self.linker.table(function.place)
        params = {param.name for param in table.facts.scopes[function.scope].params}
        names: dict[str, frozenset[Value]] = {}
        for scope in self._inside(table, function.scope) if params else ():
            for ordinal in table.calls_in.get(scope, ()):
                call = table.facts.calls[ordinal]
                if type(call.callee) is str and call.callee in params:
                    found = {call.callee: frozenset({Value("def", table.path, scope)})}
                elif self._hands_on(call, params):
                    found = self._passed_on(table, ordinal, params)
                else:
                    continue
                for name, places in found.items():
                    if name in params:
                        names[name] = names.get(name, frozenset()) | places
        self._asking -= 1
        self._called_params[function] = names
        return names

    @staticmethod
    def _inside(table: Table, function: int) -> list[int]:
        """A function's scope and those of the functions in it."""
        found = [function]
        for scope, record in enumerate(table.facts.scopes):
            if scope and record.parent in found and record.kind in ("function", "lambda") and scope not in found:
                found.append(scope)
        return found

    @staticmethod
    def _hands_on(call: Call, params: set[str]) -> bool:
        for value in call.args:
            if type(value) is str and value in params:
                return True
        return any(type(value) is str and value in params for _, value in call.keywords) if call.keywords else False

    def _passed_on(self, table: Table, ordinal: int, params: set[str]) -> dict[str, frozenset[Value]]:
        """Parameters that a call passes to something that calls them, and where they are called."""
        call = table.facts.calls[ordinal]
        here = frozenset({Value("def", table.path, call.scope)})
        found: dict[str, frozenset[Value]] = {}
        for value in self.linker.values.callee(table.path, ordinal):
            if value.kind == "ext":
                carrier = self.linker.catalog.carrier(value.place)
                if carrier is not None:
                    given = call.args[carrier.argument : carrier.argument + 1]
                    given += [v for name, v in call.keywords if name == carrier.keyword]
                    found.update({v: here for v in given if type(v) is str and v in params})
                continue
            for target in called_functions(self.linker, value):
                names = self.called_params(target)
                for name, given_ in self.given(call, target, names):
                    if type(given_) is str:
                        found[given_] = found.get(given_, frozenset()) | names[name]
        return found

    def given(self, call: Call, target: Value, names: Collection[str]) -> list[tuple[str, Expr]]:
        """Arguments of a call that go to named parameters of a function, with their names."""
        record = self.linker.table(target.place).facts.scopes[target.scope]
        owner = self.linker.table(target.place).facts.scopes[record.parent]
        bound = owner.kind == "class" and "staticmethod" not in record.decorators
        params = [p.name for p in record.params if p.kind == "p"][1 if bound else 0 :]
        given = [(name, value) for name, value in zip(params, call.args, strict=False) if name in names]
        return given + [(name, value) for name, value in call.keywords if name in names]

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
        return [
            Edge(call, inner, "decorator") for call, layer in self._layers(table, function) for inner in layer.wrappers
        ]

    def layers(self, function: Value) -> list[Layer]:
        """What the decorators of a function put around it, the outermost first."""
        return [layer for _, layer in self._layers(self.linker.table(function.place), function)]

    def _layers(self, table: Table, function: Value) -> list[tuple[int, Layer]]:
        record = table.facts.scopes[function.scope]
        found: list[tuple[int, Layer]] = []
        if not record.decorators:
            return found
        kind = kind_of([record])
        for decorator in reversed(record.decorators):
            call = -1
            expr = decorator
            if type(decorator) is str and decorator[:1] == "@" and "." not in decorator:
                call = int(decorator[1:])
                expr = table.facts.calls[call].callee
            if dotted(expr) is None:
                continue
            given = kind
            for value in self.linker.evaluate(table.path, record.parent, expr):
                layer = self._layer(value, given, is_called=call >= 0)
                if layer.wrappers:
                    found.append((call, layer))
                    kind = kind_of([self.linker.table(v.place).facts.scopes[v.scope] for v in layer.wrappers])
                elif value.kind == "ext" and value.place.rpartition(".")[2] in TURNS:
                    kind = None
        return found[::-1]

    def _layer(self, value: Value, kind: Kind | None, *, is_called: bool) -> Layer:
        """What a decorator puts around a function of the given kind."""
        if value.kind != "def":
            return Layer((), ())
        if self.linker.table(value.place).facts.scopes[value.scope].kind == "class":
            methods = () if is_called else tuple(called_functions(self.linker, value._replace(kind="inst")))
            return Layer(methods, methods)
        takers = self._returned_functions([value]) if is_called else [value]
        wrappers = self._returned_functions(takers)
        callers = {place for taker in takers for places in self.called_params(taker).values() for place in places}
        if kind is not None and len(wrappers) > 1:
            out = {v for v in wrappers if is_left_out(self.linker.table(v.place), v.scope, kind)}
            wrappers = [v for v in wrappers if v not in out]
            callers -= out
        return Layer(tuple(wrappers), tuple(sorted(callers)))

    def _returned_functions(self, functions: list[Value]) -> list[Value]:
        """Functions that functions define inside of themselves and return."""
        return [
            v
            for f in functions
            for v in self.linker.values.returned(f)
            if v.kind == "def"
            and v.place == f.place
            and self.linker.table(v.place).facts.scopes[v.scope].parent == f.scope
        ]
