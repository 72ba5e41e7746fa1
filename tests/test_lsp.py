"""The language server as an editor meets it: a real process, real messages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsp_client import Editor, applied, editing
from lsprotocol import types

pytestmark = pytest.mark.asyncio

MISSING = "orm-back-populates-missing"
UNUSED = "atomlint-unused-suppression"
BASE = """\
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
"""
USER = """\
from sqlalchemy import Column, Integer
from sqlalchemy.orm import relationship

from .base import Base


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
"""
WHOLE_USER = USER + '    tickets = relationship("Ticket", back_populates="user")\n'
TICKET = """\
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import relationship

from .base import Base


class Ticket(Base):
    __tablename__ = "tickets"
    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id"))
    user = relationship("User", back_populates="tickets")
"""
NOTHING = 'icon = "🦊🦊"  # atomlint: ignore[redis-per-request] polled\n'
EVERYWHERE = types.Range(types.Position(0, 0), types.Position(9999, 0))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two mapped classes in two files, one of which lacks what the other names."""
    root = tmp_path / "project"
    write(root / "app/__init__.py", "")
    write(root / "app/base.py", BASE)
    write(root / "app/user.py", USER)
    write(root / "app/ticket.py", TICKET)
    return root


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def checked(root: Path, *arguments: str, stdin: str = "") -> list[dict]:
    """The findings of ``atomlint check``."""
    command = [sys.executable, "-m", "atomlint", "check", "--no-cache", "-o", "json", *arguments]
    done = subprocess.run(command, cwd=root, input=stdin.encode(), capture_output=True, check=False)
    assert done.stdout, done.stderr.decode()
    assert done.returncode in (0, 1)
    return [f for f in json.loads(done.stdout)["findings"] if not f["suppressed"]]


def places(findings: list[dict]) -> set[tuple]:
    """Path, rule, start (from 0) and fingerprint of the findings of ``check``, in ASCII files."""
    return {
        (f["path"], f["rule"], f["start"]["line"] - 1, f["start"]["column"] - 1, f["fingerprint"]) for f in findings
    }


def published(editor: Editor) -> set[tuple]:
    """The same of what the editor shows."""
    return {
        (uri.removeprefix(editor.folder.as_uri() + "/"), d.code, d.range.start.line, d.range.start.character, d.data)
        for uri, diagnostics in editor.client.diagnostics.items()
        for d in diagnostics
    }  # fmt: skip


async def test_the_editor_shows_what_check_finds_in_every_file_opened_or_not(tmp_path: Path, cache: Path) -> None:
    root = tmp_path / "saas"
    shutil.copytree(Path(__file__).parent.parent / "examples/incident/before", root)
    findings = checked(root)
    assert len({f["path"] for f in findings}) > 3
    async with editing(root, cache=cache) as editor:
        await editor.until(lambda: published(editor) == places(findings))


async def test_a_diagnostic_says_where_how_sure_and_why(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache) as editor:
        (shown,) = await editor.codes("app/ticket.py", MISSING)
    (found,) = checked(project)
    assert shown.source == "atomlint"
    assert shown.message.startswith(found["message"])
    assert shown.data == found["fingerprint"]
    assert shown.code_description is not None
    assert MISSING in shown.code_description.href
    assert (found["severity"], found["confidence"]) == ("error", "high")
    assert shown.severity == types.DiagnosticSeverity.Error, "it would fail a run"
    (related,) = shown.related_information or []
    assert related.location.uri == editor.uri("app/user.py")
    assert related.message == found["related"][0]["message"]


async def test_an_unsaved_buffer_counts_for_other_files_as_it_does_for_check(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache) as editor:
        editor.open("app/user.py")
        await editor.codes("app/ticket.py", MISSING)
        editor.change("app/user.py", WHOLE_USER)
        await editor.codes("app/ticket.py")
        assert (project / "app/user.py").read_text() == USER

        moved = TICKET.replace("class Ticket", "\n\nclass Ticket").replace("tickets", "cards")
        editor.open("app/ticket.py")
        editor.change("app/ticket.py", moved)
        await editor.codes("app/ticket.py", MISSING)
        (project / "app/user.py").write_text(WHOLE_USER)  # the command line takes one buffer
        unsaved = published(editor)
        assert unsaved >= places(checked(project, "--stdin-filename", "app/ticket.py", stdin=moved))
        editor.save("app/user.py", WHOLE_USER)
        editor.save("app/ticket.py", moved)
        await editor.published_version("app/ticket.py")
        assert published(editor) == unsaved == places(checked(project))


