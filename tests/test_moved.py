"""A file whose lines moved: the index is not asked again, and the findings stand where the statements are now."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomlint import matters, pipeline
from atomlint.engine import Engine, Request

APP = """import redis
from flask import Flask

app = Flask(__name__)
client = redis.Redis(socket_timeout=1, socket_connect_timeout=1)


@app.before_request
def limit():
    client.incr("hits")
    return None
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(tmp_path / "cache"))
    root = tmp_path / "project"
    root.mkdir()
    (root / "atomlint.toml").write_text("", "utf-8")
    (root / "app.py").write_text(APP, "utf-8")
    return root


def lines(root: Path) -> list[int]:
    engine = Engine()
    report = engine.check(Request(cwd=root, overrides={"select": ("redis",)}))
    engine.close()
    assert list(report.errors) == []
    return [n for f in report.findings for n in (f.span.start.line, *(step.span.start.line for step in f.trace))]


@pytest.fixture
def linked(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often the project was linked since its first run, as the length of a list."""
    assert lines(project) == [10, 9, 10]
    calls: list[int] = []
    real = pipeline.Pipeline._link
    monkeypatch.setattr(pipeline.Pipeline, "_link", lambda self, *a: calls.append(1) or real(self, *a))
    return calls


def test_comments_and_blank_lines_above_a_statement_move_its_findings_and_relink_nothing(project, linked):
    (project / "app.py").write_text("# one\n# two\n" + APP.replace("client =", "\nclient ="), "utf-8")
    assert lines(project) == [13, 12, 13]
    assert linked == []


def test_a_comment_at_the_end_of_a_line_relinks_nothing(project, linked):
    (project / "app.py").write_text(APP.replace("connect_timeout=1)", "connect_timeout=1)  # local"), "utf-8")
    assert lines(project) == [10, 9, 10]
    assert linked == []


def test_a_comment_inside_of_the_statement_that_is_pointed_at_links_anew(project, linked):
    (project / "app.py").write_text(APP.replace("    client.incr", "    # counted\n    client.incr"), "utf-8")
    assert lines(project) == [11, 9, 11]
    assert linked == [1]


def test_a_changed_statement_links_anew(project, linked):
    (project / "app.py").write_text(APP.replace('"hits"', '"visits"'), "utf-8")
    assert lines(project) == [10, 9, 10]
    assert linked == [1]


def test_which_files_are_linked_is_found_anew_only_when_a_scan_says_something_else(project, monkeypatch):
    (project / "work.py").write_text("def work():\n    return 1\n", "utf-8")
    assert lines(project) == [10, 9, 10]
    monkeypatch.setattr(matters, "_closure", lambda *_: pytest.fail("the import graph was looked at"))
    (project / "app.py").write_text("# one\n" + APP, "utf-8")
    assert lines(project) == [11, 10, 11]
    monkeypatch.undo()
    monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(project.parent / "cache"))
    found: list[set[str]] = []
    real = matters._closure
    monkeypatch.setattr(matters, "_closure", lambda *a: found.append(real(*a)) or found[-1])
    (project / "app.py").write_text("import work\n" + APP, "utf-8")
    assert lines(project) == [11, 10, 11]
    assert found[-1] == {"app.py", "work.py"}
