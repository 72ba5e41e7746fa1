"""Context variables: what a function asks before it works, and what whoever called it may have set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import call_number

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .linker import Linker
    from .tables import Table

READ = "contextvars.ContextVar().get"
STEPS = 2
"""Functions between a call and the variable that it reads."""


def reads_context(linker: Linker, path: str, call: int, steps: int = STEPS) -> bool:
    """Whether a call gives what a context variable holds: ``tenant_var.get()``, or a function that returns it."""
    for value in linker.values.callee(path, call):
        if value.kind == "ext" and value.place == READ:
            return True
        if value.kind == "def" and steps and _returns_context(linker, linker.table(value.place), value.scope, steps):
            return True
    return False


def _returns_context(linker: Linker, table: Table, scope: int, steps: int) -> bool:
    exits = [exit_.value for exit_ in table.exits.get(scope, ()) if exit_.kind == "return"]
    return len(exits) == 1 and _is_read(linker, table, exits[0], steps - 1)


def _is_read(linker: Linker, table: Table, expr: Expr, steps: int) -> bool:
    made = call_number(expr)
    return made is not None and reads_context(linker, table.path, made, steps)


def is_of_context(linker: Linker, table: Table, scope: int, name: str) -> bool:
    """Whether a local name holds what a context variable gave."""
    assigns = (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
    return any(assign.target == name and _is_read(linker, table, assign.value, STEPS) for assign in assigns)