async def test_closing_a_changed_buffer_brings_the_disk_back(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache) as editor:
        editor.open("app/user.py")
        editor.change("app/user.py", WHOLE_USER)
        await editor.codes("app/ticket.py")
        editor.close("app/user.py")
        await editor.codes("app/ticket.py", MISSING)


async def test_a_file_that_another_program_changes_or_deletes_is_looked_at(project: Path, cache: Path) -> None:
    write(project / "app/icons.py", NOTHING)
    async with editing(project, cache=cache) as editor:
        await editor.codes("app/ticket.py", MISSING)
        await editor.codes("app/icons.py", UNUSED)
        (project / "app/icons.py").unlink()
        editor.touched("app/icons.py", types.FileChangeType.Deleted)
        await editor.codes("app/icons.py")
        write(project / "app/user.py", WHOLE_USER)
        editor.touched("app/user.py")
        await editor.codes("app/ticket.py")


async def test_a_deleted_file_that_is_still_open_counts_by_its_buffer(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache) as editor:
        editor.open("app/ticket.py")
        await editor.codes("app/ticket.py", MISSING)
        (project / "app/ticket.py").unlink()
        editor.change("app/ticket.py", "\n" + TICKET)
        await editor.published_version("app/ticket.py")
        assert [d.range.start.line for d in editor.shown("app/ticket.py")] == [11]
        editor.close("app/ticket.py")
        await editor.codes("app/ticket.py")


async def test_half_typed_code_is_a_syntax_error_and_leaves_other_files_as_they_were(
    project: Path, cache: Path
) -> None:
    write(project / "app/user.py", WHOLE_USER)
    async with editing(project, cache=cache) as editor:
        editor.open("app/user.py")
        await editor.published_version("app/user.py")
        editor.change("app/user.py", WHOLE_USER + "    name = Column(\n")
        (shown,) = await editor.codes("app/user.py", "atomlint-syntax-error")
        assert shown.range.start.line == WHOLE_USER.count("\n")
        assert not editor.shown("app/ticket.py"), "User cannot be read: it is not known to lack anything"
        editor.change("app/user.py", USER)
        await editor.codes("app/user.py")
        await editor.codes("app/ticket.py", MISSING)
        # What others are shown in the meantime is their own present state.
        editor.change("app/user.py", USER + "    name = Column(\n")
        await editor.codes("app/user.py", "atomlint-syntax-error")
        assert [d.code for d in editor.shown("app/ticket.py")] == [MISSING]
        editor.open("app/ticket.py")
        editor.change("app/ticket.py", "\n" + TICKET)
        await editor.published_version("app/ticket.py")
        assert [d.range.start.line for d in editor.shown("app/ticket.py")] == [11]


@pytest.mark.parametrize(
    ("encoding", "column"),
    [(None, 34), (types.PositionEncodingKind.Utf8, 38), (types.PositionEncodingKind.Utf32, 32)],
)
async def test_columns_are_counted_in_the_unit_that_the_client_asks_for(
    tmp_path: Path, cache: Path, encoding: types.PositionEncodingKind | None, column: int
) -> None:
    write(tmp_path / "app/icons.py", NOTHING)
    async with editing(tmp_path / "app", cache=cache, encodings=None if encoding is None else [encoding]) as editor:
        (shown,) = await editor.codes("icons.py", UNUSED)
    assert NOTHING.index("redis-per-request") == 32
    assert (shown.range.start.character, shown.range.end.character) == (column, column + len("redis-per-request"))


async def test_a_safe_fix_is_preferred_and_gives_clean_text(tmp_path: Path, cache: Path) -> None:
    text = '"""Icons 🦊."""\r\n' + NOTHING.replace("\n", "\r\n") + "size = 4\r\n"
    write(tmp_path / "app/icons.py", text)
    async with editing(tmp_path / "app", cache=cache) as editor:
        editor.open("icons.py")
        await editor.published_version("icons.py")
        (action,) = (await editor.actions("icons.py", editor.shown("icons.py")[0].range)).values()
        assert action.is_preferred
        assert action.kind == types.CodeActionKind.QuickFix
        assert [d.code for d in action.diagnostics or []] == [UNUSED]
        fixed = applied(text, action, editor.uri("icons.py"))
        assert fixed == '"""Icons 🦊."""\r\nicon = "🦊🦊"\r\nsize = 4\r\n'
        editor.change("icons.py", fixed)
        await editor.codes("icons.py")


