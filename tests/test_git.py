from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from git_repository import Repository

from atomlint import git

PROGRAM = "#!/bin/sh\necho ran >> {marker}\nexec cat\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def evil(tmp_path: Path) -> tuple[str, Path]:
    """A program that says when it ran, and where it says so."""
    marker = tmp_path / "marker"
    program = tmp_path / "evil"
    program.write_text(PROGRAM.format(marker=marker))
    program.chmod(0o755)
    return str(program), marker


def index_elsewhere(repository: Repository, tmp_path: Path, path: str) -> str:
    """As `git commit -- path` does: an index of its own that holds what is committed."""
    other = str(tmp_path / "other.index")
    repository.git("read-tree", "HEAD", env={"GIT_INDEX_FILE": other})
    repository.git("add", path, env={"GIT_INDEX_FILE": other})
    return other


def test_the_root_is_found_above_a_directory_and_a_file(repository):
    inner = repository.write("a/b/c.py").parent
    assert git.root(inner) == git.root(inner / "c.py") == repository.path.resolve()


def test_the_root_of_a_linked_worktree_is_its_own(repository, tmp_path):
    repository.commit(a="1")
    repository.git("worktree", "add", "--quiet", str(tmp_path / "linked"))
    assert git.root(tmp_path / "linked") == (tmp_path / "linked").resolve()


def test_there_is_no_root_outside_of_a_repository_nor_where_dot_git_is_empty(tmp_path):
    (tmp_path / ".git").mkdir()
    assert git.root(tmp_path) is None


def test_the_root_is_found_without_running_anything(repository, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("ran git"))
    assert git.root(repository.path) == repository.path.resolve()


def test_tracked_and_untracked_files_are_listed_and_ignored_ones_are_not(repository):
    repository.commit(**{"tracked.py": "1", ".gitignore": "ignored.py\n"})
    repository.write("new.py")
    repository.write("ignored.py")
    assert sorted(git.listed(repository.path) or []) == [".gitignore", "new.py", "tracked.py"]


def test_names_are_relative_to_the_directory_asked_about(repository):
    repository.commit(**{"pkg/a.py": "1", "b.py": "2"})
    assert git.listed(repository.path / "pkg") == ["a.py"]


def test_names_with_spaces_newlines_quotes_and_no_utf8_survive(repository):
    names = ["a b.py", 'quo"te.py', "line\nend.py", "é.py", os.fsdecode(b"latin-\xe9.py")]
    for name in names:
        repository.write(name, "1")
    assert sorted(git.listed(repository.path) or []) == sorted(names)
    assert all((repository.path / name).exists() for name in git.listed(repository.path) or [])


def test_pruned_patterns_hold_for_untracked_files_alone(repository):
    repository.commit(**{"node_modules/kept.py": "1"})
    repository.write("node_modules/new.py")
    assert git.listed(repository.path, prune=["node_modules/"]) == ["node_modules/kept.py"]


def test_untracked_repositories_are_left_out(repository):
    inner = Repository(repository.path / "vendor")
    inner.commit(**{"x.py": "1"})
    repository.write("a.py")
    assert git.listed(repository.path) == ["a.py"]


def test_an_unmerged_file_is_listed_once(repository):
    repository.commit(**{"a.py": "1"})
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit(**{"a.py": "2"})
    repository.git("checkout", "--quiet", "main")
    repository.commit(**{"a.py": "3"})
    with pytest.raises(AssertionError):
        repository.git("merge", "side")
    assert git.listed(repository.path) == ["a.py"]
    assert git.staged(repository.path, ["a.py"]) == {}


def test_nothing_is_listed_outside_of_a_repository_and_the_reason_is_said(tmp_path):
    said: list[str] = []
    assert git.listed(tmp_path, said=said) is None
    assert "not a git repository" in said[0]


def test_nothing_is_listed_without_git(repository, monkeypatch):
    said: list[str] = []
    monkeypatch.setenv("PATH", str(repository.path))
    assert git.listed(repository.path, said=said) is None
    assert said == ["git is not installed"]


def test_a_program_called_git_in_a_relative_entry_of_path_is_not_run(repository, evil, monkeypatch):
    program, marker = evil
    (repository.path / "git").write_text(Path(program).read_text())
    (repository.path / "git").chmod(0o755)
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("PATH", os.pathsep.join([".", "", os.environ["PATH"]]))
    assert git.listed(repository.path) is not None
    assert not marker.exists()


def test_staged_content_is_the_indexs_where_the_worktree_differs(repository):
    repository.commit(**{"a.py": "old", "same.py": "same", "gone.py": "gone"})
    repository.write("a.py", "staged")
    repository.git("add", "a.py")
    repository.write("a.py", "unsaved")
    (repository.path / "gone.py").unlink()
    assert git.staged(repository.path) == {"a.py": b"staged", "gone.py": b"gone"}


