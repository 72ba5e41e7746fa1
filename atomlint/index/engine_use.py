"""Whether a process uses an engine that one of its modules makes: pools open connections when they are asked, not before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .expressions import expressions, references
from .tables import dotted

if TYPE_CHECKING:
    from .engines import Engine
    from .facade import Index
    from .tables import Table

MAX_ROUNDS = 6


def is_used(index: Index, one: Engine, files: frozenset[str], root: str) -> bool:
    """Whether some file of a process takes an engine, or what is made of it, from the engine's module.

    True as well where no file of the project is seen to do so, as its use is then of a kind that is not known.
    """
    path = one.call.path
    if path == root or one.call.scope != 0 or not one.target or "." in one.target:
        return True
    takers = _takers(index, path, one.target)
    return not takers or any(taker in files for taker in takers)


def _takers(index: Index, path: str, target: str) -> frozenset[str]:
    """Files that import what carries an engine, other than packages that only hand it on."""

    def find() -> frozenset[str]:
        names = carriers(index.project.linker.table(path), target)
        found: set[str] = set()
        sources = {path}
        for _ in range(MAX_ROUNDS):
            handing = _importers(index, sources, names)
            found |= {taker for taker in handing if not taker.endswith("__init__.py")}
            inits = {taker for taker in handing if taker.endswith("__init__.py")} - sources
            if not inits:
                break
            sources |= inits
        return frozenset(found - {path})

    result: frozenset[str] = index.keep(("engine-takers", path, target), find)
    return result


def _importers(index: Index, sources: set[str], names: frozenset[str]) -> set[str]:
    modules = index.project.linker.modules
    found = set()
    for path in index.paths:
        if path in index.tests:
            continue
        for record in index.project.linker.table(path).facts.imports:
            target = modules.target(path, record)
            if target is None:
                continue
            inner = modules.submodule(target, record.attribute) if record.attribute else None
            takes = record.attribute in names or record.attribute is None or record.name == "*"
            if (target in sources and takes) or inner in sources:
                found.add(path)
                break
    return found


def carriers(table: Table, target: str) -> frozenset[str]:
    """Names of a module through which an engine is reached: itself, session factories over it, functions that use them."""
    facts = table.facts
    names = {target}
    for _ in range(MAX_ROUNDS):
        before = len(names)
        for place, expr in expressions(table):
            if any(_names(table, reference) & names for reference in references(expr)):
                scope = place.scope
                if scope:
                    while facts.scopes[scope].parent:
                        scope = facts.scopes[scope].parent
                    names.add(facts.scopes[scope].name)
                elif place.kind == "assign":
                    names.add(dotted(facts.assigns[place.ordinal].target) or target)
        for call in facts.calls:
            if call.scope and (dotted(call.callee) or "").partition(".")[0] in names:
                scope = call.scope
                while facts.scopes[scope].parent:
                    scope = facts.scopes[scope].parent
                names.add(facts.scopes[scope].name)
        if len(names) == before:
            break
    return frozenset(names)


def _names(table: Table, reference: str) -> set[str]:
    """The names that a reference is made of: its own, or those of a call's callee and arguments."""
    if reference[:1] != "@":
        return {reference.partition(".")[0]}
    if len(reference) < 2:
        return set()
    call = table.facts.calls[int(reference[1:].partition(".")[0])]
    parts = [call.callee, *call.args, *(value for _, value in call.keywords)]
    return {inner.partition(".")[0] for part in parts for inner in references(part) if inner[:1] != "@"}
