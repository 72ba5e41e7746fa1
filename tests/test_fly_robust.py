"""Configurations of any shape: no rule raises, places are right, and a fix leaves every byte alone that it does not change."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atomlint.document import Document
from atomlint.edits import rewrite
from atomlint.fly.file import FlyFile
from atomlint.fly.schema import TABLES
from atomlint.source import Source
from atomlint.testing import check_files
from atomlint.toml import loads

ALL = (
    "fly",
    "fly-env-reserved",
    "fly-release-vs-volume",
    "fly-autostop-noop",
    "fly-no-health-check",
    "fly-env-parity",
    "fly-env-unused",
)
KEYS = sorted({key for fields in TABLES.values() for key in fields} | {"ä-key", "a b", "", "timeout", "restart_limit"})
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(
        ["", "app", "10s", "1gb", "sqlite:///x.db", "http", "SIGTERM", "ü", "a && b $C", "'", '"', "#", "\\"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def tables(draw: st.DrawFn, name: str = "", depth: int = 4) -> dict[str, object]:
    """A table of the schema with some of its keys, and under each what belongs there or anything else."""
    fields = TABLES[name]
    made: dict[str, object] = {}
    for key in draw(st.lists(st.sampled_from(sorted(fields)), unique=True, max_size=6)):
        inner = fields[key].table
        if not inner or depth == 0 or draw(st.integers(0, 9)) == 0:
            made[key] = draw(VALUES)
        elif draw(st.booleans()):
            made[key] = draw(tables(inner, depth - 1))
        else:
            made[key] = draw(st.lists(tables(inner, depth - 1), max_size=3))
    return made


def toml(value: object) -> str:
    """A value as TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(tables(), st.dictionaries(st.sampled_from(sorted(TABLES[""])), VALUES, max_size=6)))
def test_no_rule_raises_whatever_stands_under_the_keys(data: dict[str, object]) -> None:
    text = "\n".join(f"{json.dumps(key)} = {toml(value)}" for key, value in data.items())
    report = check_files({"fly.toml": text}, select=ALL)
    assert [finding.message for finding in report.findings if finding.rule == "atomlint-rule-crashed"] == []
    assert [error for error in report.errors if error.kind != "path"] == []


@pytest.mark.parametrize(
    "text",
    [
        "services = 1\nhttp_service = 'x'\nchecks = 3\nprocesses = 'x'\nenv = []\nbuild = []\nvm = true\n",
        "checks = [1, {}]\nservices = [[]]\nmounts = [{}]\nmetrics = {}\nrestart = {}\nstatics = [{}]\n",
        "services = [{ports = 1}, {ports = [{}]}, {ports = {port = 'x'}}, {tcp_checks = 7}]\n",
        "[services.a.b]\nc = 1\n[http_service.checks.x]\n[deploy.release_command_vm]\nmemory = 1\n",
        "vm.memory = '1gb'\nvm.size = 'shared-cpu-1x'\n",
    ],
)
def test_tables_of_the_wrong_kind_are_findings_and_no_crash(text: str) -> None:
    report = check_files({"fly.toml": text}, select=ALL)
    assert {finding.rule for finding in report.findings} & {"atomlint-rule-crashed", "atomlint-syntax-error"} == set()
    assert list(report.errors) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b'app = "a"\napp = "b"\n', 2),
        (b'app = "a"\n\n[env]\n[env]\n', 4),
        (b"[http_service\ninternal_port = 8080\n", 1),
        (b'app = "a"\nenv.A = "x"\n[env]\nB = "y"\n', 3),
        (b'app = "a"\nx = \xff\n', 2),
    ],
)
def test_a_file_that_is_no_toml_is_one_finding_on_its_line(text: bytes, line: int) -> None:
    report = check_files({"fly.toml": text, "api/fly.toml": '[[services]]\n[[services.http_checks]]\npath = "/"\n'})
    syntax = [finding for finding in report.findings if finding.rule == "atomlint-syntax-error"]
    assert [(finding.span.path, finding.span.start.line) for finding in syntax] == [("fly.toml", line)]
    assert "fly-phantom-service" in {f.rule for f in report.findings if f.span.path == "api/fly.toml"}


def test_two_megabytes_are_read_in_seconds() -> None:
    lines = "".join(f'  VARIABLE_{number} = "value {number}"\n' for number in range(64_000))
    text = f'app = "harbour-desk"\n\n[env]\n{lines}\n[http_service]\n  internal_port = "8080"\n'
    assert len(text) > 2_000_000
    start = time.process_time()
    report = check_files({"fly.toml": text}, select=("fly",))
    assert time.process_time() - start < 60
    assert [(f.rule, f.span.start.line) for f in report.findings] == [("fly-wrong-type", 64_006)]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_a_byte_order_mark_and_wide_characters_do_not_move_places(mark: bytes, end: bytes) -> None:
    lines = ["# ⛵ Hafen", 'app = "a"', '"größe" = 1', "[http_service]", '  internal_port = "80"  # 🏠']
    text = mark + end.join(line.encode() for line in lines) + end
    found = {f.rule: f.span for f in check_files({"fly.toml": text}, select=("fly",)).findings}
    assert (found["fly-unknown-key"].start.line, found["fly-unknown-key"].start.column) == (3, 1)
    assert (found["fly-wrong-type"].start.line, found["fly-wrong-type"].start.column) == (5, 19)


