"""Containers that grow by what requests carry, and that nothing empties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from atomlint import Confidence, call_number, dotted, inside

from .._few import is_endless, is_key_of_few
from .._staff import is_admin
from ._bounds import bounds, fills_itself, position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from atomlint import Index
    from atomlint.index.containers import Container, Use
    from atomlint.index.provenance import Leaf
    from atomlint.index.reach import Path
    from atomlint.index.tables import Table
    from atomlint.index.value import Value

    Expr = Any

WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")
CUSTOMERS = frozenset({"tenant", "org", "organization", "organisation", "workspace", "company", "team", "account"})
CARRIED = frozenset(
    {"client", "code", "cookie", "header", "key", "message", "path", "prompt", "remote", "state", "text", "username"}
)
"""Words of keys for what requests carry that there is no end of, beside those that have none anywhere."""
IDS = ("id", "ids", "user", "users")
"""Words of which alone it is not known what they are of: of rows, such as users, there are as many as people made."""
CODED = frozenset({"area", "country", "currency", "error", "lang", "language", "network", "post", "product", "status"})
"""Words before a code that make it one of a list."""
WHOLE = frozenset({"request.json", "request.form", "request.args", "request.values"})
"""All of what a request brings: which part of it a key is made of is not known."""
FRESH = (
    *("uuid.uuid", "secrets.token", "ulid.", "nanoid.", "shortuuid."),
    *("time.time", "datetime.datetime.now", "datetime.datetime.utcnow"),
)
"""Calls that give another value every time."""
TABLES = re.compile(r"(?:^|_)(?:db|database|table|repo|repository)$", re.IGNORECASE)
"""Names of what stands for a table until there is a database: that it is lost at a restart is the fault, not the growth."""
ASIDE = ("/scripts/", "/examples/", "/migrations/", "/benchmarks/")
"""Parts of paths of what serves nobody."""
ADDRESS = re.compile(r"\bclient\b|remote_addr|REMOTE_ADDR|access_route|peername|\buser\b")
"""Sources that nobody chooses at will: behind a proxy the peer of a connection is that, and users have signed up."""
ROUTED = re.compile(r"\b(?:path|method|url|route|endpoint|scheme|type)\b|scope")
"""In tests of which request it is."""
MAX_PATHS = 12
ADDS = frozenset({"store", "grow"})
"""Kinds of uses that may add an entry; ``ask`` does where asking makes one."""


class Growth(NamedTuple):
    """One place where a container grows by request data."""

    container: Container
    use: Use
    path: Path
    source: str
    """What the key is made of, as the entry point names it."""
    confidence: Confidence
    fresh: bool
    """Whether every call adds an entry."""


def growths(index: Index) -> dict[Value, list[Growth]]:
    """Places of growth by function; every container once, at its surest place."""
    found: dict[Value, list[Growth]] = index.keep("growths", lambda: _growths(index))
    return found


def _growths(index: Index) -> dict[Value, list[Growth]]:
    result: dict[Value, list[Growth]] = {}
    for container in index.containers.all:
        if container.kind not in ("dict", "list", "set") or any(part in f"/{container.path}" for part in ASIDE):
            continue
        uses = index.containers.uses(container)
        adds = ADDS | {"ask"} if fills_itself(index, container.path, container.assign) else ADDS
        added = [use for use in uses if use.kind in adds and use.function in index.project.reach.reached]
        bounded = any(bounds(index, use, uses) for use in uses) if added else True
        if bounded or not index.containers.outlives(container):
            continue
        places = [growth for use in added if (growth := _growth(index, container, use)) is not None]
        if places:
            best = max(places, key=lambda growth: growth.confidence.rank)
            result.setdefault(best.use.function, []).append(best)
    return result


def stands_for_a_table(container: Container) -> bool:
    """Whether a container is a program's data rather than a copy of it, by its name: ``users_db``."""
    return TABLES.search(container.name.rpartition(".")[2]) is not None


