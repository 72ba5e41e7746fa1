"""Which files a process imports, from the module that it begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .facade import Index


def imported(index: Index, path: str) -> frozenset[str]:
    """A file and all that it imports, directly or not, inside of functions as well; packages around them among them."""

    def find() -> frozenset[str]:
        linker = index.project.linker
        seen: set[str] = set()
        work = [path]
        while work:
            at = work.pop()
            if at in seen or not at.endswith(".py"):
                continue
            seen.add(at)
            for record in linker.table(at).facts.imports:
                target = linker.modules.target(at, record)
                if target is None:
                    continue
                work.append(target)
                if record.attribute:
                    inner = linker.modules.submodule(target, record.attribute)
                    if inner is not None:
                        work.append(inner)
                folder = target.rpartition("/")[0]
                while folder:
                    if f"{folder}/__init__.py" in linker.modules.paths:
                        work.append(f"{folder}/__init__.py")
                    folder = folder.rpartition("/")[0]
        return frozenset(seen)

    result: frozenset[str] = index.keep(("imported", path), find)
    return result