async def test_an_unsafe_fix_is_offered_as_such_and_may_edit_a_file_that_is_not_open(
    project: Path, cache: Path
) -> None:
    async with editing(project, cache=cache) as editor:
        editor.open("app/ticket.py")
        await editor.published_version("app/ticket.py")
        actions = await editor.actions("app/ticket.py", EVERYWHERE)
        (title,) = [title for title in actions if title.endswith("(unsafe)")]
        assert not actions[title].is_preferred
        edit = actions[title].edit
        assert edit is not None
        (changed,) = edit.document_changes or []
        assert isinstance(changed, types.TextDocumentEdit)
        version = 1 if changed.text_document.uri == editor.uri("app/ticket.py") else None
        assert changed.text_document.version == version


async def test_ignoring_here_suppresses_the_finding_and_nothing_is_unused(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache) as editor:
        editor.open("app/ticket.py")
        await editor.published_version("app/ticket.py")
        action = (await editor.actions("app/ticket.py", EVERYWHERE))[f"Ignore {MISSING} here"]
        ignored = applied(TICKET, action, editor.uri("app/ticket.py"))
        assert ignored == TICKET.rstrip("\n") + f"  # atomlint: ignore[{MISSING}]\n"
        editor.change("app/ticket.py", ignored)
        await editor.codes("app/ticket.py")
    assert not checked(project, "--stdin-filename", "app/ticket.py", stdin=ignored)


async def test_a_client_without_versioned_edits_gets_plain_ones(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache, like="neovim@v0.6.1") as editor:
        editor.open("app/ticket.py")
        await editor.published_version("app/ticket.py")
        actions = await editor.actions("app/ticket.py", EVERYWHERE)
        supports = editor.client.capabilities.workspace.workspace_edit.document_changes  # type: ignore[union-attr]
        edit = actions[f"Ignore {MISSING} here"].edit
    assert not supports
    assert edit is not None
    assert edit.document_changes is None
    assert edit.changes


async def test_no_action_is_offered_for_a_place_without_a_diagnostic_or_for_other_kinds(
    project: Path, cache: Path
) -> None:
    async with editing(project, cache=cache) as editor:
        editor.open("app/ticket.py")
        await editor.published_version("app/ticket.py")
        top = types.Range(types.Position(0, 0), types.Position(0, 0))
        assert not await editor.actions("app/ticket.py", top)
        context = types.CodeActionContext([], only=[types.CodeActionKind.Refactor])
        document = types.TextDocumentIdentifier(editor.uri("app/ticket.py"))
        asked = types.CodeActionParams(document, EVERYWHERE, context)
        assert not await editor.client.text_document_code_action_async(asked)


async def test_a_wrong_configuration_is_said_once_and_the_server_lives_on(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache) as editor:
        await editor.codes("app/ticket.py", MISSING)
        write(project / "atomlint.toml", 'selct = ["orm"]\n')
        editor.touched("atomlint.toml")
        await editor.until(lambda: editor.client.messages)
        (message,) = editor.client.messages
        assert message.type == types.MessageType.Error
        assert "did you mean 'select'?" in message.message
        assert editor.shown("app/ticket.py"), "what was known stays"
        editor.open("app/user.py")
        editor.change("app/user.py", WHOLE_USER)
        write(project / "atomlint.toml", 'select = ["orm"]\n')
        editor.touched("atomlint.toml")
        await editor.codes("app/ticket.py")
        assert len(editor.client.messages) == 1


async def test_suppressed_and_baselined_findings_are_not_shown(project: Path, cache: Path) -> None:
    (known,) = checked(project)
    write(project / "app/icons.py", NOTHING)
    async with editing(project, cache=cache) as editor:
        editor.open("app/ticket.py")
        await editor.codes("app/ticket.py", MISSING)
        editor.change("app/ticket.py", TICKET.rstrip() + f"  # atomlint: ignore[{MISSING}] mapped elsewhere\n")
        await editor.codes("app/ticket.py")
        editor.change("app/ticket.py", TICKET)
        await editor.codes("app/ticket.py", MISSING)
        write(project / "known.json", json.dumps({"version": 1, "findings": {known["fingerprint"]: 1}}))
        write(project / "atomlint.toml", 'baseline = "known.json"\n')
        editor.touched("atomlint.toml")
        await editor.codes("app/ticket.py")
        assert editor.shown("app/icons.py"), "what is new is shown"


async def test_other_kinds_of_documents_and_untitled_ones_do_no_harm(project: Path, cache: Path) -> None:
    async with editing(project, cache=cache) as editor:
        editor.open("notes.rs", "fn main() {}")
        editor.open("untitled", "x = 1", uri="untitled:Untitled-1")
        editor.open("diff", "x = 1", uri="git:/somewhere/app.py?ref")
        editor.open("app/ticket.py")
        await editor.codes("notes.rs")
        await editor.codes("app/ticket.py", MISSING)
        assert all(uri.startswith("file:") for uri in editor.client.diagnostics)


