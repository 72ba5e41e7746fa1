"""Reads of the same tenant within one request."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import Path, dotted

from .._branches import is_not_given
from ._models import tenant_models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index
    from atomlint.index.calls import Edge
    from atomlint.index.effects import Lookup
    from atomlint.index.value import Value

MAX_DEPTH = 7
MAX_VISITS = 300


class Read(NamedTuple):
    """One read of a tenant in the requests of one entry point."""

    lookup: Lookup
    function: Value
    steps: tuple[tuple[Value, Edge], ...]
    """From the entry point's function down."""
    key: str
    """The column."""
    origin: tuple[str, str]
    """Where the value comes from: the same for the same value."""
    conditional: bool

    @property
    def entry(self) -> Value:
        """The function that the request enters at."""
        return self.steps[0][0] if self.steps else self.function


class Repeat(NamedTuple):
    """A read that another one of the same requests makes needless."""

    first: Read
    later: Read
    entries: tuple[Value, ...]
    times: int
    """Reads of this row in one request, at most."""
    varies: bool
    """Whether some of the requests read it less often."""
    path: Path
    """From the entry point down to the later read."""


class Requests:
    """Walks what one request calls, dependencies once."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.project = index.project
        self.provenance = index.provenance
        self.lookups: dict[Value, list[Lookup]] = {}
        names = tenant_models(index)
        for function, _, lookup in self.project.reached_lookups if names else ():
            if lookup.model_name in names and self._reads(lookup):
                self.lookups.setdefault(function, []).append(lookup)
        self.leading = self.project.reach.leading(self.lookups)
        """Functions from which a read is reached."""
        declared = (each for each in self.project.dependencies if each.kind == "every-request")
        self._of_all = {each.function for each in declared}
        """Dependencies of all requests, and what they depend on: once for each of them."""

    def _reads(self, lookup: Lookup) -> bool:
        """Whether the read is made whenever the call is, and not for the row to be changed."""
        path, call = lookup.path, lookup.call
        guards = self.project.guards
        if path in self.index.tests or guards.of(path, call) is not None or guards.on_error(path, call):
            return False
        table = self.project.linker.table(path)
        scope = table.facts.calls[call].scope
        around = table.frames(table.facts.calls[call].frame)
        if any(table.facts.frames[f].kind in ("for", "while", "comp") for f in around):
            return False
        near = (table.facts.calls[n].callee for n in table.calls_in.get(scope, ()))
        return not any(str(callee).endswith("with_for_update") for callee in near)

    # --- one request -----------------------------------------------------------------------------------------------

    def reads(self, entry: Value) -> list[Read]:
        """The reads of one request that enters at a function, in the order of the walk, without what applications inject."""
        found: list[Read] = []
        injected = {entry} if entry in self._of_all else set(self._of_all)
        self._visits = 0
        self._walk(entry, (), found, injected, conditional=False)
        if entry in self._of_all:
            self._of_all |= injected
        return found

    def _walk(
        self,
        at: Value,
        steps: tuple[tuple[Value, Edge], ...],
        found: list[Read],
        injected: set[Value],
        *,
        conditional: bool,
    ) -> None:
        self._visits += 1
        if self._visits > MAX_VISITS or at not in self.leading:
            return
        edges = [e for e in self.project.calls.edges(at) if e.phase == "request" and e.target in self.leading]
        todo: list[tuple[int, Edge | None, Lookup | None]] = [
            *((-1 if edge.kind == "dependency" else edge.call, edge, None) for edge in edges),
            *((lookup.call, None, lookup) for lookup in self.lookups.get(at, ())),
        ]
        for _, edge, lookup in sorted(todo, key=lambda item: item[0]):
            if edge is not None:
                self._follow(at, edge, steps, found, injected, conditional=conditional)
            elif lookup is not None:
                maybe = conditional or self._branches(at, lookup.call, steps)
                found += [read._replace(conditional=maybe) for read in self._read(lookup, at, steps)]

    def _follow(
        self,
        at: Value,
        edge: Edge,
        steps: tuple[tuple[Value, Edge], ...],
        found: list[Read],
        injected: set[Value],
        *,
        conditional: bool,
    ) -> None:
        if len(steps) >= MAX_DEPTH or edge.target == at or any(caller == edge.target for caller, _ in steps):
            return
        if self._is_cached(at, edge):
            return
        if edge.kind == "dependency":
            if edge.target in injected:
                return
            injected.add(edge.target)
        maybe = conditional or (edge.call >= 0 and edge.kind == "call" and self._branches(at, edge.call, steps))
        self._walk(edge.target, (*steps, (at, edge)), found, injected, conditional=maybe)

    def _is_cached(self, caller: Value, edge: Edge) -> bool:
        """Whether a call is not made every time, or its target keeps what it gives."""
        guards = self.project.guards
        if edge.call >= 0 and edge.kind == "call" and guards.of(caller.place, edge.call) is not None:
            return True
        return guards.decorator(self.project.linker.table(edge.target.place), edge.target.scope) is not None

    def _branches(self, function: Value, call: int, steps: tuple[tuple[Value, Edge], ...]) -> bool:
        """Whether a call stands in a branch; what follows an early refusal, or makes up for what nobody gives, does not."""
        table = self.project.linker.table(function.place)
        for frame in table.frames(table.facts.calls[call].frame):
            kind, test = table.facts.frames[frame].kind, table.facts.frames[frame].test
            if kind == "if" and steps and is_not_given(self.index, function, steps[-1], test):
                continue
            if kind in ("if", "else", "except", "for", "while", "comp"):
                return True
        return False

    def _read(self, lookup: Lookup, at: Value, steps: tuple[tuple[Value, Edge], ...]) -> Iterator[Read]:
        filters = self.provenance.filters(lookup)
        for column, expr in filters.items() if len(filters) == 1 else ():
            origin = self.origin(at, steps, expr)
            if origin is not None:
                yield Read(lookup, at, steps, column, origin, conditional=False)

    def is_guarded(self, read: Read) -> bool:
        """Whether anything stands in front of a middleware's read: it may leave some routes alone."""
        sites = [(caller, edge.call) for caller, edge in read.steps if edge.call >= 0]
        for function, call in [*sites, (read.function, read.lookup.call)]:
            table = self.project.linker.table(function.place)
            frames = table.frames(table.facts.calls[call].frame)
            if any(table.facts.frames[f].kind in ("if", "else", "after", "except") for f in frames):
                return True
        return False

    # --- values ----------------------------------------------------------------------------------------------------

    def origin(self, at: Value, steps: tuple[tuple[Value, Edge], ...], expr: object) -> tuple[str, str] | None:
        """What a value is, the same wherever the same value is read; None when that is not known."""
        name, depth, function = expr, len(steps), at
        for _ in range(40):
            plain = dotted(name)
            if plain is None:
                return self._of_call(function, steps[:depth], name)
            head, dot, rest = plain.partition(".")
            table = self.project.linker.table(function.place)
            owner, bindings = table.find(function.scope, head)
            if owner != function.scope or len(bindings) != 1:
                return None
            binding = bindings[0]
            if binding.assign is not None:
                value = binding.assign.value
                if binding.assign.kind != "=" or value is None or (rest and dotted(value) is None):
                    return None
                name = f"{value}{dot}{rest}"
                continue
            if binding.param is None:
                return None
            if depth > 0:
                caller, edge = steps[depth - 1]
                given = self.provenance.given(caller, edge, head)
                if given is not None and (not dot or dotted(given) is not None):
                    name, depth, function = f"{given}{dot}{rest}", depth - 1, caller
                    continue
                if edge.kind != "dependency":
                    return None
            return self._of_parameter(function, head, rest)
        return None

    def _of_parameter(self, function: Value, head: str, rest: str) -> tuple[str, str] | None:
        """A parameter of a handler or a dependency: what is injected, the request, or a path or query parameter."""
        param = self.provenance.param(function, head)
        if param is None or head in ("self", "cls"):
            return None
        table = self.project.linker.table(function.place)
        parent = table.facts.scopes[function.scope].parent
        parameters = self.project.linker.values.parameters
        injected = parameters.injected(function.place, parent, param)
        if injected:
            (value, *others) = sorted(injected)
            return None if others else (place_of(value), rest)
        types = parameters.annotation(function.place, parent, param.annotation)
        if any(t.kind == "ext" and t.place.endswith("Request()") for t in types) or head == "request":
            return ("request", rest) if rest else None
        return None if rest else ("parameter", head)

    def _of_call(self, function: Value, steps: tuple[tuple[Value, Edge], ...], expr: object) -> tuple[str, str] | None:
        """``request.headers.get("x-tenant")``, ``request.path_params["slug"]``."""
        table = self.project.linker.table(function.place)
        if type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            call = table.facts.calls[int(expr[1:])]
            above = call.callee.rpartition(".")[0] if type(call.callee) is str else ""
            if call.callee in ("str", "int", "UUID") and len(call.args) == 1:
                return self.origin(function, steps, call.args[0])
            if str(call.callee).endswith(".get") and call.args and str(call.args[0])[:1] == "'" and dotted(above):
                base = self.origin(function, steps, above)
                return (base[0], f"{base[1]}[{call.args[0][1:].lower()}]") if base is not None else None
        if type(expr) is list and expr[:1] == ["sub"] and str(expr[2])[:1] == "'":
            base = self.origin(function, steps, expr[1])
            return (base[0], f"{base[1]}[{expr[2][1:].lower()}]") if base is not None else None
        return None


