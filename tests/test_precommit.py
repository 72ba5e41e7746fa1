"""Commits are judged by what is staged, in the light of the whole project; by the real pre-commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml
from commands import BEFORE, LIMITER, QUIET, ROOT
from precommit import Committer

from atomlint.listing import textual

pytestmark = pytest.mark.needs("git", "pre_commit")

FOUND = "--> app.py:10:5"
CLIENT = """\
import redis

client = redis.Redis()


def count() -> None:
    client.incr("hits")
"""
MAIN = """\
from fastapi import FastAPI, Request

import counting

app = FastAPI()


@app.middleware("http")
async def limit(request: Request, call_next):
    counting.count()
    return await call_next(request)
"""


@pytest.fixture
def committer(tmp_path) -> Committer:
    return Committer(tmp_path)


def test_a_staged_change_with_a_finding_fails(committer):
    committer.stage("app.py", QUIET)
    assert committer.run().returncode == 0
    committer.commit_all()
    committer.stage("app.py", LIMITER)
    done = committer.run()
    assert done.returncode == 1
    assert FOUND in done.stdout


def test_git_commit_itself_is_stopped_and_lets_the_repaired_file_through(committer):
    assert committer.pre_commit("install").returncode == 0
    committer.stage("app.py", LIMITER)
    head = "commit --quiet -m x"
    with pytest.raises(AssertionError, match=r"app\.py:10:5"):
        commit(committer, head)
    committer.stage("app.py", QUIET)
    commit(committer, head)
    assert "incr" not in committer.repository.git("show", "HEAD:app.py")


def commit(committer: Committer, command: str) -> None:
    """What ``git commit`` runs is pre-commit as installed, with this test's home and cache."""
    env = {
        "PRE_COMMIT_HOME": str(committer.place / "home"),
        "ATOMLINT_CACHE_DIR": str(committer.place / "cache"),
        "PRE_COMMIT_COLOR": "never",
    }
    committer.repository.git(*command.split(), env=env)


def test_a_clean_staged_file_passes_whatever_its_unstaged_edits_say(committer):
    committer.stage("app.py", QUIET)
    committer.write("app.py", LIMITER)
    done = committer.run()
    assert (done.returncode, "Stashing unstaged files" in done.stdout) == (0, True), done.stdout
    assert (committer.path / "app.py").read_text("utf-8") == LIMITER


def test_a_staged_finding_fails_although_the_unstaged_edits_repair_it(committer):
    committer.stage("app.py", LIMITER)
    committer.write("app.py", QUIET)
    done = committer.run()
    assert (done.returncode, FOUND in done.stdout) == (1, True), done.stdout
    assert (committer.path / "app.py").read_text("utf-8") == QUIET


def test_staged_and_unstaged_content_of_one_size_are_told_apart_on_a_warm_cache(committer):
    other = LIMITER.replace("client.incr", "str.upper  ")
    assert len(other) == len(LIMITER)
    committer.stage("app.py", LIMITER)
    assert committer.run().returncode == 1
    committer.stage("app.py", other)
    committer.write("app.py", LIMITER)
    assert committer.run().returncode == 0
    committer.stage("app.py", LIMITER)
    committer.write("app.py", other)
    assert committer.run().returncode == 1


def test_a_finding_of_a_file_that_is_not_committed_does_not_fail(committer):
    committer.stage("app.py", LIMITER)
    committer.commit_all()
    committer.stage("other.py", "LIMIT = 3\n")
    done = committer.run()
    assert (done.returncode, FOUND in done.stdout) == (0, False), done.stdout
    assert committer.run("--all-files").returncode == 1


