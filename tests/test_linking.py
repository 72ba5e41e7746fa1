"""How rules about call paths are shared out among processes."""

from __future__ import annotations

from atomlint import Call, rule
from atomlint.beside import MAX_LOTS
from atomlint.linking import in_lots


def declared(rule_id: str, shares: str = ""):
    @rule(rule_id, reach=True, shares=shares)
    def nominate(call: Call) -> bool:
        return False

    return nominate


def test_rules_that_share_work_are_neighbours_at_one_end():
    rules = [
        declared("shop-early", "requests"), declared("shop-other"), declared("shop-late", "requests"), declared("till-first"),
    ]  # fmt: skip
    assert [[rule.id for rule in lot] for lot in in_lots(rules)] == [
        ["shop-other"], ["till-first"], ["shop-early"], ["shop-late"],
    ]  # fmt: skip


def test_many_rules_are_no_more_lots_than_can_be_taken():
    lots = in_lots([declared(f"shop-rule{number}") for number in range(3 * MAX_LOTS + 1)])
    assert len(lots) <= MAX_LOTS
    assert sum(map(len, lots)) == 3 * MAX_LOTS + 1


def test_no_rules_are_no_lots():
    assert in_lots([]) == []