def repeats(index: Index) -> dict[Value, list[Repeat]]:
    """Needless reads by the function that holds the later one."""
    found: dict[Value, list[Repeat]] = index.keep("tenant-repeats", lambda: _repeats(index))
    return found


def _repeats(index: Index) -> dict[Value, list[Repeat]]:
    requests = Requests(index)
    reach = index.project.reach
    pairs: dict[tuple[str, int], list[tuple[Read, Read, Value, int]]] = {}
    always: list[Read] = []
    entries = {f: found for f, found in reach.entries.items() if f in requests.leading and f.place not in index.tests}
    for function, found in entries.items():
        if any(entry.kind == "every-request" for entry in found):
            always += [read._replace(conditional=requests.is_guarded(read)) for read in requests.reads(function)]
    for function, found in entries.items():
        reads = [read for read in always if read.entry != function]
        if any(entry.kind == "every-request" for entry in found):
            reads = [read for read in always if read.entry <= function]
        else:
            reads += requests.reads(function)
        for group in [*_same(reads), *_of_rows(reads)]:
            times = most(index, group)
            for at, later in enumerate(group):
                first = next((read for read in reversed(group[:at]) if not is_apart(index, read, later)), None)
                if first is not None and is_needless(index, first, later):
                    place = (later.lookup.path, later.lookup.call)
                    pairs.setdefault(place, []).append((first, later, function, times))
    result: dict[Value, list[Repeat]] = {}
    for group_pairs in pairs.values():
        group_pairs.sort(key=lambda pair: (pair[0].conditional or pair[1].conditional, pair[2]))
        first, later, _, _ = group_pairs[0]
        functions = tuple(dict.fromkeys(pair[2] for pair in group_pairs))
        counts = {pair[3] for pair in group_pairs}
        path = Path(reach.entries[later.entry][0], later.steps)
        repeat = Repeat(first, later, functions, max(counts), len(counts) > 1, path)
        result.setdefault(later.function, []).append(repeat)
    return result