def _growth(index: Index, container: Container, use: Use) -> Growth | None:
    if use.key is None or _is_known(index, container, use):
        return None
    name = dotted(use.key)
    if name is not None and is_key_of_few(name.rpartition(".")[2]):
        return None  # whatever it is made of: ``lang`` of a query is one of a few
    table = index.project.linker.table(use.path)
    shrinks = any(other.kind == "shrink" for other in index.containers.uses(container))
    refuses = any(e.kind == "raise" and e.after <= position(index, use) for e in table.exits.get(use.scope, ()))
    if _is_taken(index, container, use) or _is_bounded(index, container, use):
        return None
    # what is refused first leaves few keys, and a list may be the data
    known = refuses or shrinks or container.kind == "list" or _is_found(index, use)
    known = known or _is_in_branch(index, container, use) or _is_after_query(index, use) or _stands_in(index, use)
    filled = _is_filled(index, container) or stands_for_a_table(container)
    best: Growth | None = None
    for path in index.project.reach.paths(use.function)[:MAX_PATHS]:
        if not path.entry.proven or path.confidence == "low" or is_admin(path, index):
            continue
        often = path.entry.kind == "every-request" and not known and not _is_led_to_in_branch(index, path)
        most = Confidence.MEDIUM if often else Confidence.LOW
        for name, confidence, fresh in _sources(index, path, use):
            chosen = fresh or not ADDRESS.search(name)
            level = Confidence.LOW if filled or not chosen else min(confidence, most, key=lambda c: c.rank)
            if best is None or level.rank > best.confidence.rank:
                best = Growth(container, use, path, name, level, fresh)
    return best


def _is_after_query(index: Index, use: Use) -> bool:
    """Whether a database is asked before: mostly whether there is such a row, and of rows there are as many as people made."""
    function = index.function(use.function)
    return any(call.database is not None for call in function.calls if call.ordinal < position(index, use))


def _stands_in(index: Index, use: Use) -> bool:
    """Whether Redis was tried before, and the function left with its answer: what it stores is for when that failed."""
    table, place = index.project.linker.table(use.path), position(index, use)
    exits = (e for e in table.exits.get(use.scope, ()) if e.kind == "return" and e.after <= place)
    left = {at for exit_ in exits for at in table.frames(exit_.frame) if table.facts.frames[at].kind == "try"}
    left.difference_update(table.frames(use.frame))
    calls = index.function(use.function).calls if left else ()
    return any(
        call.ordinal < place and not left.isdisjoint(call.frame_ids) and call.effect is not None for call in calls
    )


def _is_in_branch(index: Index, container: Container, use: Use) -> bool:
    """Whether only some requests come to a use, by a test of something other than what the container has."""
    table = index.project.linker.table(use.path)
    entries = (table.facts.frames[frame] for frame in table.frames(use.frame))
    own = container.name.rpartition(".")[2]
    return any(entry.kind in ("if", "else") and not _asks(table, use.scope, entry.test, own) for entry in entries)


def _is_led_to_in_branch(index: Index, path: Path) -> bool:
    """Whether only some requests take a path, by a test of something other than their route: a sign-in that failed."""
    return any(
        table.facts.frames[frame].kind in ("if", "else") and not _is_of_route(table, table.facts.frames[frame].test)
        for caller, edge in path.steps
        if edge.call >= 0 and edge.kind == "call"
        for table in (index.project.linker.table(caller.place),)
        for frame in table.frames(table.facts.calls[edge.call].frame)
    )


def _is_of_route(table: Table, test: Expr) -> bool:
    """Whether a test asks for the path or the method of a request: ``request.url.path.startswith("/api")``."""
    names = [
        dotted(table.facts.calls[number].callee if (number := call_number(part)) is not None else part) or ""
        for part in inside(test)
        if type(part) is str
    ]
    return any(ROUTED.search(name) for name in names)


