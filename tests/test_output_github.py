"""The ``github`` format: workflow commands."""

from __future__ import annotations

import pytest
from output_examples import GET, GONE, LIKELY, finding, rendered, report, span

from atomlint.finding import Confidence, Severity

LOOKED = "40 read, 12 parsed, 0 out of reach; 3 calls unresolved, 0 hidden by confidence, 0 suppressed, 0 baselined"


@pytest.fixture(autouse=True)
def _no_checkout(monkeypatch):
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.delenv("CI_PROJECT_DIR", raising=False)


def test_annotations_come_with_errors_first_then_failing_then_the_rest():
    assert rendered("github", report(LIKELY, GET, errors=[GONE])) == (
        "::error file=app/gone.py,title=atomlint path error::app/gone.py: no such file\n"
        "::error file=app/cache.py,line=8,endLine=8,col=22,endColumn=37,title=redis-per-request"
        "::Redis GET on every request (high confidence)%0Avia app/app.py:9:1 request handler `items`"
        "%0Avia app/app.py:10:18 calls `Cache.get`%0Avia app/cache.py:8:22 Redis GET"
        "%0AKeep the value in memory for a while.\n"
        "::warning file=fly.toml,line=1,endLine=1,col=1,endColumn=6,title=fly-mode-variable-missing"
        "::ENVIRONMENT is not set (medium confidence)\n"
        f"::notice title=atomlint::Found 2 findings (1 fails) in 41 files; {LOOKED}; 9 rules ran."
        "%0A1 error: what it names was not looked at, so this run is incomplete.\n"
    )


def test_data_and_properties_are_escaped():
    one = finding(span("a,b:c%\r\n.py", 1, 1, 3, 2), message="100%: a,b\nc")
    line = rendered("github", report(one)).splitlines()[0]
    assert line == (
        "::error file=a%2Cb%3Ac%25%0D%0A.py,line=1,endLine=3,title=redis-per-request::100%25: a,b c (high confidence)"
    )


@pytest.mark.parametrize(
    ("severity", "confidence", "level"),
    [
        ("error", "high", "error"),
        ("warning", "high", "error"),
        ("error", "medium", "warning"),
        ("warning", "low", "warning"),
        ("info", "high", "notice"),
    ],
)
def test_levels_say_what_fails(severity, confidence, level):
    one = finding(span("a.py", 1, 1, 1, 1), severity=Severity(severity), confidence=Confidence(confidence))
    assert rendered("github", report(one)).startswith(f"::{level} file=a.py")
