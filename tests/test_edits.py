import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.edits import apply, diff, fix_to_fixpoint, plan
from atomlint.finding import Confidence, Edit, Finding, Severity, Suppression
from atomlint.source import Files, Source


def replacing(pattern, to, rule="redis-x", safe=True, paths=("a.py",)):
    """A rule that wants every match of a pattern replaced."""

    def find(source):
        if source.path not in paths:
            return
        for match in re.finditer(pattern, source.text):
            span = source.span(*match.span())
            finding = Finding(rule, Severity.ERROR, Confidence.HIGH, "m", span)
            yield finding.with_fix("replace", Edit(span, match.expand(to)), safe=safe)

    return find


def repair(files, *rules, **options):
    """The result of fixing files (path to text or bytes) until nothing is left."""
    disk = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    reader = Files("nowhere", disk)

    def check(overlay):
        assert not overlay.keys() - disk.keys()
        sources = [Source(path, overlay.get(path, data)) for path, data in disk.items()]
        return [finding for rule in rules for source in sources for finding in rule(source)]

    return fix_to_fixpoint(check, reader, **{"unsafe": False, **options})


def test_nothing_to_fix_changes_nothing():
    result = repair({"a.py": "x = 1\n"})
    assert (result.changed, result.applied, result.left, result.rounds, result.troubles) == ({}, 0, [], 0, [])


def test_fixing_goes_on_while_fixes_make_new_ones_possible():
    result = repair({"a.py": "x = aaaa\n"}, replacing("aa", "a"), replacing(r"\ba\b", "b"))
    assert result.changed == {"a.py": b"x = b\n"}
    assert (result.applied, result.rounds, result.left, result.troubles) == (4, 3, [], [])


def test_overlapping_fixes_come_in_later_rounds():
    result = repair({"a.py": "x = ab\n"}, replacing("ab", "cb"), replacing("b", "d"))
    assert result.changed == {"a.py": b"x = cd\n"}
    assert result.rounds == 2


def test_unsafe_fixes_are_left_unless_asked_for():
    rule = replacing("a", "b", safe=False)
    careful = repair({"a.py": "a = 1\n"}, rule)
    assert careful.changed == {}
    assert len(careful.left) == 1
    assert repair({"a.py": "a = 1\n"}, rule, unsafe=True).changed == {"a.py": b"b = 1\n"}


@pytest.mark.parametrize("path", ["a.py", "a.toml"])
def test_a_file_that_would_not_parse_keeps_its_bytes_and_the_others_are_fixed(path):
    result = repair(
        {path: "a = 1\n", "b.py": "a = 1\n"},
        replacing("a", "(", paths=(path,)),
        replacing("a", "b", paths=("b.py",)),
    )
    assert result.changed == {"b.py": b"b = 1\n"}
    (trouble,) = result.troubles
    assert (trouble.kind, trouble.path) == ("rule", path)
    assert trouble.message == "not fixed: it would not parse any more"
    assert [finding.span.path for finding in result.left] == [path]


def test_what_earlier_rounds_made_of_a_file_stays_when_a_later_round_breaks_it():
    result = repair({"a.py": "a = 1\n"}, replacing("a", "b"), replacing("b", "("))
    assert result.changed == {"a.py": b"b = 1\n"}
    assert len(result.troubles) == 1


def test_a_fix_across_files_is_dropped_in_both_when_it_breaks_one():
    def both(source):
        if source.path == "a.py" and "old" in source.text:
            here, there = source.span(0, 3), Source("b.py", b"old = 1\n").span(0, 3)
            finding = Finding("redis-x", Severity.ERROR, Confidence.HIGH, "m", here)
            yield finding.with_fix("rename", Edit(here, "new"), Edit(there, "("), safe=True)

    result = repair({"a.py": "old = 1\n", "b.py": "old = 1\n"}, both)
    assert result.changed == {}
    assert [trouble.path for trouble in result.troubles] == ["b.py"]


