"""Functions that nothing names: what is known of that before it is known what requests reach."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from .expressions import expressions, inside, references
from .tables import text_of
from .unused import outermost

if TYPE_CHECKING:
    from .linker import Linker

WORD = re.compile(r"\w+")


class Left:
    """Tells functions of modules that no call, import, decorator, text or list of exports names."""

    def __init__(self, linker: Linker) -> None:
        self.linker = linker

    def around(self, path: str, scope: int) -> int:
        """The scope of such a function around a place; 0 where there is none."""
        table = self.linker.table(path)
        at = outermost(table, scope)
        record = table.facts.scopes[at]
        if not at or record.parent or record.decorators or record.name.startswith("__"):
            return 0
        return 0 if self.linker.call_sites(record.name) or record.name in self._named else at

    @cached_property
    def _named(self) -> frozenset[str]:
        """Every name in the project's expressions, imports, exports and texts."""
        found: set[str] = set()
        for path in self.linker.linked:
            table = self.linker.table(path)
            found.update(record.attribute for record in table.facts.imports if record.attribute)
            found.update(table.facts.exports or ())
            for _, expr in expressions(table):
                found.update(part for name in references(expr) for part in name.split("."))
                for part in inside(expr):
                    found.update(WORD.findall(text_of(part) or ""))
        return frozenset(found)
