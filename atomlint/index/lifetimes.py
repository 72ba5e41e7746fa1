"""How long what a call makes is kept: for the process, for an instance, or for one request."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from .expressions import inside
from .reach import Path
from .straight import sometimes
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Assign, Expr
    from .project import Project
    from .tables import Table

REQUEST_SCOPED = frozenset({"g", "request", "req", "websocket", "scope"})
"""Names of what ends with the request: Flask's ``g``, ``request.state``."""
STORES = frozenset({"setdefault", "setattr", "put", "add", "append", "set"})
CONDITIONS = frozenset({"if", "else", "after", "except"})
SINGLETON = "singleton"
MAX_DEPTH = 25
"""Calls between an entry point and what it makes: longer paths do not convince a reader."""


class Life(NamedTuple):
    """Who makes something again and again."""

    paths: tuple[Path, ...]
    """Shortest path from every entry point that makes it anew, shortest first; empty when requests share it."""
    owner: Value | None = None
    """The class whose instances keep it, when every request makes an instance of its own."""
    sites: tuple[tuple[Value, int], ...] = ()
    """Calls that get a fresh one from the function that makes it: the caller and the ordinal in its file."""


class Lifetimes:
    """Finds what requests make anew; every answer is kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self._kept: dict[tuple[str, int], str | None] = {}

    def of(self, path: str, call: int, depth: int = 2) -> Life:
        """Who makes anew what a call makes."""
        table = self.linker.table(path)
        function = Value("def", path, table.enclosing_function(table.facts.calls[call].scope))
        if not function.scope or function not in self.project.reach.reached:
            return Life(())
        keeper = self.keeper(path, call)
        if keeper is None:
            names = {target.rpartition(".")[2] for target in self._stored(table, call)}
            names |= self._told_by(table, function.scope, names)
            paths, sites = self._paths(function, names)
            return Life(tuple(paths), None, tuple(sites))
        owner = table.receiver_class(function.scope, keeper.partition(".")[0]) if "." in keeper else None
        if owner is None or not depth or keeper.partition(".")[0] == "cls" or self._is_class_wide(table, owner, keeper):
            return Life(())
        cls = Value("def", path, owner)
        return Life(tuple(self._instance_paths(cls, depth)), cls)

    # --- what keeps it ---------------------------------------------------------------------------------------------

    def keeper(self, path: str, call: int) -> str | None:
        """What keeps the result of a call so that the call does not run again; None when nothing does."""
        key = (path, call)
        if key not in self._kept:
            self._kept[key] = self._keeper(self.linker.table(path), call)
        return self._kept[key]

    def _keeper(self, table: Table, call: int) -> str | None:
        if self.project.guards.on_error(table.path, call):
            return "except"
        scope = table.enclosing_function(table.facts.calls[call].scope)
        if self._is_singleton(table, scope):
            return SINGLETON
        stored = list(self._stored(table, call))
        conditional = any(table.facts.frames[f].kind in CONDITIONS for f in table.frames(table.facts.calls[call].frame))
        perhaps = sometimes(table, call)  # _kept = _kept or make()
        initialiser = table.facts.scopes[scope].name == "__init__"
        for target in stored:
            own = table.receiver_class(scope, target.partition(".")[0]) is not None
            if conditional and not (initialiser and own and not self._tested(table, call, target)):
                return target
            if self._left_with(table, call, target) or (perhaps and self._is_before(table, call, target)):
                return target
        guard = self.project.guards.of(table.path, call)
        if guard is None or guard.remote or guard.name.partition(".")[0] in REQUEST_SCOPED:
            return self._keeper_around(table, call)
        return guard.name or guard.kind

    def _keeper_around(self, table: Table, call: int) -> str | None:
        """What keeps the result of a call that this one is an argument of: ``cls.made = Service(Client().redis)``."""
        value = f"@{call}"
        for outer in table.calls_in.get(table.facts.calls[call].scope, ()):
            record = table.facts.calls[outer]
            given = (*record.args, *(expr for _, expr in record.keywords))
            if outer == call:
                continue
            if any(type(g) is str and (g == value or g.startswith(f"{value}.")) for g in given):
                return self.keeper(table.path, outer)
            if type(record.callee) is str and record.callee.startswith(f"{value}."):
                return self._keeper_around(table, outer)
        return None

    @staticmethod
    def _is_before(table: Table, call: int, name: str) -> bool:
        """Whether an assignment takes what a name holds before the result of a call: ``_kept = _kept or make()``."""
        return any(
            dotted(assign.target) == name and {name, f"@{call}"}.issubset(map(str, inside(assign.value)))
            for place in table.assigns_in.get(table.facts.calls[call].scope, ())
            for assign in (table.facts.assigns[place],)
        )

    @staticmethod
    def _left_with(table: Table, call: int, name: str) -> bool:
        """Whether the function leaves before a call with what a name holds, below a test of that name."""
        return any(
            exit_.kind == "return"
            and exit_.after <= call
            and exit_.value == name
            and any(
                table.facts.frames[frame].kind == "if" and name in inside(table.facts.frames[frame].test)
                for frame in table.frames(exit_.frame)
            )
            for exit_ in table.exits.get(table.facts.calls[call].scope, ())
        )

    @staticmethod
    def _tested(table: Table, call: int, name: str) -> bool:
        """Whether a condition around a call mentions a name or attribute, also through ``getattr`` and ``hasattr``."""
        for frame in table.frames(table.facts.calls[call].frame):
            if table.facts.frames[frame].kind not in CONDITIONS:
                continue
            for part in inside(table.facts.frames[frame].test):
                if type(part) is not str:
                    continue
                if part == name or part.endswith(f".{name}"):
                    return True
                if part[:1] == "@" and part[1:].isdigit():
                    called = table.facts.calls[int(part[1:])]
                    if any(text_of(arg) == name.rpartition(".")[2] for arg in called.args[1:2]):
                        return True
                    if (dotted(called.callee) or "").endswith(f".{name}"):
                        return True
        return False

    def _is_singleton(self, table: Table, scope: int) -> bool:
        """Whether a method belongs to a class that is made once, by its decorator or metaclass."""
        owner = table.facts.scopes[table.facts.scopes[scope].parent] if scope else None
        if owner is None or owner.kind != "class":
            return False
        marks = [*owner.decorators, *(value for _, value in owner.keywords), *owner.bases]
        return any(SINGLETON in (dotted(mark) or "").lower() for mark in marks)

    def _is_class_wide(self, table: Table, owner: int, keeper: str) -> bool:
        """Whether an attribute is one of the class: set on it by name, or through ``cls``."""
        head, _, name = keeper.partition(".")
        return head == table.facts.scopes[owner].name or any(
            dotted(assign.target) in (f"cls.{name}", f"{table.facts.scopes[owner].name}.{name}")
            for assign in table.attributes.get((owner, name), ())
        )

    def _stored(self, table: Table, call: int) -> Iterator[str]:
        """Places that outlive the function and that the result of a call is put into there."""
        scope = table.facts.calls[call].scope
        assigns = [table.facts.assigns[place] for place in table.assigns_in.get(scope, ())]
        names = {f"@{call}"}
        for _ in range(2):
            names |= {
                target
                for a in assigns
                if a.after > call and self._holds(a, names) and (target := dotted(a.target)) and "." not in target
            }
        for assign in assigns:
            if assign.after > call and self._holds(assign, names):
                target = self._target(table, scope, assign.target)
                if target is not None:
                    yield target
        for ordinal in table.calls_in.get(scope, ()):
            record = table.facts.calls[ordinal]
            callee = dotted(record.callee) or ""
            if ordinal > call and callee.rpartition(".")[2] in STORES and names.intersection(map(str, record.args)):
                owner = dotted(record.args[0]) if callee == "setattr" else callee.rpartition(".")[0]
                target = self._target(table, scope, ["sub", owner, "?"]) if owner else None
                if target is not None:
                    yield target

    @staticmethod
    def _holds(assign: Assign, names: set[str]) -> bool:
        """Whether what is assigned is the result, perhaps inside of a tuple, a dict or an alternative."""
        value = assign.value
        if type(value) is list and value[:1] in (["[]"], ["{}"], ["or"], ["if"]):
            return any(type(part) is str and part in names for part in value[1:])
        return assign.kind in ("=", ":") and type(value) is str and value in names

    def _target(self, table: Table, scope: int, target: Expr) -> str | None:
        """The name of a place that outlives the function: an attribute, a global, an item of such; None for locals."""
        item = type(target) is list and target[:1] == ["sub"]
        name = dotted(target[1] if item else target)
        if name is None:
            return None
        head = name.partition(".")[0]
        if head in REQUEST_SCOPED or REQUEST_SCOPED.intersection(name.split(".")[1:-1]):
            return None
        if "." in name:
            return name
        owner = table.owner(scope, head)
        if owner == scope and (not item or any(b.scope == scope for b in table.lookup(scope, head))):
            return None
        return name

    # --- who makes it ----------------------------------------------------------------------------------------------

    def _paths(self, function: Value, names: set[str]) -> tuple[list[Path], list[tuple[Value, int]]]:
        """Shortest paths from entry points on which nothing keeps the result, and the direct calls of the function.

        ``names`` are places that the function stores into: callers that look there first do not call it each time.
        """
        reach = self.project.reach
        found: list[Path] = []
        sites: list[tuple[Value, int]] = []
        seen = {function}
        queue: deque[Path] = deque([Path(None, ())])  # type: ignore[arg-type]
        heads: deque[Value] = deque([function])
        while queue:
            at, steps = heads.popleft(), queue.popleft().steps
            found += [Path(entry, steps) for entry in reach.entries.get(at, ())]
            if len(steps) >= MAX_DEPTH or self._is_cached(at):
                continue
            for caller, edge in reach.callers.get(at, ()):
                if edge.call >= 0 and edge.kind != "dependency" and self.keeper(caller.place, edge.call) is not None:
                    continue
                if at == function and edge.call >= 0:
                    if any(self._tested(self.linker.table(caller.place), edge.call, name) for name in names):
                        continue
                    sites.append((caller, edge.call))
                if caller not in seen:
                    seen.add(caller)
                    heads.append(caller)
                    queue.append(Path(None, ((caller, edge), *steps)))  # type: ignore[arg-type]
        return found, sorted(set(sites))

    def _told_by(self, table: Table, scope: int, names: set[str]) -> set[str]:
        """Names by which a caller can see that a method has run: flags that it raises, and what its class says of these.

        ``if not client.is_connected: client.connect()``.
        """
        facts = table.facts
        owner = facts.scopes[scope].parent
        if facts.scopes[owner].kind != "class":
            return set()
        own = (facts.assigns[place] for place in table.assigns_in.get(scope, ()))
        kept = names | {(dotted(a.target) or "").rpartition(".")[2] for a in own if a.value == "#True"}
        says = {
            record.name
            for number, record in enumerate(facts.scopes)
            if record.parent == owner and number != scope
            for exit_ in table.exits.get(number, ())
            if exit_.kind == "return"
            and any(type(part) is str and part.partition(".")[2] in kept for part in inside(exit_.value))
        }
        return kept | says

    def _is_cached(self, function: Value) -> bool:
        """Whether a decorator keeps what a function returns in this process."""
        table = self.linker.table(function.place)
        guard = self.project.guards.decorator(table, function.scope)
        return (guard is not None and not guard.remote) or self._is_singleton(table, function.scope)

    def _instance_paths(self, cls: Value, depth: int) -> list[Path]:
        """Paths on which requests make an instance of a class for themselves."""
        name = self.linker.table(cls.place).facts.scopes[cls.scope].name
        found: list[Path] = []
        for path, call in self.linker.call_sites(name):
            if cls not in self.linker.values.callee(path, call):
                continue
            table = self.linker.table(path)
            scope = table.enclosing_function(table.facts.calls[call].scope)
            stored = list(self._stored(table, call))
            if not scope or table.facts.scopes[table.facts.calls[call].scope].kind == "class":
                continue
            own = [t for t in stored if table.receiver_class(scope, t.partition(".")[0]) is not None]
            if own:
                owner = table.receiver_class(scope, own[0].partition(".")[0])
                found += self._instance_paths(Value("def", path, owner or 0), depth - 1) if depth > 1 else []
                continue
            if stored:
                continue
            found += self.of(path, call, depth - 1).paths
        return found
