"""What ``atomlint agents sync`` would make of a project's documents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..config.errors import shown
from ..document import Document
from ..report import Trouble
from ..source import DecodeError, Source
from .blocks import RULES, read_blocks
from .declared import Instructions, is_agent_document
from .told import synced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..config import Settings
    from ..declare import Rule
    from ..engine import Engine, Request
    from ..workspace import Workspace

LIMIT = 4_000_000
"""Bytes of the largest document that is written to."""


class SyncError(Exception):
    """What is in the way of a document; ``str()`` is one line."""


class Draft(NamedTuple):
    """One document: its bytes, None when it does not exist yet, and what they should be."""

    path: Path
    before: bytes | None
    after: bytes

    @property
    def shown(self) -> str:
        """The path as people should see it."""
        return shown(self.path)


def drafts(engine: Engine, request: Request, files: Sequence[str] = ()) -> Iterator[Draft]:
    """The named files of the project around the working directory, or what its projects have of documents.

    Raises:
        SyncError: a document cannot be read or written to, or there is none.
        UsageError: the configuration is wrong.
    """
    if files:
        for name in files:
            path = Path(os.path.abspath(request.cwd / name))  # noqa: PTH100 - links stay
            if path.suffix.lower() not in (".md", ".markdown"):
                raise SyncError(f"{name}: the block of rules goes into a Markdown file")
            if not path.parent.is_dir():
                raise SyncError(f"{name}: no such folder: {shown(path.parent)}")
            settings = engine.settings(request, path.parent)
            yield _draft(path, path.name, engine.registry.told(settings.own))
        return
    found = [draft for settings, workspace, _ in engine.projects(request) for draft in _of(engine, settings, workspace)]
    if not found:
        raise SyncError(
            "there is no CLAUDE.md or AGENTS.md here: name the file to write, as in `agents sync CLAUDE.md`"
        )
    yield from found


def _of(engine: Engine, settings: Settings, workspace: Workspace) -> Iterator[Draft]:
    """Every document of a project that holds the block; else its own document, where it has one."""

    def find(path: str) -> Document | None:
        data = workspace.read(path)
        if isinstance(data, Trouble):
            return None
        source = Source(path, data)
        try:
            _ = source.text
        except DecodeError as error:
            raise SyncError(f"{path}: {error}") from None
        return Document(path, "markdown", source)

    documents = [document for _, document in Instructions(tuple(workspace.files), find).documents]
    chosen = [document.path for document in documents if read_blocks(document.markdown).named(RULES)]
    if not chosen:
        own = [document.path for document in documents if "/" not in document.path and is_agent_document(document.path)]
        # CLAUDE.md that imports AGENTS.md says the same to everyone when AGENTS.md holds the block.
        chosen = [path for path in own if path == "AGENTS.md" and _imports(documents, path)] or own[-1:]
    rules = engine.registry.told(settings.own)
    for path in chosen:
        yield _draft(settings.root / path, path, rules)


def _imports(documents: Sequence[Document], path: str) -> bool:
    from .imports import read_imports

    others = (document for document in documents if document.path != path)
    return any(one.target == path for document in others for one in read_imports(document))


def _draft(path: Path, name: str, rules: Sequence[Rule]) -> Draft:
    try:
        before = path.read_bytes() if path.exists() else None
        if before is not None and len(before) > LIMIT:
            raise SyncError(f"{shown(path)}: larger than {LIMIT:,} bytes")
        source = Source(name, before or b"")
        document = Document(name, "markdown", source)
        for problem in read_blocks(document.markdown).wrong(RULES):
            raise SyncError(f"{shown(path)}:{problem.span.start.line}: {problem.message}")
        text = synced(document, rules)
        after = source.encode(text)
        if not read_blocks(Document(name, "markdown", Source(name, after)).markdown).named(RULES):
            raise SyncError(f"{shown(path)}: the block would stand in code or in a comment that is not closed")
    except OSError as error:
        raise SyncError(f"{shown(path)}: {error.strerror or error}") from None
    except DecodeError as error:
        raise SyncError(f"{shown(path)}: {error}") from None
    return Draft(path, before, after)
