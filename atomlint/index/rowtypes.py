"""Which class of the project the one row of a query is: ``User`` of ``db.query(User).first()``, ``User.objects.get()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import dotted
from .value import NOTHING, Value, Values

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .linker import Linker
    from .tables import Table

ONE = frozenset(
    {
        *(
            "first",
            "last",
            "get",
            "one",
            "one_or_none",
            "scalar",
            "scalar_one",
            "scalar_one_or_none",
            "latest",
            "earliest",
        ),
        *("afirst", "alast", "aget", "get_or_404", "first_or_404", "one_or_404", "create", "acreate"),
    }
)
"""Methods that give one row; ``create`` of a manager gives the row that it makes."""
SENDERS = frozenset({"execute", "scalar", "scalars", "exec"})
"""Methods that are given the statement."""
MANAGERS = frozenset({"objects", "_default_manager", "_base_manager"})
MAX_LINKS = 20


class RowTypes:
    """Follows a chain of calls back to the class that it names; only names are evaluated on the way."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def of(self, path: str, ordinal: int) -> Values:
        """The instance that a call gives; nothing where the chain does not begin with one class of the project."""
        table = self.linker.table(path)
        call = table.facts.calls[ordinal]
        receiver, _, method = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
        if method not in ONE or not receiver:
            return NOTHING
        if method == "get" and len(call.args) >= 2 and receiver.rpartition(".")[2].endswith(("session", "db")):
            return self._row(table, call.scope, call.args[0], "sqlalchemy")
        if method == "scalar" and call.args:
            return self._begin(table, call.scope, call.args[0], ordinal)
        return self._begin(table, call.scope, receiver, ordinal, creates=method in ("create", "acreate"))

    def _begin(self, table: Table, scope: int, expr: Expr, before: int, *, creates: bool = False) -> Values:
        for _ in range(MAX_LINKS):
            name = dotted(expr)
            if name is not None and "." in name:
                head, _, attribute = name.rpartition(".")
                if attribute in MANAGERS:
                    return self._row(table, scope, head, "django")
                return self._row(table, scope, head, "sqlalchemy") if attribute == "query" and not creates else NOTHING
            if name is not None:
                expr = self._assigned(table, scope, name, before)
            if creates or type(expr) is not str or expr[:1] != "@" or not expr[1:].isdigit():
                return NOTHING
            before = min(before, int(expr[1:]))
            call = table.facts.calls[int(expr[1:])]
            receiver, _, method = call.callee.rpartition(".") if type(call.callee) is str else ("", "", "")
            if method in ("query", "select"):
                return self._row(table, scope, call.args[0], "sqlalchemy") if len(call.args) == 1 else NOTHING
            if method in ("values", "values_list", "with_entities", "aggregate", "annotate", "add_columns", "dicts"):
                return NOTHING
            expr = call.args[0] if method in SENDERS and call.args else receiver
            if not expr:
                return NOTHING
        return NOTHING

    @staticmethod
    def _assigned(table: Table, scope: int, name: str, before: int) -> Expr:
        """What a local name was last given before a call, where no branch decides."""
        found = [
            assign
            for assign in (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
            if assign.target == name and assign.after <= before
        ]
        return found[-1].value if found and found[-1].kind == "=" else None

    def _row(self, table: Table, scope: int, expr: Expr, kind: str) -> Values:
        name = dotted(expr)
        if name is None:
            return NOTHING
        values = self.linker.evaluate(table.path, scope, name)
        if len(values) != 1:
            return NOTHING
        (value,) = values
        if value.kind != "def" or self.linker.table(value.place).facts.scopes[value.scope].kind != "class":
            return NOTHING
        bases = [base.place for base in self.linker.mro(value.place, value.scope) if base.kind == "ext"]
        if not bases or (kind == "django") is not any(base.startswith("django.") for base in bases):
            return NOTHING
        return frozenset({Value("inst", value.place, value.scope)})
