from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from git_repository import Repository, public_directory, without_root

from atomlint.listing import Excluded, find, relative, textual

if TYPE_CHECKING:
    from pathlib import Path


def listed(root: Path, *patterns: str, nested: tuple[str, ...] = ()) -> list[str]:
    return list(find(str(root), Excluded(patterns), textual, nested).files)


@pytest.mark.parametrize(
    "path",
    [
        "a.py",
        "b/pyproject.toml",
        ".env",
        ".env.local",
        "prod.env",
        "Dockerfile",
        "api/Dockerfile.prod",
        "x.dockerfile",
        "README.md",
        "Procfile",
        "docker-compose.yml",
        "data.json",
        "setup.cfg",
        "deploy.sh",
        "A.PY",
        "Containerfile",
        ".envrc",
    ],
)
def test_a_kind_that_rules_read_is_textual(path):
    assert textual(path)


@pytest.mark.parametrize("path", ["a.pyi", "a.pyc", "logo.png", "py", "a.tsx", "dockerfiles", "x/py/binary", "LICENSE"])
def test_another_kind_is_not(path):
    assert not textual(path)


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (["docs/"], "docs/a.py", True),
        (["docs/"], "x/docs/y/a.py", True),
        (["docs/"], "docs", False),
        (["docs/"], "docs.py", False),
        (["/docs/"], "x/docs/a.py", False),
        (["*.md"], "x/a.md", True),
        (["*.py", "!keep.py"], "keep.py", False),
        (["docs/", "!docs/keep.py"], "docs/keep.py", True),
        (["docs/*", "!docs/keep.py"], "docs/keep.py", False),
        (["gen/", "*_pb2.py"], "gen/x.py", True),
        (["gen/", "*_pb2.py"], "x/a_pb2.py", True),
        (["gen/", "*_pb2.py"], "x/a.py", False),
        (["[", "!", "a\\", "x.py"], "x.py", True),
        ([], "x.py", False),
    ],
)
def test_paths_are_excluded_as_git_ignores_them(patterns, path, expected):
    assert Excluded(patterns)(path) is expected


def test_usual_patterns_need_no_regular_expressions(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pathspec", None)
    assert Excluded([".venv/", "node_modules/"])("x/node_modules/y/a.py")


def test_files_come_in_the_order_of_their_paths_with_what_stat_says(tmp_path):
    Repository(tmp_path).commit(**{"b.py": "22", "a/z.py": "1", "a.py": "333"})
    files = find(str(tmp_path), Excluded([]), textual, []).files
    assert [(path, entry.path, entry.size) for path, entry in files.items()] == [
        ("a.py", "a.py", 3),
        ("a/z.py", "a/z.py", 1),
        ("b.py", "b.py", 2),
    ]
    status = (tmp_path / "b.py").stat()
    assert (files["b.py"].mtime_ns, files["b.py"].inode) == (status.st_mtime_ns, status.st_ino)


def test_files_deleted_from_the_worktree_are_left_out(tmp_path):
    Repository(tmp_path).commit(**{"a.py": "1", "b.py": "1"})
    (tmp_path / "a.py").unlink()
    assert listed(tmp_path) == ["b.py"]


def test_a_directory_called_like_a_file_is_none(tmp_path):
    Repository(tmp_path).commit(**{"x.py/y.py": "1"})
    assert listed(tmp_path) == ["x.py/y.py"]


def test_a_file_that_became_a_directory_is_left_out(tmp_path):
    Repository(tmp_path).commit(**{"x.py": "1"})
    (tmp_path / "x.py").unlink()
    (tmp_path / "x.py").mkdir()
    (tmp_path / "x.py/inner.py").touch()
    assert listed(tmp_path) == ["x.py/inner.py"]


@pytest.mark.parametrize("with_git", [True, False])
def test_symlinks_count_only_for_files_of_the_project_that_are_listed_nowhere(tmp_path, with_git):
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "outside.py").touch()
    (root / "real.py").touch()
    (root / "ignored.py").touch()
    (root / ".gitignore").write_text("/ignored.py\n")
    for name, target in {
        "listed.py": "real.py",
        "outer.py": "../outside.py",
        "broken.py": "nowhere.py",
        "loop.py": "loop.py",
        "only.py": "ignored.py",
        "second.py": "ignored.py",
        "linked_directory": ".",
    }.items():
        (root / name).symlink_to(target)
    if with_git:
        Repository(root).commit()
    assert listed(root) == ["only.py", "real.py"]


