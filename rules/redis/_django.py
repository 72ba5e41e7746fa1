"""Caches on Redis that literal ``CACHES`` of Django settings configure without a timeout."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from atomlint import Place, inside, text_of

from .._settings import is_served
from ._quiet import is_aside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from atomlint import Index, Span
    from atomlint.facts.records import Assign, Expr
    from atomlint.facts.records import Call as Record
    from atomlint.index.tables import Table

BACKENDS = {
    "django_redis.cache.RedisCache": "redis",
    "django.core.cache.backends.redis.RedisCache": "django",
    "django_valkey.cache.ValkeyCache": "valkey",
    "django_prometheus.cache.backends.redis.RedisCache": "redis",
    "redis_cache.RedisCache": "redis",
    "redis_cache.cache.RedisCache": "redis",
}
SETTINGS = re.compile(r"settings|conf", re.IGNORECASE)
MACHINES = re.compile(r"local_?settings", re.IGNORECASE)
"""What a production machine may have of its own, too."""
BASES = frozenset({"base", "common", "default", "defaults", "settings", "__init__", "shared"})
PLAIN = ("django_redis.client.DefaultClient", "django_redis.client.HerdClient", "django_valkey.client.DefaultClient")
POOLS = ("CONNECTION_POOL_KWARGS", "CONNECTION_POOL_CLASS_KWARGS")
"""Options that hand arguments on to the pool and its connections."""
UNSET = ("#None", "#0")
KEYS_ALONE = frozenset({"TIMEOUT", "KEY_PREFIX", "KEY_FUNCTION", "REVERSE_KEY_FUNCTION", "VERSION"})
"""Parts of an entry that are about its keys alone."""
FACTORY = "DJANGO_REDIS_CONNECTION_FACTORY"
"""The setting that chooses who makes connections, with timeouts of its own perhaps."""
UNDEBUGGED = frozenset({"TESTING", "TEST", "DEBUG", "IS_TEST"})
MODES = re.compile(r"debug|test|local|dev", re.IGNORECASE)


class Configured(NamedTuple):
    """Caches of one ``CACHES`` that have no timeout."""

    path: str
    place: Place
    aliases: tuple[str, ...]
    kind: str

    @property
    def is_django(self) -> bool:
        """Whether the backend is Django's own."""
        return self.kind == "django"

    @property
    def is_misspelt(self) -> bool:
        """Whether a timeout is given by a name that django-redis does not read."""
        return self.kind == "misspelt"

    @property
    def is_valkey(self) -> bool:
        """Whether the client is valkey-py's."""
        return self.kind == "valkey"

    def span(self, index: Index) -> Span:
        """The alias of the first."""
        return index.place_span(self.path, self.place, self.aliases[0].lower())


def configured(index: Index) -> list[Configured]:
    """All of them in settings modules that a machine can be served with."""
    found: list[Configured] = index.keep("redis-django-caches", lambda: list(_configured(index)))
    return found


def _configured(index: Index) -> Iterator[Configured]:
    setting: dict[str, list[int]] = {}
    adding: list[str] = []
    for path in index.paths:
        served = path not in index.tests and is_served(path)
        if not SETTINGS.search(path) or not (served or MACHINES.search(path)):
            continue
        table = index.table(path)
        if changes(table):
            return  # also what another module makes of it
        if not served or is_aside(path):
            continue
        if places := [n for n, a in enumerate(table.facts.assigns) if is_own(a)]:
            setting[path] = places
        elif any(adds_entry(table, a) for a in table.facts.assigns):
            adding.append(path)
    if adding and (setting or len(adding) > 1):
        return  # what one module makes of another's
    for path in adding:
        yield from _of_entries(index, index.table(path))
    for path, places in setting.items():
        folder, _, name = path.rpartition("/")
        neighbours = [other for other in setting if other != path and other.rpartition("/")[0] == folder]
        anew = any(not index.table(other).facts.assigns[n].frame for other in neighbours for n in setting[other])
        if anew and name.removesuffix(".py") in BASES:
            continue
        table = index.table(path)
        if any(table.facts.assigns[n].kind != "=" for n in places) or (0, FACTORY) in table.names:
            continue
        always = [n for n in places if not table.facts.assigns[n].frame]
        last = always[-1] if always else -1
        for ordinal in places:
            if ordinal >= last and (made := _of_assign(index, table, ordinal)) is not None:
                yield made


