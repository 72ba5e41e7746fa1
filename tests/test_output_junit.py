"""The ``junit`` format."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from output_examples import everything, finding, rendered, report, span


def test_has_a_case_per_finding_and_error():
    suites = ET.fromstring(rendered("junit", everything(), show_suppressed=True))
    (suite,) = suites
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "1",
        "errors": "2",
        "skipped": "2",
    }
    cases = {case.get("name"): [child.tag for child in case] for case in suite.findall("testcase")}
    assert cases == {
        "config error": ["error"],
        "path error": ["error"],
        "redis-per-request at 5:1": ["skipped"],
        "redis-per-request at 3:10": ["skipped"],
        "redis-per-request at 8:22": ["failure"],
        "fly-mode-variable-missing at 1:1": ["system-out"],
    }
    assert suite.findtext("system-out", "").startswith("Found 2 findings (1 fails)")
    assert "via app/app.py:9:1 request handler `items`" in suite.findtext("testcase/failure", "")


def test_of_a_clean_run_has_one_passing_case():
    (suite,) = ET.fromstring(rendered("junit", report()))
    (case,) = suite.findall("testcase")
    assert (suite.get("tests"), suite.get("failures"), list(case)) == ("1", "0", [])


def test_escapes_what_xml_cannot_hold():
    one = finding(span("a.py", 1, 1, 1, 1), message="a\x00b\x1b\uffff<&>\"'")
    (suite,) = ET.fromstring(rendered("junit", report(one)))
    assert suite.find("testcase/failure").get("message") == "a\\x00b\\x1b\\uffff<&>\"'"