async def test_names_with_odd_characters_are_published_as_the_client_spells_them(tmp_path: Path, cache: Path) -> None:
    name = "a b;c#ü%41.py"
    root = tmp_path / "app"
    write(root / name, NOTHING)
    loose = f"{root.as_uri()}/a%20b;c%23ü%2541.py"
    async with editing(root, cache=cache) as editor:
        await editor.codes(name, UNUSED)
        editor.open(name, uri=loose)
        await editor.until(lambda: editor.client.diagnostics.get(loose))
        assert not editor.shown(name), "the other spelling is cleared"


async def test_every_folder_of_a_workspace_is_a_request_of_its_own(tmp_path: Path, cache: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name / "icons.py", NOTHING)
    write(tmp_path / "two/atomlint.toml", f'ignore = ["{UNUSED}"]\n')
    async with editing(tmp_path / "one", tmp_path / "two", cache=cache) as editor:
        await editor.codes("icons.py", UNUSED)
        editor.open("../two/icons.py", uri=(tmp_path / "two/icons.py").as_uri())
        two = (tmp_path / "two/icons.py").as_uri()
        await editor.until(lambda: two in editor.client.diagnostics)
        assert not editor.client.diagnostics[two]
        write(tmp_path / "two/atomlint.toml", "")
        (changed,) = [types.FileEvent((tmp_path / "two/atomlint.toml").as_uri(), types.FileChangeType.Changed)]
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
        await editor.until(lambda: editor.client.diagnostics[two])


async def test_two_folders_of_one_project_show_the_newer_of_their_results(project: Path, cache: Path) -> None:
    write(project / "atomlint.toml", "")
    async with editing(project, project / "app", cache=cache) as editor:
        editor.open("app/user.py")
        await editor.codes("app/ticket.py", MISSING)
        editor.change("app/user.py", WHOLE_USER)
        await editor.codes("app/ticket.py")
        gone = types.WorkspaceFolder((project / "app").as_uri(), "app")
        event = types.WorkspaceFoldersChangeEvent(added=[], removed=[gone])
        editor.client.workspace_did_change_workspace_folders(types.DidChangeWorkspaceFoldersParams(event))
        editor.change("app/user.py", USER)
        await editor.codes("app/ticket.py", MISSING)


async def test_a_file_outside_of_any_folder_is_seen_in_its_own_project(project: Path, cache: Path) -> None:
    write(project / "atomlint.toml", "")
    async with editing(project, cache=cache, folders=False) as editor:
        editor.open("app/ticket.py")
        await editor.codes("app/ticket.py", MISSING)
        editor.change("app/ticket.py", TICKET + "\n")
        await editor.codes("app/ticket.py", MISSING)
        editor.close("app/ticket.py")
        await editor.codes("app/ticket.py")


async def test_a_buffer_in_its_declared_encoding_is_what_saving_it_would_be(tmp_path: Path, cache: Path) -> None:
    text = "# -*- coding: latin-1 -*-\n" + NOTHING.replace("🦊", "ü")
    path = tmp_path / "app/icons.py"
    path.parent.mkdir()
    path.write_bytes(text.encode("latin-1"))
    async with editing(tmp_path / "app", cache=cache) as editor:
        (before,) = await editor.codes("icons.py", UNUSED)
        editor.open("icons.py", text)
        await editor.published_version("icons.py")
        assert list(editor.shown("icons.py")) == [before]
        editor.change("icons.py", "# -*- coding: latin-1 -*-\n" + NOTHING)
        (shown,) = await editor.codes("icons.py", UNUSED)
        assert shown.range.start.line == 1, "a text that its encoding lacks is read as what it is"


async def test_without_the_extra_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['pygls'] = None; from atomlint.cli import main; main(['lsp'])"
    done = subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().splitlines() == [
        "atomlint: the language server needs pygls: pip install '.[lsp]' in a checkout"
    ]


async def test_leaving_in_the_middle_of_a_check_ends_the_server_and_its_processes(tmp_path: Path, cache: Path) -> None:
    for number in range(150):  # enough for a pool
        write(tmp_path / f"app/m{number}.py", WHOLE_USER * 20 + str(number))
    async with editing(tmp_path / "app", cache=cache) as editor:
        server = editor.client._server
    assert server is not None
    assert server.returncode == 0


async def test_the_server_ends_when_its_input_does() -> None:
    command = [sys.executable, "-m", "atomlint", "lsp", "--stdio"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