PIECES = [
    "auto_stop_machines = true  # why",
    "auto_stop_machines='off'",
    'internal_port = "8080"',
    "internal_port   =   8080 # ⛵",
    "# a comment = true",
    "",
    "force_https = 'true'",
    "processes = \"app\"",
    "timeot = 3",
    "min_machines_running = 2",
    "  [[http_service.checks]]",
    "  interval = 15000",
    "[[compute]]",
    "memory = '1gb'  # größe",
    "memory_mb = 1024",
    "[build]",
    "build_target = 'x'",
    "[env]",
    "DEBUG = true",
    "DAUER = 1979-05-27",
    "[[services]]",
    "[[services.ports]]",
    'port = "443"',
    "[processes]",
    "web = 'a && b'",
]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(PIECES), max_size=14),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
)
def test_a_fix_keeps_every_byte_that_it_does_not_replace(pieces: list[str], end: str, mark: bool, last: bool) -> None:
    text = end.join(["[http_service]", *pieces]) + (end if last else "")
    try:
        loads(text)
    except ValueError:
        return
    data = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    report = check_files({"fly.toml": data}, select=ALL)
    source = Source("fly.toml", data)
    for finding in report.active:
        for fix in finding.fixes:
            edits = sorted(fix.edits, key=lambda edit: edit.span.start)
            fixed = rewrite(source, edits)
            loads(Source("fly.toml", fixed).text)
            assert fixed.startswith(b"\xef\xbb\xbf") == mark
            assert (b"\r\n" in data) or (b"\r" not in fixed)
            rest = fixed.decode("utf-8-sig")
            at = 0
            for (
                edit
            ) in edits:  # what stands before, between and after the edits is there, in order, character by character
                kept = source.text[at : source.offset(edit.span.start)]
                assert rest.startswith(kept)
                assert rest[len(kept) :].startswith(edit.text)
                rest = rest[len(kept) + len(edit.text) :]
                at = source.offset(edit.span.end)
            assert rest == source.text[at:]


def test_places_cover_what_they_name() -> None:
    text = "# x\r\nenv = { A = '1', 'b c' = 2 }\r\nmounts = [{ source = 'd', destination = '/d' }]\r\nvm.memory = '1gb'\r\n"
    source = Source.from_text("fly.toml", text)
    file = FlyFile(Document("fly.toml", "fly", source))
    assert [(v.name, v.value, source.slice(v.key_span)) for v in file.env.values()] == [
        ("A", "1", "A"),
        ("b c", "2", "'b c'"),
    ]
    assert source.slice(file.mounts[0].span) == "{ source = 'd', destination = '/d' }"
    assert source.slice(file.vms[0].span) == "vm.memory"


@pytest.mark.parametrize(
    "text",
    [
        "[http_service]\ninternal_port = 1\n[services.http_checks]\npath = '/'\n",
        "[http_service]\ninternal_port = 1\n[[services]]\nhttp_checks = [{ interval = 3 }]\n",
        "[http_service]\ninternal_port = 1\n[services]\nhttp_checks = { path = '/' }\n",
    ],
)
def test_a_phantom_whose_checks_cannot_be_moved_is_told_without_a_fix(text: str) -> None:
    (finding,) = check_files({"fly.toml": text}, select=("fly-phantom-service",)).findings
    assert finding.rule == "fly-phantom-service"
    assert finding.fixes == ()


def test_the_fix_of_an_unused_variable_takes_its_line_and_leaves_every_other_byte() -> None:
    text = 'app = "desk"\r\n\r\n[env]\r\n  # kept\r\n  LOGLEVEL = "debug"  # gone\r\n  LOG_LEVEL = "info"\r\n'
    files = {"fly.toml": text, "app.py": "import os\nLEVEL = os.getenv('LOG_LEVEL')\n"}
    (finding,) = check_files(files, select=("fly-env-unused",)).findings
    (fix,) = finding.fixes
    assert (fix.applicability, finding.span.start.line) == ("unsafe", 5)
    done = rewrite(Source("fly.toml", text.encode()), fix.edits)
    assert done.decode() == text.replace('  LOGLEVEL = "debug"  # gone\r\n', "")


@pytest.mark.parametrize(
    "value", ["inf", "-inf", "nan", "1e400", "'" + "9" * 5000 + "'", "'" + "9" * 400 + "gb'", "'²'"]
)
@pytest.mark.parametrize("table", ["vm", "mounts", "services", "http_service"])
def test_numbers_without_an_end_are_none(table: str, value: str) -> None:
    keys = ("cpus", "memory", "memory_mb", "gpus", "initial_size", "internal_port", "min_machines_running")
    report = check_files({"fly.toml": f"[{table}]\n" + "".join(f"{key} = {value}\n" for key in keys)}, select=ALL)
    assert [finding.message for finding in report.findings if finding.rule == "atomlint-rule-crashed"] == []
