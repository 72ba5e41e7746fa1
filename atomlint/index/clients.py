"""Clients: the calls that make one, what they are given, and which of them a command runs on."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from .behind import Behind
from .tables import dotted, text_of
from .value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Call, Expr
    from .project import Project
    from .tables import Table

MAX_STEPS = 10
"""Names, attributes, parameters and functions between a command and the call that made its client."""
MAX_CALLERS = 60
"""Calls of a function's name that are looked at for what it is given beyond its parameters."""
ENGINES = frozenset({"sqlalchemy.engine.Engine", "sqlalchemy.ext.asyncio.AsyncEngine"})


class Site(NamedTuple):
    """One call of one file."""

    path: str
    call: int


class Construction(NamedTuple):
    """A call that makes a client, or a pool of connections for one."""

    path: str
    call: int
    type: str
    """The client's row in the catalog, such as ``redis.client.Redis``."""
    kind: str
    """``client``, ``pool``, or ``view`` for a client over a pool that it is given."""
    name: str
    """The callable's canonical name."""

    @property
    def site(self) -> Site:
        """Where it stands."""
        return Site(self.path, self.call)


class Clients:
    """Finds constructions; every answer is kept."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.linker = project.linker
        self.back = Behind(project.linker)
        self.makers: dict[str, tuple[str, str]] = {}
        """Canonical names of callables that make one: the client's type and the kind of `Construction`."""
        rows = self.linker.catalog.clients
        parts = {
            part for row in rows.values() for part in row.produces.values() if "pipeline" not in rows[part].produces
        }
        for row in rows.values():
            engine = row.type in ENGINES
            if row.project or row.queues or row.type in parts or (row.resource != "redis" and not engine):
                continue
            names = row.factories if engine else (row.type, *row.aliases, *row.factories)
            self.makers.update((name, (row.type, "client")) for name in names if name not in row.shared)
            self.makers.update((name, (row.type, "pool")) for name in row.pools)
        self.names = frozenset(name.rpartition(".")[2] for name in self.makers)
        self._made: dict[Site, Construction | None] = {}

    def construction(self, path: str, call: int) -> Construction | None:
        """The construction that a call is, or None."""
        site = Site(path, call)
        if site not in self._made:
            self._made[site] = self._construction(site)
        return self._made[site]

    def _construction(self, site: Site) -> Construction | None:
        record = self.linker.table(site.path).facts.calls[site.call]
        for value in sorted(self.linker.values.callee(site.path, site.call)):
            names = [value.place] if value.kind == "ext" else self._library_bases(value)
            for name in names:
                if name in self.makers:
                    row, kind = self.makers[name]
                    if kind == "client" and (name.endswith(".from_pool") or _is_given_a_pool(record, name)):
                        kind = "view"
                    return Construction(site.path, site.call, row, kind, name)
        return None

    def _library_bases(self, value: Value) -> list[str]:
        """Bases of a class of the project that come from libraries; none where its ``__new__`` decides what is made."""
        if value.kind != "def" or self.linker.table(value.place).facts.scopes[value.scope].kind != "class":
            return []
        if self.linker.member(value, "__new__") is not None:
            return []
        return [base.place for base in self.linker.mro(value.place, value.scope) if base.kind == "ext"]

    def all(self) -> Iterator[Construction]:
        """Constructions of the linked files, in the order of their callables' names."""
        for name in sorted(self.names):
            for path, call in self.linker.call_sites(name):
                found = self.construction(path, call)
                if found is not None:
                    yield found

    # --- what a construction is given ------------------------------------------------------------------------------

    def keywords(self, path: str, call: int) -> tuple[dict[str, Expr], bool]:
        """Keyword arguments with those of unpacked literal dicts, and whether these are all of them."""
        given: dict[str, Expr] = {}
        whole = True
        for place, ordinal in ((path, call), *self._configuring.get(Site(path, call), ())):
            record = self.linker.table(place).facts.calls[ordinal]
            for name, value in record.keywords:
                if name != "**":
                    given[name] = value
                    continue
                keys = list(self._entries(place, record.scope, value, 4))
                whole = whole and None not in keys
                given.update((key, "?") for key in keys if key is not None)
        return given, whole

    @cached_property
    def _configuring(self) -> dict[Site, list[Site]]:
        """The calls of methods that give clients more options, by the constructions of these."""
        rows = self.linker.catalog.clients.values()
        found: dict[Site, list[Site]] = {}
        for method in sorted({method for row in rows for method in row.configures}):
            for path, call in self.linker.call_sites(method):
                for made in self.of_command(path, call):
                    found.setdefault(made.site, []).append(Site(path, call))
        return found

    def _entries(self, path: str, scope: int, expr: Expr, left: int) -> Iterator[str | None]:
        """Keys of a dict that an expression is or names; None where there may be more."""
        if left == 0:
            yield None
        elif type(expr) is list and expr[:1] == ["{}"]:
            for key, value in zip(expr[1::2], expr[2::2], strict=False):
                text = text_of(key)
                if text is not None:
                    yield text
                else:
                    yield from self._entries(path, scope, value, left - 1)
        elif type(expr) is list and expr[:1] in (["if"], ["or"], ["and"]):
            for part in expr[2:] if expr[0] == "if" else expr[1:]:
                yield from self._entries(path, scope, part, left - 1)
        elif type(expr) is str and expr[:1] == "@" and expr[1:].isdigit():
            yield from self._returned_keys(path, int(expr[1:]), left)
        elif (name := dotted(expr)) is not None:
            yield from self._named_keys(path, scope, name, left)
        else:
            yield None

    def _returned_keys(self, path: str, call: int, left: int) -> Iterator[str | None]:
        record = self.linker.table(path).facts.calls[call]
        if record.callee == "dict":
            yield from (name for name, _ in record.keywords if name != "**")
            for given in (*record.args, *(value for name, value in record.keywords if name == "**")):
                yield from self._entries(path, record.scope, given, left - 1)
            return
        functions = [v for v in self.linker.values.callee(path, call) if v.kind == "def"]
        exits = [(v, e) for v in functions for e in self.linker.table(v.place).exits.get(v.scope, ())]
        if not exits:
            yield None
        for function, exit_ in exits:
            if exit_.kind == "return":
                yield from self._entries(function.place, function.scope, exit_.value, left - 1)

    def _named_keys(self, path: str, scope: int, name: str, left: int) -> Iterator[str | None]:
        table = self.linker.table(path)
        found = False
        for place, assign_scope, value in self.back.back(path, scope, name):
            found = True
            yield from self._entries(place, assign_scope, value, left - 1)
        if not found:
            yield from self._handed_on(path, scope, name)
        for assign in table.facts.assigns:  # options["socket_timeout"] = 5
            target = assign.target
            if type(target) is list and target[:1] == ["sub"] and target[1] == name and assign.scope == scope:
                yield text_of(target[2])
        for call in table.calls_in.get(scope, ()):
            record = table.facts.calls[call]
            if record.callee == f"{name}.update":
                yield from (keyword for keyword, _ in record.keywords if keyword != "**")
                for given in record.args:
                    yield from self._entries(path, scope, given, left - 1)

    def _handed_on(self, path: str, scope: int, name: str) -> Iterator[str | None]:
        """Keys of a function's own ``**kwargs``: what its callers give beyond its other parameters."""
        table = self.linker.table(path)
        owner, bindings = table.find(scope, name)
        record = table.facts.scopes[owner]
        if [b.param.kind for b in bindings if b.param is not None] != ["**"] or len(bindings) > 1:
            yield None
            return
        if self._is_filled(table, owner, name):
            yield None
        function, own = Value("def", path, owner), {param.name for param in record.params}
        named = self.linker.call_sites(record.name) if len(self.linker.call_sites(record.name)) <= MAX_CALLERS else []
        sites = [site for site in named if self.linker.values.callee(*site) == {function}]
        if not sites or self.project.unused.is_handed_over(table, record.name):
            yield None  # who calls it is not known
        for place, ordinal in sites:
            call = self.linker.table(place).facts.calls[ordinal]
            for key, value in call.keywords:
                if key == "**":
                    yield from self._entries(place, call.scope, value, 2)
                elif key not in own:
                    yield key

    @staticmethod
    def _is_filled(table: Table, scope: int, name: str) -> bool:
        """Whether a function puts into a dict of its own what cannot be told: ``kw |= EXTRA``, ``fill(kw)``."""
        known = (f"{name}.update", f"{name}.get", f"{name}.items", f"{name}.keys", f"{name}.copy")
        for ordinal in table.calls_in.get(scope, ()):
            call = table.facts.calls[ordinal]
            touched = type(call.callee) is str and call.callee.startswith(f"{name}.") and call.callee not in known
            if touched or name in call.args or any(key != "**" and value == name for key, value in call.keywords):
                return True
        assigns = (table.facts.assigns[place] for place in table.assigns_in.get(scope, ()))
        return any(assign.target == name for assign in assigns)

    def pools(self, made: Construction) -> list[Construction]:
        """Where the pool of a `view` is made."""
        record = self.linker.table(made.path).facts.calls[made.call]
        given = next((value for name, value in record.keywords if name == "connection_pool"), None)
        if given is None and record.args:
            given = record.args[0]
        return [] if given is None else self.behind(made.path, record.scope, given)

    # --- from a command to its client ------------------------------------------------------------------------------

    def of_command(self, path: str, call: int) -> list[Construction]:
        """Constructions of the client whose method a call runs; more than one where branches differ."""
        record = self.linker.table(path).facts.calls[call]
        callee = record.callee
        receiver: Expr = callee.rpartition(".")[0] if type(callee) is str else ""
        if type(callee) is list and callee[:1] == ["."]:
            receiver = callee[1]
        return self.behind(path, record.scope, receiver) if receiver else []

    def behind(self, path: str, scope: int, expr: Expr) -> list[Construction]:
        """Constructions that an expression can come from, in order of place."""
        found: set[Construction] = set()
        seen: set[tuple[str, int, str]] = set()
        work: list[tuple[str, int, Expr, int]] = [(path, scope, expr, MAX_STEPS)]
        while work:
            at, inside, item, left = work.pop()
            key = (at, inside, str(item))
            if key in seen or left == 0 or len(seen) > 200:
                continue
            seen.add(key)
            if type(item) is str and item[:1] == "@" and item[1:].isdigit():
                made = self.construction(at, int(item[1:]))
                if made is not None:
                    found.add(made)
                    continue
            work += [(*step, left - 1) for step in self.back.back(at, inside, item)]
        return sorted(found)


def _is_given_a_pool(record: Call, name: str) -> bool:
    """Whether a client is made on a pool that is there: ``Redis(connection_pool=pool)``, ``ArqRedis(pool)``."""
    given = {keyword for keyword, _ in record.keywords}
    return not given.isdisjoint(("connection_pool", "pool_or_conn")) or (
        name.endswith("ArqRedis") and bool(record.args)
    )
