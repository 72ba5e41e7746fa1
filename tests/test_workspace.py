from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
from git_repository import Repository, public_directory, without_root

from atomlint.report import Trouble
from atomlint.workspace import Named, Workspace, name, open_workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    repository = Repository(tmp_path / "project")
    repository.commit(
        **{
            "app.py": "app",
            "pkg/a.py": "a",
            "pkg/b.py": "b",
            "pkg2/c.py": "c",
            "docs/guide.md": "guide",
            ".gitignore": "/ignored.py\n",
            "logo.png": "",
        }
    )
    repository.write("ignored.py", "ignored")
    return repository.path


def named(project: Path, *paths: str, cwd: Path | None = None, **options: object) -> tuple[Workspace, Named]:
    workspace = open_workspace(project, **options)  # type: ignore[arg-type]
    return workspace, name(workspace, paths, cwd or project)


def test_a_workspace_holds_the_kinds_that_are_wanted(project):
    assert list(open_workspace(project).files) == ["app.py", "docs/guide.md", "pkg/a.py", "pkg/b.py", "pkg2/c.py"]
    assert list(open_workspace(project, wanted=lambda path: path.endswith(".png")).files) == ["logo.png"]


def test_excluded_files_and_nested_projects_are_left_out(project):
    workspace = open_workspace(project, exclude=["docs/"], nested=["pkg"])
    assert list(workspace.files) == ["app.py", "pkg2/c.py"]


def test_a_workspace_without_some_directories_is_that_of_a_listing_that_knew_them(project):
    workspace = open_workspace(project).without(["pkg/"])
    assert list(workspace.files) == list(open_workspace(project, nested=["pkg"]).files)
    assert name(workspace, ["pkg/a.py"], project).outside == ["pkg/a.py"]


def test_overlaid_bytes_stand_for_the_disks(project):
    workspace = open_workspace(project, overlay={"app.py": b"unsaved"})
    assert workspace.read("app.py") == b"unsaved"
    assert workspace.read(workspace.files["pkg/a.py"]) == b"a"


def test_an_overlaid_file_that_is_not_on_disk_yet_is_one_of_the_projects(project):
    overlay = {"pkg/new.py": b"12", "docs/new.md": b"", "pkg2/new.py": b"", "new.png": b"", "ignored.py": b""}
    workspace = open_workspace(project, overlay=overlay, exclude=["docs/"], nested=["pkg2"])
    assert list(workspace.files) == ["app.py", "pkg/a.py", "pkg/b.py", "pkg/new.py"]
    assert workspace.files["pkg/new.py"].size == 2


def test_an_overlaid_file_that_git_ignores_counts_once_it_is_named(project):
    workspace = open_workspace(project, overlay={"ignored.py": b"unsaved"})
    assert "ignored.py" not in workspace.files
    assert name(workspace, ["ignored.py"], project).files == {"ignored.py"}
    assert workspace.read("ignored.py") == b"unsaved"


def test_a_file_that_went_away_cannot_be_read(project):
    workspace = open_workspace(project)
    (project / "app.py").unlink()
    assert workspace.read("app.py") == Trouble("unreadable", "app.py", "No such file or directory")


def test_a_file_that_became_a_fifo_or_a_directory_cannot_be_read(project):
    workspace = open_workspace(project)
    for path in ("app.py", "pkg/a.py"):
        (project / path).unlink()
    os.mkfifo(project / "app.py")
    (project / "pkg/a.py").mkdir()
    assert workspace.read("app.py") == Trouble("unreadable", "app.py", "no longer a regular file")
    assert workspace.read("pkg/a.py") == Trouble("unreadable", "pkg/a.py", "no longer a regular file")


def test_a_file_that_may_not_be_read_is_a_trouble():
    with public_directory() as root:
        (root / "a.py").write_text("x")
        (root / "a.py").chmod(0)
        with without_root():
            assert open_workspace(root).read("a.py") == Trouble("unreadable", "a.py", "Permission denied")


