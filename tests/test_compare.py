"""``benchmarks/compare.py``: what is done to a project and what is written of it, but for the time that it takes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
CODE = '''"""A module."""
import redis


@cached
def read(key):
    """One value."""
    return redis.Redis().get(key)
'''


@pytest.fixture(autouse=True)
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))


def changed(root, text, **numbers):
    from checkout import target

    (root / "m.py").write_bytes(text.encode())
    return target(root, "m.py").changed(text, **numbers)


def test_a_comment_moves_the_lines_below_and_leaves_the_code_as_it_was(tmp_path):
    first, second = (changed(tmp_path, CODE, words=5, comments=number, statements=1) for number in (1, 2))
    assert first.splitlines()[4:7] == ["# benchmark: 5", "# line 0", "@cached"]
    assert second.splitlines()[4:8] == ["# benchmark: 5", "# line 0", "# line 1", "@cached"]
    assert ast.dump(ast.parse(first)) == ast.dump(ast.parse(second))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\f\n"])
def test_a_statement_is_put_behind_the_docstring_of_the_first_function(tmp_path, end):
    text = changed(tmp_path, CODE.replace("\n", end), words=1, comments=1, statements=3)
    body = ast.parse(text).body[-1].body
    assert [ast.unparse(node) for node in body[1:]] == ["print('benchmark', 3)", "return redis.Redis().get(key)"]


@pytest.mark.parametrize("text", ["x = 1\n", "def f(): return 1\n", "def f(\n", "\0"])
def test_a_file_without_a_function_to_change_is_said_to_be_unfit(tmp_path, text):
    from checkout import UnfitError

    with pytest.raises(UnfitError, match=r"^m\.py: "):
        changed(tmp_path, text, words=1, comments=1, statements=1)


def test_the_copy_holds_what_git_lists_and_the_original_stays_as_it_was(tmp_path):
    from checkout import copy

    project = tmp_path / "project"
    project.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    for name, text in {"a.py": CODE, "ignored.py": "", ".gitignore": "ignored.py\n"}.items():
        (project / name).write_text(text, "utf-8")
    before = sorted(path for path in project.rglob("*"))
    target = tmp_path / "copy"
    target.mkdir()
    assert copy(project, target) == ["a.py"]
    assert not (target / "ignored.py").exists()
    (target / "a.py").write_text("", "utf-8")
    assert (project / "a.py").read_text("utf-8") == CODE
    assert sorted(path for path in project.rglob("*")) == before


def test_the_hub_is_what_production_imports_most(tmp_path):
    from checkout import choose

    for name, text in {
        "core/hub.py": CODE,
        "core/middle.py": CODE + "import core.hub\n",
        "core/leaf.py": CODE + "import core.hub, core.middle\nfrom core.middle import read\n",
        "tests/test_a.py": CODE + "import core.leaf\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    names = ["core/hub.py", "core/leaf.py", "core/middle.py", "tests/test_a.py"]
    ordinary, hub = choose(tmp_path, names)
    assert (ordinary.path, hub.path) == ("core/hub.py", "core/hub.py")
    (tmp_path / "core/more.py").write_text("import core.hub\nfrom core.middle import read\n" + CODE, "utf-8")
    (tmp_path / "core/third.py").write_text("from core.leaf import read\nimport core.hub\n" + CODE, "utf-8")
    ordinary, hub = choose(tmp_path, [*names, "core/more.py", "core/third.py"])
    assert (ordinary.path, hub.path) == ("core/middle.py", "core/hub.py")


def test_what_is_prepared_in_a_process_of_its_own_comes_back(tmp_path):
    from checkout import UnfitError, prepare

    project = tmp_path / "project"
    project.mkdir()
    with pytest.raises(UnfitError, match="no Python files"):
        prepare(project, tmp_path / "empty", None)
    (project / "a.py").write_text(CODE, "utf-8")
    found = prepare(project, tmp_path / "copy", "a.py")
    assert (found.python, found.lines, found.hub.path) == (["a.py"], 8, "a.py")


def test_a_run_is_accounted_with_what_it_started(tmp_path):
    from measure import MB, run

    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray(range(200)) * 400_000'])"
    done = run([sys.executable, "-c", child], tmp_path, {}, limit=60)
    assert done.status == 0
    assert done.peak > 80 * MB


def test_a_run_over_the_limit_is_stopped_and_says_so(tmp_path):
    from measure import Series, run
    from tables import Row, figures

    done = run([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path, {}, limit=0.5)
    assert done.status is None
    assert "stopped at the limit" in figures([Row("sleep", Series([done]))])


def test_ratios_are_of_rounds_not_of_medians():
    from measure import Run, Series

    mine = Series([Run(wall, 0, 0, 0) for wall in (2.0, 30.0, 6.0)])
    its = Series([Run(wall, 0, 0, 0) for wall in (1.0, 10.0, 3.0)])
    assert mine.ratio(its) == 2.0


def test_the_tables_replace_what_stands_between_the_markers(tmp_path):
    from tables import BEGIN, END, put

    file = tmp_path / "README.md"
    file.write_text(f"# Title\n\n{BEGIN}\nold\n{END}\n\n## After\n", "utf-8")
    put(file, "| new |")
    put(file, "| newer |")
    assert file.read_text("utf-8") == f"# Title\n\n{BEGIN}\n| newer |\n{END}\n\n## After\n"


def test_the_stage_table_holds_what_timings_printed(tmp_path):
    from click.testing import CliRunner
    from tables import STAGES, parse_timings

    from atomlint.cli import main

    (tmp_path / "a.py").write_text(CODE, "utf-8")
    result = CliRunner().invoke(main, ["check", "--isolated", "--no-cache", "--timings", str(tmp_path)])
    assert set(parse_timings(result.stderr)) == set(STAGES)
