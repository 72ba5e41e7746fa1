import pytest

from atomlint.baseline import load, mark, write
from atomlint.finding import Confidence, Finding, Position, Severity, Span, Suppression


def finding(fingerprint, line=1, suppressed=None):
    span = Span("a.py", Position(line, 1), Position(line, 2))
    return Finding(
        "redis-x", Severity.ERROR, Confidence.HIGH, "m", span, fingerprint=fingerprint, suppressed=suppressed
    )


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "base.json"
    assert write(path, [finding("b"), finding("a"), finding("b")]) == 3
    assert load(path) == {"a": 1, "b": 2}
    assert path.read_text() == '{\n  "version": 1,\n  "findings": {\n    "a": 1,\n    "b": 2\n  }\n}\n'


def test_the_bytes_do_not_depend_on_order_and_no_draft_stays(tmp_path):
    write(tmp_path / "one", [finding("b"), finding("a")])
    write(tmp_path / "two", [finding("a"), finding("b")])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "two"]


def test_an_empty_baseline_is_one(tmp_path):
    assert write(tmp_path / "base", []) == 0
    assert load(tmp_path / "base") == {}


def test_suppressed_findings_are_not_written_and_use_nothing_up(tmp_path):
    silent = finding("a", suppressed=Suppression("a.py", 1))
    assert write(tmp_path / "base", [silent]) == 0
    done, stale = mark([silent, finding("a")], {"a": 1})
    assert [f.baselined for f in done] == [False, True]
    assert stale == {}


def test_at_most_the_recorded_number_is_marked_in_the_order_given():
    done, stale = mark([finding("a", 1), finding("b", 2), finding("a", 3), finding("a", 4)], {"a": 2})
    assert [f.baselined for f in done] == [True, False, True, False]
    assert stale == {}


def test_stale_entries_are_said_with_their_number():
    baseline = {"z": 1, "a": 3}
    done, stale = mark([finding("a")], baseline)
    assert done[0].baselined
    assert list(stale.items()) == [("a", 2), ("z", 1)]
    assert baseline == {"z": 1, "a": 3}, "the baseline given is not changed"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "truncated"),
        (b"<<<<<<< HEAD\n{}", "malformed"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `version`"),
        (b'{"version": 1}', "findings"),
        (b'{"version": 1, "findings": {"a": "x"}}', "Expected `int`"),
        (b'{"version": 1, "findings": {"a": 0}}', ">= 1"),
        (b'{"version": 1, "findings": {"a": true}}', "Expected `int`"),
        (b'{"version": 1, "findings": {}, "extra": 1}', "extra"),
        (b'{"version": 2, "findings": {}}', "a baseline of version 2"),
        (b'{"version": 1, "findings": {"\xff": 1}}', ""),
        (b"[" * 100_000, ""),
    ],
)
def test_a_malformed_baseline_is_one_clear_line(tmp_path, data, said):
    path = tmp_path / "base.json"
    path.write_bytes(data)
    with pytest.raises(ValueError, match="baseline") as caught:
        load(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_baseline_is_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none")


def test_a_finding_without_a_fingerprint_cannot_be_written(tmp_path):
    with pytest.raises(ValueError, match="without a fingerprint"):
        write(tmp_path / "base", [finding("")])
    assert list(tmp_path.iterdir()) == []
