"""Remote work that one turn of a loop does for sure: queries and Redis commands, a few calls down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from atomlint import dotted

from ._loops import inside

if TYPE_CHECKING:
    from atomlint import Call, Function

    Expr = Any
    Value = Any

DEPTH = 4
"""Calls followed from the loop's body."""
BLOCKING = frozenset(
    [
        "brpop",
        "blpop",
        "bzpopmax",
        "bzpopmin",
        "brpoplpush",
        "blmove",
        "blmpop",
        "bzmpop",
        "get_message",
        "listen",
        "recv",
        "receive",
        "receive_message",
        "receive_messages",
        "poll",
        "accept",
        "join",
        "wait",
        "readline",
        "readuntil",
        "iter_messages",
        "run_pending",
    ]
)
BLOCKING_WITH = frozenset({"timeout", "block", "WaitTimeSeconds", "wait_time_seconds"})
QUIET = frozenset({"commit", "flush", "rollback", "close", "connect", "begin", "expire_all", "ping", "publish"})
"""Operations that find nothing out: a loop is no poll because of them."""
JOINS = frozenset({"wait_for", "gather", "shield", "timeout"})
READS_PAST = frozenset({"try", "with", "finally", "while"})


class Work(NamedTuple):
    """One remote call, with the calls that lead to it from the loop."""

    resource: str
    """``database`` or ``redis``."""
    operation: str
    steps: tuple[Call, ...]
    """The call in the loop first, the remote one last."""


def work_of(call: Call, frame: int) -> list[Work] | None:
    """Remote calls of every turn of a loop; None when something in the loop blocks until there is work."""
    found: list[Work] = []
    for other in call.function.calls:
        between = inside(other, frame)
        if between is None or other == call or f"@{other.ordinal}" in call.args:  # wait_for(stop.wait(), 1)
            continue
        if _blocks(other):
            return None
        if not _certain(other, [frame for frame in between if not _ends_loop(other, frame)]):
            continue
        deeper = _remote(other, (other,), DEPTH, set())
        if deeper is None:
            return None
        found += deeper
    return found


def work_in(function: Function) -> list[Work] | None:
    """Remote calls of every run of a function; None when something in it blocks until there is work."""
    found: list[Work] = []
    for call in function.calls:
        if _blocks(call):
            return None
        if not _certain(call, call.frame_ids):
            continue
        deeper = _remote(call, (call,), DEPTH, set())
        if deeper is None:
            return None
        found += deeper
    return found


def _remote(call: Call, steps: tuple[Call, ...], depth: int, seen: set[Value]) -> list[Work] | None:
    guard = call.guard
    if guard is not None and not guard.remote:
        return []
    database = call.database
    if database is not None:
        return [] if database.operation in QUIET else [Work("database", database.operation, steps)]
    effect = call.effect
    if effect is not None:
        return [] if effect.operation.name in QUIET else [Work("redis", effect.operation.name, steps)]
    least: list[Work] = []
    for kind in ("call", "carried"):  # what is handed on counts where the callee itself asks nothing
        choices = []
        for function in _targets(call, kind, depth):
            inner = set(seen)
            found = _inside(call, function, steps, depth, inner)
            if found is None:
                return None
            choices.append((found, inner))
        if choices and not least:  # of several implementations, one runs
            least, inner = min(choices, key=lambda choice: _weight(choice[0]))
            seen |= inner
    return least


def _inside(call: Call, function: Value, steps: tuple[Call, ...], depth: int, seen: set[Value]) -> list[Work] | None:
    """What a function does for sure; nothing for one that was looked at before."""
    found: list[Work] = []
    if function in seen:
        return found
    seen.add(function)
    for inner in call.index.function(function).calls:
        if not _certain(inner, inner.frame_ids):
            continue
        if _blocks(inner):
            return None
        deeper = _remote(inner, (*steps, inner), depth - 1, seen)
        if deeper is None:
            return None
        found += deeper
    return found


def _weight(found: list[Work]) -> tuple[int, bool]:
    """What sorts implementations: fewest calls first, and a command before a query."""
    return len(found), any(item.resource == "database" for item in found)


def _targets(call: Call, kind: str, depth: int) -> list[Value]:
    """Functions that the call runs and waits for; an abstract method is none where another one implements it."""
    if depth == 0:
        return []
    edges = call.index.project.calls.edges(call.function.value)
    targets = [e.target for e in edges if e.call == call.ordinal and e.kind == kind and e.phase == "request"]
    linker = call.index.project.linker
    concrete = [target for target in targets if not linker.heirs.is_abstract(target)]
    return [
        t
        for t in concrete or targets
        if call.is_awaited or not linker.table(t.place).facts.scopes[t.scope].is_async or _is_joined(call)
    ]


def _is_joined(call: Call) -> bool:
    """Whether a coroutine is handed to something that is awaited; otherwise it runs elsewhere."""
    reference = f"@{call.ordinal}"
    return any(other.is_awaited and other.name in JOINS and reference in other.args for other in call.function.calls)


def _certain(call: Call, frames: list[int]) -> bool:
    """Whether a call runs whenever the block around it does; availability checks do not count."""
    facts = call.table.facts.frames
    for frame in frames:
        kind, test = facts[frame].kind, facts[frame].test
        if kind in READS_PAST or (kind == "for" and test == f"@{call.ordinal}"):
            continue
        if kind in ("if", "after", "else") and _is_presence(test):
            continue
        return False
    return True


def _ends_loop(call: Call, frame: int) -> bool:
    """Whether a frame only says that the loop was not left before: what follows runs at every turn that there is."""
    facts = call.table.facts
    entry = facts.frames[frame]
    if entry.kind != "after":
        return False
    return any(
        other.kind in ("if", "else") and other.parent == entry.parent and ["not", other.test] == entry.test
        for exit_ in call.function.exits
        for other in (facts.frames[number] for number in call.table.frames(exit_.frame))
    )


def _is_presence(test: Expr) -> bool:
    if type(test) is list and test[:1] in (["and"], ["or"], ["not"]):
        return all(_is_presence(part) for part in test[1:])
    if type(test) is list and test[:1] == ["cmp"] and test[-1] == "#None":
        test = test[1]
    name = (dotted(test) or "").lower().rpartition(".")[2].strip("_")
    return name.endswith(
        ("client", "redis", "enabled", "available", "pool", "connection", "conn", "db", "session", "engine")
    )


def _blocks(call: Call) -> bool:
    """Whether a call waits until there is something to do."""
    name = call.name
    if name in BLOCKING:
        return name not in ("join", "poll") or not call.args
    if name in (
        "get",
        "xread",
        "xreadgroup",
        "pop",
        "dequeue",
        "fetch",
        "read",
        "next",
    ) and not BLOCKING_WITH.isdisjoint(call.keywords):
        return True
    if name != "get" or call.args:
        return False
    return call.is_awaited or any("queue" in text.lower() for text in (dotted(call.callee) or "", *call.external))
