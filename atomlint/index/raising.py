"""Code that is never reached: what stands before it on every way certainly raises, or its branch is never taken.

An attribute that a value has not, arguments that a function does not take, a function that ends no other way: only where
`Exactly` knows what the value, or the function, is. What handlers of a ``try`` go on with is reached. Branches are those
that need what is not there, see `absent`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .absent import Absent
from .classes import MAPPED
from .exactly import Exactly
from .fields import BASES as SETTINGS
from .passing import taken
from .straight import Death, Straight, sometimes
from .tables import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .linker import Linker
    from .passing import Takes
    from .tables import Table
    from .value import Value, Values

SAME = frozenset({"filter", "filter_by", "order_by", "distinct", "options", "execution_options"})
"""Methods of a query that leave it about the same mapped class."""
MAX_LINKS = 12
"""Links of a chain that are followed to the class."""
DEPTH = 2
"""Functions that are looked into, one called by the other, for one that never returns."""
NOTHING: frozenset[int] = frozenset()


class Body(NamedTuple):
    """What is known of a function's body."""

    unreached: frozenset[int]
    """Calls that never run."""
    returns: bool
    """Whether it may end without an exception."""


class Failing(NamedTuple):
    """What one function's own code says."""

    deaths: list[Death]
    ending: list[tuple[int, Value]]
    """Calls of functions that may never return, with these."""


ALL_RUNS = Body(NOTHING, True)


