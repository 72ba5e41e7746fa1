"""Methods of a project's own that send one command of their name: ``def get(self, key): return self.client.get(key)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atomlint import dotted, references

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    from ._sent import Sent

    Expr = Any

STEPS = 12
"""Names followed from a key to the parameters that it is made of."""


def wrapped(index: Index, function: Value, method: str, found: list[Sent]) -> tuple[Sent, int] | None:
    """The one command that a method sends, and of how many parameters, the first ones, its key is made."""
    commands = [command for command in found if command.method == method]
    if len(commands) != 1:
        return None
    table = index.project.linker.table(function.place)
    params = [param.name for param in table.facts.scopes[function.scope].params]
    if table.facts.scopes[table.facts.scopes[function.scope].parent].kind == "class":
        params = params[1:]
    used = parameters(table, function.scope, commands[0].key, params)
    if not used or used != set(params[: len(used)]):
        return None
    return commands[0], len(used)


def parameters(table: Table, scope: int, key: Expr, params: list[str]) -> set[str]:
    """The parameters that a key is made of, also by names and calls in between."""
    used: set[str] = set()
    work = [key]
    for _ in range(STEPS):
        if not work:
            break
        for name in references(work.pop()):
            if name[:1] == "@":
                call = table.facts.calls[int(name[1:].partition(".")[0])]
                work += [*call.args, *(value for _, value in call.keywords)]
            elif name in params:
                used.add(name)
            else:
                work += [
                    table.facts.assigns[place].value
                    for place in table.assigns_in.get(scope, ())
                    if dotted(table.facts.assigns[place].target) == name
                ]
    return used