@pytest.mark.parametrize("overlay", [None, {"app.py": b"app"}])
def test_a_file_over_the_limit_is_a_trouble(project, overlay, monkeypatch):
    workspace = open_workspace(project, overlay=overlay)
    monkeypatch.setattr("atomlint.workspace.LIMIT", 3)
    assert workspace.read("app.py") == b"app"
    monkeypatch.setattr("atomlint.workspace.LIMIT", 2)
    assert workspace.read("app.py") == Trouble("limit", "app.py", "larger than 2 bytes")


def test_a_named_file_and_a_named_directory_are_found(project):
    _, found = named(project, "app.py", "pkg")
    assert found == Named(frozenset({"app.py", "pkg/a.py", "pkg/b.py"}))


@pytest.mark.parametrize(
    "path", ["pkg/", "./pkg", "pkg2/../pkg", "pkg/../pkg/.", "pkg//", "../project/pkg", "{root}/pkg"]
)
def test_a_directory_is_found_however_it_is_written(project, path):
    _, found = named(project, path.format(root=project))
    assert found == Named(frozenset({"pkg/a.py", "pkg/b.py"}))


@pytest.mark.parametrize("path", [".", "", "pkg/..", "{root}", "{root}/"])
def test_the_root_names_everything_but_an_empty_path_names_nothing(project, path):
    workspace, found = named(project, path.format(root=project))
    if path:
        assert found == Named(frozenset(workspace.files))
    else:
        assert found.files == frozenset()
        assert found.troubles == [Trouble("path", "", "an empty path names nothing")]


def test_paths_are_relative_to_the_working_directory(project):
    _, found = named(project, "a.py", "../app.py", "..", cwd=project / "pkg")
    assert {"pkg/a.py", "app.py"} <= found.files
    assert not found.troubles


def test_a_symlinked_prefix_leads_to_the_same_files(project, tmp_path):
    (tmp_path / "way").symlink_to(project)
    (tmp_path / "deep").symlink_to(project / "pkg")
    _, found = named(project, "way/app.py", "deep/a.py", "deep/../pkg2", cwd=tmp_path)
    assert found == Named(frozenset({"app.py", "pkg/a.py", "pkg2/c.py"}))
    _, found = named(tmp_path / "way", str(project / "app.py"), cwd=tmp_path)
    assert found == Named(frozenset({"app.py"}))


def test_a_symlink_to_a_file_or_directory_of_the_project_names_it(project):
    (project / "alias.py").symlink_to("pkg/a.py")
    (project / "folder").symlink_to("pkg2")
    _, found = named(project, "alias.py", "folder")
    assert found == Named(frozenset({"pkg/a.py", "pkg2/c.py"}))


def test_windows_separators_are_understood(project):
    _, found = named(project, "pkg\\a.py", "pkg2\\")
    assert found == Named(frozenset({"pkg/a.py", "pkg2/c.py"}))


def test_a_deleted_file_is_a_trouble(project):
    (project / "app.py").unlink()
    _, found = named(project, "app.py", "pkg/a.py")
    assert found.files == {"pkg/a.py"}
    assert found.troubles == [Trouble("path", "app.py", "no such file or directory: app.py")]


@pytest.mark.parametrize(
    ("path", "near"),
    [("ap.py", "app.py"), ("pkgs/", "pkg"), ("pkg/aa.py", "pkg/a.py"), ("src/guide.md", "docs/guide.md")],
)
def test_a_missing_path_suggests_the_nearest(project, path, near):
    _, found = named(project, path)
    assert [trouble.message for trouble in found.troubles] == [
        f"no such file or directory: {path}; did you mean '{near}'?"
    ]


def test_a_path_below_a_file_is_missing_and_a_broken_symlink_is_said_to_be_one(project):
    (project / "broken.py").symlink_to("nowhere.py")
    _, found = named(project, "app.py/x", "broken.py")
    assert [trouble.message for trouble in found.troubles] == [
        "no such file or directory: app.py/x",
        "broken symlink: broken.py",
    ]


def test_a_symlink_loop_is_a_trouble(project):
    (project / "loop.py").symlink_to("loop.py")
    _, found = named(project, "loop.py")
    assert [(t.kind, t.path) for t in found.troubles] == [("unreadable", "loop.py")]


def test_a_null_byte_is_a_trouble(project):
    _, found = named(project, "a\0.py")
    assert [(t.kind, "\0" in t.message) for t in found.troubles] == [("unreadable", False)]