class Raises:
    """Tells which calls never run; every answer is kept."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker
        self.exactly = Exactly(linker)
        self.absent = Absent(linker, self.exactly)
        self._bodies: dict[tuple[str, int, int], Body] = {}
        self._fails: dict[tuple[str, int], Failing] = {}
        self._taken: dict[Value, Takes | None] = {}
        self._asked: dict[str, frozenset[str]] = {}
        self._read: dict[tuple[str, int, str], bool] = {}

    def never_runs(self, path: str, call: int) -> bool:
        """Whether a call is behind an exception on every way to it or in a branch that is never taken, or its arguments raise."""
        return call in self.unreached(path, self.linker.table(path).facts.calls[call].scope)

    def unreached(self, path: str, scope: int) -> frozenset[int]:
        """The calls of a function that never run."""
        return self._body(path, scope, DEPTH).unreached

    def _body(self, path: str, scope: int, depth: int) -> Body:
        key = (path, scope, depth)
        known = self._bodies.get(key)
        if known is None:
            known = self._look(path, scope, depth)
            closed = self._closed(self.linker.table(path), scope)
            known = self._bodies[key] = known._replace(unreached=known.unreached | closed) if closed else known
        return known

    def _closed(self, table: Table, scope: int) -> frozenset[int]:
        """The calls of a function, or of a module, in branches that are never taken."""
        calls, ordinals = table.facts.calls, table.calls_in.get(scope, ())
        frames = {calls[ordinal].frame for ordinal in ordinals} - {0}
        closed = {frame for frame in frames if self.absent.is_closed(table, scope, frame)}
        return frozenset(ordinal for ordinal in ordinals if calls[ordinal].frame in closed) if closed else NOTHING

    def _look(self, path: str, scope: int, depth: int) -> Body:
        table = self.linker.table(path)
        if table.facts.scopes[scope].kind != "function":
            return ALL_RUNS
        deaths, ending = self._failing(table, scope)
        if depth and ending:
            deaths = [*deaths, *self._ending(table, ending, depth)]
        ends = {exit_.kind for exit_ in table.exits.get(scope, ())}
        cut = bool(deaths) or _goes_on_after_leaving(table, scope)
        if not cut and ("raise" not in ends or "return" in ends):
            return ALL_RUNS
        unreached, returns = Straight(table, self.linker, deaths).walk(scope)
        return Body(unreached if cut else NOTHING, returns)

    # --- what fails ------------------------------------------------------------------------------------------------

    def _failing(self, table: Table, scope: int) -> Failing:
        """Where attributes are read that are not there and arguments given that nothing takes, and who may never return."""
        key = (table.path, scope)
        if key not in self._fails:
            ending: list[tuple[int, Value]] = []
            deaths = [*self._failing_calls(table, scope, ending), *self._failing_reads(table, scope)]
            self._fails[key] = Failing(deaths, ending)
        return self._fails[key]

    def _failing_calls(self, table: Table, scope: int, ending: list[tuple[int, Value]]) -> Iterator[Death]:
        """Calls that certainly raise; ``ending`` takes those of functions that are to be looked into."""
        lacked = self.linker.catalog.lacked
        for ordinal in table.calls_in.get(scope, ()):
            call = table.facts.calls[ordinal]
            values = self.linker.values.callee(table.path, ordinal)
            only = next(iter(values)) if len(values) == 1 else None
            missing = wrong = False
            if only is not None and only.kind == "def":
                takes = self._takes(only)
                wrong = takes is not None and self._is_given_wrongly(table, ordinal, call, takes)
                if takes is not None and takes.ends and takes.function.is_async is call.awaited:
                    ending.append((ordinal, only))
            elif table.lasts[ordinal] == "filter_by":
                wrong = self._filters_by_nothing(table, call)
            elif table.lasts[ordinal] in lacked or not _is_found(values):
                missing = self._has_no_such_method(table, call)
            if missing or wrong or self._reads_nothing(table, scope, call):
                end = last_of(table, ordinal, given=not missing)
                if end is not None and not sometimes(table, ordinal):
                    yield Death(ordinal, call.frame, end)

    def _filters_by_nothing(self, table: Table, call: Call) -> bool:
        """Whether a query compares an attribute that its mapped class has not: ``Tip.query.filter_by(receiver_id=me)``."""
        model = call.callee.rpartition(".")[0] if type(call.callee) is str else ""
        for _ in range(MAX_LINKS):
            if model[:1] != "@" or "." in model:
                break
            link = table.facts.calls[int(model[1:])]
            if table.lasts[int(model[1:])] == "query" and len(link.args) == 1 and type(link.args[0]) is str:
                model = f"{link.args[0]}.query"  # session.query(Tip)
                break
            if table.lasts[int(model[1:])] not in SAME or type(link.callee) is not str:
                return False
            model = link.callee.rpartition(".")[0]
        owner = (
            self.exactly.of(table.path, call.scope, model.removesuffix(".query")) if model.endswith(".query") else None
        )
        if owner is None or owner.kind != "def":
            return False
        return any(name != "**" and self.exactly.classes.lacks(owner, name) for name, _ in call.keywords)

    def _has_no_such_method(self, table: Table, call: Call) -> bool:
        callee = call.callee
        is_attribute = type(callee) is str and "." in callee and callee[0] not in "'#?"
        return is_attribute and self._is_missing(table, call.scope, callee)

    def _is_missing(self, table: Table, scope: int, dotted_name: str) -> bool:
        """Whether one of the attributes of ``a.b.c`` is not there."""
        head, *names = dotted_name.split(".")
        for name in names:
            if name not in self._asked_for(table):
                if not self.linker.evaluate(table.path, scope, head):
                    return False  # of most names nothing is known at all
                owner = self.exactly.of(table.path, scope, head)
                if owner is None:
                    return False
                if self.exactly.classes.lacks(owner, name):
                    return True
            head = f"{head}.{name}"
        return False

    def _asked_for(self, table: Table) -> frozenset[str]:
        """Names of attributes that a file asks for before it reads them: ``hasattr(service, "find")``."""
        if table.path not in self._asked:
            names = (
                text_of(call.args[1])
                for call, last in zip(table.facts.calls, table.lasts, strict=True)
                if last in ("hasattr", "getattr") and len(call.args) > 1
            )
            self._asked[table.path] = frozenset(name for name in names if name)
        return self._asked[table.path]

    def _is_given_wrongly(self, table: Table, ordinal: int, call: Call, takes: Takes) -> bool:
        unbound = takes.bound and _is_unbound(call.callee)
        if not unbound and (takes.fits(call) or not takes.misfits(call, bound=takes.bound)):
            return False
        found = self.exactly.function(table.path, ordinal)
        known = self._takes(found[0]) if found is not None else None
        return found is not None and known is not None and known.misfits(call, bound=found[1])

    def _takes(self, value: Value) -> Takes | None:
        """What a function takes, or the constructor of a class; None for what decorators may have replaced."""
        if value not in self._taken:
            function = self.linker.member(value, "__init__") if self.exactly.classes.is_class(value) else value
            self._taken[value] = None if function is None else taken(self.linker.table(function.place), function.scope)
        return self._taken[value]

    # --- attributes that are read ----------------------------------------------------------------------------------

    def _reads_nothing(self, table: Table, scope: int, call: Call) -> bool:
        """Whether an argument is an attribute that is not there."""
        given = [*call.args, *(value for _, value in call.keywords)] if call.keywords else call.args
        parts = [part for part in given if type(part) is list or "." in part]  # most are plain names and constants
        return bool(parts) and any(self._is_nothing(table, scope, part) for part in parts)

    def _failing_reads(self, table: Table, scope: int) -> Iterator[Death]:
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            if assign.kind in ("=", "with") and self._is_nothing(table, scope, assign.value):
                yield Death(-1, assign.frame, assign.after)
        for exit_ in table.exits.get(scope, ()):
            if exit_.kind == "return" and self._is_nothing(table, scope, exit_.value):
                yield Death(-1, exit_.frame, exit_.after)

    def _is_nothing(self, table: Table, scope: int, expr: Expr) -> bool:
        """Whether an expression reads, whenever it is evaluated, an attribute that is not there."""
        if type(expr) is str:
            return "." in expr and expr[0] not in "'#?@" and self._is_unread(table, scope, expr)
        if type(expr) is not list or len(expr) < 2:
            return False
        if expr[0] in ("or", "and", "if", "not", "."):
            return self._is_nothing(table, scope, expr[1])
        if expr[0] == "cmp":
            return self._is_nothing(table, scope, expr[1]) or self._is_nothing(table, scope, expr[3])
        parts = expr[1:] if expr[0] in ("f", "[]", "{}", "*") else expr[2:] if expr[0] == "bin" else ()
        return any(self._is_nothing(table, scope, part) for part in parts)

    def _is_unread(self, table: Table, scope: int, expr: str) -> bool:
        """Whether an attribute of ``self``, or of what the module names, is not there: of other names little is known."""
        first = expr.partition(".")[0]
        owner, bindings = table.find(scope, first)
        if not bindings or (owner and bindings[0].imported is None and table.receiver_class(scope, first) is None):
            return False
        key = (table.path, owner, expr)
        if key not in self._read:
            missing = self._is_missing(table, scope, expr)
            self._read[key] = missing and not _is_found(self.linker.evaluate(table.path, scope, expr))
        return self._read[key]

    # --- functions that never return -------------------------------------------------------------------------------

    def _ending(self, table: Table, calls: list[tuple[int, Value]], depth: int) -> Iterator[Death]:
        """Calls of functions that end in an exception whatever they are given."""
        for ordinal, value in calls:
            if self._body(value.place, value.scope, depth - 1).returns or self.linker.heirs.is_abstract(value):
                continue
            end = last_of(table, ordinal)
            found = self.exactly.function(table.path, ordinal)
            if end is not None and found is not None and found[0] == value and not sometimes(table, ordinal):
                yield Death(ordinal, table.facts.calls[ordinal].frame, end)


def _goes_on_after_leaving(table: Table, scope: int) -> bool:
    """Whether a block of a function has calls behind a ``return`` or ``raise`` of its own."""
    left: dict[int, int] = {}
    for exit_ in table.exits.get(scope, ()):
        if exit_.kind in ("return", "raise"):
            left[exit_.frame] = min(exit_.after, left.get(exit_.frame, exit_.after))
    calls = table.calls_in.get(scope, ())
    first = min(left.values(), default=0)
    if not left or not calls or calls[-1] < first:
        return False
    last = {table.facts.calls[ordinal].frame: ordinal for ordinal in calls if ordinal >= first}
    return any(
        left.get(frame, ordinal + 1) <= ordinal for at, ordinal in last.items() for frame in (0, *table.frames(at))
    )


def _is_unbound(callee: Expr) -> bool:
    """Whether a method seems to be called on its class."""
    head = callee.rpartition(".")[0] if type(callee) is str else ""
    return head.rpartition(".")[2][:1].isupper()


def _is_found(values: Values) -> bool:
    """Whether an attribute seems to be there: settings and mapped classes are asked what their library's class has."""
    return any(
        value.kind != "ext"
        or (value.place.rpartition("().")[0] not in SETTINGS and value.place.rpartition(".")[0] not in MAPPED)
        for value in values
    )


def last_of(table: Table, call: int, *, given: bool = True) -> int | None:
    """One past the last call in a call's callee and arguments; None where some of them cannot be seen."""
    record = table.facts.calls[call]
    last = call
    work: list[Expr] = [record.callee]
    if given:
        work += [*record.args, *(value for _, value in record.keywords)]
    while work:
        expr = work.pop()
        if type(expr) is list:
            if expr[:1] in (["comp"], ["lambda"]):
                return None
            work += expr[1:]
        elif type(expr) is str and expr[:1] == "?":
            return None
        elif type(expr) is str and expr[:1] == "@" and len(expr) > 1:
            inner = int(expr[1:].partition(".")[0])
            last = max(last, inner)
            record = table.facts.calls[inner]
            work += [record.callee, *record.args, *(value for _, value in record.keywords)]
    return last + 1