def test_staged_content_of_named_files_is_given_whether_they_differ_or_not(repository):
    repository.commit(**{"a.py": "same", "b.py": "b"})
    repository.write("untracked.py", "new")
    assert git.staged(repository.path, ["a.py", "untracked.py"]) == {"a.py": b"same"}


def test_staged_content_may_be_empty_binary_and_shared_by_files_with_any_name(repository):
    name = os.fsdecode(b"latin-\xe9.py")
    data = b"\n\0blob 3\n\xff"
    repository.write(name, data)
    repository.write("twin.py", data)
    repository.write("empty.py")
    repository.git("add", "--all")
    assert git.staged(repository.path, [name, "twin.py", "empty.py"]) == {name: data, "twin.py": data, "empty.py": b""}


def test_symlinks_and_submodules_have_no_staged_content(repository, tmp_path):
    library = Repository(tmp_path / "library")
    library.commit(**{"x.py": "1"})
    repository.git("submodule", "add", "--quiet", str(library.path), "library")
    (repository.path / "link.py").symlink_to("library/x.py")
    repository.write("a.py", "1")
    repository.git("add", "--all")
    assert git.staged(repository.path, ["link.py", "library", "a.py"]) == {"a.py": b"1"}
    assert git.staged(repository.path) == {}
    assert git.staged_changes(repository.path) == [".gitmodules", "a.py"]


def test_staged_changes_are_what_the_next_commit_adds_and_modifies(repository):
    repository.commit(**{"kept.py": "1", "changed.py": "1", "removed.py": "1", "moved.py": "a long enough line\n" * 9})
    repository.write("changed.py", "2")
    repository.write("added.py", "3")
    repository.git("rm", "--quiet", "removed.py")
    repository.git("mv", "moved.py", "here.py")
    repository.git("add", "--all")
    repository.write("kept.py", "not staged")
    assert git.staged_changes(repository.path) == ["added.py", "changed.py", "here.py"]


def test_everything_staged_is_a_change_before_the_first_commit(repository):
    repository.write("a.py", "1")
    repository.git("add", "a.py")
    assert git.staged_changes(repository.path) == ["a.py"]


def test_staged_changes_are_relative_to_the_directory_and_below_it(repository):
    repository.write("pkg/a.py", "1")
    repository.write("b.py", "2")
    repository.git("add", "--all")
    assert git.staged_changes(repository.path / "pkg") == ["a.py"]
    assert git.staged(repository.path / "pkg", ["a.py"]) == {"a.py": b"1"}


def test_staged_content_outside_of_a_repository_is_an_error_of_one_line(tmp_path):
    with pytest.raises(git.GitError, match=r"^git ls-files failed: fatal: not a git repository[^\n]*$"):
        git.staged(tmp_path)


def test_the_index_that_git_commit_names_is_the_one_read(repository, tmp_path, monkeypatch):
    repository.commit(**{"a.py": "1", "b.py": "1"})
    repository.write("a.py", "2")
    repository.write("b.py", "2")
    repository.git("add", "b.py")
    other = index_elsewhere(repository, tmp_path, "a.py")
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("GIT_INDEX_FILE", other)
    assert git.staged_changes(repository.path) == ["a.py"]


def test_a_relative_index_file_counts_from_the_top_of_the_work_tree(repository, monkeypatch):
    repository.commit(**{"pkg/a.py": "1"})
    repository.git("read-tree", "--empty", env={"GIT_INDEX_FILE": ".git/other"})
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")
    monkeypatch.chdir(repository.path / "pkg")
    assert git.staged(repository.path / "pkg", ["a.py"]) == {}


def test_a_hooks_variables_do_not_concern_another_repository(repository, tmp_path, monkeypatch):
    repository.commit(**{"a.py": "1"})
    other = Repository(tmp_path / "other")
    other.commit(**{"b.py": "1"})
    monkeypatch.chdir(other.path)
    for name, value in {"GIT_DIR": ".git", "GIT_INDEX_FILE": ".git/index", "GIT_WORK_TREE": "."}.items():
        monkeypatch.setenv(name, value)
    assert git.listed(repository.path) == ["a.py"]
    assert git.staged(repository.path, ["a.py", "b.py"]) == {"a.py": b"1"}


def test_a_linked_worktrees_variables_do_not_move_its_top(repository, tmp_path, monkeypatch):
    repository.commit(**{"pkg/a.py": "1"})
    linked = tmp_path / "linked"
    repository.git("worktree", "add", "--quiet", str(linked))
    monkeypatch.chdir(linked)
    monkeypatch.setenv("GIT_DIR", str(repository.path / ".git/worktrees/linked"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository.path / ".git/worktrees/linked/index"))
    assert git.listed(linked / "pkg") == ["a.py"]
    assert git.staged(linked / "pkg", ["a.py"]) == {"a.py": b"1"}


