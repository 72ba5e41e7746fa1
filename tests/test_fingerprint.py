import re
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomlint.finding import Confidence, Finding, Position, Severity, Span
from atomlint.fingerprint import _without_comments, assign, fingerprint, secret_digest
from atomlint.source import Source

KEY = b"k" * 32


class Sources:
    def __init__(self, **files):
        self.files = {name.replace("_py", ".py"): text for name, text in files.items()}

    def source(self, path):
        return Source(path, self.files[path].encode()) if path in self.files else None


def finding(line=1, path="a.py", rule="redis-per-request", symbol="f", end=None, **more):
    span = Span(path, Position(line, 1), end or Position(line, 5))
    return Finding(rule, Severity.ERROR, Confidence.HIGH, "message", span, symbol=symbol, **more)


def of(text, line=1, path="a.py", **more):
    return fingerprint(finding(line, path, **more), source=Source(path, text.encode()))


def test_a_fingerprint_is_hexadecimal_and_fixed():
    assert re.fullmatch("[0-9a-f]{32}", of("x = 1\n"))
    assert of("x = 1\n") == of("x = 1\n")


def test_moving_a_finding_keeps_its_fingerprint():
    assert of("x = get()\n") == of("\n\n# more\nx = get()\n", 4)


@pytest.mark.parametrize("text", ["    x  =\tget()\n", "x = get()  # why\n", "x = get()\r\n", "x = get()"])
def test_white_space_and_comments_do_not_count(text):
    assert of(text) == of("x = get()\n")


def test_a_hash_in_a_string_is_code():
    assert of('x = "#a"  # c\n') == of('x = "#a"\n')
    assert of('x = "#a"\n') != of('x = "#b"\n')


def test_comments_of_documents_do_not_count():
    assert of("text <!-- why -->\n", path="a.md") == of("text\n", path="a.md")
    assert of("A=it's # why\n", path=".env") == of("A=it's\n", path=".env")
    assert of("RUN a # b\n", path="Dockerfile") != of("RUN a\n", path="Dockerfile")


def test_editing_the_code_the_rule_the_path_or_the_symbol_changes_it():
    base = of("x = get()\n")
    others = [
        of("x = put()\n"),
        of("x = get()\n", path="b.py"),
        of("x = get()\n", rule="redis-other"),
        of("x = get()\n", symbol="g"),
    ]
    assert len({base, *others}) == 5


def test_all_lines_of_the_span_count_and_an_exclusive_end_is_not_in():
    text = "x = get(\n  1)\ny = 1\n"
    two = of(text, end=Position(2, 5))
    assert two == of(text, end=Position(3, 1))
    assert two != of(text)
    assert two != of(text.replace("1)", "2)"), end=Position(2, 5))


def test_a_file_that_cannot_be_read_still_gives_a_fingerprint():
    assert fingerprint(finding(), source=None)
    assert fingerprint(finding(), source=Source("a.py", b"\xff")) == fingerprint(finding(), source=None)
    assert of("x\n", line=99) == fingerprint(finding(), source=None)


def test_parts_cannot_run_into_each_other():
    assert of("", rule="ab", symbol="c") != of("", rule="a", symbol="bc")


def test_equal_findings_are_told_apart_by_their_occurrence():
    sources = Sources(a_py="x = get()\ny = 1\nx = get()\nx = get()\n")
    done = assign([finding(3), finding(1), finding(4)], sources)
    assert [f.span.start.line for f in done] == [1, 3, 4]
    assert len({f.fingerprint for f in done}) == 3
    assert done[0].fingerprint == fingerprint(finding(1), source=sources.source("a.py"))
    assert all(re.fullmatch("[0-9a-f]{32}", f.fingerprint) for f in done)


def test_the_order_given_and_other_files_do_not_matter():
    sources = Sources(a_py="x = get()\nx = get()\n", b_py="x = get()\n", c_py="z = 1\n")
    found = [finding(1), finding(2), finding(1, "b.py")]
    once = assign(found, sources)
    assert assign(found[::-1], sources) == once
    assert [f for f in assign([*found, finding(1, "c.py")], sources) if f.span.path != "c.py"] == once
    assert assign(once, sources) == once


def test_a_secret_is_identified_by_its_keyed_digest_and_never_by_code():
    digest = secret_digest("invented-value-1", KEY)
    secret = finding(rule="secret-hardcoded", fingerprint=digest)
    assert fingerprint(secret, source=Source("a.py", b"x = 1")) == digest
    (done,) = assign([secret], Sources(a_py="anything"))
    assert done.fingerprint == digest


def test_two_places_of_one_secret_differ_by_occurrence():
    digest = secret_digest("invented-value-1", KEY)
    found = [finding(line, rule="secret-hardcoded", fingerprint=digest) for line in (1, 2)]
    done = assign(found, Sources(a_py="a\nb\n"))
    assert done[0].fingerprint == digest
    assert done[1].fingerprint not in ("", digest)
    assert assign(done, Sources(a_py="a\nb\n")) == done


@pytest.mark.parametrize("unit", ['\\"', "\\'", '"a', "'\"", '"""', "# '"])
def test_a_line_of_quotes_that_are_never_closed_takes_no_longer_than_any_other(unit):
    start = time.process_time()
    of(unit * 100_000)
    assert time.process_time() - start < 2


QUOTED = re.compile(r"(\"{3}.*?\"{3}|'{3}.*?'{3}|\"(?:\\.|[^\"\\\r\n])*\"|'(?:\\.|[^'\\\r\n])*')|#[^\r\n]*", re.DOTALL)


@given(st.text(alphabet="\"'#\\\n a", max_size=30))
def test_comments_are_what_follows_a_mark_outside_of_quotes(text):
    assert _without_comments(text) == QUOTED.sub(lambda match: match[1] or "", text)


def test_a_secret_without_a_digest_takes_nothing_from_the_code():
    secret = finding(rule="secret-hardcoded")
    one = fingerprint(secret, source=Source("a.py", b"a = 'one'"), key=KEY)
    assert one == fingerprint(secret, source=Source("a.py", b"b = 'two'"), key=KEY)
    assert one != fingerprint(secret, source=None, key=b"another key of the repository")


def test_a_digest_depends_on_value_and_key_and_shows_neither():
    digest = secret_digest("invented-value-1", KEY)
    assert re.fullmatch("[0-9a-f]{32}", digest)
    assert digest != secret_digest("invented-value-2", KEY)
    assert digest != secret_digest("invented-value-1", b"q" * 32)
    assert secret_digest("\ud800", KEY)


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="at least 16 bytes"):
        secret_digest("invented", b"short")


def test_a_stale_fingerprint_of_another_rule_is_not_kept():
    stale = msgspec.structs.replace(finding(), fingerprint="stale")
    (done,) = assign([stale], Sources(a_py="x\n"))
    assert done.fingerprint == of("x\n")
