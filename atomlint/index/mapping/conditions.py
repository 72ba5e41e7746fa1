"""Under which conditions a name is bound: for type checkers alone, always, or later than it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables import dotted

if TYPE_CHECKING:
    from ..tables import Binding, Table


def typing_only(table: Table, frame: int) -> bool:
    """Whether a control context is entered by type checkers alone."""
    for at in table.frames(frame):
        found = table.facts.frames[at]
        if found.kind == "if" and (dotted(found.test) or "").rpartition(".")[2] == "TYPE_CHECKING":
            return True
    return False


def always(table: Table, frame: int) -> bool:
    """Whether a control context is entered whenever its scope runs, as far as its tests tell."""
    for at in table.frames(frame):
        found = table.facts.frames[at]
        if found.kind == "else" and (dotted(found.test) or "").rpartition(".")[2] == "TYPE_CHECKING":
            continue
        if found.kind in ("with", "try", "finally"):
            continue
        return False
    return True


def comes_later(table: Table, binding: Binding, at: int) -> bool:
    """Whether something is bound after a call began."""
    if binding.assign is not None:
        return binding.assign.after > at
    return binding.definition is not None and table.facts.scopes[binding.definition].first_call > at


def frame_of(table: Table, binding: Binding) -> int:
    """The control context of a binding; 0 for none."""
    if binding.imported is not None:
        return binding.imported.frame
    if binding.assign is not None:
        return binding.assign.frame
    if binding.definition is not None:
        return table.facts.scopes[binding.definition].frame
    return 0
