"""What findings say of cost follows the arithmetic of the incident: 733,000 commands an hour, 200 identifiers, 30 seconds."""

from __future__ import annotations

from pathlib import Path

import pytest
from atomlint_rules._work import counted, is_worth_saying, kept, percent, periodic

from atomlint.testing import check_directory

BEFORE = Path(__file__).parent.parent / "examples" / "incident" / "before"


def test_syncing_200_identifiers_every_30_seconds_takes_733000_an_hour_to_24000():
    assert round(733_000 * (1 - periodic(733_000, 200, 30))) == 24_000
    assert percent(periodic(733_000, 200, 30)) == "96.7 %"


def test_a_sync_saves_nothing_once_there_are_as_many_identifiers_as_requests():
    assert periodic(24_000, 200, 30) == 0
    assert periodic(12_000, 200, 30) == 0


def test_a_saving_is_neither_all_nor_nothing():
    assert percent(periodic(733_000_000, 200, 30)) == "99.9 %"
    assert percent(1) == "100.0 %"
    assert not is_worth_saying(periodic(24_001, 200, 30))
    assert is_worth_saying(periodic(24_100, 200, 30))


def test_a_local_cache_spares_little_when_keys_rarely_come_again():
    """100,000 requests a day over 1,000 keys with 300 s each: 74,227 loads."""
    hourly = 100_000 / 24
    assert round(100_000 * (1 - kept(hourly, 1_000, 300))) == 74_227


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1 Redis command"), (2, "2 Redis commands"), (1000, "1,000 Redis commands")]
)
def test_numbers_read_as_english(number, text):
    assert counted(number) == text


def test_the_mistakes_of_the_example_are_told_with_the_numbers_of_the_incident():
    messages = {(f.rule, f.span.path.rpartition("/")[2]): f.message for f in check_directory(BEFORE).active}
    assert (
        "-96.7 %, for example, at 200 identifiers and 733,000 requests an hour"
        in messages["redis-per-request", "limiter.py"]
    )
    assert "on every request to 7 of 8 routes" in messages["redis-per-request", "limiter.py"]
    branding = messages["tenant-uncached-lookup", "tenant_routes.py"]
    assert "288 queries a day" in branding
    assert "-99.8 % at 144,000 requests" in branding