def changes(table: Table) -> bool:
    """Whether a file changes parts of the setting in which a timeout can be, or hands it to something that can."""
    for assign in table.facts.assigns:
        if adds_entry(table, assign):
            continue
        if type(assign.target) is list and "CACHES" in _names(assign.target) and not _is_harmless(assign.target):
            return True
        if assign.target != "CACHES" and assign.value is not None and "CACHES" in _names(assign.value):
            return True
    for call in table.facts.calls:
        if type(call.callee) is str and call.callee.startswith("CACHES."):
            return True
        if type(call.callee) is list and "CACHES" in _names(call.callee) and not _updates(call):
            return True
        if any("CACHES" in _names(given) for given in (*call.args, *(value for _, value in call.keywords))):
            return True
    return False


def is_own(assign: Assign) -> bool:
    """Whether a module says by itself what the setting is; an empty one says nothing."""
    return assign.target == "CACHES" and assign.scope == 0 and assign.value != ["{}"]


def adds_entry(table: Table, assign: Assign) -> bool:
    """Whether a module sets a whole entry, ``CACHES["redis"] = {...}``, of a setting that is not its own."""
    if assign.scope or assign.frame or assign.kind != "=" or any(map(is_own, table.facts.assigns)):
        return False
    return _alias(assign.target) is not None and (
        mapping(expanded(table, assign.value)) is not None or _alias(assign.value) is not None
    )


def _alias(expr: Expr) -> str | None:
    """The alias that ``CACHES["redis"]`` has."""
    whole = type(expr) is list and expr[:2] == ["sub", "CACHES"] and len(expr) == 3
    return text_of(expr[2]) if whole else None


def _of_entries(index: Index, table: Table) -> Iterator[Configured]:
    """The entries that a module sets one by one, and those that are the same as one of them."""
    entries: dict[str, tuple[int, str]] = {}
    for ordinal, assign in enumerate(table.facts.assigns):
        alias = _alias(assign.target)
        if alias is None or assign.scope:
            continue
        same = _alias(assign.value)
        if same is not None:
            entries[alias] = entries.get(same, (ordinal, ""))
        else:
            entries[alias] = (ordinal, unbounded(index, table.path, expanded(table, assign.value)))
    for ordinal, kind in dict.fromkeys(entry for entry in entries.values() if entry[1]):
        aliases = [alias for alias, entry in entries.items() if entry == (ordinal, kind)]
        yield Configured(table.path, Place("assign", ordinal, 0, 0), tuple(aliases), kind)


def expanded(table: Table, expr: Expr, depth: int = 9) -> Expr:
    """A literal with the literals that its names stand for: ``{"default": BASE}``, ``{**BASE, "TIMEOUT": 60}``."""
    if not depth:
        return expr
    if type(expr) is str and expr.isidentifier():
        values = [a.value for a in table.facts.assigns if a.target == expr and not a.scope and a.kind == "="]
        given = [expanded(table, value, depth - 1) for value in values]
        if not given or _is_filled(table, expr) or any(mapping(one) is None for one in given):
            return _named(table, expr)
        return ["{}", *(part for one in given for part in one[1:])]  # any of them may be there
    if type(expr) is list and expr[:1] == ["sub"] and len(expr) == 3:
        owner = mapping(expanded(table, expr[1], depth - 1))
        return owner.get(text_of(expr[2]) or "", expr) if owner is not None and expr[1] != "CACHES" else expr
    if type(expr) is not list or expr[:1] != ["{}"]:
        return expr
    parts: list[Expr] = []
    for key, value in zip(expr[1::2], expr[2::2], strict=True):
        inner = expanded(table, value, depth - 1)
        parts += inner[1:] if key == "**" and mapping(inner) is not None else [_named(table, key), inner]
    return ["{}", *parts]


def _is_filled(table: Table, name: str) -> bool:
    """Whether a module puts more into what a name holds: ``POOL["socket_timeout"] = 2``, ``BASE.update(EXTRA)``."""
    return any(type(a.target) is list and name in _names(a.target) for a in table.facts.assigns) or any(
        str(call.callee).startswith(f"{name}.") for call in table.facts.calls
    )


