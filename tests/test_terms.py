"""Numbers that stay true: bounds, amounts and terms, and what becomes of too many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atomlint.index import terms
from atomlint.index.terms import MAX_TERMS, Bounds, Each, Gate, Miss, Rate, Repeat, Term

COUNT = st.integers(0, 5)
PAIRS = st.tuples(COUNT, COUNT).map(sorted)


def amount(least: int, most: int | None) -> terms.Amount:
    return terms.amount_of("redis", (least, most), (least, most))


def commands(found: terms.Amount) -> Bounds:
    return terms.bounds_of(found, "redis")


@given(PAIRS, PAIRS, st.data())
def test_sums_and_choices_enclose_what_their_parts_enclose(
    left: list[int], right: list[int], data: st.DataObject
) -> None:
    one = data.draw(st.integers(*left))
    other = data.draw(st.integers(*right))
    both = terms.added(amount(*left), amount(*right))
    either = terms.joined(amount(*left), amount(*right))
    assert either is not None
    assert commands(both).encloses(one + other)
    assert commands(either).encloses(one)
    assert commands(either).encloses(other)


@given(PAIRS, st.integers(0, 4), st.integers(0, 4))
def test_what_is_repeated_encloses_every_number_of_turns(each: list[int], turns: int, more: int) -> None:
    found = commands(terms.scaled(amount(*each), turns, turns + more))
    assert found.encloses(each[0] * turns)
    assert found.encloses(each[1] * (turns + more))


def test_nothing_repeated_without_bound_is_nothing() -> None:
    assert commands(terms.scaled(amount(0, 0), 0, None)) == Bounds(0, 0)
    assert commands(terms.scaled(amount(1, 2), 0, None)) == Bounds(0, None)
    assert commands(terms.scaled(amount(0, None), 0, 0)) == Bounds(0, 0)


def test_a_path_of_errors_counts_for_the_upper_bound_alone() -> None:
    found = terms.joined(amount(3, 3), terms.exceptional(amount(7, 7)))
    assert found is not None
    assert commands(found) == Bounds(3, 7)
    assert commands(terms.exceptional(amount(2, 2))) == Bounds(0, 2)


def test_resources_do_not_mix() -> None:
    both = terms.added(amount(1, 1), terms.amount_of("database", (2, 2), (3, None)))
    assert (commands(both), terms.bounds_of(both, "database")) == (Bounds(1, 1), Bounds(3, None))
    assert terms.bounds_of(both, "database", "trips") == Bounds(2, 2)


@pytest.mark.parametrize(
    ("bounds", "text", "exact"),
    [(Bounds(2, 2), "2", 2), (Bounds(1, 3), "1..3", None), (Bounds(0, None), "0..", None), (Bounds(), "0", 0)],
)
def test_bounds_read_as_a_person_writes_them(bounds: Bounds, text: str, exact: int | None) -> None:
    assert (str(bounds), bounds.exact) == (text, exact)


@pytest.mark.parametrize(
    ("factor", "text"),
    [(Each("emails"), "each emails"), (Miss("tenants"), "miss of tenants"), (Gate(30.0), "every 30 s"), (Gate(None), "when time has passed"),
     (Rate(100), "1 in 100"), (Repeat("retry"), "repeated by retry")],
)  # fmt: skip
def test_factors_say_what_they_stand_for(factor: terms.Factor, text: str) -> None:
    assert str(factor) == text


def test_a_certainty_is_that_of_the_weakest_part() -> None:
    assert terms.weakest("high", "low", "medium") == "low"
    assert terms.weakest() == "high"


def term(operation: str, lower: int = 1, upper: int | None = 1) -> Term:
    return Term("redis", operation, (1, 1), (1, 1), lower, upper)


def test_a_term_totals_what_it_sends() -> None:
    assert Term("redis", "pipeline", (1, 1), (4, 6), 0, 2).total == Bounds(0, 12)
    assert term("get", 1, None).total == Bounds(1, None)


def test_few_terms_are_kept_as_they_are() -> None:
    few = [term(f"op{n}") for n in range(MAX_TERMS)]
    assert terms.merged(few) == tuple(few)


def test_equal_terms_are_added_up_when_there_are_many() -> None:
    (merged,) = terms.merged([term("get") for _ in range(MAX_TERMS + 1)])
    assert (merged.operation, merged.lower, merged.upper) == ("get", MAX_TERMS + 1, MAX_TERMS + 1)


def test_too_many_different_terms_become_one_without_a_bound() -> None:
    (merged,) = terms.merged([term(f"op{n}") for n in range(MAX_TERMS + 1)])
    assert (merged.operation, merged.upper, merged.total.upper) == ("...", None, None)
    assert merged.lower == MAX_TERMS + 1
