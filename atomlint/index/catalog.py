"""Library knowledge as data: what external calls cost, call back, cache and register. Rows come from packs and configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from .values import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Phase = Literal["request", "background"]


class Operation(msgspec.Struct, frozen=True, gc=False):
    """What one method of a client costs."""

    resource: str
    """``redis`` or ``database``."""
    name: str
    trips: int = 1
    """Network round trips."""
    commands: int = 1
    """Commands on the wire."""
    most_trips: int | None = None
    """Round trips at worst; None: as many as at best."""
    most_commands: int | None = None
    """Commands at worst; None: as many as at best."""
    per_item: bool = False
    """Whether the worst is a multiple of the data: a scan, a list of keys."""


class Client(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[client]]``: a type whose methods talk to a service."""

    type: str
    resource: Literal["redis", "database"] = "redis"
    extends: str = ""
    aliases: list[str] = []
    """Other names of the class."""
    factories: list[str] = []
    """Callables that return an instance."""
    connects: list[str] = []
    """Those of them that open a connection at once."""
    free: list[str] = []
    """Methods without a round trip."""
    queues: bool = False
    """Methods only queue; those in ``executes`` send."""
    executes: list[str] = []
    produces: dict[str, str] = {}
    """Methods that return an instance of another client type."""
    methods: dict[str, dict[str, int]] = {}
    """Methods with their own cost: ``{trips = 3, commands = 6}``; ``most-trips`` and ``most-commands`` where it varies."""
    is_async: bool = False
    """Whether its methods are coroutines; calls of a client that is not block the event loop."""
    per_item: list[str] = []
    """Methods that send more commands the more data there is."""
    blocking: list[str] = []
    """Methods that wait until there is something to do."""
    scans: list[str] = []
    """Methods whose answer, or whose work in the server, grows with the data."""
    expires: dict[str, list[str]] = {}
    """Methods that write a key which can expire, with the keywords that say when; an empty list: it always does."""
    endless: list[str] = []
    """Methods that write a key and can give it no expiry."""
    project: bool = False
    """A class of the project (by its dotted name) whose methods are to be taken at this row's word."""


class Carrier(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[carrier]]``: a callable that calls one of its arguments."""

    names: list[str]
    argument: int = 0
    keyword: str = ""
    phase: Phase = "request"


class CacheDecorator(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[cache-decorator]]``: a decorator that keeps results; ``store`` is ``local`` or ``remote``."""

    names: list[str]
    store: Literal["local", "remote"] = "local"
    ttl: list[str] = []
    """Keywords, or places of positional arguments as digits, that say how long an answer is kept."""
    default_ttl: int | None = None
    """Seconds without such an argument; None: for ever."""
    is_async: bool = True
    """Whether it may stand on a coroutine function."""
    hit: dict[str, int] = {}
    """What a hit costs: ``{trips = 1, commands = 4}``; nothing for a local store."""
    miss: dict[str, int] = {}
    """What a miss costs besides the function itself."""