def test_a_symlink_does_not_bring_an_excluded_file_back(tmp_path):
    (tmp_path / "real.py").touch()
    (tmp_path / "link.py").symlink_to("real.py")
    assert listed(tmp_path, "real.py") == []


def test_tracked_files_behind_a_directory_that_became_a_symlink_are_another_places(tmp_path):
    repository = Repository(tmp_path / "project")
    repository.commit(**{"pkg/a.py": "1", "b.py": "1"})
    (repository.path / "pkg").rename(tmp_path / "moved")
    (repository.path / "pkg").symlink_to(tmp_path / "moved")
    assert listed(repository.path) == ["b.py"]


def test_an_environment_that_nobody_ignored_is_no_part_of_the_project(tmp_path):
    repository = Repository(tmp_path)
    for path in ("env/pyvenv.cfg", "env/lib/x.py", "a.py", "node_modules/x/y.py", "pkg/__pycache__/z.py"):
        repository.write(path)
    assert listed(tmp_path) == ["a.py"]


def test_nested_projects_are_left_out(tmp_path):
    for path in ("api/a.py", "api2/b.py", "c.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).touch()
    assert listed(tmp_path, nested=("api",)) == ["api2/b.py", "c.py"]


def test_a_project_in_a_directory_that_an_outer_repository_ignores_is_walked(tmp_path):
    repository = Repository(tmp_path)
    repository.write(".gitignore", "inner/\n")
    repository.write("inner/a.py")
    listing = find(str(tmp_path / "inner"), Excluded([]), textual, [])
    assert (list(listing.files), listing.how, listing.notes) == (["a.py"], "walk", [])


def test_a_repository_that_git_refuses_is_walked_with_a_note(tmp_path):
    repository = Repository(tmp_path)
    repository.write("a.py")
    repository.write(".git/config", "[broken\n")
    listing = find(str(tmp_path), Excluded([]), textual, [])
    assert (list(listing.files), listing.how) == (["a.py"], "walk")
    assert len(listing.notes) == 1
    assert "bad config" in listing.notes[0]


def test_a_directory_that_git_cannot_read_is_a_trouble_unless_it_is_excluded():
    with public_directory() as root:
        repository = Repository(root)
        repository.write("sub/closed/a.py")
        repository.write("sub/b.py")
        root.joinpath("sub/closed").chmod(0)
        environment = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        environment |= {"HOME": str(root), "XDG_CONFIG_HOME": str(root)}
        with pytest.MonkeyPatch.context() as patch, without_root():
            for name, value in environment.items():
                patch.setenv(name, value)
            listing = find(str(root / "sub"), Excluded([]), textual, [])
            excluding = find(str(root / "sub"), Excluded(["closed/"]), textual, [])
        root.joinpath("sub/closed").chmod(0o700)
    assert [(t.kind, t.path) for t in listing.troubles] == [("unreadable", "closed")]
    assert (list(listing.files), listing.how) == (["b.py"], "git")
    assert excluding.troubles == []


def test_tracked_files_in_a_directory_that_may_not_be_searched_are_troubles():
    with public_directory() as root:
        Repository(root).commit(**{"closed/a.py": "1", "b.py": "1"})
        root.joinpath("closed").chmod(0o600)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("atomlint.git.listed", lambda *_, **__: ["b.py", "closed/a.py"])
            with without_root():
                listing = find(str(root), Excluded([]), textual, [])
        root.joinpath("closed").chmod(0o700)
    assert [(t.kind, t.path) for t in listing.troubles] == [("unreadable", "closed/a.py")]
    assert list(listing.files) == ["b.py"]


def test_a_name_that_is_no_utf8_leads_to_its_file(tmp_path):
    name = os.fsdecode(b"latin-\xe9.py")
    Repository(tmp_path).commit(**{name: "1"})
    assert listed(tmp_path) == [name]


@pytest.mark.parametrize(
    ("full", "root", "expected"),
    [("/a/b/c", "/a", "b/c"), ("/a", "/a", ""), ("/ab", "/a", None), ("/a/b", "/", "a/b"), ("/", "/a", None)],
)
def test_a_path_is_relative_to_a_root_or_outside_of_it(full, root, expected):
    assert relative(full.replace("/", os.sep), root.replace("/", os.sep)) == expected
