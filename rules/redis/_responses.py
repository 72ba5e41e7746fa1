"""Middlewares that keep whole responses in Redis: the command is what they are there for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import call_number, dotted, references

from .._branches import is_error, sites_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atomlint import Index
    from atomlint.index.requestwork import RequestWork, Use
    from atomlint.index.tables import Table

    Expr = Any

GIVES = frozenset({"get", "hgetall", "mget", "hget", "hmget"})
"""Operations that give what was kept."""
STORES = re.compile(r"^a?(?:set|psetex|hset|hmset|mset|put)|cache|store|save")
"""Names of calls that may keep a response."""
HOPS = 2
"""Variables between what Redis gives and the response."""
DEPTH = 3
"""Calls in each other's arguments."""


def is_answer(index: Index, work: RequestWork, uses: Sequence[Use]) -> bool:
    """Whether a middleware answers with what Redis gives, before any handler: ``if kept: return Response(kept["body"])``."""
    if work.frequency != "every-request" or any(use.command.operation.name not in GIVES for use in uses):
        return False
    entry = work.path.entry.function
    table = index.table(entry.place)
    if not any(STORES.search((call.name or "").lower()) for call in index.function(entry).calls):
        return False  # a page that somebody else puts there
    answered = list(_answered(table, entry.scope))
    for use in uses:
        got = {f"@{call}" for function, call, _ in sites_of(work, use) if function == entry}
        names = _bound(table, entry.scope, got)
        if not any(_is_made_of(table, value, names) for value in answered):
            return False
    return True


def _bound(table: Table, scope: int, values: set[str]) -> set[str]:
    """Variables that are assigned what some calls give, or what is made of it: ``data = json.loads(kept)``."""
    names: set[str] = set()
    for _ in range(HOPS):
        for place in table.assigns_in.get(scope, ()):
            assign = table.facts.assigns[place]
            name = dotted(assign.target)
            given = set(references(assign.value))
            made = not values.isdisjoint(given) or any(_is_made_of(table, part, names) for part in given)
            if name is not None and made:
                names.add(name)
    return names


def _answered(table: Table, scope: int) -> Iterator[Expr]:
    """What a function returns, but for errors."""
    exits = (one for one in table.exits.get(scope, ()) if one.kind == "return")
    return (one.value for one in exits if not is_error(table, one.value))


def _is_made_of(table: Table, value: Expr, names: set[str], depth: int = DEPTH) -> bool:
    """Whether a call is given one of some variables, or what is made of one: ``Response(json.dumps(kept["body"]))``."""
    number = call_number(value)
    if number is None or not depth:
        return False
    call = table.facts.calls[number]
    parts = [call.callee, *call.args, *(part for _, part in call.keywords)]
    given = {name for part in parts for name in references(part)}
    return not names.isdisjoint(name.partition(".")[0] for name in given) or any(
        _is_made_of(table, name, names, depth - 1) for name in given
    )