def _asks(table: Table, scope: int, expr: Expr, own: str, depth: int = 3) -> bool:
    """Whether an expression is of what a container has: ``key in CACHE``, ``CACHE.get(key)``, a name for that."""
    for part in inside(expr):
        if type(part) is not str:
            continue
        call = call_number(part)
        if call is not None:
            record = table.facts.calls[call]
            below = [record.callee, *record.args]
        elif part.rpartition(".")[2] == own or own in part.split("."):
            return True
        else:
            places = table.assigns_in.get(scope, ())
            below = [table.facts.assigns[at].value for at in places if table.facts.assigns[at].target == part]
        if depth and any(_asks(table, scope, one, own, depth - 1) for one in below):
            return True
    return False


def _is_taken(index: Index, container: Container, use: Use) -> bool:
    """Whether something else was taken by the same key before, which raises where there is none: ``known = SETTINGS[key]``."""
    table = index.project.linker.table(use.path)
    own = {param.name for param in table.facts.scopes[use.scope].params}
    around = table.frames(use.frame)
    values = [
        assign.value
        for assign in (table.facts.assigns[place] for place in table.assigns_in.get(use.scope, ()))
        if assign.after <= position(index, use) and assign.frame in (0, *around)
    ]
    return any(
        type(value) is list
        and value[:1] == ["sub"]
        and value[2] == use.key
        and (dotted(value[1]) or "").partition(".")[0] not in own
        and not str(value[1]).endswith(container.name)
        and not _fills_itself(index, use, str(value[1]))
        for value in values
    )


def _fills_itself(index: Index, use: Use, name: str) -> bool:
    """Whether a mapping has an entry for whatever it is asked for: a ``defaultdict`` or a counter."""
    table = index.project.linker.table(use.path)
    made = [binding.assign.value for binding in table.lookup(use.scope, name) if binding.assign is not None]
    calls = [number for value in made if (number := call_number(value)) is not None]
    return any(str(table.facts.calls[number].callee).endswith(("defaultdict", "Counter")) for number in calls)


def _is_bounded(index: Index, container: Container, use: Use) -> bool:
    """Whether there are only so many keys: the rest of a division, or what something else holds, ``if key in ALLOWED``."""
    if type(use.key) is list and use.key[:2] == ["bin", "%"]:
        return True
    table = index.project.linker.table(use.path)
    entries = [table.facts.frames[frame] for frame in table.frames(use.frame)]
    return any(
        entry.kind == "if"
        and type(entry.test) is list
        and entry.test[:3] == ["cmp", use.key, "in"]
        and not str(entry.test[3]).endswith(container.name)
        for entry in entries
    )


def _is_found(index: Index, use: Use) -> bool:
    """Whether it is stored where something was found by its key: ``if row := find(key): rows[key] = row``."""
    table = index.project.linker.table(use.path)
    frames = table.facts.frames
    tests = [frames[at].test for at in table.frames(use.frame) if frames[at].kind == "if"]
    assigns = (table.facts.assigns[place] for place in table.assigns_in.get(use.scope, ()))
    found = [test for test in tests if type(test) is str and test[:1] == "@"]
    found += [a.value for a in assigns if a.target in tests and type(a.value) is str and a.value[:1] == "@"]
    return any(use.key in table.facts.calls[int(one[1:])].args for one in found if one[1:].isdecimal())


def _is_filled(index: Index, container: Container) -> bool:
    """Whether it is made with entries: its keys may be all that there are, ``SIZES = {"s": None, "m": None}``."""
    value = index.project.linker.table(container.path).facts.assigns[container.assign].value
    return type(value) is list and value[:1] in (["{}"], ["[]"]) and len(value) > 1


def _is_known(index: Index, container: Container, use: Use) -> bool:
    """Whether the key is in the container already: ``if key in cache: cache[key] = ...``."""
    table = index.project.linker.table(use.path)
    for frame in table.frames(use.frame):
        record = table.facts.frames[frame]
        test = record.test
        compares = type(test) is list and test[:1] == ["cmp"] and len(test) == 4
        if compares and str(test[3]).endswith(container.name):
            return (test[2], record.kind) in (("in", "if"), ("not in", "else"))
        if record.kind == "after" and type(test) is list and test[:1] == ["not"] and "not in" in test[1]:
            return str(test[1][3]).endswith(container.name)
    return False


