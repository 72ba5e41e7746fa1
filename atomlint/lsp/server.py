"""The language server: what editors tell it, and what it tells them. The answers are those of ``check``."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .. import __version__
from .actions import QUICK, Actions, wanted
from .board import Board
from .buffers import Buffers
from .checks import DEBOUNCE, Batch, Checks
from .diagnostics import Client
from .places import key_of, path_of
from .roots import Roots
from .runs import Runner
from .session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

WATCHED = ("**/*.{py,pyi,toml,md,env}", "**/.env*", "**/{Dockerfile,Containerfile,Procfile}*")


class Server(LanguageServer):
    """One client's server; it keeps one engine as long as it lives."""

    def __init__(self) -> None:
        # Whole texts: a client that sends ranges and a server that counts lines in another way drift apart.
        super().__init__("atomlint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.engine = Session()
        self.buffers = Buffers()
        self.roots = Roots()
        self.board = Board(self.text_document_publish_diagnostics)
        self.client = Client()
        self.checks: Checks | None = None
        self._actions = Actions(self.client, self.buffers.get)
        self._directories: dict[str, str] = {}
        """The directory to check for each open file."""
        self._said: dict[str, tuple[str, ...]] = {}
        """What a directory's last check had to say to the user."""
        self._logged: set[str] = set()

    # --- from the client -------------------------------------------------------------------------------------------

    def begin(self, given: types.ClientCapabilities) -> None:
        """Look at the workspace for the first time."""
        self.client = Client.of(given, self.workspace.position_encoding or types.PositionEncodingKind.Utf16)
        self._actions = Actions(self.client, self.buffers.get)
        self.checks = Checks(Runner(self.engine, self.client), self.buffers.snapshot, self.done)
        if self.client.watches:
            watchers = [types.FileSystemWatcher(pattern) for pattern in WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            asked = types.Registration("watch", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            self.client_register_capability(types.RegistrationParams([asked]))
        self.fold()

    def fold(self) -> None:
        """Take the workspace's folders as they are now, and check them."""
        workspace = self.workspace
        uris = [folder.uri for folder in workspace.folders.values()]
        if not uris and workspace.root_uri:
            uris = [workspace.root_uri]
        self.roots.set(path for uri in uris if (path := path_of(uri)) is not None and os.path.isdir(path))  # noqa: PTH112
        for key in self.buffers:
            self._settle(key)
        self._leave()
        self.want(self._used())

    def take(self, uri: str, version: int, text: str, delay: float) -> None:
        """A document was opened or changed."""
        key = self.buffers.put(uri, version, text)
        if key is None:
            return
        if key not in self._directories:
            self._settle(key)
        self.want([self._directories[key]] if key in self._directories else [], delay)

    def drop(self, uri: str) -> None:
        """A document was closed: the disk counts again."""
        key = self.buffers.drop(uri)
        directory = self._directories.pop(key, None) if key is not None else None
        if directory is not None:
            self._leave()
            self.want([directory] if directory in self._used() else [])

    def look(self, paths: Iterable[str | None], delay: float = 0) -> None:
        """Files were saved, made or deleted: check the projects that they are in."""
        keys = [key_of(path) for path in paths if path is not None]
        used = self._used()
        around = {directory: os.path.join(key_of(directory), "") for directory in used}  # noqa: PTH118
        near = [d for d in used if any(k.startswith(around[d]) or self._directories.get(k) == d for k in keys)]
        self.want(near or used, delay)  # what lies in no project may be a configuration above one

    def want(self, directories: Iterable[str], delay: float = 0) -> None:
        """Check directories' projects."""
        chosen = list(directories)
        if self.checks is not None and chosen:
            self.checks.want(chosen, delay)

    def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """What can be done about the diagnostics at a place."""
        path = path_of(params.text_document.uri)
        if path is None or not wanted(params.context):
            return []
        card = self.board.card(key_of(path))
        return self._actions.at(key_of(path), card, params.range) if card is not None else []

    def stop(self) -> None:
        """Begin nothing more."""
        if self.checks is not None:
            self.checks.close()

    # --- to the client ---------------------------------------------------------------------------------------------

    def done(self, batch: Batch) -> None:
        """Show what a batch of checks came to."""
        used = self._used()
        runs = [run for run in batch.runs if run.directory in used]
        self.board.show(runs, batch.buffers, self.buffers.snapshot())
        for run in runs:
            said = run.failure or run.alarms
            if said and self._said.get(run.directory) != said:
                kind = types.MessageType.Error if run.failure else types.MessageType.Warning
                text = "\n".join(said[:5])
                self.window_show_message(types.ShowMessageParams(kind, f"atomlint: {text}"))
            self._said[run.directory] = said
            for note in run.notes:
                self.log(note)

    def log(self, text: str) -> None:
        """Tell the client's log, once."""
        if text not in self._logged:
            self._logged.add(text)
            self.window_log_message(types.LogMessageParams(types.MessageType.Info, text))

    # --- projects --------------------------------------------------------------------------------------------------

    def _settle(self, key: str) -> None:
        buffer = self.buffers.get(key)
        directory = self.roots.of(buffer.path) if buffer is not None else None
        if directory is not None:
            self._directories[key] = directory
            return
        self._directories.pop(key, None)
        if buffer is not None:
            self.log(f"{buffer.path} is in no project: it has no configuration and no repository above it")

    def _used(self) -> list[str]:
        return list(dict.fromkeys([*self.roots.folders, *self._directories.values()]))

    def _leave(self) -> None:
        """Clear what projects showed that nobody looks at any more."""
        used = self._used()
        self.board.forget([known for known in self.board.known() if known not in used], self.buffers.snapshot())


def make_server() -> Server:
    """A server with its handlers, not started."""
    server = Server()

    @server.feature(types.INITIALIZED)
    def _(ls: Server, params: types.InitializedParams) -> None:  # noqa: ARG001
        ls.begin(ls.client_capabilities)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        ls.take(document.uri, document.version, document.text, 0)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        if params.content_changes:
            ls.take(document.uri, document.version, params.content_changes[-1].text, DEBOUNCE)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def _(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
        ls.look([path_of(params.text_document.uri)])

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
        ls.drop(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _(ls: Server, params: types.DidChangeWatchedFilesParams) -> None:
        ls.look([path_of(change.uri) for change in params.changes], DEBOUNCE)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def _(ls: Server, params: types.DidChangeWorkspaceFoldersParams) -> None:  # noqa: ARG001
        ls.fold()

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[QUICK]))
    def _(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
        return ls.actions(params)

    @server.feature(types.SHUTDOWN)
    def _(ls: Server, params: None) -> None:  # noqa: ARG001
        ls.stop()

    return server


def serve() -> None:
    """Serve one client over standard input and output until it leaves.

    Both are taken away from everything else in the process: what a rule of a plug-in prints goes to standard error,
    and no child process reads what the client says.
    """
    stdin, stdout = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    server = make_server()
    server.start_io(stdin, stdout)
    server.stop()
    if server.checks is not None and server.checks.busy:
        abandon()
    server.engine.close()


def abandon() -> None:
    """End at once: the answer that is being worked out has no reader any more."""
    import multiprocessing

    for process in multiprocessing.active_children():
        process.terminate()
    sys.stderr.flush()
    os._exit(0)
