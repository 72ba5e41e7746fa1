"""Database work: calls of catalogued sessions, connections and cursors, and queries that are known by their shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .tables import Table, dotted, text_of
from .writes import Writes

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .effects import Effects
    from .values import Values

SQL = re.compile(
    r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|CALL|LOCK|MERGE|TRUNCATE|NOTIFY|REFRESH)\b",
    re.IGNORECASE,
)
CONNECTING = frozenset({"connect", "begin", "commit", "rollback", "begin_nested", "acquire", "prepare"})
"""What a connection does for itself: no statement."""
QUERY = "sqlalchemy.orm.Query"
UNFETCHED = frozenset({"count", "exists", "delete", "update", "aggregate", "create", "bulk_create", "get_or_create"})
"""What runs a query without loading the relations that its options name."""
LOCAL = ("sqlite3.", "aiosqlite.", "duckdb.")
"""Databases inside of the process: no round trip."""
SESSIONS = ("session", "db", "db_session", "_session", "sess")
MAX_LINKS = 40
QUERYSETS = frozenset(
    f"{name}()"
    for name in [
        "all", "filter", "exclude", "order_by", "annotate", "alias", "distinct", "select_related", "prefetch_related", "only",
        "defer", "values", "values_list", "using", "reverse", "select_for_update", "union", "intersection", "difference", "none",
        "get_queryset", "extra", "dates", "datetimes", "as_manager",
    ]
)  # fmt: skip
"""Links of a Django query that is not sent yet."""


class DatabaseCall(NamedTuple):
    """One statement that goes to a database."""

    path: str
    call: int
    operation: str
    """The method that sends it, such as ``execute``; ``iterate`` for a query that a loop runs."""
    receiver: str
    """The client's type, such as ``sqlalchemy.orm.Session``, or what gives it away: ``query``, ``sql``."""
    proven: bool
    """False when only names speak for it."""
    least: int = 1
    """Statements at least."""
    most: int | None = 1
    """Statements at most; None for no bound."""


