"""The setting that turns Redis off, and whether anything asks it on the way to a construction."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import Class, Function, call_number, references

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Call, Index, Span
    from atomlint.index.tables import Table

NAMES = re.compile(
    r"(?:.*_)?(?:SUSPEND|DISABLE|ENABLE|USE|SKIP|NO|HAS)_REDIS(?:_\w+)?|(?:.*_)?REDIS_(?:ENABLED?|DISABLED?|SUSPENDED?|ON|OFF)",
    re.IGNORECASE,
)
"""Names of such a setting."""
MAX_CALLS = 5
CONDITIONS = frozenset({"if", "else", "after", "while"})


def recognised(index: Index) -> dict[str, Span]:
    """Settings with the name of a switch that guard a construction, with the place of that."""
    found: dict[str, Span] = index.keep("redis-switches", lambda: _recognised(index))
    return found


def _recognised(index: Index) -> dict[str, Span]:
    result: dict[str, Span] = {}
    for made in index.project.clients.all():
        call = index.call(made.path, made.call)
        if call.in_test or index.project.catalog.clients[made.type].resource != "redis":
            continue
        if has_alternative(index, call):
            continue  # the setting says which client, not whether there is one
        for name in sorted(guards(index, call)):
            if NAMES.fullmatch(name) or name == "REDIS":
                result.setdefault(name, call.span)
    return result


def has_alternative(index: Index, call: Call) -> bool:
    """Whether its function makes another client for the same place: the way out, or a name, in the other branch."""
    ways: dict[int, set[str]] = index.keep(("outcomes", call.path, call.scope), lambda: outcomes(call))
    makers: dict[str, set[int]] = index.keep(("makers", call.path, call.scope), lambda: _makers(index, call, ways))
    return any(len(makers.get(way, ())) > (call.ordinal in makers.get(way, ())) for way in ways.get(call.ordinal, ()))


def _makers(index: Index, call: Call, ways: dict[int, set[str]]) -> dict[str, set[int]]:
    """The calls of a function that make clients, by where their results go."""
    found: dict[str, set[int]] = {}
    for ordinal in call.table.calls_in.get(call.scope, ()):
        if ordinal in ways and index.project.clients.construction(call.path, ordinal) is not None:
            for way in ways[ordinal]:
                found.setdefault(way, set()).add(ordinal)
    return found


def outcomes(call: Call) -> dict[int, set[str]]:
    """Where the results of a function's calls go at once: the names that they are assigned to, ``return`` for a way out."""
    table, found = call.table, dict[int, set[str]]()
    for place in table.assigns_in.get(call.scope, ()):
        assign = table.facts.assigns[place]
        made = call_number(assign.value)
        if made is not None:
            found.setdefault(made, set()).add(str(assign.target))
    for left in table.exits.get(call.scope, ()):
        made = call_number(left.value) if left.kind == "return" else None
        if made is not None:
            found.setdefault(made, set()).add("return")
    return found


def guards(index: Index, call: Call, depth: int = MAX_CALLS) -> set[str]:
    """Settings that conditions around a call, or around every call of its function, look at."""
    names = {read for frame, test in conditions(call) for read in settings_of(index, call, test)}
    scope = call.function.ordinal
    if names or depth == 0 or not scope:
        return names
    sites = callers(index, call.table, scope)
    found = [guards(index, site, depth - 1) for site in sites]
    return set.intersection(*found) if found and all(found) else set()


def switch_around(index: Index, call: Call, switches: frozenset[str]) -> bool:
    """Whether a switch is asked around a construction or around every call of its function."""
    return _asked(index, call, switches, MAX_CALLS, set())


def _asked(index: Index, call: Call, switches: frozenset[str], depth: int, seen: set[Call]) -> bool:
    if any(not switches.isdisjoint(settings_of(index, call, test)) for _, test in conditions(call)):
        return True
    scope = call.function.ordinal
    if depth == 0 or not scope or call in seen:
        return False
    sites = callers(index, call.table, scope)
    return bool(sites) and all(_asked(index, site, switches, depth - 1, {*seen, call}) for site in sites)


