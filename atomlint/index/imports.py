"""Imports that fail: a module takes a name from another one of the project, and nothing there binds it.

Importing such a module raises `ImportError`, and so does importing whatever imports it at its top: an application among
them does not start. Names are looked for in modules that are there, as what is missing altogether may be generated.
"""

from __future__ import annotations

import io
import re
import tokenize
from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING, NamedTuple

from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Import
    from .facade import Index
    from .tables import Table

TELLS = "imports"
"""The word of the rule that tells of them: where it is off, or its finding is suppressed, they are taken to work."""
WRITES = re.compile(
    r"\b(?:(?:globals|locals|vars|setattr|exec|eval|extend_path|__import__|import_module)\b|sys\.modules)|__dict__|__path__"
)
"""By what a module may bind names that its text does not show."""
MADE = re.compile(r"_.*|version|.*_pb2(?:_grpc)?")
"""Names of modules in a package that a build may make."""
OWN = "__"
"""What names of modules' own attributes begin with: ``__version__``, ``__doc__``."""


class FailingImport(NamedTuple):
    """One name that an import at the top of a module asks for in vain."""

    path: str
    place: int
    """In the list of the file's imports."""
    target: str
    """The file that has no such name."""
    name: str


class Imports:
    """Finds them among the linked files; every answer is kept."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self.modules = self.linker.modules
        self._linked = frozenset(index.project.linked)

    def stops(self, path: str) -> bool:
        """Whether a file cannot be imported, and the run says so."""
        rule = self.index.explained.get(TELLS)
        failing = self.behind(path) if rule is not None else None
        return failing is not None and str(rule) not in (self.index.text(failing.path) or "")  # in a comment about it

    def behind(self, path: str) -> FailingImport | None:
        """The failing import that importing a file comes to, in the file itself or in what it imports; None for none."""
        return self._broken.get(path)

    @cached_property
    def failing(self) -> tuple[FailingImport, ...]:
        """The first failing import of each file that has one, in path order."""
        return tuple(found for path in self.index.project.linked if (found := self._first(self.linker.table(path))))

    @cached_property
    def _broken(self) -> dict[str, FailingImport]:
        found = {one.path: one for one in self.failing}
        work = list(found)
        importers = self._importers if found else {}
        while work:
            at = work.pop()
            for importer in importers.get(at, ()):
                if importer not in found:
                    found[importer] = found[at]
                    work.append(importer)
        return found

    @cached_property
    def _importers(self) -> dict[str, list[str]]:
        """By file, those whose own import begins with importing it."""
        found: dict[str, list[str]] = {}
        for path in self.index.project.linked:
            for record in _at_the_top(self.linker.table(path)):
                for target in self._loaded(path, record):
                    found.setdefault(target, []).append(path)
        return found

    def _loaded(self, path: str, record: Import) -> Iterator[str]:
        """What an import runs: the module, the packages that it is in, and a submodule that is taken from it."""
        target = self._target(path, record)
        if target is None or not self._is_sure(record, target):
            return
        below = self.modules.submodule(target, record.attribute) if record.attribute else None
        for module in (target, below):
            if module is None:
                continue
            if module.endswith(".py"):
                yield module
            parent = dirname(module)
            while f"{parent}/__init__.py" in self._linked:
                yield f"{parent}/__init__.py"
                parent = dirname(parent)

    def _target(self, path: str, record: Import) -> str | None:
        """The file that an import takes from; a package's own for what it imports from itself."""
        target = self.modules.target(path, record)
        own = f"/{path}".endswith(f"/{record.module.replace('.', '/')}/__init__.py")
        return path if target is None and not record.level and own else target

    # --- one import ------------------------------------------------------------------------------------------------

    def _first(self, table: Table) -> FailingImport | None:
        for place, record in enumerate(table.facts.imports):
            if record.scope or record.frame or not record.attribute or record.attribute == "*":
                continue
            target = self._target(table.path, record)
            if target is None or target == table.path or not self._lacks(target, record.attribute):
                continue
            if not self._is_sure(record, target) or self._is_written(target, record.attribute):
                continue
            if not self._is_put(target, record.attribute):
                return FailingImport(table.path, place, target, record.attribute)
        return None

    def _lacks(self, target: str, name: str) -> bool:
        """Whether a module, as far as its statements tell, binds no such name and is no package with such a module."""
        if target not in self._linked or not self.linker.knows(target) or name.startswith(OWN):
            return False
        table = self.linker.table(target)
        if table.find(0, name)[1] or table.stars or table.find(0, "__getattr__")[1]:
            return False
        text = self.index.text(target)
        return text is not None and WRITES.search(text) is None and not self._may_be_module(target, name)

    def _may_be_module(self, target: str, name: str) -> bool:
        """Whether a package has a file or a directory of a name, of any kind, or a build may put one there."""
        if not target.endswith("__init__.py"):
            return False
        inside = f"{dirname(target)}/{name}".lstrip("/")
        inventory = self.index.inventory
        there = inventory.begins(f"{inside}.") or inventory.begins(f"{inside}/") or inventory.is_ignored(f"{inside}.py")
        return there or MADE.fullmatch(name) is not None

    def _is_put(self, target: str, name: str) -> bool:
        """Whether another module of the project sets an attribute of this one by its name: ``orders.refund = ...``."""
        value = Value("module", target)
        setters = self.index.project.calls.raises.exactly.classes.setters(name)
        return any(value in self.linker.evaluate(path, scope, head) for path, scope, head in setters)

    def _is_written(self, target: str, name: str) -> bool:
        """Whether a name stands in a module's code at all: what binds it may be of a newer Python."""
        text = self.index.text(target)
        if text is None:
            return True
        if name not in text:
            return False
        try:
            tokens = tokenize.generate_tokens(io.StringIO(text).readline)
            return any(token.type == tokenize.NAME and token.string == name for token in tokens)
        except (tokenize.TokenError, SyntaxError):
            return True

    # --- where names of modules are looked for ---------------------------------------------------------------------

    def _is_sure(self, record: Import, target: str) -> bool:
        """Whether a name of a module means the file that is found: a relative one, or where others are imported from, too.

        A directory ``redis`` beside a file that imports from the library of that name is none of its packages.
        """
        return record.level > 0 or _root(record.module, target) in self._roots

    @cached_property
    def _roots(self) -> frozenset[tuple[str, str]]:
        """Directories that modules are imported from, each with a package or module in it that has what is asked of it."""
        found: set[tuple[str, str]] = set()
        for path in self.index.project.linked:
            for record in self.linker.table(path).facts.imports:
                if record.level or not record.attribute or record.attribute == "*":
                    continue
                target = self.modules.target(path, record)
                root = _root(record.module, target) if target is not None and target.endswith(".py") else None
                if target is not None and root is not None and root not in found and not self._is_package(root[0]):
                    table = self.linker.table(target) if target in self._linked else None
                    has = table is not None and bool(table.find(0, record.attribute)[1])
                    if has or self.modules.submodule(target, record.attribute) is not None:
                        found.add(root)
        return frozenset(found)

    def _is_package(self, directory: str) -> bool:
        """Whether a directory is one that modules are imported through, not from."""
        return f"{directory}/__init__.py" in self.modules.paths and directory not in self.modules.src


def _at_the_top(table: Table) -> Iterator[Import]:
    """Imports that run whenever a module is imported, and whose error nothing handles."""
    return (record for record in table.facts.imports if not record.scope and not record.frame)


def _root(module: str, target: str) -> tuple[str, str]:
    """The directory that a module's name counts from, and the first part of the name."""
    stem = target.removesuffix(".py").removesuffix("/__init__")
    return stem.removesuffix(module.replace(".", "/")).rstrip("/"), module.partition(".")[0]
