"""``atomlint check --unresolved``: calls on request paths that lead nowhere that is known."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from commands import LIMITER, atomlint

SCHEMA = json.loads((Path(__file__).parent.parent / "atomlint" / "output" / "schema-1.0.json").read_text("utf-8"))
APP = LIMITER.replace("    client.incr", "    plugin().run(1)\n    mystery.load()\n    mystery.save()\n    client.incr")


@pytest.fixture
def shop(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    (root / "app.py").write_text(f"{APP}\n\ndef never():\n    mystery.hidden()\n", "utf-8")
    return root


def test_count_receivers_and_places_follow_the_findings(shop):
    done = atomlint("check", "--unresolved", "-q", cwd=shop)
    assert "Traceback" not in done.stderr
    head, _, tail = done.stdout.partition("4 calls on request paths")
    assert "redis-per-request" in head
    assert tail.split("\n") == [
        " with a target that is not known:",
        "most often on mystery (2), plugin() (1), plugin(...) (1)",
        "app.py:10 plugin",
        "app.py:10 plugin(...).run",
        "app.py:11 mystery.load",
        "app.py:12 mystery.save",
        "",
    ]


def test_the_exit_status_and_the_findings_stay_what_they_are(shop):
    plain, listed = atomlint("check", cwd=shop), atomlint("check", "--unresolved", cwd=shop)
    assert (plain.returncode, listed.returncode) == (1, 1)
    assert plain.stdout == listed.stdout[: len(plain.stdout)]


def test_json_carries_them_and_fits_its_schema(shop):
    data = json.loads(atomlint("check", "--unresolved", "-o", "json", "-q", cwd=shop).stdout)
    jsonschema.validate(data, SCHEMA)
    assert data["unresolved"][0] == {"path": "app.py", "line": 10, "callee": "plugin"}
    assert len(data["unresolved"]) == data["summary"]["looked"]["unresolved"] == 4
    plain = json.loads(atomlint("check", "-o", "json", "-q", cwd=shop).stdout)
    assert "unresolved" not in plain
    assert plain["summary"]["looked"]["unresolved"] == 4


def test_lines_are_right_when_they_moved_since_the_answer_was_kept(shop):
    atomlint("check", "--unresolved", "-q", cwd=shop)
    (shop / "app.py").write_text(f"# a comment\n{APP}", "utf-8")
    out = atomlint("check", "--unresolved", "-q", cwd=shop).stdout
    assert "app.py:12 mystery.load" in out


def test_only_those_of_named_files_are_listed(shop):
    (shop / "other.py").write_text("x = 1\n", "utf-8")
    out = atomlint("check", "--unresolved", "-q", "other.py", cwd=shop).stdout
    assert out == "0 calls on request paths with a target that is not known:\n"
