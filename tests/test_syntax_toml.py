"""TOML: values as tomllib reads them, and the place of every header, key and value."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.finding import Position
from atomlint.source import Source
from atomlint.syntax.item import DocumentError
from atomlint.syntax.toml import read_toml


def toml(text: str | bytes):
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    source = Source("x.toml", data)
    return source, read_toml(source)


def found(text: str | bytes) -> dict[tuple, tuple[object, str, str]]:
    """Value, written key and written value by path of keys."""
    source, read = toml(text)
    return {i.keys: (i.value, source.slice(i.key_span), source.slice(i.value_span)) for i in read.items}


def test_a_key_of_a_table_has_its_place() -> None:
    assert found("[env]\n  A = 'x'  # c\n") == {("env", "A"): ("x", "A", "'x'")}


def test_dotted_and_quoted_keys_name_the_whole_path() -> None:
    assert found('a.b."c d" = 1\n\'e\'.f = 2\n"\\u00e9" = 3\n') == {
        ("a", "b", "c d"): (1, 'a.b."c d"', "1"),
        ("e", "f"): (2, "'e'.f", "2"),
        ("é",): (3, '"\\u00e9"', "3"),
    }


def test_inline_tables_and_arrays_give_the_whole_and_their_parts() -> None:
    assert found("x = { a = 1, b.c = [2, {d = 3}] }\n") == {
        ("x",): ({"a": 1, "b": {"c": [2, {"d": 3}]}}, "x", "{ a = 1, b.c = [2, {d = 3}] }"),
        ("x", "a"): (1, "a", "1"),
        ("x", "b", "c"): ([2, {"d": 3}], "b.c", "[2, {d = 3}]"),
        ("x", "b", "c", 0): (2, "2", "2"),
        ("x", "b", "c", 1): ({"d": 3}, "{d = 3}", "{d = 3}"),
        ("x", "b", "c", 1, "d"): (3, "d", "3"),
    }


def test_arrays_of_tables_count_and_tables_below_belong_to_the_newest_element() -> None:
    text = "[[s]]\np = 1\n[[s]]\np = 2\n[s.sub]\nq = 3\n[[s.ports]]\nr = 4\n"
    assert {keys: value for keys, (value, *_) in found(text).items()} == {
        ("s", 0, "p"): 1,
        ("s", 1, "p"): 2,
        ("s", 1, "sub", "q"): 3,
        ("s", 1, "ports", 0, "r"): 4,
    }
    source, read = toml(text)
    assert [(h.keys, source.slice(h.span)) for h in read.headers] == [
        (("s", 0), "[[s]]"),
        (("s", 1), "[[s]]"),
        (("s", 1, "sub"), "[s.sub]"),
        (("s", 1, "ports", 0), "[[s.ports]]"),
    ]


def test_an_empty_table_has_a_header_and_no_items() -> None:
    _, read = toml("[ env ]\n")
    assert [(h.keys, h.span.start, h.span.end) for h in read.headers] == [(("env",), Position(1, 1), Position(1, 8))]
    assert read.items == ()


def test_carriage_returns_a_byte_order_mark_and_wide_characters_do_not_shift_places() -> None:
    read = toml(
        b"\xef\xbb\xbf\xf0\x9d\x94\xb8 = 1".replace(b"\xf0\x9d\x94\xb8", b'"\xf0\x9d\x94\xb8\xc3\xa9"')
        + b"\r\n[t]\r\nk = 'v'\r\n"
    )[1]
    first, second = read.items
    assert (first.keys, first.value_span.start) == (("𝔸é",), Position(1, 8))
    assert (second.keys, second.key_span.start) == (("t", "k"), Position(3, 1))


def test_values_keep_their_types_and_may_span_lines() -> None:
    values = found('a = """\nx\n"""\nb = 2020-01-01\nc = [\n  1, # one\n  2,\n]\nd = 0x10\n')
    assert values["a",][0] == "x\n"
    assert values["b",][0] == date(2020, 1, 1)
    assert values["c",][0] == [1, 2]
    assert values["c", 1][2] == "2"
    assert values["d",][0] == 16


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a = 1\na = 2\n", 2, "a is there twice: the first is in line 1"),
        ("[t]\nx = 1\n[u]\n[t]\n", 4, "[t] is there twice: the first is in line 1"),
        ('[env]\nA = 1\nB = 2\n"A" = 3\n', 4, "env.A is there twice: the first is in line 2"),
        ("[[s]]\na = 1\n[[s]]\na = 1\nb = 1\na = 2\n", 6, "s.a is there twice: the first is in line 4"),
        ("[s]\n[[s]]\n", 2, "[s] is there twice: the first is in line 1"),
        ("a = {b = 1, b = 2}\n", 1, "a.b is there twice"),
        ("a.b = 1\na = 2\n", 2, "a is a table already, by a.b in line 1"),
        ("a = 1\n[a.b]\n", 2, "[a.b] is below a of line 1"),
        ('s = """\n[t]\n"""\n[t]\n[t]\n', 5, "the first is in line 4"),
        ("a = \n", 1, "not a value: text needs quotes"),
        ("a = production\n", 1, "not a value: text needs quotes"),
        ("a = [1,\n", 2, "the file ends in the middle of a value"),
        ("[t\nb = 1\n", 1, "the header of the table is not closed: ] is missing"),
        ("a = 'x", 1, "'"),
        ('a = "x\nb = 1\n', 1, "quotes of the text are not closed"),
        ("a = " + "[" * 3000, 1, "deep"),
        ("a = " + "9" * 9000, 1, "digits"),
    ],
)
def test_a_malformed_file_is_an_error_with_a_line_and_a_reason(text: str, line: int, said: str) -> None:
    with pytest.raises(DocumentError) as error:
        toml(text)
    assert error.value.position.line == line
    assert said in str(error.value)
    assert "(at " not in str(error.value)
    assert "\n" not in str(error.value)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab.=[]{}\"'\n\r #1,é\\", max_size=40))
def test_any_text_gives_items_with_their_values_or_one_error(text: str) -> None:
    source = Source.from_text("x.toml", text)
    try:
        read = read_toml(source)
    except DocumentError:
        return
    for item in read.items:
        value = read.data
        for key in item.keys:
            value = value[key]
        assert value == item.value
        assert source.slice(item.value_span).strip() == source.slice(item.value_span) != ""
