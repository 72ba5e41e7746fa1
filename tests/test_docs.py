"""The documentation says what the program does: generated pages are fresh, examples work, links lead somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from atomlint.cli import COMMANDS, main
from atomlint.cli.check import check
from atomlint.config import load
from atomlint.index.catalog import Catalog, configured_rows
from atomlint.output import FORMATS
from atomlint.registry import Registry

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("README.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(page: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(page.read_text("utf-8")) if kind == language]


def generate(*arguments: str, script: Path = ROOT / "docs" / "generate.py") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def test_the_generated_pages_and_the_example_in_the_readme_are_fresh():
    done = generate("--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_stale_a_missing_and_a_left_over_page_are_named(tmp_path):
    for name in ("docs", "examples"):
        (tmp_path / name).mkdir()
    (tmp_path / "examples" / "incident").symlink_to(ROOT / "examples" / "incident", target_is_directory=True)
    (tmp_path / "README.md").write_text("no markers\n", "utf-8")
    for name in ("generate.py", "agents_page.py", "catalog_page.py"):
        (tmp_path / "docs" / name).write_text(text(f"docs/{name}"), "utf-8")
    script = tmp_path / "docs" / "generate.py"
    assert "docs/cli.md is stale" in generate("--check", script=script).stderr
    assert generate(script=script).returncode == 0
    assert generate("--check", script=script).returncode == 0
    (tmp_path / "docs" / "cli.md").write_text("old\n", "utf-8")
    (tmp_path / "docs" / "rules" / "redis-gone.md").write_text("old\n", "utf-8")
    (tmp_path / "docs" / "rules" / "secret-hardcoded.md").unlink()
    done = generate("--check", script=script)
    assert done.returncode == 1
    assert [line.split()[0] for line in done.stderr.splitlines()] == [
        "docs/rules/secret-hardcoded.md",
        "docs/cli.md",
        "docs/rules/redis-gone.md",
    ]


def test_every_rule_has_a_page_and_a_row():
    index = text("docs/rules/README.md")
    for rule_id in Registry().ids:
        assert f"({rule_id}.md)" in index
        assert text(f"docs/rules/{rule_id}.md").count(f"# {rule_id}\n") == 1


def test_every_page_of_a_rule_says_why_shows_bad_and_good_and_owns_its_limits():
    registry = Registry()
    wanted = {"why", "bad", "good", "limits"}
    lacking = {i: sorted(wanted - set(registry.rule(i).sections)) for i in registry.ids}
    assert {rule_id: names for rule_id, names in lacking.items() if names} == {}


def test_the_readme_shows_a_call_path_and_two_places_of_one_finding():
    (shown,) = [body for body in blocks(ROOT / "README.md", "console") if "atomlint check --select" in body]
    assert "= call path:" in shown
    assert re.search(r"--> fly\.toml:\d+.*--> backend_saas/core/database\.py:\d+", shown, re.DOTALL)
    assert re.search(r"^Found \d+ findings \(\d+ fail\) in \d+ files;", shown, re.MULTILINE)


def test_every_command_and_option_is_documented():
    page = text("docs/cli.md")
    assert all(f"## atomlint {name}" in page for name in COMMANDS)
    assert [option for p in check.params for option in p.opts if option.startswith("-") and option not in page] == []
    assert all(f"`{name}`" in text("docs/ci.md") for name in FORMATS)
    assert main.help in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page):
    targets = [link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    optional = {"benchmarks/README.md"}
    assert [t for t in targets if t and t not in optional and not (page.parent / t).exists()] == []


def configurations() -> list[str]:
    pages = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    return [body for page in pages for body in blocks(page, "toml") if "[tool.atomlint" in body]


@pytest.mark.parametrize("body", configurations())
def test_every_configuration_shown_is_accepted(tmp_path, body):
    from atomlint.engine import Engine, Request

    path = tmp_path / "pyproject.toml"
    path.write_text(body, "utf-8")
    (tmp_path / "backend").mkdir()
    Engine().settings(Request(), tmp_path)
    Catalog([configured_rows(load(path).catalog, str(path))])


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name
)
def test_every_yaml_shown_can_be_read(page):
    assert all(isinstance(yaml.safe_load(body), dict) for body in blocks(page, "yaml"))


def test_the_hooks_that_the_page_names_are_those_that_exist():
    hooks = yaml.safe_load(text(".pre-commit-hooks.yaml"))
    page = text("docs/pre-commit.md")
    assert re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE) == [hook["id"] for hook in hooks]


@pytest.mark.needs("bash")
def test_the_shell_completion_shown_works():
    (line,) = blocks(ROOT / "docs" / "completion.md", "bash")
    directory = Path(sys.executable).parent
    environment = os.environ | {"PATH": f"{directory}{os.pathsep}{os.environ['PATH']}"}
    asked = (
        f'{line}\nCOMP_WORDS=(atomlint ch) COMP_CWORD=1\n_atomlint_completion atomlint ch\necho "got:${{COMPREPLY[*]}}"'
    )
    done = subprocess.run(["bash", "-c", asked], env=environment, capture_output=True, text=True, check=False)
    assert "got:check" in done.stdout, done.stderr


@pytest.mark.needs("bash")
@pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX: the step's script is run by bash")
def test_the_step_of_the_github_action_annotates_writes_both_reports_and_keeps_the_status(tmp_path):
    action = yaml.safe_load(text("action.yml"))
    step = action["runs"]["steps"][-1]
    (tmp_path / "app.py").write_text("def f(:\n", "utf-8")
    (tmp_path / "atomlint.toml").write_text("", "utf-8")
    summary = tmp_path / "step.md"
    environment = os.environ | {
        "PYTHON": sys.executable,
        "ATOMLINT_CACHE_DIR": str(tmp_path / "cache"),
        "INPUT_PATHS": "",
        "INPUT_ARGS": "--ignore runtime",
        "INPUT_SARIF": "out.sarif",
        "SUMMARY": str(tmp_path / "summary.md"),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    assert set(step["env"]) <= set(environment)
    (tmp_path / "bad.py").write_text("import redis\ndef f(:\n", "utf-8")
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "::error" in done.stdout
    assert "bad.py" in summary.read_text("utf-8")
    assert json.loads((tmp_path / "out.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert set(re.findall(r"inputs\.([\w-]+)", text("action.yml"))) == set(action["inputs"])
