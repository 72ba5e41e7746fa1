"""Remote work that a loop repeats: what one turn of it does for sure, a few calls down, on paths of requests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import BRANCHES, Note, condition, dotted

from ._arms import short_circuited
from ._decorators import is_answered
from ._started import BACKGROUND, FORGETS, is_started
from ._taken import is_excluded
from ._turns import flags_along, flags_of, held, holds, is_carried, is_entered, is_few, seldom
from ._ways import paths_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from atomlint import Call, Function, Index
    from atomlint.index.calls import Edge
    from atomlint.index.loops import Loop
    from atomlint.index.reach import Path

    from ._turns import Flags

    Expr = Any
    Value = Any
    Remote = Callable[[Call], "Hit | None"]

DEPTH = 4
"""Calls followed from the loop's body to the remote one."""
QUIET_PATHS = (
    "migrations",
    "alembic",
    "scripts",
    "script",
    "seeds",
    "seed",
    "fixtures",
    "management",
    "cli",
    "commands",
    "versions",
)
ONCE = frozenset(
    {"migration", "migrations", "migrate", "diagnose", "backfill", "seed", "seeder", "maintenance", "repair"}
    | {"deprecated", "legacy"}
)
"""Words in names of files whose code runs a few times ever, though a route may start it."""
PRESENT = ("client", "redis", "enabled", "available", "pool", "connection", "conn", "db", "session", "engine")


class Wanted(NamedTuple):
    """The work that is looked for."""

    remote: Remote
    leading: frozenset[Value]
    """Functions that lead to it: what others call is not followed."""
    shared: bool
    """Whether a cache that a whole service shares spares it: not when it is what such a cache is asked with."""


class Hit(NamedTuple):
    """What a rule says of a call that it counts."""

    what: str
    """The operation, such as ``get``."""
    proven: bool = True
    weight: int = 1
    """Round trips of one call."""


class Work(NamedTuple):
    """One remote call of every turn, with the calls that lead to it."""

    steps: tuple[Call, ...]
    """The call in the loop first, the remote one last."""
    hit: Hit
    sure: bool
    """False when a branch may leave it out."""
    proven: bool
    """False when a call on the way can mean several functions or a cache can answer it, or the remote one is known by name."""


class Repeat(NamedTuple):
    """A loop of a function that requests reach, with the remote work of one turn."""

    loop: Loop
    outer: tuple[Loop, ...]
    """Loops around the loop, innermost first."""
    work: tuple[Work, ...]
    """In source order; never empty."""
    path: Path
    """The shortest call path from an entry point of a request."""

    @property
    def near(self) -> Work:
        """The work that is surest: that of every turn, by calls that mean one function, and the nearest of it."""
        return max(self.work, key=lambda w: (w.sure, w.proven, -len(w.steps)))

    @property
    def first(self) -> Call:
        """The call in the loop to point at: the first that runs at every turn, else the first."""
        return next((w for w in self.work if w.sure), self.work[0]).steps[0]


def repeats(function: Function, remote: Remote, resource: str, kinds: tuple[str, ...] = ("each",)) -> Iterator[Repeat]:
    """Loops of a function over data, one at a time, that repeat remote work on a resource in requests."""
    wanted = Wanted(remote, function.index.project.leading(resource), resource != "redis")
    if function.value not in wanted.leading or not may_repeat(function):
        return
    found: dict[int, tuple[Loop, tuple[Loop, ...], list[Work]]] = {}
    for call in function.calls:
        around = turning(call)
        if around is None or around[0].kind not in kinds or _stands_in(call, around[0].frame):
            continue
        loop, outer = around[0], tuple(around[1:])
        work = [w for w in _work(call, wanted, loop.frame, DEPTH) if not w.steps[-1].in_test]
        if work and not is_carried(call, loop.frame) and not (len(work[0].steps) > 1 and is_entered(call)):
            found.setdefault(loop.frame, (loop, outer, []))[2].extend(work)
    for loop, around_it, repeated in found.values():
        path = next((path for path in paths_to(function) if _takes(function, path, loop)), None)
        if path is not None:
            yield Repeat(loop, around_it, tuple(_distinct(repeated)), path)


def work_of(function: Function, remote: Remote, resource: str) -> list[Work]:
    """Remote work that calling a function does, outside of loops of its own that may have no turn."""
    wanted = Wanted(remote, function.index.project.leading(resource), resource != "redis")
    return _of_function(function.index, function.value, wanted, DEPTH, ())


def _takes(function: Function, path: Path, loop: Loop) -> bool:
    """Whether a path may come to a loop: not when a constant that it gives excludes it, ``delete(ids, checked=True)``."""
    calls = [(caller, edge.call if edge.kind == "call" else -1) for caller, edge in path.steps]
    *_, given = flags_along(function.index, [*calls, (function.value, -1)])
    return not is_excluded(function.table, function.table.frames(loop.frame), given)