def _sources(index: Index, path: Path, use: Use) -> Iterator[tuple[str, Confidence, bool]]:
    """What a key is made of that has no end: its name, how sure, and whether it is new at every call."""
    asked = {path.entry.function, *(edge.target for _, edge in path.steps if edge.kind == "dependency")}
    leaves = index.provenance.upward(path.steps, use.function, use.key, stop=lambda f, leaf: _is_enum(index, f, leaf))
    if any(leaf.kind == "call" and leaf.name in ("type", "qualname", "getfile") for _, leaf in leaves):
        return
    for function, leaf in leaves:
        if leaf.kind == "call":
            callees = index.project.linker.values.callee(function.place, leaf.call)
            if any(v.kind == "ext" and v.place.startswith(FRESH) for v in callees):
                yield f"{leaf.text}()", Confidence.HIGH, True
        elif leaf.kind == "param" and function in asked:
            level = _of_parameter(index, function, leaf)
            if level is not None:
                yield leaf.text, level, False
        elif leaf.kind == "free" and _is_request(index, function, leaf):
            level = Confidence.LOW if leaf.text in WHOLE else rank(leaf.text)
            if level is not None:
                yield f"{leaf.text}'s content" if leaf.text == "request" else leaf.text, level, False


def _is_request(index: Index, function: Value, leaf: Leaf) -> bool:
    values = index.project.linker.evaluate(function.place, function.scope, leaf.text)
    return any(v.kind == "ext" and v.place.startswith(("flask.request", "flask.g.", "quart.request")) for v in values)


def _of_parameter(index: Index, entry: Value, leaf: Leaf) -> Confidence | None:
    head = leaf.text.partition(".")[0]
    param = index.provenance.param(entry, head)
    if param is None or head in ("self", "cls") or param.kind in ("*", "**") or str(param.annotation) == "bool":
        return None
    if {"setting", "config"} & {word.lower().removesuffix("s") for word in WORDS.findall(head)}:
        return None
    if "." not in leaf.text and head in ("request", "scope", "environ", "response", "call_next"):
        return None
    parent = index.project.linker.table(entry.place).facts.scopes[entry.scope].parent
    if index.project.linker.values.parameters.injected(entry.place, parent, param) and "." not in leaf.text:
        return None
    return rank(leaf.text)


def _is_enum(index: Index, function: Value, leaf: Leaf) -> bool:
    """Whether a parameter takes one of a few values by its annotation."""
    param = index.provenance.param(function, leaf.text) if leaf.kind == "param" else None
    if param is None or param.annotation is None:
        return False
    linker = index.project.linker
    parent = linker.table(function.place).facts.scopes[function.scope].parent
    if type(param.annotation) is list and str(param.annotation[1]).endswith("Literal"):
        return True
    for value in linker.values.parameters.annotation(function.place, parent, param.annotation):
        bases = linker.mro(value.place, value.scope) if value.kind == "inst" else ()
        if any(base.kind == "ext" and base.place.startswith("enum.") for base in bases):
            return True
    return False


def _words(name: str) -> set[str]:
    return {word.lower().removesuffix("s") for word in WORDS.findall(name)}


def rank(name: str) -> Confidence | None:
    """How sure it is, by its name, that there is no end of values: None when there are few; ids are those of rows."""
    words, last = _words(name), _words(name.rpartition(".")[2])
    if is_key_of_few(name.rpartition(".")[2]):
        return None
    if last & CUSTOMERS:
        return Confidence.LOW
    endless = any(is_endless(word) for word in WORDS.findall(name) if word.lower() not in IDS)
    if "code" in last and last & CODED:
        return Confidence.LOW
    return Confidence.HIGH if CARRIED & words or endless else Confidence.LOW
