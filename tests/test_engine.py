"""One run as a whole: which projects, which findings are shown, what fails, what is silenced, and what the cache answers."""

from __future__ import annotations

import pytest
from packs import RULES, make_registry
from projects import check, check_with, engine, put, said, write

from atomlint.engine import UsageError
from atomlint.finding import Confidence, Severity
from atomlint.outcome import Outcome
from atomlint.packing import unpack

UNUSED = "atomlint-unused-suppression"


@pytest.fixture
def registry(tmp_path, monkeypatch):
    return make_registry(tmp_path, monkeypatch, RULES)


@pytest.fixture
def run(tmp_path, registry):
    """Checks a project of these files; paths to name, and keys of the configuration."""

    def call(files: dict[str, str], *paths: str, **request):
        root = write(tmp_path / "project", files)
        return check(root, *paths, registry=registry, **request)

    return call


# --- what fails --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "overrides", "status"),
    [
        ("", {}, 0),
        ("bad()", {}, 1),
        ("note()", {}, 0),
        ("note()", {"severity": "info"}, 1),
        ("bad()", {"severity": "error"}, 0),
        ("worse()", {"severity": "error"}, 1),
        ("maybe()", {}, 0),
        ("maybe()", {"confidence": "medium"}, 1),
        ("hidden()", {"confidence": "medium"}, 0),
        ("hidden()", {"confidence": "low"}, 1),
        ("bad()", {"severities": {"call-bad": "info"}}, 0),
        ("note()", {"severities": {"call": "error"}}, 1),
        ("note()", {"severities": {"all": "error", "call-note": "info"}}, 0),
        ("bad()", {"ignore": ("call",)}, 0),
        ("bad()", {"select": ("word",)}, 0),
        ("bad()", {"select": ("call-bad",)}, 1),
    ],
)
def test_findings_from_the_failing_severity_and_confidence_on_are_status_1(run, code, overrides, status):
    assert run({"app.py": code}, overrides=overrides).status == status


def test_findings_of_low_confidence_are_hidden_and_counted_unless_they_fail(run):
    report = run({"app.py": "hidden()\nmaybe()\n"})
    assert (said(report), report.looked.hidden) == ([("app.py", 2, "call-maybe")], 1)
    report = run({"app.py": "hidden()\nmaybe()\n"}, overrides={"confidence": "low"})
    assert (len(said(report)), report.looked.hidden) == (2, 0)


def test_findings_come_in_the_order_of_paths_and_places(run):
    report = run({"b.py": "bad()\n", "a.py": "x = bad(); bad()\nworse()\n", "a/z.py": "bad()\n"})
    assert [(p, n) for p, n, _ in said(report)] == [("a.py", 1), ("a.py", 1), ("a.py", 2), ("a/z.py", 1), ("b.py", 1)]
    assert [f.span.start.column for f in report.findings[:2]] == [5, 12]


def test_a_report_says_what_was_looked_at(run):
    report = run({"app.py": "bad()\n", "other.py": "x = 1\n", "README.md": "todo\n", "tests/test_a.py": "bad()\n"})
    looked = report.looked
    assert (looked.files, looked.read, looked.out_of_reach, looked.rules) == (5, 5, 0, len(RULES))
    assert looked.parsed == 3, "one Python file with a needle, and two documents that a rule asked for"
    assert not looked.cached


# --- named paths -------------------------------------------------------------------------------------------------------

TWO = {
    "app.py": "far()\n",
    "fly.toml": "app = 'x'\n",
    "other.py": "bad()\n",
    "pkg/a.py": "bad()\n",
    "pkg/b.py": "x = = bad()\n",
}


@pytest.mark.parametrize(
    ("named", "found"),
    [
        (("other.py",), ["call-bad"]),
        (("app.py",), ["far-away"]),
        (("fly.toml",), ["far-away"]),
        (("pkg/a.py", "fly.toml"), ["far-away", "call-bad"]),
        (("pkg",), ["call-bad", "atomlint-syntax-error"]),
        ((".",), ["far-away", "call-bad", "call-bad", "atomlint-syntax-error"]),
    ],
)
def test_named_paths_select_the_findings_whose_primary_or_related_place_lies_in_them(run, named, found):
    report = run(TWO, *named)
    assert [rule for _, _, rule in said(report)] == found
    assert report.status == (2 if "atomlint-syntax-error" in found else 1)


def test_the_rest_of_the_project_is_read_for_named_files_too(run):
    named = run(TWO, "app.py")
    assert named.looked.files == run(TWO).looked.files


