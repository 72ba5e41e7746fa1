"""``atomlint env``: the table, the JSON, the example, and what goes wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from atomlint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "kx" + "9" * 30
FILES = {
    "pyproject.toml": "[tool.atomlint]\n",
    "app/__init__.py": "",
    "app/settings.py": f'''
import os
import secrets

from sqlalchemy import create_engine

DATABASE_URL = os.environ["DATABASE_URL"]
SIGNING_KEY = os.getenv("SIGNING_KEY") or secrets.token_hex(32)
API_TOKEN = os.getenv("API_TOKEN", "{SECRET}")
CACHE_URL = os.getenv("CACHE_URL", "redis://app:hunter2@cache.internal/0")
WORKERS = int(os.getenv("WORKERS", "4"))
DEBUG = os.getenv("DEBUG", "false").lower() == "true"
HOME = os.getenv("HOME")
if not os.getenv("LICENSE"):
    raise RuntimeError("LICENSE is missing")
engine = create_engine(DATABASE_URL)
''',
    "tests/test_app.py": "import os\nos.getenv('ONLY_IN_TESTS')\n",
    "fly.toml": "# fly secrets set SIGNING_KEY=...\napp = 'desk'\n\n[env]\n  WORKERS = '2'\n",
    "Dockerfile": "FROM python:3.12-slim\nENV DEBUG=false\nCMD python -m app\n",
    ".env.example": "DATABASE_URL=postgresql://desk:hunter2@localhost/desk\n",
    "docker-compose.yml": "services:\n  desk:\n    environment:\n      CACHE_URL: redis://cache/0\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["env", *arguments])


def settings(project: Path, *arguments: str) -> dict[str, dict[str, object]]:
    result = run(str(project), "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    return {setting["name"]: setting for setting in json.loads(result.stdout)["settings"]}


def test_the_json_holds_names_types_defaults_reads_and_places(project: Path) -> None:
    found = settings(project)
    assert sorted(found) == [
        "API_TOKEN", "CACHE_URL", "DATABASE_URL", "DEBUG", "HOME", "LICENSE", "SIGNING_KEY", "WORKERS",
    ]  # fmt: skip
    workers = found["WORKERS"]
    assert (workers["types"], workers["defaults"], workers["required"], workers["at_import"]) == (
        ["int"],
        ["4"],
        False,
        True,
    )
    assert workers["set"] == [{"kind": "fly", "path": "fly.toml", "line": 5, "value": "2"}]
    assert [place["kind"] for place in found["SIGNING_KEY"]["set"]] == ["secret"]  # type: ignore[attr-defined]
    assert [place["kind"] for place in found["DEBUG"]["set"]] == ["dockerfile"]  # type: ignore[attr-defined]
    assert [place["kind"] for place in found["CACHE_URL"]["set"]] == ["compose"]  # type: ignore[attr-defined]


def test_what_a_setting_decides_is_told(project: Path) -> None:
    decides = {
        name: {(gate["effect"], gate["when"]) for gate in setting["decides"]}  # type: ignore[attr-defined]
        for name, setting in settings(project).items()
    }
    assert decides["DATABASE_URL"] == {("database", "")}
    assert decides["SIGNING_KEY"] == {("secret", "unset")}
    assert decides["LICENSE"] == {("abort", "unset")}
    assert decides["WORKERS"] == set()


def test_the_table_counts_what_is_required(project: Path) -> None:
    lines = run(str(project)).stdout.splitlines()
    assert lines[0].split() == ["setting", "type", "default", "decides", "read", "in", "set", "in"]
    assert lines[-1] == "8 settings, 1 required, 1 of these set nowhere in the repository"


def test_a_filter_leaves_the_others_out(project: Path) -> None:
    assert sorted(settings(project, "--required")) == ["DATABASE_URL"]
    assert sorted(settings(project, "--unset")) == ["API_TOKEN", "DATABASE_URL", "HOME", "LICENSE"], (
        "an example sets nothing"
    )


@pytest.mark.parametrize("arguments", [[], ["--format", "json"], ["--example", "-"]])
def test_no_output_holds_a_secret_or_a_password(project: Path, arguments: list[str]) -> None:
    output = run(str(project), *arguments).output
    assert "DATABASE_URL" in output
    assert SECRET not in output
    assert "hunter2" not in output


def test_an_example_has_required_settings_open_and_the_others_commented_out(project: Path) -> None:
    lines = run(str(project), "--example", "-").stdout.splitlines()
    assert "DATABASE_URL=" in lines
    assert "# WORKERS=4" in lines
    assert "# API_TOKEN=" in lines
    assert not any("HOME" in line or "ONLY_IN_TESTS" in line for line in lines)


def test_an_example_is_a_dotenv_file_that_the_reader_takes(project: Path) -> None:
    from atomlint.source import Source
    from atomlint.syntax.dotenv import read_dotenv

    text = run(str(project), "--example", "-").stdout
    items = {item.keys[0]: item.value for item in read_dotenv(Source.from_text(".env.example", text))}
    assert items == {"DATABASE_URL": ""}


def test_an_example_replaces_nothing_unless_it_is_told_to(project: Path) -> None:
    target = project / "new.env.example"
    assert run(str(project), "--example", str(target)).exit_code == 0
    before = target.read_bytes()
    target.write_bytes(b"OWN=1\n")
    result = run(str(project), "--example", str(target))
    assert (result.exit_code, target.read_bytes()) == (2, b"OWN=1\n")
    assert "is there already" in result.output
    assert run(str(project), "--example", str(target), "--force").exit_code == 0
    assert target.read_bytes() == before


def test_a_file_that_does_not_parse_is_named_and_ends_with_two(project: Path) -> None:
    (project / "app" / "broken.py").write_text("import os\nX = os.getenv('X'\n", "utf-8")
    result = run(str(project))
    assert result.exit_code == 2
    assert "app/broken.py: does not parse" in result.output
    assert "DATABASE_URL" in result.output


@pytest.mark.parametrize(("name", "text"), [("fly.toml", "app = \n"), ("docker-compose.yml", "services: [\n")])
def test_a_document_that_does_not_parse_is_named_and_ends_with_two(project: Path, name: str, text: str) -> None:
    (project / name).write_text(text, "utf-8")
    result = run(str(project))
    assert result.exit_code == 2
    assert f"{name}: cannot be read" in result.output
    assert "DATABASE_URL" in result.output


def test_a_path_that_is_not_there_ends_with_two(tmp_path: Path) -> None:
    result = run(str(tmp_path / "nowhere"))
    assert (result.exit_code, "no such file or directory" in result.output) == (2, True)


@pytest.mark.parametrize("arguments", [[], ["--format", "json"], ["--example"]])
def test_a_folder_without_python_files_ends_with_two_and_writes_nothing(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "atomlint.toml").write_text("", "utf-8")
    result = run(str(tmp_path), *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"no Python files found in {tmp_path}" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["atomlint.toml"]


def test_one_setting_is_counted_as_one(tmp_path: Path) -> None:
    (tmp_path / "atomlint.toml").write_text("", "utf-8")
    (tmp_path / "app.py").write_text("import os\n\nLEVEL = os.getenv('LEVEL', 'info')\n", "utf-8")
    assert run(str(tmp_path)).stdout.splitlines()[-1] == "1 setting, 0 required"


def test_a_project_that_reads_nothing_says_so(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.atomlint]\n", "utf-8")
    (tmp_path / "app.py").write_text("print('hello')\n", "utf-8")
    assert run(str(tmp_path)).stdout.splitlines()[-1].startswith("0 settings")
