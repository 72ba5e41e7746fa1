"""Whether a function expects many rows of what it goes through: it asks for them by the page, or limits them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import text_of

from ._certainty import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function

PARTS = frozenset(
    {"cursor", "limit", "offset", "page", "paginated", "pagination", "paginator", "pages", "pagesize", "skip"}
)
"""Words in names of parameters and variables for a part of many rows."""
LATER = PARTS - {"limit", "pagesize"}
"""Those that say which part."""
WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
PAGES = frozenset({"limit", "offset", "slice", "paginate", "paginate_queryset", "Paginator", "get_page", "fetchmany"})
"""Calls that ask for a part of them."""
READERS = frozenset({"get", "getlist"})
"""Calls that take a part's number from a request: ``request.args.get("page")``."""
FLAGS = ("#True", "#False")


def expects_many(function: Function, loop: int) -> bool:
    """Whether a function asks for a part of many rows, other than at each turn of a loop to find one.

    What its author takes for a handful is asked for as it is: of loops over that, readers found half not worth mending.
    """
    return any(map(_is_of_part, _names(function, loop))) or any(_pages(call, loop) for call in function.calls)


def goes_through_pages(function: Function) -> bool:
    """Whether a function is asked for one part after the other, not only for the first few: by an offset, or a page's number."""
    return any(not LATER.isdisjoint(_words(name)) for name in _names(function, 0))


def _words(name: str) -> set[str]:
    return {word.lower() for word in WORDS.findall(name)}


def _is_of_part(name: str) -> bool:
    return not PARTS.isdisjoint(_words(name))


def _names(function: Function, loop: int) -> Iterator[str]:
    """Names of parameters, and of variables that a turn does not assign."""
    for param in function.table.facts.scopes[function.ordinal].params:
        yield param.name
    for assign in function.assigns:
        if loop in function.table.frames(assign.frame) or assign.value in FLAGS:
            continue
        if type(assign.target) is str and "." not in assign.target:
            yield assign.target


def _pages(call: Call, loop: int) -> bool:
    first = call.args[0] if call.args else None
    if call.name in READERS:
        return _is_of_part(text_of(first) or "")
    return call.name in PAGES and loop not in call.frame_ids and not is_below_a_page(first)


def is_below_a_page(expr: object) -> bool:
    """Whether an amount is a number that is less than a page has."""
    return type(expr) is str and expr[:1] == "#" and expr[1:].isdecimal() and int(expr[1:]) < PAGE
