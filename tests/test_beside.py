"""Copies of a process that share out work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atomlint.beside import Lots, beside, can_fork

EXAMPLE = Path(__file__).parent.parent / "examples" / "incident" / "before"
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies of a process are for Linux")


def test_what_a_copy_answers_comes_back():
    assert beside(lambda: b"from a copy")() == b"from a copy"


def test_work_of_a_copy_that_dies_is_done_here():
    here = os.getpid()

    def work() -> bytes:
        if os.getpid() != here:
            os._exit(9)
        return b"after all"

    assert beside(work)() == b"after all"


def test_every_lot_is_taken_once_by_this_process_or_its_copies():
    lots = Lots([f"lot {number}" for number in range(40)])
    copies = [beside(lambda: "\n".join(["copy", *lots]).encode()) for _ in range(3)]
    mine = list(lots)
    taken = mine + [lot for copy in copies for lot in copy().decode().split("\n")[1:]]
    lots.close()
    assert sorted(taken) == sorted(f"lot {number}" for number in range(40))


def test_lots_of_a_copy_that_died_are_done_again_here():
    here = os.getpid()
    lots = Lots([b"a", b"b", b"c"])

    def dies() -> bytes:
        next(iter(lots))
        os._exit(9)

    again = beside(dies, lambda: b"".join(lots.others()))
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)  # the copy has taken one before anybody else does
    mine = b"".join(lots)
    assert os.getpid() == here
    assert sorted(mine + again()) == sorted(b"abc")
    lots.close()


def test_more_lots_than_there_are_tokens_for_are_refused():
    with pytest.raises(ValueError, match="65 lots are more than 64"):
        Lots(range(65))


def test_lots_are_taken_from_both_ends():
    lots = Lots("abcde")
    front, back = iter(lots), reversed(lots)
    assert [next(front), next(back), next(back), next(front)] == ["a", "e", "d", "b"]
    assert [*back, *front] == ["c"]
    lots.close()


def test_another_thread_forbids_copies():
    import threading

    release = threading.Event()
    other = threading.Thread(target=release.wait)
    other.start()
    try:
        assert not can_fork()
    finally:
        release.set()
        other.join()


def test_findings_do_not_hang_on_how_this_process_hashes():
    reports = []
    for seed in ("1", "2", "3"):
        command = [sys.executable, "-m", "atomlint", "check", "--no-cache", "--exit-zero", "-q", "-o", "json"]
        done = subprocess.run(
            command, cwd=EXAMPLE, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        )
        reports.append(done.stdout)
    assert reports[0] == reports[1] == reports[2]
