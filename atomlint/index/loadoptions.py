"""Options of SQLAlchemy by which a query says what comes with its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .criteria import of_class
from .tables import text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .tables import Table

BRINGING = frozenset({"selectinload", "joinedload", "subqueryload", "immediateload", "contains_eager"})
"""Options by which a query of SQLAlchemy says what comes with its rows."""
LOADERS = BRINGING | {"noload", "raiseload"}
PLAIN = frozenset({"load_only", "defer", "undefer", "lazyload", "with_loader_criteria", "defaultload"})
ALL_RELATED = "*"


def option_loads(table: Table, expr: Expr, loaders: frozenset[str] = LOADERS) -> set[str]:
    """Attributes that an option such as ``selectinload(Post.author)`` loads; ``*`` for what is not understood."""
    if type(expr) is not str or expr[:1] != "@":
        return {ALL_RELATED}
    while True:  # the innermost call names the attribute of the class itself
        record = table.facts.calls[int(expr[1:].partition(".")[0])]
        if type(record.callee) is not str:
            return {ALL_RELATED}
        receiver, _, method = record.callee.rpartition(".")
        if receiver[:1] == "@":
            expr = receiver
            continue
        if method in loaders:
            names = [text_of(arg) or of_class(arg) for arg in record.args]
            return {name if name and name != "*" else ALL_RELATED for name in names} or {ALL_RELATED}
        return set() if method in PLAIN else {ALL_RELATED}