def _named(table: Table, key: Expr) -> Expr:
    """A key, or the text that its name stands for."""
    values = [a.value for a in table.facts.assigns if a.target == key and not a.scope] if type(key) is str else []
    return values[0] if len(values) == 1 and text_of(values[0]) is not None else key


def _is_harmless(target: Expr) -> bool:
    """Whether one part of an entry is set that has nothing to do with its client: ``CACHES["default"]["TIMEOUT"] = 60``."""
    owner = target[1] if target[:1] == ["sub"] and len(target) > 2 else None
    whole = type(owner) is list and owner[:1] == ["sub"] and owner[1] == "CACHES"
    return whole and text_of(target[2]) in KEYS_ALONE


def _updates(call: Record) -> bool:
    """The same for several parts: ``CACHES["default"].update(TIMEOUT=60)``."""
    given = [mapping(arg) for arg in call.args]
    names = {name for one in given if one is not None for name in one} | {name for name, _ in call.keywords}
    return call.callee[2:] == ["update"] and None not in given and names <= KEYS_ALONE


def _names(expr: Expr) -> set[str]:
    return {item for item in inside(expr) if type(item) is str} if type(expr) is list else {str(expr)}


def _of_assign(index: Index, table: Table, ordinal: int) -> Configured | None:
    assign = table.facts.assigns[ordinal]
    for frame in table.frames(assign.frame):
        entry = table.facts.frames[frame]
        tested = entry.test
        if entry.kind == "else" and type(tested) is str and tested in UNDEBUGGED:
            continue  # what is left is production
        called = [table.facts.calls[int(item[1:].partition(".")[0])] for item in _names(tested) if item[:1] == "@"]
        if MODES.search(repr([tested, *((call.callee, call.args) for call in called)])):
            return None
    entries = mapping(expanded(table, assign.value))
    if entries is None:
        return None
    aliases: list[str] = []
    kinds: list[str] = []
    for alias, entry in entries.items():
        kind = unbounded(index, table.path, entry)
        if kind and (not kinds or kind == kinds[0]):
            aliases.append(alias)
            kinds.append(kind)
    if not aliases:
        return None
    return Configured(table.path, Place("assign", ordinal, 0, assign.frame), tuple(aliases), kinds[0])


def mapping(expr: Expr) -> dict[str, Expr] | None:
    """A literal dict whose keys are all texts; None for anything else."""
    if type(expr) is not list or expr[:1] != ["{}"]:
        return None
    keys = [text_of(key) for key in expr[1::2]]
    return None if None in keys else dict(zip(map(str, keys), expr[2::2], strict=True))


def unbounded(index: Index, path: str, entry: Expr) -> str:
    """The kind of an entry without any timeout of its sockets; empty when one is there or can be hidden."""
    given = mapping(entry)
    kind = BACKENDS.get(text_of(given.get("BACKEND")) or "", "") if given else ""
    if given is None or not kind or "LOCATION" not in given:
        return ""
    options = mapping(given.get("OPTIONS", ["{}"]))
    pools = [mapping(options.get(name, ["{}"])) for name in POOLS] if options is not None else []
    if options is None or None in pools or "CONNECTION_FACTORY" in options:
        return ""
    client = options.get("CLIENT_CLASS")
    if client is not None and text_of(client) not in PLAIN:
        return ""
    if kind == "redis":  # it reads its own options by these names alone, and hands the others on to nothing
        given_here = {name for name, value in options.items() if value not in UNSET}
        bounded = "SOCKET_TIMEOUT" in given_here or any("socket_timeout" in pool for pool in pools if pool)
    else:
        bounded = any(
            "socket_timeout" in name.lower() for name in (*options, *(n for pool in pools for n in pool or ()))
        )
    if bounded:
        return ""
    if kind == "redis" and "socket_timeout" in options:
        kind = "misspelt"
    return "" if is_otherwise(index, path, given["LOCATION"]) else kind


def is_otherwise(index: Index, path: str, location: Expr) -> bool:
    """Whether a location says a timeout itself, or is a socket of the same machine."""
    places = location[1:] if type(location) is list and location[:1] == ["[]"] else [location]
    for place in places:
        texts = [index.settings.text(path, 0, place) or "", repr(place)]
        texts += [read.default_text or "" for read in index.settings_behind(path, 0, place)]
        if any("socket_timeout" in said or said.startswith("unix:") for said in texts):
            return True
    return False
