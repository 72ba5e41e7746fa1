"""Dotenv files and Procfiles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atomlint.source import Source
from atomlint.syntax.dotenv import read_dotenv, read_procfile


def values(text: str) -> list[tuple[str, str | None]]:
    return [(str(item.keys[0]), item.value) for item in read_dotenv(Source.from_text(".env", text))]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("export A=1", "1"),
        ("  A = 1  ", "1"),
        ("A=", ""),
        ("A", None),
        ("A=x y # c", "x y"),
        ("A=x#y", "x#y"),
        ("A='x # y'", "x # y"),
        ('A="x\\ny"', "x\ny"),
        ("A='x\\ny'", "x\\ny"),
        ('A="x" # c', "x"),
        ("'A'=1", "1"),
        ("A=a=b", "a=b"),
        ("A=$B", "$B"),
    ],
)
def test_one_assignment(line: str, value: str | None) -> None:
    assert values(line + "\r\n") == [("A", value)]


def test_comments_and_blank_lines_are_passed_over_and_a_name_may_come_twice() -> None:
    assert values("# A=0\n\nA=1\nB=2\nA=3\n") == [("A", "1"), ("B", "2"), ("A", "3")]


def test_a_quoted_value_may_span_lines_and_its_place_covers_the_quotes() -> None:
    source = Source.from_text(".env", 'A=1\nKEY="-\nx\n-"\nB=2\n')
    items = list(read_dotenv(source))
    assert [item.value for item in items] == ["1", "-\nx\n-", "2"]
    assert source.slice(items[1].value_span) == '"-\nx\n-"'
    assert source.slice(items[1].key_span) == "KEY"


def test_a_procfile_names_processes() -> None:
    items = list(read_procfile(Source.from_text("Procfile", "web: gunicorn app:app\n# no\nworker:  celery -A app\n")))
    assert [(item.keys, item.value) for item in items] == [
        (("web",), "gunicorn app:app"),
        (("worker",), "celery -A app"),
    ]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="AB='\"\\# \n\r\texport", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    source = Source.from_text(".env", text)
    for item in read_dotenv(source):
        assert source.slice(item.key_span) == item.keys[0]
