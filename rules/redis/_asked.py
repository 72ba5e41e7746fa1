"""Whether requests ask a cache of Django's, as far as the project's own code and its settings tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from atomlint import inside, text_of

if TYPE_CHECKING:
    from atomlint import Index

MODULES = ("django.core.cache", "django_redis", "django_valkey")
"""Where a cache, or a connection of one, is imported from."""
OTHERS = ("rest_framework.throttling", "django_ratelimit", "ratelimit", "cacheops", "cachalot", "cache_memoize")
"""Modules of libraries that ask the cache for whoever imports them."""
LISTS = frozenset(
    {"MIDDLEWARE", "MIDDLEWARE_CLASSES", "INSTALLED_APPS", "SESSION_ENGINE", "REST_FRAMEWORK", "MESSAGE_STORAGE"}
)
USERS = re.compile(
    r"cach|throttl|ratelimit|axes|defender|constance|waffle|select2|thumbnail|imagekit|compressor|solo", re.IGNORECASE
)
"""What is called so in these settings asks a cache while requests are handled."""


GETS = frozenset({"get_redis_connection", "get_cache", "create_connection", "cache_page"})
"""Calls that are given the alias of a cache."""
DEFAULT = "default"


def is_named_nowhere(index: Index, aliases: tuple[str, ...]) -> bool:
    """Whether no code and no setting of the project names one of these caches, and none is the one that is asked unnamed."""
    if DEFAULT in aliases:
        return False
    return not any(_names(index, path, frozenset(aliases)) for path in index.paths if path not in index.tests)


def _names(index: Index, path: str, aliases: frozenset[str]) -> bool:
    """Whether a file names one: ``caches["sessions"]``, ``cache="sessions"``, ``SESSION_CACHE_ALIAS = "sessions"``."""
    facts = index.table(path).facts
    for call in facts.calls:
        given = [value for name, value in call.keywords if "cache" in name or name in ("alias", "using")]
        if type(call.callee) is str and call.callee.rpartition(".")[2] in GETS:
            given += call.args
        if any(text_of(value) in aliases for value in given) or _takes(call.callee, aliases):
            return True
        if any(_takes(value, aliases) for value in (*call.args, *(value for _, value in call.keywords))):
            return True
    for assign in facts.assigns:
        if _takes(assign.value, aliases):
            return True
        if type(assign.target) is str and "CACHE" in assign.target and text_of(assign.value) in aliases:
            return True
    exits = (exit_ for found in index.table(path).exits.values() for exit_ in found)
    return any(_takes(exit_.value, aliases) for exit_ in exits)


def _takes(expr: object, aliases: frozenset[str]) -> bool:
    """Whether a part of an expression is ``caches["sessions"]``."""
    return any(
        type(part) is list
        and part[:1] == ["sub"]
        and type(part[1]) is str
        and part[1].rpartition(".")[2] == "caches"
        and text_of(part[2]) in aliases
        for part in inside(expr)
    )


def is_asked_by_work_alone(index: Index) -> bool:
    """Whether none of the project's code that asks a cache runs for a request, nor anything that settings name.

    So it is when no code asks one. False also where that cannot be told: what a cache is handed to is not followed.
    """
    found: bool = index.keep("redis-caches-of-work", lambda: _is_asked_by_work_alone(index))
    return found


def _is_asked_by_work_alone(index: Index) -> bool:
    holders: dict[str, set[str]] = {}
    taken: set[str] = set()
    for path in index.paths:
        if path in index.tests:
            continue
        facts = index.table(path).facts
        for assign in facts.assigns:
            target = assign.target[1] if type(assign.target) is list and assign.target[:1] == ["sub"] else assign.target
            if (
                type(target) is str
                and target in LISTS
                and any(USERS.search(text_of(e) or "") for e in inside(assign.value))
            ):
                return False
        for record in facts.imports:
            if record.module.startswith(OTHERS) or record.attribute == "cache_page":
                return False
            if record.module.startswith(MODULES):
                holders.setdefault(path, set()).add(record.name)
            elif record.attribute:
                taken.add(record.attribute)
    asks = 0
    for path, names in holders.items():
        made = {
            a.target
            for a in index.table(path).facts.assigns
            if a.scope == 0 and not names.isdisjoint(_heads(index, path, a.value))
        }
        own = _asks(index, path)
        if own is None or not taken.isdisjoint({*names, *(name for name in made if type(name) is str)}):
            return False
        asks += own
    return asks > 0 or not holders


def _heads(index: Index, path: str, value: object) -> set[str]:
    """First names in an expression, of what it calls too."""
    calls = index.table(path).facts.calls
    texts = [part for part in inside(value) if type(part) is str]
    texts += [str(calls[int(text[1:].partition(".")[0])].callee) for text in texts if text[:1] == "@"]
    return {text.partition(".")[0] for text in texts}


def _asks(index: Index, path: str) -> int | None:
    """Commands in a file that no request comes to; None when one does, or when none is found at all."""
    effects = [
        call for call in index.calls(path) if call.effect is not None and call.effect.operation.resource == "redis"
    ]
    if any(call.function.is_reached for call in effects):
        return None
    return len(effects) or None
