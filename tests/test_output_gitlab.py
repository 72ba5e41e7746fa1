"""The ``gitlab`` format: a Code Quality report."""

from __future__ import annotations

import json

import pytest
from output_examples import GET, GONE, KNOWN, LIKELY, everything, finding, rendered, report, span

from atomlint.finding import Confidence, Severity


@pytest.fixture(autouse=True)
def _no_checkout(monkeypatch):
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)


def test_issues_have_the_fields_that_gitlab_reads():
    assert json.loads(rendered("gitlab", report(LIKELY))) == [
        {
            "description": "ENVIRONMENT is not set",
            "check_name": "fly-mode-variable-missing",
            "fingerprint": "b7fa77655fa6dd3337ca3786f0e7be03532eea533ec3cfbabfe2f4a2452c4985",
            "severity": "minor",
            "location": {
                "path": "fly.toml",
                "lines": {"begin": 1, "end": 1},
                "positions": {"begin": {"line": 1, "column": 1}, "end": {"line": 1, "column": 6}},
            },
        }
    ]
    assert json.loads(rendered("gitlab", report())) == []


def test_fingerprints_are_unique_even_where_findings_share_or_lack_one():
    bare = finding(GET.span, fingerprint="")
    issues = json.loads(rendered("gitlab", report(GET, GET, bare, bare, KNOWN, errors=[GONE, GONE])))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 6


@pytest.mark.parametrize(
    ("severity", "confidence", "level"),
    [
        ("error", "high", "critical"),
        ("error", "medium", "major"),
        ("warning", "high", "major"),
        ("warning", "medium", "minor"),
        ("info", "high", "info"),
    ],
)
def test_severities(severity, confidence, level):
    one = finding(span("a.py", 1, 1, 1, 1), severity=Severity(severity), confidence=Confidence(confidence))
    assert json.loads(rendered("gitlab", report(one)))[0]["severity"] == level


def test_errors_are_critical_issues():
    config, path = json.loads(rendered("gitlab", everything()))[:2]
    assert (config["severity"], config["location"]["path"]) == ("critical", ".")
    assert (path["check_name"], path["location"]["path"]) == ("atomlint-error-path", "app/gone.py")
