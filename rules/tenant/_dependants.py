"""What the handlers do with the row that a dependency reads for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import dotted

if TYPE_CHECKING:
    from atomlint import Function

CHANGES = frozenset({"delete", "update", "save", "add", "merge", "setattr", "populate_obj", "soft_delete", "remove"})
"""Calls that change or delete the row that they are given."""
FEW = 5
"""Of so many handlers that share a dependency one may change the row: more of them are about it."""


def is_resource(function: Function) -> bool:
    """Whether a dependency loads what its handlers are about: many of them change or delete it."""
    index = function.index
    parameters = index.project.linker.values.parameters
    changing = total = 0
    for caller, edge in index.project.reach.callers.get(function.value, ()):
        if edge.kind != "dependency":
            continue
        table = index.project.linker.table(caller.place)
        record = table.facts.scopes[caller.scope]
        names = {p.name for p in record.params if function.value in parameters.injected(caller.place, record.parent, p)}
        total += 1
        changing += changes(index.function(caller), names)
    return changing > 1 and changing * FEW > total  # one settings page does not make it a resource


def changes(function: Function, names: set[str]) -> bool:
    """Whether a function sets an attribute of what one of its parameters holds, or hands it to what changes it."""
    for assign in function.assigns:
        if type(assign.target) is str and "." in assign.target and assign.target.partition(".")[0] in names:
            return True
    for call in function.calls:
        if call.name in CHANGES and any(dotted(arg) in names for arg in (*call.args, *call.keywords.values())):
            return True
    return False
