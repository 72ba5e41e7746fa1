"""Which of several bindings of a name counts, and whether a statement runs whenever its module does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..tables import dotted

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..tables import Binding, Table
    from .records import Expr


def typing_only(table: Table, frame: int) -> bool:
    """Whether a control context is entered by type checkers alone."""
    for at in table.frames(frame):
        found = table.facts.frames[at]
        if found.kind == "if" and (dotted(found.test) or "").rpartition(".")[2] == "TYPE_CHECKING":
            return True
    return False


def always(table: Table, frame: int, holds: Callable[[Expr], bool] = lambda _: False) -> bool:
    """Whether a control context is entered whenever its scope runs, as far as its tests tell.

    Args:
        holds: whether a test is known to hold.
    """
    for at in table.frames(frame):
        found = table.facts.frames[at]
        if found.kind == "if" and holds(found.test):
            continue
        if found.kind == "else" and (dotted(found.test) or "").rpartition(".")[2] == "TYPE_CHECKING":
            continue
        if found.kind in ("with", "try", "finally"):
            continue
        return False
    return True


def rebound(table: Table, bindings: list[Binding], at: int) -> list[Binding]:
    """The one of a definition and an assignment of its name that counts: ``Base = declarative_base(cls=Base)``.

    Args:
        at: the call whose argument asks; -1 for what is asked when the module has run.
    """
    definitions = [b for b in bindings if b.definition is not None]
    assigns = [b for b in bindings if b.assign is not None]
    if len(definitions) != 1 or len(assigns) != 1 or len(bindings) != 2:
        return []
    assign = assigns[0].assign
    assert assign is not None
    if comes_later(table, definitions[0], assign.after) or not all(always(table, frame_of(table, b)) for b in bindings):
        return []
    return definitions if 0 <= at < assign.after else assigns


def takes_over(table: Table, scope: int, name: str) -> bool:
    """Whether a name is bound by a definition and by an assignment as well."""
    _, bindings = table.find(scope, name)
    return len(bindings) == 2 and {b.definition is None for b in bindings} == {True, False}


def comes_later(table: Table, binding: Binding, at: int) -> bool:
    """Whether something is bound after a call began."""
    if binding.assign is not None:
        return binding.assign.after > at
    return binding.definition is not None and table.facts.scopes[binding.definition].first_call > at


def frame_of(table: Table, binding: Binding) -> int:
    """The control context that a binding stands in."""
    if binding.imported is not None:
        return binding.imported.frame
    if binding.assign is not None:
        return binding.assign.frame
    if binding.definition is not None:
        return table.facts.scopes[binding.definition].frame
    return 0
