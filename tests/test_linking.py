"""How rules about call paths are shared out among processes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from projects import check

from atomlint import Call, rule
from atomlint.beside import MAX_LOTS
from atomlint.index import project as linked
from atomlint.linking import in_lots

EXAMPLE = Path(__file__).parent.parent / "examples" / "incident" / "before"


def declared(rule_id: str, shares: str = ""):
    @rule(rule_id, reach=True, shares=shares)
    def nominate(call: Call) -> bool:
        return False

    return nominate


def test_rules_that_share_work_are_neighbours_at_one_end_or_the_other():
    rules = [
        declared("shop-early", "requests"), declared("shop-other"), declared("shop-late", "requests"), declared("till-first"),
        declared("till-in-loop", "loops"), declared("till-client", "clients"), declared("shop-in-loop", "loops"),
    ]  # fmt: skip
    assert [[rule.id for rule in lot] for lot in in_lots(rules)] == [
        ["till-client"], ["till-in-loop"], ["shop-in-loop"], ["shop-other"], ["till-first"], ["shop-early"], ["shop-late"],
    ]  # fmt: skip
    assert [lot[0].id for lot in in_lots(rules[:4])] == ["shop-other", "till-first", "shop-early", "shop-late"]


def test_many_rules_are_no_more_lots_than_can_be_taken():
    lots = in_lots([declared(f"shop-rule{number}") for number in range(3 * MAX_LOTS + 1)])
    assert len(lots) <= MAX_LOTS
    assert sum(map(len, lots)) == 3 * MAX_LOTS + 1


def test_no_rules_are_no_lots():
    assert in_lots([]) == []


@pytest.mark.skipif(sys.platform != "linux", reason="copies of a process are for Linux")
def test_rules_that_do_not_say_that_they_ask_for_entry_points_do_not(tmp_path, monkeypatch):
    here, asked = os.getpid(), tmp_path / "asked"

    def find_entries(*given, real=linked.find_entries):
        with asked.open("a") as file:
            file.write("here\n" if os.getpid() == here else "a copy\n")
        return real(*given)

    monkeypatch.setattr("atomlint.linking.WORTH_A_COPY", 1)
    monkeypatch.setattr(linked, "find_entries", find_entries)
    check(EXAMPLE, jobs=2)
    assert asked.read_text() == "here\n"