def test_trouble_in_files_that_were_not_named_is_a_note(tmp_path, registry):
    root = write(tmp_path / "project", TWO)
    with engine(registry) as made:
        report = check_with(made, root, "other.py")
        assert (list(report.errors), report.status) == ([], 1)
        assert made.notes == ["pkg/b.py: does not parse: invalid syntax"]


def test_many_troubles_elsewhere_are_a_few_notes_and_a_number(tmp_path, registry):
    root = write(tmp_path / "project", {"app.py": "bad()\n", **{f"m{n}.py": "x = = bad()\n" for n in range(9)}})
    with engine(registry) as made:
        check_with(made, root, "app.py")
        assert len(made.notes) == 6
        assert made.notes[-1] == "4 more files that were not named could not be looked at"


def test_a_missing_path_beside_good_ones_is_a_trouble_and_the_good_ones_are_looked_at(run):
    report = run(TWO, "other.py", "nothing.py", "pkg/a.py")
    assert said(report) == [("other.py", 1, "call-bad"), ("pkg/a.py", 1, "call-bad")]
    assert [(e.kind, e.path) for e in report.errors] == [("path", "nothing.py")]
    assert report.status == 2


# --- several projects --------------------------------------------------------------------------------------------------

NESTED = {
    "app.py": "bad()\nnote()\n",
    "api/atomlint.toml": 'ignore = ["call-bad"]\nseverity = "info"\n',
    "api/app.py": "bad()\nnote()\n",
    "web/pyproject.toml": '[tool.atomlint]\n[tool.atomlint.severities]\ncall-bad = "error"\n',
    "web/app.py": "bad()\n",
    "web/inner/atomlint.toml": 'severity = "error"\n',
    "web/inner/app.py": "bad()\n",
}


def test_nested_configurations_are_several_projects_in_one_run(run):
    report = run(NESTED)
    assert [(f.span.path, f.rule, f.severity.value, report.fails(f)) for f in report.findings] == [
        ("api/app.py", "call-note", "info", True),
        ("app.py", "call-bad", "warning", True),
        ("app.py", "call-note", "info", False),
        ("web/app.py", "call-bad", "error", True),
        ("web/inner/app.py", "call-bad", "warning", False),
    ]
    assert report.looked.files == 8
    assert report.sources.source("web/inner/app.py").text == "bad()\n"


def test_a_named_file_of_a_nested_project_is_looked_at_under_its_own_configuration(run):
    report = run(NESTED, "api/app.py", "web/inner/app.py")
    assert said(report) == [("api/app.py", 2, "call-note"), ("web/inner/app.py", 1, "call-bad")]
    assert [report.fails(f) for f in report.findings] == [True, False]


def test_a_run_inside_of_a_nested_project_stays_in_it(tmp_path, run, registry):
    run(NESTED)
    report = check(tmp_path / "project" / "web", registry=registry)
    assert [f.span.path for f in report.findings] == ["app.py", "inner/app.py"]
    beside = check(tmp_path / "project" / "web", "../api/app.py", registry=registry)
    assert [f.rule for f in beside.findings] == ["call-note"]


def test_trouble_in_a_nested_project_is_named_from_the_outer_one(run):
    report = run({**NESTED, "web/broken.py": "x = = bad()\n"})
    assert [(e.kind, e.path) for e in report.errors] == [("syntax", "web/broken.py")]


def test_nested_configurations_are_not_read_when_isolated_or_when_one_is_given(run, tmp_path):
    assert len(said(run(NESTED, isolated=True))) == 6
    given = tmp_path / "given.toml"
    given.write_text('select = ["call-note"]\n')
    assert {rule for _, _, rule in said(run(NESTED, config=(str(given),)))} == {"call-note"}


def test_a_named_file_of_another_kind_in_a_nested_project_is_skipped(tmp_path, registry):
    root = write(tmp_path / "project", {**NESTED, "web/logo.png": "x"})
    with engine(registry) as made:
        report = check_with(made, root, "web/logo.png")
        assert (said(report), list(report.errors), report.status) == ([], [], 0)
        assert made.notes == ["skipped web/logo.png: nothing here is looked at"]


# --- paths of elsewhere ------------------------------------------------------------------------------------------------


def test_a_named_path_that_no_project_takes_is_a_trouble(tmp_path, registry):
    root = write(tmp_path / "project", {"app.py": "x = 1\n", "given.toml": ""})
    put(tmp_path, "beside/app.py", "bad()\n")
    for named in ("../beside", "../beside/app.py"):
        report = check(root, "app.py", named, registry=registry, config=(str(root / "given.toml"),))
        (trouble,) = report.errors
        assert (trouble.kind, trouble.message) == ("path", f"not in the project in {root}: {named}")
        assert (said(report), report.status) == ([], 2)
    beside = check(root, "app.py", "../beside/app.py", registry=registry)
    assert ([rule for _, _, rule in said(beside)], list(beside.errors)) == (["call-bad"], [])


