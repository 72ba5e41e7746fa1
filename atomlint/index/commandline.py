"""Functions that only somebody at a command line starts: no process that serves requests runs them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Expr
    from .project import Project
    from .tables import Table

COMMANDS = frozenset({"command", "group"})
"""What click, typer and Flask's ``app.cli`` call the decorators of their commands."""
SCRIPTS = re.compile(r"(?:^|/)(?:scripts?|tools?|bin|examples?|benchmarks?|demos?)/")
"""Directories of what somebody runs by hand."""
MAX_DEPTH = 6
MAX_SITES = 20
"""Calls of one name that are looked at: of more, one will be made elsewhere."""


class CommandLine:
    """Follows callers up to the commands; every answer is kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self._alone: dict[Value, bool] = {}

    def runs_alone(self, path: str, call: int) -> bool:
        """Whether a call is only made by commands, as far as all callers of its function are known."""
        function = self._function_of(path, call)
        return bool(function.scope) and self._is_of_commands(function, MAX_DEPTH)

    def _is_of_commands(self, function: Value, depth: int) -> bool:
        if function not in self._alone:
            self._alone[function] = False  # it calls itself
            self._alone[function] = self._look(function, depth)
        return self._alone[function]

    def _look(self, function: Value, depth: int) -> bool:
        table = self.linker.table(function.place)
        record = table.facts.scopes[function.scope]
        if any(self._is_command(table, decorator) for decorator in record.decorators):
            return True
        if not depth or record.decorators or function in self.project.reach.reached:
            return False
        if table.facts.scopes[record.parent].kind == "class":
            return False
        sites = self.linker.callers_of(function, record.name, MAX_SITES)
        return bool(sites) and all(self._begins(*site, function, depth) for site in sites or ())

    def _begins(self, path: str, call: int, function: Value, depth: int) -> bool:
        """Whether a call of a function is made by a command, or by a script: ``if __name__ == "__main__": main()``."""
        caller = self._function_of(path, call)
        if caller.scope:
            return caller == function or self._is_of_commands(caller, depth - 1)
        table = self.linker.table(path)
        frames = table.frames(table.facts.calls[call].frame)
        by_hand = any("__main__" in str(table.facts.frames[number].test) for number in frames)
        return by_hand and SCRIPTS.search(path) is not None  # elsewhere it may start a server

    def _function_of(self, path: str, call: int) -> Value:
        table = self.linker.table(path)
        return Value("def", path, table.enclosing_function(table.facts.calls[call].scope))

    @staticmethod
    def _is_command(table: Table, decorator: Expr) -> bool:
        """``@click.command()``, ``@cli.group``: a name with a last part that says so."""
        if type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdecimal():
            decorator = table.facts.calls[int(decorator[1:])].callee
        name = dotted(decorator) or ""
        return "." in name and name.rpartition(".")[2] in COMMANDS
