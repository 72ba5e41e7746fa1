"""Loops of which a query less a turn is little: turns with writes of their own, and turns of which there is one nearly always."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from atomlint import dotted, inside, text_of

from .._actions import is_action
from ._reads import takes_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function

    from .._repeats import Repeat
    from ._lazy import LazyLoop

    Expr = Any

WRITES = frozenset({"commit", "delete", "save", "adelete", "asave"})
TURN_WRITES = WRITES | {"create", "acreate", "bulk_create", "merge"}
CREATES = frozenset({"get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"})
DELETES = frozenset({"delete", "adelete"})
SAVES = ("save",)
"""Ends of names of what writes a row, such as ``validated_save``."""
TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|JOIN)\s+$", re.IGNORECASE)
"""The end of a text that a table's name follows."""
STARTS = frozenset({"query", "select"})
"""Calls that take the mapped class which is asked for."""
LIKENESSES = frozenset(
    {
        "like",
        "ilike",
        "contains",
        "icontains",
        "startswith",
        "istartswith",
        "endswith",
        "iendswith",
        "regex",
        "iregex",
        "search",
    }
    | {"match", "op", "cosine_distance", "l2_distance", "max_inner_product", "trigram_similar", "similarity"}
)
"""Comparisons that ask for what is like something, or near it."""
LIKE = re.compile(r"\bI?LIKE\b|<->|<=>|<#>|@@", re.IGNORECASE)
NAMING = frozenset({"slug", "uuid", "username", "email", "pk"})
"""Attributes that are different for each row of a table, or nearly."""
PERIODS = ("__year", "__quarter", "__month", "__week")
"""Ends of names of what Django compares a part of a date with: there are few of them."""
TIMES = frozenset({"year", "years", "quarter", "quarters", "month", "months", "week", "weeks"})
"""Words in names of such parts: a loop over them turns a few times."""
MAX_PARTS = 40
"""Parts of a query that are looked into."""
TRANSACTIONS = frozenset({"atomic", "begin_nested", "begin"})
CONTEXTS = ("schema_context", "tenant_context", "schema", "lock")
"""Ends of names of what makes a turn's query one of its own: another schema, a lock."""


def writes_too(repeat: Repeat) -> bool:
    """Whether each turn also commits, or writes the row that it reads: then one query less a turn is half of the work.

    Rows that the loop's function locks are worked on one by one, too.
    """
    if (
        takes_rows(repeat.first)
        or changes_row(repeat)
        or _is_atomic(repeat)
        or _writes_in(repeat.first.function, repeat.loop.frame)
    ):
        return True
    for work in repeat.work:
        last = work.steps[-1].function
        if len(work.steps) > 1 and any(call.name in WRITES for call in last.calls):
            return True
    return False


def is_own_work(lazy: LazyLoop) -> bool:
    """Whether turns that read relationships write rows too, are of a schema of their own, or are called for what they do."""
    function = lazy.reads[0].steps[0][0]
    around = function.table.frames(lazy.loop.frame)
    if _writes_in(function, lazy.loop.frame) or _opens(function, around, 0):
        return True
    turn = (call for call in function.calls if lazy.loop.frame in call.frame_ids)
    actions = {call.name for call in turn if is_action(call)}
    return all(len(read.steps) > 1 and read.steps[0][1].partition("(")[0] in actions for read in lazy.reads)


def _writes_in(function: Function, frame: int) -> bool:
    """Whether a turn of a loop saves, makes or deletes something, in any of its branches or inner loops."""
    return any(
        call.name in TURN_WRITES and frame in call.frame_ids and (call.name != "create" or call.database is not None)
        for call in function.calls
    )


def is_of_parents(repeat: Repeat) -> bool:
    """Whether the loop goes through foreign keys of rows, ``{row.run_id for row in rows}``: nearly always there is one."""
    function = repeat.first.function
    iterable = function.table.facts.frames[repeat.loop.frame].test
    values = [iterable, *(a.value for a in function.assigns if a.target == iterable and type(iterable) is str)]
    return any(
        type(value) is list
        and value[:1] == ["comp"]
        and "." in (name := dotted(value[1]) or "")
        and name.endswith("_id")
        for value in values
    )


