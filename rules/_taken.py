"""Whether requests take the branch that a call stands in, by what callers give on the ways to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import BRANCHES, call_number, condition, dotted, text_of

from ._turns import GIVEN, flags_along, flags_of, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from atomlint import Call, Index
    from atomlint.index.calls import Edge
    from atomlint.index.reach import Path
    from atomlint.index.requestwork import Step
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    from ._turns import Flags

    Expr = Any

HELD = re.compile(r"(?:^|\.)(?:app|current_app|application)\.(?:config|state|extensions)(?:\.|$)")
"""Where applications keep what they hand out: ``current_app.config["redis"]``."""
MOST = 200
"""Calls on the ways to one that are looked at: behind more of them, one will take it."""


def is_taken(call: Call) -> bool:
    """Whether a request comes to a call, as far as constants, lists and keys of dicts that are written out tell it."""
    return _comes_to(call.index, call.function.value, call.ordinal, set())


def taken(index: Index, path: Path, chain: Sequence[Step]) -> bool:
    """Whether a path goes on to calls below it: no constant that it gives excludes one, ``resolve(user, fallback=False)``."""
    calls = [(function, edge.call if edge.kind == "call" else -1) for function, edge in path.steps]
    calls += [(step.function, step.call) for step in chain]
    return not any(
        ordinal >= 0 and is_excluded(index.table(function.place), index.call(function.place, ordinal).frame_ids, given)
        for (function, ordinal), given in zip(calls, flags_along(index, calls), strict=True)
    )


def is_excluded(table: Table, frames: Iterable[int], given: Flags) -> bool:
    """Whether one of some branches is not taken where parameters are these constants."""
    entries = (table.facts.frames[at] for at in frames)
    return any(entry.kind in BRANCHES and holds(condition(entry.kind, entry.test), given) is False for entry in entries)


def _comes_to(index: Index, function: Value, ordinal: int, seen: set[tuple[Value, int]]) -> bool:
    reach = index.project.reach
    if function in reach.entries or function not in reach.callers or len(seen) > MOST:
        return True
    table = index.project.linker.table(function.place)
    frames = [table.facts.frames[at] for at in table.frames(table.facts.calls[ordinal].frame)]
    tests = [condition(frame.kind, frame.test) for frame in frames if frame.kind in BRANCHES]
    for caller, edge in reach.callers.get(function, ()):
        if (caller, edge.call) in seen or any(_is_false(index, table, test, ordinal, caller, edge) for test in tests):
            continue
        if edge.call < 0 or edge.kind != "call":
            return True
        seen.add((caller, edge.call))
        if _comes_to(index, caller, edge.call, seen):
            return True
    return False


def _is_false(index: Index, table: Table, test: Expr, ordinal: int, caller: Value, edge: Edge) -> bool:
    """Whether a test before a call of a function is false for what another gives the function."""
    if edge.call < 0 or edge.kind != "call":
        return False
    flags = flags_of(index.project.linker, index.call(caller.place, edge.call), edge.target)
    assigns = (table.facts.assigns[place] for place in table.assigns_in.get(edge.target.scope, ()))
    changed = {assign.target for assign in assigns if type(assign.target) is str and assign.after <= ordinal}
    given = {name: index.provenance.given(caller, edge, name) for name in _names(table, test) - changed}
    there = {name for name, expr in given.items() if _is_something(expr)}
    known = (*flags, *((name, GIVEN) for name in there))
    keys = {name: _keys(index, caller, expr) for name, expr in given.items()}
    return holds(_settled(table, test, keys), known) is False


def _names(table: Table, test: Expr) -> set[str]:
    """Names that a test is about: ``x`` of ``x``, and of ``"key" in x.keys()``."""
    if type(test) is list:
        return {name for part in test[1:] for name in _names(table, part)}
    name = _mapping(table, test)
    return {name} if name else set()


def _mapping(table: Table, expr: Expr) -> str:
    """The name that is asked for keys, itself or by ``keys()``; empty for anything else."""
    number = call_number(expr)
    if number is not None:
        owner, _, method = (dotted(table.facts.calls[number].callee) or "").rpartition(".")
        return owner if method == "keys" else ""
    return dotted(expr) or ""


def _settled(table: Table, test: Expr, keys: dict[str, frozenset[str]]) -> Expr:
    """A test with True or False for what asks whether a dict has a key that it is sure to have."""
    if type(test) is not list:
        return test
    if test[:1] == ["cmp"] and len(test) == 4 and test[2] in ("in", "not in"):
        is_there = text_of(test[1]) in keys.get(_mapping(table, test[3]), ())
        return ("#True" if test[2] == "in" else "#False") if is_there else test
    return [test[0], *(_settled(table, part, keys) for part in test[1:])]


def _is_something(expr: Expr) -> bool:
    """Whether an expression is true as it is written: a list or a dict that has items, a text, what an application holds."""
    base = expr[1] if type(expr) is list and expr[:1] == ["sub"] else expr
    if HELD.search(dotted(base) or "") is not None:
        return True
    if type(expr) is list and expr[:1] in (["[]"], ["{}"]):
        return any(type(part) is not list or part[:1] != ["*"] for part in expr[1:])
    return bool(text_of(expr))


def _keys(index: Index, caller: Value, expr: Expr) -> frozenset[str]:
    """Keys of a dict that a caller writes out where it gives it, or under a name that is bound once."""
    name = dotted(expr)
    if name is not None:
        bindings = index.project.linker.table(caller.place).lookup(caller.scope, name) if "." not in name else []
        expr = bindings[0].assign.value if len(bindings) == 1 and bindings[0].assign is not None else None
    if type(expr) is not list or expr[:1] != ["{}"]:
        return frozenset()
    return frozenset(text for key in expr[1::2] if (text := text_of(key)) is not None)
