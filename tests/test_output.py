"""What holds for every output format."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import unicodedata
from xml.etree import ElementTree as ET

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from output_examples import APP, CACHE, FILES, GET, GONE, SILENCED, Rule, everything, finding, rendered, report, span

from atomlint.finding import Edit, Note, Position, Span, Suppression
from atomlint.output import FORMATS, render
from atomlint.output.options import Options
from atomlint.report import Looked, Report, Trouble
from atomlint.source import Files

HUMAN = ["full", "concise", "markdown"]
EVIL = "a\x1b[31mb\x00c\x9bd\u202ee\u200bf\x7fg\rh\ni\tj\u2028k\udcffl\ufffem`|<x>&%,:]](1)::"
TEXTS = st.text(st.one_of(st.characters(), st.sampled_from(EVIL)), max_size=20)


def harmful(text: str) -> list[str]:
    return [
        char for char in text if char != "\n" and unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn")
    ]


def hostile(text: str) -> dict[str, object]:
    """A report in which everything that comes from outside is the text."""
    path = f"{text}.py"
    where = span(path, 1, 1, 1, 5)
    note = Note(where, text)
    one = finding(
        where,
        message=text,
        related=(note, Note(span("other.py", 2, 1, 3, 2), text)),
        trace=(note,),
        help=text,
        symbol=text,
        suppressed=Suppression(path, 1, text),
    )
    fixed = finding(where, message=text, related=(note,)).with_fix(text, Edit(where, text))
    source = f"{text}\n{text}\n{text}\n".encode("utf-8", "surrogatepass")
    # a source is never surrogates, a path may be
    files = {path: source.replace(b"\xed\xb3\xbf", b"?"), "other.py": b"1\n\x1b[2J\x07\n3\n"}
    troubles = [Trouble("path", path, text), Trouble("config", "", text)]
    rules = {"redis-per-request": Rule("redis-per-request", text, text, text)}
    return {"findings": (one, fixed), "files": files, "errors": troubles, "rules": rules}


@pytest.mark.parametrize("name", FORMATS)
@given(text=TEXTS)
@settings(max_examples=60, deadline=None)
def test_no_control_characters_leak(name, text):
    for evil in (text, EVIL):
        parts = hostile(evil)
        output = rendered(name, report(*parts.pop("findings"), **parts), show_suppressed=True, verbose=1)
        assert harmful(output) == []
        if name in ("json", "sarif", "gitlab"):
            json.loads(output)
        elif name == "junit":
            ET.fromstring(output)
        elif name == "github":
            assert all(line.startswith("::") for line in output.splitlines())


@pytest.mark.parametrize("name", HUMAN)
def test_human_formats_end_with_what_was_looked_at(name):
    looked = Looked(
        files=1234,
        read=9,
        parsed=8,
        out_of_reach=7,
        unresolved=6,
        hidden=5,
        suppressed=4,
        baselined=3,
        rules=2,
        cached=True,
    )
    last = rendered(name, report(looked=looked)).splitlines()[-1]
    assert last == (
        "No findings in 1,234 files; 9 read, 8 parsed, 7 out of reach; 6 calls unresolved, 5 hidden by confidence"
        " (--confidence low shows them), 4 suppressed, 3 baselined; 2 rules ran;"
        " nothing had changed, the answer came from the cache."
    )


@pytest.mark.parametrize("name", HUMAN)
def test_errors_are_said_beside_no_findings(name):
    output = rendered(name, report(errors=[GONE]))
    assert output.splitlines()[-2].startswith("No findings in what could be looked at in 41 files; 40 read")
    assert output.splitlines()[-1] == "1 error: what it names was not looked at, so this run is incomplete."
    assert "error (path): app/gone.py: no such file" in output


@pytest.mark.parametrize("name", FORMATS)
def test_errors_are_in_every_format(name):
    output = rendered(name, everything())
    assert "no such file" in output
    assert "selekt" in output


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "sarif")])
def test_suppressed_and_baselined_findings_are_left_out_unless_asked_for(name):
    assert "Pool without a limit" not in rendered(name, everything())
    assert "Known since long" not in rendered(name, everything())
    shown = rendered(name, everything(), show_suppressed=True)
    assert "Pool without a limit" in shown
    assert "one worker only" in shown
    assert "Known since long" in shown
    assert "baselined" in shown.replace("1 baselined", "")


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("rule", ["secret-hardcoded", "secret-in-url"])
def test_no_format_shows_source_of_a_secret_finding(name, rule):
    value = "sk" + "-invalid-0123456789"
    app = f'KEY = "{value}"\nkey = "{value}"\nprint(KEY)\n'
    places = [Note(span("app.py", n, 1, n, 6), "here") for n in (1, 2, 3)]
    secret = finding(
        span("app.py", 1, 7, 1, 28),
        rule=rule,
        message="A key",
        trace=tuple(places),
        related=tuple(places),
        symbol="KEY",
    )
    neighbour = finding(span("app.py", 3, 1, 3, 6), message="Prints", trace=tuple(places))
    for color in (False, True):
        for verbose in (0, 2):
            output = rendered(
                name,
                report(secret, neighbour, files={"app.py": app}),
                color=color,
                verbose=verbose,
                show_suppressed=True,
            )
            assert value not in output
            assert "0123456789" not in output
            assert "A key" in output


def test_a_line_with_a_secret_is_withheld_from_other_findings_frames():
    app = 'KEY = "hush"\nprint(KEY)\n'
    secret = finding(span("app.py", 1, 7, 1, 13), rule="secret-hardcoded", message="A key")
    silenced = finding(
        span("app.py", 1, 7, 1, 13), rule="secret-hardcoded", message="A key", suppressed=Suppression("app.py", 1)
    )
    neighbour = finding(span("app.py", 2, 1, 2, 11), message="Prints")
    for first in (secret, silenced):
        output = rendered("full", report(first, neighbour, files={"app.py": app}))
        assert "hush" not in output
        assert "1 | (not shown: a secret stands on this line)\n2 | print(KEY)\n" in output


@pytest.mark.parametrize("name", FORMATS)
def test_rendering_twice_gives_the_same(name):
    assert rendered(name, everything()) == rendered(name, everything())


@pytest.mark.parametrize("name", FORMATS)
def test_colour_only_adds_escapes(name):
    plain, coloured = (rendered(name, everything(), color=color, show_suppressed=True) for color in (False, True))
    assert click.unstyle(coloured) == plain
    assert (coloured != plain) == (name in ("full", "concise"))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_stream_encoding_takes_the_output(name, encoding):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    where = Span("schlüssel/鍵.py", Position(1, 1), Position(1, 2))
    render(name, report(finding(where, message="Grüße 鍵"), files={where.path: "鍵 = 1\n"}), stream)
    stream.flush()
    assert raw.getvalue().decode(encoding)


def test_a_finding_counts_as_failing_only_at_both_thresholds():
    lines = rendered("concise", everything()).splitlines()
    assert lines[-2].startswith("Found 2 findings (1 fails) in 41 files")
    two = rendered("concise", report(GET, GET)).splitlines()[-1]
    assert two.startswith("Found 2 findings (2 fail)")
    none = rendered(
        "concise", report(finding(span("a.py", 1, 1, 1, 2), confidence=everything().findings[-1].confidence))
    )
    assert none.splitlines()[-1].startswith("Found 1 finding (none fails)")


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown output format 'fulll'; there are full, concise, json"):
        rendered("fulll", report())


def test_importing_the_package_imports_no_format():
    code = "import sys, atomlint.output; print(*sorted(m for m in sys.modules if m.startswith('atomlint.output')))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split() == ["atomlint.output", "atomlint.output.options"]


def test_options_list_active_findings_by_default():
    of = report(*everything().findings, files={**FILES, "app/cache.py": CACHE, "app/app.py": APP})
    assert list(Options().shown(of)) == of.active
    assert list(Options(show_suppressed=True).shown(of)) == list(of.findings)


@pytest.mark.parametrize(("name", "variable"), [("github", "GITHUB_WORKSPACE"), ("gitlab", "CI_PROJECT_DIR")])
def test_paths_are_relative_to_the_checkout(name, variable, monkeypatch, tmp_path):
    project = tmp_path / "services" / "api"
    project.mkdir(parents=True)
    of = report(GET, errors=[GONE])
    of.root = str(project)
    monkeypatch.setenv(variable, str(tmp_path))
    output = rendered(name, of)
    assert "services/api/app/cache.py" in output
    assert "services/api/app/gone.py" in output
    monkeypatch.setenv(variable, str(tmp_path / "elsewhere"))
    assert "services" not in rendered(name, of)


def test_a_report_from_disk_renders(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n", "utf-8")
    of = report(finding(span("a.py", 1, 1, 1, 2)), SILENCED)
    on_disk = Report(str(tmp_path), of.findings, [], of.looked, Files(tmp_path), {})
    assert "1 | x = 1\n  | ^\n" in rendered("full", on_disk)
