"""Functions that nothing of the project leads to: left over, or what a library offers to others."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from .expressions import expressions, references
from .tables import dotted
from .value import Value

if TYPE_CHECKING:
    from ..facts.records import Scope
    from .project import Project
    from .tables import Table

PLAIN = frozenset({"staticmethod", "classmethod", "abstractmethod", "override", "wraps", "cache", "lru_cache"})
PLAIN |= {"contextmanager", "asynccontextmanager", "typechecked", "overload"}
"""Decorators that leave it to others to call what they are put on."""
MAX_SITES = 60
"""Calls of one name that are looked at; what is called so often is used."""


class Unused:
    """Tells unused functions; every answer is kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._used: dict[tuple[str, int], bool] = {}
        self._mentions: dict[str, frozenset[str]] = {}

    def holds(self, function: Value) -> bool:
        """Whether no entry point reaches a function, and no call or decorator outside of code that is unused itself."""
        return not self._is_used(function.place, function.scope)

    def _is_used(self, path: str, scope: int) -> bool:
        if Value("def", path, scope) in self.project.whole_reach.reached:
            return True
        table = self.project.linker.table(path)
        at = outermost(table, scope)
        if not at:
            return True  # the module's own code
        if (path, at) not in self._used:
            self._used[path, at] = False  # what only calls itself
            self._used[path, at] = self._is_asked_for(table, at)
        return self._used[path, at]

    def _is_asked_for(self, table: Table, scope: int) -> bool:
        record = table.facts.scopes[scope]
        if self._is_registered(table, record) or self.is_handed_over(table, record.name):
            return True
        owner = table.facts.scopes[record.parent]
        is_method = owner.kind == "class"
        made = is_method and not (owner.bases or owner.decorators or record.decorators or owner.name in self._bases)
        if not record.name.startswith("__"):
            # a call of a base's method may be one of this
            wanted = None if is_method and not made else Value("def", table.path, scope)
            if not self._is_named(record.name, wanted):
                return False
        cls = Value("def", table.path, record.parent)
        return not made or self._is_named(owner.name, cls) or self.is_handed_over(table, owner.name)

    def _is_registered(self, table: Table, record: Scope) -> bool:
        """Whether a decorator may do anything with it, or make it what is read without a call, such as a property."""
        for decorator in record.decorators:
            called = type(decorator) is str and decorator[:1] == "@" and decorator[1:].isdecimal()
            name = dotted(table.facts.calls[int(decorator[1:])].callee if called else decorator) or ""
            if name.rpartition(".")[2] not in PLAIN:
                return True
        return False

    def is_handed_over(self, table: Table, name: str) -> bool:
        """Whether its own file, or one that imports it, names it without a call: ``queue.enqueue(work)``."""
        return any(name in self._named_in(other) for other in (table, *self._importers.get(name, ())))

    @cached_property
    def _importers(self) -> dict[str, list[Table]]:
        """By what is imported from a module, the files that do so."""
        found: dict[str, list[Table]] = defaultdict(list)
        for table in map(self.project.linker.table, self.project.linked):
            for name in {record.attribute for record in table.facts.imports if record.attribute}:
                found[name].append(table)
        return dict(found)

    def _named_in(self, table: Table) -> frozenset[str]:
        """Last names of all that the expressions of a file name."""
        if table.path not in self._mentions:
            names = (name for _, expr in expressions(table) for name in references(expr))
            self._mentions[table.path] = frozenset(name.rpartition(".")[2] for name in names)
        return self._mentions[table.path]

    @cached_property
    def _bases(self) -> frozenset[str]:
        """Last names of all base classes."""
        linker = self.project.linker
        scopes = (scope for path in linker.linked for scope in linker.table(path).facts.scopes)
        return frozenset((dotted(base) or "").rpartition(".")[2] for scope in scopes for base in scope.bases)

    def _is_named(self, name: str, wanted: Value | None) -> bool:
        """Whether used code calls what may be a function or a class, or decorates with it."""
        linker = self.project.linker
        sites = linker.call_sites(name)
        if len(sites) > MAX_SITES or linker.decorated(name):
            return True
        for path, ordinal in sites:
            known = linker.values.callee(path, ordinal)
            if (
                wanted is not None
                and known
                and wanted not in known
                and all(value.kind in ("def", "ext") for value in known)
            ):
                continue
            if self._is_used(path, linker.table(path).facts.calls[ordinal].scope):
                return True
        return False


def outermost(table: Table, scope: int) -> int:
    """The function around all that a scope stands in; 0 for what stands in none."""
    scopes = table.facts.scopes
    at = scope
    while scopes[at].kind != "function" and at:
        at = scopes[at].parent
    while at and scopes[scopes[at].parent].kind == "function" and scopes[at].parent:
        at = scopes[at].parent
    return at