class EntryRow(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[entry]]``: what registers a function that something outside calls."""

    kind: str
    """``every-request``, ``route``, ``start``, ``task``, ``interval``, ``script``."""
    receivers: list[str] = []
    methods: list[str] = []
    """``@receiver.method(...)`` or ``receiver.method(f)`` registers a function."""
    decorators: list[str] = []
    """Free-standing decorators."""
    argument: int = 0
    """Where the callable stands when it is registered by a call."""
    enters: list[str] = []
    """For registered classes: the methods that run."""
    setting: str = ""
    """A module-level list of dotted names (Django's ``MIDDLEWARE``)."""
    bases: list[str] = []
    """Classes with such a base whose ``enters`` methods run per request."""


class QueryRow(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[query]]``: how an ORM reads one row."""

    builders: list[str] = []
    """Methods that start a query with the model as first argument."""
    selects: list[str] = []
    """Functions that start a statement with the model as first argument."""
    executors: list[str] = []
    """Methods that run a statement given as first argument."""
    getters: list[str] = []
    """Methods ``session.get(Model, key)``."""
    one: list[str] = []
    """Methods that take one row."""
    many: list[str] = []
    """Methods that run a query for any number of rows, or change them."""
    statements: list[str] = []
    """Functions that start a statement that is no select."""
    managers: list[str] = []
    """Attributes of library base classes that start a query on a model."""


class Rows(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """One catalog file, or the rows of a configuration sorted by kind."""

    client: list[Client] = []
    carrier: list[Carrier] = []
    cache_decorator: list[CacheDecorator] = []
    entry: list[EntryRow] = []
    query: list[QueryRow] = []


class CatalogError(ValueError):
    """A catalog row that does not fit; ``str()`` is one line."""


class Catalog:
    """All rows, merged, with the look-ups that linking needs."""

    def __init__(self, rows: Iterable[Rows] = ()) -> None:
        self.clients: dict[str, Client] = {}
        self.carriers: dict[str, Carrier] = {}
        self.cache_decorators: dict[str, CacheDecorator] = {}
        self.entries: list[EntryRow] = []
        self.queries: list[QueryRow] = []
        self._instances: dict[str, str] = {}
        for part in rows:
            self._add(part)
        self._project_clients = [client for client in self.clients.values() if client.project]
        self.heads = frozenset(
            name.partition(".")[0].partition("(")[0]
            for name in (*self._instances, *self.carriers, *self.cache_decorators, *self._entry_names())
            if "." in name
        ) - {client.type.partition(".")[0] for client in self.clients.values() if client.project}

    def _entry_names(self) -> list[str]:
        return [name for row in self.entries for name in (*row.receivers, *row.decorators, *row.bases)]

    def _add(self, rows: Rows) -> None:
        for client in rows.client:
            parent = self.clients.get(client.extends)
            if parent is not None:
                client = msgspec.structs.replace(  # noqa: PLW2901
                    client,
                    resource=parent.resource,
                    free=[*parent.free, *client.free],
                    methods={**parent.methods, **client.methods},
                    produces={**parent.produces, **client.produces},
                    per_item=[*parent.per_item, *client.per_item],
                    blocking=[*parent.blocking, *client.blocking],
                    scans=[*parent.scans, *client.scans],
                    expires={**parent.expires, **client.expires},
                    endless=[*parent.endless, *client.endless],
                )
            self.clients[client.type] = client
            for name in (client.type, *client.aliases, *client.factories):
                self._instances[f"{name}()"] = f"{client.type}()"
            for method, produced in client.produces.items():
                self._instances[f"{client.type}().{method}()"] = f"{produced}()"
        for carrier in rows.carrier:
            self.carriers.update(dict.fromkeys(carrier.names, carrier))
        for decorator in rows.cache_decorator:
            self.cache_decorators.update(dict.fromkeys(decorator.names, decorator))
        self.entries += rows.entry
        self.queries += rows.query

    def canonical(self, place: str) -> str:
        """The one name of an instance that several factories and aliases make."""
        return self._instances.get(place, place)

    def called(self, value: Value) -> Value:
        """What calling an external value gives."""
        return Value("ext", self.canonical(f"{value.place}()"))

    def client_of(self, place: str) -> Client | None:
        """The client row of an external instance such as ``redis.client.Redis()``."""
        return self.clients.get(place[:-2]) if place.endswith("()") else None

    def operation(self, place: str) -> Operation | None:
        """The cost of calling ``redis.client.Redis().get``; None when it is no client's method."""
        receiver, _, method = place.rpartition(".")
        client = self.client_of(receiver)
        if client is None or not method or method.startswith("_"):
            return None
        return operation_of(client, method)

    def cache_decorator(self, name: str) -> CacheDecorator | None:
        """The row of a decorator by its canonical name; a row may leave out where the project's package begins."""
        known = self.cache_decorators.get(name)
        if known is not None or "." not in name:
            return known
        return next(
            (row for given, row in self.cache_decorators.items() if "." in given and name.endswith(f".{given}")), None
        )

    @property
    def states_project(self) -> bool:
        """Whether any row speaks of the project's own classes."""
        return bool(self._project_clients)

    def stated(self, name: str) -> Client | None:
        """The row of the project's own class that a method's canonical name belongs to; its word is taken."""
        owner = name.rpartition(".")[0]
        for client in self._project_clients:
            if owner == client.type or owner.endswith(f".{client.type}"):
                return client
        return None

    def carrier(self, place: str) -> Carrier | None:
        """The row of a callable that calls an argument; methods are found by their last two parts too."""
        return self.carriers.get(place)

    def receivers(self, kind: str) -> frozenset[str]:
        """Instances that register entry points of a kind."""
        return frozenset(name for row in self.entries if row.kind == kind for name in row.receivers)


def operation_of(client: Client, method: str) -> Operation | None:
    """The cost of one method of a client, or None when it is free."""
    if client.queues:
        return Operation(client.resource, "pipeline", 1, 2) if method in client.executes else None
    if method in client.free or method in client.produces:
        return None
    cost: Mapping[str, int] = client.methods.get(method, {})
    trips = cost.get("trips", 1)
    if not trips:
        return None
    commands = cost.get("commands", trips)
    most = cost.get("most-trips"), cost.get("most-commands")
    return Operation(client.resource, method, trips, commands, *most, per_item=method in client.per_item)


def parse_rows(data: Mapping[str, Any], origin: str) -> Rows:
    """Rows of one parsed TOML catalog.

    Raises:
        CatalogError: a row has an unknown or wrongly typed field.
    """
    try:
        return msgspec.convert(data, Rows)
    except msgspec.ValidationError as error:
        raise CatalogError(f"{origin}: {error}") from None


def configured_rows(rows: Iterable[Mapping[str, Any]], origin: str) -> Rows:
    """Rows of ``[[tool.atomlint.catalog]]``, sorted by their ``kind``.

    Raises:
        CatalogError: an unknown kind, or a field that is unknown, missing or of a wrong type.
    """
    from ..didyoumean import suggestion

    found = Rows()
    for number, row in enumerate(rows, 1):
        kind = str(row.get("kind", ""))
        if kind not in KINDS:
            hint = suggestion(kind, KINDS) or f"; one of {', '.join(KINDS)}"
            raise CatalogError(f"{origin}: tool.atomlint.catalog: row {number} is of unknown kind '{kind}'{hint}")
        fields = {key: value for key, value in row.items() if key != "kind"}
        if kind == "entry":
            fields["kind"] = fields.pop("entry", "route")
        if kind == "client":
            fields.setdefault("project", True)
        try:
            getattr(found, kind.replace("-", "_")).append(msgspec.convert(fields, KINDS[kind]))
        except msgspec.ValidationError as error:
            reason = _reason(str(error), KINDS[kind])
            raise CatalogError(f"{origin}: tool.atomlint.catalog: row {number} ({kind}): {reason}") from None
    return found


def _reason(message: str, row: type[msgspec.Struct]) -> str:
    """What msgspec says of a row, with the nearest right name of a wrong field."""
    from ..didyoumean import suggestion

    names = row.__struct_encode_fields__
    quoted = message.split("`")[1] if message.count("`") >= 2 else ""
    if "unknown field" in message:
        return f"unknown field '{quoted}'{suggestion(quoted, names) or '; one of ' + ', '.join(names)}"
    if "missing required field" in message:
        return f"'{quoted}' is missing"
    return message[:1].lower() + message[1:]


KINDS: dict[str, type[msgspec.Struct]] = {
    "client": Client,
    "carrier": Carrier,
    "cache-decorator": CacheDecorator,
    "entry": EntryRow,
    "query": QueryRow,
}
"""Types of rows by the ``kind`` that a configuration gives them."""