def test_committing_the_default_fails_although_the_finding_stands_on_the_fly_file(tmp_path):
    committer = Committer(tmp_path, arguments="--select, fly")
    shutil.copytree(BEFORE, committer.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    database = committer.path / "backend_saas" / "core" / "database.py"
    text = database.read_text("utf-8")
    database.write_text("", "utf-8")
    committer.commit_all()
    committer.stage("backend_saas/core/config.py", "")
    assert "database.py" not in committer.run().stdout, "the default is not there yet"
    committer.repository.git("reset", "--hard", "--quiet")
    committer.stage("backend_saas/core/database.py", text)
    done = committer.run()
    assert done.returncode == 1, done.stdout
    assert re.search(r"^fly-mode-variable-missing .*\n +--> fly\.toml:\d+:\d+$", done.stdout, re.MULTILINE)
    assert "--> backend_saas/core/database.py:" in done.stdout


def test_a_committed_file_is_judged_in_the_light_of_files_that_the_commit_does_not_touch(committer):
    committer.stage("main.py", MAIN)
    committer.stage("counting.py", CLIENT.replace('client.incr("hits")', "pass"))
    assert committer.run().returncode == 0
    committer.commit_all()
    committer.stage("counting.py", CLIENT)
    done = committer.run()
    assert done.returncode == 1, done.stdout
    assert re.search(r"call path:.*main\.py:10  limit calls count.*counting\.py:7", done.stdout, re.DOTALL)


def test_the_files_of_a_large_commit_arrive_in_several_runs_that_miss_nothing(committer, monkeypatch):
    for number in range(8):
        name = f"{'long' * 40}_{number}.py"
        committer.stage(name, LIMITER if number % 4 == 1 else QUIET)
    script = committer.path.parent / "chunks.py"
    script.write_text(CHUNKS, "utf-8")
    committer.configure(entry=f"{sys.executable} {script.as_posix()}")
    committer.repository.git("add", ".pre-commit-config.yaml")
    done = committer.run()
    assert done.returncode == 1
    assert len(re.findall(r"^chunk of \d+$", done.stdout, re.MULTILINE)) >= 4
    assert sorted(re.findall(r"--> long\w+_(\d)\.py:10:5", done.stdout)) == ["1", "5"]


CHUNKS = """\
import subprocess
import sys

names = sys.argv[1:]
status = 0
for first in range(0, len(names), 2):
    chunk = names[first : first + 2]
    print("chunk of", len(chunk), flush=True)
    status |= subprocess.run([sys.executable, "-m", "atomlint", "check", *chunk]).returncode
sys.exit(status)
"""
"""pre-commit splits its arguments where the system's limit is reached; this splits them after two."""


def test_a_configuration_in_a_directory_of_the_repository_is_found(committer):
    committer.stage("backend/pyproject.toml", '[tool.atomlint]\nsrc = ["app"]\nignore = ["redis"]\n')
    committer.stage("backend/app/main.py", LIMITER)
    committer.stage("frontend/main.py", LIMITER)
    done = committer.run()
    assert done.returncode == 1
    assert "--> frontend/main.py:10:5" in done.stdout
    assert "backend" not in done.stdout
    committer.stage("backend/pyproject.toml", '[tool.atomlint]\nsrc = ["app"]\n')
    assert "--> backend/app/main.py:10:5" in committer.run().stdout


def test_excluded_and_deleted_files_do_not_stop_a_commit(committer):
    committer.stage("pyproject.toml", '[tool.atomlint]\nextend-exclude = ["old/"]\n')
    committer.stage("old/app.py", LIMITER)
    committer.stage("gone.py", QUIET)
    assert committer.run().returncode == 0
    committer.commit_all()
    committer.repository.git("rm", "--quiet", "gone.py")
    committer.stage("app.py", QUIET)
    assert committer.run().returncode == 0


def test_a_wrong_configuration_stops_the_commit_with_its_place(committer):
    committer.stage("pyproject.toml", "[tool.atomlint]\nignroe = []\n")
    committer.stage("app.py", QUIET)
    done = committer.run()
    assert done.returncode == 1
    assert "exit code: 2" in done.stdout
    assert re.search(r"pyproject\.toml:2.*did you mean 'ignore'", done.stdout)


# --- the published hooks ----------------------------------------------------------------------------------------------


def hooks() -> dict[str, dict]:
    return {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}


def test_the_hooks_run_once_and_leave_excluded_files_out():
    assert list(hooks()) == ["atomlint", "atomlint-secrets", "atomlint-fly"]
    for hook in hooks().values():
        assert hook["require_serial"] is True
        assert hook["language"] == "python"
        assert hook["entry"].startswith("atomlint check --force-exclude")


READ = (
    "app.py fly.toml FLY.TOML CLAUDE.md docs/a.markdown .env .env.local prod.env .envrc .flaskenv a.yaml a.yml a.json"
    " a.ini a.cfg a.conf a.properties run.sh a.bash a.zsh Dockerfile Dockerfile.dev api.dockerfile Containerfile .npmrc"
    " .netrc deploy/.pgpass Procfile Procfile.dev sub/dir/Dockerfile Makefile web/GNUmakefile justfile .justfile Pipfile"
)
UNREAD = "a.pyi a.js a.css a.txt a.png Makefile.am LICENSE py toml a.pyc environment dockerfiles a.py.bak .envrcs"


@pytest.mark.parametrize("name", [*READ.split(), *UNREAD.split()])
def test_the_hook_gets_the_files_that_a_whole_run_reads(name):
    for hook in ("atomlint", "atomlint-secrets"):
        assert bool(re.search(hooks()[hook]["files"], name)) == textual(name) == (name in READ.split())


def test_the_hook_for_fly_gets_what_its_rules_read():
    pattern = hooks()["atomlint-fly"]["files"]
    for name in (
        "app.py",
        "fly.toml",
        "fly.worker.toml",
        ".env",
        ".env.example",
        "Dockerfile",
        "Procfile",
        "CLAUDE.md",
        "scripts/deploy.sh",
        ".github/workflows/deploy.yml",
        "compose.yaml",
    ):
        assert re.search(pattern, name), name
    assert not re.search(pattern, "a.json")


@pytest.mark.needs("pip")
def test_try_repo_of_this_repository_installs_and_reports(committer, tmp_path):
    """Builds an environment with pip: the one slow test here."""
    source = clone(tmp_path / "atomlint")
    committer.stage("app.py", LIMITER)
    done = committer.pre_commit("try-repo", str(source), "atomlint", "--verbose", "--files", "app.py", timeout=900)
    if done.returncode == 3 and re.search(r"No matching distribution|connection|resolve", done.stdout, re.IGNORECASE):
        pytest.skip("pip cannot install here: " + done.stdout.strip().splitlines()[-1])
    assert done.returncode == 1, done.stdout
    assert FOUND in done.stdout
    assert "hook id: atomlint" in done.stdout


def clone(place) -> os.PathLike[str]:
    """The working tree as a repository of its own, as somebody else would clone it."""
    from git_repository import Repository

    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout  # fmt: skip
    repository = Repository(place)
    for name in map(os.fsdecode, listed.split(b"\0")):
        if (name.startswith(("atomlint/", "rules/")) or "/" not in name) and (ROOT / name).is_file():
            repository.write(name, (ROOT / name).read_bytes())
    repository.commit()
    return place
