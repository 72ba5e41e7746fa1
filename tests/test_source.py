import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.finding import Position, Span
from atomlint.source import DecodeError, Files, Source, decode, encoding_of

BOM = b"\xef\xbb\xbf"


def test_a_byte_order_mark_is_no_part_of_the_text():
    assert Source("a.py", BOM + b"x = 1\n").text == "x = 1\n"
    assert Source("a.toml", BOM + b"x = 1\n").text == "x = 1\n"


@pytest.mark.parametrize("path", ["a.py", "a.toml"])
def test_only_one_byte_order_mark_is_dropped(path):
    assert Source(path, BOM + BOM + b"x = 1\n").text == "\ufeffx = 1\n"


def test_a_declared_latin_1_file_is_read_in_it():
    source = Source("a.py", b'# -*- coding: latin-1 -*-\nx = "\xe9"\n')
    assert source.lines[1] == 'x = "é"'
    assert encoding_of(source.data, python=True) == "iso-8859-1"


def test_the_declaration_counts_on_the_second_line_and_after_a_form_feed():
    assert decode(b'#!/bin/python\n# coding: latin-1\n"\xe9"', python=True).endswith('"é"')
    assert decode(b'\x0c# coding: latin-1\n"\xe9"', python=True).endswith('"é"')


@pytest.mark.parametrize("data", [b'# coding: latin-1\rx = "\xe9"\r', b'#\r# coding: latin-1\rx = "\xe9"\r'])
def test_a_lone_carriage_return_ends_the_declaring_line_as_for_the_compiler(data):
    assert 'x = "é"' in decode(data, python=True)
    assert ast.literal_eval(ast.parse(data).body[0].value) == "é"


def test_a_document_declares_nothing():
    with pytest.raises(DecodeError, match=r"not UTF-8: .* at byte 18"):
        decode(b"# coding: latin-1\n\xe9", python=False)


@pytest.mark.parametrize(
    "data",
    [
        b"# coding: nonsense\nx",
        b"# coding: rot13\nx",
        b"# coding: undefined\nx",
        b"# coding: punycode\nx",
        b"# coding: utf-16\nx",
        b"# coding: utf-16\nxy",
        b"# coding: cp037\nx",
        BOM + b"# coding: latin-1\nx",
        b"x = '\xe9'\n",
        b"\n\n\nx = '\xe9'\n",
        b"# coding: ascii\nx = '\xe9'\n",
    ],
)
def test_bytes_that_are_no_text_give_one_readable_line(data):
    with pytest.raises(DecodeError) as caught:
        decode(data, python=True)
    assert str(caught.value)
    assert "\n" not in str(caught.value)


@settings(max_examples=100)
@given(st.binary() | st.binary().map(lambda data: b"# coding: " + data), st.booleans())
def test_any_bytes_are_text_or_a_decode_error(data, python):
    try:
        text = decode(data, python=python)
    except DecodeError as error:
        text = str(error)
    assert isinstance(text, str)


def test_lines_end_as_python_counts_them():
    source = Source("a.py", "a\r\nb\rc\n\x0cd\x0b\x1c\u2028e\n".encode())
    assert source.lines == ["a", "b", "c", "\x0cd\x0b\x1c\u2028e", ""]
    assert source.starts == [0, 3, 5, 7, 14]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_agree_with_those_of_the_parser(ending):
    text = ending.join(['x = """a', "", 'b"""', "\x0c", "\x0cfound = 'é'", ""])
    node = ast.parse(text).body[1]
    source = Source("a.py", text.encode())
    start = source.from_utf8(node.value.lineno, node.value.col_offset)
    end = source.from_utf8(node.value.end_lineno, node.value.end_col_offset)
    assert source.slice(Span("a.py", start, end)) == "'é'"


@settings(max_examples=100)
@given(st.text(alphabet="ab\r\n\x0cé😀\t", max_size=40))
def test_offset_and_position_undo_each_other(text):
    source = Source.from_text("a.py", text)
    assert len(source.lines) == len(source.starts)
    assert [source.offset(source.position(at)) for at in range(len(text) + 1)] == list(range(len(text) + 1))


def test_a_position_beyond_its_line_or_text_is_clipped():
    source = Source("a.py", b"ab\ncd\n")
    assert source.offset(Position(1, 99)) == 3
    assert source.offset(Position(2, 99)) == 6
    assert source.offset(Position(99, 1)) == 6
    assert source.offset(Position(0, 5)) == 0
    assert source.offset(Position(2, 0)) == 3


def test_utf8_columns_become_code_points():
    source = Source("a.py", "é😀x = 1".encode())
    assert [source.from_utf8(1, column).column for column in (0, 2, 6, 7, 99)] == [1, 2, 3, 4, 8]
    assert source.from_utf8(1, 4).column == 2, "inside a character counts as before it"
    assert Source("a.py", b"ab").from_utf8(1, 99) == Position(1, 3)
    assert Source("a.py", b"ab").from_utf8(9, 3) == Position(9, 1)


def test_utf16_columns_count_surrogate_pairs():
    source = Source("a.py", "é😀x".encode())
    assert [source.to_utf16(Position(1, column)) for column in (1, 2, 3, 4, 99)] == [0, 1, 3, 4, 4]
    assert source.to_utf16(Position(7, 3)) == 0


def test_lone_surrogates_have_columns_too():
    source = Source("a.py", b'# coding: unicode_escape\nx = "\\ud800" + y\n')
    line = source.lines[1]
    assert "\ud800" in line
    assert source.to_utf16(Position(2, len(line) + 1)) == len(line)
    bytes_before = len(line[: line.index("y")].encode("utf-8", "surrogatepass"))
    assert source.from_utf8(2, bytes_before).column == line.index("y") + 1


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.py", BOM + "é\r\n".encode()),
        ("a.py", b"# coding: latin-1\n\xe9"),
        ("a.py", b"# coding: utf-8-sig\nx"),
        ("a.toml", BOM),
        ("a.toml", "é".encode()),
    ],
)
def test_a_text_encodes_back_to_the_bytes_it_came_from(path, data):
    source = Source(path, data)
    assert source.encode(source.text) == data


def test_a_character_that_the_encoding_lacks_cannot_be_written():
    with pytest.raises(DecodeError, match="ascii"):
        Source("a.py", b"# coding: ascii\n").encode("é")
    with pytest.raises(DecodeError, match="utf-8"):
        Source("a.toml", b"").encode("\ud800")


def test_files_reads_the_overlay_first_and_says_none_for_what_is_no_text(tmp_path):
    (tmp_path / "a.py").write_bytes(b"disk")
    (tmp_path / "bad.py").write_bytes(b"\xff\xfe")
    (tmp_path / "folder.py").mkdir()
    files = Files(tmp_path, {"b.py": b"buffer"})
    assert files.source("a.py").text == "disk"
    assert files.source("b.py").text == "buffer"
    assert [files.source(path) for path in ("bad.py", "folder.py", "missing.py", "nul\0.py")] == [None] * 4
    assert files.source("a.py") is files.source("a.py")
