from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands import LIMITER, QUIET, atomlint, write

from atomlint.cli import main


@pytest.fixture
def project(tmp_path):
    """A project with one finding that fails."""
    place = tmp_path / "project"
    place.mkdir()
    return write(place, app_dot_py=LIMITER, atomlint_dot_toml="")


def findings(*arguments: str, cwd: Path, **more) -> list[dict]:
    done = atomlint("check", "--output", "json", *arguments, cwd=cwd, **more)
    return json.loads(done.stdout)["findings"]


def places(*arguments: str, cwd: Path, **more) -> list[tuple]:
    return [(f["rule"], f["path"], f["start"]["line"]) for f in findings(*arguments, cwd=cwd, **more)]


def invoke(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


# --- options that are called otherwise elsewhere ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["--format", "--formatter", "--reporter", "-f"])
def test_what_other_linters_call_the_output_is_answered_with_its_name_here(name):
    done = invoke("check", name, "json")
    assert done.exit_code == 2
    assert f"no such option: {name}; did you mean '--output'?" in done.output


def test_a_command_without_an_output_is_not_said_to_have_one():
    assert "--output" not in invoke("env", "--format", "json").output


# --- statuses ---------------------------------------------------------------------------------------------------------


def test_findings_end_with_1_and_a_clean_project_with_0(project):
    done = atomlint("check", cwd=project)
    assert (done.returncode, done.stderr) == (1, "")
    assert "--> app.py:10:5" in done.stdout
    write(project, app_dot_py=QUIET)
    done = atomlint("check", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No findings in 2 files; ")


def test_what_does_not_parse_ends_with_2_and_keeps_the_other_findings(project):
    write(project, broken_dot_py="import redis\ndef f(:\n")
    done = atomlint("check", "--output", "concise", cwd=project)
    assert done.returncode == 2
    assert "app.py:10:5: redis-per-request" in done.stdout
    assert "broken.py:2:7: atomlint-syntax-error" in done.stdout
    assert "so this run is incomplete" in done.stdout


def test_a_missing_path_ends_with_2_and_suggests_the_nearest(project):
    done = atomlint("check", "ap.py", cwd=project)
    assert done.returncode == 2
    assert "no such file or directory: ap.py; did you mean 'app.py'?" in done.stdout


def test_a_project_without_files_ends_with_2(tmp_path):
    done = atomlint("check", cwd=tmp_path)
    assert done.returncode == 2
    assert "no files to look at" in done.stdout


def test_exit_zero_forgives_findings_but_not_what_was_not_looked_at(project):
    assert atomlint("check", "--exit-zero", cwd=project).returncode == 0
    assert atomlint("check", "--exit-zero", "nope.py", cwd=project).returncode == 2


def test_severity_and_confidence_move_what_fails(project):
    assert atomlint("check", "--severity", "error", cwd=project).returncode == 0
    assert atomlint("check", "--severity", "info", cwd=project).returncode == 1
    shown = atomlint("check", "--severity", "error", cwd=project).stdout
    assert "(none fails)" in shown


def test_a_configured_severity_counts(project):
    write(project, atomlint_dot_toml='[severities]\nredis = "info"\n')
    assert atomlint("check", cwd=project).returncode == 0
    assert findings(cwd=project)[0]["severity"] == "info"


# --- rules ------------------------------------------------------------------------------------------------------------


def test_select_and_ignore_take_ids_families_and_lists(project):
    one = [("redis-per-request", "app.py", 10)]
    assert places("--select", "redis", cwd=project) == one
    assert places("--select", "secret,redis-per-request", cwd=project) == one
    assert places("--select", "secret", "--select", "redis", cwd=project) == one
    assert places("--select", "secret", cwd=project) == []
    assert places("--ignore", "redis", cwd=project) == []
    assert places("--select", "all", "--ignore", "secret , redis-per-request", cwd=project) == []


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_ends_with_2_and_suggests_the_nearest(project, option):
    done = atomlint("check", option, "redis-per-reqest", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(
        r"atomlint: .*unknown rule 'redis-per-reqest'; did you mean 'redis-per-request'\?\n", done.stderr
    )


def test_rules_lists_every_rule_with_its_severity():
    done = invoke("rules")
    assert done.exit_code == 0
    assert re.search(r"^redis-per-request +warning +\S", done.output, re.MULTILINE)
    listed = json.loads(invoke("rules", "--format", "json").output)
    assert {"id", "family", "summary", "severity", "confidence", "status", "options"} <= listed[0].keys()
    assert [row["id"] for row in listed] == [line.split()[0] for line in done.output.splitlines()]


def test_explain_prints_a_page_and_suggests_the_nearest():
    assert invoke("explain", "redis-per-request").output.startswith("# redis-per-request\n")
    assert "## Why" in invoke("explain", "atomlint-syntax-error").output
    done = invoke("explain", "redis-per-reqest")
    assert (done.exit_code, done.output) == (
        2,
        "atomlint: no such rule: redis-per-reqest; did you mean 'redis-per-request'?\n",
    )
    family = invoke("explain", "orm")
    assert family.exit_code == 2
    assert "orm-duplicate-class" in family.output


# --- outputs ----------------------------------------------------------------------------------------------------------


def test_several_outputs_are_written_in_one_run(project):
    done = atomlint("check", "--output", "concise", "-o", "sarif=a.sarif", "-o", "json=a.json", cwd=project)
    assert done.returncode == 1
    assert done.stdout.startswith("app.py:10:5: redis-per-request warning[high] ")
    assert json.loads((project / "a.json").read_text("utf-8"))["summary"]
    (result,) = json.loads((project / "a.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert result["ruleId"] == "redis-per-request"


def test_outputs_that_all_go_to_files_leave_standard_output_empty(project):
    done = atomlint("check", "--output", "json=a.json", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_two_outputs_cannot_share_standard_output(project):
    done = atomlint("check", "--output", "json", "--output", "full", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "only one --output can go to standard output" in done.stderr


def test_an_output_that_names_no_file_is_said(project):
    done = atomlint("check", "-o", "json=", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "atomlint: --output json= names no file\n")


def test_notes_and_messages_are_harmless_to_a_terminal(project, capsys):
    from types import SimpleNamespace

    from atomlint.cli.emit import emit

    none = {"show_suppressed": False, "verbose": 0, "quiet": False, "statistics": False, "timings": False}
    emit(SimpleNamespace(notes=["a\x1b[2J\nb\udcff"], tracebacks=[]), SimpleNamespace(unresolved=None), [], none)
    assert capsys.readouterr().err == "note: a\\x1b[2J\\nb\\xff\n"
    assert "\x1b" not in atomlint("check", "--select", "\x1b[2J", cwd=project).stderr


def test_a_wrong_format_suggests_the_nearest(project):
    done = atomlint("check", "--output", "sarf", cwd=project)
    assert (done.returncode, done.stderr) == (2, "atomlint: no such output format: sarf; did you mean 'sarif'?\n")


def test_an_output_that_cannot_be_written_is_said(project):
    done = atomlint("check", "--output", "json=nowhere/a.json", cwd=project)
    assert (done.returncode, done.stderr) == (2, "atomlint: cannot write nowhere/a.json: No such file or directory\n")


def test_quiet_leaves_the_closing_lines_out_and_errors_in(project):
    for form in ("full", "concise"):
        assert "Found" not in atomlint("check", "-q", "--output", form, cwd=project).stdout
    done = atomlint("check", "-q", "nowhere.py", cwd=project)
    assert done.returncode == 2
    assert done.stdout == "error (path): nowhere.py: no such file or directory: nowhere.py\n"


def test_statistics_count_by_rule_and_stay_out_of_a_machine_format(project):
    assert "     1  redis-per-request  (1 failing)" in atomlint("check", "--statistics", cwd=project).stdout
    done = atomlint("check", "--statistics", "--output", "json", cwd=project)
    assert json.loads(done.stdout)
    assert "redis-per-request  (1 failing)" in done.stderr


def test_timings_name_every_stage_on_standard_error(project):
    done = atomlint("check", "--timings", "--no-cache", cwd=project)
    stages = [line.split()[0] for line in done.stderr.splitlines()]
    assert stages == ["files", "prefilter", "secrets", "facts", "link", "libcst", "finish", "output", "total"]


def test_colour_is_for_terminals_and_can_be_forced_and_forbidden(project):
    assert "\x1b[" not in atomlint("check", cwd=project).stdout
    assert "\x1b[" in atomlint("check", cwd=project, FORCE_COLOR="1").stdout
    assert "\x1b[" in atomlint("check", "--output", "concise", cwd=project, FORCE_COLOR="1").stdout
    assert "\x1b[" not in atomlint("check", cwd=project, FORCE_COLOR="1", NO_COLOR="1").stdout
    assert "\x1b[" not in atomlint("check", "--output", "json", cwd=project, FORCE_COLOR="1").stdout


def test_a_finding_is_printed_where_the_encoding_lacks_its_letters(project):
    write(project, app_dot_py=LIMITER.replace("hits", "trésor-日本"))
    done = atomlint("check", cwd=project, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (1, "")


# --- files ------------------------------------------------------------------------------------------------------------


def test_content_on_standard_input_gives_what_the_saved_file_gives(project):
    saved = findings(cwd=project)
    write(project, app_dot_py=QUIET)
    assert findings(cwd=project) == []
    assert findings("--stdin-filename", "app.py", cwd=project, stdin=LIMITER) == saved
    assert findings("-", "--stdin-filename", str(project / "app.py"), cwd=project, stdin=LIMITER) == saved
    assert findings(cwd=project) == [], "what was only on standard input was remembered"


def test_content_on_standard_input_can_be_of_a_file_that_is_not_saved_yet(project):
    assert places("--stdin-filename", "new.py", cwd=project, stdin=LIMITER) == [("redis-per-request", "new.py", 10)]


def test_a_dash_needs_the_name_of_its_file(project):
    done = atomlint("check", "-", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--stdin-filename" in done.stderr
    assert atomlint("check", "--stdin-filename", "", cwd=project).returncode == 2


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".", "names a directory: ."),
        ("new/", "names a directory: new/"),
        ("a.js", "a kind of file that is not looked at"),
    ],
)
def test_content_of_what_is_not_looked_at_is_refused(project, name, said):
    done = atomlint("check", "--stdin-filename", name, cwd=project, stdin=LIMITER)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"atomlint: --stdin-filename .*\n", done.stderr)
    assert said in done.stderr


def test_show_files_lists_what_would_be_looked_at_in_every_project(project):
    write(project, sub__atomlint_dot_toml="", sub__a_dot_py="", picture_dot_png="")
    done = atomlint("check", "--show-files", cwd=project)
    assert (done.returncode, done.stdout.split()) == (0, ["app.py", "atomlint.toml", "sub/a.py", "sub/atomlint.toml"])
    assert atomlint("check", "--show-files", "sub", cwd=project).stdout.split() == ["sub/a.py", "sub/atomlint.toml"]
    assert atomlint("check", "--show-files", "../a.py", cwd=project / "sub").returncode == 2
    assert atomlint("check", "--show-files", "../app.py", cwd=project / "sub").stdout == "../app.py\n"


def test_force_exclude_holds_for_named_files(project):
    write(project, atomlint_dot_toml='extend-exclude = ["app.py"]\n')
    assert atomlint("check", "app.py", cwd=project).returncode == 1
    done = atomlint("check", "--force-exclude", "app.py", cwd=project)
    assert done.returncode == 0
    assert "skipped app.py" in done.stderr


def test_projects_below_a_directory_that_is_none_are_checked_in_one_run(tmp_path):
    write(tmp_path, a__atomlint_dot_toml="", a__app_dot_py=LIMITER, b__atomlint_dot_toml="", b__app_dot_py=LIMITER)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")
    assert [path for _, path, _ in places(cwd=tmp_path)] == ["a/app.py", "b/app.py"]
    assert [path for _, path, _ in places("b/app.py", cwd=tmp_path)] == ["app.py"]


def test_a_named_directory_that_is_a_project_of_its_own_is_checked_as_one(tmp_path):
    write(tmp_path, atomlint_dot_toml="", other_dot_py="", a__atomlint_dot_toml="", a__app_dot_py=LIMITER)
    done = atomlint("check", "a", cwd=tmp_path)
    assert "in 2 files; " in done.stdout


# --- configuration ----------------------------------------------------------------------------------------------------


def test_isolated_and_config_choose_the_configuration(project):
    write(project, atomlint_dot_toml='ignore = ["redis"]\n', other_dot_toml='ignore = ["secret"]\n')
    assert atomlint("check", cwd=project).returncode == 0
    assert atomlint("check", "--isolated", cwd=project).returncode == 1
    assert atomlint("check", "--config", "other.toml", cwd=project).returncode == 1
    assert atomlint("check", "--config", 'ignore=["secret"]', cwd=project).returncode == 1


def test_a_wrong_key_names_the_file_the_line_and_the_nearest_key(project):
    write(project, atomlint_dot_toml='\nignroe = ["redis"]\n')
    done = atomlint("check", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert re.search(r"atomlint\.toml:2.*ignroe.*did you mean 'ignore'\?", done.stderr)


def test_config_show_checks_rules_and_their_options(project):
    write(project, atomlint_dot_toml='select = ["reddis"]\n')
    done = atomlint("config", "show", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean 'redis'?" in done.stderr
    done = atomlint("config", "show", "--config", "rules.runtime-tight-poll.budgt=1", "--isolated", cwd=project)
    assert done.returncode == 2
    assert "did you mean 'budget'?" in done.stderr


def test_config_schema_knows_the_rules_and_their_options():
    described = json.loads(invoke("config", "schema").output)
    budget = described["properties"]["rules"]["properties"]["runtime-tight-poll"]["properties"]["budget"]
    assert budget["type"] == "number"


# --- cache ------------------------------------------------------------------------------------------------------------


def test_the_cache_has_a_place_that_can_be_cleared(project):
    place = Path(atomlint("cache", "dir", cwd=project).stdout.strip())
    assert atomlint("cache", "clear", cwd=project).stdout == f"nothing to remove in {place}\n"
    atomlint("check", cwd=project)
    assert list(place.iterdir())
    assert "came from the cache" in atomlint("check", cwd=project).stdout
    assert re.fullmatch(r"removed [\d,.]+ (bytes|MB) from .*\n", atomlint("cache", "clear", cwd=project).stdout)
    assert "came from the cache" not in atomlint("check", cwd=project).stdout


def test_no_cache_neither_reads_nor_writes_it(project):
    atomlint("check", "--no-cache", cwd=project)
    assert not Path(atomlint("cache", "dir", cwd=project).stdout.strip()).exists()


# --- baseline ---------------------------------------------------------------------------------------------------------


def test_a_written_baseline_accepts_what_the_run_found_and_nothing_else(project):
    done = atomlint("check", "--write-baseline", "base.json", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "wrote 1 finding to base.json\n", "")
    write(project, atomlint_dot_toml='baseline = "base.json"\n')
    assert atomlint("check", cwd=project).returncode == 0
    before = (project / "base.json").read_bytes()
    assert atomlint("check", "--write-baseline", "base.json", cwd=project).stdout == "wrote 1 finding to base.json\n"
    assert (project / "base.json").read_bytes() == before
    write(project, other_dot_py=LIMITER)
    assert [path for _, path, _ in places(cwd=project) if path == "other.py"] == ["other.py"]
    assert atomlint("check", cwd=project).returncode == 1


def test_a_baseline_of_an_incomplete_run_ends_with_2_and_accepts_no_syntax_error(project):
    write(project, broken_dot_py="import redis\ndef f(:\n")
    done = atomlint("check", "--write-baseline", "base.json", cwd=project)
    assert (done.returncode, done.stdout) == (2, "wrote 1 finding to base.json\n")
    assert done.stderr.startswith("error (syntax): broken.py: ")
    assert atomlint("check", "--config", 'baseline="base.json"', cwd=project).returncode == 2


def test_a_baseline_leaves_the_outputs_asked_for_as_they_are(project):
    done = atomlint("check", "--write-baseline", "base.json", "-o", "json", cwd=project)
    assert (done.returncode, done.stderr) == (0, "wrote 1 finding to base.json\n")
    assert len(json.loads(done.stdout)["findings"]) == 1


def test_a_baseline_that_cannot_be_written_is_said(project):
    done = atomlint("check", "--write-baseline", "nowhere/base.json", cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "atomlint: cannot write nowhere/base.json: No such file or directory\n"
    done = atomlint("check", "--write-baseline", "", cwd=project)
    assert (done.returncode, done.stderr) == (2, "atomlint: --write-baseline names no file\n")