def _stands_in(call: Call, loop: int) -> bool:
    """Whether the loop is another way: for when there is no client, for after an error, for a few items only."""
    frames = call.frame_ids
    around = frames[frames.index(loop) + 1 :] if loop in frames else frames
    facts = call.table.facts
    return is_refusal(call.function, around) or any(
        facts.frames[at].kind == "except"
        or (facts.frames[at].kind in BRANCHES and (seldom(call.function, at, 0, "") or is_few(call.function, at, loop)))
        for at in around
    )


def is_refusal(function: Function, frames: list[int]) -> bool:
    """Whether one of these frames is a branch that ends with an error: what it does first is for the message."""
    facts = function.table.facts
    raised = {exit_.frame for exit_ in function.exits if exit_.kind == "raise"}
    return any(facts.frames[at].kind in ("if", "else") and at in raised for at in frames)


def may_repeat(function: Function) -> bool:
    """Whether repeated work in a function matters: not in tests, migrations and scripts."""
    return not function.in_test and may_repeat_in(function.path)


def may_repeat_in(path: str) -> bool:
    """Whether repeated work in a file matters: not in migrations and scripts."""
    return not _is_quiet(path)


def _distinct(work: list[Work]) -> list[Work]:
    """Work of a turn in source order, without what two branches or two targets say of the same call."""
    best = {(w.steps[0], w.steps[-1]): w for w in sorted(work, key=lambda w: (w.sure, w.proven))}
    return sorted(best.values(), key=lambda w: (w.steps[0].ordinal, w.steps[-1].path, w.steps[-1].ordinal))


def turning(call: Call) -> list[Loop] | None:
    """The loops around a call, innermost first, retries left out; None when there is none left."""
    if not call.table.facts.calls[call.ordinal].frame and call.name != "map":
        return None
    return [loop for loop in call.loops if loop.kind != "retry"] or None


@cache
def _is_quiet(path: str) -> bool:
    parts = path.removesuffix(".py").lower().split("/")
    words = parts[-1].split("_")
    return any(part in QUIET_PATHS for part in parts) or words[0] == "fix" or not ONCE.isdisjoint(words)


def others(repeat: Repeat) -> list[Note]:
    """The remote calls of a turn besides the first."""
    notes = {
        w.steps[0]: Note(w.steps[0].span, f"and {w.hit.what} here{'' if w.sure else ', in some turns'}")
        for w in repeat.work
    }
    return [note for call, note in notes.items() if call != repeat.first]


def trace(index: Index, repeat: Repeat) -> tuple[Note, ...]:
    """The call path from the entry point through the loop to the remote call."""
    notes = list(index.steps(repeat.path))
    work = next((w for w in repeat.work if w.sure), repeat.work[0])
    for step, below in zip(work.steps, work.steps[1:], strict=False):
        notes.append(Note(step.span, f"{step.function.qualname} calls {below.function.qualname} at each turn"))
    last = work.steps[-1]
    notes.append(Note(last.span, f"{last.function.qualname}: {work.hit.what}"))
    return tuple(notes)


# --- the work of one turn ---------------------------------------------------------------------------------------------


def _work(call: Call, wanted: Wanted, frame: int, depth: int, flags: Flags = ()) -> Iterator[Work]:
    """Remote calls that a call runs; ``frame`` is the loop's frame in its function, 0 for the function as a whole.

    ``flags`` are the function's parameters that are known to be constants.
    """
    hit = wanted.remote(call)
    edges = _edges(call, wanted.leading) if hit is None and depth else []
    if (hit is None and not edges) or (hit is not None and not hit.what):
        return
    sure = runs(call, frame, flags)
    if sure is None:
        return
    if hit is not None:
        found = [Work((call,), hit, sure, hit.proven)]
    else:
        found = []
        for edge in edges if not is_started(call, (*BACKGROUND, *FORGETS)) else ():
            proven = len(edges) == 1 and edge.certainty in ("proven", "high")
            proven = proven and not (wanted.shared and is_answered(call.index, edge.target))
            given = flags_of(call.index.project.linker, call, edge.target, flags)
            for work in _of_function(call.index, edge.target, wanted, depth - 1, given):
                found.append(Work((call, *work.steps), work.hit, work.sure and sure, work.proven and proven))
    guard = call.guard if found else None
    if guard is None:
        yield from found
    elif guard.remote:
        yield from (work._replace(proven=work.proven and not wanted.shared) for work in found)


def _of_function(index: Index, function: Value, wanted: Wanted, depth: int, flags: Flags) -> list[Work]:
    """Remote calls that calling a function runs, outside of loops of its own that may have no turn."""
    key = ("turn", wanted.remote, function, depth, flags)
    known: list[Work] | None = index.project.memo.get(key)
    if known is None:
        index.project.memo[key] = []  # a function that calls itself
        calls = [call for call in index.function(function).calls if _own_turn(call)]
        known = [work for call in calls for work in _work(call, wanted, 0, depth, flags)]
        index.project.memo[key] = known
    return known


def _own_turn(call: Call) -> bool:
    """Whether a call in loops of its own runs at least once a turn: constant ones do."""
    return all(loop.kind == "constant" and loop.count for loop in turning(call) or ())


