"""Rules on CLAUDE.md and AGENTS.md in whole projects: kept results, bad input, declared options, repairs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from git_repository import Repository
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import check, engine, put, said

from atomlint.engine import Request
from atomlint.testing import check_files, fix_directory

if TYPE_CHECKING:
    from pathlib import Path

    from atomlint.report import Report

RULE = "agent-doc-contradiction"
BLOCK = "<!-- BEGIN:atomlint-deploy v1 -->\n```toml\n{}\n```\n<!-- END:atomlint-deploy -->\n"


def block(toml: str) -> str:
    return BLOCK.format(toml)


def messages(report: Report, rule: str) -> list[str]:
    return [finding.message for finding in report.findings if finding.rule == rule]


# --- kept results -----------------------------------------------------------------------------------------------------


@pytest.fixture
def warm(tmp_path, monkeypatch):
    """A run with a cache that a new process would find, over one project."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "project"
    put(root, "atomlint.toml", 'select = ["agent-doc-contradiction"]\n')

    def run() -> list[tuple[str, int, str]]:
        with engine() as made:
            return said(made.check(Request(cwd=root, jobs=1)))

    return root, run


def test_a_file_of_any_kind_that_appears_is_no_contradiction_any_more(warm):
    root, run = warm
    put(root, "CLAUDE.md", "The page is `web/App.tsx`, its icon `web/icon.svg`.\n")
    put(root, "web/main.tsx", "")
    assert len(run()) == 2
    put(root, "web/App.tsx", "")
    assert len(run()) == 1
    put(root, "other.png", b"")
    assert len(run()) == 1
    put(root, "web/icon.svg", "")
    assert run() == []
    (root / "web/App.tsx").unlink()
    assert run() == [("CLAUDE.md", 1, RULE)]


def test_a_path_that_comes_to_be_ignored_is_no_contradiction_any_more(warm):
    root, run = warm
    put(root, "CLAUDE.md", "Boats are in `data/boats.json`.\n")
    put(root, "data/yards.json", "")
    assert run() == [("CLAUDE.md", 1, RULE)]
    put(root, ".gitignore", "data/boats.json\n")
    assert run() == []
    put(root, ".gitignore", "data/other.json\n")
    assert run() == [("CLAUDE.md", 1, RULE)]


@pytest.mark.parametrize(
    ("path", "command", "without", "with_it"),
    [
        ("Makefile", "make seed", "test:\n\techo\n", "test seed:\n\techo\n"),
        ("justfile", "just seed", "test:\n  echo\n", "seed year:\n  echo\n"),
        ("web/package.json", "npm run seed", '{"scripts": {}}', '{"scripts": {"seed": "node seed.js"}}'),
    ],
)
def test_a_command_that_comes_to_be_is_no_contradiction_any_more(warm, path, command, without, with_it):
    root, run = warm
    put(root, "CLAUDE.md", f"Run `{command}`.\n")
    put(root, path, without)
    assert run() == [("CLAUDE.md", 1, RULE)]
    put(root, path, with_it)
    assert run() == []


# --- bad input --------------------------------------------------------------------------------------------------------


def test_a_link_between_the_documents_is_read_once(tmp_path):
    put(tmp_path, "AGENTS.md", "`src/gone.py`\n")
    put(tmp_path, "src/app.py", "")
    (tmp_path / "CLAUDE.md").symlink_to("AGENTS.md")
    assert said(check(tmp_path, overrides={"select": (RULE,)})) == [("AGENTS.md", 1, RULE)]


def test_nothing_outside_of_the_project_is_read(tmp_path):
    root = tmp_path / "project"
    put(tmp_path, "notes.md", block("config = 'fly.api.toml'"))
    put(root, "CLAUDE.md", f"@../notes.md @{tmp_path}/notes.md @deep.md @~/x.md\n")
    (root / "deep.md").symlink_to("../notes.md")
    put(root, "fly.toml", "app = 'desk'\n")
    assert said(check(root, overrides={"select": ("agent", "fly-topology-drift")})) == []


def test_a_broken_block_costs_no_other_finding():
    report = check_files(
        {"CLAUDE.md": block("config = ") + "\n`src/gone.py`\n", "src/app.py": "", "fly.toml": "app = \n"},
        select=("agent", "fly-topology-drift"),
    )
    assert {f.rule for f in report.findings} == {"agent-block-invalid", RULE}


