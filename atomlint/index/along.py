"""What comes along with one row: the relationships whose rows its query names, or that are loaded with each row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .loadoptions import ALL_RELATED, BRINGING, option_loads
from .managers import EAGERLY
from .provenance import chain
from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .lookups import Lookup
    from .project import Project
    from .relationships import Relationship
    from .tables import Table

BROUGHT = frozenset({"selectin", "joined", "subquery", "immediate"})
"""Ways in which a relationship of SQLAlchemy is loaded with each row."""
JOINED = frozenset({"joinedload", "contains_eager", "select_related", "joined"})
"""Options, methods and ways that add no query."""
LEAVING = frozenset({"lazyload", "noload", "raiseload"})
"""Options by which a query of SQLAlchemy says what does not come with its rows."""
HEADS = frozenset({"select", "query"})
"""Calls that are given what such a query is for."""


class Along:
    """Finds what a read of one row brings besides."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def of(self, lookup: Lookup, *, apart: bool = False) -> dict[str, Relationship]:
        """Relationships by attribute; ``apart``: only those that a query of their own brings, and no join."""
        path, call = (lookup.below[-1][0].place, lookup.below[-1][1]) if lookup.below else (lookup.path, lookup.call)
        table = self.project.linker.table(path)
        every_way = (BRINGING, frozenset(EAGERLY), BROUGHT)
        loaders, methods, ways = (way - JOINED for way in every_way) if apart else every_way
        named: set[str] = set()
        left: set[str] = set()
        for link in chain(table, call):
            method = link.callee.rpartition(".")[2] if type(link.callee) is str else ""
            if method in methods:
                texts = [text_of(arg) for arg in link.args]
                named |= {text.partition("__")[0] if text else ALL_RELATED for text in texts}
            elif method == "options":
                named.update(*(option_loads(table, arg, loaders) for arg in link.args))
                left.update(*(_left(table, arg) for arg in link.args))
            elif (given := dict(link.keywords).get("options")) is not None:  # session.get(User, key, options=[...])
                parts = given[1:] if type(given) is list and given[:1] == ["[]"] else [given]
                named.update(*(option_loads(table, part, loaders) for part in parts))
            elif method in HEADS and any("." in (dotted(arg) or "") for arg in link.args):
                return {}  # columns, and no rows
        every = self.project.relationships.of(lookup.model)
        kept = {name: one for name, one in every.items() if one.lazy in ways and not left & {name, ALL_RELATED}}
        return kept | {
            name: one for name, one in every.items() if name in named or (ALL_RELATED in named and not apart)
        }


def _left(table: Table, expr: Expr) -> set[str]:
    """Attributes that an option says not to load with the rows; ``*`` for all."""
    call = table.facts.calls[int(expr[1:])] if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit() else None
    if call is None or (dotted(call.callee) or "").rpartition(".")[2] not in LEAVING:
        return set()
    return option_loads(table, expr, LEAVING)
