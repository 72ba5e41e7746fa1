"""The ``json`` format and its published schema."""

from __future__ import annotations

import json
from typing import get_args

import msgspec
import pytest
from jsonschema import Draft202012Validator
from output_examples import GET, everything, finding, rendered, report, span

from atomlint.finding import Confidence, Finding, Severity
from atomlint.output import schema
from atomlint.report import Looked, Trouble, TroubleKind

SCHEMA = Draft202012Validator(schema())


def loaded(of, **options) -> dict:
    value = json.loads(rendered("json", of, **options))
    SCHEMA.validate(value)
    return value


def test_the_schema_is_a_schema_that_allows_no_unknown_keys():
    Draft202012Validator.check_schema(schema())
    objects = [schema(), *schema()["$defs"].values()]
    assert all(value.get("additionalProperties") is False for value in objects if value.get("type") == "object")
    stray = {**json.loads(rendered("json", report())), "more": 1}
    assert not SCHEMA.is_valid(stray)


@pytest.mark.parametrize("of", [report(), everything(), report(errors=[Trouble("usage", "", "no")])])
def test_output_follows_the_schema(of):
    assert loaded(of)["version"] == "1.0"


def test_the_schema_names_every_kind_of_trouble_and_every_count():
    assert schema()["$defs"]["error"]["properties"]["kind"]["enum"] == list(get_args(TroubleKind))
    assert schema()["$defs"]["looked"]["required"] == list(Looked.__struct_fields__)
    assert set(schema()["$defs"]["severity"]["enum"]) == {level.value for level in Severity}
    assert set(schema()["$defs"]["confidence"]["enum"]) == {level.value for level in Confidence}


def test_the_summary_counts_active_findings():
    summary = loaded(everything())["summary"]
    assert summary.pop("looked") == msgspec.to_builtins(everything().looked)
    assert summary == {
        "status": 2,
        "findings": 2,
        "failing": 1,
        "errors": 2,
        "threshold": {"severity": "warning", "confidence": "high"},
        "by_severity": {"error": 1, "warning": 1, "info": 0},
        "by_rule": {"fly-mode-variable-missing": 1, "redis-per-request": 1},
    }


def test_findings_are_all_there_and_marked():
    known, silenced, get, likely = loaded(everything())["findings"]
    assert [known["baselined"], get["baselined"], likely["suppressed"]] == [True, False, None]
    assert silenced["suppressed"] == {"path": "app/cache.py", "line": 3, "reason": "one worker only"}


def test_a_finding_can_be_read_back():
    (value,) = loaded(report(GET))["findings"]
    place = {"span": {key: value.pop(key) for key in ("path", "start", "end")}}
    for name in ("related", "trace"):
        place[name] = [{"span": note, "message": note.pop("message")} for note in value.pop(name)]
    place["fixes"] = [
        {**fix, "edits": [{"text": edit.pop("text"), "span": edit} for edit in fix["edits"]]}
        for fix in value.pop("fixes")
    ]
    assert msgspec.convert({**value, **place}, Finding) == GET


def test_errors_say_kind_path_and_message():
    assert loaded(everything())["errors"][1] == {"kind": "path", "path": "app/gone.py", "message": "no such file"}


def test_text_outside_ascii_and_file_names_outside_utf8_are_escaped():
    output = rendered("json", report(finding(span("a\udcff.py", 1, 1, 1, 2), message="schlüssel 🔑 \x7f")))
    assert output.isascii()
    (value,) = json.loads(output)["findings"]
    assert (value["path"], value["message"]) == ("a\\xff.py", "schlüssel 🔑 \x7f")
