"""The ``sarif`` format against the schema of the standard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from output_examples import GET, SILENCED, everything, finding, rendered, report, span

from atomlint.finding import Edit, Note, Severity

SCHEMA = Draft4Validator(json.loads((Path(__file__).parent / "data/sarif-schema-2.1.0.json").read_text("utf-8")))


def run(of) -> dict[str, Any]:
    log = json.loads(rendered("sarif", of))
    SCHEMA.validate(log)
    for region in regions(log):
        assert region["startLine"] >= 1  # Errata 01 asks for a start
    (only,) = log["runs"]
    return only


def regions(value: Any) -> list[dict[str, int]]:
    if isinstance(value, list):
        return [region for item in value for region in regions(item)]
    if not isinstance(value, dict):
        return []
    own = [value[key] for key in ("region", "deletedRegion") if key in value]
    return own + [region for item in value.values() for region in regions(item)]


def test_the_schema_of_the_standard_is_in_force():
    log = json.loads(rendered("sarif", everything()))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not SCHEMA.is_valid(log)


def test_every_part_follows_the_standard():
    only = run(everything())
    assert only["columnKind"] == "unicodeCodePoints"
    assert [result["ruleId"] for result in only["results"]] == [f.rule for f in everything().findings]


def test_an_empty_report_follows_the_standard():
    assert run(report())["results"] == []


def test_rules_are_described_and_results_point_at_them():
    only = run(everything())
    rules = only["tool"]["driver"]["rules"]
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    described = next(rule for rule in rules if rule["id"] == "redis-per-request")
    assert described["shortDescription"] == {"text": "A Redis command on every request"}
    assert described["fullDescription"] == {"text": "Each request pays a round trip, e.g. 733K an hour."}
    assert described["helpUri"] == "https://example.com/rules/redis-per-request"
    assert described["defaultConfiguration"] == {"level": "error"}


def test_a_result_has_place_level_confidence_and_fingerprint():
    (result,) = run(report(GET))["results"]
    assert result["level"] == "error"
    assert result["properties"]["confidence"] == "high"
    assert result["partialFingerprints"] == {"atomlint/v1": "f00d"}
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "app/cache.py", "uriBaseId": "SRCROOT", "index": 0},
        "region": {"startLine": 8, "startColumn": 22, "endLine": 8, "endColumn": 37},
    }
    assert [related["message"]["text"] for related in result["relatedLocations"]] == [n.message for n in GET.related]


@pytest.mark.parametrize(("severity", "level"), [("error", "error"), ("warning", "warning"), ("info", "note")])
def test_levels(severity, level):
    (result,) = run(report(finding(span("a.py", 1, 1, 1, 1), severity=Severity(severity))))["results"]
    assert result["level"] == level


def test_a_code_flow_ends_at_the_place_reported():
    short = finding(GET.span, trace=GET.trace[:2])
    for one in (GET, short):
        (result,) = run(report(one))["results"]
        (flow,) = result["codeFlows"]
        steps = flow["threadFlows"][0]["locations"]
        assert len(steps) == 3
        assert steps[-1]["location"]["physicalLocation"] == result["locations"][0]["physicalLocation"]


def test_fixes_are_grouped_by_file_and_given_once():
    fixed = finding(GET.span)
    edits = [
        Edit(span("b.py", 1, 1, 1, 2), "x"),
        Edit(span("a.py", 2, 1, 2, 2), "y"),
        Edit(span("b.py", 3, 1, 3, 1), "z"),
    ]
    for _ in range(2):
        fixed = fixed.with_fix("Repair", *edits, safe=True)
    (result,) = run(report(fixed.with_fix("Empty")))["results"]
    (fix,) = result["fixes"]
    assert fix["description"] == {"text": "Repair"}
    assert fix["properties"] == {"applicability": "safe"}
    changes = {change["artifactLocation"]["uri"]: change["replacements"] for change in fix["artifactChanges"]}
    assert {uri: [r["insertedContent"]["text"] for r in found] for uri, found in changes.items()} == {
        "b.py": ["x", "z"],
        "a.py": ["y"],
    }


def test_suppressions_say_where_they_stand():
    known, silenced, get, _ = run(everything())["results"]
    assert known["suppressions"] == [{"kind": "external", "justification": "in the baseline"}]
    (comment,) = silenced["suppressions"]
    assert (comment["kind"], comment["justification"]) == ("inSource", SILENCED.suppressed.reason)
    assert comment["location"]["physicalLocation"]["region"] == {"startLine": 3}
    assert get["suppressions"] == []


def test_errors_are_notifications_of_an_unsuccessful_run():
    (invocation,) = run(everything())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 2
    config, path = invocation["toolExecutionNotifications"]
    assert "locations" not in config
    assert (path["descriptor"], path["message"]) == ({"id": "path"}, {"text": "no such file"})
    assert run(report())["invocations"][0]["executionSuccessful"] is True


def test_uris_are_percent_encoded_and_artifacts_are_listed_once():
    paths = ["a b/ü.py", "c:d#e?.py", "x\udcff.py", "a b/ü.py"]
    only = run(report(*(finding(span(path, 1, 1, 1, 1)) for path in paths)))
    assert [artifact["location"]["uri"] for artifact in only["artifacts"]] == [
        "a%20b/%C3%BC.py",
        "c%3Ad%23e%3F.py",
        "x%FF.py",
    ]
    assert [r["locations"][0]["physicalLocation"]["artifactLocation"]["index"] for r in only["results"]] == [0, 1, 2, 0]


def test_what_looks_like_a_link_in_a_message_is_escaped():
    (result,) = run(report(finding(GET.span, message="`keys[0](1)`", related=(Note(GET.span, "x[1](2)"),))))["results"]
    assert result["message"]["text"] == "`keys[0\\](1)`"


def test_no_snippets_and_no_absolute_paths():
    output = rendered("sarif", everything())
    assert "snippet" not in output
    assert "/nowhere" not in output
