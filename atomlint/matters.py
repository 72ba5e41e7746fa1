"""What matters: which Python files are parsed, by the bytes they hold and the import graph between them."""

from __future__ import annotations

from collections import defaultdict
from posixpath import dirname
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .index.modules import Modules
    from .scan import Scan


def matters(scans: Mapping[str, Scan], modules: Modules) -> list[str]:
    """Files to parse and link, in path order.

    These are the files that hold something an enabled rule needs, those that lead to them by imports (entry points are
    among these), and what all of these import: constants, bases, factories, models.
    """
    imports = {path: frozenset(_targets(path, scan, modules)) for path, scan in scans.items()}
    importers: dict[str, set[str]] = defaultdict(set)
    for path, targets in imports.items():
        for target in targets:
            importers[target].add(path)
    leading = _closure((path for path, scan in scans.items() if scan.needs), importers)
    return sorted(_closure(leading, imports))


def _closure(start: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    seen = set(start)
    work = list(seen)
    while work:
        for target in edges.get(work.pop(), ()):
            if target not in seen:
                seen.add(target)
                work.append(target)
    return seen


def _targets(path: str, scan: Scan, modules: Modules) -> Iterable[str]:
    """Files that an import statement can load."""
    for level, module, names in scan.imports:
        target = modules.relative(path, level, module) if level else modules.absolute(path, module)
        if target is None:
            continue
        if target.endswith(".py"):
            yield target
        if not target.endswith(".py") or target.endswith("/__init__.py"):
            package = dirname(target) if target.endswith(".py") else target
            for name in names:
                found = modules.module(package, name)
                if found is not None and found.endswith(".py"):
                    yield found
