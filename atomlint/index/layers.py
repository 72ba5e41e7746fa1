"""One-row reads through a project's own layers: what a repository's method reads is decided where its caller says of what.

A method that runs a statement it is given, or reads rows of ``self.model``, of ``cls`` or of a class it is given, decides on
no read itself. Its callers do, and they are asked with what they call it on: the same method reads tenants in one
repository and users in another.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .reaching import Point, reaching
from .receivers import Receiver, Receivers, Seen, argument
from .tables import Table, dotted
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Call, Expr, Scope
    from .lookups import Lookups
    from .selects import Statement

MAX_STEPS = 6
"""Layers between the decision and the call that runs the query."""
MAX_HEIRS = 24
MAX_LEVELS = 4
"""Times that callers of callers are taken for a layer."""
SINGLE = frozenset({"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none", "fetchone"})
MANY = frozenset({"all", "fetchall", "fetchmany", "partitions", "yield_per"})
SAME = frozenset({"scalars", "unique", "mappings", "tuples", "columns"})
"""Methods of a result that give a result."""
COLLECTS = frozenset({"list", "tuple", "set", "sorted", "dict", "frozenset", "len"})


class Read(NamedTuple):
    """A read that a function leaves open, or that a call of it decides on."""

    statement: Statement
    taken: str
    """``row``, or ``result`` where the caller takes what it wants from it."""
    steps: tuple[tuple[Value, int], ...]
    """The calls down to the one that runs it, the function's own first."""


