"""Tables and columns of mapped classes that no revision creates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ...finding import Confidence
from .operations import Reader
from .records import union
from .revisions import environments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facade import Index
    from ..mapping.records import Column, MetaData, Place, Table
    from .records import Made
    from .revisions import Environment

WORD = re.compile(r"\w+")
MOST = 0.5
"""Share of a collection's tables that revisions must create before they are taken for its own."""


class Missing(NamedTuple):
    """One table, or one column of it, that is mapped and never created."""

    table: Table
    column: Column | None
    place: Place
    revisions: int
    """Revisions that were read."""
    last: str
    """The file of the last one."""
    confidence: Confidence


def missing(index: Index) -> list[Missing]:
    """All of a project. Several environments may migrate one collection: what one of them makes is there."""
    targets: dict[MetaData, list[tuple[Environment, Made, bool]]] = {}
    for environment in environments(index):
        made = Reader(index).apply(environment.revisions)
        for metadata, sure in _targets(index, environment, made):
            targets.setdefault(metadata, []).append((environment, made, sure))
    found: list[Missing] = []
    for metadata, together in targets.items():
        made = union([one for _, one, _ in together])
        if not metadata.open and not made.open:
            largest = max((environment for environment, _, _ in together), key=lambda one: len(one.revisions))
            found += _of(index, largest, made, metadata, sure=all(sure for _, _, sure in together))
    return found


def _targets(index: Index, environment: Environment, made: Made) -> Iterator[tuple[MetaData, bool]]:
    """The collections that an environment migrates: those that it names, else the one whose tables its revisions make."""
    bases = index.mapping.builder.bases
    named: list[MetaData] = []
    for site in environment.targets:
        items = index.mapping.builder.names.items(site)
        named += [m for one in items or [site] if (m := bases.metadata_of(one)) is not None]
    named = [m for m in dict.fromkeys(named) if m.tables]
    if named:
        yield from ((metadata, not environment.filters) for metadata in named)
        return
    for metadata in index.mapping.metadatas:
        names = {table.name.lower() for tables in metadata.tables.values() for table in tables}
        if len(names & made.tables.keys()) > max(1, MOST * len(names)):
            yield metadata, False


def _of(index: Index, environment: Environment, made: Made, metadata: MetaData, *, sure: bool) -> Iterator[Missing]:
    level = Confidence.LOW if made.doubtful else Confidence.HIGH if sure else Confidence.MEDIUM
    words = [frozenset(WORD.findall(text)) for text in made.texts]
    last = environment.revisions[-1].path
    created = _creates_all(index, metadata)
    for tables in metadata.tables.values():
        table = tables[0]
        if len(tables) > 1 or not _is_judged(index, table) or table.place is None:
            continue
        known = made.tables.get(table.name.lower())
        if known is None:
            if not created and not any(table.name.lower() in text for text in words):
                yield Missing(table, None, table.place, len(environment.revisions), last, level)
            continue
        if known.open or table.open:
            continue
        for column in table.columns.values():
            name = column.name.lower()
            if column.call is None and not _is_plain(index, column):
                continue
            in_text = any(name in text and table.name.lower() in text for text in words)
            if name not in known.columns | made.columns and not in_text and column.place is not None:
                yield Missing(table, column, column.place, len(environment.revisions), last, level)


def _is_judged(index: Index, table: Table) -> bool:
    """Whether a table is an ordinary one: no view, nothing that autogenerate is told to leave out."""
    owner = table.owner
    if owner is not None and (owner.conditional or owner.refused or owner.cls.in_test):
        return False
    if table.name == "?" or table.place is None or table.place.path in index.tests:
        return False
    if owner is not None:
        args = index.mapping.builder.index.function(owner.cls.value).table.class_attributes.get(
            (owner.cls.ordinal, "__table_args__"), ()
        )
        return not any("'info" in str(assign.value) for assign in args)
    call = index.call(table.place.path, table.place.ordinal) if table.place.kind == "call" else None
    return call is None or "info" not in call.keywords


def _is_plain(index: Index, column: Column) -> bool:
    """Whether the annotation of a column without a call surely stands for a column: an alias may stand for a relationship."""
    annotation = column.attribute.annotation if column.attribute is not None else None
    return annotation is not None and index.mapping.builder.annotations.read(annotation).known


def _creates_all(index: Index, metadata: MetaData) -> bool:
    """Whether a program makes the tables that are not there yet itself, when it starts."""
    from ..mapping.records import Site
    from ..provenance import called_on

    linker = index.project.linker
    for path, ordinal in linker.call_sites("create_all"):
        if path in index.tests:
            continue
        call = linker.table(path).facts.calls[ordinal]
        found = index.mapping.builder.bases.metadata_of(Site(path, call.scope, called_on(call.callee)))
        if found is None or found is metadata:
            return True
    return any(
        path not in index.tests and "create_all" in str(linker.table(path).facts.calls[ordinal].args)
        for path, ordinal in linker.call_sites("run_sync")
    )
