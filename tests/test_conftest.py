"""A suite whose tool is absent is skipped and named at the end, or fails where everything is required."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import environment

SUITE = """
import pytest

pytest.importorskip("sys")


@pytest.mark.needs("pytest", "no-such-tool")
def test_with_a_tool(): ...


@pytest.mark.skipif(True, reason="only on another platform")
def test_elsewhere(): ...


def test_without(): ...
"""


@pytest.fixture
def run(tmp_path):
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_suite.py").write_text(SUITE, "utf-8")
    (tmp_path / "test_absent.py").write_text('import pytest\n\npytest.importorskip("no_such_module")\n', "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -q --strict-markers\n", "utf-8")

    def call(required: str, *files: str) -> tuple[int, list[str]]:
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *files]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env=environment(ATOMLINT_REQUIRE_ALL=required),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout.splitlines()

    return call


def test_skipped_suites_are_the_last_lines_before_the_closing_one(run):
    status, lines = run("")
    assert status == 0
    assert lines[-5] == "Suites skipped, in whole or in part:"
    assert "test_absent.py" in lines[-4]
    assert lines[-3:-1] == [
        "  test_suite.py (1 of its tests): no-such-tool is not installed",
        "  test_suite.py (1 of its tests): only on another platform",
    ]
    assert lines[-1].startswith("1 passed, 3 skipped in ")


def test_a_skip_for_want_of_a_tool_fails_where_everything_is_required(run):
    status, lines = run("1", "test_suite.py")
    assert status == 1
    assert any("test_with_a_tool: skipped, but ATOMLINT_REQUIRE_ALL is set: no-such-tool" in line for line in lines)
    assert lines[-1].startswith("1 passed, 1 skipped, 1 error in ")


def test_a_whole_suite_that_cannot_be_imported_fails_where_everything_is_required(run):
    status, lines = run("1", "test_absent.py")
    assert status != 0
    assert any("test_absent.py: skipped, but ATOMLINT_REQUIRE_ALL is set: could not import" in line for line in lines)
