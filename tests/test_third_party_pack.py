"""A rule pack in a distribution of its own: the one that docs/writing-rules.md shows, built and installed by pip."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from commands import ROOT, atomlint, environment, write
from precommit import Committer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.needs("pip")

SENDS = 'import smtplib\n\nserver = smtplib.SMTP("mail.example.com")\n'
RULE = "mail-without-timeout"


@pytest.fixture(scope="module")
def distribution(tmp_path_factory) -> Path:
    """The files of the page, each under the name that stands before it."""
    place = tmp_path_factory.mktemp("distribution")
    page = (ROOT / "docs" / "writing-rules.md").read_text("utf-8")
    for name, body in re.findall(r"^`([\w./]+)`:\n\n```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(body, "utf-8")
    for package in ("acme_rules", "acme_rules/mail"):
        (place / package / "__init__.py").write_text('"""Rules of a company."""\n', "utf-8")
    return place


@pytest.fixture(scope="module")
def installed(distribution, tmp_path_factory) -> str:
    """The directory that pip installed it into."""
    target = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run(
        [*command, "--target", str(target), str(distribution)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert list(target.glob("acme_atomlint_rules-1.0.dist-info/entry_points.txt"))
    return str(target)


@pytest.fixture
def run(installed, tmp_path):
    place = tmp_path / "project"
    write(place, app_dot_py=SENDS, atomlint_dot_toml="")

    def call(*arguments: str, **files: str) -> subprocess.CompletedProcess[str]:
        write(place, **files)
        return atomlint(*arguments, cwd=place, PYTHONPATH=installed)

    return call


def test_its_rule_runs_in_check_beside_the_built_in_ones(run):
    done = run("check", "--output", "json")
    assert done.returncode == 1, done.stderr
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["rule"], finding["path"], finding["start"]["line"]) == (RULE, "app.py", 3)
    assert finding["fixes"][0]["edits"][0]["text"] == ", timeout=10"


def test_it_is_absent_where_it_is_not_installed(run, tmp_path):
    assert atomlint("check", cwd=tmp_path / "project").returncode == 0
    assert run("check").returncode == 1
    assert atomlint("check", cwd=tmp_path / "project").returncode == 0, "the cache does not tell packs apart"


def test_it_is_listed_and_explained_and_has_a_page(run):
    assert re.search(rf"^{RULE} +warning +A mail server is asked", run("rules").stdout, re.MULTILINE)
    page = run("explain", RULE).stdout
    assert page.startswith(f"# {RULE}\n")
    assert "| `timeout` | integer | `10` | seconds that the fix writes |" in page
    assert run("explain", "mail-without-timeot").stderr.endswith(f"did you mean '{RULE}'?\n")


def test_it_is_selected_configured_and_suppressed_like_any_other(run):
    assert run("check", "--select", "mail").returncode == 1
    assert run("check", "--ignore", "mail").returncode == 0
    configured = run("check", "--output", "json", atomlint_dot_toml=f"[rules.{RULE}]\ntimeout = 3\n")
    assert json.loads(configured.stdout)["findings"][0]["fixes"][0]["edits"][0]["text"] == ", timeout=3"
    wrong = run("check", atomlint_dot_toml=f"[rules.{RULE}]\ntimeout = 0\n")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "timeout must be at least 1" in wrong.stderr.replace(":", "")
    allowed = SENDS.replace('com")', f'com")  # atomlint: ignore[{RULE}] a relay on this host')
    done = run("check", atomlint_dot_toml="", app_dot_py=allowed)
    assert (done.returncode, "1 suppressed" in done.stdout) == (0, True)
    assert run("config", "show", atomlint_dot_toml=f'ignore = ["{RULE}"]\n').returncode == 0


def test_its_own_tests_use_the_fixture_harness(distribution, installed, tmp_path):
    tests = shutil.copytree(distribution / "tests", tmp_path / "tests")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tests), str(tests)]

    def run_tests() -> subprocess.CompletedProcess[str]:
        env = environment(PYTHONPATH=installed)
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    done = run_tests()
    assert done.returncode == 0, done.stdout + done.stderr
    (tests / "fixtures" / "bad.py").write_text(SENDS, "utf-8")
    assert "is reported and not expected" in run_tests().stdout


@pytest.mark.needs("git", "pre_commit")
def test_it_runs_in_pre_commit(installed, tmp_path):
    committer = Committer(tmp_path, PYTHONPATH=installed)
    committer.stage("app.py", SENDS)
    done = committer.run()
    assert done.returncode == 1, done.stdout
    assert f"{RULE}  warning" in done.stdout
    committer.stage("app.py", SENDS.replace('com")', 'com", timeout=5)'))
    assert committer.run().returncode == 0
