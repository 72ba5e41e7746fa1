"""Which file an import names: the table of modules, and import resolution."""

from __future__ import annotations

from posixpath import dirname, normpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..facts.records import Import


class Modules:
    """The project's Python files by path. Absolute imports resolve against ``src`` roots, else the importing file's
    ancestors, nearest first; a package's own directory is no import root, unless nothing else fits."""

    def __init__(self, paths: Iterable[str], src: Sequence[str] = (), external: frozenset[str] = frozenset()) -> None:
        self.paths = frozenset(path for path in paths if path.endswith(".py"))
        self.directories = frozenset(parent for path in self.paths for parent in ancestors(path))
        self.src = ["" if root == "." else root for root in (normpath(given.strip("/")) for given in src)]
        self.external = external
        self._found: dict[tuple[str, str], str | None] = {}

    def name(self, path: str) -> str:
        """Canonical dotted name of a file, from the project root: ``backend/core/cache.py`` is ``backend.core.cache``."""
        stem = path[:-3]
        return stem.removesuffix("/__init__").replace("/", ".") if "/" in stem else stem

    def package(self, path: str) -> str:
        """Directory of a file, ``""`` for the root."""
        return dirname(path)

    def module(self, directory: str, dotted: str) -> str | None:
        """The file, or directory of a namespace package, that ``dotted`` names below a directory."""
        base = "/".join(filter(None, [directory, dotted.replace(".", "/")]))
        if not base:
            return f"{directory}/__init__.py" if f"{directory}/__init__.py" in self.paths else None
        if f"{base}/__init__.py" in self.paths:
            return f"{base}/__init__.py"
        if f"{base}.py" in self.paths:
            return f"{base}.py"
        return base if base in self.directories else None

    def absolute(self, importer: str, dotted: str) -> str | None:
        """The file or namespace directory that an absolute import names, or None when it is no part of the project."""
        key = (importer.rpartition("/")[0], dotted)
        if key not in self._found:
            self._found[key] = self._absolute(importer, dotted)
        found = self._found[key]
        return None if found == importer and "." not in dotted and found.count("/") else found

    def _absolute(self, importer: str, dotted: str) -> str | None:
        head = dotted.partition(".")[0]
        if head in self.external and not any(self.module(root, head) for root in self.src):
            return None
        roots = [*self.src, *ancestors(importer)]
        last: str | None = None
        for root in roots:
            if self.module(root, head) is None:
                continue
            found = self.module(root, dotted)
            if found is None:
                continue
            if f"{root}/__init__.py" not in self.paths or root in self.src:
                return found
            last = last or found
        return last

    def relative(self, importer: str, level: int, dotted: str) -> str | None:
        """The file or directory that a relative import names."""
        directory = dirname(importer)
        for _ in range(level - 1):
            directory = dirname(directory)
        if not dotted:
            init = f"{directory}/__init__.py" if directory else "__init__.py"
            return init if init in self.paths else directory
        return self.module(directory, dotted)

    def target(self, importer: str, record: Import) -> str | None:
        """The file or directory that an import statement takes from (not what ``attribute`` names in it)."""
        if record.level:
            return self.relative(importer, record.level, record.module)
        return self.absolute(importer, record.module)

    def submodule(self, package: str, name: str) -> str | None:
        """The module ``name`` of a package's ``__init__.py`` or of a namespace directory."""
        if package.endswith(".py"):
            if not package.endswith("__init__.py"):
                return None
            package = dirname(package)
        return self.module(package, name)


def ancestors(path: str) -> list[str]:
    """Directories above a file, nearest first, ending with ``""``."""
    result = []
    while path:
        path = dirname(path)
        result.append(path)
    return result or [""]
