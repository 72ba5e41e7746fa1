"""The written cases: first that SQLAlchemy says of them what they state, in each of its versions, then that atomlint does too."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

import pytest

from .agreement import Tally, claims, compare
from .judge import VERSIONS, Judge, interpreter_of, own_version
from .reference import ROWS, RULES, UNDECIDED
from .written import written

CASES = written()
LIBRARIES = ("flask_sqlalchemy", "sqlmodel")
pytestmark = pytest.mark.needs("sqlalchemy")


@cache
def judge_of(version: str, *libraries: str) -> Judge | None:
    interpreter = interpreter_of(version)
    return None if interpreter is None else Judge(interpreter, *libraries)


def judge(case, version: str) -> Judge:
    found = judge_of(version, *case.needs)
    if found is None:
        pytest.skip(f"SQLAlchemy {version} is not installed (python tools/sqlalchemy_versions.py)")
    for library in case.needs:
        if library not in found.libraries:
            pytest.skip(f"{library} is not installed")
    return found


def runs(case, version: str) -> bool:
    return version in case.versions and (not case.needs or version == own_version())


@pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork")
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", CASES, ids=[f"{case.group}: {case.name}" for case in CASES])
def test_sqlalchemy_says_what_the_case_states(case, version):
    if not runs(case, version):
        return
    said = judge(case, version).verdict(case.wrong).outcomes
    stated = {one[:4] for one in case.expected if version in one.versions}
    assert {(one.severity, one.kind, one.owner, one.attribute) for one in said} == stated
    assert judge(case, version).verdict(case.right).outcomes == ()


def agreement(case, version: str = ""):
    """Of atomlint, told that the project requires a version, or nothing, and SQLAlchemy in that version."""
    return compare(judge(case, version or own_version()).verdict(case.wrong), claims(case.wrong, version))


def is_todo(case, outcome) -> bool:
    return any(
        one.todo and one[:4] == (outcome.severity, outcome.kind, outcome.owner, outcome.attribute)
        for one in case.expected
    )


HERE = [case for case in CASES if runs(case, own_version())]


@pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork")
@pytest.mark.parametrize("case", HERE, ids=[f"{case.group}: {case.name}" for case in HERE])
def test_atomlint_says_what_sqlalchemy_says(case):
    found = agreement(case)
    assert [str(claim) for claim in found.false] == []
    assert [str(one) for one in found.missed if not is_todo(case, one)] == []
    assert [str(one) for one in found.met if is_todo(case, one)] == [], "found now: take its todo away"
    assert [str(claim) for claim in claims(case.right)] == [], "said of the repaired models"


@pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork")
@pytest.mark.parametrize("version", [version for version in VERSIONS if version != own_version()])
def test_atomlint_says_of_each_version_what_that_version_says(version):
    for case in CASES:
        if runs(case, version):
            found = agreement(case, version)
            assert [str(one) for one in (*found.missed, *found.false)] == [], f"{case.group}: {case.name}"
            assert [str(claim) for claim in claims(case.right, version)] == [], f"{case.group}: {case.name}, repaired"


@pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork")
def test_everything_that_sqlalchemy_says_has_a_case_and_a_rule():
    said = {
        (one.kind, one.severity, one.message)
        for version in VERSIONS
        if interpreter_of(version) is not None
        for case in CASES
        if runs(case, version)
        for one in judge(case, version).verdict(case.wrong).outcomes
    }
    without = [
        row
        for row in ROWS
        if not any((row.kind, row.severity) == one[:2] and re.search(row.pattern, one[2], re.DOTALL) for one in said)
    ]
    assert [row for row in without if not is_of_another_version(row)] == []
    assert [text for text in UNDECIDED if any(text in message for _, _, message in said)] == [], "decided after all"
    rules = {path.stem.replace("_", "-") for path in (Path(__file__).parents[2] / "rules" / "orm").glob("[a-z]*.py")}
    assert {RULES.get(row.kind, row.kind) for row in ROWS} <= rules


def is_of_another_version(row) -> bool:
    """Whether only versions say it that are not installed here."""
    return not any(interpreter_of(version) for version in row.versions)


@pytest.mark.skipif(sys.platform == "win32", reason="only on systems that fork")
def test_nearly_all_is_found(record_property):
    tally = Tally()
    for case in HERE:
        tally.add(agreement(case))
    lines = [f"SQLAlchemy {own_version()} and atomlint on {len(HERE)} written cases:", *tally.lines()]
    record_property("summary", "\n".join(lines))
    assert tally.share("error") == 1.0
    assert tally.share("warning") >= 0.98
    assert not tally.false


def test_the_cases_are_many_and_of_all_styles(record_property):
    packages = sum(len(case.wrong) > 1 for case in CASES)
    record_property("summary", f"{len(CASES)} written cases, {packages} of them packages of several files")
    assert len(CASES) >= 150
    assert packages >= 40
    assert all(case.expected or case.wrong == case.right for case in CASES), "a mistake without an outcome"
    texts = "".join(text for case in CASES for text in case.wrong.values())
    for style in (
        "declarative_base()",
        "(DeclarativeBase)",
        ".mapped\n",
        "MappedAsDataclass",
        "db.Model",
        "table=True",
        "map_imperatively",
        "Table(",
    ):
        assert style in texts
