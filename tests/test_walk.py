from __future__ import annotations

from typing import TYPE_CHECKING

from git_repository import public_directory, without_root

from atomlint.report import Trouble
from atomlint.walk import usable, walk

if TYPE_CHECKING:
    from pathlib import Path


def walked(root: Path, *files: str, **contents: str) -> list[str]:
    for path in (*files, *contents):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(contents.get(path, ""))
    troubles: list[Trouble] = []
    found = sorted(walk(str(root), lambda _: False, troubles))
    assert not troubles
    return [path for path in found if not path.endswith(".gitignore")]


def test_directories_that_are_nobodys_source_are_passed_over(tmp_path):
    junk = (".git/x.py", "a/node_modules/x.py", ".venv/x.py", "a/__pycache__/x.py", ".tox/x.py", "site-packages/x.py")
    assert walked(tmp_path, *junk, "myenv/pyvenv.cfg", "myenv/lib/x.py", "a/b.py") == ["a/b.py"]


def test_built_directories_are_passed_over_unless_they_are_packages(tmp_path):
    assert walked(tmp_path, "build/lib/x.py", "dist/x.py", "src/build/__init__.py", "src/build/y.py") == [
        "src/build/__init__.py",
        "src/build/y.py",
    ]


def test_a_root_with_a_pyvenv_cfg_or_called_build_is_walked_all_the_same(tmp_path):
    assert walked(tmp_path / "build", "pyvenv.cfg", "a.py") == ["a.py", "pyvenv.cfg"]


def test_gitignore_files_hold_below_their_directory_and_the_deepest_wins(tmp_path):
    contents = {
        ".gitignore": "*.gen.py\n/top.py\nout/\n",
        "pkg/.gitignore": "!kept.gen.py\nlocal.py\n",
    }
    files = (
        "a.gen.py",
        "top.py",
        "out/x.py",
        "pkg/top.py",
        "pkg/kept.gen.py",
        "pkg/b.gen.py",
        "pkg/local.py",
        "local.py",
    )
    assert walked(tmp_path, *files, **contents) == ["local.py", "pkg/kept.gen.py", "pkg/top.py"]


def test_a_gitignore_that_is_no_text_or_a_directory_hurts_nothing(tmp_path):
    (tmp_path / "a/.gitignore").mkdir(parents=True)
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\n!\nx.py\n")
    assert walked(tmp_path, "a/y.py", "x.py") == ["a/y.py"]


def test_symlink_loops_end(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/loop").symlink_to("..")
    (tmp_path / "self").symlink_to("self")
    assert walked(tmp_path, "a/b.py") == ["a/b.py", "a/loop", "self"]


def test_pruned_directories_are_not_entered(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/c.py").touch()
    asked = []
    assert walk(str(tmp_path), lambda path: bool(asked.append(path)) or path == "a/", []) == []
    assert asked == ["a/"]


def test_a_directory_that_cannot_be_read_is_a_trouble_and_the_rest_is_found():
    with public_directory() as root:
        (root / "closed").mkdir()
        (root / "open.py").touch()
        (root / "closed").chmod(0)
        troubles: list[Trouble] = []
        with without_root():
            found = walk(str(root), lambda _: False, troubles)
        (root / "closed").chmod(0o700)
    assert found == ["open.py"]
    assert troubles == [Trouble("unreadable", "closed", "directory not read: Permission denied")]


def test_malformed_patterns_are_passed_over():
    assert usable(["a", "!", "b\\", "# comment", "[[:alpha:]].py"]) == ["a", "# comment", "[[:alpha:]].py"]