class Layers:
    """Reads of functions that leave the choice to their callers; every answer is kept."""

    def __init__(self, lookups: Lookups) -> None:
        self.lookups = lookups
        self.linker = lookups.linker
        self.receivers: Receivers = lookups.queried.receivers
        self._open: dict[tuple[Value, Receiver | None], tuple[Read, ...]] = {}

    def read(self, seen: Seen, ordinal: int) -> Read | None:
        """The one read that a call of the project's own layers makes, with what the call says of it."""
        call = self.linker.table(seen.path).facts.calls[ordinal]
        if type(call.callee) is not str or not self._may_lead(seen, ordinal, call):
            return None
        target = self.receivers.target(seen, ordinal)
        if target is None:
            return None
        function, receiver = target
        reads = self.open(function, receiver)
        if len({about(read) for read in reads}) != 1 or len(reads[0].steps) >= MAX_STEPS:
            return None
        found = self._bound(seen, ordinal, call, function, reads[0])
        return found if found is None or seen.receiver is not None or self._for_heirs(seen, ordinal, found) else None

    def _for_heirs(self, seen: Seen, ordinal: int, found: Read) -> bool:
        """Whether a call on ``self`` reads the same for every heir of its class."""
        table = self.linker.table(seen.path)
        call = table.facts.calls[ordinal]
        own = self.receivers.own(table, call.scope, call.callee.partition(".")[0])
        if own is None:
            return True
        heirs = self.linker.heirs.below(Value("def", seen.path, own))
        if len(heirs) > MAX_HEIRS:
            return False
        reads = (self.read(Seen(seen.path, seen.scope, Receiver(heir)), ordinal) for heir in heirs)
        return all(read is not None and about(read) == about(found) for read in reads)

    def open(self, function: Value, receiver: Receiver | None) -> tuple[Read, ...]:
        """The one-row reads of a function that it does not decide on, for what it is called on."""
        key = (function, receiver)
        if key not in self._open:
            self._open[key] = ()  # recursion
            self._open[key] = tuple(self._find(function, receiver))
        return self._open[key]

    def _find(self, function: Value, receiver: Receiver | None) -> list[Read]:
        table = self.linker.table(function.place)
        seen = Seen(function.place, function.scope, receiver)
        found = []
        for ordinal in table.calls_in.get(function.scope, ()):
            statement = self.lookups.direct(seen, ordinal)
            if statement is not None:
                taken = self.taken(table, ordinal)
                read = Read(statement, taken, ((function, ordinal),)) if taken in ("row", "result") else None
            else:
                read = self.read(seen, ordinal)
            if read is None or self.lookups.lookup(function.place, ordinal) is not None:
                continue
            if read.statement.open == "statement" or read.statement.keys or not read.statement.filtered:
                found.append(read)
        return found

    # --- what a call says ------------------------------------------------------------------------------------------

    def _bound(self, seen: Seen, ordinal: int, call: Call, function: Value, read: Read) -> Read | None:
        table = self.linker.table(seen.path)
        taken = read.taken if read.taken == "row" else self.taken(table, ordinal)
        if taken not in ("row", "result"):
            return None
        inner = self.linker.table(function.place)
        statement: Statement | None = read.statement
        if read.statement.open in ("statement", "model"):
            given = argument(inner, function.scope, call, read.statement.param)
            statement = self._told(seen, ordinal, call, given, read.statement)
        if statement is None or (read.statement.open == "receiver"):
            return None
        keys = self._keys(call, inner.facts.scopes[function.scope], read.statement.keys, table)
        if keys is None:
            return None
        own = statement.keys if read.statement.open == "statement" else ()
        statement = statement._replace(
            keys=tuple(dict.fromkeys([*own, *keys])), filtered=statement.filtered or read.statement.filtered
        )
        here = Value("def", seen.path, table.enclosing_function(call.scope))
        return Read(statement, taken, ((here, ordinal), *read.steps))

    def _told(self, seen: Seen, ordinal: int, call: Call, given: Expr, inner: Statement) -> Statement | None:
        """The query or the model that an argument is."""
        if given is None:
            return None
        point = Point.of_call(call, ordinal)
        if inner.open == "statement":
            found = self.lookups.queried.of(seen, call.scope, given, point)
            return found if found is not None and found.kind in ("select", "") else None
        found = self.lookups.queried.model(seen, call.scope, given, point)
        return None if found is None else found._replace(start=ordinal, kind=inner.kind)

    @staticmethod
    def _keys(call: Call, record: Scope, keys: tuple[str, ...], table: Table) -> list[str] | None:
        """The attributes that are compared, those among them that the call names; None when it does not tell them."""
        found: list[str] = []
        for key in keys:
            if key[:2] != "**":
                found.append(key)
                continue
            named = {param.name for param in record.params}
            for name, value in call.keywords:
                if name != "**":
                    found += [name] if name not in named else []
                    continue
                passed = dotted(value)
                if not any(p.name == passed and p.kind == "**" for p in table.facts.scopes[call.scope].params):
                    return None
                found.append(f"**{passed}")
        return found

    # --- results ---------------------------------------------------------------------------------------------------

    def taken(self, table: Table, ordinal: int) -> str:
        """What becomes of what a call gives: ``row``, ``many``, ``result`` (handed on as it is), or empty: it depends."""
        call = table.facts.calls[ordinal]
        method = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
        if method in SINGLE or method in self.lookups.getters or method in self.lookups.one:
            return "row"
        found: set[str] = set()
        work: list[str] = [f"@{ordinal}"]
        for at in work:
            found |= self._uses(table, call.scope, at, work)
        return next(iter(found)) if len(found) == 1 else ""

    def _uses(self, table: Table, scope: int, at: str, work: list[str]) -> set[str]:
        """What is done with a value, by the call that gives it; what is the same value is added to the work."""
        found: set[str] = set()
        names = {
            a.target
            for a in (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
            if a.value == at and a.kind == "=" and type(a.target) is str and "." not in a.target
        }

        def is_it(expr: Expr, point: Point) -> bool:
            if type(expr) is not str or (expr != at and expr not in names):
                return False
            return expr == at or any(a.value == at for a, _ in reaching(table, scope, expr, point))

        for ordinal in table.calls_in.get(scope, ()):
            call = table.facts.calls[ordinal]
            if type(call.callee) is not str:
                continue
            point = Point.of_call(call, ordinal)
            receiver, _, method = call.callee.rpartition(".")
            if receiver and is_it(receiver, point):
                found |= {"row"} if method in SINGLE else {"many"} if method in MANY else set()
                if method in SAME and f"@{ordinal}" not in work:
                    work.append(f"@{ordinal}")
            elif call.callee in COLLECTS and any(is_it(arg, point) for arg in call.args):
                found.add("many")
        for exit_ in table.exits.get(scope, ()):
            if exit_.kind == "return" and is_it(exit_.value, Point.of_exit(exit_)):
                found.add("result")
        if any(frame.kind in ("for", "comp") and frame.test == at for frame in table.facts.frames):
            found.add("many")
        return found

    # --- which calls may lead down to one --------------------------------------------------------------------------

    def _may_lead(self, seen: Seen, ordinal: int, call: Call) -> bool:
        """Whether a call can be one of such functions, by what is known of its callee anyway."""
        if call.callee.rpartition(".")[2] not in self.layers:
            return False
        if self._is_inside(self.linker.table(seen.path), call):
            return True
        values = self.linker.values.callee(seen.path, ordinal)
        return any((value.place, value.scope) in self.functions for value in values if value.kind == "def")

    def _is_inside(self, table: Table, call: Call) -> bool:
        """Whether a method calls something on itself, or on what it holds: on what, its caller knows better."""
        record = table.facts.scopes[call.scope]
        head = call.callee.partition(".")[0]
        if not record.params or table.facts.scopes[record.parent].kind != "class":
            return False
        if head[:1] == "@":
            return bool(table.facts.calls[int(head[1:])].callee == "super")
        return bool(head == record.params[0].name)

    @cached_property
    def functions(self) -> frozenset[tuple[str, int]]:
        """Functions that may leave a read open: all others need no look."""
        found: set[tuple[str, int]] = set()
        for method in sorted(
            self.lookups.executors | self.lookups.getters | self.lookups.one | self.lookups.crud_names
        ):
            for path, ordinal in self.linker.call_sites(method):
                table = self.linker.table(path)
                call = table.facts.calls[ordinal]
                if table.facts.scopes[call.scope].kind == "function" and self._starts(table, call, method):
                    found.add((path, call.scope))
        new = found
        for _ in range(MAX_LEVELS):
            new = self._above(new) - found
            found = found | new
        return frozenset(found)

    @cached_property
    def layers(self) -> frozenset[str]:
        """Names of these functions."""
        return frozenset(self.linker.table(path).facts.scopes[scope].name for path, scope in self.functions)

    def _starts(self, table: Table, call: Call, method: str) -> bool:
        """Whether a call may run a query that its function does not know."""
        receiver = call.callee.rpartition(".")[0]
        if method in self.lookups.crud_names and call.keywords and receiver == first_param(table, call.scope):
            return True
        if (
            method in self.lookups.one
            and (receiver[:1] == "@" or (receiver and "." not in receiver and method not in self.lookups.getters))
            and self._is_open(table, call.scope, receiver, 0 if method in self.lookups.getters else 1)
        ):
            return True
        starts: list[Expr] = []
        if method in self.lookups.executors:
            starts += call.args[:1] or [value for key, value in call.keywords if key == "statement"]
        if method in self.lookups.getters and len(call.args) >= 2:
            starts += call.args[:1]
        return any(self._is_open(table, call.scope, expr) for expr in starts) and self._is_session(
            table, call, receiver
        )

    def _is_session(self, table: Table, call: Call, name: str) -> bool:
        if is_session(name):
            return True
        values = self.linker.evaluate(table.path, call.scope, name)
        return any(value.kind == "ext" and value.place.startswith(("sqlalchemy.", "sqlmodel.")) for value in values)

    def _is_open(self, table: Table, scope: int, expr: Expr, counted: int | None = None) -> bool:
        """Whether an expression goes back to a parameter, among them ``self`` and ``cls``.

        Of those only so many are ``counted``, and none by itself, before a query is known to start: by the model it is of.
        """
        record = table.facts.scopes[scope]
        params = {param.name for param in record.params[:counted]}
        left = 12
        work, seen = [expr], set()
        while work and left:
            left -= 1
            at = work.pop()
            if type(at) is not str or at in seen or at[:1] in ("'", "#", "?", ""):
                continue
            seen.add(at)
            if at[0] == "@":
                inner = table.facts.calls[int(at[1:].partition(".")[0])]
                if type(inner.callee) is not str:
                    continue
                receiver, _, method = inner.callee.rpartition(".")
                if method in self.lookups.builders or method in self.lookups.select_names:
                    work += inner.args[:1]
                    params = {param.name for param in record.params}
                elif receiver:
                    work.append(receiver)
                continue
            if at.partition(".")[0] in params and (counted is None or at != expr):
                return True
            places = (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
            work += [a.value for a in places if a.target == at.partition(".")[0] and a.kind == "="]
        return False

    def _above(self, called: set[tuple[str, int]]) -> set[tuple[str, int]]:
        """Functions that hand on to some what they were given, or call them on themselves."""
        found = set()
        for name in sorted({self.linker.table(path).facts.scopes[scope].name for path, scope in called}):
            for path, ordinal in self.linker.call_sites(name):
                table = self.linker.table(path)
                call = table.facts.calls[ordinal]
                record = table.facts.scopes[call.scope]
                if record.kind != "function" or not record.params or (path, call.scope) in found:
                    continue
                inside = self._is_inside(table, call)
                if inside and call.callee.count(".") == 1:  # whose method it is depends on the heir
                    found.add((path, call.scope))
                    continue
                if not inside and not self._hands_on(call, {param.name for param in record.params}):
                    continue
                values = self.linker.values.callee(path, ordinal)
                if any((v.place, v.scope) in called for v in values) or (inside and not values):
                    found.add((path, call.scope))
        return found

    @staticmethod
    def _hands_on(call: Call, params: set[str]) -> bool:
        given = (*call.args, *(value for _, value in call.keywords))
        return any(type(arg) is str and arg.partition(".")[0] in params for arg in given)


def about(read: Read) -> tuple[Value | None, str, str]:
    """What a read is of: the model, or who tells it."""
    return read.statement.model, read.statement.open, read.statement.param


def first_param(table: Table, scope: int) -> str:
    """Name of a function's first parameter."""
    params = table.facts.scopes[scope].params
    return params[0].name if params else ""


def is_session(name: str) -> bool:
    """Whether something is called like a session: what is sent to anything else may be no statement."""
    last = name.rpartition(".")[2].lower()
    return last.endswith(("session", "db", "sess"))
