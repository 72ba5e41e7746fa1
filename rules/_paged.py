"""Whether a function expects many rows of what it goes through: it asks for them by the page, limits or counts them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import text_of

from ._certainty import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function

NAMES = re.compile(r"(?:^|_)(?:limit|offset|skip|page|pages|paginator|pagination|paginated|cursor|pagesize)(?:_|$)")
"""Words in names of parameters and variables for a part of many rows."""
PAGES = frozenset({"limit", "offset", "slice", "paginate", "paginate_queryset", "Paginator", "get_page", "fetchmany"})
"""Calls that ask for a part of them."""
READERS = frozenset({"get", "getlist", "pop"})
"""Calls that take a part's number from a request: ``request.args.get("page")``."""


def expects_many(function: Function, loop: int) -> bool:
    """Whether a function pages, limits or counts rows, other than at each turn of a loop to find one.

    What its author takes for a handful is asked for as it is: of loops over that, readers found half not worth mending.
    """
    if any(NAMES.search(name) for name in _names(function)):
        return True
    return any(_pages(call, loop) for call in function.calls)


def _names(function: Function) -> Iterator[str]:
    for param in function.table.facts.scopes[function.ordinal].params:
        yield param.name
    for assign in function.assigns:
        if type(assign.target) is str and "." not in assign.target:
            yield assign.target


def _pages(call: Call, loop: int) -> bool:
    if call.name == "count":
        return True
    first = call.args[0] if call.args else None
    if call.name in READERS:
        text = text_of(first)
        return text is not None and NAMES.search(text) is not None
    return call.name in PAGES and loop not in call.frame_ids and not is_below_a_page(first)


def is_below_a_page(expr: object) -> bool:
    """Whether an amount is a number that is less than a page has."""
    return type(expr) is str and expr[:1] == "#" and expr[1:].isdecimal() and int(expr[1:]) < PAGE
