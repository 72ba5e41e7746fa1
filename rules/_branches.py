"""Branches on the way to a read that a request may not take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from atomlint import availability, call_number, condition, dotted, inside, text_of

from ._turns import held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from atomlint import Index
    from atomlint.facts.records import Exit
    from atomlint.index.calls import Edge
    from atomlint.index.reach import Path
    from atomlint.index.requestwork import RequestWork, Use
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    Expr = Any

USUAL = ("authenticated", "active", "id", "pk", "anonymous", "enabled")
"""How attributes end that most of those have who ask."""
CALLERS = re.compile(
    r"(?:^|_)(?:user|token|payload|claims|credentials?|auth|jwt|bearer|principal|identity|api_?key)$", re.IGNORECASE
)
"""Names of what tells who asks: most requests have it."""
ACTIONS = (".action", ".action_name")
"""How names end of what tells which of its actions a view of Django REST framework runs."""
BRANCHES = frozenset({"if", "else", "after"})
ENDS = frozenset({"if", "else", "after", "except"})
"""Kinds of frames that some requests run."""
ROUTED = re.compile(
    r"path|method|url|host|scheme|endpoint|blueprint|route|\btype\b|exempt|public|skip|allow|status_code", re.IGNORECASE
)
"""In names of what a test about the route of a request, or its response, asks."""
ERROR = re.compile(r"^#[45]\d\d$|HTTP_[45]\d\d|FORBIDDEN|UNAUTHORIZED|NOT_FOUND|BAD_REQUEST")
SETTINGS = frozenset({"settings", "config", "conf", "cfg"})
STATES = frozenset({"session", "cookies"})
"""Where a request finds what an earlier one left."""


def may_be_skipped(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a request on the shown path may not come to a read.

    What does not count: tests of whether something is there (a client, or what the read goes by), refusals, and an
    argument that nothing on the path gives: ``if tenant is None: tenant = ...``.
    """
    return any(
        _is_in_branch(index, function, call, edge) or any(True for _ in _answers(index, function, call))
        for function, call, edge in sites_of(work, use)
    )


def leaves_before(index: Index, path: Path, use: Use) -> bool:
    """Whether a path gives an argument by which a function on it returns before the read: it never comes there."""
    steps = list(path.steps)
    calls = [(depth, function, edge.call) for depth, (function, edge) in enumerate(steps) if edge.call >= 0]
    calls += [(len(steps), use.chain[0].function, use.chain[0].call)]
    return any(
        _holds(index, steps[:depth], function, test)
        for depth, function, call in calls
        for test in _answers(index, function, call)
    )


def _holds(index: Index, steps: list[tuple[Value, Edge]], function: Value, test: Expr) -> bool:
    """Whether ``x is CONSTANT`` is true for what the calls of a path give for ``x``."""
    if type(test) is not list or test[:1] != ["cmp"] or len(test) != 4 or test[2] not in ("is", "=="):
        return False
    wanted = index.provenance.leaves(function.place, function.scope, test[3], direct=True)
    given = index.provenance.upward(steps, function, test[1])
    found = {(leaf.kind, leaf.text) for _, leaf in given if leaf.kind != "call"}
    return bool(found) and found == {(leaf.kind, leaf.text) for leaf in wanted}


