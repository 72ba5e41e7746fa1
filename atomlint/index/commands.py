"""Commands: calls of Redis clients and of their pipelines, with the key that they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .clocks import is_dated
from .keys import KeyPattern, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts.records import Expr
    from .project import Project
    from .rows import Client

CHAIN = re.compile(r"(?:\.\w+\(\))+$")
KEYED = ("name", "key", "names", "keys")
BASE = "redis.client.Redis"


class Command(NamedTuple):
    """One command, sent at once or queued on a pipeline."""

    path: str
    call: int
    method: str
    receiver: Expr
    """What it is called on, in the facts' notation."""
    client: Client
    """The row that knows its methods."""
    queued: bool
    """Whether a pipeline keeps it until it is executed."""

    @property
    def expires_by(self) -> list[str] | None:
        """Keywords that give the key an expiry; empty when it always gets one, None when the method gives none."""
        return self.client.expires.get(self.method)

    @property
    def is_endless(self) -> bool:
        """Whether it writes a key and can give it no expiry."""
        return self.method in self.client.endless


class _Method(NamedTuple):
    method: str
    client: Client
    queued: bool


class Commands:
    """Finds commands; every answer is kept."""

    def __init__(self, project: Project) -> None:
        self.linker = project.linker
        self.keys = Keys(project.linker)
        self.bodies = project.guards.bodies
        rows = project.linker.catalog.clients
        clients = [row for row in rows.values() if row.resource == "redis" and "pipeline" in row.produces]
        self.types = frozenset(name for row in clients for name in (row.type, *row.produces.values()))
        """Types that speak Redis's own commands: clients, and what they make. Caches over them do not."""
        self._found: dict[tuple[str, int], Command | None] = {}
        self._methods: dict[str, _Method | None] = {}
        self._patterns: dict[str, list[tuple[Command, KeyPattern]]] = {}

    def at(self, path: str, call: int) -> Command | None:
        """The command that a call is, or None."""
        key = (path, call)
        if key not in self._found:
            self._found[key] = self._find(path, call)
        return self._found[key]

    def is_dated(self, path: str, call: int, key: Expr) -> bool:
        """Whether the present time goes into a call's key: when its window is over, nothing asks for it again."""
        table = self.linker.table(path)
        body = self.bodies.of(table, table.facts.calls[call].scope)
        return is_dated(body, key, call)

    def _find(self, path: str, call: int) -> Command | None:
        for value in sorted(self.linker.values.callee(path, call)):
            known = self._called(value.place) if value.kind == "ext" else None
            if known is not None:
                callee = self.linker.table(path).facts.calls[call].callee
                on = callee.rpartition(".")[0] if type(callee) is str else callee[1]
                return Command(path, call, known.method, on, known.client, known.queued)
        return None

    def _called(self, place: str) -> _Method | None:
        """What calling an external name means; few names are called from many places."""
        if place not in self._methods:
            self._methods[place] = self._method(place)
        return self._methods[place]

    def _method(self, place: str) -> _Method | None:
        catalog = self.linker.catalog
        owner, _, method = place.rpartition(".")
        client = catalog.client_of(owner)
        while client is None and CHAIN.search(owner):  # pipe.set(...).expire(...)
            owner = owner.rpartition(".")[0]
            client = catalog.client_of(owner)
            client = client if client is not None and client.queues else None
        if client is None or client.type not in self.types or not method.isidentifier() or method[0] == "_":
            return None
        queued = client.queues and method not in client.executes
        return _Method(method, client if client.endless else catalog.clients.get(BASE, client), queued)

    def key_of(self, command: Command) -> Expr | None:
        """The expression of the key that a command is about; None when it has none."""
        record = self.linker.table(command.path).facts.calls[command.call]
        if record.args:
            return record.args[0]
        return next((value for name, value in record.keywords if name in KEYED), None)

    def pattern_of(self, command: Command) -> KeyPattern | None:
        """The pattern of a command's key."""
        key = self.key_of(command)
        if key is None:
            return None
        return self.keys.of(command.path, self.linker.table(command.path).facts.calls[command.call].scope, key)

    def of_function(self, path: str, scope: int) -> Iterator[Command]:
        """Commands that stand directly in a function, in source order."""
        for call in self.linker.table(path).calls_in.get(scope, ()):
            found = self.at(path, call)
            if found is not None:
                yield found

    def named(self, method: str) -> list[tuple[Command, KeyPattern]]:
        """Commands of the linked files by a method, with their keys."""
        if method not in self._patterns:
            found = (self.at(path, call) for path, call in self.linker.call_sites(method))
            self._patterns[method] = [
                (command, pattern)
                for command in found
                if command is not None and (pattern := self.pattern_of(command)) is not None
            ]
        return self._patterns[method]
