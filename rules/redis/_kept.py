"""What code keeps of a failure of Redis: a flag, or a client that is none any more, and whether anything sets it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import call_number, condition, dotted, inside, references

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
ANSWERS = ("ResponseError", "DataError", "NoScriptError", "ReadOnlyError", "WatchError", "KeyError", "ValueError")
"""How errors end that a Redis which is there answers with."""
WHATEVER = frozenset({"Exception", "BaseException", "RedisError"})
"""Handlers that take all that a command raises."""
MAKERS = frozenset({"__init__", "__new__"})
STARTS = frozenset({"start", "stop", "script"})
"""Kinds of entry points that a process runs once."""
COMMANDS = 60
"""Commands of one function that are looked at."""


class Kept(NamedTuple):
    """A name that keeps a failure."""

    call: int
    """The command."""
    name: str
    """As the source has it: ``client``, ``self.client``."""
    value: str
    """What it is then: ``None``, ``True``."""
    owner: int
    """The scope of the class whose attribute it is; 0 for a name of the module."""
    served: bool
    """Whether requests set it, while the process serves; else a start does."""
    place: int = -1
    """The assignment's place in its file; -1 where a decorator keeps an answer."""


def kept_failures(index: Index, path: str) -> dict[int, Kept]:
    """What a file keeps of failures for the life of a process, each once, by the command to report."""
    found: dict[int, Kept] = index.keep(
        ("kept failures", path), lambda: {one.call: one for one in _of_file(index, path)}
    )
    return found


def _of_file(index: Index, path: str) -> list[Kept]:
    best: dict[tuple[str, int], Kept] = {}
    for function in index.functions(path):
        for kept in _of_function(function):
            known = best.setdefault((kept.name, kept.owner), kept)
            if kept.served and not known.served:
                best[kept.name, kept.owner] = kept  # a failure while it serves is the likelier one
    return list(best.values())


def _of_function(function: Function) -> Iterator[Kept]:
    """By the first command of each ``try``: all of its commands come to the same handlers."""
    table, seen = function.table, set()
    commands = [call for call in function.calls if call.table.facts.calls[call.ordinal].frame and is_command(call)]
    for call in commands[:COMMANDS]:
        frames = call.frame_ids
        if any(table.facts.frames[at].kind == "while" for at in frames):
            continue  # it asks again and again
        for frame in frames:
            if table.facts.frames[frame].kind != "try":
                continue
            if frame not in seen:
                seen.add(frame)
                yield from _of_try(function, call, frame)
            if _ends_here(function, frame):
                break  # what stands around it does not hear of the failure


def _ends_here(function: Function, around: int) -> bool:
    """Whether the handlers of a ``try`` let no failure through: one takes whatever Redis raises, and none raises again."""
    table = function.table
    handlers = _handlers(table, around)
    raised = any(e.kind == "raise" and not handlers.isdisjoint(table.frames(e.frame)) for e in function.exits)
    caught = (dotted(part) or "" for part in inside(table.facts.frames[around].test))
    return not raised and any(name.rpartition(".")[2] in WHATEVER for name in caught)


def is_command(call: Call) -> bool:
    """Whether a call sends something to Redis."""
    effect = call.index.project.effects.remote(call.path, call.ordinal)
    return effect is not None and effect.operation.resource == "redis"


def _of_try(function: Function, call: Call, around: int) -> Iterator[Kept]:
    table = function.table
    handlers = _handlers(table, around)
    exits = [exit_ for exit_ in function.exits if not handlers.isdisjoint(table.frames(exit_.frame))]
    if not handlers or any(exit_.kind == "raise" for exit_ in exits):
        return
    for place in table.assigns_in.get(function.ordinal, ()):
        assign = table.facts.assigns[place]
        if assign.frame in handlers and assign.kind == "=" and str(assign.value) in OFF:
            found = _kept(function, call, assign, around)
            if found is not None:
                yield found._replace(place=place)
    gives_nothing = any(exit_.kind == "return" and str(exit_.value) in OFF for exit_ in exits)
    if gives_nothing and _runs_once(function) and not _is_cleared(function):
        yield Kept(call.ordinal, f"{function.name}()", "None", 0, served=function.is_reached)


def _handlers(table: Table, around: int) -> set[int]:
    """The frames of the handlers of a ``try``, which follow its own, but for those of what Redis answers."""
    frames = table.facts.frames
    found = set()
    for at in range(around + 1, len(frames)):
        if frames[at].parent == frames[around].parent:
            if frames[at].kind != "except":
                break
            names = [dotted(part) or "" for part in inside(frames[at].test) if type(part) is str]
            if not names or not all(name.endswith(ANSWERS) for name in names if name):
                found.add(at)
    return found


