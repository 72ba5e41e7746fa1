"""Effects: what a call costs. Redis commands by the catalog, one-row reads by the shape of the query."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .backends import Backends
from .catalog import operation_of
from .entries import called_functions
from .libraries import Libraries
from .lookups import Lookup, Lookups, compared
from .pipelines import Pipelines
from .queries import DatabaseCall, Queries
from .rows import Operation, entry_of, operation_from
from .tables import dotted
from .versions import Versions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .calls import Calls
    from .linker import Linker
    from .rows import Client
    from .terms import Factor
    from .values import Value, Values

__all__ = ["Effect", "Effects", "Lookup", "compared"]


class Effect(NamedTuple):
    """What one call does outside of the process."""

    path: str
    call: int
    operation: Operation
    receiver: str
    """The client type, such as ``redis.client.Redis``."""
    client: Client | None = None
    """The catalog's row of that type; None for a library's own work."""
    certainty: str = "high"
    """``medium`` where it is not known if the data is in this process, or which version is used."""
    factors: tuple[Factor, ...] = ()
    """What its commands are a multiple of."""

    def __hash__(self) -> int:
        return hash(self[:4])

    @property
    def method(self) -> str:
        """The method as the catalog's row calls it."""
        return self.operation.name

    @property
    def is_async(self) -> bool:
        """Whether the client's methods are coroutines."""
        return self.client is not None and self.client.is_async

    @property
    def scans(self) -> bool:
        """Whether the answer, or the work in the server, grows with the data."""
        return self.client is not None and self.method in self.client.scans

    @property
    def blocks(self) -> bool:
        """Whether it waits in the server until there is something to do."""
        return self.client is not None and self.method in self.client.blocking

    @property
    def expiry(self) -> list[str] | None:
        """Keywords of which one gives the key an expiry; empty when it always has one; None when it writes no such key."""
        return None if self.client is None else self.client.expires.get(self.method)

    @property
    def is_endless(self) -> bool:
        """Whether it writes a key and can give it no expiry."""
        return self.client is not None and self.method in self.client.endless


