"""What files that are not read may define: nothing is said of names and tables that are missed and stand in one of them.

Those are files that do not parse, and modules that are called like tests beside production code, ``models/test_run.py``, or the
models of a package that is called so, ``tests/models.py``.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from ..tables import text_of
from .texts import snake_case

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facade import Index

NAME = re.compile(r"^[ \t]*(?:class[ \t]+(\w+)|(\w+)[ \t]*=)", re.MULTILINE)
QUOTED = re.compile(r"""["'](\w+)["']""")


class Unread:
    """Looked at when something is missed, and not before."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @cached_property
    def names(self) -> frozenset[str]:
        """Classes that they define, and names that they assign."""
        return frozenset(one or other for text in self._texts for one, other in NAME.findall(text))

    @cached_property
    def tables(self) -> frozenset[str]:
        """Names that a table of theirs can have: written, or made of the name of a class."""
        written = {name for text in self._texts for name in QUOTED.findall(text)}
        return frozenset({*written, *map(snake_case, self.names), *map(str.lower, self.names)})

    def is_stated_apart(self, table: str, path: str) -> bool:
        """Whether a class states a table's name in another top folder than a file: a plugin's, which the program may load."""
        return any(folder != path.partition("/")[0] for folder in self._stated.get(table, ()))

    @cached_property
    def _stated(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path in self.index.paths:
            for assign in self.index.table(path).facts.assigns:
                name = text_of(assign.value) if assign.target == "__tablename__" else None
                if name is not None:
                    found.setdefault(name, set()).add(path.partition("/")[0])
        return found

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        return tuple(self._found())

    def _found(self) -> Iterator[str]:
        for path in self.index.paths:
            facts = self.index.table(path).facts
            if facts.calls or facts.assigns or facts.imports or len(facts.scopes) > 1 or path in self.index.tests:
                continue
            text = self.index.text(path)
            if text is not None and text.strip() and self.index.tree(path) is None:
                yield text
        folders = {path.rpartition("/")[0] for path in self.index.paths}
        for path in sorted(self.index.tests):
            folder, _, name = path.rpartition("/")
            if path.endswith(".py") and (folder in folders or name.startswith("model")):
                yield self.index.text(path) or ""
