"""Every rule against its fixtures: exact lines, exact ids, and what its fixes give; and the examples of its page."""

from __future__ import annotations

from pathlib import Path

import pytest

from atomlint import Confidence, __version__
from atomlint.registry import Registry
from atomlint.testing import check_files, check_fixture, examples

FIXTURES = Path(__file__).parent / "fixtures"
REGISTRY = Registry()
QUIET = {
    "redis-throttle-per-request": "a limit that all processes share is what the library is for: all findings are low",
}
"""Rules whose Bad example a run does not show unless it is asked for low confidence, with why."""
RULES = [rule_id for rule_id in REGISTRY.ids if rule_id not in REGISTRY.own]


def fixtures() -> list[tuple[str, Path]]:
    found = []
    for folder in sorted(FIXTURES.glob("*/*/")):
        for fixture in sorted(folder.iterdir()):
            if fixture.name.startswith(("bad", "good", "project_", ".env")) and fixture.name != "__pycache__":
                found.append((folder.name, fixture))  # noqa: PERF401 - a comprehension would hide the test
    return found


@pytest.mark.parametrize(
    ("rule", "fixture"), fixtures(), ids=lambda value: value.name if isinstance(value, Path) else value
)
def test_a_fixture_is_reported_on_the_marked_lines_and_nowhere_else(rule: str, fixture: Path) -> None:
    assert check_fixture(fixture, rule) == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_bad_and_good_fixtures(rule: str) -> None:
    folder = FIXTURES / rule.partition("-")[0] / rule
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    assert any(name.startswith(("bad", "project_")) for name in names), f"no bad fixture in {folder}"
    assert any(name.startswith(("good", "project_")) for name in names), f"no good fixture in {folder}"


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_example_of_a_page_is_reported(rule: str) -> None:
    report = check_files(examples(REGISTRY.rule(rule).sections["bad"]), select=(rule,))
    assert [finding.rule for finding in report.findings][:1] == [rule], report.errors


@pytest.mark.parametrize("rule", RULES)
def test_the_bad_example_of_a_page_is_shown_by_a_run_that_nobody_configured(rule: str) -> None:
    report = check_files(examples(REGISTRY.rule(rule).sections["bad"]), select=(rule,))
    shown = [finding for finding in report.findings if finding.confidence is not Confidence.LOW]
    assert bool(shown) == (rule not in QUIET)


@pytest.mark.parametrize("rule", RULES)
def test_the_good_example_of_a_page_is_quiet(rule: str) -> None:
    report = check_files(examples(REGISTRY.rule(rule).sections["good"]), select=(rule,))
    assert [finding.message for finding in report.findings] == []
    assert list(report.errors) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_page_says_why_and_where_its_limits_are(rule: str) -> None:
    sections = REGISTRY.rule(rule).sections
    assert sections[""]
    for title in ("why", "bad", "good", "limits"):
        assert sections.get(title, "").strip(), f"{rule} has no ## {title.capitalize()}"


@pytest.mark.parametrize("rule", RULES)
def test_no_page_names_a_release_that_is_still_to_come(rule: str) -> None:
    since = tuple(int(part) for part in REGISTRY.rule(rule).since.split("."))
    assert since <= tuple(int(part) for part in __version__.split("."))
