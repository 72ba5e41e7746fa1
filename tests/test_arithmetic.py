"""The sums behind messages, checked against the incident's own figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from atomlint.index import arithmetic as sums


def test_733000_commands_an_hour_down_to_24000_are_96_point_7_percent_less() -> None:
    share = sums.reduction(733_000, 24_000)
    assert sums.percent(share) == "96.7 %"
    assert sums.percent(share, 2) == "96.73 %"
    assert sums.percent(sums.reduction(733_000, 733_000 * 6)) == "-500.0 %"


def test_nothing_cannot_be_reduced() -> None:
    with pytest.raises(ValueError, match="nothing"):
        sums.reduction(0, 1)


@pytest.mark.parametrize(
    ("interval", "workers", "polls"), [(60, 1, 1440), (300, 1, 288), (60, 3, 4320), (0.5, 1, 172_800)]
)
def test_polls_a_day_follow_from_the_interval(interval: float, workers: int, polls: int) -> None:
    assert sums.polls_a_day(interval, workers=workers) == polls


def test_five_times_the_interval_is_four_fifths_less() -> None:
    assert sums.percent(sums.reduction(sums.polls_a_day(60), sums.polls_a_day(300))) == "80.0 %"


@pytest.mark.parametrize(
    ("commands", "cost"),
    [(17_592_000, "35.18"), (576_000, "1.15"), (12_000_000, "24.00"), (593_280 * 30, "35.60"), (0, "0.00")],
)
def test_commands_are_priced_to_the_cent(commands: int, cost: str) -> None:
    assert sums.dollars(commands) == Decimal(cost)


def test_a_month_of_the_incident_and_of_its_repair() -> None:
    before, after = sums.dollars_a_month(733_000), sums.dollars_a_month(24_000)
    assert (before, after, before - after) == (Decimal("1055.52"), Decimal("34.56"), Decimal("1020.96"))
    assert sums.dollars_a_month(733_000 * 7) == Decimal("7388.64")


def test_rates_an_hour_are_rates_a_second() -> None:
    assert round(float(sums.a_second(733_000)), 1) == 203.6
    assert round(float(sums.a_second(Fraction(12_000_000, 24))), 1) == 138.9


@pytest.mark.parametrize(("identifiers", "commands"), [(200, 1), (50, 4)])
def test_a_sync_every_30_seconds_sends_24000_an_hour_for_200_in_all(identifiers: int, commands: int) -> None:
    assert sums.sync_an_hour(identifiers, commands, 30) == 24_000


@pytest.mark.parametrize(("commands", "most"), [(4, 1527), (6, 1018)])
def test_a_gate_pays_up_to_a_number_of_identifiers_and_not_beyond(commands: int, most: int) -> None:
    assert sums.most_identifiers(733_000, 1, commands, 30) == most
    assert sums.saving(733_000, most, commands, 30, before=1) >= 0
    assert sums.saving(733_000, most + 1, commands, 30, before=1) < 0


def test_counting_locally_for_200_identifiers_saves_what_the_incident_says() -> None:
    assert sums.percent(sums.saving(733_000, 200, 1, 30)) == "96.7 %"


def test_a_cache_of_one_hot_key_loads_no_more_than_its_lifetime_allows() -> None:
    assert sums.cache_bound(1, 300) == 288
    loads = sums.cache_loads(100_000, 1, 300)
    assert 287 < loads < 288


def test_a_cache_of_many_cold_keys_saves_little_where_the_bound_alone_would_promise_a_loss() -> None:
    assert sums.percent(sums.reduction(100_000, sums.cache_bound(1_000, 300)), 0) == "-188 %"
    loads = sums.cache_loads(100_000, 1_000, 300)
    assert round(loads) == 74_227
    assert sums.percent(sums.reduction(100_000, loads)) == "25.8 %"


def test_a_restart_a_minute_reads_1440_times_a_day() -> None:
    assert sums.starts(sums.SECONDS_A_DAY, 50, 10) == 1440
    assert round(12_000_000 / 1440) == 8333


@pytest.mark.parametrize(
    ("size", "overflow", "machines", "connections"), [(15, 0, 3, 45), (12, 0, 3, 36), (15, 10, 3, 75), (12, 10, 3, 66)]
)
def test_a_pool_opens_its_overflow_too(size: int, overflow: int, machines: int, connections: int) -> None:
    assert sums.pool(size, overflow, machines=machines) == connections


def test_a_fixed_plan_of_10_dollars_pays_from_5_million_commands() -> None:
    assert sums.break_even(Decimal(10)) == 5_000_000