def _kept(function: Function, call: Call, assign: Assign, around: int) -> Kept | None:
    name = dotted(assign.target)
    others = _assignments(function, name) if name is not None else None
    if name is None or others is None or not _is_asked(function, name):
        return None
    value = str(assign.value)
    if any(_sets_again(function, other, value, around) for other in others) or _is_set_elsewhere(function, name, value):
        return None
    served = function.is_reached and function.name not in MAKERS
    if served and not (_is_gated(function, call, name) or _runs_once(function)):
        return None  # the next request tries again
    if not served and not _runs_at_start(function, unless_known=True):
        return None
    owner = function.table.receiver_class(function.ordinal, name.rpartition(".")[0]) or 0
    return Kept(call.ordinal, name, value[1:], owner, served)


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
    """Whether objects of a class are made by modules alone, or with a middleware: one of them serves all requests."""
    if (table.path, cls) in _middlewares(index):
        return True
    sites = [
        site for site in index.project.linker.call_sites(table.facts.scopes[cls].name) if site[0] not in index.tests
    ]
    return bool(sites) and all(_is_made_once(index, *site) for site in sites)


def _is_made_once(index: Index, path: str, ordinal: int) -> bool:
    """Whether a call is a module's, or one of what makes a middleware."""
    table = index.table(path)
    scope = table.enclosing_function(table.facts.calls[ordinal].scope)
    record = table.facts.scopes[scope]
    return not scope or (record.name == "__init__" and (path, record.parent) in _middlewares(index))


def _middlewares(index: Index) -> frozenset[tuple[str, int]]:
    """Classes of middlewares, of which a process makes one each."""
    found: frozenset[tuple[str, int]] = index.keep("middleware classes", lambda: frozenset(_middleware_classes(index)))
    return found


def _middleware_classes(index: Index) -> Iterator[tuple[str, int]]:
    for entry in index.project.registrations:
        if entry.kind == "every-request" and entry.proven:
            scopes = index.table(entry.function.place).facts.scopes
            owner = scopes[entry.function.scope].parent
            if scopes[owner].kind == "class":
                yield entry.function.place, owner


def _is_asked(function: Function, name: str) -> bool:
    """Whether a test of the file asks for a name, or a function hands it out: what goes on without Redis."""
    facts = function.table.facts
    tested = any(frame.kind in BRANCHES and name in references(frame.test) for frame in facts.frames)
    return tested or any(name in references(exit_.value) for exit_ in facts.exits)


def _sets_again(function: Function, other: Assign, value: str, around: int) -> bool:
    """Whether an assignment gives a name something else while the process serves."""
    if other.value == value or other.value is None or not other.scope:
        return False
    holder = function.index.function(function.value._replace(scope=other.scope))
    if holder.value == function.value:
        frames = function.table.frames(other.frame)
        branches = any(function.table.facts.frames[at].kind in BRANCHES for at in frames)
        return around not in frames and branches and function.is_reached  # if time() - since > 30: down = False
    if any(function.table.facts.frames[at].kind == "while" for at in function.table.frames(other.frame)):
        return True  # a task that asks every now and then
    return holder.name not in MAKERS and not _runs_at_start(holder)


def _is_set_elsewhere(function: Function, name: str, value: str) -> bool:
    """Whether another file sets a name of the module: ``cache.degraded = False``."""
    if "." in name:
        return False
    index = function.index
    written: frozenset[tuple[str, str]] = index.keep("set from elsewhere", lambda: frozenset(_written(index)))
    return any(last == name and given != value for last, given in written)


def _written(index: Index) -> Iterator[tuple[str, str]]:
    """Attributes of other modules' names that files assign, with what they are given."""
    for path in index.paths:
        if path not in index.tests:
            for assign in index.table(path).facts.assigns:
                if (
                    type(assign.target) is str
                    and "." in assign.target
                    and not assign.target.startswith(("self.", "cls."))
                ):
                    yield assign.target.rpartition(".")[2], str(assign.value)


def _runs_at_start(function: Function, *, unless_known: bool = False) -> bool:
    """Whether a function runs once, when a process starts: it makes an object, or only a start leads to it.

    Of one that nothing leads to that is known, that is taken to be so where ``unless_known`` says it.
    """
    if function.name in MAKERS:
        return True
    if function.is_reached:
        return False
    paths = function.index.project.whole_reach.paths(function.value)
    return (unless_known or bool(paths)) and all(path.entry.kind in STARTS for path in paths)


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
    return ("#True" in values) is not negated


def _runs_once(function: Function) -> bool:
    """Whether a decorator keeps the answer of the first call."""
    for decorator in function.table.facts.scopes[function.ordinal].decorators:
        number = call_number(decorator)
        made = decorator if number is None else function.table.facts.calls[number].callee
        if made in ONCE:
            return True
    return False


def _is_cleared(function: Function) -> bool:
    """Whether something forgets what the decorator kept: ``connect.cache_clear()``."""
    index = function.index
    sites = index.project.linker.call_sites("cache_clear")
    callees = (str(index.table(path).facts.calls[ordinal].callee) for path, ordinal in sites if path not in index.tests)
    return any(callee.removesuffix(".cache_clear").rpartition(".")[2] == function.name for callee in callees)
