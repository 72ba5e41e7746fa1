"""Keys whose every use is noted in their row: a request that reads one writes it as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import dotted

if TYPE_CHECKING:
    from atomlint import Index
    from atomlint.index.requestwork import RequestWork, Use

ATTRIBUTES = re.compile(
    r"^(?:last_(?:used|seen|access(?:ed)?)|(?:use|usage|request|call|hit)s?_?count|times_used|uses)(?:_at|_on)?$"
)
CALLS = re.compile(
    r"(?:record|track|log|mark|note|touch|update|bump|increment)_.*(?:us(?:e|ed|age)|seen|access)|^touch$"
)


def notes_use(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a function on the way to a read, or on from it, says in the row when and how often it was used."""
    functions = {*work.path.functions, *(step.function for step in use.chain)}
    for function in map(index.function, functions):
        targets = ((dotted(assign.target) or "").rpartition(".") for assign in function.assigns)
        if any(owner and ATTRIBUTES.search(name) for owner, _, name in targets):
            return True
        for call in function.calls:
            if CALLS.search(call.name) or (
                call.name in ("update", "values") and any(map(ATTRIBUTES.search, call.keywords))
            ):
                return True
    return False
