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


def test_a_comment_moves_the_lines_below_and_leaves_the_code_as_it_was():
    from checkout import with_comment

    changed = with_comment(CODE, 3)
    assert changed.splitlines()[4] == "# benchmark: change 3"
    assert ast.dump(ast.parse(changed)) == ast.dump(ast.parse(CODE))


def test_a_statement_is_put_behind_the_docstring_of_the_first_function():
    from checkout import with_code

    assert with_code(CODE, 3).splitlines()[7] == '    print("benchmark", 3)'
    assert with_code(CODE.replace("\n", "\r\n"), 3).splitlines()[8].strip() == "return redis.Redis().get(key)"


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
    assert choose(tmp_path, names)[1] == "core/hub.py"


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
