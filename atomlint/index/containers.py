"""Containers of the process that outlive a request: which there are, what is put into them, and what takes it out again."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

from .provenance import called_on, last_name
from .tables import Table, dotted
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..facts.records import Assign, Expr
    from .project import Project

KINDS = {
    **dict.fromkeys(("dict", "OrderedDict", "defaultdict", "Counter"), "dict"),
    **dict.fromkeys(("list", "deque"), "list"),
    "set": "set",
    **dict.fromkeys(("TTLCache", "TLRUCache", "ExpiringDict"), "ttl"),
    **dict.fromkeys(("LRUCache", "LFUCache", "FIFOCache", "RRCache"), "lru"),
    **dict.fromkeys(("WeakKeyDictionary", "WeakValueDictionary", "WeakSet"), "weak"),
}
"""What calls make, by the last part of their name."""
REMOVES = frozenset(
    {"pop", "popitem", "popleft", "clear", "remove", "discard"} | {"difference_update", "intersection_update", "expire"}
)
ADDS = {"append": 0, "appendleft": 0, "add": 0, "insert": 1, "setdefault": 1, "extend": 0}
"""Methods that put something in, with the place of what they put in."""
READS = frozenset({"get", "items", "keys", "values", "copy", "count", "index", "most_common"})
PLAIN = frozenset(
    {"len", "list", "dict", "sorted", "sum", "any", "all", "str", "repr", "print", "bool", "set", "tuple", "max"}
    | {"min", "enumerate", "iter", "dumps", "isinstance", "id", "frozenset", "next", "reversed", "zip", "map"}
    | {"filter", "info", "debug", "warning", "error", "type"}
)
"""Calls that change nothing of what they are given."""
NO_NAME = frozenset({"", "'", "#", "?", "@"})
"""How what is no name begins."""
PLAIN_BASES = ("abc.", "builtins.", "starlette.middleware", "typing.")
"""Libraries' classes that make nothing of the body of a class."""


class Container(NamedTuple):
    """A dict, list, set or cache object that a name of a module, a class or an instance holds."""

    path: str
    owner: int
    """Scope of the class; 0 for the module's own names."""
    name: str
    kind: str
    """``dict``, ``list``, ``set``, ``ttl``, ``lru`` or ``weak``."""
    assign: int
    """Place of the assignment that makes it in the file's list."""
    is_instance: bool = False
    """Whether each instance has one of its own."""


class Use(NamedTuple):
    """One thing that is done to a container.

    Kinds: ``store`` (``key`` is set to ``value``), ``grow`` (what lies under ``key`` is made and filled), ``remove``,
    ``clear``, ``shrink`` (something is taken out of what lies under ``key``), ``size`` (its length is looked at), ``read``,
    ``ask`` (what lies under ``key`` gets a name), ``escape`` (it is handed on).
    """

    kind: str
    path: str
    scope: int
    """The function around it."""
    call: int
    """Ordinal of the call; -1 for anything else."""
    assign: int
    """Place in the list of assignments; -1 for anything else."""
    key: Expr = None
    value: Expr = None
    frame: int = 0

    @property
    def function(self) -> Value:
        """The function around it, as a value."""
        return Value("def", self.path, self.scope)


