"""What code keeps of a failure of Redis: a flag, or a client that is none any more, and whether anything sets it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import condition, dotted, references

from .._turns import held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Function, Index
    from atomlint.facts.records import Assign
    from atomlint.index.tables import Table

    Expr = Any

OFF = frozenset({"#None", "#False", "#True"})
BRANCHES = frozenset({"if", "else", "after"})
ONCE = ("lru_cache", "cache", "functools.lru_cache", "functools.cache")
"""Decorators that run a function once."""


class Kept(NamedTuple):
    """A name that keeps a failure."""

    name: str
    """As the source has it: ``client``, ``self.client``."""
    value: str
    """What it is then: ``None``, ``True``."""
    owner: int
    """The scope of the class whose attribute it is; 0 for a name of the module."""
    served: bool
    """Whether requests set it, while the process serves; else a start does."""


def kept_failure(call: Call) -> Kept | None:
    """What is kept, for the life of the process, of an error of a command, or of one answer to a ``ping``."""
    table, function = call.table, call.function
    for frame in call.frame_ids:
        if table.facts.frames[frame].kind == "try":
            for place in _in_handlers(table, function, frame):
                found = _kept(function, call, table.facts.assigns[place])
                if found is not None:
                    return found
            if _runs_once(function) and _gives_nothing(table, function, frame):
                return Kept(f"{function.name}()", "None", 0, served=function.is_reached)
    return None


def _gives_nothing(table: Table, function: Function, around: int) -> bool:
    """Whether a handler of a ``try`` returns None, or False."""
    handlers = _handlers(table, around)
    return any(
        exit_.kind == "return" and str(exit_.value) in OFF and not handlers.isdisjoint(table.frames(exit_.frame))
        for exit_ in function.exits
    )


def _in_handlers(table: Table, function: Function, around: int) -> Iterator[int]:
    """Assignments in the handlers of a ``try``."""
    handlers = _handlers(table, around)
    for place in table.assigns_in.get(function.ordinal, ()):
        assign = table.facts.assigns[place]
        if str(assign.value) in OFF and assign.kind == "=" and handlers.intersection(table.frames(assign.frame)):
            yield place


def _handlers(table: Table, around: int) -> set[int]:
    """The frames of the handlers of a ``try``: they follow its own."""
    frames = table.facts.frames
    found = set()
    for at in range(around + 1, len(frames)):
        if frames[at].parent == frames[around].parent:
            if frames[at].kind != "except":
                break
            found.add(at)
    return found


def _kept(function: Function, call: Call, assign: Assign) -> Kept | None:
    name = dotted(assign.target)
    others = _assignments(function, name) if name is not None else None
    if name is None or others is None or not _is_asked(function, name):
        return None
    value = str(assign.value)
    if any(_sets_again(function, other, value) for other in others):
        return None
    served = function.is_reached and not _is_of_object(function)
    gated = served and (_is_gated(function, call, name) or _runs_once(function))
    if served and not gated:
        return None  # the next request tries again
    owner = function.table.receiver_class(function.ordinal, name.rpartition(".")[0]) or 0
    return Kept(name, value[1:], owner, served)


def _assignments(function: Function, name: str) -> list[Assign] | None:
    """All assignments to a name of the module, or to an attribute of objects that the module makes; None for others."""
    table = function.table
    if "." not in name:
        owner, bindings = table.find(function.ordinal, name)
        return None if owner else [binding.assign for binding in bindings if binding.assign is not None]
    head, _, attribute = name.rpartition(".")
    cls = table.receiver_class(function.ordinal, head)
    if cls is None or not _is_shared(function.index, table, cls):
        return None
    return [*table.attributes.get((cls, attribute), ()), *table.class_attributes.get((cls, attribute), ())]


def _is_shared(index: Index, table: Table, cls: int) -> bool:
    """Whether objects of a class are made by modules alone: one of them serves all requests."""
    sites = index.project.linker.call_sites(table.facts.scopes[cls].name)
    return bool(sites) and all(not index.table(path).facts.calls[ordinal].scope for path, ordinal in sites)


def _is_of_object(function: Function) -> bool:
    """Whether a function makes an object."""
    return function.name in ("__init__", "__new__")


def _is_asked(function: Function, name: str) -> bool:
    """Whether a test of the file asks for a name, or a function hands it out: what goes on without Redis."""
    facts = function.table.facts
    tested = any(frame.kind in BRANCHES and name in references(frame.test) for frame in facts.frames)
    return tested or any(name in references(exit_.value) for exit_ in facts.exits)


def _sets_again(function: Function, other: Assign, value: str) -> bool:
    """Whether an assignment gives a name something else while the process serves."""
    if other.value == value or other.value is None or not other.scope:
        return False
    holder = function.index.function(function.value._replace(scope=other.scope))
    if holder.value == function.value:
        return False
    return holder.is_reached and not _is_of_object(holder)


def _is_gated(function: Function, call: Call, name: str) -> bool:
    """Whether a function does not come to the command once the name is set, or once it was there."""
    table = function.table
    flags = {str(assign.target) for assign in function.assigns if assign.value == "#True"}
    for at in call.frame_ids:
        entry = table.facts.frames[at]
        if entry.kind not in BRANCHES:
            continue
        if _asks_whether_known(function, entry.test, name):
            return True
        for part, negated in held(condition(entry.kind, entry.test)):
            asked = dotted(part)
            if asked == name and not _passes_when_off(function, name, negated=negated):
                return True
            if negated and asked in flags:
                return True
    return False


def _asks_whether_known(function: Function, test: Expr, name: str) -> bool:
    """Whether a test is for whether a flag was ever set: ``if available is not None: return available``."""
    known = ["cmp", name, "is not", "#None"]
    values = {str(assign.value) for assign in function.assigns if assign.target == name and str(assign.value) in OFF}
    return "#None" not in values and test in (["not", known], ["cmp", name, "is", "#None"])


def _passes_when_off(function: Function, name: str, *, negated: bool) -> bool:
    """Whether a branch is for when a name was set by a failure: ``if client is None: connect()``."""
    values = {str(assign.value) for assign in function.assigns if assign.target == name and str(assign.value) in OFF}
    truth = "#True" in values
    return truth is not negated


def _runs_once(function: Function) -> bool:
    """Whether a decorator keeps the answer of the first call."""
    for decorator in function.table.facts.scopes[function.ordinal].decorators:
        made = str(decorator)
        if made[:1] == "@" and made[1:].isdigit():
            made = str(function.table.facts.calls[int(made[1:])].callee)
        if made in ONCE:
            return True
    return False