def test_a_repositorys_configuration_and_hooks_run_nothing(repository, evil):
    program, marker = evil
    repository.commit(**{"a.py": "1", "b.py": "2"})
    (repository.path / ".git/info/attributes").write_text("* filter=evil diff=evil merge=evil\n")
    hooks = repository.path / ".git/hooks"
    for name in ("post-index-change", "pre-commit", "fsmonitor-watchman", "post-checkout"):
        (hooks / name).write_text(Path(program).read_text())
        (hooks / name).chmod(0o755)
    for key in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "core.askPass", "pager.ls-files"),
        *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command"),
        *("diff.external", "credential.helper", "interactive.diffFilter", "core.alternateRefsCommand"),
        *("alias.ls-files", "alias.diff", "alias.cat-file"),
    ):
        repository.git("config", key, f"!{program}" if key.startswith("alias") else program)
    repository.write("a.py", "3")
    os.utime(repository.path / "b.py", (1, 1))
    assert sorted(git.listed(repository.path) or []) == ["a.py", "b.py"]
    assert git.staged(repository.path) == {"a.py": b"1"}
    assert git.staged_changes(repository.path) == []
    assert not marker.exists()
    repository.git("status")
    assert marker.exists(), "the trap itself does not work"


def test_a_blob_that_a_partial_clone_lacks_is_an_error_and_not_fetched(repository, evil, tmp_path):
    program, marker = evil
    repository.commit(**{"a.py": "1"})
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{repository.path}", "../partial")
    partial = Repository(tmp_path / "partial")
    partial.git("read-tree", "HEAD")
    Path(program).write_text(f"#!/bin/sh\necho ran >> {marker}\nexit 1\n")
    partial.git("config", "remote.origin.uploadpack", program)
    with pytest.raises(git.GitError, match=r"^git [^\n]*$"):
        git.staged(partial.path)
    assert not marker.exists()
    with pytest.raises(AssertionError):
        partial.git("cat-file", "-p", "HEAD:a.py")
    assert marker.exists(), "the trap itself does not work"


def test_a_directory_that_looks_like_a_bare_repository_is_not_one(repository):
    """Its own configuration would be obeyed otherwise."""
    repository.commit(**{"a.py": "1"})
    bare = repository.path / "bare"
    repository.git("clone", "--quiet", "--bare", ".", "bare")
    assert git.listed(bare) is None


def test_the_index_is_not_written(repository):
    repository.commit(**{"a.py": "1"})
    index = repository.path / ".git/index"
    os.utime(repository.path / "a.py", (5, 5))
    before = index.stat()
    git.listed(repository.path)
    git.staged(repository.path)
    git.staged_changes(repository.path)
    after = index.stat()
    assert (before.st_ino, before.st_mtime_ns, before.st_ctime_ns) == (
        after.st_ino,
        after.st_mtime_ns,
        after.st_ctime_ns,
    )


def test_executable_files_have_staged_content(repository):
    path = repository.write("run.sh", "#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    repository.git("add", "--all")
    assert git.staged(repository.path, ["run.sh"]) == {"run.sh": b"#!/bin/sh\n"}
    assert git.staged_changes(repository.path) == ["run.sh"]


def test_a_sha256_repository_is_compared_by_its_own_hash(tmp_path):
    path = tmp_path / "repository"
    path.mkdir()
    subprocess.run(["git", "init", "--quiet", "--object-format=sha256"], cwd=path, check=True)
    repository = Repository(path)
    repository.commit(**{"a.py": "1", "b.py": "2"})
    repository.write("b.py", "3")
    assert git.staged(path) == {"b.py": b"2"}


def test_a_listing_that_was_begun_is_the_one_that_is_asked_for(repository, monkeypatch):
    repository.write("a.py")
    repository.write("node_modules/b.py")
    git.begin(repository.path, prune=["node_modules/"])
    monkeypatch.setenv("PATH", "")  # nothing can be started any more
    assert git.listed(repository.path, prune=["node_modules/"]) == ["a.py"]
    assert git.listed(repository.path, prune=["node_modules/"]) is None


def test_a_listing_of_another_directory_is_not_taken_for_the_one_asked_for(repository):
    repository.write("a.py")
    repository.write("pkg/b.py")
    git.begin(repository.path)
    assert git.listed(repository.path / "pkg") == ["b.py"]
    assert sorted(git.listed(repository.path) or []) == ["a.py", "pkg/b.py"]


def test_beginning_without_git_leaves_it_to_the_listing_to_say_so(repository, monkeypatch):
    monkeypatch.setenv("PATH", "")
    git.begin(repository.path)
    said = []
    assert git.listed(repository.path, said=said) is None
    assert said == ["git is not installed"]