def is_of_one(repeat: Repeat) -> bool:
    """Whether the loop goes through rows that are found by what names one: ``filter(project=project, slug=slug)``."""
    first = repeat.first
    test = first.table.facts.frames[repeat.loop.frame].test
    rows = first.index.project.rowsets.of(first.path, first.scope, test)
    return rows is not None and not NAMING.isdisjoint(rows.filters)


def changes_row(repeat: Repeat) -> bool:
    """Whether a turn deletes what it has read, or saves it through another object: ``Serializer(row).save()``."""
    function, frame = repeat.first.function, repeat.loop.frame
    turn = [call for call in function.calls if frame in call.frame_ids]
    rows = set(_rows(repeat))
    wraps = {f"@{call.ordinal}" for call in turn if any(type(arg) is str and arg in rows for arg in call.args)}
    objects = {
        a.target for a in function.assigns if type(a.value) is str and a.value in wraps and type(a.target) is str
    }
    if repeat.near.hit.what in CREATES:
        objects |= rows  # found or made, and then written once more
    for call in turn:
        receiver = call.callee.rpartition(".")[0] if type(call.callee) is str else ""
        if call.name in DELETES and (receiver in rows or any(type(arg) is str and arg in rows for arg in call.args)):
            return True
        if _hands_on(call, rows) and any(_writes(call)):
            return True
        if receiver in rows and is_action(call) and any(True for _ in _writes(call)):
            return True  # a method of the project's: existing.update(db, data)
        if call.name.endswith(SAVES) and (receiver in objects or receiver in wraps):
            return True
    return False


def _hands_on(call: Call, rows: set[str]) -> bool:
    """Whether a call is given what was read, or a part of it: ``update(db, found.id, entry)``."""
    given = (*call.args, *call.keywords.values())
    return any(type(arg) is str and arg.partition(".")[0] in rows for arg in given)


def _writes(call: Call) -> Iterator[bool]:
    """For each function that a call stands for, whether it writes."""
    index = call.index
    for edge in index.project.calls.edges(call.function.value):
        if edge.call == call.ordinal and edge.kind == "call":
            yield any(inner.name in WRITES for inner in index.function(edge.target).calls)


def _rows(repeat: Repeat) -> Iterator[str]:
    """What the query of a turn gives, and its names: ``row``, the first of ``row, created``, ``get_or_create(...)[0]``."""
    asked = f"@{repeat.first.ordinal}"
    yield asked
    for assign in repeat.first.function.assigns:
        value = assign.value[1] if type(assign.value) is list and assign.value[:1] == ["sub"] else assign.value
        if value == asked and type(assign.target) is str:
            yield assign.target


def _is_atomic(repeat: Repeat) -> bool:
    """Whether a turn opens a transaction of its own around the query, so that one failure leaves the others, or a schema."""
    near = repeat.near.steps
    return any(_opens(step.function, step.frame_ids, repeat.loop.frame if step == near[0] else 0) for step in near)


def _opens(function: Function, frames: list[int], until: int) -> bool:
    """Whether one of these frames, innermost first, opens a transaction, a schema or a lock."""
    table = function.table.facts.frames
    for at in frames:
        if at == until:
            break
        test = table[at].test
        if table[at].kind == "with" and type(test) is str and test[:1] == "@" and "." not in test:
            name = function.index.call(function.path, int(test[1:])).name
            if name in TRANSACTIONS or name.lower().endswith(CONTEXTS):
                return True
    return False


def is_of_ranges(repeat: Repeat) -> bool:
    """Whether each turn asks for a range of its own, such as a year or a month: ``IN`` does not make one query of them."""
    first = repeat.first
    bound = first.index.project.loops.targets(first.path, repeat.loop.frame)
    if any(word in TIMES for name in (repeat.loop.name, *bound) for word in name.lower().replace(".", "_").split("_")):
        return True
    names = [name for link in repeat.near.steps[-1].query_chain for name, _ in link.keywords]
    below, above = (any(name.endswith(ends) for name in names) for ends in (("__lt", "__lte"), ("__gt", "__gte")))
    return (below and above) or any(name.endswith(("__range", *PERIODS)) for name in names)


