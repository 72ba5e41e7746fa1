"""What of a loop's turn runs in few turns, or asks for what only the turn before tells: no repeated work to gather."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import call_number, condition, dotted, inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from atomlint import Call, Function, Index
    from atomlint.index.linker import Linker

    Expr = Any
    Value = Any
    Flags = tuple[tuple[str, str], ...]

LITERALS = ("#True", "#False", "#None", "#0")
GIVEN = "given"
"""Stands for what is true, and none of these."""
KINDS = frozenset({"getattr", "hasattr", "isinstance", "type"})
"""Builtins that tell what kind of thing something is."""
STORES = ("redis", "cache", "client")
"""Ends of names of what work goes to; without one, a program takes another way."""
COUNTED = frozenset({"range", "enumerate"})
SIZES = frozenset({"<", "<=", ">", ">="})
NONE_OR_ONE = ("#0", "#1")
MAKES = re.compile(r"^_*(?:create|insert|register|make_new|add_new)(?:_|$)|(?:^|_)get_or_create$")
"""Names of what makes a row."""
MADE_HOPS = 2
"""Variables between what is made and what it is asked by."""


# --- parameters that are constants -------------------------------------------------------------------------------------


def flags_of(linker: Linker, call: Call, target: Value, own: Flags = ()) -> Flags:
    """Parameters that a call gives ``True``, ``False``, ``None`` or 0, or leaves at such a default, with which of them.

    ``own`` are those of the function that the call stands in. Empty for what is unpacked: nobody knows what is given then.
    """
    table = linker.table(target.place)
    record = table.facts.scopes[target.scope]
    if record.kind != "function" or "**" in call.keywords or any(type(a) is list and a[:1] == ["*"] for a in call.args):
        return ()
    params = list(record.params)
    if table.facts.scopes[record.parent].kind == "class" and params and params[0].name in ("self", "cls"):
        params = params[1:]
    assigned = [table.facts.assigns[place].target for place in table.assigns_in.get(target.scope, ())]
    known, found = dict(own), []
    for place, param in enumerate(params):
        if param.kind not in ("p", "k") or param.name in assigned:
            continue
        given = call.keywords.get(param.name, param.default)
        if param.kind == "p" and place < len(call.args):
            given = call.args[place]
        given = known.get(given, given) if type(given) is str else given
        if given in LITERALS:
            found.append((param.name, str(given)))
    return tuple(found)


def flags_along(index: Index, calls: Sequence[tuple[Value, int]]) -> Iterator[Flags]:
    """For each of some calls, one below the other (a function and an ordinal), what is given to its function.

    An ordinal below zero is a step that is no call: nothing is known behind it.
    """
    given: Flags = ()
    for place, (function, ordinal) in enumerate(calls):
        yield given
        below = calls[place + 1][0] if place + 1 < len(calls) else None
        if ordinal < 0 or below is None:
            given = ()
        else:
            given = flags_of(index.project.linker, index.call(function.place, ordinal), below, given)


def holds(test: Expr, flags: Flags) -> bool | None:
    """Whether a test is true where parameters are these constants; None when that is open."""
    if type(test) is not list or not test:
        value = dict(flags).get(test, test if test in LITERALS else None) if type(test) is str else None
        return None if value is None else value in ("#True", GIVEN)
    if test[0] == "not":
        inner = holds(test[1], flags)
        return None if inner is None else not inner
    if test[0] in ("and", "or"):
        parts = [holds(part, flags) for part in test[1:]]
        if test[0] == "and":
            return False if False in parts else True if None not in parts else None
        return True if True in parts else False if None not in parts else None
    if test[0] == "cmp" and len(test) == 4 and test[3] in LITERALS and type(test[1]) is str:
        value = dict(flags).get(test[1])
        if value is None or test[2] not in ("is", "==", "is not", "!="):
            return None
        return bool((value == test[3]) == (test[2] in ("is", "==")))
    return None


# --- branches that few turns take ---------------------------------------------------------------------------------------


def seldom(function: Function, frame: int, until: int, receiver: str) -> bool:
    """Whether a branch is one that few turns take, or that only stands in for another one.

    It is when a client is away, when the row is of another kind (``getattr(row, "x", None) is None``), in one turn at most
    (``key == "name"`` of a mapping, the first of ``enumerate``), or until a flag is set there.
    """
    entry = function.table.facts.frames[frame]
    parts = list(held(condition(entry.kind, entry.test)))
    if receiver and _asks_kind(function, entry.test, receiver.partition(".")[0]):
        return True
    return any(
        (negated and _ends(part).endswith(STORES))
        or (until and negated and (_is_set(function, part, until) or _is_filled(function, part, until, frame)))
        or (until and not negated and _is_one_turn(function, part, until))
        for part, negated in parts
    )


def is_few(function: Function, frame: int, loop: int) -> bool:
    """Whether a branch is for few items of a loop in it: ``if len(keys) > 50: in bulk; else: one by one``."""
    facts = function.table.facts
    entry, iterable = facts.frames[frame], facts.frames[loop].test
    for part, negated in held(condition(entry.kind, entry.test)):
        if type(part) is not list or part[:1] != ["cmp"] or part[2] not in SIZES or part[3] in NONE_OR_ONE:
            continue
        size = part[1]
        if type(size) is str and size[:1] == "@" and "." not in size and (part[2] in ("<", "<=")) != negated:
            record = facts.calls[int(size[1:])]
            if record.callee == "len" and record.args[:1] == [iterable]:
                return True
    return False


def is_unpaged(function: Function, frames: list[int]) -> bool:
    """Whether one of these frames is for lists without pages: behind ``page = paginator.paginate_queryset(rows)``."""
    facts = function.table.facts
    pages = {
        assign.target
        for assign in function.assigns
        if (made := call_number(assign.value)) is not None
        and function.index.call(function.path, made).name == "paginate_queryset"
    }
    return any(
        negated and type(part) is str and part in pages
        for at in frames
        if facts.frames[at].kind in ("if", "else", "after")
        for part, negated in held(condition(facts.frames[at].kind, facts.frames[at].test))
    )


def held(test: Expr, *, negated: bool = False) -> Iterator[tuple[Expr, bool]]:
    """What has to be so for a test to be true, each with whether it is the contrary."""
    if type(test) is list and test[:1] == ["not"]:
        yield from held(test[1], negated=not negated)
    elif type(test) is list and test[:1] == [("or" if negated else "and")]:
        for part in test[1:]:
            yield from held(part, negated=negated)
    elif type(test) is list and test[:1] == ["cmp"] and len(test) == 4 and test[3] == "#None":
        yield test[1], negated == (test[2] in ("is not", "!="))
    else:
        yield test, negated


def _ends(part: Expr) -> str:
    return (dotted(part) or "").lower().rpartition(".")[2].strip("_")


def _is_set(function: Function, part: Expr, until: int) -> bool:
    """Whether the loop sets a flag that is asked for: ``if not found: ...; found = True``."""
    return dotted(part) is not None and any(
        assign.target == part and assign.value == "#True" and until in function.table.frames(assign.frame)
        for assign in function.assigns
    )


def _is_filled(function: Function, part: Expr, until: int, branch: int) -> bool:
    """Whether the branch gives the loop what it was missing, once: ``if detail is None: detail = load()``."""
    frames = [
        function.table.frames(assign.frame)
        for assign in function.assigns
        if assign.target == part and until in function.table.frames(assign.frame)
    ]
    return dotted(part) is not None and bool(frames) and all(branch in around for around in frames)


def _is_one_turn(function: Function, part: Expr, until: int) -> bool:
    """Whether a comparison is true for one turn: of the key of a mapping, or of a counter, with a constant."""
    if type(part) is not list or part[:1] != ["cmp"] or part[2] != "==" or str(part[3])[:1] not in ("'", "#"):
        return False
    bound = function.index.project.loops.targets(function.path, until)
    test = function.table.facts.frames[until].test
    if not bound or part[1] != bound[0] or type(test) is not str or test[:1] != "@" or "." in test:
        return False
    callee = function.table.facts.calls[int(test[1:])].callee
    return type(callee) is str and (callee.endswith((".items", ".keys")) or callee in COUNTED)


def _asks_kind(function: Function, test: Expr, row: str) -> bool:
    """Whether a test depends on what kind of thing a row is: ``hasattr(row, "x")``, a name for ``getattr(row, "x", None)``."""
    for part in inside(test):
        if type(part) is not str:
            continue
        values = (
            [part] if part[:1] == "@" else [a.value for a in function.assigns if a.target == part and a.kind == "="]
        )
        for value in values:
            if type(value) is str and value[:1] == "@" and "." not in value:
                record = function.table.facts.calls[int(value[1:])]
                if type(record.callee) is str and record.callee in KINDS and record.args[:1] == [row]:
                    return True
    return False


# --- turns that depend on each other ---------------------------------------------------------------------------------------


def is_carried(call: Call, frame: int) -> bool:
    """Whether what a call of a loop is given is only known after the turn before.

    ``parent = find(parent).id``, or a path that grows by a part each turn: ``path = f"{path}/{part}"``.
    """
    table = call.table
    changed = {
        assign.target
        for assign in call.function.assigns
        if type(assign.target) is str
        and assign.kind in ("=", "+=")
        and assign.after > call.ordinal
        and frame in table.frames(assign.frame)
        and type(assign.value) is str
        and assign.value[:1] not in ("'", "#", "?")
    }
    grown = {
        assign.target
        for assign in call.function.assigns
        if type(assign.target) is str
        and frame in table.frames(assign.frame)
        and (assign.kind == "+=" or (assign.kind == "=" and assign.target in inside(assign.value)))
        and assign.after <= call.ordinal
    }
    if not changed | grown:
        return _is_made(call, frame)
    before = {
        assign.target
        for assign in call.function.assigns
        if assign.after <= call.ordinal and frame in table.frames(assign.frame) and type(assign.target) is str
    }
    return any(
        name.partition(".")[0] in (changed - before) | grown
        for link in call.query_chain
        for given in (*link.args, *(value for _, value in link.keywords))
        for name in inside(given)
        if type(name) is str and dotted(name)
    ) or _is_made(call, frame)


def _is_made(call: Call, frame: int) -> bool:
    """Whether a call asks for what the turn has just made: ``key = create_key(user); row = find(key.prefix)``."""
    given = [value for link in call.query_chain for value in (*link.args, *(v for _, v in link.keywords))]
    names = {name.partition(".")[0] for value in given for name in _names(value)}
    for _ in range(MADE_HOPS):
        found: set[str] = set()
        for assign in call.function.assigns:
            if (
                type(assign.target) is not str
                or assign.target not in names
                or assign.kind == "for"
                or assign.after > call.ordinal
                or frame not in call.table.frames(assign.frame)
            ):
                continue
            for part in inside(assign.value):
                if type(part) is not str or part[:1] != "@":
                    continue
                maker = call.index.call(call.path, int(part[1:].partition(".")[0]))
                if MAKES.search(maker.name):
                    return True
                receiver = (dotted(maker.callee) or "").partition(".")[0]
                found |= {receiver} if receiver else set()
                found |= {name.partition(".")[0] for arg in maker.args for name in _names(arg)}
        names = found
    return False


def _names(expr: Expr) -> Iterator[str]:
    for part in inside(expr):
        name = dotted(part) if type(part) is str else None
        if name is not None:
            yield name


def is_entered(call: Call) -> bool:
    """Whether a ``with`` opens what the call gives: contents that are read one after the other."""
    return any(a.kind == "with" and a.value == f"@{call.ordinal}" for a in call.function.assigns)