def test_a_file_that_never_parsed_is_left_alone():
    result = repair({"a.py": "a = (\n"}, replacing("a", "b"))
    assert result.changed == {}
    assert result.troubles[0].message == "not fixed: it does not parse"


def test_a_fix_that_makes_a_broken_file_parse_is_made():
    assert repair({"a.py": "a = (\n"}, replacing(r"\(", "1")).changed == {"a.py": b"a = 1\n"}


def test_a_character_that_the_encoding_lacks_is_said():
    result = repair({"a.py": b"# coding: latin-1\na = '\xe9'\n"}, replacing(r"\ba\b", "a = '€' #"))
    assert result.changed == {}
    assert result.troubles[0].message == "not fixed: not writable as iso-8859-1: ordinal not in range(256)"


def test_a_file_that_cannot_be_read_is_said():
    span = Source("gone.py", b"x").span(0, 1)
    finding = Finding("redis-x", Severity.ERROR, Confidence.HIGH, "m", span).with_fix("x", Edit(span, "y"), safe=True)
    result = fix_to_fixpoint(lambda _: [finding], Files("nowhere"), unsafe=False)
    assert [trouble.message for trouble in result.troubles] == ["not fixed: it cannot be read"]


def test_fixes_that_undo_each_other_end_and_are_said():
    result = repair({"a.py": "a = 1\n"}, replacing("a", "b"), replacing("b", "a"))
    assert result.rounds == 1
    assert [(t.kind, t.path) for t in result.troubles] == [("rule", "a.py")]
    assert "undo each other" in result.troubles[0].message
    assert len(result.left) == 1


def test_a_fix_that_changes_nothing_ends_the_fixing():
    result = repair({"a.py": "a = 1\n"}, replacing("a", "a"))
    assert (result.changed, result.rounds, result.troubles) == ({}, 0, [])
    assert len(result.left) == 1


def test_endless_growth_ends_after_the_rounds_given():
    result = repair({"a.py": "a = 1\n"}, replacing("a+", r"\g<0>a"), rounds=3)
    assert result.changed == {"a.py": b"aaaa = 1\n"}
    assert result.rounds == 3
    assert [trouble.kind for trouble in result.troubles] == ["limit"]


def test_the_last_round_allowed_may_be_the_last_one_needed():
    result = repair({"a.py": "a = 1\n"}, replacing("a", "b"), rounds=1)
    assert (result.changed, result.troubles, result.left) == ({"a.py": b"b = 1\n"}, [], [])


def test_suppressed_and_baselined_findings_are_neither_fixed_nor_left():
    rule = replacing("a", "b")

    def silent(source):
        for finding in rule(source):
            yield msgspec.structs.replace(finding, suppressed=Suppression("a.py", 1))
            yield msgspec.structs.replace(finding, baselined=True)

    result = repair({"a.py": "a = 1\n"}, silent)
    assert (result.changed, result.left) == ({}, [])


def test_byte_order_mark_line_ends_and_encoding_stay():
    data = b"\xef\xbb\xbfa = 1\r\n\x0cx = '\xc3\xa9'\r"
    result = repair({"a.py": data}, replacing(r"\ba\b", "import b\nc"))
    assert result.changed == {"a.py": data.replace(b"a = 1", b"import b\r\nc = 1")}


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="a# \r\n\x0cé'\"", max_size=25), st.sampled_from(["a.py", "a.toml", ".env"]))
def test_every_byte_outside_the_fixes_stays_whatever_the_file(text, path):
    data = text.encode()
    result = repair({path: data}, replacing("a", "b", paths=(path,)))
    if result.troubles:
        assert result.changed == {}
    else:
        assert result.changed.get(path, data) == data.replace(b"a", b"b")


def test_the_module_offers_the_whole_of_editing():
    source = Source("a.py", b"a = 1\n")
    found = list(replacing("a", "b")(source))
    (fix,) = plan(found, unsafe=False)["a.py"]
    assert diff("a.py", source.text, apply(source, fix.edits)).endswith("-a = 1\n+b = 1\n")
