"""What callers on request paths pass for a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .project import Project
    from .value import Value

MOST = 12
"""Callers that are looked at."""


def given(project: Project, function: Value, name: str) -> Iterator[tuple[str, int, Expr]]:
    """Expressions that callers pass for a parameter of a function: (path, scope, expression)."""
    table = project.linker.table(function.place)
    record = table.facts.scopes[function.scope]
    params = [param.name for param in record.params if param.kind == "p"]
    if table.facts.scopes[record.parent].kind == "class" and params[:1] in (["self"], ["cls"]):
        params = params[1:]
    place = params.index(name) if name in params else -1
    for caller, edge in project.reach.callers.get(function, [])[:MOST]:
        if edge.call < 0 or edge.kind != "call":
            continue
        call = project.linker.table(caller.place).facts.calls[edge.call]
        keywords = dict(call.keywords)
        if name in keywords:
            yield caller.place, call.scope, keywords[name]
        elif 0 <= place < len(call.args):
            yield caller.place, call.scope, call.args[place]
