"""Work that needs a deep stack gets one, and what it raises is raised here."""

from __future__ import annotations

import sys
import threading

import pytest

from atomlint import deep
from atomlint.deep import with_deep_stack


def down(levels: int) -> int:
    return 0 if levels == 0 else 1 + down(levels - 1)


def test_recursion_goes_deeper_than_usual_and_the_limit_is_as_before():
    limit = sys.getrecursionlimit()
    with pytest.raises(RecursionError):
        down(limit + 10)
    assert with_deep_stack(lambda: down(limit + 10)) == limit + 10
    assert sys.getrecursionlimit() == limit
    assert threading.stack_size() == 0


def test_what_work_raises_is_raised_and_a_full_parser_stack_is_too_much_recursion():
    def refuse(error):
        raise error

    with pytest.raises(LookupError):
        with_deep_stack(lambda: refuse(LookupError()))
    with pytest.raises(RecursionError):
        with_deep_stack(lambda: refuse(MemoryError()))
    with pytest.raises(RecursionError):
        with_deep_stack(lambda: down(10**7))


def test_a_system_without_room_for_a_deep_stack_gives_the_next_smaller_one(monkeypatch):
    sizes = []
    real = threading.Thread.start

    def start(self):
        sizes.append(threading.stack_size())
        if len(sizes) == 1:
            raise RuntimeError("can't start new thread")
        real(self)

    monkeypatch.setattr(threading.Thread, "start", start)
    assert with_deep_stack(lambda: 7) == 7
    assert sizes == list(deep.STACKS)


def test_a_system_without_room_at_all_says_so(monkeypatch):
    def start(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RecursionError, match="the system grants no deep stack"):
        with_deep_stack(lambda: 7)
    assert threading.stack_size() == 0