def _same(reads: list[Read]) -> Iterator[list[Read]]:
    """Reads of one column by one value."""
    groups: dict[tuple[str, str, tuple[str, str]], list[Read]] = {}
    for read in reads:
        groups.setdefault((read.lookup.model_name, read.key, read.origin), []).append(read)
    yield from groups.values()


def _of_rows(reads: list[Read]) -> Iterator[list[Read]]:
    """Reads by what a row has that a dependency read: ``Tenant.id == tenant.id``."""
    for later in reads:
        injected, attribute = later.origin
        if attribute != later.key:
            continue
        for first in reads:
            within = (first.function, *(caller for caller, _ in first.steps))
            same = first.lookup.model_name == later.lookup.model_name and first.lookup.call != later.lookup.call
            if same and any(place_of(function) == injected for function in within):
                yield [first, later]
                break


def place_of(function: Value) -> str:
    """A function as origins name it."""
    return f"{function.place}:{function.scope}"


def is_needless(index: Index, first: Read, later: Read) -> bool:
    """Whether the second read gives what the first has given: both may run, and nothing was written between them."""
    table = index.project.linker.table(later.lookup.path)
    if index.project.held_rows.is_by_key(later.lookup.path, later.lookup.call):
        return False  # the session's identity map answers while the first row is held
    if first.function == later.function and first.steps == later.steps:
        if first.lookup.call == later.lookup.call:
            return False
        between = range(first.lookup.call + 1, later.lookup.call)
        names = {str(table.facts.calls[n].callee).rpartition(".")[2] for n in between}
        if names & {"commit", "refresh", "flush", "rollback", "expire", "expire_all"}:
            return False
    return not _writes(index, later) and not _writes(index, first)


def _writes(index: Index, read: Read) -> bool:
    written = index.writers.in_file(read.function.place)
    return any(write.function == read.function and write.model == read.lookup.model for write in written)


def most(index: Index, group: list[Read]) -> int:
    """How many reads of a group one request makes at most."""
    best = 0
    for start in range(len(group)):
        together: list[Read] = []
        for read in group[start:]:
            if not any(is_apart(index, read, other) for other in together):
                together.append(read)
        best = max(best, len(together))
    return best


def is_apart(index: Index, first: Read, later: Read) -> bool:
    """Whether one request makes at most one of two reads: where their ways part, one call excludes the other."""
    for (function, call), (other, another) in zip(_way(first), _way(later), strict=False):
        if function != other:
            return False
        if call != another:
            return min(call, another) >= 0 and _excluded(index, function.place, call, another)
    return False


def _way(read: Read) -> list[tuple[Value, int]]:
    """The calls from the entry point down to a read."""
    return [*((caller, edge.call) for caller, edge in read.steps), (read.function, read.lookup.call)]


def _excluded(index: Index, path: str, first: int, later: int) -> bool:
    """Whether one run of a function takes at most one of two calls."""
    table = index.project.linker.table(path)
    if first > later:
        first, later = later, first
    if index.project.guards.exclusive(path, first, later):
        return True
    frames = table.facts.frames
    one = table.frames(table.facts.calls[first].frame)
    two = table.frames(table.facts.calls[later].frame)
    own = [f for f in one if f not in two]
    others = [f for f in two if f not in one]
    if any(frames[f].kind in ("if", "else") for f in own):
        leaves = any(e.frame in own and first < e.after for e in table.facts.exits)
        tests = {str(frames[f].test) for f in own if frames[f].kind in ("if", "else")}
        return leaves or any(frames[f].kind in ("else", "if") and str(frames[f].test) in tests for f in others)
    return any(frames[f].kind == "except" for f in others)
