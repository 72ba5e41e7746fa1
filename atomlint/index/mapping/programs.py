"""Which modules run in one program: those that a common module imports, and in which order."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from posixpath import dirname
from typing import TYPE_CHECKING

from .names import typing_only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facade import Index

ARCHIVES = frozenset(
    {
        "archive", "_archive", "archived", "archives", "legacy", "_legacy", "deprecated", "old", "_old", "backup",
        "backups", "attic",
    }
)  # fmt: skip
LOADERS = ("import_module", "__import__", "walk_packages", "iter_modules", "exec_module", "autodiscover_modules")
"""Calls that import modules by computed names."""
MAINS = frozenset({"__main__.py", "main.py", "wsgi.py", "asgi.py", "manage.py", "app.py"})
APPLICATIONS = ("FastAPI", "Flask", "Celery", "Starlette", "Quart", "Sanic", "Litestar", "Typer")
"""Calls that make the application that a program serves."""


def is_archived(path: str) -> bool:
    """Whether a path lies in a folder of things that are kept, not run."""
    return not ARCHIVES.isdisjoint(path.lower().split("/")[:-1])


class Programs:
    """Who imports whom, outside of tests. Imports inside of functions count: they happen at some time."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.linker = index.project.linker
        self._loads: dict[str, frozenset[str]] = {}

    @cached_property
    def imports(self) -> dict[str, list[str]]:
        """Modules that each module imports, in order, with the packages around them."""
        return {
            path: list(dict.fromkeys(self._imports(path))) for path in self.index.paths if path not in self.index.tests
        }

    def _imports(self, path: str) -> Iterator[str]:
        table = self.linker.table(path)
        modules = self.linker.modules
        for record in table.facts.imports:
            target = modules.target(path, record)
            if target is None or typing_only(table, record.frame):
                continue
            loaded = [target]
            if record.attribute:
                submodule = modules.submodule(target, record.attribute)
                loaded += [submodule] if submodule is not None and submodule != target else []
            for name in loaded:
                package, around = dirname(name), []
                while package and not path.startswith(f"{package}/"):  # importing a module runs the packages around it
                    around.append(f"{package}/__init__.py")
                    package = dirname(package)
                yield from reversed(around)
                if name != path:
                    yield name

    @cached_property
    def importers(self) -> dict[str, set[str]]:
        """Modules that import each module."""
        table: dict[str, set[str]] = defaultdict(set)
        for path, targets in self.imports.items():
            for target in targets:
                table[target].add(path)
        return dict(table)

    def loaders(self, path: str) -> frozenset[str]:
        """The module and every module outside of tests that imports it, over any number of steps."""
        known = self._loads.get(path)
        if known is None:
            seen = {path}
            work = [path]
            while work:
                for importer in self.importers.get(work.pop(), ()):
                    if importer not in seen:
                        seen.add(importer)
                        work.append(importer)
            known = self._loads[path] = frozenset(seen)
        return known

    def together(self, first: str, second: str) -> bool:
        """Whether some module loads both files.

        Where no program of the project loads either, whoever imports one may import both.
        """
        if first == second or not self.loaders(first).isdisjoint(self.loaders(second)):
            return True
        return self.mains.isdisjoint(self.loaders(first)) and self.mains.isdisjoint(self.loaders(second))

    def always_without(self, path: str, other: str) -> bool:
        """Whether every program that loads a file runs without another one.

        Unknown, so no, when no program loads the file, or when modules are imported by computed names.
        """
        if path == other or self.loads_by_name:
            return False
        loaders = self.loaders(path)
        return loaders.isdisjoint(self.loaders(other)) and not loaders.isdisjoint(self.mains)

    @cached_property
    def mains(self) -> frozenset[str]:
        """Modules that programs start with: those that say so, that are called so, or that make an application."""
        found = {path for path in self.imports if path.rpartition("/")[2] in MAINS or self._says_main(path)}
        found |= {path for name in APPLICATIONS for path, _ in self.linker.call_sites(name) if path in self.imports}
        return frozenset(found)

    def _says_main(self, path: str) -> bool:
        return any(
            frame.kind == "if" and type(frame.test) is list and "__name__" in frame.test and "'__main__" in frame.test
            for frame in self.linker.table(path).facts.frames
        )

    def is_revision(self, path: str) -> bool:
        """Whether a file is one step of a migration by Alembic: its tables are as they were on some day."""
        names = self.linker.table(path).names
        return (0, "revision") in names and (0, "down_revision") in names

    @cached_property
    def loads_by_name(self) -> bool:
        """Whether some module outside of tests imports others by names that it computes."""
        return any(path not in self.index.tests for name in LOADERS for path, _ in self.linker.call_sites(name))

    @cached_property
    def order(self) -> dict[str, int]:
        """The turn of each module: what it imports first comes before it, as at start."""
        order: dict[str, int] = {}
        for root in sorted(self.imports, key=lambda path: (path in self.importers, path)):
            stack: list[tuple[str, Iterator[str]]] = [(root, iter(self.imports[root]))]
            entered = {root}
            if root in order:
                continue
            while stack:
                path, rest = stack[-1]
                for target in rest:
                    if target in self.imports and target not in order and target not in entered:
                        entered.add(target)
                        stack.append((target, iter(self.imports[target])))
                        break
                else:
                    order[path] = len(order)
                    stack.pop()
        return order