class Containers:
    """Finds containers and their uses, in all linked files but the ignored ones."""

    def __init__(self, project: Project, ignored: Iterable[str] = ()) -> None:
        self.project = project
        self.linker = project.linker
        self.ignored = frozenset(ignored)

    @cached_property
    def all(self) -> tuple[Container, ...]:
        """Containers that can outlive a call, in file order: of modules, classes and instances."""
        return tuple(
            container
            for path in self.project.linked
            if path not in self.ignored
            for container in self._in_file(self.linker.table(path))
        )

    @cached_property
    def _named(self) -> dict[str, list[Container]]:
        named: dict[str, list[Container]] = defaultdict(list)
        for container in self.all:
            named[container.name].append(container)
        return dict(named)

    @cached_property
    def _places(self) -> dict[tuple[str, int, str], Container]:
        return {(c.path, c.owner, c.name): c for c in self.all}

    def uses(self, container: Container) -> tuple[Use, ...]:
        """What is done to a container, in file order; what may take something out of it counts."""
        return tuple(self._uses.get(container, ()))

    # --- containers ------------------------------------------------------------------------------------------------

    def _in_file(self, table: Table) -> Iterator[Container]:
        scopes = table.facts.scopes
        seen = set()
        for place, assign in enumerate(table.facts.assigns):
            value = assign.value
            if assign.kind != "=" or type(assign.target) is not str or value is None:
                continue
            if type(value) is str and value[:1] != "@":  # nothing that makes one, by far the most frequent
                continue
            kind = self.kind_of(table, assign)
            if kind is None:
                continue
            head, _, name = assign.target.rpartition(".")
            if not head and (assign.scope == 0 or scopes[assign.scope].kind == "class"):
                key = (assign.scope, name, False)
            elif not head and name in scopes[assign.scope].globals and table.owner(assign.scope, name) == 0:
                key = (0, name, False)
            elif head and (owner := table.receiver_class(assign.scope, head)) is not None:
                key = (owner, name, scopes[assign.scope].name != "__new__" and head != scopes[owner].name)
            else:
                continue
            if key[:2] not in seen:
                seen.add(key[:2])
                yield Container(table.path, key[0], name, kind, place, key[2])

    def kind_of(self, table: Table, assign: Assign) -> str | None:
        """What kind of container an assignment makes; None when it makes none."""
        value = assign.value
        if type(value) is list:
            if value[:1] == ["{}"]:
                return "dict"
            return "list" if value == ["[]"] else None
        if type(value) is not str or value[:1] != "@" or not value[1:].isdigit():
            return None
        call = table.facts.calls[int(value[1:])]
        name = last_name(call.callee)
        kind = KINDS.get(name)
        if kind is None or any(v.kind == "def" for v in self.linker.values.callee(table.path, int(value[1:]))):
            return None
        if name == "deque" and ("maxlen" in dict(call.keywords) or len(call.args) > 1):
            return "lru"
        return kind

    # --- uses ------------------------------------------------------------------------------------------------------

    @cached_property
    def _uses(self) -> dict[Container, list[Use]]:
        found: dict[Container, list[Use]] = defaultdict(list)
        for path in self.project.linked:
            if path not in self.ignored:
                for base, use in self._done(self.linker.table(path)):
                    for container in self.of(path, use.scope, base, may=use.kind in ("remove", "clear", "escape")):
                        found[container].append(use)
        return dict(found)

    def of(self, path: str, scope: int, base: Expr, *, may: bool = False) -> list[Container]:
        """The containers that an expression names; ``may``: every attribute of that name when nothing else is known."""
        name = dotted(base)
        if name is None or name.rpartition(".")[2] not in self._named:
            return []
        head, _, last = name.rpartition(".")
        table = self.linker.table(path)
        if not head:
            return self._of_name(table, scope, name)
        owned = table.receiver_class(scope, head)
        values = [Value("def", path, owned)] if owned is not None else list(self.linker.evaluate(path, scope, head))
        found = []
        for value in values:
            if value.kind == "module":
                found += [self._places[value.place, 0, last]] if (value.place, 0, last) in self._places else []
            elif value.kind in ("inst", "def"):
                for cls in self.linker.mro(value.place, value.scope):
                    if (cls.place, cls.scope, last) in self._places and cls.kind == "def" and cls.scope:
                        found.append(self._places[cls.place, cls.scope, last])
                        break
        if owned is not None and not found:
            found = self._of_mixin(path, owned, last)
        return found if values or not may else [c for c in self._named[last] if c.owner]

    def _of_name(self, table: Table, scope: int, name: str) -> list[Container]:
        owner, bindings = table.find(scope, name)
        if (table.path, owner, name) in self._places:
            return [self._places[table.path, owner, name]]
        for binding in bindings:
            record = binding.imported
            target = self.linker.modules.target(table.path, record) if record is not None else None
            if record is not None and target is not None and record.attribute is not None:
                found = self._places.get((target, 0, record.attribute))
                if found is not None:
                    return [found]
        return []

    def _of_mixin(self, path: str, cls: int, name: str) -> list[Container]:
        """A mixin works on attributes of the classes that it is mixed into."""
        this = Value("def", path, cls)
        return [c for c in self._named[name] if c.owner and this in self.linker.mro(c.path, c.owner)]

    def _done(self, table: Table) -> Iterator[tuple[Expr, Use]]:
        for place, assign in enumerate(table.facts.assigns):
            if self._is_about(assign):
                yield from self._assigned(table, place, assign)
        for ordinal in self._concerned(table):
            yield from self._called(table, ordinal)
        for exits in table.exits.values():
            for exit_ in exits:
                if dotted(exit_.value):
                    scope = table.enclosing_function(exit_.scope)
                    yield exit_.value, Use("escape", table.path, scope, -1, -1, frame=exit_.frame)

    def _is_about(self, assign: Assign) -> bool:
        """Whether an assignment can be about a container, by the names in it; what is no plain name may be."""
        target, value, names = assign.target, assign.value, self._parts
        if type(target) is not str or target.rpartition(".")[2] in names:
            return True
        if type(value) is list and value[:1] == ["sub"]:
            value = value[1]
        return type(value) is str and value.rpartition(".")[2] in names

    def _concerned(self, table: Table) -> Iterator[int]:
        """Calls that can be about a container, by the names in them: ordinals."""
        names = self._parts
        for ordinal, call in enumerate(table.facts.calls):
            callee = call.callee
            if type(callee) is not str or callee.rpartition(".")[0].rpartition(".")[2] in names:
                yield ordinal
                continue
            given = call.args
            if call.keywords:
                given = [*given, *(value for _, value in call.keywords)]
            for value in given:
                if type(value) is str and value[:1] not in NO_NAME and not names.isdisjoint(value.split(".")[-2:]):
                    yield ordinal
                    break

    @cached_property
    def _parts(self) -> frozenset[str]:
        return frozenset(self._named)

    @staticmethod
    def _called(table: Table, ordinal: int) -> Iterator[tuple[Expr, Use]]:
        call = table.facts.calls[ordinal]
        method, above = last_name(call.callee), called_on(call.callee)
        use = partial(_use_of_call, table.path, table.enclosing_function(call.scope), ordinal, call.frame)
        if above is not None and dotted(above):
            if method in REMOVES:
                yield above, use("clear" if method == "clear" else "remove", call.args[0] if call.args else None)
            elif method == "setdefault" and call.args:
                yield above, use("store", call.args[0], call.args[1] if len(call.args) > 1 else None)
            elif method in ADDS:
                value = call.args[ADDS[method]] if len(call.args) > ADDS[method] else None
                yield above, use("store", value, value)
            elif method == "update" and call.args:
                given = call.args[0]
                if type(given) is list and given[:1] == ["{}"]:
                    for key, value in zip(given[1::2], given[2::2], strict=False):
                        yield above, use("store", key, value)
                else:
                    yield above, use("store", ["sub", given, "?"], given)
            elif method in READS:
                yield above, use("read", call.args[0] if call.args else None)
        elif type(above) is list and above[:1] == ["sub"] and dotted(above[1]):
            kind = "grow" if method in ADDS else "shrink" if method in REMOVES else "read"
            yield above[1], use(kind, above[2], call.args[0] if call.args else None)
        for given in (*call.args, *(value for _, value in call.keywords)):
            if dotted(given) and last_name(given) in REMOVES:  # task.add_done_callback(tasks.discard)
                yield given.rpartition(".")[0], use("remove")
            elif dotted(given):
                yield given, use("size" if method == "len" else "read" if method in PLAIN else "escape")

    @staticmethod
    def _assigned(table: Table, place: int, assign: Assign) -> Iterator[tuple[Expr, Use]]:
        scope = table.enclosing_function(assign.scope)
        target = assign.target

        def use(kind: str, key: Expr = None, value: Expr = None) -> Use:
            return Use(kind, table.path, scope, -1, place, key, value, assign.frame)

        if type(target) is list and target[:1] == ["sub"]:
            inner = target[1]
            if assign.kind == "del":
                if dotted(inner):
                    yield inner, use("remove", target[2])
            elif dotted(inner):
                yield inner, use("store", target[2], assign.value)
            elif type(inner) is list and inner[:1] == ["sub"] and dotted(inner[1]):
                yield inner[1], use("grow", inner[2], assign.value)
        elif type(target) is str and assign.kind in ("=", "del") and assign.value is not None and target[:1] != "@":
            record = table.facts.scopes[assign.scope]
            if record.kind == "function" and record.name not in ("__init__", "__new__"):
                yield target, use("clear")
        if assign.kind == "=" and dotted(assign.value) and assign.scope:
            yield assign.value, use("escape")
        asked = assign.value if assign.kind == "=" and type(assign.value) is list else []
        if asked[:1] == ["sub"] and dotted(asked[1]):
            yield asked[1], use("ask", asked[2])

    # --- life ------------------------------------------------------------------------------------------------------

    def outlives(self, container: Container) -> bool:
        """Whether it is still there at the next request: a module's, a class's, or that of an instance that lives on."""
        if container.is_instance:
            return self.lives_on(Value("def", container.path, container.owner))
        if not container.owner:
            return True
        return not self._is_shadowed(container) and not self._is_template(container.path, container.owner)

    def _is_shadowed(self, container: Container) -> bool:
        """Whether every instance gets one of its own under the name: ``self.found = {}`` in ``__init__``."""
        table = self.linker.table(container.path)
        return any(
            table.facts.scopes[assign.scope].name == "__init__"
            and assign.kind == "="
            and all(table.facts.frames[frame].kind in ("with", "try") for frame in table.frames(assign.frame))
            for assign in table.attributes.get((container.owner, container.name), ())
        )

    def _is_template(self, path: str, cls: int) -> bool:
        """Whether a library or a decorator makes something of a class body: pydantic copies defaults, mappers keep columns."""
        if self.linker.table(path).facts.scopes[cls].decorators:
            return True
        bases = (base.place for base in self.linker.mro(path, cls) if base.kind == "ext")
        return any(not base.startswith(PLAIN_BASES) for base in bases)

    @cached_property
    def _entered(self) -> frozenset[Value]:
        """Classes that are middlewares."""
        return frozenset(
            Value("def", function.place, self.linker.table(function.place).facts.scopes[function.scope].parent)
            for function, entries in self.project.reach.entries.items()
            if any(entry.kind == "every-request" for entry in entries)
        )

    def lives_on(self, cls: Value, depth: int = 4) -> bool:
        """Whether every instance of a class that the project makes lives as long as the process, and there is one."""
        if cls in self._entered:
            return True
        name = self.linker.table(cls.place).facts.scopes[cls.scope].name
        sites = [
            (path, ordinal)
            for path, ordinal in self.linker.call_sites(name)
            if path not in self.ignored
            and cls in self.linker.values.callee(path, ordinal)
            and not self.project.command_line.runs_alone(path, ordinal)  # in a process of its own
        ]
        return bool(sites) and depth > 0 and all(self._kept(path, ordinal, depth) for path, ordinal in sites)

    def _kept(self, path: str, ordinal: int, depth: int) -> bool:
        """Whether what a call makes is kept for the life of the process."""
        table = self.linker.table(path)
        call = table.facts.calls[ordinal]
        scope = table.facts.scopes[call.scope]
        if scope.kind != "function":
            return scope.kind != "lambda"
        for assign in table.facts.assigns:
            if assign.scope != call.scope or assign.value != f"@{ordinal}" or type(assign.target) is not str:
                continue
            head, _, name = assign.target.rpartition(".")
            if not head:
                return name in scope.globals
            if head.endswith(("state", "_instance")) or name in ("_instance", "instance"):
                return True
            owner = table.receiver_class(call.scope, head)
            return owner is not None and self.lives_on(Value("def", path, owner), depth - 1)
        cached = (table.facts.calls[int(d[1:])].callee if str(d)[:1] == "@" else d for d in scope.decorators)
        return any(last_name(name) in ("lru_cache", "cache") for name in cached)


def _use_of_call(
    path: str, scope: int, ordinal: int, frame: int, kind: str, key: Expr = None, value: Expr = None
) -> Use:
    return Use(kind, path, scope, ordinal, -1, key, value, frame)
