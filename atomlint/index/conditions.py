"""What tests say: their parts, what they find absent, and whether they can only hold after some time has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tables import dotted, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr

TIME_WORDS = (
    "time",
    "last",
    "elapsed",
    "interval",
    "expire",
    "expiry",
    "expires",
    "ttl",
    "age",
    "sync",
    "until",
    "next",
    "stale",
    "fresh",
    "timestamp",
    "now",
    "at",
)


def atoms(test: Expr) -> Iterator[Expr]:
    """The parts of a boolean test, negations dropped."""
    if type(test) is list and test and test[0] in ("and", "or", "not"):
        for part in test[1:]:
            yield from atoms(part)
    elif test is not None:
        yield test


def absent(test: Expr) -> Iterator[str]:
    """Names that a test finds absent or false: ``not x``, ``x is None``; ``and`` and ``or`` are passed through."""
    if type(test) is not list or not test:
        return
    if test[0] in ("and", "or"):
        for part in test[1:]:
            yield from absent(part)
    elif test[0] == "not":
        name = dotted(test[1])
        if name:
            yield name
        elif type(test[1]) is list and test[1][:1] == ["cmp"] and test[1][2] == "is not" and dotted(test[1][1]):
            yield test[1][1]
    elif test[0] == "cmp" and test[2] in ("is", "==") and test[3] in ("#None", "#False") and dotted(test[1]):
        yield test[1]


def implies_time_passed(test: Expr) -> bool:
    """Whether a test can only hold after some time: a comparison of times, alone or in a conjunction."""
    if type(test) is not list or not test:
        return False
    if test[0] == "and":
        return any(implies_time_passed(part) for part in test[1:])
    if test[0] == "not":
        return _not_yet(test[1])
    if test[0] != "cmp" or len(test) != 4:
        return False
    left, op, right = test[1], test[2], test[3]
    if op in ("<", "<="):
        left, op, right = right, ">", left
    return op in (">", ">=") and _is_time(left) and not _is_count(left)


def _not_yet(test: Expr) -> bool:
    """Whether a test says that too little time has passed (so that its negation is a gate)."""
    if type(test) is list and test and test[0] == "cmp" and len(test) == 4 and test[2] in ("<", "<="):
        return _is_time(test[1]) and not _is_count(test[1])
    return type(test) is list and test[:1] == ["or"] and any(_not_yet(part) for part in test[1:])


def _is_time(expr: Expr) -> bool:
    if type(expr) is list and expr and expr[0] == "bin" and expr[1] == "-":
        return any(_timeish(part) for part in expr[2:])
    return _timeish(expr)


def _timeish(expr: Expr) -> bool:
    names: list[str] = []
    if type(expr) is str:
        names = [expr]
    elif type(expr) is list and expr and expr[0] == "sub":
        names = [dotted(expr[1]) or "", text_of(expr[2]) or ""]
    elif type(expr) is list and expr and expr[0] == ".":
        names = [expr[2]]
    words = {word for name in names for word in name.lower().replace(".", "_").split("_")}
    return bool(words & set(TIME_WORDS))


def _is_count(expr: Expr) -> bool:
    text = str(expr).lower()
    return "count" in text or "len" in text or "attempt" in text


def availability(test: Expr) -> bool:
    """Whether a test only asks if a client is there: ``if self.client``, ``if redis and self.enabled``."""
    return all(
        (name := dotted(part[1] if type(part) is list and part[:1] == ["cmp"] else part)) is not None
        and name.lower()
        .rpartition(".")[2]
        .strip("_")
        .endswith(
            (
                "client",
                "redis",
                "enabled",
                "available",
                "cache",
                "pool",
                "connected",
                "connection",
                "conn",
                "db",
                "session",
            )
        )
        for part in atoms(test)
    )


def describe(test: Expr) -> str:
    """A short text for a test."""
    if type(test) is list and test and test[0] == "cmp":
        return f"{describe(test[1])} {test[2]} {describe(test[3])}"
    if type(test) is list and test and test[0] == "bin":
        return f"{describe(test[2])} {test[1]} {describe(test[3])}"
    if type(test) is list and test and test[0] == "sub":
        return f"{describe(test[1])}[{describe(test[2])}]"
    return test.lstrip("#'") if type(test) is str else "..."
