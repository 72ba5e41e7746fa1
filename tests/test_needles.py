"""Needles of files."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from atomlint.needles import Needles

TEXTS = st.lists(st.text(alphabet="abé", max_size=4), max_size=6)


def test_needles_inside_of_each_other_are_all_found():
    assert Needles(("redis", "aioredis", "is", "dis=")).of(b"import aioredis") == ["aioredis", "is", "redis"]


def test_the_empty_needle_is_in_every_file():
    assert Needles(("", "redis")).of(b"") == [""]
    assert Needles(("",)).of(b"x") == [""]
    assert Needles(()).of(b"x") == []


@given(TEXTS, st.text(alphabet="abé", max_size=30))
def test_what_is_found_is_what_python_finds(needles, text):
    assert Needles(set(needles)).of(text.encode()) == sorted({n for n in needles if n.encode() in text.encode()})