def test_a_directory_above_a_configured_project_selects_all_of_it(tmp_path, registry):
    root = write(tmp_path / "project", {"app.py": "bad()\n", "given.toml": ""})
    report = check(root, "..", registry=registry, config=(str(root / "given.toml"),))
    assert (said(report), list(report.errors)) == ([("app.py", 1, "call-bad")], [])


def test_an_empty_directory_of_elsewhere_is_nothing_to_look_at(tmp_path, registry):
    root = write(tmp_path / "project", {"app.py": "bad()\n", "atomlint.toml": ""})
    (tmp_path / "empty").mkdir()
    report = check(root, "../empty", registry=registry)
    assert [trouble.message for trouble in report.errors] == ["no files to look at in ../empty"]
    assert report.status == 2


# --- unsaved content ---------------------------------------------------------------------------------------------------


def test_unsaved_content_gives_what_the_saved_file_would_give(run, tmp_path, registry):
    run({"app.py": "x = 1\n"})
    root = tmp_path / "project"
    unsaved = {
        str(root / "app.py"): b"y = 2\nbad()\n",
        str(root / "new.py"): b"bad()\n",
        str(tmp_path / "out.py"): b"bad()\n",
    }
    over = check(root, registry=registry, overlay=unsaved)
    put(root, "app.py", "y = 2\nbad()\n")
    put(root, "new.py", "bad()\n")
    assert said(over) == said(check(root, registry=registry)) == [("app.py", 2, "call-bad"), ("new.py", 1, "call-bad")]


# --- the cache ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path, monkeypatch, registry):
    """Checks a project with a cache, each time in an engine of its own."""
    monkeypatch.setenv("ATOMLINT_CACHE_DIR", str(tmp_path / "cache"))

    def call(files: dict[str, str], *paths: str, **request):
        return check(write(tmp_path / "project", files), *paths, registry=registry, use_cache=True, **request)

    return call


def test_a_run_over_unchanged_files_is_answered_by_the_cache(kept):
    cold = kept(TWO)
    warm = kept(TWO)
    assert (cold.looked.cached, warm.looked.cached) == (False, True)
    assert (warm.findings, warm.errors) == (cold.findings, cold.errors)
    assert kept(TWO, "fly.toml").looked.cached, "naming files asks no new question"
    assert not kept(TWO, overrides={"ignore": ("word",)}).looked.cached


def test_a_changed_file_changes_the_answer_and_changing_it_back_too(kept):
    before = said(kept(TWO))
    assert said(kept({**TWO, "other.py": "\nbad()\n"})) == [
        ("other.py", 2, r) if p == "other.py" else (p, n, r) for p, n, r in before
    ]
    assert said(kept(TWO)) == before


def test_a_needle_in_a_comment_changes_what_is_looked_at(kept):
    files = {"app.py": "from consts import go\ngo()  # bad\n", "consts.py": "def go(): pass\n"}
    assert said(kept(files)) == []
    assert said(kept({**files, "consts.py": "def go(): pass\nbad()\n"})) == [("consts.py", 2, "call-bad")]


def test_what_the_cache_keeps_is_all_findings_whatever_was_named(kept, tmp_path):
    import sqlite3

    kept(TWO, "other.py")
    (file,) = (tmp_path / "cache").rglob("cache.sqlite")
    with sqlite3.connect(file) as db:
        ((value,),) = db.execute("SELECT value FROM entry WHERE kind = 'result'").fetchall()
    db.close()
    assert len(unpack(value[4:], Outcome).findings) == 4


# --- wrong questions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("configuration", "overrides", "message"),
    [
        ("", {"select": ("call-bda",)}, "call-bda"),
        ('ignore = ["wrod"]', {}, "did you mean 'word'?"),
        ("[severities]\ncal = 'info'", {}, "did you mean 'call'?"),
        ("[rules.call-bad]\nlimit = 3", {}, "limit"),
        ("selekt = []", {}, "did you mean 'select'?"),
        ("severity = 'fatal'", {}, "fatal"),
    ],
)
def test_a_wrong_question_names_the_nearest_right_one(run, configuration, overrides, message):
    with pytest.raises(UsageError) as caught:
        run({"atomlint.toml": configuration}, overrides=overrides)
    assert any(message in line for line in caught.value.messages)


def test_the_thresholds_of_a_report_are_those_of_the_project_around_the_working_directory(run):
    report = run({"atomlint.toml": 'severity = "error"\nconfidence = "medium"\n'})
    assert (report.severity, report.confidence) == (Severity.ERROR, Confidence.MEDIUM)
