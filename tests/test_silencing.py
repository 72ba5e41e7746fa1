"""What silences findings, end to end: comments in every kind of file, ignores by file, severities, the baseline."""

from __future__ import annotations

import pytest
from packs import RULES, active, make_registry
from projects import check, put, said, write

from atomlint.baseline import write as write_baseline

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


# --- what silences -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("app.py", "bad()  # atomlint: ignore[call-bad] so\n"),
        ("app.py", "bad(\n    1,\n    2,  # atomlint: ignore[call-bad] so\n)\n"),
        ("app.py", "# atomlint: ignore-file[call-bad] so\nx = 1\nbad()\n"),
        ("app.py", "x = [\n    bad(),  # atomlint: ignore[call-bad, call-worse] so\n    worse(),\n]\n"),
        ("x.toml", "a = 'todo'  # atomlint: ignore[word-todo] so\n"),
        ("x.toml", "a = [\n  'todo',\n  # atomlint: ignore[word-todo] so\n]\n"),
        ("x.toml", "# atomlint: ignore-file[word-todo] so\na = 'todo'\n"),
        ("x.toml", "a = 'todo'  # atomlint: ignore[word-fixme] an earlier id\n"),
        ("README.md", "todo <!-- atomlint: ignore[word-todo] so -->\n"),
        ("README.md", "<!-- atomlint: ignore-file[word-todo] so -->\n\ntodo\n"),
        (".env", "A=todo # atomlint: ignore[word-todo] so\n"),
    ],
)
def test_a_comment_silences_a_finding_on_its_statement(run, path, content):
    report = run({path: content})
    assert (active(report), report.status) == ([], 0)
    assert report.looked.suppressed >= 1
    assert {f.suppressed.reason for f in report.findings} <= {"so", "an earlier id"}


def test_a_comment_counts_on_a_related_place_too(run):
    report = run({"app.py": "far()\n", "fly.toml": "app = 'x'  # atomlint: ignore[far-away] so\n"})
    assert (active(report), report.findings[0].suppressed.path) == ([], "fly.toml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x = 1  # atomlint: ignore[call-bad] so\n", "unused suppression: 'call-bad' finds nothing on this statement"),
        ("bad()  # atomlint: ignore\n", "malformed suppression"),
        ("bad()  # atomlint: ignore[call-bda] so\n", "no rule has the id 'call-bda'; did you mean 'call-bad'?"),
    ],
)
def test_a_comment_that_silences_nothing_is_a_finding(run, content, message):
    report = run({"app.py": content})
    (finding,) = [f for f in report.active if f.rule == UNUSED]
    assert message in finding.message


def test_a_comment_about_a_rule_that_did_not_run_is_left_alone(run):
    report = run({"app.py": "x = 1  # atomlint: ignore[call-bad] so\n"}, overrides={"ignore": ("call-bad",)})
    assert said(report) == []


def test_a_text_that_looks_like_a_comment_silences_nothing(run):
    report = run({"app.py": "bad('# atomlint: ignore[call-bad] so')\n"})
    assert active(report) == [("app.py", 1, "call-bad")]


def test_a_reason_can_be_insisted_on(run):
    files = {"atomlint.toml": "require-reason = true\n", "app.py": "bad()  # atomlint: ignore[call-bad]\n"}
    report = run(files)
    assert [f.rule for f in report.active] == [UNUSED]
    assert "gives no reason" in report.active[0].message
    assert run({**files, "app.py": "bad()  # atomlint: ignore[call-bad] so\n"}).status == 0


def test_rules_can_be_ignored_in_some_files(run):
    configuration = '[per-file-ignores]\n"scripts/" = ["call"]\n"*.md" = ["word"]\n"*lint.toml" = ["all"]\n"app.py" = ["word-fixme"]\n'
    report = run(
        {
            "atomlint.toml": configuration,
            "scripts/a.py": "bad()\n",
            "app.py": "bad()\n",
            "a.md": "todo\n",
            "b.toml": "a='todo'\n",
        }
    )
    assert said(report) == [("app.py", 1, "call-bad"), ("b.toml", 1, "word-todo")]


def test_a_severity_can_be_configured_by_id_family_or_all(run):
    configuration = '[severities]\nall = "info"\ncall = "warning"\ncall-bad = "error"\n'
    report = run({"atomlint.toml": configuration, "app.py": "bad()\nworse()\n", "a.md": "todo\n"})
    assert [(f.rule, f.severity.value) for f in report.findings] == [
        ("word-todo", "info"), ("call-bad", "error"), ("call-worse", "warning"),
    ]  # fmt: skip


def test_findings_in_the_baseline_do_not_fail_and_new_ones_do(run, tmp_path):
    files = {"app.py": "bad()\nbad()\n"}
    write_baseline(tmp_path / "known.json", run(files).findings)
    put(tmp_path / "project", "known.json", (tmp_path / "known.json").read_bytes())
    files["atomlint.toml"] = 'baseline = "known.json"\n'
    report = run(files)
    assert ([f.baselined for f in report.findings], report.status, report.looked.baselined) == ([True, True], 0, 2)
    files["app.py"] = "# moved\n\nbad()\nbad()\nbad()\n"
    report = run(files)
    assert ([f.baselined for f in report.findings], report.status) == ([True, True, False], 1)


@pytest.mark.parametrize("content", [None, "", "{}", '{"version": 9, "findings": {}}', "[" * 5000])
def test_a_baseline_that_cannot_be_used_is_a_trouble(run, content):
    files = {"atomlint.toml": 'baseline = "known.json"\n', "app.py": "bad()\n"}
    report = run(files if content is None else {**files, "known.json": content})
    assert said(report) == [("app.py", 1, "call-bad")]
    assert [(e.kind, e.path) for e in report.errors] == [("config", "known.json")]
    assert "the baseline cannot be used: " in report.errors[0].message
    assert report.status == 2
