"""What rates and prices come to: the sums behind the numbers in messages and reports.

Counts are whole numbers, or fractions kept exact, until a price is asked for; money is `Decimal`. A month has 30 days.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Union

SECONDS_A_DAY = 86_400
SECONDS_AN_HOUR = 3_600
DAYS_A_MONTH = 30
PER_100K = Decimal("0.20")
"""Dollars for 100,000 commands where a provider bills each one."""
CENT = Decimal("0.01")

Number = Union[int, float, Fraction]  # noqa: UP007 - evaluated at run time


def reduction(before: Number, after: Number) -> Fraction:
    """The share that falls away: ``1 - after / before``; negative when it grows.

    Raises:
        ValueError: nothing was there before.
    """
    if before <= 0:
        raise ValueError("nothing to reduce")
    return 1 - Fraction(after) / Fraction(before)


def percent(share: Number, digits: int = 1) -> str:
    """A share as text, rounded half up: ``96.7 %``."""
    value = Decimal(Fraction(share).numerator * 100) / Decimal(Fraction(share).denominator)
    return f"{value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)} %"


def polls_a_day(interval: Number, queries: int = 1, workers: int = 1) -> int:
    """Queries that polling sends in a day: ``workers x queries x 86400 / T``."""
    return int(workers * queries * Fraction(SECONDS_A_DAY) / Fraction(interval))


def dollars(commands: Number, per_100k: Decimal = PER_100K) -> Decimal:
    """What commands cost, to the cent."""
    exact = Fraction(commands)
    return (Decimal(exact.numerator) / Decimal(exact.denominator) / 100_000 * per_100k).quantize(CENT, ROUND_HALF_UP)


def dollars_a_month(commands_an_hour: Number, per_100k: Decimal = PER_100K) -> Decimal:
    """What so many commands an hour cost in a month."""
    return dollars(Fraction(commands_an_hour) * 24 * DAYS_A_MONTH, per_100k)


def a_second(an_hour: Number) -> Fraction:
    """A rate an hour as a rate a second."""
    return Fraction(an_hour) / SECONDS_AN_HOUR


def sync_an_hour(identifiers: int, commands: int, interval: Number, processes: int = 1) -> Fraction:
    """Commands an hour of counting locally and syncing every ``interval`` seconds."""
    return identifiers * commands * processes * Fraction(SECONDS_AN_HOUR) / Fraction(interval)


def most_identifiers(requests_an_hour: Number, before: int, commands: int, interval: Number, processes: int = 1) -> int:
    """Up to how many identifiers such a gate pays: more, and it sends more than it saves."""
    return int(Fraction(requests_an_hour) * before / sync_an_hour(1, commands, interval, processes))


def saving(
    requests_an_hour: Number, identifiers: int, commands: int, interval: Number, before: int | None = None
) -> Fraction:
    """The share of commands that counting locally saves, with a sync of ``commands`` every ``interval`` seconds.

    ``before`` is what a request cost; as much as a sync where it is not given. Negative when the gate costs more.
    """
    now = Fraction(requests_an_hour) * (commands if before is None else before)
    return reduction(now, sync_an_hour(identifiers, commands, interval))


def cache_loads(requests_a_day: Number, keys: int, ttl: Number, processes: int = 1) -> Fraction:
    """Loads a day behind a cache with a lifetime, for requests that come at random: at most one a key, lifetime and process.

    ``requests / (1 + rate x ttl)``, the rate being that of one key in one process.
    """
    places = keys * processes
    rate = Fraction(requests_a_day) / (SECONDS_A_DAY * places)
    return min(Fraction(requests_a_day) / (1 + rate * Fraction(ttl)), cache_bound(keys, ttl, processes))


def cache_bound(keys: int, ttl: Number, processes: int = 1) -> Fraction:
    """Loads a day that such a cache never exceeds."""
    return keys * processes * Fraction(SECONDS_A_DAY) / Fraction(ttl)


def starts(window: Number, uptime: Number, back_off: Number) -> int:
    """Starts of a process that dies again and again."""
    return int(Fraction(window) / (Fraction(uptime) + Fraction(back_off)))


def pool(size: int, overflow: int, processes: int = 1, machines: int = 1) -> int:
    """Connections that an engine can open."""
    return (size + overflow) * processes * machines


def break_even(fixed: Decimal, per_100k: Decimal = PER_100K) -> int:
    """Commands a month from which a plan at a fixed price is cheaper."""
    return int(fixed / per_100k * 100_000)
