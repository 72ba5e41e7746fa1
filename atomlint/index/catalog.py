"""Library knowledge as data: what external calls cost, call back, cache and register. Rows come from packs and configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from .rows import ENTRY, CacheDecorator, Carrier, Client, Operation, QueryRow, WorkRow, operation_from
from .tables import text_of
from .values import Value, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class EntryRow(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[entry]]``: what registers a function that something outside calls."""

    kind: str
    """How often the function runs: ``every-request``, ``route``, ``router-dependency`` (all routes below), ``auth-dependency``
    (routes that ask who calls), ``route-dependency``, ``page`` (each that is rendered), ``render`` (of a template),
    ``connection``, ``message``, ``error``, ``after-response``, ``start``, ``stop``, ``task``, ``interval``, ``signal``,
    ``script``."""
    receivers: list[str] = []
    methods: list[str] = []
    """``@receiver.method(...)`` or ``receiver.method(f)`` registers a function."""
    decorators: list[str] = []
    """Free-standing decorators, or functions and classes that are called with the callable."""
    argument: int = 0
    """Where the callable stands when it is registered by a call; -1 when decorators alone register."""
    keywords: list[str] = []
    """Arguments that hold callables, lists or dicts of them by keyword; empty: the usual names, such as ``endpoint``."""
    text: list[str] = []
    """What the first argument must be, as in ``on_event("startup")``."""
    unless: str = ""
    """The argument with which what the receiver is made of ignores all that is registered so."""
    enters: list[str] = []
    """For registered classes: the methods that run; ``a|b`` is ``b`` where the class leaves ``a`` to its library."""
    setting: str = ""
    """A module-level list of dotted names (Django's ``MIDDLEWARE``); ``NAME.KEY`` is an entry of the dict ``NAME`` or an
    attribute of the class ``NAME``, ``*.KEY`` an attribute of any class (with such ``bases``) or object."""
    item: str = ""
    """For a setting that is a dict of dicts: the key of the callable in each."""
    bases: list[str] = []
    """Without another way to register: classes with such a base, whose ``enters`` methods run."""
    by_name: bool = False
    """Whether a receiver that nothing is known of counts when its name is that of an app or a router."""
    interval: str = ""
    """Where the seconds stand when it is not ``seconds=``, ``minutes=`` and so on: a position, a keyword or an item's key."""
    unit: float = 1.0
    """Seconds that one of ``interval`` is."""
    mentions: list[str] = []
    """What a file holds that must be read although no import leads to it."""

    @property
    def needles(self) -> list[str]:
        """What a file holds that must be read because of this row."""
        owner, _, last = self.setting.rpartition(".")
        return self.mentions or ([last] if last and owner != "*" and (not owner or owner.isupper()) else [])


class RouterRow(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[router]]``: a type whose instances hold routes."""

    types: list[str]
    prefix: str = ""
    """Keyword of the constructor that all its paths begin with."""
    served: bool = False
    """Whether it is an application, which nothing needs to include."""
    in_order: bool = False
    """Whether the first of its routes that matches answers a request, rather than the one that matches best."""


class MountRow(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[mount]]``: methods of a router or an application that put another one below it."""

    methods: list[str]
    argument: int = 0
    """Where the other one stands."""
    keywords: list[str] = []
    prefix: str = ""
    """Keyword of the path that it is put below."""
    prefix_argument: int = -1


