"""What rows say of costs: operations, where something keeps its data, and what libraries cost by themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    least_trips: int | None = None
    """Round trips at best; None: `trips`."""
    least_commands: int | None = None
    """Commands at best; None: `commands`."""

    @property
    def lower(self) -> tuple[int, int]:
        """Round trips and commands at best."""
        trips = self.trips if self.least_trips is None else self.least_trips
        return trips, self.commands if self.least_commands is None else self.least_commands

    @property
    def upper(self) -> tuple[int | None, int | None]:
        """Round trips and commands at worst; None for no bound."""
        commands = self.commands if self.most_commands is None else self.most_commands
        trips = self.trips if self.most_trips is None else self.most_trips
        return trips if not self.per_item or self.most_trips is not None else None, None if self.per_item else commands


class Backend(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """Where something keeps its data, when that decides if it costs anything: ``backend = {...}`` of a row."""

    constructors: list[str] = []
    """Callables that are told, or whose being called says it."""
    keywords: list[str] = []
    """The arguments of these that say it; empty: all of them."""
    settings: list[str] = []
    """Settings that say it: keys of ``app.config``, names in a settings module (anything inside of their value)."""
    entry: str = ""
    """In a setting that is a table, the key of the entry that is asked where an instance names no other."""
    remote: tuple[str, ...] = ("redis", "valkey")
    """What a remote one has in its text or class name, in lower case."""
    absent: Literal["local", "remote"] = "local"
    """What it is when nothing says so."""


ENTRY = re.compile(r"\[([^\]]*)\]")
"""The part of an instance's name that says under which key it was found: ``django.core.cache.caches[sessions]``."""


def entry_of(place: str, backend: Backend | None) -> str:
    """The entry of a setting that an instance is made by; empty when nobody knows which."""
    if backend is None:
        return ""
    found = ENTRY.search(place)
    return found[1] if found is not None else backend.entry


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
    shared: list[str] = []
    """Those of them that hand out one connection pool that is kept elsewhere."""
    pools: list[str] = []
    """Callables that make a connection pool, which a client is then made from."""
    configures: list[str] = []
    """Methods that are given the rest of the constructor's options, as an extension's ``init_app`` is."""
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
    instances: list[str] = []
    """Names that are an instance without being called."""
    called: dict[str, int] = {}
    """What calling an instance costs, as for ``methods``."""
    enters: dict[str, int] = {}
    """What ``with`` on an instance costs, entering and leaving together."""
    lacks: list[str] = []
    """Attributes that one looks for and it has not: reading them raises."""
    only_methods: bool = False
    """Methods that are not listed are free."""
    transaction: int = 0
    """Commands that a transaction adds to what is queued, unless ``transaction=False`` is given."""
    backend: Backend | None = None
    """Where its data is: a local one costs nothing."""
    project: bool = False
    """A class of the project (by its dotted name) whose methods are to be taken at this row's word."""


class Carrier(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[carrier]]``: a callable that calls one of its arguments."""

    names: list[str]
    argument: int = 0
    keyword: str = ""
    phase: Phase = "request"
    lazy: bool = False
    """It calls it when what it gives is read for the first time."""


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
    backend: Backend | None = None
    """Where the results are kept; a local one makes ``store`` local."""


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
    rows: str = ""
    """The client type of one row of ``managers``."""
    gives: list[str] = []
    """Methods that give such a row."""
    costs: dict[str, dict[str, int]] = {}
    """Methods that send more or fewer statements than one: ``{least = 1, most = 2}``; no ``most``: no bound."""
    evaluators: list[str] = []
    """Callables that send a lazy query that they are given."""
    prefetches: list[str] = []
    """Options of a query that add a statement each when it is sent."""
    cruds: dict[str, list[str]] = {}
    """Methods of library objects made with a model that read one row by keywords, such as ``fastcrud.FastCRUD().get``, with
    the keywords that are no columns."""


class WorkRow(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    """``[[work]]``: what something of a library costs each time, without a client that the source shows."""

    names: list[str]
    on: Literal["call", "decorator", "dependency", "middleware", "listed", "task"] = "call"
    """``call``: being called; ``decorator``: each call of what it decorates; ``dependency``: as FastAPI's dependency;
    ``middleware``: every request once it is called, added or listed in ``settings``; ``listed``: in a class attribute or a
    setting; ``task``: calling one of ``methods`` on a function that it decorates."""
    resource: Literal["redis", "database"] = "redis"
    cost: dict[str, int] = {}
    """As for a client's methods; empty: nothing."""
    methods: list[str] = []
    """Of a ``task``, what sends it; of what is ``listed``, what heirs call for the work: ``super().allow_request()``."""
    lists: list[str] = []
    """Class attributes that list it for the class's handlers."""
    settings: list[str] = []
    """Settings that list it for all of them."""
    of: list[str] = []
    """How names begin of bases of classes, and of decorators of functions, that such a setting is for."""
    wants: str = ""
    """The attribute that a handler's class must have: it names the scope."""
    scope: str = ""
    """The scope of what is listed, where a class of the project gives its ``scope`` no other."""
    rates: str = ""
    """A setting whose entry for the scope turns it off when that is None."""
    clients: list[str] = []
    """Settings that hold the client which it works with."""
    state: str = ""
    """The attribute of an application's state that holds what the backend's constructor made: ``app.state.limiter``."""
    times: list[str] = []
    """The arguments of the backend's constructors whose items each cost as much."""
    defaults: list[str] = []
    """Settings that hold such items where no constructor is given any: a text of them, between ``;``, ``,`` or ``|``."""
    given: dict[str, dict[str, int]] = {}
    """What it costs instead when the backend's constructor, or its own call, is given a true argument of that name."""
    switch: str = ""
    """The argument of the backend's constructors that turns all of it off."""
    library: str = ""
    """The distribution whose version decides."""
    versions: str = ""
    """Versions that the row holds for, such as ``<0.2``; empty: all."""
    tenant: bool = False
    """Whether what it reads is which customer a request belongs to."""
    backend: Backend | None = None

    @property
    def needles(self) -> list[str]:
        """What a file holds that must be read because of this row: where an extension is made that a setting's client is for."""
        return [name.partition(".")[0] for name in self.names] if self.clients else []


def operation_from(resource: str, name: str, cost: Mapping[str, int], *, per_item: bool = False) -> Operation | None:
    """The operation that a row's ``{trips = 1, commands = 1, least-commands = 0, most-commands = 2}`` states; None for none."""
    trips = cost.get("trips", 1)
    commands = cost.get("commands", trips)
    if not trips and not cost.get("most-commands") and not per_item:
        return None
    return Operation(
        resource, name, trips, commands, cost.get("most-trips"), cost.get("most-commands"), per_item,
        cost.get("least-trips"), cost.get("least-commands"),
    )  # fmt: skip
