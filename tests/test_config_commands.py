from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field

import jsonschema
import pytest
from click.testing import CliRunner
from config_project import EVERYTHING, write

from atomlint.cli.config import config as config_group
from atomlint.config import load, override
from atomlint.config.model import GLOB_KEYS, MERGED_DEPTHS
from atomlint.config.schema import schema
from atomlint.option import Option
from atomlint.registry import Registry


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


BUDGET = Option("budget", 60, "Seconds a poll may wait.", minimum=1)
MODES = Option("modes", ["read"], "What to look at.", choices=("read", "write"))


@dataclass
class FakeRule:
    id: str = "x-y"
    summary: str = "Finds y."
    options: list[Option] = field(default_factory=lambda: [BUDGET, MODES])


def test_the_schema_documents_every_key_and_agrees_with_the_check(project):
    described = schema([FakeRule()])
    jsonschema.Draft202012Validator.check_schema(described)
    assert all(entry["description"] for entry in described["properties"].values())
    assert "null" not in json.dumps(described)
    assert described["additionalProperties"] is False
    validator = jsonschema.Draft202012Validator(described)
    everything = json.loads(CliRunner().invoke(config_group, ["show", "--format", "json"]).output)["values"]
    assert validator.is_valid(everything)
    assert validator.is_valid({"rules": {"x-y": {"budget": 1, "modes": ["write"]}}, "catalog": [{"kind": "a", "b": 1}]})
    for wrong in [
        {"selekt": []},
        {"severity": "warn"},
        {"select": "redis"},
        {"catalog": [{}]},
        {"rules": {"x-z": {}}},
        {"rules": {"x-y": {"budget": 0}}},
        {"rules": {"x-y": {"other": 0}}},
    ]:
        assert not validator.is_valid(wrong), wrong
    assert jsonschema.Draft202012Validator(schema()).is_valid({"rules": {"any": {"thing": 1}}})


def test_the_lists_of_keys_name_keys():
    assert {*GLOB_KEYS, *MERGED_DEPTHS} <= set(schema()["properties"])


def test_config_schema_prints_the_schema():
    result = CliRunner().invoke(config_group, ["schema"])
    registry = Registry()
    known = schema(registry.rule(rule_id) for rule_id in registry.ids)
    assert (result.exit_code, json.loads(result.output)) == (0, json.loads(json.dumps(known)))
    assert list(known["properties"]["rules"]["properties"]) == registry.ids


def test_config_show_can_be_read_back(project, tmp_path_factory):
    path = write(project / "atomlint.toml", EVERYTHING)
    (project / "sub").mkdir()
    (project / "backend").mkdir()
    result = CliRunner().invoke(config_group, ["show", "sub", "--config", "rules.runtime-tight-poll.budget=90"])
    assert result.exit_code == 0
    again = load(write(tmp_path_factory.mktemp("again") / "atomlint.toml", result.output))
    assert again.digest == override(load(path), ["rules.runtime-tight-poll.budget=90"]).digest
    lines = result.output.splitlines()
    assert lines[:2] == ["# configuration: atomlint.toml", "# root: ."]
    assert 'severity = "error"  # file' in lines
    assert "budget = 90  # command line" in lines


def test_a_root_of_imports_that_is_not_there_is_wrong_on_its_line(project):
    write(project / "atomlint.toml", "ignore = []\nsrc = [\n  'backend',\n  '.',\n]\n")
    (project / "backends").mkdir()
    result = CliRunner().invoke(config_group, ["show"])
    reason = "src[0]: no such directory 'backend'; did you mean 'backends'?"
    assert (result.exit_code, result.output) == (2, f"atomlint: atomlint.toml:2: {reason}\n")


def test_config_show_tells_defaults_from_the_rest(project):
    write(project / "atomlint.toml", "ignore = ['redis']")
    (project / "a").mkdir()
    shown = CliRunner().invoke(config_group, ["show", "--config", "src=['a']"]).output.splitlines()
    assert 'ignore = ["redis"]  # file' in shown
    assert 'src = ["a"]  # command line' in shown
    assert 'confidence = "high"  # default' in shown
    assert "# baseline is not set" in shown
    parsed = json.loads(CliRunner().invoke(config_group, ["show", "--format", "json", "--isolated"]).output)
    assert parsed["path"] is None
    assert set(parsed["origins"].values()) == {"default"}
    assert set(parsed["origins"]) == set(parsed["values"])


def test_config_show_says_what_is_wrong_and_ends_with_status_2(project):
    write(project / "atomlint.toml", "selekt = []\nseverity = 1")
    result = CliRunner().invoke(config_group, ["show"])
    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in result.output.splitlines()] == ["atomlint", "atomlint"]
    assert CliRunner().invoke(config_group, ["show", "--isolated"]).exit_code == 0
    assert CliRunner().invoke(config_group, ["show", "missing"]).exit_code == 2
    assert "no such file" in CliRunner().invoke(config_group, ["show", "--config", "missing.toml"]).output


def test_the_command_and_the_configuration_import_nothing_heavy():
    code = (
        "import sys, atomlint.cli.config; assert 'msgspec' not in sys.modules, 'msgspec'; import atomlint.config; "
        "print(*sorted({'pathspec', 'tomllib', 'tomli', 'difflib', 'libcst'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout.strip()) == ("", "")