class Rows(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """One catalog file, or the rows of a configuration sorted by kind."""

    client: list[Client] = []
    carrier: list[Carrier] = []
    cache_decorator: list[CacheDecorator] = []
    entry: list[EntryRow] = []
    query: list[QueryRow] = []
    work: list[WorkRow] = []
    router: list[RouterRow] = []
    mount: list[MountRow] = []


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
        self.works: list[WorkRow] = []
        self.tables: set[str] = set()
        """What holds instances by their names: ``django.core.cache.caches``."""
        self._objects: dict[str, str] = {}
        self._rows: dict[str, tuple[str, frozenset[str]]] = {}
        self.routers: dict[str, RouterRow] = {}
        self.mounts: list[MountRow] = []
        self._instances: dict[str, str] = {}
        for part in rows:
            self._add(part)
        self.lacked = frozenset(name for client in self.clients.values() for name in client.lacks)
        """Attributes that some client has not."""
        self._project_clients = [client for client in self.clients.values() if client.project]
        self.heads = frozenset(
            name.partition(".")[0].partition("(")[0]
            for name in (
                *self._instances,
                *self._objects,
                *self.carriers,
                *self.cache_decorators,
                *self._entry_names(),
                *(name for row in self.works for name in row.names),
            )
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
                    enters={**parent.enters, **client.enters},
                    called={**parent.called, **client.called},
                    executes=[*parent.executes, *client.executes],
                    queues=parent.queues or client.queues,
                    transaction=client.transaction or parent.transaction,
                    only_methods=parent.only_methods or client.only_methods,
                    backend=client.backend or parent.backend,
                )
            self.clients[client.type] = client
            for name in (client.type, *client.aliases, *client.factories):
                self._instances[f"{name}()"] = f"{client.type}()"
            for name in client.instances:
                self._objects[name] = client.type
                if name.endswith("[]"):
                    self.tables.add(name[:-2])
            for method, produced in client.produces.items():
                for name in (f"{client.type}()", *client.instances):
                    self._instances[f"{name}.{method}()"] = f"{produced}()"
        for carrier in rows.carrier:
            self.carriers.update(dict.fromkeys(carrier.names, carrier))
        for decorator in rows.cache_decorator:
            self.cache_decorators.update(dict.fromkeys(decorator.names, decorator))
        self.entries += rows.entry
        self.queries += rows.query
        for query in rows.query:
            given = (query.rows, frozenset(query.gives))
            self._rows.update({f"{name}.": given for name in query.managers if query.rows})
        self.works += rows.work
        for router in rows.router:
            self.routers.update(dict.fromkeys(router.types, router))
        self.mounts += rows.mount

    def canonical(self, place: str) -> str:
        """The one name of an instance that several factories and aliases make."""
        return self._instances.get(place, place)

    def called(self, value: Value) -> Value:
        """What calling an external value gives."""
        receiver, _, method = value.place.rpartition(".")
        client = self.client_of(receiver)
        if client is not None and client.queues and method not in client.executes:
            return Value("ext", receiver)  # what queues gives the pipeline back
        for prefix, (row, methods) in self._rows.items():
            if method in methods and value.place.startswith(prefix):
                return Value("ext", f"{row}()")
        return Value("ext", self.canonical(f"{value.place}()"))

    def client_of(self, place: str) -> Client | None:
        """The client row of an external instance such as ``redis.client.Redis()``."""
        if place.endswith("()"):
            return self.clients.get(place[:-2])
        return self.clients.get(self._objects.get(ENTRY.sub("[]", place) if place.endswith("]") else place, ""))

    def entry(self, place: str, key: Values) -> str:
        """What a key gives of an external value, with the key where a row tells entries apart: ``caches[sessions]``."""
        texts = (
            {text_of(value.place) or "" for value in key if value.kind == "const"} if place in self.tables else set()
        )
        text = texts.pop() if len(texts) == 1 else ""
        return f"{place}[{text if text.isidentifier() else ''}]"

    def is_instance(self, place: str) -> bool:
        """Whether a name is a client without being called."""
        return place in self._objects

    def operation(self, place: str) -> Operation | None:
        """The cost of calling ``redis.client.Redis().get``; None when it is no client's method."""
        receiver, _, method = place.rpartition(".")
        client = self.client_of(receiver)
        if client is None and place.endswith("()"):
            itself = self.client_of(place)
            return None if itself is None or not itself.called else _cost(itself, _name_of(itself), itself.called)
        if client is None or not method.isidentifier() or method.startswith("_"):
            return None  # get()[] is an answer: to call it sends nothing
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
    if client.queues and method not in client.methods:
        extra = client.transaction
        return Operation(client.resource, "pipeline", 1, extra) if method in client.executes else None
    if method in client.free or method in client.produces:
        return None
    if client.only_methods and method not in client.methods:
        return None
    return _cost(client, method, client.methods.get(method, {}))


def _name_of(client: Client) -> str:
    """What calling an instance is called by: ``script`` of ``redis.commands.core.AsyncScript``."""
    return client.type.rpartition(".")[2].removeprefix("Async").lower()


def _cost(client: Client, method: str, cost: Mapping[str, int]) -> Operation | None:
    return operation_from(client.resource, method, cost, per_item=method in client.per_item)


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
    "work": WorkRow,
    "router": RouterRow,
    "mount": MountRow,
}
"""Types of rows by the ``kind`` that a configuration gives them."""
