"""Things that there are few of in whatever a program works on, by their names."""

from __future__ import annotations

import re

NOUNS = frozenset(
    {"backend", "category", "column", "connector", "country", "currency", "env", "environment", "feature", "field"}
    | {"format", "integration", "kind", "lang", "language", "level", "locale", "method", "mode", "model", "module"}
    | {
        "plan",
        "platform",
        "provider",
        "region",
        "role",
        "schedule",
        "setting",
        "status",
        "strategy",
        "table",
        "template",
    }
    | {"type", "webhook"}
)
LOOPED = NOUNS | (
    {"aggregate", "ancestor", "choice", "dimension", "metric", "option", "parent", "period", "permission", "pin"}
    | {"scope", "stage", "tier"}
)
"""Those that a loop goes through in a few turns."""
LISTED = LOOPED | {"committee", "drive", "policy", "warehouse"}
"""Models whose whole table has a few rows."""
KEYED = NOUNS | (
    {"app", "callback", "class", "cls", "config", "engine", "func", "function", "handler", "limit", "loop", "pid"}
    | {"process", "schema", "scheme", "service", "size", "sport", "tool", "version", "worker"}
)
"""Those that make a few keys: many of them may be shown on a page, but their number does not grow with the requests."""
ENDLESS = frozenset(
    {"address", "digest", "email", "guid", "hash", "host", "id", "ip", "phone", "query", "session", "sha", "token"}
    | {"url", "user", "uuid"}
)
"""Those that there is no end of."""
ADDRESS = re.compile(r"(?:^|\.)(?:GET|args|query_params)\.\w+(?:\(\))?$")
"""Values of a request's address, which people and pages write a few of."""
ROWS = re.compile(r"_(?:list|objects|objs|qs|query|queryset|result|rows|set)$")
"""What is said at the end of a name for rows, whatever they are: ``plans_queryset``."""
WORDS = re.compile(r"[a-z]+|[A-Z][a-z]*")


def loops_over_few(name: str) -> bool:
    """Whether what a loop goes through is few things by its last word: ``user.roles``, ``request.args.getlist()``."""
    return ADDRESS.search(name) is not None or _ends_in(LOOPED, ROWS.sub("", name.removesuffix(".all()")))


def is_table_of_few(model: str) -> bool:
    """Whether there are few rows of a model by its last word: ``StoragePolicy``, ``EventType``."""
    return _ends_in(LISTED, model)


def _ends_in(nouns: frozenset[str], name: str) -> bool:
    words = WORDS.findall(name.rpartition(".")[2])
    return bool(words) and not nouns.isdisjoint(singulars(words[-1].lower()))


def is_key_of_few(name: str) -> bool:
    """Whether a name has a word for what there are few of: ``lang``, ``provider_name``, ``statuses``."""
    return any(not KEYED.isdisjoint(singulars(word.lower())) for word in WORDS.findall(name))


def is_endless(name: str, also: frozenset[str] = frozenset()) -> bool:
    """Whether a name has a word for what there is no end of: ``user_id``, ``tokenHash``; or one of ``also``."""
    return any(singulars(word.lower()) & (ENDLESS | also) for word in WORDS.findall(name))


def singulars(word: str) -> set[str]:
    """A word, and what it may be the plural of: ``statuses``, ``status``; ``categories``, ``category``."""
    if not word.endswith("s"):
        return {word}
    return {word, word[:-1], word[:-2], f"{word[:-3]}y"}