def _edges(call: Call, leading: frozenset[Value]) -> list[Edge]:
    """Calls of functions of the project that a call stands for and waits for, one for each; empty when none leads on.

    Those that lead nowhere are among them: what a call can be besides makes it less sure.
    """
    edges = call.index.project.calls.edges(call.function.value)
    wanted = [e for e in edges if e.call == call.ordinal and e.kind in ("call", "carried") and e.phase == "request"]
    found = {edge.target: edge for edge in wanted}
    return [] if leading.isdisjoint(found) else list(found.values())


def runs(call: Call, frame: int, flags: Flags = ()) -> bool | None:
    """Whether a call runs at every turn (True), in some (False), or only seldom (None): after errors, for new keys."""
    receiver = call.callee.rpartition(".")[0] if type(call.callee) is str else ""
    found = in_frames(call.function, call.frame_ids, frame, receiver, flags)
    return found and not short_circuited(call) if found else found


def in_frames(function: Function, frames: list[int], until: int, receiver: str = "", flags: Flags = ()) -> bool | None:
    """Whether what stands in these frames, innermost first, runs at every turn of the loop ``until``: see `runs`."""
    facts = function.table.facts
    sure = True
    for at in frames:
        if at == until:
            break
        kind, test = facts.frames[at].kind, facts.frames[at].test
        if kind == "except" or (kind in BRANCHES and _is_memo(function, test)):
            return None
        if kind not in BRANCHES:
            continue
        taken = holds(condition(kind, test), flags)
        if taken is False or seldom(function, at, until, receiver):
            return None
        asked = condition(kind, test)
        if not taken and not _is_presence(asked, receiver) and not (until and asks_for_key(function, asked, until)):
            sure = False
    return sure


def asks_for_key(function: Function, test: Expr, loop: int) -> bool:
    """Whether what holds is only that a loop's row leads to another, which most rows of a kind do: ``if order.shop_id:``."""
    rows = function.index.project.loops.targets(function.path, loop)
    parts = [("" if negated else dotted(part) or "") for part, negated in held(test)]
    keys = [name for name in parts if name.endswith("_id") and not name.endswith("_by_id")]
    way = [name for name in parts if any(key.startswith(f"{name}.") for key in keys)]
    return bool(keys) and len(keys) + len(way) == len(parts) and all(key.partition(".")[0] in rows for key in keys)


def only_with_key(work: Work, loop: int) -> bool:
    """Whether the work of a turn is left out for rows that lead to no other one."""
    call = work.steps[0]
    facts = call.table.facts
    around = call.frame_ids[: call.frame_ids.index(loop)] if loop in call.frame_ids else []
    branches = [facts.frames[at] for at in around if facts.frames[at].kind in BRANCHES]
    return any(asks_for_key(call.function, condition(one.kind, one.test), loop) for one in branches)


def _is_presence(test: Expr, receiver: str) -> bool:
    """Whether what holds is only that something is there: a client, a value without which there is nothing to ask for."""
    for part, negated in held(test):
        name = dotted(part) or ""
        is_one = bool(name) and (name == receiver or name.lower().rpartition(".")[2].strip("_").endswith(PRESENT))
        if negated or not is_one:
            return False
    return True


def _is_memo(function: Function, test: Expr) -> bool:
    """Whether a test asks for what earlier turns stored: ``if key not in seen``, ``if found is None`` of a ``.get``."""
    table = function.table
    stores = _stores(function)
    if not stores:
        return False
    for part in _parts(test):
        if type(part) is list and part[:1] == ["cmp"] and part[2] in ("in", "not in") and dotted(part[3]) in stores:
            return True
        name = dotted(part[1]) if type(part) is list and part[:1] == ["cmp"] else dotted(part)
        for place in table.assigns_in.get(function.ordinal, ()) if name else ():
            assign = table.facts.assigns[place]
            if assign.target == name and (_looks_into(function, assign.value) or "?") in stores:
                return True
    return False


def _parts(test: Expr) -> Iterator[Expr]:
    if type(test) is list and test[:1] in (["and"], ["or"], ["not"]):
        for part in test[1:]:
            yield from _parts(part)
    elif test is not None:
        yield test


def _looks_into(function: Function, value: Expr) -> str | None:
    """The container that a value was taken from."""
    if type(value) is list and value[:1] == ["sub"]:
        return dotted(value[1])
    if type(value) is str and value[:1] == "@" and "." not in value:
        callee = function.table.facts.calls[int(value[1:])].callee
        if type(callee) is str and callee.endswith((".get", ".pop")):
            return dotted(callee.rpartition(".")[0])
    return None


def _stores(function: Function) -> frozenset[str]:
    """Containers that the function stores into."""
    found: frozenset[str] = function.index.keep(("stored into", function), lambda: frozenset(_stored(function)))
    return found


def _stored(function: Function) -> Iterator[str]:
    for assign in function.assigns:
        if type(assign.target) is list and assign.target[:1] == ["sub"] and dotted(assign.target[1]):
            yield assign.target[1]
    for call in function.calls:
        if type(call.callee) is str and call.name in ("add", "append", "setdefault", "update"):
            yield call.callee.rpartition(".")[0]
