"""The block that tells agents what rules forbid: its text, `atomlint agents`, and the rule that holds it fresh."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import check, put, said

from atomlint.agents.blocks import RULES, read_blocks
from atomlint.agents.told import lesson, synced, told
from atomlint.cli import main
from atomlint.config.model import Config
from atomlint.document import Document
from atomlint.finding import Severity
from atomlint.registry import Registry
from atomlint.source import Source
from atomlint.testing import fix_directory

REGISTRY = Registry()
SOME = REGISTRY.told(Config(agent_rules=("purge", "secret-hardcoded")))


def run(*arguments: str):
    return CliRunner().invoke(main, ["agents", *arguments])


@pytest.fixture
def project(tmp_path, monkeypatch):
    put(tmp_path, "atomlint.toml", 'agent-rules = ["purge", "secret-hardcoded"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(root: Path, files: dict[str, str | bytes]) -> None:
    for path, content in files.items():
        put(root, path, content)


def document(text: str) -> Document:
    return Document("CLAUDE.md", "markdown", Source("CLAUDE.md", text.encode()))


# --- what is told -----------------------------------------------------------------------------------------------------


def test_what_destroys_data_is_told_first_then_what_weighs_most():
    rules = REGISTRY.told(Config())
    assert rules[0].id == "purge-hardcoded-tenant"
    ranks = [(not rule.destroys, -rule.severity.rank) for rule in rules]
    assert ranks == sorted(ranks)


def test_only_enabled_rules_that_can_fail_a_run_are_told():
    ids = {rule.id for rule in REGISTRY.told(Config(ignore=("redis",), severities={"runtime": Severity.INFO}))}
    assert "secret-hardcoded" in ids
    assert not any(rule_id.startswith(("redis-", "runtime-", "atomlint-")) for rule_id in ids)


@pytest.mark.parametrize("rule", REGISTRY.told(Config()), ids=lambda rule: rule.id)
def test_every_rule_has_a_lesson_of_one_line_and_a_few_sentences(rule):
    text = lesson(rule)
    assert 20 < len(text) < 330
    assert "\n" not in text
    assert text.endswith((".", "!", "?"))


def test_a_rule_says_what_its_page_has_for_agents():
    rule = REGISTRY.rule("agent-rules-stale")
    assert lesson(rule).startswith("Do not edit the block")


# --- the text of a document -------------------------------------------------------------------------------------------


def test_a_document_without_the_block_gets_it_at_its_end():
    assert synced(document("# A"), SOME) == f"# A\n\n{told(SOME)}\n"
    assert synced(document("# A\r\n"), SOME) == f"# A\r\n\r\n{told(SOME)}\r\n".replace("\r\n", "\n").replace(
        "\n", "\r\n"
    )
    assert synced(document(""), SOME) == f"{told(SOME)}\n"


def test_a_block_in_code_is_an_example():
    text = f"```\n{told(())}\n```\n"
    assert synced(document(text), SOME).startswith(text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.text(alphabet="ab #`-<>!\n", max_size=40),
    st.text(alphabet="ab #-\n", max_size=40),
    st.sampled_from(["", "\ufeff"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_only_the_block_changes_and_once(before, after, mark, end):
    old = f"\n\n{told(())}\n\n"
    text = (mark + before.replace("`", "") + old + after).replace("\n", end)
    source = Source("CLAUDE.md", text.encode())
    blocks = read_blocks(Document("CLAUDE.md", "markdown", source).markdown).named(RULES)
    once = source.encode(synced(Document("CLAUDE.md", "markdown", source), SOME))
    again = Source("CLAUDE.md", once)
    assert again.encode(synced(Document("CLAUDE.md", "markdown", again), SOME)) == once
    if blocks:
        wanted = told(SOME).replace("\n", end)
        assert once.decode() == text.replace(told(()).replace("\n", end), wanted)


# --- the command ------------------------------------------------------------------------------------------------------


def test_sync_writes_the_block_and_check_is_content_then(project):
    write(project, {"CLAUDE.md": b"\xef\xbb\xbf# Desk\r\n"})
    assert run("check").exit_code == 1
    assert (project / "CLAUDE.md").read_bytes() == b"\xef\xbb\xbf# Desk\r\n"
    done = run("sync")
    assert (done.exit_code, done.output) == (0, "CLAUDE.md: brought up to date\n")
    data = (project / "CLAUDE.md").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf# Desk\r\n\r\n<!-- BEGIN:atomlint-rules v1 -->\r\n")
    assert b"`purge-hardcoded-tenant`" in data
    assert b"redis" not in data
    assert run("sync").output == "CLAUDE.md: up to date\n"
    assert (project / "CLAUDE.md").read_bytes() == data
    assert run("check").exit_code == 0


def test_a_changed_configuration_is_drift_until_the_next_sync(project):
    write(project, {"CLAUDE.md": "# Desk\n"})
    run("sync")
    write(project, {"atomlint.toml": 'agent-rules = ["purge"]\n'})
    done = run("sync", "--check")
    assert done.exit_code == 1
    assert "-- `secret-hardcoded`" in done.output
    run("sync")
    assert "secret-hardcoded" not in (project / "CLAUDE.md").read_text()


def test_a_named_file_is_made_and_no_other(project):
    assert run("check", "AGENTS.md").exit_code == 2
    assert not (project / "AGENTS.md").exists()
    assert run("sync", "AGENTS.md").output == "AGENTS.md: written\n"
    assert (project / "AGENTS.md").read_text() == f"{told(SOME)}\n"


def test_without_a_document_nothing_is_made(project):
    done = run("sync")
    assert done.exit_code == 2
    assert "name the file to write" in done.stderr
    assert [path.name for path in project.iterdir()] == ["atomlint.toml"]


def test_every_document_with_the_block_is_brought_up_to_date(project):
    write(project, {"CLAUDE.md": told(()), "backend/AGENTS.md": told(()), "README.md": told(())})
    assert run("sync").output == "CLAUDE.md: brought up to date\nbackend/AGENTS.md: brought up to date\n"
    assert (project / "README.md").read_text() == told(())


def test_a_stub_leaves_the_block_to_what_it_imports(project):
    write(project, {"CLAUDE.md": "@AGENTS.md\n", "AGENTS.md": "# Desk\n"})
    assert run("sync").output == "AGENTS.md: brought up to date\n"


def test_a_link_is_written_through(project):
    write(project, {"AGENTS.md": "# Desk\n"})
    (project / "CLAUDE.md").symlink_to("AGENTS.md")
    run("sync", "CLAUDE.md")
    assert (project / "CLAUDE.md").is_symlink()
    assert told(SOME) in (project / "AGENTS.md").read_text()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("notes.txt", None, "Markdown"),
        ("CLAUDE.md", b"# A\n```bash\nmake\n", "not closed"),
        ("CLAUDE.md", b"# A\n<!-- open\n", "not closed"),
        ("CLAUDE.md", b"\xff\xfe", "CLAUDE.md: "),
        ("new/folder/CLAUDE.md", None, "new/folder/CLAUDE.md: no such folder: new/folder"),
        ("CLAUDE.md", b"#\n\n<!-- BEGIN:atomlint-rules v1 -->\n", "CLAUDE.md:3: the block is not closed"),
        ("CLAUDE.md", b"<!-- END:atomlint-rules -->\n", "CLAUDE.md:1: this END has no <!-- BEGIN"),
    ],
)
def test_what_cannot_be_written_to_is_one_line_and_status_2(project, name, data, why):
    if data is not None:
        write(project, {name: data})
    done = run("sync", name)
    assert done.exit_code == 2
    assert done.stderr.count("\n") == 1
    assert why in done.stderr
    assert data is None or (project / name).read_bytes() == data


def test_a_document_that_is_no_text_is_one_line_and_status_2_though_nobody_names_it(project):
    write(project, {"CLAUDE.md": b"# Notes\n\xff\n", "app.py": "import os\n"})
    done = run("check")
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert "CLAUDE.md: not UTF-8" in done.stderr


@pytest.mark.parametrize("arguments", [("check",), ("check", "CLAUDE.md"), ("sync", "--check", "docs/AGENTS.md")])
def test_a_check_of_a_file_that_is_not_there_ends_with_2(project, arguments):
    (project / "docs").mkdir()
    done = run(*arguments)
    assert (done.exit_code, done.stderr.count("\n"), done.stdout) == (2, 1, "")
    assert "agents sync" in done.stderr


def test_a_wrong_configuration_is_one_line_and_status_2(project):
    write(project, {"atomlint.toml": 'agent-rules = ["purgee"]\n', "CLAUDE.md": ""})
    done = run("sync")
    assert done.exit_code == 2
    assert "did you mean 'purge'?" in done.stderr


# --- the rule ---------------------------------------------------------------------------------------------------------


def test_the_rule_is_quiet_after_sync_and_speaks_after_a_change(project):
    write(project, {"CLAUDE.md": "# Desk\n"})
    run("sync")
    assert said(check(project)) == []
    write(project, {"atomlint.toml": 'agent-rules = ["purge"]\n'})
    assert said(check(project)) == [("CLAUDE.md", 3, "agent-rules-stale")]


def test_the_rule_judges_by_the_configuration_and_not_by_the_command_line(project):
    write(project, {"CLAUDE.md": "# Desk\n"})
    run("sync")
    assert said(check(project, overrides={"select": ("agent",)})) == []
    assert said(check(project, overrides={"ignore": ("secret",)})) == []


def test_the_fix_writes_what_sync_writes(project):
    write(project, {"CLAUDE.md": f"# Desk\r\n\r\n{told(())}\r\n"})
    changed = fix_directory(project, select=("agent-rules-stale",))["CLAUDE.md"]
    run("sync")
    assert changed == (project / "CLAUDE.md").read_bytes()


def test_markdown_that_no_agent_reads_is_left_alone(project):
    write(project, {"docs/notes.md": told(())})
    assert said(check(project)) == []
    assert Path("docs/notes.md").read_text() == told(())
