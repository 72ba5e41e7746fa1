"""A real server process and a client that talks to it, for tests of the language server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from typing import TYPE_CHECKING, TypeVar

from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds after which a server that says nothing has failed the test."""
MOMENT = 0.02
"""Seconds after which what a test waits for is looked at again."""
PUBLISHED = types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS


class Editor:
    """What an editor does, in a test's words. Files are named relative to the first folder."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.versions: dict[str, int] = {}
        self.published: list[types.PublishDiagnosticsParams] = []

    def uri(self, path: str | Path) -> str:
        return (self.folder / path).as_uri()

    def open(self, path: str | Path, text: str | None = None, uri: str | None = None) -> None:
        place = self.folder / path
        uri = uri or place.as_uri()
        self.versions[uri] = 1
        text = place.read_bytes().decode() if text is None else text
        document = types.TextDocumentItem(uri, types.LanguageKind.Python, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def change(self, path: str | Path, text: str) -> None:
        uri = self.uri(path)
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    def save(self, path: str | Path, text: str) -> None:
        (self.folder / path).write_bytes(text.encode())
        document = types.TextDocumentIdentifier(self.uri(path))
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

    def close(self, path: str | Path) -> None:
        document = types.TextDocumentIdentifier(self.uri(path))
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

    def touched(self, path: str | Path, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        event = types.FileEvent(self.uri(path), kind)
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([event]))

    def shown(self, path: str | Path) -> Sequence[types.Diagnostic]:
        return self.client.diagnostics.get(self.uri(path), [])

    async def patiently(self, answer: Awaitable[T]) -> T:
        """Wait for the server, and tell what it said if nothing comes."""
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except asyncio.TimeoutError:
            raise self.silent() from None

    def silent(self) -> AssertionError:
        said = [message.message for message in (*self.client.messages, *self.client.log_messages)]
        shown = [f"{uri}: {[str(d.code) for d in found]}" for uri, found in self.client.diagnostics.items()]
        return AssertionError("\n".join(["the server says nothing more", *said, *shown]))

    async def until(self, reached: Callable[[], object]) -> None:
        """Wait until what the server says has made something true.

        It is looked at again every moment: a wait for the next notification would miss the one that arrives while
        the wait itself is being set up.
        """
        waited = 0.0
        heard = self.heard()
        while not reached():
            if waited >= PATIENCE:
                raise self.silent()
            await asyncio.sleep(MOMENT)
            waited = waited + MOMENT if heard == self.heard() else 0.0
            heard = self.heard()

    def heard(self) -> int:
        """How often the server has said something."""
        return len(self.published) + len(self.client.messages)

    async def codes(self, path: str | Path, *expected: str) -> Sequence[types.Diagnostic]:
        """Wait until exactly these rules are shown for a file, and it has been published at all."""

        def reached() -> bool:
            known = self.client.diagnostics.get(self.uri(path))
            return known is not None and sorted(str(d.code) for d in known) == sorted(expected)

        await self.until(reached)
        return self.shown(path)

    async def published_version(self, path: str | Path) -> None:
        """Wait until the diagnostics of a file are those of its present version."""
        uri = self.uri(path)
        await self.until(
            lambda: any(p.uri == uri and p.version == self.versions[uri] for p in self.published),
        )

    async def actions(self, path: str | Path, place: types.Range) -> dict[str, types.CodeAction]:
        context = types.CodeActionContext(diagnostics=[])
        document = types.TextDocumentIdentifier(self.uri(path))
        asked = types.CodeActionParams(document, place, context)
        found = await self.patiently(self.client.text_document_code_action_async(asked))
        return {action.title: action for action in found or [] if isinstance(action, types.CodeAction)}


@contextlib.asynccontextmanager
async def editing(
    folder: Path,
    *more: Path,
    cache: Path,
    encodings: Sequence[types.PositionEncodingKind] | None = None,
    folders: bool = True,
    like: str = "visual-studio-code",
) -> AsyncIterator[Editor]:
    """An editor with these folders open, and its server; both have ended afterwards."""
    client = make_test_lsp_client()
    environment = {**os.environ, "ATOMLINT_CACHE_DIR": str(cache)}
    await client.start_io(sys.executable, "-m", "atomlint", "lsp", env=environment)
    capabilities = client_capabilities(like)
    if encodings is not None:
        capabilities.general = types.GeneralClientCapabilities(position_encodings=list(encodings))
    opened = [types.WorkspaceFolder(place.as_uri(), place.name) for place in (folder, *more)] if folders else None
    editor = Editor(client, folder)

    @client.feature(types.CLIENT_REGISTER_CAPABILITY)
    def _(params: types.RegistrationParams) -> None:
        return None

    keep = client.protocol.fm.features[PUBLISHED]

    def note(params: types.PublishDiagnosticsParams) -> None:
        editor.published.append(params)
        keep(params)

    client.protocol.fm.features[PUBLISHED] = note
    try:
        await client.initialize_session(
            types.InitializeParams(capabilities=capabilities, workspace_folders=opened),
        )
        yield editor
    finally:
        await editor.patiently(client.shutdown_session())
        await client.stop()


def applied(text: str, action: types.CodeAction, uri: str) -> str:
    """A text after an action's edits, made as an editor makes them: in UTF-16."""
    assert action.edit is not None
    if action.edit.document_changes is not None:
        documents = [d for d in action.edit.document_changes if isinstance(d, types.TextDocumentEdit)]
        edits = [e for d in documents if d.text_document.uri == uri for e in d.edits]
    else:
        edits = list((action.edit.changes or {})[uri])
    lines = text.splitlines(keepends=True) or [""]

    def offset(position: types.Position) -> int:
        before = sum(len(line.encode("utf-16-le")) for line in lines[: position.line])
        return before + 2 * position.character

    data = text.encode("utf-16-le")
    for edit in sorted(edits, key=lambda e: offset(e.range.start), reverse=True):
        assert isinstance(edit, types.TextEdit)
        data = data[: offset(edit.range.start)] + edit.new_text.encode("utf-16-le") + data[offset(edit.range.end) :]
    return data.decode("utf-16-le")