class Effects(Lookups):
    """Finds effects of calls; every answer is kept."""

    def __init__(self, linker: Linker, calls: Calls) -> None:
        super().__init__(linker)
        self.calls = calls
        self.queries = Queries(self)
        self.backends = Backends(linker)
        self.pipelines = Pipelines(linker)
        self.versions = Versions()
        """Which versions of libraries are used; whoever has the files sets it."""
        self.libraries = Libraries(self)
        clients = linker.catalog.clients.values()
        types = {client.type for client in clients if client.enters}
        self._entered = frozenset(m for client in clients for m, made in client.produces.items() if made in types)
        self._entered |= frozenset(
            name.rpartition(".")[2] for c in clients if c.enters for name in (c.type, *c.aliases, *c.factories)
        )
        self._withs: dict[str, frozenset[str]] = {}
        self._clients: dict[str, Client | None] = {}
        """Rows by what is called on them: the same few places are called again and again."""
        self._remote: dict[tuple[str, int], Effect | None] = {}

    def remote(self, path: str, call: int) -> Effect | None:
        """The operation of a catalogued client that a call is, or that it hands to something that calls it, or None."""
        key = (path, call)
        if key not in self._remote:
            found = self._find(path, call)
            self._remote[key] = None if found is None or self.calls.raises.never_runs(path, call) else found
        return self._remote[key]

    def lookup(self, path: str, ordinal: int) -> Lookup | None:
        """The one-row read that a call runs, or decides on, or None."""
        found = super().lookup(path, ordinal)
        return None if found is None or self.calls.raises.never_runs(path, ordinal) else found

    def _find(self, path: str, call: int) -> Effect | None:
        record = self.linker.table(path).facts.calls[call]
        if (
            type(record.callee) is str
            and "." not in record.callee
            and self._is_param(path, record.scope, record.callee)
        ):
            return None  # counted where the client's method was handed over
        effect = self._operation(path, call, self.linker.values.callee(path, call)) or self._held(path, call)
        if effect is not None:
            return effect
        handed = [given for given in record.args if type(given) is str and "." in given and given[0] not in "'#?"]
        if record.keywords:
            handed += [v for _, v in record.keywords if type(v) is str and "." in v and v[0] not in "'#?"]
        for given in handed if handed and self._calls_argument(path, call) else ():
            effect = self._operation(path, call, self.linker.evaluate(path, record.scope, given))
            if effect is not None:
                return effect
        return None

    def _operation(self, path: str, call: int, values: Values) -> Effect | None:
        """What a call of any of these sends: of several the dearest, whatever order a set has them in."""
        found = [effect for value in sorted(values) if (effect := self._of_value(path, call, value)) is not None]
        return max(found, key=lambda effect: effect.operation.commands, default=None)

    def _of_value(self, path: str, call: int, value: Value) -> Effect | None:
        if value.kind == "ext":
            return self._of_client(path, call, value.place)
        client = self.linker.stated(value) if value.kind == "def" else None
        stated = operation_of(client, self.linker.name_of(value).rpartition(".")[2]) if client is not None else None
        return None if client is None or stated is None else Effect(path, call, stated, client.type, client)

    def _of_client(self, path: str, call: int, place: str) -> Effect | None:
        catalog = self.linker.catalog
        if place in self._clients:
            client = self._clients[place]
        else:
            client = self._clients[place] = catalog.client_of(place.rpartition(".")[0]) or catalog.client_of(place)
        if client is None or client.resource == "database":
            return None
        operation = catalog.operation(place)
        factors: tuple[Factor, ...] = ()
        if client.queues:
            operation, factors = self.pipelines.operation(path, call, client, place.rpartition(".")[2])
        elif operation is not None and operation.name == "transaction":
            operation = self.pipelines.transaction(path, call, operation)
        if (
            operation is None
            or (remote := self.backends.is_remote(client.backend, entry_of(place, client.backend))) is False
        ):
            return None
        return Effect(path, call, operation, client.type, client, "high" if remote else "medium", factors)

    def _held(self, path: str, call: int) -> Effect | None:
        """What entering and leaving a ``with`` block costs, at the call that makes what it holds: a lock."""
        table = self.linker.table(path)
        if table.lasts[call] not in self._entered:
            return None
        if path not in self._withs:
            tests = (f.test for f in table.facts.frames if f.kind == "with")
            self._withs[path] = frozenset(test for test in tests if type(test) is str)
        made = f"@{call}"
        names = {a.target for a in table.facts.assigns if a.value == made and type(a.target) is str and a.kind == "="}
        names.add(made)
        if self._withs[path].isdisjoint(names):
            return None
        for value in sorted(self.linker.values.call(path, call)):
            client = self.linker.catalog.client_of(value.place) if value.kind == "ext" else None
            operation = None if client is None else operation_from(client.resource, "lock", client.enters)
            if client is not None and client.enters and operation is not None and client.resource != "database":
                return Effect(path, call, operation, client.type, client)
        return None

    def origin(self, path: str, call: int) -> tuple[str, int] | None:
        """The call that made the client whose method a call runs: (path, ordinal); None when there is no single one."""
        record = self.linker.table(path).facts.calls[call]
        receiver = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
        for _ in range(4):  # a pipeline leads to its client
            found = self.made(path, record.scope, receiver)
            if found is None:
                return None
            path, ordinal = found
            record = self.linker.table(path).facts.calls[ordinal]
            values = self.linker.values.call(path, ordinal)
            method = record.callee.rpartition(".")[2] if type(record.callee) is str else ""
            if any(v.kind == "ext" and self.linker.catalog.client_of(v.place) for v in values) and method not in (
                "pipeline",
                "lock",
            ):
                return found
            receiver = record.callee.rpartition(".")[0] if type(record.callee) is str else ""
        return None

    def made(self, path: str, scope: int, expr: Expr, left: int = 6) -> tuple[str, int] | None:
        """The call behind a name or an attribute, through assignments and across modules."""
        if left == 0 or type(expr) is not str or not expr:
            return None
        if expr[0] == "@" and "." not in expr:
            return path, int(expr[1:])
        name = dotted(expr)
        if name is None:
            return None
        owner, _, attribute = name.rpartition(".")
        if not owner:
            for binding in self.linker.table(path).lookup(scope, name):
                if binding.assign is not None and binding.assign.value not in (None, "#None"):
                    return self.made(path, binding.assign.scope, binding.assign.value, left - 1)
                if binding.imported is not None and binding.imported.attribute:
                    target = self.linker.modules.target(path, binding.imported)
                    if target is not None and target.endswith(".py"):
                        return self.made(target, 0, binding.imported.attribute, left - 1)
            return None
        for value in sorted(self.linker.evaluate(path, scope, owner)):
            if value.kind == "module" and value.place.endswith(".py"):
                return self.made(value.place, 0, attribute, left - 1)
            if value.kind not in ("inst", "def"):
                continue
            for cls in self.linker.mro(value.place, value.scope):
                if cls.kind == "ext":
                    continue
                table = self.linker.table(cls.place)
                for assign in (
                    *table.attributes.get((cls.scope, attribute), ()),
                    *table.class_attributes.get((cls.scope, attribute), ()),
                ):
                    if assign.value not in (None, "#None"):
                        return self.made(cls.place, assign.scope, assign.value, left - 1)
        return None

    def _calls_argument(self, path: str, call: int) -> bool:
        """Whether what is called is known to call what it is given: a carrier, or a function that calls a parameter."""
        for value in self.linker.values.callee(path, call):
            if value.kind == "ext" and self.linker.catalog.carrier(value.place) is not None:
                return True
            if any(self.calls.called_params(f) for f in called_functions(self.linker, value)):
                return True
        return False

    def _is_param(self, path: str, scope: int, name: str) -> bool:
        return any(binding.param is not None for binding in self.linker.table(path).lookup(scope, name))

    def database(self, path: str, call: int) -> DatabaseCall | None:
        """The query or statement that a call sends to a database, or None. See `queries`."""
        return self.queries.of(path, call)

    def all_of(self, path: str, call: int) -> Iterator[Effect]:
        """Everything that a call costs by itself: a client's command, a library's own work, statements to a database."""
        if self.calls.raises.never_runs(path, call):
            return
        remote = self.remote(path, call)
        if remote is not None and remote.operation.resource == "redis":
            yield remote
        own = self.libraries.of_call(path, call)
        if own is not None:
            yield own
        sent = self.queries.sent(path, call)
        if sent is not None:
            operation = Operation(
                "database", sent.operation, 1, 1, sent.most, sent.most, sent.most is None, sent.least, sent.least
            )
            yield Effect(path, call, operation, sent.receiver, None, "high" if sent.proven else "medium")
