"""What is inside of an expression."""

from __future__ import annotations

from atomlint import inside
from atomlint.facts.extract import extract


def test_an_operator_is_no_part_of_an_expression() -> None:
    facts, _ = extract("c = a @ b")
    (assign,) = facts.assigns
    assert assign.value == ["bin", "@", "a", "b"]
    assert list(inside(assign.value)) == [["bin", "@", "a", "b"], "a", "b"]


def test_the_parts_of_a_comparison_come_in_their_order() -> None:
    facts, _ = extract("c = a == [b, d]")
    (assign,) = facts.assigns
    assert [part for part in inside(assign.value) if part in ("a", "b", "d")] == ["a", "b", "d"]