@pytest.mark.parametrize(
    "text",
    ["<!--", "`", "[", "](", "@a", "<!-- BEGIN:atomlint-deploy v1 -->\n", "```\n", "`a/b.py` ", "# a\n", "- ", ". "],
)
def test_a_large_document_of_one_thing_takes_no_time(text):
    started = time.process_time()
    check_files({"CLAUDE.md": text * (200_000 // len(text))}, select=("agent",))
    assert time.process_time() - started < 10


TOKENS = [
    *(
        "`",
        "```",
        "```bash\n",
        "\n",
        " ",
        "# ",
        "- ",
        "| ",
        "[a](",
        ")",
        "<!--",
        "-->",
        "@a.md",
        "→",
        "\r\n",
        "\ufeff",
        "\0",
    ),
    *("src/a.py", "src/gone.py", "../../x.py", "make x", "npm run x", "python -m src.x", "cd a &&", "'", '"', "\\\n"),
    *(
        "BEGIN:atomlint-deploy v1",
        "END:atomlint-deploy",
        "config = 'fly.toml'",
        "create",
        "e.g. ",
        "fly.api.toml",
        "é",
        "漢",
    ),
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(TOKENS), max_size=30).map("".join))
def test_any_document_is_read_without_a_crash(text):
    report = check_files({"CLAUDE.md": text, "src/a.py": ""}, select=("agent", "atomlint"))
    assert list(report.errors) == []
    assert {f.rule for f in report.findings} <= {RULE, "agent-block-invalid", "agent-block-stale"}


@pytest.mark.parametrize("name", ["CLAUDE.md", "docs/deploy.md"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_marks_hide_nothing(name, end, mark):
    text = mark + ("# Desk\n\n" + block("config = 'fly.toml'")).replace("\n", end)
    files = {"CLAUDE.md": "@docs/deploy.md\n", name: text, "fly.toml": "app = 'a'\n", "fly.api.toml": "app = 'b'\n"}
    report = check_files(files, select=("agent", "fly-topology-drift"))
    assert said(report) == [("fly.api.toml", 1, "fly-topology-drift")]
    assert [(n.span.path, n.span.start.line) for f in report.findings for n in f.related] == [(name, 5)]


# --- declared options -------------------------------------------------------------------------------------------------

POLL = """
import time

from sqlalchemy import text


def wait(session):
    while True:
        session.execute(text("SELECT 1"))
        time.sleep(60)
"""
CLIENTS = """
import os
import redis

cache = None if os.getenv("PAUSE_CACHE") else redis.Redis()
limits = redis.Redis()
"""


def test_a_declared_interval_is_the_budget_of_polls():
    files = {"worker.py": POLL, "CLAUDE.md": block("[budget]\npoll-seconds = 300")}
    assert messages(check_files({"worker.py": POLL}, select=("runtime-tight-poll",)), "runtime-tight-poll") == []
    found = messages(check_files(files, select=("runtime-tight-poll",)), "runtime-tight-poll")
    assert ["288 at 300 s" in message for message in found] == [True]


def test_the_configuration_outweighs_what_is_declared():
    files = {"worker.py": POLL, "CLAUDE.md": block("[budget]\npoll-seconds = 300")}
    report = check_files(files, select=("runtime-tight-poll",), rules={"runtime-tight-poll": {"budget": 10}})
    assert messages(report, "runtime-tight-poll") == []


def test_a_declared_kill_switch_is_the_one_that_clients_ask():
    files = {"cache.py": CLIENTS, "CLAUDE.md": block('[kill-switches]\nredis = "PAUSE_CACHE"')}
    assert messages(check_files({"cache.py": CLIENTS}, select=("redis-kill-switch",)), "redis-kill-switch") == []
    found = messages(check_files(files, select=("redis-kill-switch",)), "redis-kill-switch")
    assert ["without asking PAUSE_CACHE" in message for message in found] == [True]


# --- repairs and secrets ----------------------------------------------------------------------------------------------


def contract(root: Path, fly: str) -> None:
    put(root, "atomlint.toml", "")
    put(root, "CLAUDE.md", block('config = "fly.toml"\nsecrets = ["REDIS_URL"]\n[env]\nENVIRONMENT = "production"'))
    put(root, "fly.toml", fly)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "app = 'a'\n\n[env] # one\n  A = '1'\n",
            "app = 'a'\n\n[env] # one\n  ENVIRONMENT = 'production'\n  A = '1'\n",
        ),
        ("[env]\r\nENVIRONMENT = 'dev' # no\r\n", '[env]\r\nENVIRONMENT = "production" # no\r\n'),
        ('app = "a"\n', 'app = "a"\n\n[env]\n  ENVIRONMENT = "production"\n'),
    ],
)
def test_what_is_declared_is_written_and_nothing_else_changes(tmp_path, before, after):
    contract(tmp_path, before)
    assert fix_directory(tmp_path, select=("fly-env-contract",))["fly.toml"].decode() == after


def test_a_command_is_shown_without_what_may_be_a_secret():
    text = "```bash\nAPI_KEY=hunter2 python -m app.gone --token hunter3\npytest -k Hunter4 src/test_gone.py x\n```\n"
    files = {"CLAUDE.md": text, "app/__init__.py": "", "src/a.py": ""}
    assert messages(check_files(files, select=(RULE,)), RULE) == [
        "tells to run `python -m app.gone`, and the project has no module app.gone",
        "tells to run `pytest -k … src/test_gone.py`, and the project has no such file: src/test_gone.py",
    ]


def test_a_secret_is_named_and_never_shown(tmp_path):
    contract(tmp_path, "[env]\nENVIRONMENT = 'hunter2'\nREDIS_URL = 'redis://:hunter2@cache:6379'\n")
    report = check(tmp_path, overrides={"select": ("fly-env-contract",)})
    assert [finding.span.start.line for finding in report.findings] == [2, 3]
    assert "hunter2" not in "".join(f.message + f.help + str(f.related) for f in report.findings)


# --- parts of a repository --------------------------------------------------------------------------------------------


def test_what_lies_above_a_project_inside_of_a_repository_is_not_judged(tmp_path):
    repository = Repository(tmp_path)
    put(tmp_path, "Makefile", "seed:\n\techo\n")
    put(tmp_path, "docs/guide.md", "# Guide\n")
    put(tmp_path, "backend/atomlint.toml", "")
    put(tmp_path, "backend/app/main.py", "")
    text = "Run `make seed`, see [the guide](../docs/guide.md), `backend/app/main.py` and `app/gone.py`.\n"
    put(tmp_path, "backend/CLAUDE.md", text)
    repository.git("add", "-A")
    report = check(tmp_path / "backend", overrides={"select": (RULE,)})
    assert messages(report, RULE) == ["names app/gone.py, and the project has no such file"]


def test_what_the_configuration_excludes_is_there_for_all_that_is_known(tmp_path):
    put(tmp_path, "atomlint.toml", 'extend-exclude = ["vendor/"]\n')
    put(tmp_path, "CLAUDE.md", "`vendor/engine/main.py` and `src/gone.py`\n")
    put(tmp_path, "vendor/engine/main.py", "")
    put(tmp_path, "src/app.py", "")
    report = check(tmp_path, overrides={"select": (RULE,)})
    assert messages(report, RULE) == ["names src/gone.py, and the project has no such file"]


GERMAN = """# Werkstatt

- `app/alt.py` wurde entfernt.
- Lege `app/neu.py` an, wenn es fehlt.

## Beispiele

`app/muster.py` zeigt es.

## Aufbau

`app/fort.py` hält die Routen.
"""


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ([], [3, 4, 8, 12]),
        (["entfernt", "lege"], [8, 12]),
        (["ENTFERNT", "leg*", "beispiel*"], [12]),
        (["*", "", "fern", "x("], [3, 4, 8, 12]),
    ],
)
def test_words_of_another_language_can_be_given(words, lines):
    files = {"CLAUDE.md": GERMAN, "app/main.py": "x = 1\n"}
    report = check_files(files, select=(RULE,), rules={RULE: {"quiet-words": words}})
    assert [finding.span.start.line for finding in report.findings] == lines
