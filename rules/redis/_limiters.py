"""Limiters of libraries that keep their counts in a Redis, and wait for it as long as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from atomlint import text_of

if TYPE_CHECKING:
    from atomlint import Call, Index
    from atomlint.index.rows import WorkRow

NAMES = frozenset({"slowapi.Limiter", "slowapi.extension.Limiter", "flask_limiter.Limiter"})
OPTIONS = "storage_options"
"""The argument that goes on to the client, in all of them."""
SETTING = "RATELIMIT_STORAGE_OPTIONS"
TIMEOUT = "socket_timeout"


class Limited(NamedTuple):
    """What a limiter counts."""

    always: bool
    """Whether every request is counted."""
    routes: int
    """Routes that are decorated, where not every one is."""


def waits_without_end(call: Call) -> bool:
    """Whether a limiter's storage is a Redis, and nothing says how long to wait for it."""
    if call.name != "Limiter" or "**" in call.keywords:
        return False
    row = _row(call)
    backends = call.index.project.effects.backends
    if row is None or backends.is_remote(row.backend, "", (call.path, call.ordinal)) is not True:
        return False
    options = call.keywords.get(OPTIONS)
    if options is not None and (type(options) is not list or options[:1] != ["{}"]):
        return False  # what another place says is not known
    stated = [text_of(key) for key in options[1::2]] if options is not None else []
    return TIMEOUT not in stated and None not in stated and not backends.setting(SETTING)


def _row(call: Call) -> WorkRow | None:
    names = call.external & NAMES
    works = call.index.project.catalog.works
    return next((w for w in works if w.backend is not None and not names.isdisjoint(w.backend.constructors)), None)


def limited(index: Index) -> Limited:
    """What the limiters of a project count."""
    libraries = index.project.effects.libraries
    always = any("imiter" in effect.receiver or "SlowAPI" in effect.receiver for effect in libraries.middlewares())
    entries = index.project.reach.entries.items()
    handlers = [function for function, own in entries if any(entry.kind == "route" for entry in own)]
    decorated = [f for f in handlers if any("Limiter()" in effect.receiver for effect in libraries.decorating(f))]
    return Limited(always, len(decorated))
