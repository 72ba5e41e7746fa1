import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.finding import Edit, Position, Span
from atomlint.source import Source
from atomlint.splice import apply, diff, rewrite

BOM = b"\xef\xbb\xbf"


def edit(start, end, text, path="a.py"):
    return Edit(Span(path, Position(*start), Position(*end)), text)


def test_edits_are_made_by_place_whatever_their_order():
    edits = [edit((2, 1), (2, 2), "Y"), edit((1, 1), (1, 2), "X")]
    assert apply("a\nb\n", edits) == apply("a\nb\n", edits[::-1]) == "X\nY\n"


def test_insertions_at_one_place_keep_their_order():
    assert apply("ab", [edit((1, 2), (1, 2), "1"), edit((1, 2), (1, 2), "2")]) == "a12b"


def test_an_insertion_may_touch_a_replacement_at_either_end():
    edits = [edit((1, 2), (1, 3), "X"), edit((1, 2), (1, 2), "<"), edit((1, 3), (1, 3), ">")]
    assert apply("abc", edits) == "a<X>c"


def test_identical_edits_count_once():
    assert apply("abc", [edit((1, 2), (1, 3), "XY")] * 2) == "aXYc"


@pytest.mark.parametrize(
    "edits",
    [
        [edit((1, 1), (1, 3), "x"), edit((1, 2), (1, 4), "y")],
        [edit((1, 1), (1, 3), "x"), edit((1, 2), (1, 2), "y")],
        [edit((1, 1), (1, 3), "x"), edit((1, 1), (1, 3), "y")],
        [edit((1, 3), (1, 1), "x")],
    ],
)
def test_overlapping_or_reversed_edits_are_an_error(edits):
    with pytest.raises(ValueError, match=r"overlap|ends before"):
        apply("abcd", edits)


def test_an_edit_of_another_file_is_an_error():
    with pytest.raises(ValueError, match=r"b\.py"):
        apply(Source("a.py", b"x"), [edit((1, 1), (1, 2), "y", "b.py")])


@pytest.mark.parametrize(("text", "ending"), [("a\r\nb\r\nc\n", "\r\n"), ("a\rb", "\r"), ("a\nb", "\n"), ("a", "\n")])
@pytest.mark.parametrize("inserted", ["1\n2\n", "1\r\n2\r\n"])
def test_line_ends_of_an_edit_become_those_of_the_file(text, ending, inserted):
    assert apply(text, [edit((1, 1), (1, 1), inserted)]) == f"1{ending}2{ending}{text}"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (BOM + b"x = 1\r\n", BOM + "y\u00e9 = 1\r\n".encode()),
        (b"x = 1 # \xc3\xa9\r", "y\u00e9 = 1 # \u00e9\r".encode()),
        (b"x # coding: latin-1\n\xe9", None),
        (b"x\x0c\0", b"y\xc3\xa9\x0c\0"),
    ],
)
def test_encoding_mark_and_line_ends_stay(data, expected):
    source = Source("a.py", data)
    if expected is None:
        with pytest.raises(ValueError, match="not UTF-8"):
            rewrite(source, [])
        return
    assert rewrite(source, [edit((1, 1), (1, 2), "yé")]) == expected


def test_a_declared_encoding_stays():
    source = Source("a.py", b'# coding: latin-1\nx = "\xe9"\n')
    assert rewrite(source, [edit((2, 6), (2, 7), "éü")]) == b'# coding: latin-1\nx = "\xe9\xfc"\n'
    with pytest.raises(ValueError, match="not writable as iso-8859-1"):
        rewrite(source, [edit((2, 6), (2, 7), "€")])


def test_an_edit_that_would_change_the_encoding_is_refused():
    source = Source("a.py", b'# coding: latin-1\nx = "\xe9"\n')
    with pytest.raises(ValueError, match="encoding"):
        rewrite(source, [edit((1, 1), (2, 1), "")])


def test_an_encoding_that_does_not_give_its_bytes_back_is_refused():
    with pytest.raises(ValueError, match="byte for byte"):
        rewrite(Source("a.py", b"# coding: utf-7\nx = '+AOk-' # +AGE-\n"), [])


TEXT = st.text(alphabet="ab\r\n\x0cé😀\0 ", max_size=30)


@settings(max_examples=100)
@given(
    st.sampled_from([b"", BOM, b"# coding: utf-8\r\n"]),
    TEXT,
    TEXT,
    TEXT,
    st.text(alphabet="xyzé", max_size=5),
    st.sampled_from(["a.py", "a.toml"]),
)
def test_every_byte_outside_an_edit_stays(mark, before, old, after, new, path):
    data = mark + before.encode() + old.encode() + after.encode()
    source = Source(path, data)
    start = len(source.text) - len(old) - len(after)
    span = source.span(start, start + len(old))
    assert rewrite(source, [Edit(span, new)]) == mark + (before + new + after).encode()


@settings(max_examples=100)
@given(TEXT, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.text(alphabet="xy", max_size=3))))
def test_edits_do_what_slices_do_or_are_refused(text, places):
    source = Source.from_text("a.py", text)
    cut = [(*sorted((min(a, len(text)), min(b, len(text)))), new) for a, b, new in places]
    edits = [Edit(source.span(a, b), new) for a, b, new in cut]
    try:
        result = apply(source, edits)
    except ValueError:
        return
    expected = text
    ordered = sorted(dict.fromkeys(cut), key=lambda place: place[:2])
    for a, b, new in reversed(ordered):
        expected = expected[:a] + new + expected[b:]
    assert result == expected


def test_a_diff_is_unified_and_empty_when_nothing_changed():
    assert diff("d/a.py", "x\ny\n", "x\nz\n") == "--- a/d/a.py\n+++ b/d/a.py\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n"
    assert diff("a.py", b"x", b"x") == ""


def test_a_diff_says_when_the_last_line_has_no_end():
    assert diff("a.py", "x", "x\n").endswith("-x\n\\ No newline at end of file\n+x\n")


def test_only_line_feeds_end_the_lines_of_a_diff():
    assert diff("a.py", b"x\x0cy\r\nz\r\n", b"x\x0cy\r\nw\r\n").endswith(" x\x0cy\r\n-z\r\n+w\r\n")