class Queries:
    """Finds database calls; every answer is kept."""

    def __init__(self, effects: Effects) -> None:
        self.effects = effects
        self.linker = effects.linker
        rows = self.linker.catalog.queries
        self.runs = effects.one | {name for row in rows for name in row.many}
        self.statements = effects.selects | {name for row in rows for name in row.statements}
        self.managers = tuple(f"{name}." for row in rows for name in row.managers)
        self._found: dict[tuple[str, int], DatabaseCall | None] = {}
        self._iterables: dict[str, frozenset[str]] = {}
        self._known: dict[str, bool] = {}
        self.costs = {method: cost for row in rows for method, cost in row.costs.items()}
        self.evaluators = frozenset(name for row in rows for name in row.evaluators)
        self.prefetches = frozenset(name for row in rows for name in row.prefetches)
        self.writes = Writes(self)

    def of(self, path: str, call: int) -> DatabaseCall | None:
        """The statement that a call sends, or None."""
        key = (path, call)
        if key not in self._found:
            found = self._find(self.linker.table(path), call)
            self._found[key] = None if found is None or self.effects.calls.raises.never_runs(path, call) else found
        return self._found[key]

    def sent(self, path: str, call: int) -> DatabaseCall | None:
        """The statements that a call costs, counted; what a unit of work keeps for later counts where it is handed over.

        BEGIN, COMMIT and ROLLBACK do not count. See `writes`.
        """
        table = self.linker.table(path)
        pending = self.writes.of(table, call)
        if pending is not None:
            return pending
        found = self.of(path, call) or self._evaluated(table, call)
        if found is None or found.operation in CONNECTING:
            return None
        cost = self.costs.get(found.operation)
        if cost is not None and found.receiver in ("query", QUERY):
            found = found._replace(least=cost.get("least", 1), most=cost.get("most"))
        more = self._prefetched(table, call)
        if more and found.most is not None and found.operation not in UNFETCHED:
            found = found._replace(most=found.most + more)
        return found

    def _evaluated(self, table: Table, ordinal: int) -> DatabaseCall | None:
        """``list(qs)``, ``len(qs)``: a lazy query that is handed to what goes through it."""
        record = table.facts.calls[ordinal]
        if type(record.callee) is not str or record.callee not in self.evaluators or not record.args:
            return None
        given = record.args[0]
        if type(given) is str and self.is_lazy(table, record.scope, given):
            return DatabaseCall(table.path, ordinal, "iterate", "query", proven=True)
        return None

    def is_lazy(self, table: Table, scope: int, expr: Expr) -> bool:
        """Whether an expression is a query that was not sent yet."""
        for value in self.linker.evaluate(table.path, scope, expr):
            if value.kind != "ext" or not value.place.endswith("()"):
                continue
            method = value.place[:-2].rpartition(".")[2]
            if value.place == f"{QUERY}()" or (
                value.place.startswith(self.managers) and (method not in self.runs or method == "all")
            ):
                return True
        return False

    def _prefetched(self, table: Table, ordinal: int) -> int:
        """Statements that the options of a query add: one for each relation that is loaded by a query of its own."""
        record = table.facts.calls[ordinal]
        count = 0
        seen: set[str] = set()
        work: list[Expr] = [record.callee, *record.args[:1]]
        while work and len(seen) < MAX_LINKS:
            expr = work.pop()
            if type(expr) is list:
                work += expr[1:]
                continue
            if type(expr) is not str or expr in seen:
                continue
            seen.add(expr)
            if expr[:1] != "@":
                head = expr.partition(".")[0]
                assigned = self.effects._assigned(table, record.scope, head)
                work += [assigned] if assigned is not None and head else []
                continue
            call = table.facts.calls[int(expr[1:].partition(".")[0])]
            method = call.callee.rpartition(".")[2] if type(call.callee) is str else ""
            if method in self.prefetches:
                texts = [text_of(arg) for arg in call.args]
                count += sum(text.count("__") + 1 if text else 1 for text in texts)
            if method in ("options", *self.prefetches) or method in self.effects.executors:
                work += call.args
            work.append(call.callee)
        return count

    def _find(self, table: Table, ordinal: int) -> DatabaseCall | None:
        record = table.facts.calls[ordinal]
        values = self.linker.values.callee(table.path, ordinal)
        typed = self._typed(table.path, ordinal, values)
        if typed is not None:
            return typed
        callee = record.callee
        if type(callee) is not str:
            return None
        for value in values:
            if value.kind == "def" or value.place.startswith(LOCAL):
                return None
        receiver, _, method = callee.rpartition(".")
        if not receiver:
            shortcut = self.effects.lookup(table.path, ordinal)  # get_object_or_404(Model, ...)
            return None if shortcut is None else DatabaseCall(table.path, ordinal, "get", "query", proven=True)
        if method in self.effects.executors and record.args:
            shape = self._statement(table, record.scope, record.args[0])
            if shape:
                return DatabaseCall(table.path, ordinal, method, shape, shape == "statement")
        if self.effects.lookup(table.path, ordinal) is not None:
            return DatabaseCall(table.path, ordinal, method, "query", proven=True)
        if method in self.runs or self._iterated(table, ordinal):
            builder = self._builder(table, record.scope, callee if method in self.runs else f"@{ordinal}.{method}")
            if builder is not None:
                return DatabaseCall(table.path, ordinal, method if method in self.runs else "iterate", "query", builder)
        if method == "refresh" and record.args and receiver.rpartition(".")[2].lower() in SESSIONS:
            return DatabaseCall(table.path, ordinal, method, "session", proven=False)
        return None

    def _typed(self, path: str, ordinal: int, values: Values) -> DatabaseCall | None:
        for value in values:
            if value.kind != "ext" or not self._is_known(value.place):
                continue
            operation = self.linker.catalog.operation(value.place)
            if operation is not None and operation.resource == "database":
                least, most = operation.lower[1], operation.upper[1]
                receiver = value.place.rpartition(".")[0].removesuffix("()")
                return DatabaseCall(path, ordinal, operation.name, receiver, True, least, most)
            if value.place.startswith(self.managers) and self._is_queryset(value.place):
                method = value.place.rpartition(".")[2]
                if method in self.runs and method != "all":  # a manager's ``all()`` is lazy
                    return DatabaseCall(path, ordinal, method, "query", proven=True)
                if self._iterated(self.linker.table(path), ordinal):
                    return DatabaseCall(path, ordinal, "iterate", "query", proven=True)
        return None

    def _is_known(self, place: str) -> bool:
        """Whether the catalog says anything of calling a place: of most it does not, and they are asked for again and again."""
        known = self._known.get(place)
        if known is None:
            operation = self.linker.catalog.operation(place)
            known = (operation is not None and operation.resource == "database") or place.startswith(self.managers)
            self._known[place] = known
        return known

    def _is_queryset(self, place: str) -> bool:
        """Whether a method is called on a manager or a queryset, not on a row or what a row holds."""
        links = next(place[len(name) :] for name in self.managers if place.startswith(name)).split(".")
        return all(link in QUERYSETS for link in links[:-1])

    def _statement(self, table: Table, scope: int, expr: Expr) -> str:
        """``statement`` for what a catalogued function starts, ``sql`` for SQL text, empty for anything else."""
        for _ in range(MAX_LINKS):
            text = expr[1] if type(expr) is list and expr[:1] == ["f"] and len(expr) > 1 else expr
            if SQL.match(text_of(text) or ""):
                return "sql"
            if type(expr) is not str:
                return ""
            if expr[:1] == "@":
                call = table.facts.calls[int(expr[1:].partition(".")[0])]
                name = dotted(call.callee)
                values = self.linker.evaluate(table.path, call.scope, name) if name else ()
                if any(v.kind == "ext" and v.place.startswith(tuple(self.statements)) for v in values):
                    return "statement"
                expr = call.callee.rpartition(".")[0] if type(call.callee) is str else "?"
                continue
            assigned = [
                binding.assign.value
                for binding in (table.lookup(scope, expr) if dotted(expr) and "." not in expr else ())
                if binding.assign is not None and binding.assign.kind == "="
            ]
            if not assigned or assigned[-1] == expr:
                return ""
            expr = assigned[-1]
        return ""

    def _builder(self, table: Table, scope: int, callee: str) -> bool | None:
        """Whether the model at the head of a query chain is known to be mapped; None when it is no query chain."""
        expr = callee.rpartition(".")[0]
        for _ in range(MAX_LINKS):
            if expr[:1] != "@":
                assigned = self.effects._assigned(table, scope, expr)
                if type(assigned) is not str:
                    return self._class_query(table, scope, expr)
                expr = assigned
                continue
            call = table.facts.calls[int(expr[1:].partition(".")[0])]
            if type(call.callee) is not str:
                return None
            receiver, _, method = call.callee.rpartition(".")
            if method in self.effects.one:
                return None  # what is called on the row that it gives is no query any more
            if method in self.effects.builders and receiver and call.args:
                name = dotted(call.args[0]) or ""
                model = self.effects._model(table.path, call.scope, call.args[0])
                return True if model is not None else False if name[:1].isupper() else None
            if receiver[:1] != "@":
                found = self._class_query(table, call.scope, receiver)
                if found is not None or not dotted(receiver) or "." in receiver:
                    return found
            expr = receiver
        return None

    def _class_query(self, table: Table, scope: int, name: str) -> bool | None:
        """``Model.query`` of Flask-SQLAlchemy: True for a mapped class, None for anything else."""
        model, _, attribute = (dotted(name) or "").rpartition(".")
        if attribute != "query" or not model.rpartition(".")[2][:1].isupper():
            return None
        values = self.linker.evaluate(table.path, scope, model)
        if any(v.kind == "def" and (self.effects.is_mapped(v) or self._has_query(v.place, v.scope)) for v in values):
            return True
        return None

    def _has_query(self, path: str, scope: int) -> bool:
        for cls in self.linker.mro(path, scope):
            own = self.linker.table(cls.place).class_attributes if cls.kind == "def" else {}
            if any(a.value is not None for a in own.get((cls.scope, "query"), ())):
                return True
        return any(v.kind == "ext" and v.place.endswith("SQLAlchemy().Model") for v in self.linker.mro(path, scope))

    def _iterated(self, table: Table, ordinal: int) -> bool:
        """Whether a ``for`` or a comprehension runs over the result: that is when a lazy query is sent."""
        tests = self._iterables.get(table.path)
        if tests is None:
            frames = table.facts.frames
            names = {f.test for f in frames if f.kind in ("for", "comp") and type(f.test) is str}
            looped = {(a.scope, a.value[1]) for a in table.facts.assigns if a.kind == "for" and _is_item(a.value)}
            for assign in table.facts.assigns:  # qs = ...; for x in qs
                value = assign.value
                if assign.kind == "=" and type(value) is str and value[:1] == "@" and type(assign.target) is str:
                    names |= {value} if (assign.scope, assign.target) in looped else set()
            tests = self._iterables[table.path] = frozenset(names)
        return bool(tests) and f"@{ordinal}" in tests


def _is_item(value: Expr) -> bool:
    """Whether a loop's target is bound to items of a plain expression."""
    return type(value) is list and value[:1] == ["sub"] and type(value[1]) is str