def is_of_patterns(repeat: Repeat) -> bool:
    """Whether each turn asks by likeness or nearness, ``name ILIKE :word``, ``embedding <-> :vector``: ``IN`` cannot."""
    last = repeat.near.steps[-1]
    links = list(last.query_chain)
    if any(name.rpartition("__")[2] in LIKENESSES for link in links for name, _ in link.keywords):
        return True
    stack = [part for link in links for part in (link.callee, *link.args)]
    for _ in range(MAX_PARTS):
        for piece in inside(stack.pop() if stack else None):
            if LIKE.search(text_of(piece) or ""):
                return True
            if type(piece) is str and piece[:1] == "@":
                inner = last.index.call(last.path, int(piece[1:].partition(".")[0]))
                if inner.name in LIKENESSES:
                    return True
                stack += inner.args
    return False


def is_of_models(repeat: Repeat) -> bool:
    """Whether each turn asks another table: ``for model in MODELS: model.objects.filter(...)``, or a query of its item's."""
    first = repeat.first
    bound = first.index.project.loops.targets(first.path, repeat.loop.frame)
    links = [link.callee for link in first.query_chain if type(link.callee) is str]
    if any(callee.startswith(f"{name}.objects") for callee in links for name in bound):
        return True
    inside = [call for call in first.function.calls if repeat.loop.frame in call.frame_ids]
    if any(call.name in STARTS and call.args and call.args[0] in bound for call in inside):
        return True  # ``for model in MODELS: db.query(model)``
    heads = {callee.partition(".")[0] for callee in links}
    if any(
        _is_given(assign.value, first, bound) for assign in first.function.assigns if dotted(assign.target) in heads
    ):
        return True
    texts = [value for assign in first.function.assigns for value in _texts(assign.value, first)]
    if any(TABLE.search(before) and name in bound for before, name in texts):
        return True
    last = repeat.near.steps[-1]  # further down, what is put behind FROM is what the turn hands there
    return last != first and any(
        TABLE.search(before) for assign in last.function.assigns for before, _ in _texts(assign.value, last)
    )


def is_of_databases(repeat: Repeat) -> bool:
    """Whether each turn asks another database: ``for tenant in tenants: Order.objects.using(tenant.database)``."""
    first = repeat.first
    table, frame = first.table, repeat.loop.frame
    bound = set(first.index.project.loops.targets(first.path, frame))
    own = [assign for assign in first.function.assigns if frame in table.frames(assign.frame)]
    bound |= {target.partition(".")[0] for assign in own if (target := dotted(assign.target))}
    given = (arg for link in first.query_chain if str(link.callee).endswith(".using") for arg in link.args)
    return any(type(part) is str and part.partition(".")[0] in bound for arg in given for part in inside(arg))


def _is_given(value: Expr, call: Call, bound: list[str]) -> bool:
    """Whether a value is what a method of the loop's item gives: ``rows = storage.get_queryset()``."""
    if type(value) is not str or value[:1] != "@" or "." in value:
        return False
    callee = call.table.facts.calls[int(value[1:])].callee
    return type(callee) is str and callee.count(".") == 1 and callee.partition(".")[0] in bound


def _texts(value: Expr, call: Call) -> Iterator[tuple[str, str]]:
    """Pieces of formatted texts in a value, each with the name that follows: ``SELECT * FROM``, ``table``."""
    for part in inside(value):
        if type(part) is str and part[:1] == "@" and "." not in part:
            for arg in call.table.facts.calls[int(part[1:])].args:
                yield from _pieces(arg)
        yield from _pieces(part)


def _pieces(part: Expr) -> Iterator[tuple[str, str]]:
    if type(part) is list and part[:1] == ["f"]:
        for before, after in pairwise(part[1:]):
            text, name = text_of(before), dotted(after)
            if text is not None and name is not None:
                yield text, name
