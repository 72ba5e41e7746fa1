"""What is shipped: every module, the catalogs, the typing marks, the schema; and nothing of the tests."""

from __future__ import annotations

import re
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest

import atomlint

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parent.parent
SOURCES = {"atomlint": ROOT / "atomlint", "atomlint_rules": ROOT / "rules"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("build", reason="build is not installed")
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from check_wheel import build
    finally:
        sys.path.pop(0)
    return zipfile.ZipFile(build(tmp_path_factory.mktemp("wheel")))


def test_the_wheel_holds_every_module_and_no_other(wheel):
    modules = {
        f"{package}/{path.relative_to(directory).as_posix()}"
        for package, directory in SOURCES.items()
        for path in directory.rglob("*.py")
    }
    assert {name for name in wheel.namelist() if name.endswith(".py")} == modules


def test_the_wheel_holds_what_is_no_module(wheel):
    data = {f"atomlint_rules/catalog/{path.name}" for path in (ROOT / "rules" / "catalog").glob("*.toml")}
    data |= {f"atomlint/output/{path.name}" for path in (ROOT / "atomlint" / "output").glob("*.json")}
    assert len(data) > 3
    data |= {"atomlint/py.typed", "atomlint_rules/py.typed"}
    shipped = {name for name in wheel.namelist() if not name.endswith(".py") and ".dist-info/" not in name}
    assert shipped == data


def test_the_wheel_registers_the_command_and_the_pack(wheel):
    (name,) = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    entries = ConfigParser()
    entries.read_string(wheel.read(name).decode())
    assert dict(entries["console_scripts"]) == {"atomlint": "atomlint.cli:main"}
    assert dict(entries["atomlint.packs"]) == {"builtin": "atomlint_rules"}
    assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())


def test_every_directory_with_a_rule_is_a_package():
    directories = {path.parent for directory in SOURCES.values() for path in directory.rglob("*.py")}
    assert [path for path in sorted(directories) if not (path / "__init__.py").is_file()] == []


def test_the_version_is_the_same_everywhere():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert atomlint.__version__ == declared
    assert re.search(rf"^## {re.escape(declared)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    for page in ("README.md", "docs/pre-commit.md", "docs/ci.md"):
        named = re.findall(r"(?:rev: |atomlint@)v(\d[\w.]*)", (ROOT / page).read_text("utf-8"))
        assert set(named) == {declared}, page


def test_every_name_of_the_public_api_is_there():
    assert [name for name in atomlint.__all__ if getattr(atomlint, name, None) is None] == []
