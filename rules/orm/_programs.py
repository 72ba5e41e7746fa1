"""Which modules run in one program: those that a common module imports."""

from __future__ import annotations

from collections import defaultdict
from posixpath import dirname
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atomlint import Index

ARCHIVES = frozenset(
    {
        "archive",
        "_archive",
        "archived",
        "archives",
        "legacy",
        "_legacy",
        "deprecated",
        "old",
        "_old",
        "backup",
        "backups",
        "attic",
    }
)


def is_archived(path: str) -> bool:
    """Whether a path lies in a folder of things that are kept, not run."""
    return not ARCHIVES.isdisjoint(path.lower().split("/")[:-1])


def programs(index: Index, path: str) -> frozenset[str]:
    """The module and every module outside of tests that imports it, over any number of steps."""
    importers: dict[str, set[str]] = index.keep("orm importers", lambda: _importers(index))
    found: frozenset[str] = index.keep(("orm programs", path), lambda: _closure(path, importers))
    return found


def together(index: Index, first: str, second: str) -> bool:
    """Whether some module of the project loads both files."""
    return first == second or not programs(index, first).isdisjoint(programs(index, second))


def _importers(index: Index) -> dict[str, set[str]]:
    modules = index.project.linker.modules
    table: dict[str, set[str]] = defaultdict(set)
    for path in index.paths:
        if path in index.tests:
            continue
        for record in index.project.linker.table(path).facts.imports:
            target = modules.target(path, record)
            if target is None:
                continue
            loaded = {target}
            if record.attribute:
                loaded.add(modules.submodule(target, record.attribute) or target)
            for name in loaded:
                table[name].add(path)
                package = dirname(name)
                while package and not path.startswith(f"{package}/"):  # importing a module runs the packages around it
                    table[f"{package}/__init__.py"].add(path)
                    package = dirname(package)
    return dict(table)


def _closure(start: str, edges: dict[str, set[str]]) -> frozenset[str]:
    seen = {start}
    work = [start]
    while work:
        for target in edges.get(work.pop(), ()):
            if target not in seen:
                seen.add(target)
                work.append(target)
    return frozenset(seen)
