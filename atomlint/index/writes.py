"""What a unit of work keeps until it is flushed: rows that are added, changed or deleted, counted where that is said.

``commit`` and ``flush`` themselves send nothing but what was said before: a changed attribute costs one UPDATE at the next
of them, unless the value stays the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import Table, dotted

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .queries import DatabaseCall, Queries

SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")
NAMES = frozenset({"session", "db", "db_session", "_session", "sess", "async_session", "_db"})
PENDING = frozenset({"add", "add_all", "delete", "merge", "commit", "flush"})


class Writes:
    """Counts writes of SQLAlchemy's sessions."""

    def __init__(self, queries: Queries) -> None:
        self.queries = queries
        self.linker = queries.linker

    def of(self, table: Table, ordinal: int) -> DatabaseCall | None:
        """The statements that a call of a session's ``add``, ``delete``, ``commit`` and so on leads to; None for other calls."""
        from .queries import DatabaseCall

        record = table.facts.calls[ordinal]
        receiver, _, method = record.callee.rpartition(".") if type(record.callee) is str else ("", "", "")
        if method not in PENDING or not receiver:
            return None
        proven = self._is_session(table, ordinal)
        if not proven and receiver.rpartition(".")[2] not in NAMES:
            return None
        if method in ("commit", "flush"):
            if not proven and self.linker.values.callee(table.path, ordinal):
                return None
            most: int | None = self._changed(table, record.scope, ordinal)
            return DatabaseCall(table.path, ordinal, method, "session", proven, 0, most)
        if not record.args or (not proven and self.linker.values.callee(table.path, ordinal)):
            return None
        given = record.args[0]
        if method == "add":
            new = self._is_new(table, record.scope, given)
            return DatabaseCall(table.path, ordinal, "insert" if new else "add", "session", proven, int(new), 1)
        if method == "add_all":
            known = type(given) is list and given[:1] == ["[]"]
            return DatabaseCall(table.path, ordinal, method, "session", proven, 1 if known else 0, 1 if known else None)
        if method == "merge":
            return DatabaseCall(table.path, ordinal, method, "session", proven, 1, 2)
        return DatabaseCall(table.path, ordinal, method, "session", proven, 1, 1)

    def _is_session(self, table: Table, ordinal: int) -> bool:
        for value in self.linker.values.callee(table.path, ordinal):
            client = self.linker.catalog.client_of(value.place.rpartition(".")[0]) if value.kind == "ext" else None
            if client is not None and client.type in SESSIONS:
                return True
        return False

    def _is_new(self, table: Table, scope: int, expr: Expr) -> bool:
        """Whether an expression is an object that was just constructed."""
        name = dotted(expr)
        if name is not None:
            if "." in name:
                return False
            assigned = [
                a.value for a in (table.facts.assigns[p] for p in table.assigns_in.get(scope, ())) if a.target == name
            ]
            expr = assigned[-1] if len(assigned) == 1 else None
        if type(expr) is not str or expr[:1] != "@" or "." in expr:
            return False
        for value in self.linker.values.callee(table.path, int(expr[1:])):
            if value.kind == "def" and self.linker.table(value.place).facts.scopes[value.scope].kind == "class":
                return True
            if value.kind == "ext" and value.place.endswith(".model_validate"):
                return True
        return False

    def _changed(self, table: Table, scope: int, ordinal: int) -> int | None:
        """Objects of a function whose attributes are set before a call, at most; None when a loop sets them."""
        names: set[str] = set()
        added = {
            arg
            for n in table.calls_in.get(scope, ())
            if n < ordinal
            and type(table.facts.calls[n].callee) is str
            and table.facts.calls[n].callee.rpartition(".")[2] == "add"
            for arg in table.facts.calls[n].args[:1]
            if type(arg) is str
        }
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            target = assign.target
            if (
                assign.after > ordinal
                or type(target) is not str
                or target.count(".") != 1
                or assign.kind not in ("=", "+=")
            ):
                continue
            head = target.partition(".")[0]
            if (
                head in ("self", "cls")
                or target[:1] == "@"
                or head in added
                or not self._may_be_row(table, scope, head)
            ):
                continue
            if any(b.assign is not None and b.assign.kind == "for" for b in table.lookup(scope, head)):
                return None
            names.add(head)
        for n in table.calls_in.get(scope, ()):
            call = table.facts.calls[n]
            if n < ordinal and call.callee == "setattr" and call.args and dotted(call.args[0]):
                head = call.args[0]
                if head not in ("self", "cls") and head not in added and self._may_be_row(table, scope, head):
                    names.add(head)
        return len(names)

    def _may_be_row(self, table: Table, scope: int, name: str) -> bool:
        values = self.linker.evaluate(table.path, scope, name)
        if any(value.kind in ("def", "module", "const") for value in values):
            return False
        made = [value for value in values if value.kind == "inst"]
        return not made or any(self.queries.effects.is_mapped(value) for value in made)
