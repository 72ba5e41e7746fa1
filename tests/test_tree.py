"""What is in a project, of every kind, and what it ignores."""

from __future__ import annotations

import pytest

from atomlint.report import Trouble
from atomlint.tree import Tree


class Project:
    is_whole = False

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def read(self, file: str) -> bytes | Trouble:
        return self.files.get(file) or Trouble("unreadable", file, "gone")

    def excluded(self, path: str) -> bool:
        return path.startswith("vendor/")


NAMES = ("src/App.tsx", "src/lib/api.py", "docs/Guide.md", "vendor/engine", "web/.gitignore", ".gitignore")
IGNORES = {".gitignore": b"dist/\n*.log\n/data/*.json\n", "web/.gitignore": b"!keep.log\nout\n[\n"}


def test_files_and_their_folders_are_there_and_nothing_else():
    tree = Tree(NAMES)
    assert all(map(tree.has, ("src/App.tsx", "src", "src/lib")))
    assert not any(map(tree.has, ("App.tsx", "lib", "src/app.tsx", "srcs")))


def test_what_lies_below_a_link_or_a_submodule_counts_as_there():
    assert Tree(NAMES).has("vendor/engine/core/main.c")


def test_a_path_is_found_by_its_end_whatever_its_case():
    tree = Tree(NAMES)
    assert all(map(tree.ends, ("App.tsx", "lib/api.py", "guide.md", "lib", "src/lib")))
    assert not any(map(tree.ends, ("pp.tsx", "ib/api.py", "src/api.py")))


def test_a_file_that_moved_is_found_when_it_is_the_only_one_of_its_name():
    assert Tree(NAMES).elsewhere("old/api.py") == "src/lib/api.py"
    assert Tree((*NAMES, "other/api.py")).elsewhere("old/api.py") == ""


def test_the_deepest_gitignore_decides_and_a_broken_line_is_passed_over():
    tree = Tree(NAMES, IGNORES)
    assert all(map(tree.is_ignored, ("dist/app.js", "web/dist/app.js", "a.log", "data/x.json", "web/out", "web/out/a")))
    assert not any(map(tree.is_ignored, ("web/keep.log", "src/data/x.json", "data/x.csv", "out")))


def test_a_word_is_looked_for_in_code_and_stands_alone():
    files = {"a.py": b"os.getenv('SUSPEND_REDIS')", "b.md": b"SUSPEND_MAIL", "c.ts": b"NO_SUSPEND_SMS"}
    tree = Tree(files, project=Project(files))
    assert [tree.mentions(word) for word in ("SUSPEND_REDIS", "SUSPEND_MAIL", "SUSPEND_SMS")] == [True, False, False]
    assert not Tree(files, project=Project({})).mentions("SUSPEND_REDIS")


def test_what_the_configuration_leaves_out_is_ignored_and_whether_the_root_is_the_top_is_known():
    assert Tree((), project=Project({})).is_ignored("vendor/a.py")
    assert not Tree((), project=Project({})).is_ignored("src/vendor.py")
    assert (Tree(()).is_whole, Tree((), project=Project({})).is_whole) == (True, False)


def test_answers_are_kept_and_another_state_that_answers_otherwise_is_told():
    tree = Tree(NAMES, IGNORES)
    assert (tree.has("src/gone.py"), tree.elsewhere("x/api.py"), tree.is_ignored("a.log")) == (
        False,
        "src/lib/api.py",
        True,
    )
    assert len(tree.asked) == 4
    assert Tree((*NAMES, "docs/new.png"), IGNORES).agrees(tree.asked)
    assert not Tree((*NAMES, "src/gone.py"), IGNORES).agrees(tree.asked)
    assert not Tree(NAMES).agrees(tree.asked)
    assert not Tree((*NAMES, "b/api.py"), IGNORES).agrees(tree.asked)


def test_what_the_same_texts_ignore_is_not_asked_again(monkeypatch):
    tree = Tree(NAMES, IGNORES)
    assert tree.is_ignored("a.log")
    asked = tree.asked
    changed = {path: text + b"\n*.tmp\n" for path, text in IGNORES.items()}
    assert Tree(NAMES, changed).agrees(asked)
    monkeypatch.setattr(Tree, "_ignored", lambda *_: pytest.fail("asked again"))
    assert Tree(NAMES, IGNORES).agrees(asked)
