"""Database work: calls of catalogued sessions, connections and cursors, and queries that are known by their shape."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .tables import Table, dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .effects import Effects
    from .values import Values

SQL = re.compile(
    r"\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|CALL|LOCK|MERGE|TRUNCATE|NOTIFY|REFRESH)\b",
    re.IGNORECASE,
)
LOCAL = ("sqlite3.", "aiosqlite.", "duckdb.")
"""Databases inside of the process: no round trip."""
SESSIONS = ("session", "db", "db_session", "_session", "sess")
MAX_LINKS = 40


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

    def of(self, path: str, call: int) -> DatabaseCall | None:
        """The statement that a call sends, or None."""
        key = (path, call)
        if key not in self._found:
            self._found[key] = self._find(self.linker.table(path), call)
        return self._found[key]

    def _find(self, table: Table, ordinal: int) -> DatabaseCall | None:
        record = table.facts.calls[ordinal]
        values = self.linker.values.callee(table.path, ordinal)
        typed = self._typed(table.path, ordinal, values)
        if typed is not None:
            return typed
        callee = record.callee
        if type(callee) is not str or any(value.kind == "def" or value.place.startswith(LOCAL) for value in values):
            return None
        receiver, _, method = callee.rpartition(".")
        if not receiver:
            return None
        if method in self.effects.executors and record.args:
            shape = self._statement(table, record.scope, record.args[0])
            if shape:
                return DatabaseCall(table.path, ordinal, method, shape, shape == "statement")
        if self.effects.lookup(table.path, ordinal) is not None:
            return DatabaseCall(table.path, ordinal, method, "query", proven=True)
        if method in self.runs or self._iterated(table, ordinal):
            builder = self._builder(table, record.scope, callee)
            if builder is not None:
                return DatabaseCall(table.path, ordinal, method if method in self.runs else "iterate", "query", builder)
        if method == "refresh" and record.args and receiver.rpartition(".")[2].lower() in SESSIONS:
            return DatabaseCall(table.path, ordinal, method, "session", proven=False)
        return None

    def _typed(self, path: str, ordinal: int, values: Values) -> DatabaseCall | None:
        for value in values:
            if value.kind != "ext":
                continue
            operation = self.linker.catalog.operation(value.place)
            if operation is not None and operation.resource == "database":
                return DatabaseCall(
                    path, ordinal, operation.name, value.place.rpartition(".")[0].removesuffix("()"), proven=True
                )
            if value.place.startswith(self.managers):
                method = value.place.rpartition(".")[2]
                if method in self.runs and method != "all":  # a manager's ``all()`` is lazy
                    return DatabaseCall(path, ordinal, method, "query", proven=True)
                if self._iterated(self.linker.table(path), ordinal):
                    return DatabaseCall(path, ordinal, "iterate", "query", proven=True)
        return None

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
        return any(v.kind == "ext" and v.place.endswith("SQLAlchemy().Model") for v in self.linker.mro(path, scope))

    def _iterated(self, table: Table, ordinal: int) -> bool:
        """Whether a ``for`` or a comprehension runs over the result: that is when a lazy query is sent."""
        tests = self._iterables.get(table.path)
        if tests is None:
            frames = table.facts.frames
            tests = frozenset(f.test for f in frames if f.kind in ("for", "comp") and type(f.test) is str)
            self._iterables[table.path] = tests
        return f"@{ordinal}" in tests