def conditions(call: Call) -> Iterator[tuple[int, object]]:
    """Tests that decide on a call: of the branches around it, and of a conditional expression that it is part of."""
    for number in call.frame_ids:
        frame = call.table.facts.frames[number]
        if frame.kind in CONDITIONS and frame.test is not None:
            yield number, frame.test
    chosen: dict[int, list[object]] = call.index.keep(("chosen", call.path, call.scope), lambda: _chosen(call))
    for test in chosen.get(call.ordinal, ()):
        yield -1, test


def _chosen(call: Call) -> dict[int, list[object]]:
    """Tests of the conditional expressions of a function, by the calls that are parts of them."""
    table, found = call.table, dict[int, list[object]]()
    values = [table.facts.assigns[place].value for place in table.assigns_in.get(call.scope, ())]
    values += [left.value for left in table.exits.get(call.scope, ())]
    for value in values:
        if type(value) is list and value[:1] == ["if"]:
            parts, test = value[2:], value[1]
        elif type(value) is list and value[:1] in (["and"], ["or"]):
            parts, test = value[1:], value
        else:
            continue
        for made in {call_number(part) for part in parts}:
            if made is not None:
                found.setdefault(made, []).append(test)
    return found


def settings_of(index: Index, call: Call, test: object) -> set[str]:
    """Names of the settings that a test looks at, and of flags in it that are spelled like one."""
    found: set[str] = set()
    for path, scope, name in spelled_out(index, call.path, call.scope, test):
        found |= {n for read in index.settings_behind(path, scope, name) for n in read.names}
        if name[:1] == "@" and name[1:].isdigit():  # is_enabled()
            found |= of_function(index, path, int(name[1:]))
        parts = name.split(".") if name[:1] != "@" else []
        if parts[:1] in (["self"], ["cls"]):
            continue  # a flag of one object; what it was made of is among the names
        for spelled in (parts[-1:], parts[-2:]):  # settings.redis_enabled, settings.redis.enabled
            if NAMES.fullmatch("_".join(spelled)):
                found.add("_".join(spelled).upper())
    return found


def spelled_out(index: Index, path: str, scope: int, test: object, depth: int = 4) -> Iterator[tuple[str, int, str]]:
    """Names in a test, and in the comparisons that they stand for: ``self.enabled``, then ``REDIS_ENABLED``, then its read."""
    for name in references(test):
        yield path, scope, name
        if depth and name[:1] != "@":
            for place, at, value in index.origins.behind(path, scope, name):
                yield from spelled_out(index, place, at, value, depth - 1)


def of_function(index: Index, path: str, ordinal: int) -> set[str]:
    """Settings that a function looks at which a test calls."""
    found: set[str] = set()
    for value in index.project.linker.values.callee(path, ordinal):
        if value.kind == "def":
            found |= {
                name for read in index.settings.reads(value.place) if read.scope == value.scope for name in read.names
            }
    return found


def callers(index: Index, table: Table, scope: int) -> list[Call]:
    """Calls of a function, or of its class when it is the initialiser, outside of tests."""
    record = table.facts.scopes[scope]
    parent = table.facts.scopes[record.parent]
    initialiser = parent.kind == "class" and record.name in ("__init__", "__new__")
    view = Class(index, table.path, record.parent) if initialiser else Function(index, table.path, scope)
    sites = index.project.linker.call_sites(parent.name if initialiser else record.name)
    return [
        index.call(path, ordinal)
        for path, ordinal in sites
        if path not in index.tests and view.value in index.project.linker.values.callee(path, ordinal)
    ]


def has_own_switch(call: Call) -> bool:
    """Whether it is only made when the setting that its URL comes from has a value."""
    url = call.argument(0, "url")
    if url is None:
        return False
    index = call.index
    own = {name for read in index.settings_behind(call.path, call.scope, url) for name in read.names}
    tests = [test for _, test in conditions(call)]
    spelled = {url} if type(url) is str else set()
    return any(not own.isdisjoint(settings_of(index, call, test)) or spelled & set(references(test)) for test in tests)
