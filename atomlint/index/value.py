"""One thing that an expression can be, and sets of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_UNION = 8
"""More possible values than this say nothing about any of them."""


class Value(NamedTuple):
    """One thing an expression can be.

    Kinds: ``module`` (``place`` is a path, or a namespace directory), ``def`` (a function, class or lambda: path and scope),
    ``inst`` (an instance of a class of the project), ``ext`` (``place`` is a dotted name of a library, with ``()`` where it
    was called), ``const`` (``place`` is a constant in the facts' notation).
    """

    kind: str
    place: str
    scope: int = 0


Values = frozenset[Value]
NOTHING: Values = frozenset()


def union(sets: Iterable[Values]) -> Values:
    """What any of the sets hold; nothing when that is too much to mean anything."""
    result: set[Value] = set()
    for values in sets:
        result |= values
    return frozenset(result) if len(result) <= MAX_UNION else NOTHING
