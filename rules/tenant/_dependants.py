"""What handlers do with the row that a dependency or a helper reads for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from atomlint import dotted

if TYPE_CHECKING:
    from atomlint import Function, Index
    from atomlint.index.value import Value

CHANGES = frozenset({"delete", "update", "save", "add", "merge", "setattr", "populate_obj", "soft_delete", "remove"})
"""Calls that change or delete the row that they are given; so do those that begin so, such as ``update_workspace``."""
FEW = 5
"""Of so many handlers that share a dependency one may change the row: more of them are about it."""


def is_resource(function: Function) -> bool:
    """Whether a dependency or a helper loads what its callers are about: many of them change or delete it."""
    index = function.index
    changing = total = 0
    for caller, edge in index.project.reach.callers.get(function.value, ()):
        if edge.kind == "dependency":
            names = _injected(index, function.value, caller)
        elif edge.kind == "call" and edge.call >= 0:
            names = {
                assign.target
                for assign in index.function(caller).assigns
                if assign.value == f"@{edge.call}" and type(assign.target) is str
            }
        else:
            continue
        total += 1
        changing += changes(index.function(caller), names)
    return changing > 1 and changing * FEW > total  # one settings page does not make it a resource


def _injected(index: Index, dependency: Value, handler: Value) -> set[str]:
    """The parameters of a handler that a dependency gives."""
    parameters = index.project.linker.values.parameters
    record = index.project.linker.table(handler.place).facts.scopes[handler.scope]
    return {p.name for p in record.params if dependency in parameters.injected(handler.place, record.parent, p)}


def changes(function: Function, names: set[str]) -> bool:
    """Whether a function sets an attribute of what one of its parameters holds, or hands it to what changes it."""
    for assign in function.assigns:
        if type(assign.target) is str and "." in assign.target and assign.target.partition(".")[0] in names:
            return True
    for call in function.calls:
        named = call.name in CHANGES or call.name.lstrip("_").partition("_")[0] in CHANGES
        if named and any(dotted(arg) in names for arg in (*call.args, *call.keywords.values())):
            return True
    return False
