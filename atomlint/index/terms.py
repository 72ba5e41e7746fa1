"""What work costs, in numbers that stay true: bounds, the factors behind them, and single terms."""

from __future__ import annotations

from typing import NamedTuple, Union

INFINITE = float("inf")
MAX_TERMS = 64
"""More terms than this are merged by resource, without an upper bound."""


class Each(NamedTuple):
    """Once for every item of something."""

    name: str

    def __str__(self) -> str:
        return f"each {self.name or 'item'}"


class Miss(NamedTuple):
    """Once for every miss of a cache."""

    name: str

    def __str__(self) -> str:
        return f"miss of {self.name or 'the cache'}"


class Gate(NamedTuple):
    """Only when time has passed; ``seconds`` is None where the source does not say how much."""

    seconds: float | None

    def __str__(self) -> str:
        return "when time has passed" if self.seconds is None else f"every {self.seconds:g} s"


class Rate(NamedTuple):
    """Once in so many times."""

    per: int

    def __str__(self) -> str:
        return f"1 in {self.per}"


class Once(NamedTuple):
    """Once in the life of the process."""

    name: str

    def __str__(self) -> str:
        return "once a process"


class Repeat(NamedTuple):
    """A retry, a recursion, or a loop of unknown length."""

    name: str

    def __str__(self) -> str:
        return f"repeated by {self.name}"


Factor = Union[Each, Miss, Gate, Rate, Once, Repeat]  # noqa: UP007 - evaluated at run time on 3.10


class Bounds(NamedTuple):
    """At least and at most; ``upper`` is None for no bound."""

    lower: int = 0
    upper: int | None = 0

    def encloses(self, observed: int) -> bool:
        """Whether a number lies between."""
        return self.lower <= observed and (self.upper is None or observed <= self.upper)

    @property
    def exact(self) -> int | None:
        """The one number that it allows, or None."""
        return self.lower if self.lower == self.upper else None

    def __str__(self) -> str:
        return (
            str(self.lower) if self.exact is not None else f"{self.lower}..{'' if self.upper is None else self.upper}"
        )


class Step(NamedTuple):
    """One call on the way to an effect; ``call`` is its ordinal in the file, -1 for a decorator or a registration."""

    path: str
    scope: int
    call: int


class Term(NamedTuple):
    """One effect as a function or a route pays for it."""

    resource: str
    """``redis`` or ``database``."""
    operation: str
    trips: tuple[int, int | None]
    """Round trips of one time, at least and at most."""
    commands: tuple[int, int | None]
    """Commands (statements) of one time, at least and at most."""
    lower: int
    """How often it happens at least."""
    upper: int | None
    """How often it happens at most; None for no bound."""
    factors: tuple[Factor, ...] = ()
    """Why it may happen less often, or more often."""
    phase: str = "request"
    """``request``, or ``background`` for what runs after the response or beside it."""
    chain: tuple[Step, ...] = ()
    """The calls that lead to it, the effect's own last."""
    certainty: str = "high"
    """``high``, ``medium`` or ``low``: that of its weakest part."""

    @property
    def total(self) -> Bounds:
        """Commands at least and at most."""
        return Bounds(self.lower * self.commands[0], times(self.upper, self.commands[1]))


def times(left: int | None, right: int | None) -> int | None:
    """A product where None is no bound; nothing of anything is nothing."""
    if left == 0 or right == 0:
        return 0
    return None if left is None or right is None else left * right


def plus(left: int | None, right: int | None) -> int | None:
    """A sum where None is no bound."""
    return None if left is None or right is None else left + right


RANK = {"high": 0, "medium": 1, "low": 2}


def weakest(*certainties: str) -> str:
    """The lowest of some certainties."""
    return max(certainties, key=lambda c: RANK.get(c, 2), default="high")


# --- amounts: four resources at once -----------------------------------------------------------------------------------

KEYS = ("redis trips", "redis commands", "database trips", "database commands", "passes")
"""What an amount counts; the last is how often a middleware hands a request on."""
Amount = tuple[float, ...]
"""Lower bounds of `KEYS`, then upper bounds. An infinite lower bound is a path that only errors take."""
WIDTH = len(KEYS)
NOTHING: Amount = (0.0,) * (2 * WIDTH)
PASS: Amount = (*(0.0,) * (WIDTH - 1), 1.0) * 2


def added(left: Amount, right: Amount) -> Amount:
    """One after the other."""
    return tuple(a + b for a, b in zip(left, right, strict=True)) if right is not NOTHING else left


def joined(left: Amount | None, right: Amount | None) -> Amount | None:
    """One or the other; None is a path that does not exist."""
    if left is None or right is None or left is right:
        return left if right is None else right
    return (*map(min, left[:WIDTH], right[:WIDTH]), *map(max, left[WIDTH:], right[WIDTH:]))


def scaled(amount: Amount, least: int, most: int | None) -> Amount:
    """So many times."""
    high = INFINITE if most is None else most
    lower = (value * least if least and value else 0.0 for value in amount[:WIDTH])
    return (*lower, *(value * high if value and high else 0.0 for value in amount[WIDTH:]))


def exceptional(amount: Amount) -> Amount:
    """The same on a path that only errors take: it counts for upper bounds alone."""
    return (*(INFINITE,) * WIDTH, *amount[WIDTH:])


def amount_of(resource: str, trips: tuple[int, int | None], commands: tuple[int, int | None]) -> Amount:
    """The amount of one effect."""
    at = 0 if resource == "redis" else 2
    values = [0.0] * (2 * WIDTH)
    values[at], values[at + 1] = trips[0], commands[0]
    values[WIDTH + at] = INFINITE if trips[1] is None else trips[1]
    values[WIDTH + at + 1] = INFINITE if commands[1] is None else commands[1]
    return tuple(values)


def bounds_of(amount: Amount, resource: str, what: str = "commands") -> Bounds:
    """Bounds of one resource; a function that always fails has a lower bound of 0."""
    at = KEYS.index(f"{resource} {what}")
    low, high = amount[at], amount[WIDTH + at]
    return Bounds(0 if low == INFINITE else int(low), None if high == INFINITE else int(high))


def merged(terms: list[Term]) -> tuple[Term, ...]:
    """Terms that are the same but for their way are added up when there are too many; the rest loses its bound."""
    if len(terms) <= MAX_TERMS:
        return tuple(terms)
    for key in (
        lambda t: (t.resource, t.operation, t.phase, t.trips, t.commands, t.factors),
        lambda t: (t.resource, t.operation, t.phase),
        lambda t: (t.resource, t.phase),
    ):
        groups: dict[object, list[Term]] = {}
        for term in terms:
            groups.setdefault(key(term), []).append(term)
        if len(groups) <= MAX_TERMS:
            break
    exact = len(next(iter(groups))) == 6  # type: ignore[arg-type]
    return tuple(_sum(group, exact) if len(group) > 1 else group[0] for group in groups.values())


def _sum(group: list[Term], exact: bool) -> Term:
    first = group[0]
    lower, upper = 0, 0 if exact else None
    for term in group:
        lower += term.lower
        upper = plus(upper, term.upper)
    names = {term.operation for term in group}
    return first._replace(
        operation=first.operation if len(names) == 1 else "...",
        trips=first.trips if exact else (min(t.trips[0] for t in group), None),
        commands=first.commands if exact else (min(t.commands[0] for t in group), None),
        lower=lower, upper=upper, certainty=weakest(*(t.certainty for t in group)),
    )  # fmt: skip