def test_a_named_path_outside_the_root_is_left_to_the_caller(project, tmp_path):
    (tmp_path / "other.py").touch()
    _, found = named(project, "../other.py", str(tmp_path / "project/../other.py"), "pkg/a.py")
    assert found.outside == ["../other.py", str(tmp_path / "project/../other.py")]
    assert found.files == {"pkg/a.py"}


def test_a_directory_above_the_root_names_everything_and_reaches_beyond(project):
    workspace, found = named(project, "..")
    assert found == Named(frozenset(workspace.files), outside=[".."])


def test_a_named_file_of_a_nested_project_is_outside(project):
    workspace, found = named(project, "pkg/a.py", "pkg", nested=["pkg"])
    assert found == Named(frozenset(), outside=["pkg/a.py", "pkg"])
    assert "pkg/a.py" not in workspace.files


def test_an_excluded_file_is_looked_at_when_it_is_named(project):
    workspace, found = named(project, "docs/guide.md", exclude=["docs/"])
    assert found == Named(frozenset({"docs/guide.md"}))
    assert list(workspace.files) == ["app.py", "docs/guide.md", "pkg/a.py", "pkg/b.py", "pkg2/c.py"]


def test_an_excluded_file_is_skipped_when_exclusion_is_forced(project):
    workspace, found = named(project, "docs/guide.md", exclude=["docs/"], force_exclude=True)
    assert found == Named(frozenset(), skipped=["docs/guide.md"])
    assert "docs/guide.md" not in workspace.files


def test_a_file_that_git_ignores_is_looked_at_when_it_is_named(project):
    workspace, found = named(project, "ignored.py", exclude=["docs/"], force_exclude=True)
    assert found == Named(frozenset({"ignored.py"}))
    assert workspace.files["ignored.py"].size == len("ignored")
    assert workspace.read("ignored.py") == b"ignored"


def test_other_kinds_and_directories_without_files_are_skipped(project):
    (project / "empty").mkdir()
    _, found = named(project, "logo.png", "empty")
    assert found == Named(frozenset(), skipped=["logo.png", "empty"])


def test_a_directory_named_like_a_module_is_a_directory(project):
    (project / "x.py").mkdir()
    (project / "x.py/inner.py").touch()
    _, found = named(project, "x.py")
    assert found == Named(frozenset({"x.py/inner.py"}))


def test_a_directory_is_not_taken_for_one_whose_name_it_begins(project):
    (project / "pkg-old").mkdir()
    (project / "pkg-old/z.py").touch()
    _, found = named(project, "pkg")
    assert found.files == {"pkg/a.py", "pkg/b.py"}


def test_fifos_sockets_and_devices_are_troubles(project, monkeypatch):
    os.mkfifo(project / "pipe.py")
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.py")
        _, found = named(project, "pipe.py", "socket.py")
    assert [(t.kind, t.message) for t in found.troubles] == [
        ("path", "not a regular file: pipe.py"),
        ("path", "not a regular file: socket.py"),
    ]


def test_a_path_in_a_directory_that_may_not_be_searched_is_a_trouble():
    with public_directory() as root:
        (root / "closed").mkdir()
        (root / "closed/a.py").touch()
        (root / "closed").chmod(0)
        with without_root():
            _, found = named(root, "closed/a.py")
        (root / "closed").chmod(0o700)
    assert found.troubles == [Trouble("unreadable", "closed/a.py", "Permission denied: closed/a.py")]


def test_a_file_named_in_another_case_is_the_listed_one_where_case_does_not_matter(project, monkeypatch):
    os.link(project / "app.py", project / "APP.py")  # what a case-insensitive file system answers: the same inode
    workspace = open_workspace(project)
    del workspace.files["APP.py"]
    assert name(workspace, ["APP.py"], project).files == {"app.py"}


def test_a_name_that_is_no_utf8_can_be_named_and_said(project):
    path = os.fsdecode(b"latin-\xe9.py")
    (project / path).touch()
    _, found = named(project, path, path + "x")
    assert found.files == {path}
    assert found.troubles[0].message.isprintable()
    found.troubles[0].message.encode()
