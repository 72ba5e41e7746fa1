"""Functions that an ASGI middleware hands on in place of ``send`` or ``receive``: they run for every message of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .tables import Table

TYPE = "'type"
"""The key by which a scope and a message say what they are."""


def handed_on(table: Table, function: int) -> Iterator[tuple[int, Value]]:
    """``await self.app(scope, receive, send_wrapper)``: the calls that hand on, and the functions inside of this one."""
    scopes = table.facts.scopes
    params = [param.name for param in scopes[function].params][-3:]
    if len(params) < 3 or not scopes[function].is_async:
        return
    for ordinal in table.calls_in.get(function, ()):
        given = table.facts.calls[ordinal].args
        if len(given) != 3 or given[0] != params[0]:
            continue
        for name in given[1:]:
            if type(name) is not str or name in params:
                continue
            for binding in table.lookup(function, name):
                inner = binding.definition
                if inner is not None and scopes[inner].parent == function and scopes[inner].is_async:
                    yield ordinal, Value("def", table.path, inner)


def says_kind(test: Expr) -> bool:
    """Whether a test asks what kind a message or a scope is: ``message["type"] == "http.response.start"``."""
    if type(test) is not list or test[:1] != ["cmp"] or len(test) != 4:
        return False
    return type(test[1]) is list and test[1][:1] == ["sub"] and test[1][2] == TYPE
