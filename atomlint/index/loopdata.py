"""Whether a loop goes through data: rows of a query, or what a request brought; not through what the program states.

Of rows there are many, as nobody writes them out; of what a request brings, the few that somebody picked or typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import turns
from .givens import given
from .tables import dotted
from .unpacked import unpacked
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .facade import Index
    from .views import Call

    Expr = Any

DEPTH = 12
REQUEST = frozenset(
    {
        "get_json",
        "getlist",
        "json",
        "form",
        "loads",
        "split",
        "splitlines",
        "model_dump",
        "dict",
        "validated_data",
        "query_params",
    }
)
"""Names of methods that give what a request brought."""
FILLS = frozenset({"append", "add", "extend", "update", "setdefault", "insert", "appendleft"})


def loops_over_data(call: Call, frame: int, *, brought: bool = True) -> bool:
    """Whether the loop of a frame around a call goes through rows, or with ``brought`` through what a request brought."""
    test = call.table.facts.frames[frame].test if frame else call.args[1] if len(call.args) > 1 else None
    if frame and call.table.facts.frames[frame].kind == "while":
        return False
    if type(test) is list and test[:1] == ["sub"] and test[2:] == ["?"]:
        return False  # a slice: there may be few
    if call.index.project.rowsets.of(call.path, call.scope, test) is not None:
        return True
    return _is_data(call.index, call.path, call.scope, test, DEPTH, _Seen(brought=brought))


class _Seen:
    """Expressions that were looked at, and whether what a request brought counts."""

    def __init__(self, *, brought: bool) -> None:
        self.keys: set[tuple[str, int, str]] = set()
        self.brought = brought


def _is_data(index: Index, path: str, scope: int, expr: Expr, depth: int, seen: _Seen) -> bool:
    key = (path, scope, str(expr))
    if depth == 0 or key in seen.keys:
        return False
    seen.keys.add(key)
    if type(expr) is list and expr:
        table = index.project.linker.table(path)
        given = list(unpacked(index.project.linker, table, expr))
        if given:
            return any(_is_data(index, inner.path, at, part, depth - 2, seen) for inner, at, part in given)
        if expr[0] == "comp":
            parts = expr[2:3]
        elif expr[0] in ("bin", "if"):
            parts = expr[2:]
        else:
            parts = {"sub": expr[1:2], ".": expr[1:2], "*": expr[1:2], "or": expr[1:], "and": expr[1:]}.get(expr[0], [])
        return any(_is_data(index, path, scope, part, depth, seen) for part in parts)
    if type(expr) is not str:
        return False
    if expr[:1] == "@":
        return _is_answer(index, path, int(expr[1:].partition(".")[0]), depth, seen)
    name = dotted(expr)
    if name is None:
        return False
    table = index.project.linker.table(path)
    head, _, rest = name.partition(".")
    if not seen.brought and rest.rpartition(".")[2] in index.project.relationships.of_many:
        return True
    for binding in table.lookup(scope, head):
        if binding.param is not None:
            if head in ("self", "cls"):
                return False
            if _is_data_parameter(index, path, binding.scope, head, bool(rest), depth, seen):
                return True
        elif binding.assign is not None:
            assign = binding.assign
            if assign.value is not None and _is_data(index, path, assign.scope, assign.value, depth - 1, seen):
                return True
            if not rest and any(
                _is_data(index, path, s, e, depth - 1, seen) for s, e in _fillings(table, assign.scope, head)
            ):
                return True
    return False


def _is_answer(index: Index, path: str, ordinal: int, depth: int, seen: _Seen) -> bool:
    call = index.call(path, ordinal)
    if call.database is not None or call.lookup is not None or call.effect is not None:
        return True
    callee = call.callee
    receiver, name = (
        turns.split_callee(callee) if type(callee) is str else (callee[1] if type(callee) is list else "", call.name)
    )
    if name in REQUEST and (receiver or name == "loads"):
        return seen.brought
    if (
        type(receiver) is str
        and receiver[:1] == "@"
        and _is_answer(index, path, int(receiver[1:].partition(".")[0]), depth - 1, seen)
    ):
        return True
    if dotted(receiver) and name not in ("get",) and _is_result(call, receiver, depth, seen):
        return True
    for value in call.targets:
        if value.kind == "def" and index.project.linker.table(value.place).facts.scopes[value.scope].kind != "class":
            exits = index.project.linker.table(value.place).exits.get(value.scope, ())
            if any(
                e.kind in ("return", "yield") and _is_data(index, value.place, value.scope, e.value, depth - 2, seen)
                for e in exits
            ):
                return True
        if value.kind == "def":
            return False
    if name in turns.WRAPPERS or name in ("zip", "map", "filter", "chain", "groupby", "from_iterable", "list", "dict"):
        return any(_is_data(index, path, call.scope, arg, depth - 1, seen) for arg in call.args)
    return False


def _is_result(call: Call, receiver: str, depth: int, seen: _Seen) -> bool:
    """``result.scalars()``, ``rows.items()``, ``data.get("ids")``: a method of data gives data."""
    return _is_data(call.index, call.path, call.scope, receiver, depth - 1, seen)


def _is_data_parameter(
    index: Index, path: str, scope: int, name: str, attribute: bool, depth: int, seen: _Seen
) -> bool:
    """Whether what callers pass for a parameter is data; of an entry point it is the request's."""
    project = index.project
    function = index.function(Value("def", path, scope))
    if function.value in project.reach.entries:
        return seen.brought
    passed = list(given(project, function.value, name))
    if not passed:
        return attribute and seen.brought
    table_of = project.linker.table
    counted = [turns.count_of(project.linker, table_of(p), s, e) for p, s, e in passed]
    if all(count is not None for count in counted):
        return False
    return any(_is_data(index, p, s, e, depth - 1, seen) for p, s, e in passed)


def _fillings(table: Any, scope: int, name: str) -> Iterator[tuple[int, Expr]]:
    """What the loops go through that fill a container, and what is put into it whole."""
    for ordinal in table.calls_in.get(scope, ()):
        record = table.facts.calls[ordinal]
        if (
            type(record.callee) is str
            and record.callee.rpartition(".")[0] == name
            and record.callee.rpartition(".")[2] in FILLS
        ):
            for frame in table.frames(record.frame):
                if table.facts.frames[frame].kind in ("for", "comp"):
                    yield scope, table.facts.frames[frame].test
            for arg in record.args:
                yield scope, arg
    for place in table.assigns_in.get(scope, ()):
        assign = table.facts.assigns[place]
        if type(assign.target) is list and assign.target[:1] == ["sub"] and assign.target[1] == name:
            for frame in table.frames(assign.frame):
                if table.facts.frames[frame].kind in ("for", "comp"):
                    yield scope, table.facts.frames[frame].test
