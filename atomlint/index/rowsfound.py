"""What a query says of its rows, method by method."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .criteria import KEYS, compared_names, keyed, missing
from .defaults import most_given
from .loadoptions import ALL_RELATED, option_loads
from .managers import EAGERLY
from .tables import dotted, text_of

if TYPE_CHECKING:
    from ..facts.records import Call, Expr
    from .linker import Linker
    from .tables import Table
    from .value import Value

OWN_KEYS = ("__id", "__pk")
"""Attributes of which each row has a value of its own."""
ASKING = frozenset({"user", "current_user", "request_user"})
"""Names of whoever sends the request."""


class Found:
    """What was seen on the way from an expression to its queries."""

    def __init__(self) -> None:
        self.models: list[tuple[Value, str, int]] = []
        self.loaded: set[str] = set()
        self.paths: set[str] = set()
        self.filters: set[str] = set()
        self.owners: set[str] = set()
        self.offered: set[str] = set()
        self.asking: set[str] = set()
        self.optional = 0
        """Whether what is looked into may be left out."""
        self.keyed: set[str] = set()
        """Names of classes of which the query asks for one key; empty for the class that it goes through."""
        self.links = 0
        self.awaited = False
        self.most = 0
        self.other = False
        self.sliced = False
        self.own = False
        """Whether a method of the query is none of the library's."""
        self.managers: set[str] = set()
        """The managers of Django that it starts at."""
        self.selves: set[tuple[str, int, str]] = set()
        """What the methods of managers that are looked into call themselves: (path, scope, name)."""
        self.seen: set[tuple[str, int, str]] = set()

    def option(self, linker: Linker, table: Table, record: Call, method: str) -> None:
        """Take in what one method of a query says."""
        if method == "filter":
            self.asking |= {name for name, value in record.keywords if _is_asking(value)}
        if method in ("filter", "where", "filter_by") and self.optional:
            self.offered |= {name.partition("__")[0] for name, _ in record.keywords}
            for arg in record.args:
                self.offered |= set(compared_names(arg)) or missing(table, arg)
        elif method in ("filter", "where", "filter_by"):
            self.filters |= {name.partition("__")[0] for name, _ in record.keywords}
            self.owners |= {name for name, _ in record.keywords}
            self.owners |= {name.rpartition("__")[0] for name, _ in record.keywords if name.endswith(OWN_KEYS)}
            self.keyed |= {"" for name, _ in record.keywords if name in KEYS}
            for arg in record.args:
                self.filters |= set(compared_names(arg)) or missing(table, arg)
                self.owners |= set(compared_names(arg))
                self.keyed |= set(keyed(arg))
        elif method in EAGERLY:
            texts = [text_of(arg) for arg in record.args]
            self.loaded |= {text.partition("__")[0] if text else ALL_RELATED for text in texts} or {ALL_RELATED}
            self.paths |= {text for text in texts if text}
        elif method == "none":
            self.most = 1
        elif method == "only":
            self.loaded.add(ALL_RELATED)  # a key that it leaves out cannot be followed by select_related
        elif method == "limit" and record.args:
            self.most = most_given(linker, table, record.scope, record.args[0]) or self.most
        elif method == "options":
            for arg in record.args:
                self.loaded |= option_loads(table, arg)


def _is_asking(value: Expr) -> bool:
    """Whether a value is whoever sends the request, or their key: ``self.request.user``, ``user.pk``."""
    name = dotted(value) or ""
    head, _, last = name.rpartition(".")
    return (head.rpartition(".")[2] if last in ("id", "pk") else last) in ASKING