def waits_for_state(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether the function leaves before a read for what only some requests of a visitor find.

    A flag that the session or a cookie does not hold, ``if not request.session.get("pending"): return``, or two values
    that agree already, ``if kept == sent: return``; or a branch for what is marked, ``if user and user.change_password``.
    """
    for function, table, frame in frames_of(index, work, use):
        entry = table.facts.frames[frame]
        if entry.kind == "if" and _is_of_some(entry.test):
            return True
        if entry.kind != "after" or type(entry.test) is not list or entry.test[:1] != ["not"]:
            continue
        test = entry.test[1]
        if _is_state(table, test) and _returns(table, function.scope, frame, test):
            return True
    return False


def leaves_for_others(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether functions on the way return before for another reason than the route, or that something is not there."""
    return any(
        not _asks_for_route(table, test) and not _refuses(table, function.scope, test)
        for function, call, _ in sites_of(work, use)
        for table in (index.table(function.place),)
        for test in _answers(index, function, call)
    )


def _refuses(table: Table, scope: int, test: Expr) -> bool:
    """Whether what is returned where a test holds is an error, which few requests get: ``return jsonify(...), 403``."""
    frames = table.facts.frames
    exits = [
        exit_
        for exit_ in table.exits.get(scope, ())
        if any(frames[at].kind == "if" and frames[at].test == test for at in table.frames(exit_.frame))
    ]
    return bool(exits) and all(is_error(table, exit_.value) for exit_ in exits)


def is_error(table: Table, value: Expr) -> bool:
    """Whether what is returned is an error, by its status."""
    number = call_number(value)
    given = dict(table.facts.calls[number].keywords) if number is not None else {}
    parts = [*(value[-1:] if type(value) is list else ()), given.get("status_code"), given.get("status")]
    return any(type(part) is str and ERROR.search(part) is not None for part in parts)


def _asks_for_route(table: Table, test: Expr) -> bool:
    """Whether a test is about the route or the kind of a request: ``path in EXEMPT``, ``is_public(request.url.path)``."""
    names = [dotted(part) or text_of(part) or "" for part in inside(test)]  # scope["type"] != "http"
    calls = (table.facts.calls[number] for part in inside(test) if (number := call_number(part)) is not None)
    for call in calls:
        names += [dotted(part) or "" for expr in (call.callee, *call.args) for part in inside(expr)]
    return any(ROUTED.search(name) for name in names)


def waits_for_few(index: Index, sites: Iterable[tuple[Value, int]]) -> bool:
    """Whether a function leaves before a call unless the request has what only a few routes put there, or what comes later.

    ``if not getattr(g, "signed_in", None): return``, where the route that signs somebody in sets it.
    """
    for function, call in sites:
        table = index.table(function.place)
        for frame in table.frames(table.facts.calls[call].frame):
            entry = table.facts.frames[frame]
            if entry.kind not in ("after", "if") or entry.test is None:
                continue
            name = _there(entry.test)
            held = index.project.held_seldom
            if name is not None and (
                held.is_put_by_few(function, name, call, frame) or held.is_put_later(function, name, call, frame)
            ):
                return True
    return False


def asks_who(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a branch on the way is for what most who ask have: ``if user.is_authenticated``, ``if payload is not None``."""
    for _function, table, frame in frames_of(index, work, use):
        entry = table.facts.frames[frame]
        if entry.kind not in ("if", "else", "after"):
            continue
        if any((dotted(part) or "").endswith(USUAL) for part in inside(entry.test)):
            return True
        name = _there(entry.test)
        if name is not None and CALLERS.search(name.rpartition(".")[2]):
            return True
    return False


def _there(test: Expr) -> str | None:
    """The name that a test finds there: ``x``, ``x is not None``, ``x and x.id``."""
    if type(test) is list and test[:1] == ["not"]:
        return absent(test[1])
    if type(test) is list and test[:1] == ["and"]:
        return _there(test[1])
    if type(test) is list and test[:1] == ["cmp"] and test[2:] == ["is not", "#None"]:
        return dotted(test[1])
    return dotted(test)


def is_refusal(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether the branch of a command ends in an error, whatever comes of it: ``if not user: count_failure(); raise``."""
    for function, call, _ in sites_of(work, use):
        table = index.project.linker.table(function.place)
        exits = table.exits.get(function.scope, ())
        around = table.frames(table.facts.calls[call].frame)
        answered = {frame for exit_ in exits if exit_.kind == "return" for frame in table.frames(exit_.frame)}
        raised = {exit_.frame for exit_ in exits if exit_.kind == "raise"} - answered
        refused = {exit_.frame for exit_ in exits if exit_.after > call and _answers_error(index, function, exit_)}
        for at in around:
            kind = table.facts.frames[at].kind
            if kind in ENDS and (at in raised or (kind in ("if", "else") and at in refused)):
                return True
    return False


def _answers_error(index: Index, function: Value, exit_: Exit) -> bool:
    """Whether what a function returns is an error, or made by a function of the project that makes nothing else."""
    if exit_.kind != "return":
        return False
    if is_error(index.table(function.place), exit_.value):
        return True
    number = call_number(exit_.value)
    targets = index.call(function.place, number).targets if number is not None else ()
    inner = targets[0] if len(targets) == 1 and targets[0].kind == "def" else None
    made = index.table(inner.place).exits.get(inner.scope, ()) if inner is not None else ()
    return inner is not None and bool(made) and all(is_error(index.table(inner.place), one.value) for one in made)


def asks_a_cache_first(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a function on the way leaves with what something named a cache gave, though nobody knows what that is.

    ``if (known := await self.cache.get(key)): return known`` before the read.
    """
    for function, table, frame in frames_of(index, work, use):
        entry = table.facts.frames[frame]
        if entry.kind not in ("after", "if", "else"):
            continue
        for name in (dotted(part) for part in inside(entry.test)):
            if name is not None and _is_of_cache(table, function.scope, name):
                return True
    return False


def asks_the_context_first(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether a function on the way leaves with what a context variable holds, which middleware sets for most requests."""
    for function, table, frame in frames_of(index, work, use):
        entry = table.facts.frames[frame]
        if entry.kind != "after" or type(entry.test) is not list or entry.test[:1] != ["not"]:
            continue
        name = _there(entry.test[1])
        if name is not None and index.project.held.is_of_context(table, function.scope, name):
            return True
    return False


def _is_of_cache(table: Table, scope: int, name: str) -> bool:
    """Whether a variable was assigned what a call of something named a cache gave."""
    for place in table.assigns_in.get(scope, ()):
        assign = table.facts.assigns[place]
        if assign.target == name and type(assign.value) is str and assign.value[:1] == "@" and "." not in assign.value:
            callee = dotted(table.facts.calls[int(assign.value[1:])].callee) or ""
            if "cache" in callee.lower():
                return True
    return False


def _is_of_some(test: Expr) -> bool:
    """Whether a test is that something is there and that it is marked: not that somebody is logged in, or belongs somewhere."""
    if type(test) is not list or test[:1] != ["and"]:
        return False
    names = [name for name in map(dotted, test[1:]) if name is not None]
    marks = (name.rpartition(".") for name in names)
    return any(owner in names and not last.endswith(USUAL) for owner, _, last in marks if owner)


def _is_state(table: Table, test: Expr) -> bool:
    """Whether a test is true when a flag is missing, or when two values that the program has are equal."""
    if type(test) is list and test[:1] == ["and"]:
        return any(_is_state(table, part) for part in test[1:])
    if type(test) is list and test[:1] == ["cmp"] and test[2] == "==":
        sides = (test[1], test[3])
        return all(dotted(side) is not None and not _is_of_route(side) and not _is_set(side) for side in sides)
    if (
        type(test) is list
        and test[:1] == ["not"]
        and type(test[1]) is str
        and test[1][:1] == "@"
        and "." not in test[1]
    ):
        record = table.facts.calls[int(test[1][1:])]
        receiver = (dotted(record.callee) or "").rpartition(".")[0].rpartition(".")[2].lower()
        return receiver in STATES and bool(record.args) and text_of(record.args[0]) is not None
    return False


def _is_set(expr: Expr) -> bool:
    """Whether a name is of a setting, by which a service is known that asks: ``key == settings.service_key``."""
    return not SETTINGS.isdisjoint((dotted(expr) or "").lower().split(".")[:-1])


def _is_of_route(expr: Expr) -> bool:
    """Whether a name is the path or the method of a request, or a constant."""
    last = (dotted(expr) or "").rpartition(".")[2]
    return last.isupper() or any(word in last.lower() for word in ("path", "method", "url", "type", "scheme"))


def sites_of(work: RequestWork, use: Use) -> Iterator[tuple[Value, int, tuple[Value, Edge] | None]]:
    """Every call down to the read, with the step that leads to the function it stands in."""
    before: tuple[Value, Edge] | None = None
    for function, edge in work.path.steps:
        if edge.call >= 0 and edge.kind in ("call", "carried"):
            yield function, edge.call, before
        before = (function, edge)
    for step in use.chain:
        yield step.function, step.call, before
        before = None


def frames_of(index: Index, work: RequestWork, use: Use) -> Iterator[tuple[Value, Table, int]]:
    """What stands around the calls down to a read, innermost first: the function, the table of its file, the frame."""
    for function, call, _ in sites_of(work, use):
        table = index.project.linker.table(function.place)
        yield from ((function, table, frame) for frame in table.frames(table.facts.calls[call].frame))


def is_of_one_action(index: Index, work: RequestWork, use: Use) -> bool:
    """Whether what stands around the calls down to a read asks for an action: ``if view.action != "create": return``."""
    frames = frames_of(index, work, use)
    tests = (condition(f.kind, f.test) for _, table, at in frames if (f := table.facts.frames[at]).kind in BRANCHES)
    return any(
        type(part) is list
        and part[:1] == ["cmp"]
        and part[2] in (("!=", "not in") if negated else ("==", "in"))
        and any((dotted(side) or "").endswith(ACTIONS) for side in (part[1], part[3]))
        for test in tests
        for part, negated in held(test)
    )


def _is_in_branch(index: Index, function: Value, call: int, before: tuple[Value, Edge] | None) -> bool:
    guards = index.project.guards
    table = index.project.linker.table(function.place)
    missing: set[int] = set()
    for frame in table.frames(table.facts.calls[call].frame):
        entry = table.facts.frames[frame]
        if entry.kind == "if" and before is not None and is_not_given(index, function, before, entry.test):
            missing.add(frame)
    return guards.conditional(function.place, call, frozenset(missing))


def is_not_given(index: Index, function: Value, before: tuple[Value, Edge], test: Expr) -> bool:
    """Whether a test is ``x is None``, for a parameter with that default that the caller leaves out."""
    name = absent(test)
    param = index.provenance.param(function, name) if name else None
    if param is None or param.default != "#None":
        return False
    return index.provenance.given(*before, param.name) is None


def _answers(index: Index, function: Value, call: int) -> Iterator[Expr]:
    """Tests for which the function has returned before, for another reason than that something is not there."""
    table = index.project.linker.table(function.place)
    for frame in table.frames(table.facts.calls[call].frame):
        entry = table.facts.frames[frame]
        if entry.kind != "after" or type(entry.test) is not list or entry.test[:1] != ["not"]:
            continue
        test = entry.test[1]
        if absent(test) is not None or availability(test) or _is_usually_false(index, function, test):
            continue
        if _returns(table, function.scope, frame, test):
            yield test


def _is_usually_false(index: Index, function: Value, test: Expr) -> bool:
    """Whether a test is a parameter that is false when nobody gives it."""
    param = index.provenance.param(function, dotted(test) or "")
    return param is not None and param.default == "#False"


def absent(test: Expr) -> str | None:
    """The name that a test finds absent: ``not x``, ``x is None``."""
    if type(test) is list and test[:1] == ["not"]:
        return dotted(test[1])
    if type(test) is list and test[:1] == ["cmp"] and test[2:] == ["is", "#None"]:
        return dotted(test[1])
    return None


def _returns(table: Table, scope: int, after: int, test: Expr) -> bool:
    """Whether the branch of a test is left by ``return``, which a frame comes after."""
    for exit_ in table.exits.get(scope, ()):
        if exit_.kind != "return":
            continue
        for frame in table.frames(exit_.frame):
            entry = table.facts.frames[frame]
            if entry.kind in ("if", "else") and table.block(frame) == table.block(after) and entry.test == test:
                return True
    return False
