"""What a run is asked for: which project a named path belongs to, and that some rule is left to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomlint.engine import Engine, Request, UsageError


def test_a_named_path_brings_its_own_project_when_the_working_directory_has_none(tmp_path: Path) -> None:
    for name, text in (("one", ""), ("two", "nonsense = ")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "atomlint.toml").write_text(text, "utf-8")
    (tmp_path / "one" / "app.py").write_text("x = 1\n", "utf-8")
    report = Engine().check(Request(cwd=tmp_path, paths=("one/app.py",), use_cache=False))
    assert report.root == str((tmp_path / "one").resolve())
    assert report.looked.files == 2
    assert list(report.errors) == []


@pytest.mark.parametrize(
    "given", [{"select": ()}, {"ignore": ("all",)}, {"select": ("redis",), "ignore": ("redis",)}], ids=str
)
def test_a_run_that_no_rule_is_left_for_is_refused(tmp_path: Path, given: dict[str, tuple[str, ...]]) -> None:
    (tmp_path / "app.py").write_text("x = 1\n", "utf-8")
    with pytest.raises(UsageError, match="no rule is left to run"):
        Engine().check(Request(cwd=tmp_path, overrides=given, use_cache=False))


def test_a_named_project_that_the_outer_one_excludes_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "atomlint.toml").write_text('extend-exclude = ["examples/"]\n', "utf-8")
    (tmp_path / "app.py").write_text("x = 1\n", "utf-8")
    inner = tmp_path / "examples" / "shop"
    inner.mkdir(parents=True)
    (inner / "atomlint.toml").write_text("", "utf-8")
    (inner / "app.py").write_text("x = 1\n", "utf-8")
    report = Engine().check(Request(cwd=tmp_path, paths=("examples/shop",), use_cache=False))
    assert report.root == str(inner)
    assert list(report.errors) == []
