"""``benchmarks/judge.py``: judgements of a large project's findings, beside a later run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

JUDGE = Path(__file__).parent.parent / "benchmarks" / "judge.py"
HEAD = "rule\tpath\tline\tverdict\treason\n"


def judge(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(JUDGE), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )


def finding(rule: str, path: str, line: int, **more: object) -> dict[str, object]:
    return {
        "rule": rule,
        "path": path,
        "start": {"line": line, "column": 1},
        "confidence": "high",
        "message": "asks Redis\tfor every request",
        "suppressed": None,
        "baselined": False,
        **more,
    }


@pytest.fixture
def judged(tmp_path):
    def write(*rows: str) -> Path:
        file = tmp_path / "judged.tsv"
        file.write_text(HEAD + "".join(row + "\n" for row in rows), "utf-8")
        return file

    return write


@pytest.fixture
def report(tmp_path):
    def write(*findings: dict[str, object]) -> Path:
        file = tmp_path / "report.json"
        file.write_text(json.dumps({"version": "1.0", "findings": findings}), "utf-8")
        return file

    return write


TRUE = "redis-per-request\tapp/limits.py\t10\ttrue\ton every request"
FALSE = "redis-per-request\tapp/jobs.py\t20\tfalse\tonly once a day"


def test_a_true_finding_that_moved_by_five_lines_is_still_there(judged, report):
    done = judge("compare", judged(TRUE), report(finding("redis-per-request", "app/limits.py", 15)))
    assert done.returncode == 0
    assert "true, and gone: 0" in done.stdout
    assert "not judged, outside of tests: 0" in done.stdout


def test_a_true_finding_that_is_gone_is_a_regression(judged, report):
    done = judge("compare", judged(TRUE), report(finding("redis-per-request", "app/limits.py", 16)))
    assert done.returncode == 1
    assert "true, and gone: 1\n  app/limits.py:10 redis-per-request  on every request" in done.stdout
    assert "not judged, outside of tests: 1\n  app/limits.py:16 redis-per-request" in done.stdout


def test_a_finding_of_another_rule_is_not_the_judged_one(judged, report):
    done = judge("compare", judged(TRUE), report(finding("tenant-uncached-lookup", "app/limits.py", 10)))
    assert done.returncode == 1
    assert "true, and gone: 1" in done.stdout


def test_each_finding_is_one_judgements_at_most_and_the_nearest(judged, report):
    second = "redis-per-request\tapp/limits.py\t13\ttrue\ta second call"
    one = report(finding("redis-per-request", "app/limits.py", 12))
    done = judge("compare", judged(TRUE, second), one)
    assert done.returncode == 1
    assert "true, and gone: 1\n  app/limits.py:10 " in done.stdout


def test_a_false_finding_that_is_still_there_is_listed(judged, report):
    found = [finding("redis-per-request", "app/limits.py", 10), finding("redis-per-request", "app/jobs.py", 20)]
    done = judge("compare", judged(TRUE, FALSE), report(*found))
    assert "false, and still there: 1\n  app/jobs.py:20 redis-per-request  only once a day" in done.stdout
    assert "redis-per-request                   1 of    2   50.0%" in done.stdout
    assert done.returncode == 1, "half of what is there is false"


def test_a_false_finding_that_is_gone_leaves_the_precision(judged, report):
    done = judge("compare", judged(TRUE, FALSE), report(finding("redis-per-request", "app/limits.py", 10)))
    assert done.returncode == 0
    assert "false, and still there: 0" in done.stdout
    assert "100.0%" in done.stdout


MISSED = "redis-per-request\tapp/quota.py\t30\tmissed\tcounted on every request"


def test_a_missed_place_is_listed_and_leaves_the_precision_alone(judged, report):
    done = judge("compare", judged(TRUE, MISSED), report(finding("redis-per-request", "app/limits.py", 10)))
    assert done.returncode == 0
    assert (
        "missed, and still not there: 1\n  app/quota.py:30 redis-per-request  counted on every request" in done.stdout
    )
    assert "missed, and there now: 0" in done.stdout
    assert "all                                 1 of    1  100.0%" in done.stdout


def test_a_missed_place_that_is_reported_now_is_neither_new_nor_precision(judged, report):
    found = [finding("redis-per-request", "app/limits.py", 10), finding("redis-per-request", "app/quota.py", 31)]
    done = judge("compare", judged(TRUE, MISSED), report(*found))
    assert done.returncode == 0
    assert "missed, and still not there: 0\nmissed, and there now: 1\n  app/quota.py:30 " in done.stdout
    assert "not judged, outside of tests: 0" in done.stdout
    assert "all                                 1 of    1  100.0%" in done.stdout


def test_the_check_lists_what_was_missed_and_does_not_count_it(judged):
    done = judge("check", judged(TRUE, MISSED))
    assert done.returncode == 0
    assert done.stdout.startswith("missed: 1\n  app/quota.py:30 ")
    assert "all                                 1 of    1  100.0%" in done.stdout


def test_precision_is_printed_by_the_confidence_of_the_finding(judged, report):
    found = [
        finding("redis-per-request", "app/limits.py", 10),
        finding("redis-per-request", "app/jobs.py", 20, confidence="medium"),
    ]
    lines = judge("compare", judged(TRUE, FALSE), report(*found)).stdout.splitlines()
    assert lines[-2:] == [
        "  at high confidence                  1 of    1  100.0%",
        "  at medium confidence                0 of    1    0.0%",
    ]


def test_a_suppressed_finding_does_not_count_as_found(judged, report):
    quiet = finding("redis-per-request", "app/limits.py", 10, suppressed={"reason": "known"})
    assert judge("compare", judged(TRUE), report(quiet)).returncode == 1


def test_new_findings_in_tests_are_not_asked_to_be_judged(judged, report):
    found = [finding("redis-per-request", path, 10) for path in ("app/limits.py", "tests/test_limits.py", "app/new.py")]
    done = judge("compare", judged(TRUE), report(*found))
    assert "not judged, outside of tests: 1\n  app/new.py:10 redis-per-request" in done.stdout


def test_drawing_with_one_seed_gives_the_same_rows_and_none_of_tests(report):
    found = [finding("redis-per-request", f"app/m{number}.py", number + 1) for number in range(40)]
    file = report(*found, finding("redis-per-request", "tests/test_m.py", 1))
    first, second = (judge("draw", file, "--seed", 7, "--count", 5).stdout for _ in range(2))
    assert first == second
    assert first != judge("draw", file, "--seed", 8, "--count", 5).stdout
    rows = [line.split("\t") for line in first.splitlines()]
    assert [len(row) for row in rows] == [5] * 6
    assert not any("tests/" in row[1] for row in rows)
    assert rows[1][4] == "high: asks Redis for every request"


def test_drawing_all_there_are_when_they_are_few(report):
    done = judge("draw", report(finding("redis-per-request", "a.py", 3)), "--rule", "redis-per-request")
    assert done.stdout.splitlines()[1].startswith("redis-per-request\ta.py\t3\t")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("redis-per-request\ta.py\t1\ttrue", "4 columns instead of 5"),
        ("redis-per-request\ta.py\t0\ttrue\tr", "no line number: '0'"),
        ("redis-per-request\ta.py\t1\tTP\tr", "the verdict is true, false, debatable, missed, not 'TP'"),
        ("redis-per-request\ta.py\t1\ttrue\t ", "an empty column"),
        (TRUE, "app/limits.py:10 redis-per-request is judged twice"),
    ],
)
def test_a_row_that_does_not_fit_is_named_by_its_line(judged, row, problem):
    done = judge("check", judged(TRUE, row))
    assert done.returncode == 2
    assert done.stderr.splitlines() == [f"{judged(TRUE, row)}:3: {problem}"]


def test_judgements_of_which_too_few_are_true_fail_the_check(judged):
    assert judge("check", judged(TRUE)).returncode == 0
    assert judge("check", judged(TRUE, FALSE)).returncode == 1


def test_a_file_that_is_no_report_is_one_line(judged, tmp_path):
    (tmp_path / "other.json").write_text("[1]", "utf-8")
    for name in ("other.json", "absent.json"):
        done = judge("compare", judged(TRUE), tmp_path / name)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert name in done.stderr
